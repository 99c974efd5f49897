// What pfor-bench compares with, and what it needs to start and measure whole programs.
#pragma once

#include <stdint.h>
#include <sys/types.h>

/// What a child process cost, with all descendants that it waited for.
struct bench_usage {
  /// User and system time.
  double cpu_seconds;
  /// The most memory that was resident at a time, in any one of the processes.
  int64_t peak_bytes;
  /// As of `waitpid`.
  int status;
};

/// Starts a program, found by PATH, with these descriptors as standard input and output.
/// Returns -1 with `errno` set if there is no process for it; a program that is missing exits with 127.
pid_t bench_start(char *const arguments[], int input, int output);

/// Starts a program on a pseudoterminal of its own, as an xterm with 256 colours. `output` is its standard output, or
/// -1 for the terminal; `terminal` gets the side to read what it draws and to write keys.
pid_t bench_start_on_terminal(char *const arguments[], int output, int columns, int rows, int *terminal);

/// Waits for a child. Returns 0, or -1 with `errno` set.
int bench_finish(pid_t child, struct bench_usage *usage);

/// The processor time that a running process has taken without its children, or -1.
double bench_cpu_seconds(pid_t process);

/// The least work that one process an item takes: in a process of its own, `threads` threads start `program` `count`
/// times in all, read its standard output from a pipe to the end and wait for it. The program gets
/// `argument`, or nothing if that is NULL, or the item's number if it is `{}`.
pid_t bench_start_spawn_loop(const char *program, int count, int threads, const char *argument);

/// The least work that one query an item takes: `threads` threads, each with a connection and a prepared statement, run
/// `query` for each of the `count` ids and write the rows to `output`, with tabs between values and those in values
/// escaped. Whatever fails ends the process.
void bench_run_sqlite_loop(const char *database, const char *query, const int64_t *ids, int count, int threads,
                           int output);

/// The same in a child, to be measured. No other thread may use SQLite now: the child would wait for its locks forever.
pid_t bench_start_sqlite_loop(const char *database, const char *query, const int64_t *ids, int count, int threads,
                              int output);

/// Runs statements on a database, which is made if there is none. Returns 0, or SQLite's code after printing its words.
int bench_sqlite_execute(const char *database, const char *statements);
