#define _GNU_SOURCE
#include "CBenchLoops.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __APPLE__
#include <libproc.h>
#include <util.h>
#else
#include <pty.h>
#endif

static void become(char *const arguments[]) {
  execvp(arguments[0], arguments);
  _exit(127);
}

pid_t bench_start(char *const arguments[], int input, int output) {
  pid_t child = fork();
  if (child != 0) return child;
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  become(arguments);
  return -1;
}

pid_t bench_start_on_terminal(char *const arguments[], int output, int columns, int rows, int *terminal) {
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  pid_t child = forkpty(terminal, NULL, NULL, &size);
  if (child > 0) fcntl(*terminal, F_SETFD, FD_CLOEXEC);
  if (child != 0) return child;
  if (output >= 0) dup2(output, STDOUT_FILENO);
  // The program must draw the same bytes on every terminal from which the measurement starts.
  setenv("TERM", "xterm-256color", 1);
  setenv("LC_ALL", "C.UTF-8", 1);
  const char *unwanted[] = {"COLORTERM", "NO_COLOR", "CI", "COLUMNS", "LINES"};
  for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; ++i) unsetenv(unwanted[i]);
  become(arguments);
  return -1;
}

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

int bench_finish(pid_t child, struct bench_usage *usage) {
  struct rusage used;
  while (wait4(child, &usage->status, 0, &used) < 0) {
    if (errno != EINTR) return -1;
  }
  usage->cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
#ifdef __APPLE__
  usage->peak_bytes = used.ru_maxrss;
#else
  usage->peak_bytes = (int64_t)used.ru_maxrss * 1024;
#endif
  return 0;
}

double bench_cpu_seconds(pid_t process) {
#ifdef __APPLE__
  struct proc_taskinfo info;
  if (proc_pidinfo(process, PROC_PIDTASKINFO, 0, &info, sizeof info) != sizeof info) return -1;
  return (double)(info.pti_total_user + info.pti_total_system) / 1e9;
#else
  clockid_t clock;
  struct timespec time;
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) return -1;
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
#endif
}
