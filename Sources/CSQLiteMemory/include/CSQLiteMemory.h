// The settings of SQLite that Swift cannot make: one takes a call with a variable number of arguments, the other
// functions of C.
#pragma once

struct sqlite3;

/// Keeps SQLite from counting the memory it uses: it counts under one lock for all connections of the process.
/// To be called before SQLite does anything. Returns 0, or SQLite's error, and then nothing has changed.
int csqlite_memory_stop_counting(void);

/// Lets a connection take "x" for the name of a column alone, never for a text: a misspelt name is an error then.
void csqlite_refuse_quoted_strings(struct sqlite3 *connection);

/// Lets SQLite take paths in which stand-ins stand for bytes that are not UTF-8 (see CPosix.h) for those bytes.
/// To be called before a database is opened.
void csqlite_paths_are_bytes(void);
