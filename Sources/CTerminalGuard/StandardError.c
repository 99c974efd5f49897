#define _GNU_SOURCE
#include "CTerminalGuard.h"
#include "Internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int captured = -1;
static int original = -1;
/// The same place as `original`, opened so that writing never waits.
static int patient = -1;

int tg_open_patient(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return -1;
  int reopened = -1;
  // A regular file is not opened again. It never makes a writer wait, and a second open file would overwrite it,
  // because each has its own offset.
  if (S_ISFIFO(status.st_mode) || isatty(descriptor)) {
#ifdef __linux__
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
#else
    char path[256] = "";
    if (ttyname_r(descriptor, path, sizeof path) != 0) path[0] = 0;
#endif
    if (path[0]) reopened = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  }
  return reopened >= 0 ? reopened : fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
}

long tg_write_some(int descriptor, const char *bytes, unsigned long length) {
  // A descriptor that could not be reopened may wait. A small piece does not wait if poll says that there is room.
  int may_wait = (fcntl(descriptor, F_GETFL) & O_NONBLOCK) == 0;
  struct pollfd ready = {descriptor, POLLOUT, 0};
  if (may_wait && poll(&ready, 1, 0) == 0) return 0;
  if (may_wait && length > 512) length = 512;
  ssize_t written;
  do written = write(descriptor, bytes, length);
  while (written < 0 && errno == EINTR);
  return written < 0 && errno == EAGAIN ? 0 : written;
}

int tg_unlinked_file(void) {
#ifdef __linux__
  return memfd_create("pfor-tui", MFD_CLOEXEC);
#else
  char path[] = "/tmp/pfor-tui.XXXXXX";
  int descriptor = mkstemp(path);
  if (descriptor < 0) return -1;
  unlink(path);
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return descriptor;
#endif
}

int tg_stderr_capture(void) {
  if (captured >= 0) return 0;
  int file = tg_unlinked_file();
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
  patient = tg_open_patient(original);
  return 0;
}

int tg_write_all(int descriptor, const char *bytes, unsigned long length) {
  while (length > 0) {
    long written = tg_write_some(descriptor, bytes, length);
    if (written < 0) return -1;
    bytes += written;
    length -= (unsigned long)written;
    struct pollfd ready = {descriptor, POLLOUT, 0};
    if (written == 0 && poll(&ready, 1, TG_PATIENCE) == 0) return -1;
  }
  return 0;
}

void tg_stderr_replay(void) {
  if (captured < 0) return;
  dup2(original, STDERR_FILENO);
  char block[1024];
  off_t offset = 0;
  ssize_t count;
  while ((count = pread(captured, block, sizeof block, offset)) > 0 || (count < 0 && errno == EINTR)) {
    if (count < 0) continue;
    if (tg_write_all(patient, block, (unsigned long)count) != 0) return;
    offset += count;
  }
}

void tg_stderr_release(void) {
  if (captured < 0) return;
  tg_stderr_replay();
  close(captured);
  close(original);
  if (patient >= 0) close(patient);
  captured = original = patient = -1;
}
