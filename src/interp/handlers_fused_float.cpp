// SPDX-License-Identifier: Apache-2.0
// Fusions of two operations on f64 or f32: c op (a * b), (a * b) * c, (a - b) * c.
#include "interp/families.hpp"

namespace zhan::interp {

static consteval void add_pair(KeyList& list, Op first, Op second) {
  for (Token dest : float_dests)
    for (Token a : {tok::slot, tok::acc})
      for (Token c : {tok::slot, tok::acc}) {
        if (a == tok::acc && c == tok::acc) continue;
        list.add(key_of(dest, second, first, a, tok::slot, c));
        if (!op_info(second).is(trait::commutes))
          list.add(key_of(dest, second, c, first, a, tok::slot));
      }
}

static consteval KeyList make_list() {
  KeyList list;
  for (Op second : {Op::f64_add, Op::f64_sub, Op::f64_mul}) add_pair(list, Op::f64_mul, second);
  for (Op first : {Op::f64_sub, Op::f64_add})
    for (Op second : {Op::f64_mul, Op::f64_add}) add_pair(list, first, second);
  for (Op second : {Op::f32_add, Op::f32_sub, Op::f32_mul}) add_pair(list, Op::f32_mul, second);
  return list;
}
static constexpr KeyList list = make_list();
constinit const Family fused_float = FamilyOf<list>::family;

}  // namespace zhan::interp
