// SPDX-License-Identifier: Apache-2.0
// A machine of sixteen instructions that runs a random program: one switch an
// instruction, which compilers make a `br_table` that is hard to predict.
#include "kernel.h"

enum { Length = 4096 };

static u8 program[Length];

static u32 execute(u32 a, u32 b) {
  for (int at = 0; at < Length; ++at) {
    switch (program[at]) {
      case 0: a += b; break;
      case 1: a -= b; break;
      case 2: b ^= a; break;
      case 3: a = a << 7 | a >> 25; break;
      case 4: b += 0x9e3779b9; break;
      case 5: a *= 2654435761u; break;
      case 6: b = b << 13 | b >> 19; break;
      case 7: a ^= b >> 3; break;
      case 8: b -= a; break;
      case 9: at += a & 1; break;
      case 10: a = ~a; break;
      case 11: b *= 5; break;
      case 12: a &= b | 0xff; break;
      case 13: b |= a & 0x55555555; break;
      case 14: at += (b & 3) == 0; break;
      default: a ^= (u32)at; break;
    }
  }
  return a ^ b;
}

int run(int n) {
  u32 state = 88172645u, hash = 1;
  for (int i = 0; i < Length; ++i) program[i] = next_random(&state) >> 28;
  for (int round = 0; round < n; ++round) hash = execute(hash, (u32)round);
  return as_checksum(hash);
}
