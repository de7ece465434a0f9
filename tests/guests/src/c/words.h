// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>

struct Word {
  char* text;
  unsigned count;
  struct Word* next;
};

enum { Buckets = 257 };

struct Words {
  struct Word* bucket[Buckets];
  size_t distinct;
  size_t total;
};

void count_word(struct Words* words, const char* text);

// All words, most frequent first, equal counts by name; the caller frees the array.
struct Word** sort_words(const struct Words* words);
