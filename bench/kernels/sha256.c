// SPDX-License-Identifier: Apache-2.0
// SHA-256 over 4 KiB: long straight lines of 32-bit rotates, xors and adds.
#include "kernel.h"

enum { Rounds = 64, Block = 64, Message = 4096 };

// Fractional parts of the cube roots of the first 64 primes (FIPS 180-4).
static const u32 round_constant[Rounds] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

// Fractional parts of the square roots of the first 8 primes.
static u32 hash[8];
static const u32 initial_hash[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static u8 message[Message];

static inline u32 rotate(u32 x, int n) { return x >> n | x << (32 - n); }

static inline u32 big_endian(const u8* p) {
  return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static void compress(const u8* block) {
  u32 w[Rounds];
  for (int i = 0; i < 16; ++i) {
    w[i] = big_endian(block + 4 * i);
  }
  for (int i = 16; i < Rounds; ++i) {
    u32 s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
    u32 s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  u32 a = hash[0], b = hash[1], c = hash[2], d = hash[3];
  u32 e = hash[4], f = hash[5], g = hash[6], h = hash[7];
  for (int i = 0; i < Rounds; ++i) {
    u32 s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    u32 t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constant[i] + w[i];
    u32 s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    u32 t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  hash[0] += a, hash[1] += b, hash[2] += c, hash[3] += d;
  hash[4] += e, hash[5] += f, hash[6] += g, hash[7] += h;
}

// The first 31 bits of SHA-256 of n times the 4096 bytes i*7+3 (mod 256).
int run(int n) {
  for (int i = 0; i < 8; ++i) {
    hash[i] = initial_hash[i];
  }
  for (int i = 0; i < Message; ++i) {
    message[i] = (u8)(i * 7 + 3);
  }
  for (int round = 0; round < n; ++round) {
    for (int at = 0; at < Message; at += Block) {
      compress(message + at);
    }
  }
  u8 last[Block] = {0x80};
  u64 bits = (u64)n * Message * 8;
  for (int i = 0; i < 8; ++i) {
    last[Block - 1 - i] = (u8)(bits >> (8 * i));
  }
  compress(last);
  return (int)(hash[0] >> 1);
}
