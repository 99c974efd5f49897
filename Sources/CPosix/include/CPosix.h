// Portable names for calls that Glibc's Swift module does not offer because they need _GNU_SOURCE.
#pragma once

#include <stdint.h>
#include <sys/types.h>

/// Returns the number of processors that the calling thread may run on, at least 1.
int cposix_allowed_processors(void);

/// Names the calling thread (at most 15 bytes), for debuggers and `top -H`.
void cposix_name_thread(const char *name);

/// Returns whether the calling thread is the main thread.
int cposix_is_main_thread(void);

/// Makes a pipe whose ends are closed on exec and are not 0, 1 or 2. `ends[0]` is for reading and does not block.
/// Returns 0, or -1 with `errno` set.
int cposix_pipe(int ends[2]);

/// Opens a temporary file without a name in `directory`. Returns a descriptor, or -1 with `errno` set.
int cposix_open_unlinked(const char *directory);

/// Releases the space of part of a file, if the system can. Returns 0, or -1.
int cposix_punch_hole(int descriptor, int64_t offset, int64_t length);

/// Starts a program in its own process group, with no signal blocked or ignored and with these three standard streams.
/// Returns 0, or the error's number.
int cposix_spawn(pid_t *child, const char *path, char *const arguments[], char *const environment[], int input,
                 int output, int errors);

/// Starts a program in the caller's process group, with the terminal as its standard streams and no signal blocked or
/// ignored. Returns 0, or the error's number.
int cposix_spawn_in_terminal(pid_t *child, const char *path, char *const arguments[], char *const environment[],
                             int terminal);

/// Continues children that were stopped while they were starting. Call it when the program continues after a stop.
void cposix_continue_starting(void);

/// Returns a descriptor that becomes readable when the process ends, or -1 if there is none.
int cposix_process_descriptor(pid_t process);

/// Waits until a child has ended, without reaping it. With `is_blocking` 0 it does not wait.
/// Returns 1 if the child has ended, 0 if not, or -1 with `errno` set.
int cposix_child_has_ended(pid_t child, int is_blocking);

/// Returns a child that was stopped or continued by a signal since the last call, or 0. Sets `signal` to the signal
/// that stopped it, or to 0 if it was continued.
pid_t cposix_stopped_child(int *signal);

/// Returns a child that has ended and is not reaped, or 0.
pid_t cposix_ended_child(void);

/// Makes orphaned descendants our children, so that their groups can be watched. Does nothing except on Linux.
void cposix_adopt_orphans(void);

/// Makes the process's descriptor table large enough for `count` descriptors, or for as many as it may have. Notes
/// which descriptors are passed on to commands; until then, each command copies the whole table. Opens standard streams
/// that the program was started without, so that no other file takes their place. Raises the soft limit of descriptors;
/// commands get the old one.
/// Call it before there are threads. A shared table grows only after every processor has switched tasks.
void cposix_prepare_descriptors(int count);

/// Returns the exit status in a wait status, or -1 if the process did not exit by itself.
int cposix_exit_status(int status);

/// Returns the signal that ended the process, or 0.
int cposix_ending_signal(int status);

/// What a process waits for in a system call.
enum cposix_wait {
  cposix_wait_unknown,
  /// Reading from the descriptor in the first argument.
  cposix_wait_input,
  /// Writing to the descriptor in the first argument, or connecting it.
  cposix_wait_output,
  cposix_wait_connection,
  /// One of several descriptors, whose number is the second argument.
  cposix_wait_poll,
  /// One of several descriptors, which are below the first argument.
  cposix_wait_select,
  cposix_wait_epoll,
  cposix_wait_sleep,
  cposix_wait_children,
  cposix_wait_thread,
  cposix_wait_file_lock,
  cposix_wait_disk,
};

/// Returns what a process waits for, from the number of its system call on Linux.
enum cposix_wait cposix_wait_of_call(long number);

/// Returns the environment as it is now.
char **cposix_environment(void);

// The system's texts are bytes. As UTF-8 text, each byte that is not part of a valid character becomes a stand-in, one
// of the private characters U+10FE80 to U+10FEFF. If the bytes already contain one of these, it counts as four such
// bytes. So every byte sequence has its own text, which converts back to the same bytes.

/// Writes bytes as text, at most four bytes for each. Returns the length of the text in bytes.
size_t cposix_text_of_bytes(const uint8_t *bytes, size_t count, uint8_t *text);

/// Writes the bytes that a text represents, which are never more than the text's own. Both may use the same memory.
/// Returns the number of bytes.
size_t cposix_bytes_of_text(const uint8_t *text, size_t count, uint8_t *bytes);

/// Writes the path that a text represents to the buffer and returns it, or NULL if it does not fit.
char *cposix_path_of_text(const char *text, char *buffer, size_t size);

// For loops whose threads take work from each other. For every item, the owner of a range stores its position and then
// loads the limit. A thief stores the limit and then loads the position, and pays for the order of both.

/// Keeps the compiler, but not the processor, from moving memory accesses across this point.
static inline void cposix_compiler_barrier(void) { __asm__ volatile("" ::: "memory"); }

/// Makes every running thread of the process pass a full memory barrier, so that owners need none of their own.
/// Returns 0, or -1 if the system cannot do that. Then the owners must use full barriers themselves.
int cposix_process_barrier(void);
