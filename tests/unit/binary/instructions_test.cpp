// SPDX-License-Identifier: Apache-2.0
// Every row of the instruction table with many immediates: written, read, written again.
#include <gtest/gtest.h>

#include <random>

#include "unit/binary/hex.hpp"
#include "wasm/reader.hpp"

namespace zhan::binary::test {
namespace {

/// A Stream that fills immediates with random values, small ones and extremes alike.
class ImmMaker {
 public:
  static constexpr bool text_order = false;
  explicit ImmMaker(u32 seed) : m_random(seed) {}

  u64 number(u32 bits) {
    const u64 raw = m_random() >> (m_random() % bits + (64 - bits));
    return m_random() % 4 == 0 ? ~raw >> (64 - bits) : raw;
  }
  void index(Space, u32& x) { x = static_cast<u32>(number(32)); }
  void count(u32& x) { x = static_cast<u32>(number(32)); }
  void lane(u8& x) { x = static_cast<u8>(number(8)); }
  void lanes(V128& x) { const_v128(x); }
  void const_i32(u64& x) { x = number(32); }
  void const_i64(u64& x) { x = number(64); }
  void const_f32(u64& x) { x = number(32); }
  void const_f64(u64& x) { x = number(64); }
  void const_v128(V128& x) {
    for (u8& byte : x.bytes) byte = static_cast<u8>(m_random());
  }
  ValType ref() {
    const bool nullable = m_random() % 2 == 0;
    if (m_random() % 2 == 0)
      return ValType::ref(static_cast<AbsHeap>(0x68 + m_random() % 14), nullable);
    const HeapType heap = HeapType::defined(static_cast<u32>(number(31)));
    return ValType::ref(heap, nullable, m_random() % 2 == 0);
  }
  ValType value() {
    const ValType plain[] = {type_i32, type_i64, type_f32, type_f64, type_v128};
    return m_random() % 2 == 0 ? plain[m_random() % 5] : ref();
  }
  void block_type(BlockType& x) {
    x = {};
    x.form = static_cast<BlockType::Form>(m_random() % 3);
    if (x.form == BlockType::Form::value) x.value = value();
    if (x.form == BlockType::Form::type) x.type = static_cast<u32>(number(32));
  }
  void heap_type(ValType& x) {
    x = ref();
    x.nullable = true;
  }
  void memarg(MemArg& x, u32 access) {
    x.align_log2 = static_cast<u32>(m_random() % (access + 1));
    x.memory = m_random() % 2 == 0 ? 0 : static_cast<u32>(number(32));
    x.offset = number(64);
  }
  void labels(std::vector<u32>& x) {
    x.resize(m_random() % 9 + 1);
    for (u32& label : x) label = static_cast<u32>(number(32));
  }
  void types(std::vector<ValType>& x) {
    x.resize(m_random() % 4);
    for (ValType& type : x) type = value();
  }
  void cast_branch(u32& label, ValType& from, ValType& to) {
    label = static_cast<u32>(number(32));
    from = ref();
    to = ref();
  }
  void catches(std::vector<Catch>& x) {
    x.assign(m_random() % 5, {});
    for (Catch& c : x) {
      c.form = static_cast<Catch::Form>(m_random() % 4);
      if (c.has_tag()) c.tag = static_cast<u32>(number(32));
      c.label = static_cast<u32>(number(32));
    }
  }
  void handlers(std::vector<Handler>& x) {
    x.assign(m_random() % 5, {});
    for (Handler& h : x) {
      h.is_switch = m_random() % 2 == 0;
      h.tag = static_cast<u32>(number(32));
      if (!h.is_switch) h.label = static_cast<u32>(number(32));
    }
  }
  void fence() {}

 private:
  std::mt19937_64 m_random;
};

void expect_same(const Imm& a, const Imm& b, const OpInfo& info) {
  EXPECT_EQ(a.a, b.a) << info.text;
  EXPECT_EQ(a.b, b.b) << info.text;
  EXPECT_EQ(a.lane, b.lane) << info.text;
  EXPECT_EQ(a.bits, b.bits) << info.text;
  EXPECT_EQ(a.v128, b.v128) << info.text;
  EXPECT_EQ(a.memarg, b.memarg) << info.text;
  EXPECT_EQ(a.block, b.block) << info.text;
  EXPECT_EQ(a.ref, b.ref) << info.text;
  EXPECT_EQ(a.from, b.from) << info.text;
  EXPECT_EQ(a.labels, b.labels) << info.text;
  EXPECT_EQ(a.types, b.types) << info.text;
  EXPECT_EQ(a.catches, b.catches) << info.text;
  EXPECT_EQ(a.handlers, b.handlers) << info.text;
}

void round_trip(Op op, Imm& imm) {
  const OpInfo& info = op_info(op);
  ByteWriter w;
  write_instruction(w, op, imm);
  ByteReader r(w.view());
  ASSERT_EQ(r.op(), op) << info.text;
  Imm read;
  read_imm(r, info, read);
  ASSERT_TRUE(r.ok()) << info.text << ": " << r.error().to_string();
  EXPECT_TRUE(r.at_end()) << info.text;
  expect_same(imm, read, info);
  ByteWriter again;
  write_instruction(again, op, read);
  EXPECT_EQ(again.take(), w.take()) << info.text;
}

TEST(Instructions, EveryRowComesBack) {
  for (usize row = 0; row < op_count; ++row) {
    ImmMaker maker(static_cast<u32>(row));
    for (int i = 0; i < 200; ++i) {
      Imm imm;
      visit(maker, op_info(static_cast<Op>(row)), imm);
      round_trip(static_cast<Op>(row), imm);
      if (HasFailure()) return;
    }
  }
}

// A cut at any byte is an end that is noticed, and nothing is read behind it.
TEST(Instructions, EveryCutIsNoticed) {
  for (usize row = 0; row < op_count; ++row) {
    ImmMaker maker(static_cast<u32>(row));
    Imm imm;
    visit(maker, op_info(static_cast<Op>(row)), imm);
    ByteWriter w;
    write_instruction(w, static_cast<Op>(row), imm);
    for (usize size = 0; size < w.size(); ++size) {
      const Bytes cut(w.view().begin(), w.view().begin() + static_cast<std::ptrdiff_t>(size));
      ByteReader r(cut);
      const Op op = r.op();
      Imm read;
      if (r.ok()) read_imm(r, op_info(op), read);
      EXPECT_FALSE(r.ok()) << op_info(static_cast<Op>(row)).text << " of " << size << " bytes";
    }
  }
}

TEST(Instructions, CodesAreUnique) {
  for (usize row = 0; row < op_count; ++row) {
    const OpInfo& info = op_info(static_cast<Op>(row));
    EXPECT_EQ(find_op(info.prefix, info.code), static_cast<Op>(row)) << info.text;
  }
}

}  // namespace
}  // namespace zhan::binary::test
