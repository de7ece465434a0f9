// SPDX-License-Identifier: Apache-2.0
// Counts the words of the files named on the command line, or of stdin, shows the ten
// most frequent and writes all of them to counts.tsv.
#include "words.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct Words words;

static void count_file(FILE* file) {
  char word[64];
  size_t length = 0;
  int c;
  do {
    c = getc(file);
    if (c != EOF && isalpha(c)) {
      if (length + 1 < sizeof word) {
        word[length++] = (char)tolower(c);
      }
    } else if (length > 0) {
      word[length] = '\0';
      count_word(&words, word);
      length = 0;
    }
  } while (c != EOF);
}

static int write_counts(struct Word** sorted) {
  FILE* file = fopen("counts.tsv", "w");
  if (!file) {
    printf("counts.tsv: %s\n", strerror(errno));
    return 1;
  }
  for (; *sorted; ++sorted) {
    fprintf(file, "%s\t%u\n", (*sorted)->text, (*sorted)->count);
  }
  return fclose(file) != 0;
}

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    FILE* file = fopen(argv[i], "r");
    if (!file) {
      printf("%s: %s\n", argv[i], strerror(errno));
      return 2;
    }
    count_file(file);
    fclose(file);
  }
  if (argc == 1) {
    count_file(stdin);
  }
  struct Word** sorted = sort_words(&words);
  printf("%zu words, %zu different\n", words.total, words.distinct);
  for (int i = 0; i < 10 && sorted[i]; ++i) {
    printf("%4u %s\n", sorted[i]->count, sorted[i]->text);
  }
  return write_counts(sorted);
}
