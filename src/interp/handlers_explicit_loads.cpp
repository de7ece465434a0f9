// SPDX-License-Identifier: Apache-2.0
// Loads of memory 0, bounds by a compare.
#include "interp/families.hpp"
#include "interp/memory_keys.hpp"

namespace zhan::interp {

static constexpr KeyList list = load_keys(tok::explicit_);
constinit const Family explicit_loads = FamilyOf<list>::family;

}  // namespace zhan::interp
