// What the files of this target share.
#pragma once

/// Connects standard error again and writes what was captured; safe in a signal handler.
void tg_stderr_replay(void);
/// Writes all bytes, whatever interrupts; gives up on errors. Safe in a signal handler.
void tg_write_all(int descriptor, const char *bytes, unsigned long length);
