// SPDX-License-Identifier: Apache-2.0
// The Stream that prints immediates; see visit() in wasm/imm.hpp.
#pragma once

#include "base/assert.hpp"
#include "text/printer.hpp"

namespace zhan::text {

/// Names of the blocks around an instruction, as a printer needs them: a use may name a label only
/// if no inner block has the same name.
class LabelNames {
 public:
  void push(std::string_view name) { m_names.push_back(name); }
  void pop() {
    if (!m_names.empty()) m_names.pop_back();
  }
  [[nodiscard]] std::string_view innermost() const noexcept {
    ZHAN_ASSERT(!m_names.empty(), "only inside a block");
    return m_names.back();
  }
  [[nodiscard]] usize depth() const noexcept { return m_names.size(); }
  void append_use(std::string& out, u32 label) const;

 private:
  std::vector<std::string_view> m_names;
};

class ImmPrinter {
 public:
  static constexpr bool text_order = true;
  ImmPrinter(Printer& printer, const LabelNames& labels, const ScopeIds& locals, Op op) noexcept
      : p(printer), m_labels(labels), m_locals(locals), m_op(op) {}

  void index(Space space, u32& number);
  void count(u32& number) { word(std::to_string(number)); }
  void lane(u8& number) { word(std::to_string(number)); }
  void lanes(V128& v);
  void const_i32(u64& bits) { word(std::to_string(static_cast<i32>(static_cast<u32>(bits)))); }
  void const_i64(u64& bits) { word(std::to_string(static_cast<i64>(bits))); }
  void const_f32(u64& bits);
  void const_f64(u64& bits);
  void const_v128(V128& v);
  void block_type(BlockType& type) { p.block_type(type); }
  void heap_type(ValType& type);
  void memarg(MemArg& arg, u32 access);
  void labels(std::vector<u32>& list);
  void types(std::vector<ValType>& list);
  void cast_branch(u32& label, ValType& from, ValType& to);
  void catches(std::vector<Catch>& list);
  void handlers(std::vector<Handler>& list);
  void fence() {}

 private:
  void word(std::string_view text) {
    p.out += ' ';
    p.out += text;
  }
  void label(u32 number) {
    p.out += ' ';
    m_labels.append_use(p.out, number);
  }

  Printer& p;
  const LabelNames& m_labels;
  const ScopeIds& m_locals;
  Op m_op;
  u32 m_type = 0;
};

}  // namespace zhan::text
