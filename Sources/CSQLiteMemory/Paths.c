#include "CSQLiteMemory.h"
#include "CPosix.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// SQLite passes the paths that it received to the system. They are text, with stand-ins for bytes that are not UTF-8.
// Here the text becomes the original bytes, and paths from the system become text.

enum { path_size = 4096 };

#define WITH_PATH(call)                                                 \
  char path[path_size];                                                 \
  if (cposix_path_of_text(text, path, sizeof path) == NULL) {           \
    errno = ENAMETOOLONG;                                               \
    return -1;                                                          \
  }                                                                     \
  return call

static int open_file(const char *text, int flags, int mode) { WITH_PATH(open(path, flags, mode)); }
static int access_file(const char *text, int mode) { WITH_PATH(access(path, mode)); }
static int stat_file(const char *text, struct stat *status) { WITH_PATH(stat(path, status)); }
static int stat_link(const char *text, struct stat *status) { WITH_PATH(lstat(path, status)); }
static int unlink_file(const char *text) { WITH_PATH(unlink(path)); }

/// Writes bytes as text into SQLite's buffer. Returns the length of the text, or -1 if it does not fit.
static ssize_t put_text(const char *bytes, size_t count, char *buffer, size_t size) {
  char text[4 * path_size];
  size_t length = count > path_size ? sizeof text : cposix_text_of_bytes((const uint8_t *)bytes, count, (uint8_t *)text);
  if (length >= size) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(buffer, text, length);
  return (ssize_t)length;
}

static char *working_folder(char *buffer, size_t size) {
  char path[path_size];
  if (getcwd(path, sizeof path) == NULL) return NULL;
  ssize_t length = put_text(path, strlen(path), buffer, size);
  if (length < 0) return NULL;
  buffer[length] = 0;
  return buffer;
}

static ssize_t link_target(const char *text, char *buffer, size_t size) {
  char path[path_size], target[path_size];
  if (cposix_path_of_text(text, path, sizeof path) == NULL) {
    errno = ENAMETOOLONG;
    return -1;
  }
  ssize_t length = readlink(path, target, sizeof target);
  return length < 0 ? -1 : put_text(target, (size_t)length, buffer, size);
}

void csqlite_paths_are_bytes(void) {
  sqlite3_vfs *unix_files = sqlite3_vfs_find("unix");
  if (unix_files == NULL || unix_files->iVersion < 3) return;
  const struct {
    const char *name;
    sqlite3_syscall_ptr call;
  } calls[] = {
      {"open", (sqlite3_syscall_ptr)open_file},       {"access", (sqlite3_syscall_ptr)access_file},
      {"stat", (sqlite3_syscall_ptr)stat_file},       {"lstat", (sqlite3_syscall_ptr)stat_link},
      {"unlink", (sqlite3_syscall_ptr)unlink_file},   {"getcwd", (sqlite3_syscall_ptr)working_folder},
      {"readlink", (sqlite3_syscall_ptr)link_target},
  };
  for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; ++i)
    unix_files->xSetSystemCall(unix_files, calls[i].name, calls[i].call);
}
