// SPDX-License-Identifier: Apache-2.0
#include "interp/op_counts.hpp"

#if ZHAN_STATS

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "runtime/code.hpp"
#include "wasm/reader.hpp"

namespace zhan::interp::stats {
namespace {

/// Whether an instruction may leave no cell behind: it only tells later ones something, or is an
/// operand of one.
bool may_have_no_cell(Op op) noexcept {
  switch (op) {
    case Op::nop:
    case Op::block:
    case Op::loop:
    case Op::end:
    case Op::else_:
    case Op::drop:
    case Op::local_get:
    case Op::i32_const:
    case Op::i64_const:
    case Op::f32_const:
    case Op::f64_const:
    case Op::ref_null:
    case Op::any_convert_extern:
    case Op::extern_convert_any:
    case Op::atomic_fence:
    case Op::try_:
    case Op::try_table:
    case Op::catch_:
    case Op::catch_all:
    case Op::delegate: return true;
    default: return false;
  }
}

/// Instructions of a body by offset.
std::map<u32, Op> instructions_of(const abi::FuncBody& body) {
  std::map<u32, Op> found;
  const auto bytes = body.owner->module().bytes;
  ByteReader reader(bytes.subspan(body.code_begin, body.code_end - body.code_begin),
                    body.code_begin);
  Imm imm;
  while (reader.ok() && !reader.at_end()) {
    const u32 offset = static_cast<u32>(reader.offset());
    const Op op = reader.op();
    if (op == no_op) break;
    read_imm(reader, op_info(op), imm);
    found[offset] = op;
  }
  return found;
}

}  // namespace

void OpCounts::add_code(const abi::FuncBody& body, const abi::Cell* first, const MapEntry* entries,
                        usize count) {
  const std::map<u32, Op> instructions = instructions_of(body);
  std::map<u32, const void*> cells;  // by offsets of what they name
  for (usize i = 0; i < count; ++i) {
    const void* const cell = reinterpret_cast<const u8*>(first) + entries[i].cell;
    Rows& rows = m_cells[cell] = {};
    for (usize k = 0; k < std::max<usize>(entries[i].action.size, 1); ++k) {
      const u32 where = entries[i].action.where[k];
      cells.emplace(where, cell);
      if (const auto found = instructions.find(where); found != instructions.end())
        rows.ops.push_back(found->second);
    }
  }
  for (const auto& [offset, op] : instructions) {
    const auto next = cells.lower_bound(offset);
    if (may_have_no_cell(op) && next != cells.end()) m_cells[next->second].ops.push_back(op);
  }
}

void OpCounts::ran(const abi::Cell* cell) noexcept {
  const auto found = m_cells.find(cell);
  if (found == m_cells.end() || std::exchange(found->second.counted, true)) return;
  for (const Op op : found->second.ops) ++m_counts[static_cast<usize>(op)];
}

void OpCounts::write() const {
  const char* const path = std::getenv("ZHAN_OP_COUNTS");
  if (path == nullptr) return;
  std::FILE* const file = std::fopen(path, "a");
  if (file == nullptr) return;
  for (usize i = 0; i < op_count; ++i) {
    const OpInfo& info = op_info(static_cast<Op>(i));
    const bool on = feature_table[static_cast<usize>(info.feature)].on;
    fmt::print(file, "{} {} {}\n", info.text, m_counts[i], on ? "on" : "off");
  }
  (void)std::fclose(file);
}

}  // namespace zhan::interp::stats

#endif
