// Loops for pfor-bench to compare with, and functions to start and measure whole programs.
#pragma once

#include <stdint.h>
#include <sys/types.h>

/// The cost of a child process, including all descendants that it waited for.
struct bench_usage {
  /// User and system time.
  double cpu_seconds;
  /// The peak resident memory of any one of the processes.
  int64_t peak_bytes;
  /// The wait status from `waitpid`.
  int status;
};

/// Starts a program, found by PATH, with these descriptors as standard input and output.
/// Returns -1 with `errno` set if the system cannot create a process. A missing program exits with 127.
pid_t bench_start(char *const arguments[], int input, int output);

/// Starts a program on its own pseudoterminal, as an xterm with 256 colours. `output` is its standard output, or -1 for
/// the terminal. Read what it draws from `terminal`, and write keys there.
pid_t bench_start_on_terminal(char *const arguments[], int output, int columns, int rows, int *terminal);

/// Waits for a child. Returns 0, or -1 with `errno` set.
int bench_finish(pid_t child, struct bench_usage *usage);

/// Returns the processor time of a running process without its children, or -1.
double bench_cpu_seconds(pid_t process);

/// Starts a process that does the least work for one process per item. Its `threads` threads start `program` `count`
/// times in all, read its standard output from a pipe to the end, and wait for it. The program gets `argument`, the
/// item's number if that is `{}`, or nothing if it is NULL.
pid_t bench_start_spawn_loop(const char *program, int count, int threads, const char *argument);

/// Does the least work for one query per item. Each of `threads` threads has a connection and a prepared statement.
/// They run `query` for each of the `count` ids and write the rows to `output`. Tabs separate values, and tabs in
/// values are escaped. Any failure ends the process.
void bench_run_sqlite_loop(const char *database, const char *query, const int64_t *ids, int count, int threads,
                           int output);

/// Does the same in a child, which can be measured. No other thread may use SQLite meanwhile, because the child would
/// wait for its locks forever.
pid_t bench_start_sqlite_loop(const char *database, const char *query, const int64_t *ids, int count, int threads,
                              int output);

/// Runs statements on a database, and creates it if necessary. Returns 0, or SQLite's code after printing its message.
int bench_sqlite_execute(const char *database, const char *statements);
