// SPDX-License-Identifier: Apache-2.0
// Integer arithmetic and compares of 64 bits.
#include "interp/families.hpp"
#include "interp/int_keys.hpp"

namespace zhan::interp {

static constexpr KeyList list = int_keys('I');
constinit const Family int64_family = FamilyOf<list>::family;

}  // namespace zhan::interp
