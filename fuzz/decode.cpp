// SPDX-License-Identifier: Apache-2.0
// Any bytes: decoding ends with a module or an error that has a place. A module is written and read
// again, and what was written once is written the same for ever. Names and hints are read as well.
#include <memory>
#include <vector>

#include "base/assert.hpp"
#include "binary/decode.hpp"
#include "binary/encode.hpp"
#include "module/branch_hints.hpp"
#include "module/names.hpp"

namespace {

using namespace zhan;

Features all_features() {
  Features all;
  for (usize i = 0; i < feature_count; ++i) all.set(static_cast<Feature>(i), true);
  return all;
}

void look_up(const Module& module) {
  const Names names(module);
  for (u32 i = 0; i < 16; ++i) {
    (void)names.get(NameKind::function, i);
    (void)names.get(NameKind::local, i, i);
  }
  const BranchHints hints(module);
  for (u32 i = 0; i < 16; ++i) (void)hints.of(i);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, usize size) {
  const Features features = all_features();
  const auto first = binary::decode({data, size}, nullptr, features);
  if (!first) {
    ZHAN_CHECK(first.error().info().offset <= size, "an error lies in the file");
    ZHAN_CHECK(!first.error().message().empty(), "an error says something");
    return 0;
  }
  look_up(*first);
  const std::vector<u8> once = binary::encode(*first);
  ZHAN_CHECK(once.size() <= size, "the canonical form is the shortest");
  const auto second = binary::decode(once, nullptr, features);
  ZHAN_CHECK(second, "what was encoded can be decoded");
  ZHAN_CHECK(binary::encode(*second) == once, "the canonical form stays");
  return 0;
}
