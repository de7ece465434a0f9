// SPDX-License-Identifier: Apache-2.0
// What plain and folded printing of code share: reading a body, words with immediates, labels,
// hints.
#pragma once

#include "text/print_imm.hpp"

namespace zhan::text {

[[nodiscard]] inline bool opens_block(Op op) noexcept {
  const ImmKind imm = op_info(op).imm;
  return imm == ImmKind::block || imm == ImmKind::try_table;
}
/// Words that end one part of a block and start the next.
[[nodiscard]] inline bool continues_block(Op op) noexcept {
  return op == Op::else_ || op == Op::catch_ || op == Op::catch_all;
}

class InstructionPrinter {
 public:
  InstructionPrinter(Printer& printer, u32 function, const Code& code, const ScopeIds& locals);

  /// Moves to the next instruction; false at the function's `end`, after an error or when the text
  /// is full.
  [[nodiscard]] bool next();
  [[nodiscard]] Op op() const noexcept { return m_op; }
  [[nodiscard]] const Imm& imm() const noexcept { return m_imm; }
  [[nodiscard]] const Printer& printer() const noexcept { return p; }
  /// The word and its immediates, appended to the printer's text. Keeps track of labels.
  void print();
  /// Blocks around the next instruction.
  [[nodiscard]] u32 depth() const noexcept { return static_cast<u32>(m_labels.depth()); }
  /// For `end` and its kind, before print(): the block's label cannot be seen any more.
  void leave_block() noexcept;
  /// After print(), for words that continue the block that was left.
  void enter_again() { m_labels.push(m_left); }
  /// The annotation before the instruction, "" for none.
  [[nodiscard]] std::string_view take_hint() noexcept;
  /// "(;@1a;)" if asked for.
  void print_offset();
  /// A comment with the error, if there was one.
  void print_error();

 private:
  Printer& p;
  u32 m_function;
  u64 m_body;
  const ScopeIds& m_locals;
  ByteReader m_reader;
  std::span<const BranchHint> m_hints;
  LabelNames m_labels;
  std::string_view m_left;
  u32 m_label_number = 0;
  u64 m_offset = 0;
  Op m_op = Op::nop;
  Imm m_imm;
};

}  // namespace zhan::text
