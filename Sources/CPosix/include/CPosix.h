// The calls that Glibc's Swift module does not show because they need _GNU_SOURCE, under portable names.
#pragma once

/// Names the calling thread (at most 15 bytes), for debuggers and `top -H`.
void cposix_name_thread(const char *name);

/// A pipe whose ends are closed on exec; `ends[0]` is for reading. Returns 0, or -1 with `errno` set.
int cposix_pipe(int ends[2]);
