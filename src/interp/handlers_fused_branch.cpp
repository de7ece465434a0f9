// SPDX-License-Identifier: Apache-2.0
// Fusions that end in a branch: on arithmetic, on a compare of arithmetic, after a move or a stored
// result.
#include "interp/families.hpp"

namespace zhan::interp {

static constexpr bool is_i32_compare(const OpInfo& info) { return is_compare(info, 'i'); }
static constexpr Token all_conditions[] = {tok::br_if, tok::br_if_back, tok::br_unless,
                                           tok::br_unless_back};

/// if (x & y), if (x - y), ...
static consteval void add_tests(KeyList& list) {
  for (Op op : {Op::i32_and, Op::i32_sub, Op::i32_xor, Op::i32_add, Op::i32_shr_u, Op::i32_or})
    for (const TwoLeaves& two : ordered_leaves)
      for (Token branch : all_conditions) list.add(key_of(branch, op, two.a, two.b));
}

/// if (x op y) compares with z
static consteval void add_compares(KeyList& list) {
  for (Op op : {Op::i32_add, Op::i32_sub, Op::i32_and})
    for_ops(is_i32_compare, [&](Op compare) {
      for (Token x : int_leaves)
        for (Token z : {tok::slot, tok::konst})
          if (op != Op::i32_and || z == tok::konst)
            for (Token branch : branch_ifs) list.add(key_of(branch, compare, op, x, tok::konst, z));
    });
}

/// x = x op y; if (x compares with z): counted loops
static consteval void add_counters(KeyList& list) {
  const auto add = [&list](Op op, Op compare) {
    for (Token branch : branch_ifs) {
      for (Token y : {tok::konst, tok::slot})
        for (Token z : {tok::slot, tok::konst}) {
          list.add(key_of(tok::val_slot, op, tok::slot, y, branch, compare, tok::acc, z));
          list.add(key_of(tok::val_local, op, tok::local, y, branch, compare, tok::local, z));
        }
      list.add(
          key_of(tok::val_slot, op, tok::slot, tok::konst, branch, compare, tok::acc, tok::local));
    }
  };
  for_ops(is_i32_compare, [&](Op compare) { add(Op::i32_add, compare); });
  for_ops([](const OpInfo& info) { return is_compare(info, 'I'); },
          [&](Op compare) { add(Op::i64_add, compare); });
}

/// x = y & constant; if (x compares with a constant), and a move before a compare.
static consteval void add_masked(KeyList& list) {
  for_ops(is_i32_compare, [&](Op compare) {
    for (Token branch : branch_ifs) {
      for (Token leaf : int_leaves)
        list.add(key_of(tok::val_slot, Op::i32_and, leaf, tok::konst, branch, compare, tok::acc,
                        tok::konst));
      for (Token x : {tok::slot, tok::local})
        for (Token y : {tok::slot, tok::konst})
          list.add(key_of(tok::move, tok::slot, branch, compare, x, y));
    }
  });
}

/// A result is stored and tested.
static consteval void add_stored_tests(KeyList& list) {
  for (Op op : {Op::i32_add, Op::i32_sub, Op::i32_and, Op::i32_shr_u})
    for (Token branch : all_conditions) {
      for (const TwoLeaves& two : ordered_leaves)
        list.add(key_of(tok::val_slot, op, two.a, two.b, branch, tok::acc));
      for (Token y : {tok::slot, tok::konst})
        list.add(key_of(tok::val_local, op, tok::local, y, branch, tok::local));
    }
}

/// A move or a bump, then a jump.
static consteval void add_jumps(KeyList& list) {
  for (Token branch : {tok::br, tok::br_back}) {
    for (Token leaf : {tok::slot, tok::acc, tok::local, tok::konst})
      list.add(key_of(tok::move, leaf, branch));
    for (Token leaf : {tok::slot, tok::acc, tok::konst})
      list.add(key_of(tok::val_local, leaf, branch));
    for (Token y : {tok::slot, tok::konst}) {
      list.add(key_of(tok::val_slot, Op::i32_add, tok::slot, y, branch));
      list.add(key_of(tok::val_local, Op::i32_add, tok::local, y, branch));
    }
  }
}

static consteval KeyList make_list() {
  KeyList list;
  add_tests(list);
  add_compares(list);
  add_counters(list);
  add_masked(list);
  add_stored_tests(list);
  add_jumps(list);
  return list;
}
static constexpr KeyList list = make_list();
constinit const Family fused_branch = FamilyOf<list>::family;

}  // namespace zhan::interp
