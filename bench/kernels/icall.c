// SPDX-License-Identifier: Apache-2.0
// A small stack machine whose operations are function pointers: call_indirect with
// a target that changes every time.
#include "kernel.h"

enum { Operations = 8, Length = 64 };

typedef u32 (*Operation)(u32 value, u32 operand);

static u32 add(u32 v, u32 o) { return v + o; }
static u32 subtract(u32 v, u32 o) { return v - o; }
static u32 exclusive_or(u32 v, u32 o) { return v ^ o; }
static u32 shift_add(u32 v, u32 o) { return (v << 1) + o; }
static u32 halve(u32 v, u32 o) { return (v >> 1) ^ o; }
static u32 multiply(u32 v, u32 o) { return v * (o | 1); }
static u32 rotate(u32 v, u32 o) { return (v << (o & 31)) | (v >> (-o & 31)); }
static u32 choose(u32 v, u32 o) { return v & 1 ? v + o : v ^ o; }

static const Operation operations[Operations] = {
    add, subtract, exclusive_or, shift_add, halve, multiply, rotate, choose,
};

static Operation program[Length];
static u32 operands[Length];

int run(int n) {
  u32 state = 123456789u;
  for (int i = 0; i < Length; ++i) {
    program[i] = operations[next_random(&state) % Operations];
    operands[i] = next_random(&state);
  }
  u32 value = 1;
  for (int round = 0; round < n; ++round) {
    for (int i = 0; i < Length; ++i) {
      value = program[i](value, operands[i]);
    }
  }
  return as_checksum(value);
}
