// SPDX-License-Identifier: Apache-2.0
// Fibonacci by its definition: the price of a call and a return. Here n is the
// index, not a count of rounds.
#include "kernel.h"

// Without the attribute clang turns one of the two calls into a loop.
__attribute__((noinline, disable_tail_calls)) static u32 fib(u32 n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int run(int n) { return as_checksum(fib((u32)n)); }
