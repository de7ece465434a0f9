// SPDX-License-Identifier: Apache-2.0
// Branches: plain, on an integer, on a compare.
#include "interp/families.hpp"

namespace zhan::interp {

static consteval KeyList make_list() {
  KeyList list;
  list.add(key_of(tok::br));
  list.add(key_of(tok::br_back));
  for (Token branch : {tok::br_if, tok::br_if_back, tok::br_unless, tok::br_unless_back})
    for (Token leaf : int_leaves) list.add(key_of(branch, leaf));
  const auto int_compare = [](const OpInfo& i) { return is_compare(i, 'i') || is_compare(i, 'I'); };
  for_ops(int_compare, [&](Op op) {
    for (Token branch : branch_ifs)
      for (const TwoLeaves& two : ordered_leaves) list.add(key_of(branch, op, two.a, two.b));
  });
  const auto float_compare = [](const OpInfo& i) {
    return is_compare(i, 'f') || is_compare(i, 'F');
  };
  for_ops(float_compare, [&](Op op) {
    for (Token branch : {tok::br_if, tok::br_if_back, tok::br_unless, tok::br_unless_back})
      for (const TwoLeaves& two : float_leaves) list.add(key_of(branch, op, two.a, two.b));
  });
  return list;
}
static constexpr KeyList list = make_list();
constinit const Family branch_family = FamilyOf<list>::family;

}  // namespace zhan::interp
