// SPDX-License-Identifier: Apache-2.0
// Conversions between number types.
#include "interp/families.hpp"

namespace zhan::interp {

/// One operand of another class than the result.
static constexpr bool is_conversion(const OpInfo& info) {
  const std::string_view s = info.signature;
  return info.is(trait::value) && info.imm == ImmKind::none && s.size() == 3 && s[1] == '_' &&
         s[0] != s[2] && s[0] != 'v' && s[2] != 'v' && !info.is(trait::compare);
}

static consteval KeyList make_list() {
  KeyList list;
  for_ops(is_conversion, [&](Op op) {
    const OpInfo& info = op_info(op);
    const bool from_int = info.signature[0] == 'i' || info.signature[0] == 'I';
    const bool to_int = info.signature[2] == 'i' || info.signature[2] == 'I';
    for (Token dest : int_dests)
      for (Token leaf : int_leaves)
        if ((to_int || dest != tok::val_local) && (from_int || leaf != tok::local))
          list.add(key_of(dest, op, leaf));
  });
  return list;
}
static constexpr KeyList list = make_list();
constinit const Family convert_family = FamilyOf<list>::family;

}  // namespace zhan::interp
