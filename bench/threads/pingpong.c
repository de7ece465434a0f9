// SPDX-License-Identifier: Apache-2.0
// Two threads hand a word to each other by wait and notify, twenty thousand times there and back.
#include "threads.h"

enum { Rounds = 20000 };

static int turn, sum;

// Waits until the word has this value, then counts and sets the next one.
static void answer(int value) {
  for (int seen; (seen = __atomic_load_n(&turn, __ATOMIC_SEQ_CST)) != value;)
    __builtin_wasm_memory_atomic_wait32(&turn, seen, -1);
  sum += value;
  __atomic_store_n(&turn, value + 1, __ATOMIC_SEQ_CST);
  __builtin_wasm_memory_atomic_notify(&turn, 1);
}

THREAD void wasi_thread_start(int id, int argument) {
  (void)id, (void)argument;
  for (int i = 0; i < Rounds; ++i) answer(2 * i + 1);
}

MAIN void _start(void) {
  if (thread_spawn(0) < 0) __builtin_trap();
  for (int i = 0; i < Rounds; ++i) answer(2 * i);
  for (int seen; (seen = __atomic_load_n(&turn, __ATOMIC_SEQ_CST)) != 2 * Rounds;)
    __builtin_wasm_memory_atomic_wait32(&turn, seen, -1);
  print_number(sum);
}
