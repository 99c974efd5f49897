#define _GNU_SOURCE
#include "CBenchLoops.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct spawn_loop {
  const char *program;
  int count;
  const char *argument;
  atomic_int next;
};

static void give_up(const char *call, int problem) {
  fprintf(stderr, "spawn loop: %s: %s\n", call, strerror(problem));
  _exit(1);
}

static void open_pipe(int ends[2]) {
#ifdef __APPLE__
  if (pipe(ends) != 0) give_up("pipe", errno);
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
#else
  if (pipe2(ends, O_CLOEXEC) != 0) give_up("pipe2", errno);
#endif
}

static void run_once(const char *program, const char *argument) {
  int ends[2];
  open_pipe(ends);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  char *arguments[] = {(char *)program, (char *)argument, NULL};
  pid_t child;
  int problem = posix_spawn(&child, program, &actions, NULL, arguments, environ);
  if (problem != 0) give_up(program, problem);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  char output[4096];
  while (read(ends[0], output, sizeof output) > 0) {
  }
  close(ends[0]);
  waitpid(child, NULL, 0);
}

static void *run_items(void *argument) {
  struct spawn_loop *loop = argument;
  int item;
  while ((item = atomic_fetch_add(&loop->next, 1)) < loop->count) {
    char text[16];
    snprintf(text, sizeof text, "%d", item + 1);
    int is_item = loop->argument != NULL && strcmp(loop->argument, "{}") == 0;
    run_once(loop->program, is_item ? text : loop->argument);
  }
  return NULL;
}

pid_t bench_start_spawn_loop(const char *program, int count, int threads, const char *argument) {
  pid_t child = fork();
  if (child != 0) return child;
  struct spawn_loop loop = {.program = program, .count = count, .argument = argument};
  pthread_t started[threads];
  for (int i = 0; i < threads; ++i) {
    int problem = pthread_create(&started[i], NULL, run_items, &loop);
    if (problem != 0) give_up("pthread_create", problem);
  }
  for (int i = 0; i < threads; ++i) pthread_join(started[i], NULL);
  _exit(0);
}
