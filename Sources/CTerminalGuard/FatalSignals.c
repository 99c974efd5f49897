#define _GNU_SOURCE
#include "CTerminalGuard.h"
#include "Internal.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGSYS};
#define FATAL_COUNT (int)(sizeof fatal / sizeof fatal[0])

static struct sigaction former[FATAL_COUNT];
static volatile sig_atomic_t is_armed = 0;
static struct termios modes;
static int terminal = -1;
static char reset_sequence[256];
static size_t reset_length = 0;

/// Returns whether returning from the handler runs the faulting instruction again. It then reaches the former handler,
/// such as the backtracer, with the true place of the crash.
static int faults_again(int number, const siginfo_t *information) {
  if (information->si_code <= 0) return 0;
  switch (number) {
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE: return 1;
#if !defined(__x86_64__) && !defined(__i386__)
    // On x86, execution has already passed the breakpoint instruction.
    case SIGTRAP: return 1;
#endif
    default: return 0;
  }
}

static void on_fatal(int number, siginfo_t *information, void *context) {
  (void)context;
  if (is_armed) {
    is_armed = 0;
    tg_write_all(terminal, reset_sequence, reset_length);
    tg_guard_restore_modes();
    tg_stderr_replay();
  }
  for (int i = 0; i < FATAL_COUNT; i++) {
    if (fatal[i] == number) sigaction(number, &former[i], NULL);
  }
  if (!faults_again(number, information)) raise(number);
}

int tg_guard_save(int descriptor) {
  if (tcgetattr(descriptor, &modes) != 0) return -1;
  terminal = descriptor;
  return 0;
}

void tg_guard_restore_modes(void) {
  if (terminal < 0) return;
  while (tcsetattr(terminal, TCSANOW, &modes) != 0 && errno == EINTR) {}
}

void tg_guard_take_modes(void) {
  if (terminal < 0) return;
  struct termios raw = modes;
  raw.c_iflag &= ~(tcflag_t)(BRKINT | PARMRK | INLCR | IGNCR | ICRNL | IXON);
  raw.c_oflag &= ~(tcflag_t)ONLCR;
  raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  // TCSANOW does not wait for earlier output, which may never be read.
  while (tcsetattr(terminal, TCSANOW, &raw) != 0 && errno == EINTR) {}
}

void tg_guard_arm(const char *reset, size_t length) {
  if (is_armed || terminal < 0) return;
  reset_length = length < sizeof reset_sequence ? length : sizeof reset_sequence;
  memcpy(reset_sequence, reset, reset_length);
  tg_thread_signal_stack();
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fatal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < FATAL_COUNT; i++) sigaction(fatal[i], &action, &former[i]);
  is_armed = 1;
}

void tg_guard_disarm(void) {
  if (!is_armed) return;
  is_armed = 0;
  for (int i = 0; i < FATAL_COUNT; i++) sigaction(fatal[i], &former[i], NULL);
}

// Signal stacks of threads.

#define SIGNAL_STACK_SIZE (64 * 1024)

static pthread_key_t stack_key;
static pthread_once_t stack_once = PTHREAD_ONCE_INIT;

static void free_stack(void *stack) {
  stack_t none = {0};
  none.ss_flags = SS_DISABLE;
  sigaltstack(&none, NULL);
  munmap(stack, SIGNAL_STACK_SIZE);
}

static void make_key(void) { pthread_key_create(&stack_key, free_stack); }

int tg_thread_signal_stack(void) {
  stack_t current;
  if (sigaltstack(NULL, &current) == 0 && !(current.ss_flags & SS_DISABLE)) return 0;
  pthread_once(&stack_once, make_key);
  void *stack = mmap(NULL, SIGNAL_STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED) return -1;
  stack_t own = {0};
  own.ss_sp = stack;
  own.ss_size = SIGNAL_STACK_SIZE;
  if (sigaltstack(&own, NULL) != 0) {
    int error = errno;
    munmap(stack, SIGNAL_STACK_SIZE);
    errno = error;
    return -1;
  }
  pthread_setspecific(stack_key, stack);
  return 0;
}

int tg_window_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -1;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 0;
}
