// SPDX-License-Identifier: Apache-2.0
// What every kernel shares. A kernel is one freestanding C file that exports
// `run(n)`: it repeats its work n times and returns a checksum in [0, 2^31), so
// that engines which print results signed and unsigned print the same text.
#pragma once

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

// Marsaglia's xorshift, so that inputs are the same in every engine.
static inline u32 next_random(u32* state) {
  u32 x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

static inline int as_checksum(u64 value) { return (int)((value ^ (value >> 32)) & 0x7fffffff); }

// The bits of a double: equal only when every rounding on the way was equal.
static inline int f64_checksum(double value) {
  u64 bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return as_checksum(bits);
}

__attribute__((export_name("run"))) int run(int n);
