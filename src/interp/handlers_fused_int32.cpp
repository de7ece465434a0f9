// SPDX-License-Identifier: Apache-2.0
// Fusions of two integer operations: z op2 (x op1 y).
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
      {Op::i32_add, Op::i32_add},   {Op::i32_shl, Op::i32_add},   {Op::i32_mul, Op::i32_add},
      {Op::i32_and, Op::i32_add},   {Op::i32_sub, Op::i32_add},   {Op::i32_xor, Op::i32_add},
      {Op::i32_add, Op::i32_and},   {Op::i32_shr_u, Op::i32_and}, {Op::i32_xor, Op::i32_and},
      {Op::i32_shl, Op::i32_or},    {Op::i32_and, Op::i32_or},    {Op::i32_shr_u, Op::i32_xor},
      {Op::i32_and, Op::i32_xor},   {Op::i32_xor, Op::i32_xor},   {Op::i32_rotl, Op::i32_xor},
      {Op::i32_and, Op::i32_shl},   {Op::i32_add, Op::i32_shl},   {Op::i32_shl, Op::i32_shr_s},
      {Op::i32_and, Op::i32_shr_u}, {Op::i32_xor, Op::i32_shr_u}, {Op::i32_add, Op::i32_sub},
  };
  for (const OpPair& pair : pairs) add_pair(list, pair);
  return list;
}
static constexpr KeyList list = make_list();
constinit const Family fused_int32 = FamilyOf<list>::family;

}  // namespace zhan::interp
