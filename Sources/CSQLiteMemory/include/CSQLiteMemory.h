// The one setting of SQLite that it takes only through a call with a variable number of arguments, which Swift cannot make.
#pragma once

struct sqlite3;

/// Keeps SQLite from counting the memory it uses: it counts under one lock for all connections of the process.
/// To be called before SQLite does anything. Returns 0, or SQLite's error, and then nothing has changed.
int csqlite_memory_stop_counting(void);

/// Lets a connection take "x" for the name of a column alone, never for a text: a misspelt name is an error then.
void csqlite_refuse_quoted_strings(struct sqlite3 *connection);
