// SPDX-License-Identifier: Apache-2.0
// Stores of memory 0, bounds by a compare.
#include "interp/families.hpp"
#include "interp/memory_keys.hpp"

namespace zhan::interp {

static constexpr KeyList list = store_keys(tok::explicit_);
constinit const Family explicit_stores = FamilyOf<list>::family;

}  // namespace zhan::interp
