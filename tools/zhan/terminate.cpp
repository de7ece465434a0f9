// SPDX-License-Identifier: Apache-2.0
// What the C++ library calls last of all. Its own version prints the name of an exception's type,
// and brings a demangler of 45 KB for that.
#include <cstdio>
#include <cstdlib>

namespace __gnu_cxx {

void __verbose_terminate_handler() {
  std::fputs("zhan: ended by an unhandled C++ exception\n", stderr);
  std::abort();
}

}  // namespace __gnu_cxx
