// The calls that Glibc's Swift module does not show because they need _GNU_SOURCE, under portable names.
#pragma once

#include <stdint.h>
#include <sys/types.h>

/// Names the calling thread (at most 15 bytes), for debuggers and `top -H`.
void cposix_name_thread(const char *name);

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

/// A descriptor that becomes readable when the process ends, or -1 where there is none.
int cposix_process_descriptor(pid_t process);

/// Waits until a child has ended and leaves it to be reaped; `is_blocking` 0 only looks.
/// Returns 1 when it has ended, 0 when not yet, -1 with `errno` set.
int cposix_child_has_ended(pid_t child, int is_blocking);

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

// Loops whose threads take work from each other. The owner of a range stores how far it is and then loads how far it
// may go, once for every item; a thief does the two the other way round, and pays for the order of both.

/// Keeps the compiler, though not the processor, from moving memory accesses over this point.
static inline void cposix_compiler_barrier(void) { __asm__ volatile("" ::: "memory"); }

/// Makes every running thread of the process pass a full memory barrier, so that an owner needs none of its own.
/// Returns 0, or -1 where the system cannot do that; the owners must then use full barriers themselves.
int cposix_process_barrier(void);
