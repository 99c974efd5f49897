// Settings of SQLite that Swift cannot make, because they need a call with a variable number of arguments, or C
// functions.
#pragma once

struct sqlite3;

/// Keeps SQLite from counting its memory, because all connections of the process would share one lock for that.
/// Call it before SQLite does anything. Returns 0, or SQLite's error, in which case nothing has changed.
int csqlite_memory_stop_counting(void);

/// Makes a connection treat "x" only as the name of a column, never as a string, so that a misspelt name is an error.
void csqlite_refuse_quoted_strings(struct sqlite3 *connection);

/// Keeps what is written in a schema from doing harm: no triggers, no extensions, no functions with effects.
void csqlite_distrust_schema(struct sqlite3 *connection);

/// Makes SQLite convert paths to the bytes that they represent (see CPosix.h), because not all paths are UTF-8.
/// Call it before a database is opened.
void csqlite_paths_are_bytes(void);
