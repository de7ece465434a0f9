// SPDX-License-Identifier: Apache-2.0
// Stores of memory 0, bounds by guard pages.
#include "interp/families.hpp"
#include "interp/memory_keys.hpp"

#if !ZHAN_EXPLICIT_CHECKS
namespace zhan::interp {

static constexpr KeyList list = store_keys(0);
constinit const Family guarded_stores = FamilyOf<list>::family;

}  // namespace zhan::interp
#endif
