// SPDX-License-Identifier: Apache-2.0
// All families of handlers made of tokens, one a file handlers_*.cpp.
#pragma once

#include "interp/family.hpp"

namespace zhan::interp {

extern const Family int32_family, int64_family, float_family, convert_family, plain_family,
    branch_family;
extern const Family guarded_loads, guarded_stores, explicit_loads, explicit_stores;

}  // namespace zhan::interp
