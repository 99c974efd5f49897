#define _GNU_SOURCE
#include "CPosix.h"
#include "Descriptors.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sched.h>
#include <sys/syscall.h>

// `posix_spawn` maps and unmaps a stack for every child, and each unmapping flushes address translations on every
// processor. That took 3 % of a run of brief commands on two processors. Here the child runs on part of the stack of
// the thread that waits for it.
//
// At first the child also shares the descriptor table. A copy would contain the descriptors of all other commands, only
// for exec to close them. With 100 threads, that is a seventh of the cost of starting a command.

struct start {
  const char *path;
  char *const *arguments, *const *environment;
  int streams[3];
  int problem;
  /// The child's process ID, which is set before its first instruction.
  pid_t process;
  struct start *previous, *next;
};

// SIGSTOP cannot be blocked. If it is sent to the parent's group, it may stop a child that has just left the group. The
// group's SIGCONT does not reach that child, and a thread of ours waits for it. So starting children are in this list.
static pthread_mutex_t starts_lock = PTHREAD_MUTEX_INITIALIZER;
static struct start *starts;

static void enlist(struct start *start) {
  pthread_mutex_lock(&starts_lock);
  start->next = starts;
  if (starts != NULL) starts->previous = start;
  starts = start;
  pthread_mutex_unlock(&starts_lock);
}

static void strike_off(struct start *start) {
  pthread_mutex_lock(&starts_lock);
  if (start->next != NULL) start->next->previous = start->previous;
  *(start->previous != NULL ? &start->previous->next : &starts) = start->next;
  pthread_mutex_unlock(&starts_lock);
}

void cposix_continue_starting(void) {
  pthread_mutex_lock(&starts_lock);
  for (struct start *start = starts; start != NULL; start = start->next)
    if (start->process > 0) kill(start->process, SIGCONT);
  pthread_mutex_unlock(&starts_lock);
}

static unsigned highest_needed(const struct start *start) {
  int highest = highest_inherited_descriptor;
  for (int stream = 0; stream < 3; ++stream)
    if (start->streams[stream] > highest) highest = start->streams[stream];
  return (unsigned)highest;
}

/// Gives the child its own descriptor table, without the descriptors of other commands.
static int unshare_descriptors(const struct start *start) {
#if defined(SYS_close_range)
  enum { unshare_first = 1 << 1 };  // CLOSE_RANGE_UNSHARE from <linux/close_range.h>, which older systems lack.
  if (syscall(SYS_close_range, highest_needed(start) + 1, UINT_MAX, unshare_first) == 0) return 0;
#endif
  return unshare(CLONE_FILES);
}

static int pass_on(int descriptor, int stream) {
  // dup2 to the same number would keep the close-on-exec flag.
  return descriptor == stream ? fcntl(stream, F_SETFD, 0) : dup2(descriptor, stream);
}

/// Discards pending signals. Signals that reached the child with the parent's group are for the parent. They would end
/// the command before its first instruction, or stop it while the parent waits for its exec.
static void forget_pending(const sigset_t *all) {
  const struct timespec at_once = {0, 0};
  while (syscall(SYS_rt_sigtimedwait, all, NULL, &at_once, _NSIG / 8) > 0 || errno == EINTR) {}
}

/// Runs in the child, which shares the parent's memory. So it makes only system calls and changes only errno. The
/// parent has blocked all signals.
static int become(const struct start *start) {
  // Leave the group first, because the terminal and others send signals to it.
  if (setpgid(0, 0) != 0) return errno;
  if (unshare_descriptors(start) != 0) return errno;
  // A handler that ran here would run in the parent's memory. Real-time signals are left out for speed. No process
  // sends one to a child that has just left the group, and exec resets their handlers.
  struct sigaction usual = {.sa_handler = SIG_DFL};
  for (int number = 1; number < 32; ++number) sigaction(number, &usual, NULL);
  for (int stream = 0; stream < 3; ++stream)
    if (pass_on(start->streams[stream], stream) < 0) return errno;
  restore_descriptor_limit();
  sigset_t all, none;
  sigfillset(&all);
  forget_pending(&all);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(start->path, start->arguments, start->environment);
  return errno;
}

static int begin(void *start) {
  ((struct start *)start)->problem = become(start);
  _exit(127);
}

int cposix_spawn(pid_t *child, const char *path, char *const arguments[], char *const environment[], int input,
                 int output, int errors) {
  struct start start = {path, arguments, environment, {input, output, errors}, 0, 0, NULL, NULL};
  _Alignas(16) char stack[16384];
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  enlist(&start);
  pid_t process = clone(begin, stack + sizeof stack,
                        CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_PARENT_SETTID | SIGCHLD, &start, &start.process);
  strike_off(&start);
  int problem = process < 0 ? errno : start.problem;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (process > 0 && problem != 0) {
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {}
  }
  *child = process;
  return problem;
}
#else

// Does nothing, because the system starts the child in one call.
void cposix_continue_starting(void) {}

static posix_spawnattr_t attributes;
static pthread_once_t attributes_once = PTHREAD_ONCE_INIT;

static void make_attributes(void) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

int cposix_spawn(pid_t *child, const char *path, char *const arguments[], char *const environment[], int input,
                 int output, int errors) {
  pthread_once(&attributes_once, make_attributes);
  posix_spawn_file_actions_t actions;
  int problem = posix_spawn_file_actions_init(&actions);
  if (problem != 0) return problem;
  if ((problem = posix_spawn_file_actions_adddup2(&actions, input, 0)) == 0 &&
      (problem = posix_spawn_file_actions_adddup2(&actions, output, 1)) == 0 &&
      (problem = posix_spawn_file_actions_adddup2(&actions, errors, 2)) == 0)
    problem = posix_spawn(child, path, &actions, &attributes, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  return problem;
}
#endif

int cposix_spawn_in_terminal(pid_t *child, const char *path, char *const arguments[], char *const environment[],
                             int terminal) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_t usual;
  int problem = posix_spawnattr_init(&usual);
  if (problem != 0) return problem;
  posix_spawnattr_setsigmask(&usual, &none);
  posix_spawnattr_setsigdefault(&usual, &all);
  posix_spawnattr_setflags(&usual, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawn_file_actions_t actions;
  if ((problem = posix_spawn_file_actions_init(&actions)) == 0) {
    for (int stream = 0; stream < 3 && problem == 0; ++stream)
      problem = posix_spawn_file_actions_adddup2(&actions, terminal, stream);
    if (problem == 0) problem = posix_spawn(child, path, &actions, &usual, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
  }
  posix_spawnattr_destroy(&usual);
  return problem;
}
