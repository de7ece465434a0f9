// SPDX-License-Identifier: Apache-2.0
// Horspool's string search: 64 words of three to ten letters in a text of
// 64 KB, by a table of how far each letter lets the word move on.
#include "kernel.h"

enum { Text = 65536, Words = 64, Longest = 10 };

static u8 text[Text];

static int count(const u8* word, int length) {
  u8 skip[256];
  int found = 0;
  for (int i = 0; i < 256; ++i) skip[i] = (u8)length;
  for (int i = 0; i < length - 1; ++i) skip[word[i]] = (u8)(length - 1 - i);
  for (int at = 0; at + length <= Text; at += skip[text[at + length - 1]]) {
    int i = length - 1;
    while (i >= 0 && text[at + i] == word[i]) --i;
    found += i < 0;
  }
  return found;
}

// Letters as uneven as those of a language: the product of two numbers below six.
static u8 letter(u32* state) {
  const u32 random = next_random(state) >> 8;
  return (u8)('a' + random % 6 * (random / 64 % 6) % 26);
}

int run(int n) {
  u32 state = 88172645u, hash = 0;
  for (int i = 0; i < Text; ++i) text[i] = letter(&state);
  for (int round = 0; round < n; ++round) {
    for (int w = 0; w < Words; ++w) {
      u8 word[Longest];
      const int length = 3 + w % (Longest - 2);
      for (int i = 0; i < length; ++i) word[i] = letter(&state);
      hash = hash * 31 + (u32)count(word, length);
    }
  }
  return as_checksum(hash);
}
