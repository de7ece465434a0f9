// SPDX-License-Identifier: Apache-2.0
// All families of handlers made of tokens, one a file handlers_*.cpp.
#pragma once

#include "interp/family.hpp"

namespace zhan::interp {

extern const Family int32_family, int64_family, float_family, convert_family, plain_family,
    branch_family;
extern const Family guarded_loads, guarded_stores, explicit_loads, explicit_stores;
// Fusions: no result depends on them.
extern const Family fused_int32, fused_int64, fused_float, fused_branch, fused_move;
extern const Family guarded_indexed_load, guarded_load_use, guarded_load_binary, guarded_store_use;
extern const Family explicit_indexed_load, explicit_load_use, explicit_load_binary,
    explicit_store_use;

}  // namespace zhan::interp
