// Gives the terminal back when the process dies of a fatal signal, and turns signals into bytes on a pipe.
//
// C, because signal handlers may only do what is safe at any instruction, and Swift cannot promise that.
#pragma once
#include <stddef.h>

// Signals as bytes. Usable without any terminal.

/// Opens the pipe (once) and lets each of the signals write its number into it as one byte.
/// A hang-up, an interrupt, a Ctrl-\ or a stop that was ignored when the program began stays ignored; with `only_unused`
/// a signal that somebody has caught or ignored keeps its action.
/// Returns the end to read from, which does not block, or -1 with errno.
int tg_signal_pipe_open(const int *signals, int count, int only_unused);
/// Whether a signal writes its number into the pipe.
int tg_signal_is_taken(int number);
/// How many signals have come that want the program to end.
int tg_signal_endings(void);
/// Gives all these signals their former handlers and closes the pipe.
void tg_signal_pipe_close(void);

// The terminal after a crash.

/// Remembers the modes of the terminal behind a descriptor, to be given back. 0, or -1 when it is no terminal.
int tg_guard_save(int descriptor);
/// Gives the terminal its remembered modes.
void tg_guard_restore_modes(void);
/// Gives the terminal modes in which every key arrives at once and as it is, and nothing is echoed.
void tg_guard_take_modes(void);
/// From here on, a fatal signal first writes `reset`, restores the modes and replays captured errors; then the
/// former handler (such as Swift's backtracer) has its turn. At most 256 bytes of `reset` are kept.
void tg_guard_arm(const char *reset, size_t length);
/// Fatal signals go to their former handlers again.
void tg_guard_disarm(void);
/// Gives the calling thread a stack of its own for signal handlers, so that the overflow of its stack is handled too.
/// It is freed when the thread ends. 0, or -1 with errno.
int tg_thread_signal_stack(void);

// Standard error while the screen is up.

/// Sends what is written to standard error into an unlinked file. 0, or -1 with errno.
int tg_stderr_capture(void);
/// Connects standard error again and writes what was captured.
void tg_stderr_release(void);

// Writing that never waits.

/// Opens what a descriptor leads to once more, so that writing there does not wait and nobody else is concerned; where
/// that cannot be, gives a copy, on which `tg_write_some` waits only if others fill it at that moment. -1 with errno.
int tg_open_patient(int descriptor);
/// Writes as much as there is room for. How many bytes, 0 for no room, or -1 with errno.
long tg_write_some(int descriptor, const char *bytes, unsigned long length);
/// A file without a name, for reading and writing. -1 with errno.
int tg_unlinked_file(void);

// The window.

/// The size of the window behind a descriptor; 0 when the size is known, though it may be 0 by 0.
int tg_window_size(int descriptor, int *columns, int *rows);
