// SPDX-License-Identifier: Apache-2.0
// Fusions of two operations on i64.
#include "interp/families.hpp"

namespace zhan::interp {

/// What feeds and what follows, of 32 and 64 bits; ranked by how often the pair runs.
struct OpPair {
  Op first, second;
};

static consteval void add_pair(KeyList& list, const OpPair& pair) {
  const bool commutes = op_info(pair.second).is(trait::commutes);
  for (Token dest : int_dests)
    for (Token x : int_leaves)
      for (Token y : {tok::slot, tok::konst})
        for (Token z : {tok::slot, tok::konst, tok::local}) {
          if (x == tok::local && z == tok::local) continue;
          list.add(key_of(dest, pair.second, pair.first, x, y, z));
          if (!commutes && z == tok::slot) list.add(key_of(dest, pair.second, z, pair.first, x, y));
        }
}

static consteval KeyList make_list() {
  KeyList list;
  constexpr OpPair pairs[] = {
      {Op::i64_add, Op::i64_add},   {Op::i64_mul, Op::i64_add},   {Op::i64_xor, Op::i64_add},
      {Op::i64_shl, Op::i64_or},    {Op::i64_shl, Op::i64_add},   {Op::i64_shr_u, Op::i64_and},
      {Op::i64_shr_u, Op::i64_xor}, {Op::i64_xor, Op::i64_xor},   {Op::i64_rotl, Op::i64_xor},
      {Op::i64_and, Op::i64_add},   {Op::i64_shr_u, Op::i64_add}, {Op::i64_add, Op::i64_and},
  };
  for (const OpPair& pair : pairs) add_pair(list, pair);
  return list;
}
static constexpr KeyList list = make_list();
constinit const Family fused_int64 = FamilyOf<list>::family;

}  // namespace zhan::interp
