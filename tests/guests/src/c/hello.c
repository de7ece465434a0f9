// SPDX-License-Identifier: Apache-2.0
// Greets, shows its arguments and one environment variable; the exit code is the
// number of arguments.
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
  puts("Hello from C");
  for (int i = 1; i < argc; ++i) {
    printf("argument %d is '%s'\n", i, argv[i]);
  }
  const char* colour = getenv("COLOUR");
  if (colour) {
    printf("COLOUR is %s\n", colour);
  }
  fputs("this line goes to stderr\n", stderr);
  return argc - 1;
}
