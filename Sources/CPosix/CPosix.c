#define _GNU_SOURCE
#include "CPosix.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif
#ifdef __APPLE__
#include <crt_externs.h>
#endif

void cposix_name_thread(const char *name) {
#ifdef __APPLE__
  pthread_setname_np(name);
#else
  pthread_setname_np(pthread_self(), name);
#endif
}

static int raw_pipe(int ends[2]) {
#ifdef __APPLE__
  if (pipe(ends) != 0) return -1;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  return 0;
#else
  return pipe2(ends, O_CLOEXEC);
#endif
}

static void close_both(const int ends[2]) {
  int problem = errno;
  close(ends[0]);
  close(ends[1]);
  errno = problem;
}

int cposix_pipe(int ends[2]) {
  if (raw_pipe(ends) != 0) return -1;
  // An end that is itself a standard stream (of a program started without one) would be overwritten in the child.
  for (int i = 0; i < 2; ++i) {
    if (ends[i] > 2) continue;
    int moved = fcntl(ends[i], F_DUPFD_CLOEXEC, 3);
    if (moved < 0) {
      close_both(ends);
      return -1;
    }
    close(ends[i]);
    ends[i] = moved;
  }
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0) return 0;
  close_both(ends);
  return -1;
}

int cposix_open_unlinked(const char *directory) {
#ifdef O_TMPFILE
  int unnamed = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (unnamed >= 0) return unnamed;
#endif
  char path[4096];
  if (snprintf(path, sizeof path, "%s/pfor-XXXXXX", directory) >= (int)sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  int descriptor = mkstemp(path);
  if (descriptor < 0) return -1;
  unlink(path);
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return descriptor;
}

int cposix_punch_hole(int descriptor, int64_t offset, int64_t length) {
#ifdef FALLOC_FL_PUNCH_HOLE
  return fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
#else
  (void)descriptor, (void)offset, (void)length;
  return -1;
#endif
}

#ifdef __linux__
// `posix_spawn` maps a stack for every child and unmaps it again, at which every processor must forget its addresses:
// 3 % of a run of brief commands on two processors. A child by `vfork` borrows the stack of the thread that waits.

static int pass_on(int descriptor, int stream) {
  // A descriptor that is in its place already keeps its flag to be closed on exec.
  return descriptor == stream ? fcntl(stream, F_SETFD, 0) : dup2(descriptor, stream);
}

/// In the child, whose memory is the parent's: only calls of the system, and only errno is changed.
static int become(const char *path, char *const arguments[], char *const environment[], const int streams[3]) {
  // Handlers first: one that ran here would run in the parent's memory.
  struct sigaction usual = {.sa_handler = SIG_DFL};
  for (int number = 1; number < NSIG; ++number) sigaction(number, &usual, NULL);
  if (setpgid(0, 0) != 0) return errno;
  for (int stream = 0; stream < 3; ++stream)
    if (pass_on(streams[stream], stream) < 0) return errno;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(path, arguments, environment);
  return errno;
}

int cposix_spawn(pid_t *child, const char *path, char *const arguments[], char *const environment[], int input,
                 int output, int errors) {
  const int streams[3] = {input, output, errors};
  volatile int problem = 0;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t process = vfork();
  if (process == 0) {
    problem = become(path, arguments, environment, streams);
    _exit(127);
  }
  if (process < 0) problem = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (process > 0 && problem != 0) {
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {}
  }
  *child = process;
  return problem;
}
#else
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

int cposix_process_descriptor(pid_t process) {
#if defined(__linux__) && defined(SYS_pidfd_open)
  return (int)syscall(SYS_pidfd_open, process, 0);
#else
  (void)process;
  return -1;
#endif
}

int cposix_child_has_ended(pid_t child, int is_blocking) {
  siginfo_t ending = {0};
  int problem;
  do {
    problem = waitid(P_PID, (id_t)child, &ending, WEXITED | WNOWAIT | (is_blocking ? 0 : WNOHANG));
  } while (problem != 0 && errno == EINTR);
  if (problem != 0) return -1;
  return ending.si_pid == child;
}

pid_t cposix_ended_child(void) {
  siginfo_t ending = {0};
  return waitid(P_ALL, 0, &ending, WEXITED | WNOHANG | WNOWAIT) == 0 ? ending.si_pid : 0;
}

void cposix_adopt_orphans(void) {
#ifdef PR_SET_CHILD_SUBREAPER
  prctl(PR_SET_CHILD_SUBREAPER, 1);
#endif
}

void cposix_reserve_descriptors(int count) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  int highest = (limit.rlim_cur < (rlim_t)count ? (int)limit.rlim_cur : count) - 1;
  int descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, highest);
  if (descriptor >= 0) close(descriptor);
}

int cposix_exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

int cposix_ending_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

char **cposix_environment(void) {
#ifdef __APPLE__
  return *_NSGetEnviron();
#else
  extern char **environ;
  return environ;
#endif
}

#if defined(__linux__) && defined(SYS_membarrier)
// <linux/membarrier.h>, whose names older systems lack.
enum { barrier_private_expedited = 1 << 3, barrier_register_private_expedited = 1 << 4 };
static int barrier_is_registered = -1;

// At the program's start: once it has threads, registering waits until every processor has switched tasks, 5 to 8 ms.
__attribute__((constructor)) static void register_barrier(void) {
  barrier_is_registered = (int)syscall(SYS_membarrier, barrier_register_private_expedited, 0, 0);
}

int cposix_process_barrier(void) {
  if (barrier_is_registered != 0) return -1;
  return (int)syscall(SYS_membarrier, barrier_private_expedited, 0, 0);
}
#else
int cposix_process_barrier(void) { return -1; }
#endif
