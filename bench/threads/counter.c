// SPDX-License-Identifier: Apache-2.0
// Four threads add to one word, five million times each.
#include "threads.h"

enum { Threads = 4, Each = 5000000 };

static int counter, finished;

THREAD void wasi_thread_start(int id, int argument) {
  (void)id, (void)argument;
  for (int i = 0; i < Each; ++i) __atomic_fetch_add(&counter, 1, __ATOMIC_SEQ_CST);
  __atomic_fetch_add(&finished, 1, __ATOMIC_SEQ_CST);
  __builtin_wasm_memory_atomic_notify(&finished, 1);
}

MAIN void _start(void) {
  for (int i = 0; i < Threads; ++i)
    if (thread_spawn(i) < 0) __builtin_trap();
  for (int seen; (seen = __atomic_load_n(&finished, __ATOMIC_SEQ_CST)) < Threads;)
    __builtin_wasm_memory_atomic_wait32(&finished, seen, -1);
  print_number(counter);
}
