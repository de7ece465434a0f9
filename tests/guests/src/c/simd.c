// SPDX-License-Identifier: Apache-2.0
// The same sums, saturations and shuffles in scalar code and in 128-bit vectors.
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wasm_simd128.h>

enum { Count = 4096 };

static uint8_t bytes[Count], other[Count], reversed[Count], expected[Count];
static float floats[Count];

static void fill(void) {
  uint32_t x = 12345;
  for (int i = 0; i < Count; ++i) {
    x = x * 1103515245u + 12345u;
    bytes[i] = (uint8_t)(x >> 16);
    other[i] = (uint8_t)(x >> 24);
    floats[i] = (float)(int32_t)(x >> 8 & 0xffff) * 0.25f - 4096.0f;
  }
}

static uint32_t scalar_average(void) {
  uint32_t sum = 0;
  for (int i = 0; i < Count; ++i) {
    sum += (uint32_t)(bytes[i] + other[i] + 1) / 2;
  }
  return sum;
}

static uint32_t vector_average(void) {
  v128_t sum = wasm_i32x4_const_splat(0);
  for (int i = 0; i < Count; i += 16) {
    v128_t v = wasm_u8x16_avgr(wasm_v128_load(bytes + i), wasm_v128_load(other + i));
    sum =
        wasm_i32x4_add(sum, wasm_u32x4_extadd_pairwise_u16x8(wasm_u16x8_extadd_pairwise_u8x16(v)));
  }
  return (uint32_t)(wasm_i32x4_extract_lane(sum, 0) + wasm_i32x4_extract_lane(sum, 1) +
                    wasm_i32x4_extract_lane(sum, 2) + wasm_i32x4_extract_lane(sum, 3));
}

static void scalar_reverse(uint8_t* out) {
  for (int i = 0; i < Count; ++i) {
    out[i] = bytes[Count - 1 - i];
  }
}

static void vector_reverse(uint8_t* out) {
  for (int i = 0; i < Count; i += 16) {
    v128_t v = wasm_v128_load(bytes + i);
    v = wasm_i8x16_shuffle(v, v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    wasm_v128_store(out + Count - 16 - i, v);
  }
}

static float scalar_clamped(void) {
  float largest = -1e30f;
  for (int i = 0; i < Count; ++i) {
    float square = floats[i] * floats[i];
    largest = square > largest ? square : largest;
  }
  return largest;
}

static float vector_clamped(void) {
  v128_t largest = wasm_f32x4_splat(-1e30f);
  for (int i = 0; i < Count; i += 4) {
    v128_t v = wasm_v128_load(floats + i);
    largest = wasm_f32x4_max(largest, wasm_f32x4_mul(v, v));
  }
  float best = wasm_f32x4_extract_lane(largest, 0);
  best = wasm_f32x4_extract_lane(largest, 1) > best ? wasm_f32x4_extract_lane(largest, 1) : best;
  best = wasm_f32x4_extract_lane(largest, 2) > best ? wasm_f32x4_extract_lane(largest, 2) : best;
  return wasm_f32x4_extract_lane(largest, 3) > best ? wasm_f32x4_extract_lane(largest, 3) : best;
}

int main(void) {
  fill();
  scalar_reverse(expected);
  vector_reverse(reversed);
  int same = scalar_average() == vector_average() &&
             memcmp(expected, reversed, sizeof expected) == 0 &&
             scalar_clamped() == vector_clamped();
  printf("average %u, largest square %.1f, %s\n", vector_average(), (double)vector_clamped(),
         same ? "vectors and scalars agree" : "VECTORS AND SCALARS DIFFER");
  return !same;
}
