// SPDX-License-Identifier: Apache-2.0
// Fusions of two independent actions, and selects and returns of expressions.
#include "interp/families.hpp"

namespace zhan::interp {

/// Two pointers bumped, or a bump beside a move.
static consteval void add_bumps(KeyList& list) {
  struct Bump {
    Token dest, x;
  };
  constexpr Bump bumps[] = {
      {tok::val_slot, tok::slot}, {tok::val_local, tok::local}, {tok::val_slot, tok::acc}};
  for (const Bump& a : bumps)
    for (Token ya : {tok::konst, tok::slot}) {
      for (const Bump& b : bumps)
        for (Token yb : {tok::konst, tok::slot})
          if (b.x != tok::acc)
            list.add(key_of(a.dest, Op::i32_add, a.x, ya, b.dest, Op::i32_add, b.x, yb));
      for (Token leaf : {tok::slot, tok::konst, tok::local}) {
        list.add(key_of(a.dest, Op::i32_add, a.x, ya, tok::move, leaf));
        list.add(key_of(tok::move, leaf, a.dest, Op::i32_add, a.x, ya));
      }
    }
}

/// select(x, y, a compares with b)
static consteval void add_selects(KeyList& list) {
  for_ops([](const OpInfo& info) { return is_compare(info, 'i'); },
          [&](Op compare) {
            for (Token dest : int_dests)
              for (Token x : {tok::slot, tok::konst})
                for (Token y : {tok::slot, tok::konst})
                  for (const TwoLeaves& two : ordered_leaves)
                    if (two.b != tok::local)
                      list.add(key_of(dest, tok::select_w, x, y, compare, two.a, two.b));
          });
  for_ops([](const OpInfo& info) { return is_compare(info, 'I'); },
          [&](Op compare) {
            for (Token x : {tok::slot, tok::konst})
              for (Token y : {tok::slot, tok::konst})
                for (Token other : {tok::slot, tok::konst})
                  for (Token dest : {tok::val_acc, tok::val_slot}) {
                    list.add(key_of(dest, tok::select_w, x, y, compare, tok::acc, other));
                    if (x == y)
                      list.add(key_of(dest, tok::select_i, x, y, compare, tok::acc, other));
                  }
          });
}

static consteval void add_returns(KeyList& list) {
  for (Op op : {Op::i32_add, Op::i32_sub, Op::i32_and, Op::i32_or, Op::i32_xor, Op::i64_add})
    for (const TwoLeaves& two : ordered_leaves) list.add(key_of(tok::ret, op, two.a, two.b));
}

/// global = global + constant: stack pointers.
static consteval void add_globals(KeyList& list) {
  for (Op op : {Op::i32_add, Op::i32_sub})
    for (Token dest : int_dests) {
      list.add(key_of(dest, op, tok::get_global, tok::konst));
      list.add(key_of(dest, op, tok::get_global, tok::konst, tok::set_global,
                      dest == tok::val_local ? tok::local : tok::acc));
    }
  for (Token x : int_leaves) list.add(key_of(tok::set_global, Op::i32_add, x, tok::konst));
}

static consteval KeyList make_list() {
  KeyList list;
  add_bumps(list);
  add_selects(list);
  add_returns(list);
  add_globals(list);
  return list;
}
static constexpr KeyList list = make_list();
constinit const Family fused_move = FamilyOf<list>::family;

}  // namespace zhan::interp
