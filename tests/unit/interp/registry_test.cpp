// SPDX-License-Identifier: Apache-2.0
// What the predecoder takes for granted about the keys that families serve, and about compares.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "interp/compares.hpp"
#include "interp/key_text.hpp"
#include "interp/registry.hpp"
#include "wasm/sem_evaluate.hpp"

namespace zhan::interp {
namespace {

template <class F>
void for_keys(F f) {
  for (const Family* family : all_families())
    for (const Key& key : family->keys) f(key);
}

bool served(const Key& key) { return find_handler(key) != nullptr; }

Key with(Key key, usize at, Token token) {
  key.set(at, token);
  return key;
}

TEST(Registry, AValueInAnAccumulatorCanBeStoredInItsSlot) {
  for_keys([](const Key& key) {
    for (usize i = 0; i < key.size(); ++i)
      if (key[i] == tok::val_acc) EXPECT_TRUE(served(with(key, i, tok::val_slot))) << key_text(key);
  });
}

TEST(Registry, BranchesGoBothWays) {
  for_keys([](const Key& key) {
    for (usize i = 0; i < key.size(); ++i) {
      if (!is_branch(key[i])) continue;
      const bool back = (key[i] - tok::br) % 2 != 0;
      const Token other = static_cast<Token>(back ? key[i] - 1 : key[i] + 1);
      EXPECT_TRUE(served(with(key, i, other))) << key_text(key);
    }
  });
}

TEST(Registry, TheActionsBeforeTheLastStandAlone) {
  u32 merged = 0;
  for_keys([&](const Key& key) {
    const Actions actions = actions_of(key);
    for (u32 n = 1; n < actions.count; ++n) {
      Key front;
      for (usize i = 0; i < actions.at[n]; ++i) front.set(i, key[i]);
      EXPECT_TRUE(served(front)) << key_text(key);
      ++merged;
    }
  });
  EXPECT_GT(merged, 100u);
}

TEST(Registry, OnlyTheLastActionDecidesWhereToGo) {
  for_keys([](const Key& key) {
    const Actions actions = actions_of(key);
    ASSERT_GE(actions.count, 1u) << key_text(key);
    EXPECT_TRUE(is_root(key[0])) << key_text(key);
    for (u32 n = 0; n + 1 < actions.count; ++n)
      EXPECT_NE(actions.at[n], actions.exit) << key_text(key);
  });
}

TEST(Registry, FieldsOfACellLieApart) {
  for_keys([](const Key& key) {
    const Layout layout = layout_of(key);
    EXPECT_EQ(layout.size % 8, 0) << key_text(key);
    std::array<bool, 256> used{};
    for (usize i = 0; i < 8; ++i) used[i] = true;  // the handler
    for (usize i = 0; i < key.size(); ++i) {
      const u32 size = field_size(key[i]);
      if (size == 0) continue;
      EXPECT_EQ(layout.offset[i] % size, 0u) << key_text(key);
      EXPECT_LE(layout.offset[i] + size, layout.size) << key_text(key);
      for (u32 byte = 0; byte < size; ++byte) {
        EXPECT_FALSE(used[layout.offset[i] + byte]) << key_text(key);
        used[layout.offset[i] + byte] = true;
      }
    }
  });
}

TEST(Registry, HandlersAreFoundByTheirKeyAndKeysByTheirHandler) {
  usize count = 0;
  for (const Family* family : all_families()) {
    ASSERT_EQ(family->keys.size(), family->handlers.size());
    count += family->keys.size();
    for (usize i = 0; i < family->keys.size(); i += 97) {  // the way back is a search
      EXPECT_EQ(find_handler(family->keys[i]), family->handlers[i]);
      const auto* const handler = reinterpret_cast<const void*>(family->handlers[i]);
      EXPECT_EQ(key_of_handler(handler), family->keys[i]) << key_text(family->keys[i]);
    }
  }
  EXPECT_EQ(handler_count(), count);
  EXPECT_EQ(find_handler(Key{}), nullptr);
  EXPECT_EQ(key_of_handler(&count), Key{});
}

TEST(Registry, EveryTokenHasANameOfItsOwn) {
  std::set<Token> tokens;
  for_keys([&](const Key& key) {
    for (usize i = 0; i < key.size(); ++i) tokens.insert(key[i]);
  });
  std::set<std::string> names;
  for (const Token token : tokens) {
    const std::string name = token_text(token);
    EXPECT_NE(name, "?") << token;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_GT(tokens.size(), 150u);
}

/// A root over an operator whose operands all lie in slots.
Key in_slots(Token root, Token token) {
  Key key;
  usize size = 0;
  if (root != tok::end) key.set(size++, root);
  key.set(size++, token);
  for (usize i = 0; i < arity(token); ++i) key.set(size++, tok::slot);
  return key;
}

TEST(Registry, EveryInstructionIsServedWithItsOperandsInSlots) {
  for (usize i = 0; i < op_count; ++i) {
    const Op op = static_cast<Op>(i);
    const OpInfo& info = op_info(op);
    if (info.signature.find('v') != std::string_view::npos || info.is(trait::atomic)) continue;
    const bool eqz = op == Op::i32_eqz || op == Op::i64_eqz;  // compares with zero
    if (info.is(trait::value) && info.results().size() == 1 && !eqz)
      EXPECT_TRUE(served(in_slots(tok::val_acc, tok::of(op)))) << info.text;
    if (!info.is(trait::load | trait::store)) continue;
    const Token root = info.is(trait::load) ? tok::val_acc : tok::end;
    const Token compared = static_cast<Token>(tok::of(op) + tok::explicit_);
    EXPECT_TRUE(served(in_slots(root, compared))) << info.text;
    if (ZHAN_EXPLICIT_CHECKS == 0) EXPECT_TRUE(served(in_slots(root, tok::of(op)))) << info.text;
  }
}

TEST(Registry, AValueFromAnywhereCanBeMovedReturnedAndTested) {
  for (const Token leaf :
       {tok::slot, tok::acc, tok::local, tok::konst, tok::konst8, tok::acc_f, tok::acc_d})
    for (const Token root : {tok::move, tok::ret, tok::set_global, tok::set_global_far}) {
      Key key;
      key.set(0, root);
      key.set(1, leaf);
      EXPECT_TRUE(served(key)) << key_text(key);
    }
  for (const Token leaf : {tok::slot, tok::acc, tok::local})
    for (const Token root : {tok::br_if, tok::br_unless}) {
      Key key;
      key.set(0, root);
      key.set(1, leaf);
      EXPECT_TRUE(served(key)) << key_text(key);
    }
}

// -- Compares --

constexpr u64 words[] = {0,
                         1,
                         2,
                         0x7fff'ffff,
                         0x8000'0000,
                         0xffff'ffff,
                         0x7fff'ffff'ffff'ffff,
                         u64{1} << 63,
                         ~u64{0},
                         0x7fc0'0000,
                         0x7ff8'0000'0000'0000,
                         0x3f80'0000,
                         0x3ff0'0000'0000'0000};

u64 compare(Op op, u64 x, u64 y) {
  const bool narrow = op_info(op).params()[0] == 'i' || op_info(op).params()[0] == 'f';
  const u64 mask = narrow ? 0xffff'ffff : ~u64{0};
  const u64 operands[2] = {x & mask, y & mask};
  u64 result[2] = {};
  EXPECT_EQ(sem::evaluate(op, Imm{}, operands, result), Trap::none);
  return result[0];
}

template <class F>
void for_compares(F f) {
  for (usize i = 0; i < op_count; ++i) {
    const Op op = static_cast<Op>(i);
    const OpInfo& info = op_info(op);
    if (info.is(trait::compare) && info.params().size() == 2 && info.params()[0] != 'v') f(op);
  }
}

TEST(Compares, TheInverseOfTheInverseIsTheSameAndGivesTheOpposite) {
  u32 count = 0;
  for_compares([&](Op op) {
    const Op inverse = inverse_compare(op);
    if (inverse == no_op) return;
    ++count;
    EXPECT_EQ(inverse_compare(inverse), op) << op_info(op).text;
    for (const u64 x : words)
      for (const u64 y : words)
        EXPECT_NE(compare(op, x, y), compare(inverse, x, y)) << op_info(op).text;
  });
  EXPECT_EQ(count, 20u);  // none for floats: of NaN both would be false
}

TEST(Compares, ExchangedOperandsGiveTheSame) {
  u32 count = 0;
  for_compares([&](Op op) {
    const Op swapped = swapped_compare(op);
    ASSERT_NE(swapped, no_op) << op_info(op).text;
    ++count;
    EXPECT_EQ(swapped_compare(swapped), op) << op_info(op).text;
    for (const u64 x : words)
      for (const u64 y : words)
        EXPECT_EQ(compare(op, x, y), compare(swapped, y, x)) << op_info(op).text;
  });
  EXPECT_EQ(count, 32u);
}

}  // namespace
}  // namespace zhan::interp
