// SPDX-License-Identifier: Apache-2.0
#include "text/print_instructions.hpp"

#include "base/assert.hpp"

#include <fmt/format.h>

namespace zhan::text {

InstructionPrinter::InstructionPrinter(Printer& printer, u32 function, const Code& code,
                                       const ScopeIds& locals)
    : p(printer),
      m_function(function),
      m_body(code.body.offset),
      m_locals(locals),
      m_reader(p.m.view(code.code), code.code.offset),
      m_hints(p.inline_hints ? p.hints.of(function) : std::span<const BranchHint>()) {}

bool InstructionPrinter::next() {
  if (p.full()) return false;
  m_offset = m_reader.offset();
  m_op = m_reader.op();
  if (!m_reader.ok() || (m_op == Op::end && m_labels.depth() == 0)) return false;
  read_imm(m_reader, op_info(m_op), m_imm);
  return m_reader.ok();
}

void InstructionPrinter::print() {
  p.out += op_info(m_op).text;
  std::string_view name;
  if (opens_block(m_op)) {
    name = p.ids.label(m_function, m_label_number);
    if (!can_be_id(name)) name = {};
    p.ids.printed().add(NameKind::label, m_function, m_label_number++, name);
    if (!name.empty()) append_id(p.out += ' ', name);
  }
  ImmPrinter stream(p, m_labels, m_locals, m_op);
  visit(stream, op_info(m_op), m_imm);
  if (opens_block(m_op)) m_labels.push(name);
}

void InstructionPrinter::leave_block() noexcept {
  m_left = m_labels.depth() == 0 ? std::string_view() : m_labels.innermost();
  m_labels.pop();
}

std::string_view InstructionPrinter::take_hint() noexcept {
  if (m_hints.empty() || m_body + u64{m_hints.front().offset} != m_offset) return {};
  ZHAN_ASSERT(m_op == Op::if_ || m_op == Op::br_if, "hints in the code belong to branches");
  const bool likely = m_hints.front().likely;
  m_hints = m_hints.subspan(1);
  return likely ? "(@metadata.code.branch_hint \"\\01\") "
                : "(@metadata.code.branch_hint \"\\00\") ";
}

void InstructionPrinter::print_offset() {
  if (p.options.offsets) p.out += fmt::format("(;@{:x};) ", m_offset);
}

void InstructionPrinter::print_error() {
  if (m_reader.ok()) return;
  p.new_line(2);
  p.out += fmt::format(";; {}\n", m_reader.error().to_string());
}

}  // namespace zhan::text
