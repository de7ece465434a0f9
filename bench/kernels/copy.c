// SPDX-License-Identifier: Apache-2.0
// Copies, and some fills, of 8 bytes to 64 KB, a megabyte of each size a round. The
// sizes are read from memory, so that all are `memory.copy` and `memory.fill`.
#include "kernel.h"

enum { Size = 65536, Sizes = 6 };

static u8 from[Size], to[Size];
static volatile u32 sizes[Sizes] = {8, 32, 256, 2048, 16384, 65536};

#ifdef __wasm__
#define BULK __attribute__((target("bulk-memory")))
#else
#define BULK  // calls of the C library
#endif

BULK static void copy(u8* out, const u8* in, u32 size) { __builtin_memcpy(out, in, size); }
BULK static void fill(u8* out, int value, u32 size) { __builtin_memset(out, value, size); }

int run(int n) {
  u32 state = 88172645u, hash = 0;
  for (int i = 0; i < Size; ++i) from[i] = (u8)next_random(&state);
  for (int round = 0; round < n; ++round) {
    for (int s = 0; s < Sizes; ++s) {
      const u32 size = sizes[s];
      fill(to, round, size);
      for (u32 done = 0; done < 1u << 20; done += size) {
        const u32 at = done % (Size - size + 1);
        copy(to + at, from + at, size);
      }
      hash = hash * 31 + to[size / 2] + to[size - 1];
    }
  }
  return as_checksum(hash);
}
