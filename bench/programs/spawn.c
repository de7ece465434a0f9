// SPDX-License-Identifier: Apache-2.0
// Runs one command and prints what it used, as one line of JSON on standard output.
// usage: spawn SECONDS CPU STDIN STDOUT STDERR COMMAND [ARGUMENT...]
// SECONDS is the time limit; CPU is the processor it is pinned to, -1 for none. This is no Python
// because a child inherits the peak memory of the process that forked it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile pid_t child;
static volatile sig_atomic_t late;

// The whole group: some engines start helpers.
static void on_alarm(int signal_number) {
  (void)signal_number;
  late = 1;
  if (child > 0) kill(-child, SIGKILL);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec * 1e-6; }

static void redirect(const char* path, int flags, int target) {
  const int fd = open(path, flags, 0666);
  if (fd < 0 || dup2(fd, target) < 0) _exit(127);
  close(fd);
}

static void run_child(char** argv) {
  setpgid(0, 0);
  const int cpu = atoi(argv[2]);
  if (cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
  }
  redirect(argv[3], O_RDONLY, 0);
  redirect(argv[4], O_WRONLY | O_CREAT | O_TRUNC, 1);
  redirect(argv[5], O_WRONLY | O_CREAT | O_TRUNC, 2);
  execvp(argv[6], argv + 6);
  fprintf(stderr, "%s: %s\n", argv[6], strerror(errno));
  _exit(127);
}

int main(int argc, char** argv) {
  if (argc < 7) return fputs("usage: spawn SECONDS CPU IN OUT ERR COMMAND...\n", stderr), 2;
  signal(SIGALRM, on_alarm);
  const double limit = atof(argv[1]);
  const double start = now();
  child = fork();
  if (child < 0) return perror("fork"), 1;
  if (child == 0) run_child(argv);
  setpgid(child, child);
  const struct itimerval timer = {
      {0, 0}, {(time_t)limit, (suseconds_t)((limit - (double)(time_t)limit) * 1e6)}};
  setitimer(ITIMER_REAL, &timer, NULL);
  int status = 0;
  struct rusage usage;
  while (wait4(child, &status, 0, &usage) < 0)
    if (errno != EINTR) return perror("wait4"), 1;
  const double wall = now() - start;
  kill(-child, SIGKILL);  // what it left running
  printf("{\"code\": %d, \"late\": %s, \"wall\": %.6f, \"cpu\": %.6f, \"rss\": %ld}\n",
         WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), late ? "true" : "false", wall,
         seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss);
  return 0;
}
