// SPDX-License-Identifier: Apache-2.0
// What the programs with threads share: they are made without a C library, for there is none with
// threads in the distribution. No function here may need a stack in memory: threads have none.
#pragma once

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define THREAD __attribute__((export_name("wasi_thread_start")))
#define MAIN __attribute__((export_name("_start")))

IMPORT("wasi", "thread-spawn") int thread_spawn(int argument);
IMPORT("wasi_snapshot_preview1", "fd_write")
int fd_write(int descriptor, const void* pieces, int count, int* written);

static char text[16];
static struct {
  const char* at;
  int size;
} piece;
static int written;

static inline void print_number(int number) {
  int at = sizeof text;
  text[--at] = '\n';
  do text[--at] = (char)('0' + number % 10);
  while (number /= 10);
  piece.at = text + at;
  piece.size = (int)sizeof text - at;
  fd_write(1, &piece, 1, &written);
}
