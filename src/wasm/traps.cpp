// SPDX-License-Identifier: Apache-2.0
#include "wasm/traps.hpp"

namespace zhan {

const char* trap_text(Trap trap) noexcept {
  static constexpr const char* texts[] = {
#define ZHAN_TRAP(id, text) text,
#include "wasm/traps.def"
#undef ZHAN_TRAP
  };
  return texts[static_cast<usize>(trap)];
}

}  // namespace zhan
