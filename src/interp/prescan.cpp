// SPDX-License-Identifier: Apache-2.0
#include "interp/prescan.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace zhan::interp {

LocalTable read_locals(const Module& module, u32 function, ByteReader& reader, u32 gap) {
  LocalTable locals;
  const auto add = [&locals](ValType type) {
    locals.slot.push_back(locals.slots);
    locals.letter.push_back(letter_of_type(type));
    locals.slots += type.slots();
  };
  for (const ValType& type : module.types.params(module.function_type(function))) add(type);
  locals.param_slots = locals.slots;
  locals.slots += gap;
  const u32 groups = reader.u32_leb();
  for (u32 g = 0; g < groups; ++g) {
    const u32 count = reader.u32_leb();
    const ValType type = reader.value_type();
    for (u32 i = 0; i < count; ++i) add(type);
  }
  return locals;
}

namespace {

/// Weighs uses of locals and counts instructions; state of the pass.
class Scanner {
 public:
  Scanner(ByteReader reader, const LocalTable& locals)
      : m_reader(reader),
        m_locals(locals),
        m_weight(locals.slot.size()),
        m_set_first(locals.slot.size()),
        m_read_first(locals.slot.size()) {}

  Prescan run() {
    m_blocks.push_back({});
    while (!m_blocks.empty() && m_reader.ok()) step();
    ZHAN_ASSERT(m_blocks.empty() || !m_reader.ok(), "validated code closes its blocks");
    choose_pinned();
    find_zeroes();
    return std::move(m_result);
  }

 private:
  struct Block {
    u32 loop = Prescan::none;        // it belongs to
    u32 legacy_try = Prescan::none;  // it is
    u32 hidden = 0;                  // slots that closed tries in it need
  };

  void step() {
    const Op op = m_reader.op();
    if (op == no_op) return;
    read_imm(m_reader, op_info(op), m_imm);
    count();
    switch (op) {
      case Op::block:
      case Op::if_:
      case Op::try_:
      case Op::try_table:
        if (op != Op::block) m_straight = false;
        m_blocks.push_back({m_blocks.back().loop});
        if (op == Op::try_) open_try();
        break;
      case Op::rethrow: mark_rethrown(); break;
      case Op::loop: open_loop(); break;
      case Op::end:
      case Op::delegate: close(); break;
      case Op::local_get: use(m_imm.a, false); break;
      case Op::local_set:
      case Op::local_tee: use(m_imm.a, true); break;
      default:
        if (op_info(op).is(trait::control) && !op_info(op).is(trait::call)) m_straight = false;
        break;
    }
  }
  void count() noexcept {
    const u32 loop = m_blocks.back().loop;
    ++(loop == Prescan::none ? m_result.entry_cost : m_result.loop_costs[loop]);
  }
  void open_loop() {
    m_straight = false;
    m_blocks.push_back({static_cast<u32>(m_result.loop_costs.size())});
    m_result.loop_costs.push_back(0);
    m_depths.push_back(m_blocks.size());
  }
  void close() noexcept {
    if (!m_depths.empty() && m_depths.back() == m_blocks.size()) m_depths.pop_back();
    const Block closed = m_blocks.back();
    m_blocks.pop_back();
    u32 hidden = closed.hidden;
    if (closed.legacy_try != Prescan::none && m_result.hidden[closed.legacy_try] != Prescan::none)
      m_result.hidden[closed.legacy_try] = hidden++;
    m_result.hidden_slots = std::max(m_result.hidden_slots, hidden);
    if (!m_blocks.empty()) m_blocks.back().hidden = std::max(m_blocks.back().hidden, hidden);
  }
  void open_try() {
    m_blocks.back().legacy_try = static_cast<u32>(m_result.hidden.size());
    m_result.hidden.push_back(Prescan::none);
  }
  void mark_rethrown() noexcept {
    m_straight = false;
    ZHAN_ASSERT(m_imm.a < m_blocks.size(), "a rethrow names a block that is open");
    const u32 target = m_blocks[m_blocks.size() - 1 - m_imm.a].legacy_try;
    if (target != Prescan::none) m_result.hidden[target] = 0;
  }
  void use(u32 local, bool sets) noexcept {
    ZHAN_ASSERT(local < m_weight.size(), "validated code names locals that there are");
    // Nobody knows how often a loop turns: eight times as good as any, up to five loops deep.
    m_weight[local] += u64{1} << (3 * std::min<usize>(m_depths.size(), 5));
    if (sets && m_straight && !m_read_first[local]) m_set_first[local] = true;
    if (!sets && !m_set_first[local]) m_read_first[local] = true;
  }
  /// The integer local that is worth a register: floats would need one of another kind, and slots
  /// beyond the reach of a cell's field cannot be named by it.
  void choose_pinned() noexcept {
    u64 best = 0;
    for (u32 i = 0; i < m_weight.size(); ++i) {
      const bool integer = m_locals.letter[i] == 'i' || m_locals.letter[i] == 'I';
      if (integer && m_locals.slot[i] <= 32'000 && m_weight[i] > best) {
        best = m_weight[i];
        m_result.pinned = i;
      }
    }
  }
  /// One range from the first to the last local that is not surely set first.
  void find_zeroes() noexcept {
    u32 first = m_locals.slots, end = 0;
    for (u32 i = 0; i < m_locals.slot.size(); ++i) {
      const u32 slot = m_locals.slot[i];
      if (slot < m_locals.param_slots || m_set_first[i]) continue;
      first = std::min(first, slot);
      end = std::max(end, slot + (m_locals.letter[i] == 'v' ? 2u : 1u));
    }
    if (first < end) {
      m_result.zero_first = first;
      m_result.zero_end = end;
    }
  }

  ByteReader m_reader;
  const LocalTable& m_locals;
  std::vector<u64> m_weight;
  std::vector<char> m_set_first;  // set on the straight way from the entry before any read
  std::vector<char> m_read_first;
  std::vector<Block> m_blocks;  // open ones
  std::vector<usize> m_depths;  // number of open blocks at each open loop
  bool m_straight = true;
  Imm m_imm;
  Prescan m_result;
};

}  // namespace

Prescan prescan(ByteReader reader, const LocalTable& locals) {
  return Scanner(reader, locals).run();
}

}  // namespace zhan::interp
