#define _GNU_SOURCE
#include "CTerminalGuard.h"
#include "Internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int captured = -1;
static int original = -1;

static int unlinked_file(void) {
#ifdef __linux__
  return memfd_create("pfor-tui-stderr", MFD_CLOEXEC);
#else
  char path[] = "/tmp/pfor-tui-stderr.XXXXXX";
  int descriptor = mkstemp(path);
  if (descriptor < 0) return -1;
  unlink(path);
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return descriptor;
#endif
}

int tg_stderr_capture(void) {
  if (captured >= 0) return 0;
  int file = unlinked_file();
  if (file < 0) return -1;
  int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (kept < 0 || dup2(file, STDERR_FILENO) < 0) {
    int error = errno;
    close(file);
    if (kept >= 0) close(kept);
    errno = error;
    return -1;
  }
  original = kept;
  captured = file;
  return 0;
}

void tg_write_all(int descriptor, const char *bytes, unsigned long length) {
  while (length > 0) {
    ssize_t written = write(descriptor, bytes, length);
    if (written > 0) {
      bytes += written;
      length -= (unsigned long)written;
    } else if (written < 0 && errno == EAGAIN) {
      struct pollfd ready = {descriptor, POLLOUT, 0};
      if (poll(&ready, 1, 1000) <= 0) return;
    } else if (written == 0 || errno != EINTR) {
      return;
    }
  }
}

void tg_stderr_replay(void) {
  if (captured < 0) return;
  dup2(original, STDERR_FILENO);
  char block[1024];
  off_t offset = 0;
  ssize_t count;
  while ((count = pread(captured, block, sizeof block, offset)) > 0 || (count < 0 && errno == EINTR)) {
    if (count < 0) continue;
    tg_write_all(STDERR_FILENO, block, (unsigned long)count);
    offset += count;
  }
}

void tg_stderr_release(void) {
  if (captured < 0) return;
  tg_stderr_replay();
  close(captured);
  close(original);
  captured = original = -1;
}
