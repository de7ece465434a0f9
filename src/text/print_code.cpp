// SPDX-License-Identifier: Apache-2.0
// Instructions on lines of their own, constant expressions, and whether hints can stand in the
// code.
#include <algorithm>

#include "text/module_sections.hpp"
#include "text/print_folded.hpp"
#include "text/print_instructions.hpp"

namespace zhan::text {
namespace {

/// `end` and its kind stand at the depth of the block they end.
void print_line(Printer& p, InstructionPrinter& code) {
  const Op op = code.op();
  const bool continues = continues_block(op);
  if (continues || op == Op::end || op == Op::delegate) code.leave_block();
  p.new_line(code.depth() + 2);
  code.print_offset();
  p.out += code.take_hint();
  code.print();
  if (continues) code.enter_again();
}

}  // namespace

void print_code(Printer& p, u32 function, const Code& body, const ScopeIds& locals) {
  InstructionPrinter code(p, function, body, locals);
  if (p.options.folded) return print_folded(p, code);
  while (code.next()) print_line(p, code);
  code.print_error();
}

u32 print_expression(Printer& p, ConstExpr range) {
  ByteReader r(p.m.view(range), range.offset);
  const LabelNames no_labels;
  const ScopeIds no_locals;
  Imm imm;
  u32 count = 0;
  for (;; ++count) {
    const Op op = r.op();
    if (!r.ok() || (op == Op::end && r.at_end()) || p.full()) return count;
    read_imm(r, op_info(op), imm);
    if (count != 0) p.out += ' ';
    p.out += op_info(op).text;
    ImmPrinter stream(p, no_labels, no_locals, op);
    visit(stream, op_info(op), imm);
  }
}

/// True if the parser would write the section of branch hints from annotations in the code: it
/// stands before the code in the only form there is, and every hint belongs to an instruction that
/// can have one. The walk ends at the last hint of each function.
bool Printer::hints_can_be_inline() const {
  if (hints.empty()) return false;
  ByteWriter payload;
  u32 functions = 0;
  for (u32 i = 0; i < m.code.size(); ++i) {
    const u32 function = m.imported_functions + i;
    const auto list = hints.of(function);
    if (list.empty()) continue;
    ++functions;
    payload.u32_leb(function);
    payload.u32_leb(static_cast<u32>(list.size()));
    for (const BranchHint& hint : list) {
      payload.u32_leb(hint.offset);
      payload.name(hint.likely ? std::string_view("\1", 1) : std::string_view("\0", 1));
    }
    if (!hints_fit(m.code[i], list)) return false;
  }
  ByteWriter whole;
  whole.u32_leb(functions);
  whole.bytes(payload.view());
  return is_only_hint_section(whole.view());
}

bool Printer::hints_fit(const Code& code, std::span<const BranchHint> list) const {
  ByteReader r(m.view(code.code), code.code.offset);
  Imm imm;
  while (!list.empty() && r.ok() && !r.at_end()) {
    const u64 offset = r.offset() - code.body.offset;
    const Op op = r.op();
    if (!r.ok()) return false;
    read_imm(r, op_info(op), imm);
    if (offset > list.front().offset) return false;
    if (offset < list.front().offset) continue;
    if (op != Op::if_ && op != Op::br_if) return false;
    list = list.subspan(1);
  }
  return list.empty();
}

bool Printer::is_only_hint_section(std::span<const u8> payload) const {
  u32 count = 0;
  bool same = false;
  for (usize i = 0; i < m.customs.size(); ++i) {
    const CustomSection& section = m.customs[i];
    if (m.text(section.name) != branch_hint_section) continue;
    ++count;
    const bool last_there = i + 1 == m.customs.size() || m.customs[i + 1].after != section.after;
    same = last_there && section.after == section_before_code(m) &&
           std::ranges::equal(payload, m.view(section.payload));
  }
  return count == 1 && same;
}

}  // namespace zhan::text
