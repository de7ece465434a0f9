// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "check.h"

#define API_TEST(name) void test_##name(void);
#include "tests.def"
#undef API_TEST

int check_failures = 0;

static int run(const char* wanted) {
  int found = 0;
#define API_TEST(name)              \
  if (strcmp(wanted, #name) == 0) { \
    test_##name();                  \
    found = 1;                      \
  }
#include "tests.def"
#undef API_TEST
  return found;
}

int main(int argc, char** argv) {
  if (argc != 2 || !run(argv[1])) {
    fprintf(stderr, "usage: test-api NAME\n");
    return 2;
  }
  return check_failures == 0 ? 0 : 1;
}
