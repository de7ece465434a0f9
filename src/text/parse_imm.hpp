// SPDX-License-Identifier: Apache-2.0
// The Stream that reads immediates in the text format; see visit() in wasm/imm.hpp.
#pragma once

#include "base/assert.hpp"
#include "text/context.hpp"

namespace zhan::text {

/// Identifiers of the blocks around an instruction, innermost last.
class Labels {
 public:
  explicit Labels(NameTable& ids) noexcept : m_ids(ids) {}

  void push(std::string_view name) {
    const u32 position = static_cast<u32>(m_labels.size());
    const u32 hidden = name.empty() ? no_index : m_ids.exchange(scope, name, position);
    m_labels.push_back({name, hidden});
  }
  /// What the label hid can be seen again.
  void pop() {
    ZHAN_ASSERT(!m_labels.empty(), "a label that is left was entered");
    const Label& label = m_labels.back();
    if (!label.name.empty()) m_ids.exchange(scope, label.name, label.hidden);
    m_labels.pop_back();
  }
  [[nodiscard]] std::string_view innermost() const noexcept {
    ZHAN_ASSERT(!m_labels.empty(), "only inside a block");
    return m_labels.back().name;
  }
  /// Number of the label counted from inside, no_index if there is none.
  [[nodiscard]] u32 find(std::string_view name) const noexcept {
    const u32 position = m_ids.find(scope, name);
    ZHAN_ASSERT(position == no_index || position < m_labels.size(), "bound labels are open");
    return position == no_index ? no_index : static_cast<u32>(m_labels.size()) - 1 - position;
  }

 private:
  struct Label {
    std::string_view name;
    u32 hidden;
  };
  static constexpr u64 scope = scope_of(Space::label);
  NameTable& m_ids;
  std::vector<Label> m_labels;
};

/// Reads the immediates of `op`; where the text decides between rows with the same word (select,
/// ref.test, ...), `op` becomes the one meant.
class ImmParser {
 public:
  static constexpr bool text_order = true;
  ImmParser(Context& context, Labels& labels, Op& op, u32 function) noexcept
      : x(context), m_labels(labels), m_op(op), m_function(function) {}

  void index(Space space, u32& number);
  void count(u32& number) { number = x.c.u32_nat(); }
  void lane(u8& number) {
    number = static_cast<u8>(x.c.nat(0xff, ErrorId::i8_constant_out_of_range));
  }
  void lanes(V128& v);
  void const_i32(u64& bits) { bits = integer(32); }
  void const_i64(u64& bits) { bits = integer(64); }
  void const_f32(u64& bits) { bits = floating(32); }
  void const_f64(u64& bits) { bits = floating(64); }
  void const_v128(V128& v);
  void block_type(BlockType& type);
  void heap_type(ValType& type);
  void memarg(MemArg& arg, u32 access);
  void labels(std::vector<u32>& list);
  void types(std::vector<ValType>& list);
  void cast_branch(u32& label, ValType& from, ValType& to);
  void catches(std::vector<Catch>& list);
  void handlers(std::vector<Handler>& list);
  void fence() {}

 private:
  u32 label();
  u64 integer(u32 width);
  u64 floating(u32 width);
  bool optional_index_here(Space space);
  u64 number_behind(std::string_view prefix);

  Context& x;
  Labels& m_labels;
  Op& m_op;
  u32 m_function;
  u32 m_type = 0;  // the type a field index belongs to
};

/// A number token as the bits of an integer or float of `width` bits, for constants and lanes.
[[nodiscard]] u64 parse_constant(Cursor& c, bool is_float, u32 width);

/// Shape and lanes behind v128.const.
[[nodiscard]] V128 parse_v128(Cursor& c);

}  // namespace zhan::text
