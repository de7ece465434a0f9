// SPDX-License-Identifier: Apache-2.0
#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace zhan {

void panic(const char* file, int line, const char* message) noexcept {
  std::fprintf(stderr, "zhan: broken invariant at %s:%d: %s\n", file, line, message);
  std::abort();
}

}  // namespace zhan
