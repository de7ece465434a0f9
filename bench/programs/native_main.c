// SPDX-License-Identifier: Apache-2.0
// The native form of a kernel: NAME N prints what run(N) returns.
#include <stdio.h>
#include <stdlib.h>

int run(int n);

int main(int argc, char** argv) {
  if (argc != 2) return fputs("usage: KERNEL N\n", stderr), 2;
  printf("%d\n", run(atoi(argv[1])));
  return 0;
}
