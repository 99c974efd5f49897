#define _GNU_SOURCE
#include "CPosix.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
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

int cposix_is_main_thread(void) {
#ifdef __APPLE__
  return pthread_main_np();
#elif defined(__linux__)
  return syscall(SYS_gettid) == getpid();
#else
  return 1;
#endif
}

int cposix_allowed_processors(void) {
#ifdef __linux__
  // The kernel refuses a set that is smaller than its own, so try larger ones.
  for (size_t count = 1024; count <= 1 << 20; count *= 2) {
    cpu_set_t *set = CPU_ALLOC(count);
    if (set == NULL) break;
    size_t size = CPU_ALLOC_SIZE(count);
    int allowed = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (allowed > 0) return allowed;
    if (errno != EINVAL) break;
  }
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
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

pid_t cposix_stopped_child(int *signal) {
  siginfo_t change = {0};
  if (waitid(P_ALL, 0, &change, WSTOPPED | WCONTINUED | WNOHANG) != 0 || change.si_pid == 0) return 0;
  *signal = change.si_code == CLD_STOPPED ? change.si_status : 0;
  return change.si_pid;
}

void cposix_adopt_orphans(void) {
#ifdef PR_SET_CHILD_SUBREAPER
  prctl(PR_SET_CHILD_SUBREAPER, 1);
#endif
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
// From <linux/membarrier.h>, which older systems lack.
enum { barrier_private_expedited = 1 << 3, barrier_register_private_expedited = 1 << 4 };
static int barrier_is_registered = -1;

// Runs at the program's start. Once there are threads, registering waits until every processor has switched tasks,
// which takes 5 to 8 ms.
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
