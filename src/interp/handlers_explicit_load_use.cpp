// SPDX-License-Identifier: Apache-2.0
// Fusions of memory 0 (fused_memory_keys.hpp), bounds by a compare.
#include "interp/families.hpp"
#include "interp/fused_memory_keys.hpp"

// Only where this is the only mode: the other builds leave out the code (docs/rationale.md).
#if ZHAN_EXPLICIT_CHECKS
namespace zhan::interp {

static constexpr KeyList list = load_use_keys(tok::explicit_);
constinit const Family explicit_load_use = FamilyOf<list>::family;

}  // namespace zhan::interp
#endif
