// SPDX-License-Identifier: Apache-2.0
// Fusions of memory 0 (fused_memory_keys.hpp), bounds by guard pages.
#include "interp/families.hpp"
#include "interp/fused_memory_keys.hpp"

#if !ZHAN_EXPLICIT_CHECKS
namespace zhan::interp {

static constexpr KeyList list = load_use_keys(0);
constinit const Family guarded_load_use = FamilyOf<list>::family;

}  // namespace zhan::interp
#endif
