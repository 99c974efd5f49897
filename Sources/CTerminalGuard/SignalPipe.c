#define _GNU_SOURCE
#include "CTerminalGuard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#define HIGHEST_SIGNAL 64

static int pipe_ends[2] = {-1, -1};
static struct sigaction former[HIGHEST_SIGNAL + 1];
static char is_taken[HIGHEST_SIGNAL + 1];
/// Atomic, because handlers of different signals may run at the same time in different threads.
static atomic_int endings = 0;

/// Returns whether the program continues after a signal.
static int continues_after(int number) {
  return number == SIGWINCH || number == SIGCONT || number == SIGTSTP || number == SIGUSR1 || number == SIGUSR2;
}

static void on_signal(int number) {
  int saved = errno;
  unsigned char byte = (unsigned char)number;
  // Count before writing, so that a thread that has read the byte finds it counted.
  if (!continues_after(number)) atomic_fetch_add(&endings, 1);
  // A full pipe loses the byte. Hundreds of signals wait to be read then, and one more adds nothing.
  ssize_t written = write(pipe_ends[1], &byte, 1);
  (void)written;
  errno = saved;
}

static int open_pipe(void) {
  if (pipe_ends[0] >= 0) return 0;
#ifdef __linux__
  return pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK);
#else
  if (pipe(pipe_ends) != 0) return -1;
  for (int i = 0; i < 2; i++) {
    fcntl(pipe_ends[i], F_SETFD, FD_CLOEXEC);
    fcntl(pipe_ends[i], F_SETFL, O_NONBLOCK);
  }
  return 0;
#endif
}

/// Returns whether the signal was ignored when the program started, and must stay ignored.
static int stays_ignored(int number) {
  return former[number].sa_handler == SIG_IGN
         && (number == SIGHUP || number == SIGINT || number == SIGQUIT || number == SIGTSTP);
}

static int is_anothers(int number) {
  return (former[number].sa_flags & SA_SIGINFO) != 0 || former[number].sa_handler != SIG_DFL;
}

int tg_signal_pipe_open(const int *signals, int count, int only_unused) {
  if (open_pipe() != 0) return -1;
  for (int i = 0; i < count; i++) {
    int number = signals[i];
    if (number < 1 || number > HIGHEST_SIGNAL || is_taken[number]) continue;
    if (sigaction(number, NULL, &former[number]) != 0 || stays_ignored(number)) continue;
    if (only_unused && is_anothers(number)) continue;
    struct sigaction action = {0};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    if (sigaction(number, &action, NULL) == 0) is_taken[number] = 1;
  }
  return pipe_ends[0];
}

int tg_signal_is_taken(int number) { return number >= 1 && number <= HIGHEST_SIGNAL && is_taken[number]; }

int tg_signal_endings(void) { return atomic_load(&endings); }

void tg_signal_pipe_close(void) {
  for (int number = 1; number <= HIGHEST_SIGNAL; number++) {
    if (!is_taken[number]) continue;
    sigaction(number, &former[number], NULL);
    is_taken[number] = 0;
  }
  for (int i = 0; i < 2; i++) {
    if (pipe_ends[i] >= 0) close(pipe_ends[i]);
    pipe_ends[i] = -1;
  }
}
