// SPDX-License-Identifier: Apache-2.0
// Instructions on lines of their own.
#include <fmt/format.h>

#include <algorithm>

#include "text/module_sections.hpp"
#include "text/print_imm.hpp"

namespace zhan::text {
namespace {

class CodePrinter {
 public:
  CodePrinter(Printer& printer, u32 function, const Code& code, const ScopeIds& locals)
      : p(printer),
        m_function(function),
        m_body(code.body.offset),
        m_locals(locals),
        m_reader(p.m.view(code.code), code.code.offset),
        m_hints(p.inline_hints ? p.hints.of(function) : std::span<const BranchHint>()) {}

  void run() {
    while (m_reader.ok() && !p.full()) {
      const u64 offset = m_reader.offset();
      const Op op = m_reader.op();
      if (op == Op::end && m_labels.depth() == 0) break;
      if (m_reader.ok()) read_imm(m_reader, op_info(op), m_imm);
      if (m_reader.ok()) instruction(op, offset);
    }
    if (m_reader.ok()) return;
    p.new_line(2);
    p.out += fmt::format(";; {}\n", m_reader.error().to_string());
  }

 private:
  void instruction(Op op, u64 offset) {
    if (closes(op)) m_labels.pop();
    p.new_line(static_cast<u32>(m_labels.depth()) + 2);
    if (p.options.offsets) p.out += fmt::format("(;@{:x};) ", offset);
    hint(offset);
    p.out += op_info(op).text;
    const bool opens = op_info(op).imm == ImmKind::block || op_info(op).imm == ImmKind::try_table;
    std::string_view name;
    if (opens) {
      name = p.ids.label(m_function, m_label_number);
      if (!can_be_id(name)) name = {};
      p.ids.printed().add(NameKind::label, m_function, m_label_number++, name);
      if (!name.empty()) append_id(p.out += ' ', name);
    }
    ImmPrinter stream(p, m_labels, m_locals, op);
    visit(stream, op_info(op), m_imm);
    if (opens)
      m_labels.push(name);
    else if (continues(op))
      m_labels.push(m_name);
  }

  /// The instruction stands at the depth of the block it ends; those of `continues` open it again.
  bool closes(Op op) {
    if (op != Op::end && op != Op::delegate && !continues(op)) return false;
    if (m_labels.depth() != 0) m_name = m_labels.innermost();
    return true;
  }
  static bool continues(Op op) noexcept {
    return op == Op::else_ || op == Op::catch_ || op == Op::catch_all;
  }

  void hint(u64 offset) {
    if (m_hints.empty() || m_body + u64{m_hints.front().offset} != offset) return;
    p.out += m_hints.front().likely ? "(@metadata.code.branch_hint \"\\01\") "
                                    : "(@metadata.code.branch_hint \"\\00\") ";
    m_hints = m_hints.subspan(1);
  }

  Printer& p;
  u32 m_function;
  u64 m_body;
  const ScopeIds& m_locals;
  ByteReader m_reader;
  std::span<const BranchHint> m_hints;
  LabelNames m_labels;
  std::string_view m_name;  // of the block that `else` or `catch` continues
  u32 m_label_number = 0;
  Imm m_imm;
};

}  // namespace

void print_code(Printer& p, u32 function, const Code& code, const ScopeIds& locals) {
  CodePrinter(p, function, code, locals).run();
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
