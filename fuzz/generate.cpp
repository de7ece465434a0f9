// SPDX-License-Identifier: Apache-2.0
// Any bytes as the choices of a generator: the module is valid by construction, so it must validate
// and survive the round trips, and its functions do the same with guard pages, with explicit checks
// and in the reference interpreter.
#include <cstdio>

#include "base/assert.hpp"
#include "support/generated_run.hpp"

namespace {

using namespace zhan;
using namespace zhan::test;

/// Says at the end what was done; tools/fuzz shows the line.
struct Totals {
  u64 modules = 0;
  RunCounts counts;
  ~Totals() {
    std::fprintf(stderr, "fuzz: %llu modules, %llu calls compared, %llu trapped, %llu left out\n",
                 static_cast<unsigned long long>(modules),
                 static_cast<unsigned long long>(counts.calls),
                 static_cast<unsigned long long>(counts.traps),
                 static_cast<unsigned long long>(counts.left_out));
  }
};

void check(const std::string& difference) {
  if (!difference.empty()) std::fprintf(stderr, "%s\n", difference.c_str());
  ZHAN_CHECK(difference.empty(), "generated modules do the same everywhere");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, usize size) {
  static const std::shared_ptr<engine::Engine> engines[] = {
      engine_with_checks(false), engine_with_checks(true), engine_that_collects()};
  Choices choices = Choices::of_case({data, size});
  const GeneratedModule module = generate_module(choices);
  check(compare_round_trip(module.bytes));
  static Totals totals;
  ++totals.modules;
  check(compare_with_reference(engines, module, choices, totals.counts));
  return 0;
}
