// Declarations that the files of this target share.
#pragma once

/// Reconnects standard error and writes what was captured. Safe in a signal handler.
void tg_stderr_replay(void);
/// The milliseconds to wait for a reader before giving up.
#define TG_PATIENCE 500
/// Writes all bytes despite interrupts. Gives up on errors, or if there is no reader. Returns 0, or -1. Safe in a
/// signal handler.
int tg_write_all(int descriptor, const char *bytes, unsigned long length);
