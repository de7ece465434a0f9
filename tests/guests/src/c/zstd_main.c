// SPDX-License-Identifier: Apache-2.0
// Packs stdin at every level named, unpacks the result and compares.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zstd.h"

static char* input;
static size_t input_size;

static void read_stdin(void) {
  size_t room = 1 << 16;
  input = malloc(room);
  for (size_t got; (got = fread(input + input_size, 1, room - input_size, stdin)) > 0;) {
    input_size += got;
    if (input_size == room) {
      room *= 2;
      input = realloc(input, room);
    }
  }
}

static int round_trip(int level) {
  size_t room = ZSTD_compressBound(input_size);
  char* packed = malloc(room);
  char* back = malloc(input_size + 1);
  size_t size = ZSTD_compress(packed, room, input, input_size, level);
  int failed = ZSTD_isError(size) ||
               ZSTD_decompress(back, input_size, packed, size) != input_size ||
               memcmp(input, back, input_size) != 0;
  printf("level %d: %zu to %zu bytes, %s\n", level, input_size, size,
         failed ? "DAMAGED" : "restored");
  free(packed);
  free(back);
  return failed;
}

int main(int argc, char** argv) {
  int failures = 0;
  read_stdin();
  for (int i = 1; i < argc; ++i) {
    failures += round_trip(atoi(argv[i]));
  }
  return failures;
}
