// The one setting of SQLite that it takes only through a call with a variable number of arguments, which Swift cannot make.
#pragma once

/// Keeps SQLite from counting the memory it uses: it counts under one lock for all connections of the process.
/// To be called before SQLite does anything. Returns 0, or SQLite's error, and then nothing has changed.
int csqlite_memory_stop_counting(void);
