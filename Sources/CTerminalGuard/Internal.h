// What the files of this target share.
#pragma once

/// Connects standard error again and writes what was captured; safe in a signal handler.
void tg_stderr_replay(void);
/// How many milliseconds to wait for a reader before giving up.
#define TG_PATIENCE 500
/// Writes all bytes, whatever interrupts; gives up on errors, and where nobody reads. 0, or -1. Safe in a signal handler.
int tg_write_all(int descriptor, const char *bytes, unsigned long length);
