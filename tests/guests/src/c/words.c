// SPDX-License-Identifier: Apache-2.0
#include "words.h"

#include <stdlib.h>
#include <string.h>

static unsigned bucket_of(const char* text) {
  unsigned hash = 5381;
  while (*text) {
    hash = hash * 33 ^ (unsigned char)*text++;
  }
  return hash % Buckets;
}

void count_word(struct Words* words, const char* text) {
  struct Word** at = &words->bucket[bucket_of(text)];
  while (*at && strcmp((*at)->text, text) != 0) {
    at = &(*at)->next;
  }
  if (!*at) {
    *at = calloc(1, sizeof **at);
    (*at)->text = strdup(text);
    ++words->distinct;
  }
  ++(*at)->count;
  ++words->total;
}

static int more_frequent(const void* a, const void* b) {
  const struct Word* x = *(struct Word* const*)a;
  const struct Word* y = *(struct Word* const*)b;
  return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->text, y->text);
}

struct Word** sort_words(const struct Words* words) {
  struct Word** all = calloc(words->distinct + 1, sizeof *all);
  size_t count = 0;
  for (int i = 0; i < Buckets; ++i) {
    for (struct Word* word = words->bucket[i]; word; word = word->next) {
      all[count++] = word;
    }
  }
  qsort(all, count, sizeof *all, more_frequent);
  return all;
}
