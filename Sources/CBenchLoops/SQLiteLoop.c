#include "CBenchLoops.h"
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/// Rows are collected in a buffer of this size before they are written. None of our rows is longer than a tenth of it.
enum { buffer_size = 1 << 16, longest_row = buffer_size / 10 };

struct sqlite_loop {
  const char *database;
  const char *query;
  const int64_t *ids;
  int count;
  int output;
  atomic_int next;
};

struct rows {
  char bytes[buffer_size];
  size_t count;
};

static void give_up(sqlite3 *connection) {
  fprintf(stderr, "SQLite loop: %s\n", sqlite3_errmsg(connection));
  _exit(1);
}

static void write_out(struct rows *rows, int output) {
  for (size_t written = 0; written < rows->count;) {
    ssize_t count = write(output, rows->bytes + written, rows->count - written);
    if (count < 0) {
      perror("SQLite loop: write");
      _exit(1);
    }
    written += (size_t)count;
  }
  rows->count = 0;
}

static void append_text(struct rows *rows, const unsigned char *text, int length) {
  char *end = rows->bytes + rows->count;
  for (int i = 0; i < length; ++i) {
    switch (text[i]) {
    case '\t': *end++ = '\\', *end++ = 't'; break;
    case '\n': *end++ = '\\', *end++ = 'n'; break;
    case '\r': *end++ = '\\', *end++ = 'r'; break;
    case '\\': *end++ = '\\', *end++ = '\\'; break;
    default: *end++ = (char)text[i];
    }
  }
  rows->count = (size_t)(end - rows->bytes);
}

static void append_row(struct rows *rows, sqlite3_stmt *statement) {
  int columns = sqlite3_column_count(statement);
  for (int column = 0; column < columns; ++column) {
    if (column > 0) rows->bytes[rows->count++] = '\t';
    if (sqlite3_column_type(statement, column) == SQLITE_INTEGER) {
      long long number = sqlite3_column_int64(statement, column);
      rows->count += (size_t)snprintf(rows->bytes + rows->count, longest_row, "%lld", number);
    } else {
      append_text(rows, sqlite3_column_text(statement, column), sqlite3_column_bytes(statement, column));
    }
  }
  rows->bytes[rows->count++] = '\n';
}

static void *run_items(void *argument) {
  struct sqlite_loop *loop = argument;
  struct rows *rows = calloc(1, sizeof *rows);
  sqlite3 *connection = NULL;
  sqlite3_stmt *statement;
  int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
  if (rows == NULL || sqlite3_open_v2(loop->database, &connection, flags, NULL) != SQLITE_OK) give_up(connection);
  if (sqlite3_prepare_v2(connection, loop->query, -1, &statement, NULL) != SQLITE_OK) give_up(connection);
  int item;
  while ((item = atomic_fetch_add(&loop->next, 1)) < loop->count) {
    sqlite3_bind_int64(statement, 1, loop->ids[item]);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      append_row(rows, statement);
      if (rows->count > buffer_size - longest_row) write_out(rows, loop->output);
    }
    if (code != SQLITE_DONE) give_up(connection);
    sqlite3_reset(statement);
  }
  write_out(rows, loop->output);
  sqlite3_finalize(statement);
  sqlite3_close(connection);
  free(rows);
  return NULL;
}

void bench_run_sqlite_loop(const char *database, const char *query, const int64_t *ids, int count, int threads,
                           int output) {
  struct sqlite_loop loop = {.database = database, .query = query, .ids = ids, .count = count, .output = output};
  pthread_t started[threads];
  for (int i = 0; i < threads; ++i) {
    if (pthread_create(&started[i], NULL, run_items, &loop) != 0) _exit(1);
  }
  for (int i = 0; i < threads; ++i) pthread_join(started[i], NULL);
}

pid_t bench_start_sqlite_loop(const char *database, const char *query, const int64_t *ids, int count, int threads,
                              int output) {
  pid_t child = fork();
  if (child != 0) return child;
  bench_run_sqlite_loop(database, query, ids, count, threads, output);
  _exit(0);
}

int bench_sqlite_execute(const char *database, const char *statements) {
  sqlite3 *connection;
  int code = sqlite3_open(database, &connection);
  if (code == SQLITE_OK) code = sqlite3_exec(connection, statements, NULL, NULL, NULL);
  if (code != SQLITE_OK) fprintf(stderr, "%s: %s\n", database, sqlite3_errmsg(connection));
  sqlite3_close(connection);
  return code;
}
