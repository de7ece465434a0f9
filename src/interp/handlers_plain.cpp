// SPDX-License-Identifier: Apache-2.0
// Moves, constants, globals, selects, references, the return of one result.
#include "interp/families.hpp"

namespace zhan::interp {

static consteval void add_moves(KeyList& list) {
  for (Token leaf :
       {tok::slot, tok::acc, tok::local, tok::konst, tok::konst8, tok::acc_f, tok::acc_d})
    for (Token root : {tok::move, tok::val_local, tok::set_global, tok::set_global_far, tok::ret})
      if (root != tok::val_local || leaf != tok::local) list.add(key_of(root, leaf));
  for (Token leaf : {tok::konst, tok::konst8, tok::slot, tok::local})
    for (Token root : {tok::val_acc, tok::val_slot}) list.add(key_of(root, leaf));
  for (Token a : {tok::slot, tok::konst, tok::local})
    for (Token b : {tok::slot, tok::konst, tok::local})
      list.add(key_of(tok::move, a, tok::move, b));
}

static consteval void add_globals(KeyList& list) {
  for (Token dest : int_dests)
    for (Token get : {tok::get_global, tok::get_global_far}) list.add(key_of(dest, get));
  for (Token dest : float_dests) {
    list.add(key_of(dest, tok::get_global_f));
    list.add(key_of(dest, tok::get_global_d));
  }
}

/// select(x, y, condition): the condition may be a compare, by a fusion.
static consteval void add_selects(KeyList& list) {
  for (Token dest : int_dests)
    for (Token x : {tok::slot, tok::local, tok::konst})
      for (Token y : {tok::slot, tok::local, tok::konst})
        for (Token condition : int_leaves)
          for (Token select : {tok::select_w, tok::select_i})
            list.add(key_of(dest, select, x, y, condition));
  for (Token dest : float_dests)
    for (Token select : {tok::select_f, tok::select_d})
      for (Token x : {tok::slot, tok::acc})
        for (Token y : {tok::slot, tok::acc})
          for (Token condition : int_leaves) list.add(key_of(dest, select, x, y, condition));
}

static consteval void add_references(KeyList& list) {
  for (Token dest : int_dests) {
    list.add(key_of(dest, tok::memory_size, tok::konst));
    for (Token leaf : int_leaves)
      for (Token op : {tok::non_null, tok::i31_new, tok::i31_get_s, tok::i31_get_u})
        list.add(key_of(dest, op, leaf));
  }
}

static consteval KeyList make_list() {
  KeyList list;
  add_moves(list);
  add_globals(list);
  add_selects(list);
  add_references(list);
  return list;
}
static constexpr KeyList list = make_list();
constinit const Family plain_family = FamilyOf<list>::family;

}  // namespace zhan::interp
