// The calls that Glibc's Swift module does not show because they need _GNU_SOURCE, under portable names.
#pragma once

#include <stdint.h>
#include <sys/types.h>

/// How many processors the calling thread may run on, at least 1.
int cposix_allowed_processors(void);

/// Names the calling thread (at most 15 bytes), for debuggers and `top -H`.
void cposix_name_thread(const char *name);

/// Whether the calling thread is the one with which the process began.
int cposix_is_main_thread(void);

/// A pipe whose ends are closed on exec and are none of 0, 1 and 2; `ends[0]` is for reading and does not block.
/// Returns 0, or -1 with `errno` set.
int cposix_pipe(int ends[2]);

/// Opens a temporary file in `directory` that has no name. Returns a descriptor, or -1 with `errno` set.
int cposix_open_unlinked(const char *directory);

/// Gives the space of a stretch of a file back to the system, where the system can. Returns 0, or -1.
int cposix_punch_hole(int descriptor, int64_t offset, int64_t length);

/// Starts a program in a process group of its own with no signal blocked or ignored and these three standard streams.
/// Returns 0, or the error's number.
int cposix_spawn(pid_t *child, const char *path, char *const arguments[], char *const environment[], int input,
                 int output, int errors);

/// Lets children go on that were stopped while they were being started: to be called when the program has been stopped
/// and goes on.
void cposix_continue_starting(void);

/// A descriptor that becomes readable when the process ends, or -1 where there is none.
int cposix_process_descriptor(pid_t process);

/// Waits until a child has ended and leaves it to be reaped; `is_blocking` 0 only looks.
/// Returns 1 when it has ended, 0 when not yet, -1 with `errno` set.
int cposix_child_has_ended(pid_t child, int is_blocking);

/// A child that a signal has stopped, or continued, since the last call, or 0. `signal` is what stopped it, or 0.
pid_t cposix_stopped_child(int *signal);

/// A child that has ended and waits to be reaped, or 0.
pid_t cposix_ended_child(void);

/// Makes orphans among our descendants our own children, so that their groups can be watched. Does nothing elsewhere.
void cposix_adopt_orphans(void);

/// Makes the process's table of descriptors large enough for `count` of them, or for as many as it may have, and notes
/// which ones are passed on to programs that are started; until then each of these copies the whole table. Standard
/// streams that the program was not given are opened, so that no other file takes their place. The soft limit is
/// raised; programs that are started get the old one.
/// To be called before there are threads: a table that they share grows only when every processor has switched tasks.
void cposix_prepare_descriptors(int count);

/// The exit status of a wait status, or -1 when a signal ended the process.
int cposix_exit_status(int status);

/// The signal that ended the process, or 0.
int cposix_ending_signal(int status);

/// The environment as it is now.
char **cposix_environment(void);

// The system's texts are bytes. As UTF-8, each byte that is no part of a valid character is a stand-in, one of the
// private characters U+10FE80 to U+10FEFF; one that was there before is taken for four such bytes. So every sequence of
// bytes is one text, from which the same bytes come back.

/// Writes bytes as text, at most four bytes for each. Returns how many bytes the text has.
size_t cposix_text_of_bytes(const uint8_t *bytes, size_t count, uint8_t *text);

/// Writes the bytes that a text represents, no more than it has; the two may be the same memory. Returns how many.
size_t cposix_bytes_of_text(const uint8_t *text, size_t count, uint8_t *bytes);

/// The path that a text represents, in the buffer, or NULL when it does not fit.
char *cposix_path_of_text(const char *text, char *buffer, size_t size);

// Loops whose threads take work from each other. The owner of a range stores how far it is and then loads how far it
// may go, once for every item; a thief does the two the other way round, and pays for the order of both.

/// Keeps the compiler, though not the processor, from moving memory accesses over this point.
static inline void cposix_compiler_barrier(void) { __asm__ volatile("" ::: "memory"); }

/// Makes every running thread of the process pass a full memory barrier, so that an owner needs none of its own.
/// Returns 0, or -1 where the system cannot do that; the owners must then use full barriers themselves.
int cposix_process_barrier(void);
