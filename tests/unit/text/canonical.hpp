// SPDX-License-Identifier: Apache-2.0
// One form for equal modules: bodies and constant expressions written anew with the shortest
// numbers and locals in runs, so that modules are equal exactly if their bytes are.
#pragma once

#include <optional>
#include <vector>

#include "binary/encode.hpp"
#include "module/module.hpp"
#include "wasm/reader.hpp"
#include "wasm/writer.hpp"

namespace zhan::text::test {

class Canonical {
 public:
  explicit Canonical(const Module& module) : m(module), m_out(module) {
    m_bytes.bytes(module.bytes);
  }

  /// The bytes; nothing if a body cannot be read.
  std::optional<std::vector<u8>> bytes() {
    for (Code& code : m_out.code) body(code);
    for (Global& global : std::span(m_out.globals).subspan(m.imported_globals))
      expression(global.init);
    for (Table& table : m_out.tables)
      if (table.init) expression(*table.init);
    for (Element& segment : m_out.elements)
      if (segment.mode == SegmentMode::active) expression(segment.offset);
    for (ConstExpr& item : m_out.element_exprs) expression(item);
    for (Data& segment : m_out.data)
      if (segment.mode == SegmentMode::active) expression(segment.offset);
    if (!m_readable) return std::nullopt;
    const std::vector<u8> arena = m_bytes.take();
    m_out.bytes = arena;
    return binary::encode(m_out);
  }

 private:
  void instructions(Range range) {
    ByteReader r(m.view(range));
    Imm imm;
    while (r.ok() && !r.at_end()) {
      const Op op = r.op();
      if (!r.ok()) break;
      read_imm(r, op_info(op), imm);
      if (r.ok()) write_instruction(m_bytes, op, imm);
    }
    m_readable &= r.ok();
  }

  void expression(ConstExpr& range) {
    const usize start = m_bytes.size();
    instructions(range);
    range = {static_cast<u32>(start), static_cast<u32>(m_bytes.size() - start)};
  }

  void body(Code& code) {
    ByteReader r(m.view(code.body));
    std::vector<std::pair<u32, ValType>> runs;
    for (u32 n = r.u32_leb(); n > 0 && r.ok(); --n) {
      const u32 count = r.u32_leb();
      const ValType type = r.value_type();
      if (!runs.empty() && runs.back().second == type)
        runs.back().first += count;
      else if (count != 0)
        runs.emplace_back(count, type);
    }
    const usize start = m_bytes.size();
    m_bytes.u32_leb(static_cast<u32>(runs.size()));
    for (const auto& [count, type] : runs) {
      m_bytes.u32_leb(count);
      m_bytes.value_type(type);
    }
    instructions(code.code);
    code.body = {static_cast<u32>(start), static_cast<u32>(m_bytes.size() - start)};
  }

  const Module& m;
  Module m_out;
  ByteWriter m_bytes;
  bool m_readable = true;
};

}  // namespace zhan::text::test
