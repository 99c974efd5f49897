#define _GNU_SOURCE
#include "Descriptors.h"
#include "CPosix.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

int highest_inherited_descriptor = INT_MAX;

// A command starts with a copy of the descriptor table up to the highest descriptor that it needs. Descriptors that
// only the parent needs while a command runs are moved behind the others, once there are more than a few.
enum { few = 32, behind = 512 };

static int out_of_the_way(int descriptor) {
  if (descriptor < few) return descriptor;
  int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, behind);
  if (moved < 0) return descriptor;
  close(descriptor);
  return moved;
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
  // If the program was started without a standard stream, an end may take its number. The child would overwrite it.
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
  ends[0] = out_of_the_way(ends[0]);
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0) return 0;
  close_both(ends);
  return -1;
}

int cposix_process_descriptor(pid_t process) {
#if defined(__linux__) && defined(SYS_pidfd_open)
  return out_of_the_way((int)syscall(SYS_pidfd_open, process, 0));
#else
  (void)process;
  return -1;
#endif
}

static struct rlimit inherited_limit;
static int has_raised_limit;

/// Raises the limit of descriptors, because the usual 1,024 are enough for only 300 commands. Commands get the old
/// limit, because some use select().
static void raise_limit(rlim_t count) {
#ifdef __linux__
  if (getrlimit(RLIMIT_NOFILE, &inherited_limit) != 0 || inherited_limit.rlim_cur >= count) return;
  struct rlimit raised = inherited_limit;
  raised.rlim_cur = raised.rlim_max < count ? raised.rlim_max : count;
  has_raised_limit = setrlimit(RLIMIT_NOFILE, &raised) == 0;
#else
  (void)count;
#endif
}

void restore_descriptor_limit(void) {
  if (has_raised_limit) setrlimit(RLIMIT_NOFILE, &inherited_limit);
}

static void reserve(int count) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  int highest = (limit.rlim_cur < (rlim_t)count ? (int)limit.rlim_cur : count) - 1;
  int descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, highest);
  if (descriptor >= 0) close(descriptor);
}

/// Opens standard streams that the program was started without. Otherwise the next file that it opens would get what is
/// meant for the stream. Reading standard input and writing standard output fail; messages on standard error are lost.
static void fill_standard_streams(void) {
  for (int stream = 0; stream < 3; ++stream)
    if (fcntl(stream, F_GETFD) < 0) open("/dev/null", stream == 1 ? O_RDONLY : O_WRONLY);
}

static void note_inherited(void) {
#ifdef __linux__
  DIR *all = opendir("/proc/self/fd");
  if (all == NULL) return;
  int highest = 2;
  for (struct dirent *entry; (entry = readdir(all)) != NULL;) {
    int descriptor = atoi(entry->d_name);
    if (descriptor > highest && (fcntl(descriptor, F_GETFD) & FD_CLOEXEC) == 0) highest = descriptor;
  }
  closedir(all);
  highest_inherited_descriptor = highest;
#endif
}

void cposix_prepare_descriptors(int count) {
  fill_standard_streams();
  note_inherited();
  raise_limit(65536);
  reserve(count);
}
