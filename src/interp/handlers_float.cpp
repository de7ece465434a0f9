// SPDX-License-Identifier: Apache-2.0
// Arithmetic and compares on f32 and f64.
#include "interp/families.hpp"

namespace zhan::interp {

static consteval KeyList make_list() {
  KeyList list;
  const auto add = [&](Op op, std::span<const TwoLeaves> leaves, std::span<const Token> dests) {
    for (const TwoLeaves& two : leaves)
      for (Token dest : dests) list.add(key_of(dest, op, two.a, two.b));
  };
  const auto binary = [](const OpInfo& i) { return is_value(i, "ff_f") || is_value(i, "FF_F"); };
  const auto unary = [](const OpInfo& i) { return is_value(i, "f_f") || is_value(i, "F_F"); };
  const auto compare = [](const OpInfo& i) { return is_compare(i, 'f') || is_compare(i, 'F'); };
  for_ops(binary, [&](Op op) {
    add(op, float_leaves, float_dests);
    if (op_info(op).params()[0] == 'F') add(op, konst8_leaves, float_dests);
    if (!op_info(op).is(trait::commutes)) add(op, float_reversed_leaves, float_dests);
  });
  for_ops(unary, [&](Op op) {
    for (Token leaf : {tok::slot, tok::acc})
      for (Token dest : float_dests) list.add(key_of(dest, op, leaf));
  });
  for_ops(compare, [&](Op op) { add(op, float_leaves, int_dests); });
  return list;
}
static constexpr KeyList list = make_list();
constinit const Family float_family = FamilyOf<list>::family;

}  // namespace zhan::interp
