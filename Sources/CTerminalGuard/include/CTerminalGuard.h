// Restores the terminal when a fatal signal ends the process, and turns signals into bytes on a pipe.
//
// It is written in C, because signal handlers may only do what is safe at any instruction. Swift cannot guarantee that.
#pragma once
#include <stddef.h>

// Signals as bytes. This part needs no terminal.

/// Opens the pipe (once) and lets each of the signals write its number into it as one byte.
/// SIGHUP, SIGINT, SIGQUIT and SIGTSTP stay ignored if they were ignored when the program started. With `only_unused`,
/// a signal that is already caught or ignored keeps its action.
/// Returns the end to read from, which does not block, or -1 with errno.
int tg_signal_pipe_open(const int *signals, int count, int only_unused);
/// Returns whether a signal writes its number into the pipe.
int tg_signal_is_taken(int number);
/// Returns the number of received signals that ask the program to end.
int tg_signal_endings(void);
/// Restores the former handlers of all these signals and closes the pipe.
void tg_signal_pipe_close(void);

// The terminal after a crash.

/// Saves the modes of the terminal behind a descriptor. Returns 0, or -1 if it is not a terminal.
int tg_guard_save(int descriptor);
/// Restores the saved modes of the terminal.
void tg_guard_restore_modes(void);
/// Sets modes in which every key arrives at once and unchanged, and nothing is echoed.
void tg_guard_take_modes(void);
/// Installs handlers for fatal signals. A fatal signal then writes `reset`, restores the modes and replays captured
/// errors. After that, the former handler (such as Swift's backtracer) runs. At most 256 bytes of `reset` are kept.
void tg_guard_arm(const char *reset, size_t length);
/// Restores the former handlers of fatal signals.
void tg_guard_disarm(void);
/// Gives the calling thread a separate stack for signal handlers, so that an overflow of its own stack is handled too.
/// It is freed when the thread ends. Returns 0, or -1 with errno.
int tg_thread_signal_stack(void);

// Standard error while the screen is up.

/// Redirects standard error to an unlinked file. Returns 0, or -1 with errno.
int tg_stderr_capture(void);
/// Reconnects standard error and writes what was captured.
void tg_stderr_release(void);

// Writing that never waits.

/// Opens the target of a descriptor again, so that writing there does not wait and other users of it are not affected.
/// If that is not possible, returns a copy, on which `tg_write_some` waits only if others fill the target at that
/// moment. Returns -1 with errno on failure.
int tg_open_patient(int descriptor);
/// Writes as much as there is room for. Returns the number of bytes, 0 if there is no room, or -1 with errno.
long tg_write_some(int descriptor, const char *bytes, unsigned long length);
/// Opens a file without a name, for reading and writing. Returns -1 with errno on failure.
int tg_unlinked_file(void);

// The window.

/// Reads the size of the window behind a descriptor. Returns 0, although the size may be 0 by 0, or -1 if unknown.
int tg_window_size(int descriptor, int *columns, int *rows);
