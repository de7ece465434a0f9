// SPDX-License-Identifier: Apache-2.0
// Memories and tables of the reference interpreter.
#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "support/reference_frame.hpp"

namespace zhan::test {
namespace {

/// Whether `count` items from `at` on lie among `size`.
bool fits(u64 at, u64 count, u64 size) noexcept { return at <= size && count <= size - at; }

template <class T>
auto begin_at(std::vector<T>& items, u64 at) {
  return items.begin() + static_cast<std::ptrdiff_t>(at);
}

/// Copies inside one list or between two, as if all were read first.
template <class T>
void copy(std::vector<T>& to, u64 at, const std::vector<T>& from, u64 first, u64 count) {
  const std::vector<T> items(from.begin() + static_cast<std::ptrdiff_t>(first),
                             from.begin() + static_cast<std::ptrdiff_t>(first + count));
  std::ranges::copy(items, begin_at(to, at));
}

/// Spreads `count` lanes of `bytes` bytes over lanes twice as wide.
void widen(u64 bits, u32 bytes, bool is_signed, u64 (&words)[2]) {
  u8 out[16];
  for (u32 i = 0; i < 8 / bytes; ++i) {
    const u32 shift = 64 - 8 * bytes;
    const u64 high = bits >> 8 * bytes * i << shift;
    const u64 lane = is_signed ? static_cast<u64>(static_cast<i64>(high) >> shift) : high >> shift;
    std::memcpy(out + 2 * i * bytes, &lane, 2 * bytes);
  }
  std::memcpy(words, out, 16);
}

/// What a vector load makes of the bytes it read (at most 8 of them, in words[0]).
void shape_vector(const OpInfo& info, u64 (&words)[2]) {
  const u32 bytes = 1u << info.access;
  if (info.text.ends_with("_splat")) {
    u8 out[16];
    for (u32 i = 0; i < 16; i += bytes) std::memcpy(out + i, words, bytes);
    std::memcpy(words, out, 16);
  } else if (const auto x = info.text.find('x'); x != std::string_view::npos) {
    widen(words[0], 8 / static_cast<u32>(info.text[x + 1] - '0'), info.text.ends_with("_s"), words);
  }
}

}  // namespace

u64 Reference::pop_address(Frame& frame, bool is64) { return is64 ? frame.pop() : frame.pop32(); }

u8* Reference::place(Frame& frame, const OpInfo& info, const MemArg& memarg) {
  auto& memory = m_memories[memarg.memory];
  const u64 size = u64{1} << info.access;
  const u64 address = pop_address(frame, m_module.memories[memarg.memory].is64);
  const u64 at = address + memarg.offset;
  m_trap = Trap::out_of_bounds_memory_access;
  if (at < address) return nullptr;
  if (info.is(trait::atomic) && at % size != 0) m_trap = Trap::unaligned_atomic;
  const bool good = m_trap != Trap::unaligned_atomic && fits(at, size, memory.size());
  return good ? memory.data() + at : nullptr;
}

bool Reference::access(Frame& frame, const OpInfo& info, const Imm& imm) {
  const usize size = usize{1} << info.access;
  const bool store = info.is(trait::store), lane = info.imm == ImmKind::memarg_lane;
  u64 words[2] = {0, 0}, bits[2] = {0, 0};
  if (store || lane) {
    if (info.params()[1] == 'v') words[1] = frame.pop_upper();
    words[0] = frame.pop();
  }
  u8* const place = this->place(frame, info, imm.memarg);
  if (place == nullptr) return false;
  u8* const chosen = reinterpret_cast<u8*>(words) + (lane ? imm.lane * size : 0);
  if (store) return std::memcpy(place, chosen, size), true;
  if (lane) {
    std::memcpy(chosen, place, size);
    return frame.push_wide(words[0], words[1]), true;
  }
  std::memcpy(bits, place, size);
  if (info.results() == "v") {
    if (size < 16) shape_vector(info, bits);
    return frame.push_wide(bits[0], bits[1]), true;
  }
  if (info.text.ends_with("_s")) {
    const u32 shift = 64 - 8 * static_cast<u32>(size);
    bits[0] = static_cast<u64>(static_cast<i64>(bits[0] << shift) >> shift);
  }
  const bool narrow = info.results() == "i" || info.results() == "f";
  return frame.push(narrow ? static_cast<u32>(bits[0]) : bits[0]), true;
}

/// Nobody else is there: an atomic instruction is a load and a store, and a wait never ends early.
bool Reference::atomic(Frame& frame, const OpInfo& info, const Imm& imm) {
  if (info.imm == ImmKind::fence) return true;
  const auto is = [&](std::string_view part) {
    return info.text.find(part) != std::string_view::npos;
  };
  const usize size = usize{1} << info.access;
  const u64 mask = size == 8 ? ~u64{0} : (u64{1} << 8 * size) - 1;
  const u64 third = info.params().size() > 2 ? frame.pop() : 0, operand = frame.pop();
  u8* const place = this->place(frame, info, imm.memarg);
  if (place == nullptr) return false;
  u64 old = 0;
  std::memcpy(&old, place, size);
  if (is(".notify")) return frame.push(0), true;
  if (is(".wait")) {
    if (!m_module.memories[imm.memarg.memory].shared) return fail(Trap::expected_shared_memory);
    return frame.push(old == (operand & mask) ? 2 : 1), true;
  }
  const u64 now = is(".add")                ? old + operand
                  : is(".sub")              ? old - operand
                  : is(".and")              ? old & operand
                  : is(".or")               ? old | operand
                  : is(".xor")              ? old ^ operand
                  : is(".xchg")             ? operand
                  : old == (operand & mask) ? third
                                            : old;
  std::memcpy(place, &now, size);
  return frame.push(old), true;
}

bool Reference::memory_op(Frame& frame, Op op, const Imm& imm) {
  if (op == Op::data_drop) return m_data[imm.a] = {}, true;
  const u32 index = op == Op::memory_init ? imm.b : imm.a;
  const MemoryType& type = m_module.memories[index];
  auto& memory = m_memories[index];
  if (op == Op::memory_size) return frame.push(memory.size() >> type.page_log2), true;
  if (op == Op::memory_grow) {
    const u64 pages = pop_address(frame, type.is64), old = memory.size() >> type.page_log2;
    const bool possible = fits(old, pages, type.limits.max);
    if (possible) memory.resize((old + pages) << type.page_log2);
    return frame.push(possible ? old : type.is64 ? ~u64{0} : 0xffff'ffff), true;
  }
  const bool copies = op == Op::memory_copy, inits = op == Op::memory_init;
  const bool from64 = copies && m_module.memories[imm.b].is64;
  const u64 count = pop_address(frame, !inits && type.is64 && (!copies || from64));
  const u64 second = pop_address(frame, from64);
  const u64 to = pop_address(frame, type.is64);
  const u64 source = copies ? m_memories[imm.b].size() : inits ? m_data[imm.a].size() : ~u64{0};
  if (!fits(to, count, memory.size()) || !fits(second, count, source))
    return fail(Trap::out_of_bounds_memory_access);
  if (copies) return copy(memory, to, m_memories[imm.b], second, count), true;
  if (inits)
    std::ranges::copy(m_data[imm.a].subspan(second, count), begin_at(memory, to));
  else
    std::fill_n(begin_at(memory, to), count, static_cast<u8>(second));
  return true;
}

bool Reference::table_op(Frame& frame, Op op, const Imm& imm) {
  if (op == Op::elem_drop) return m_elements[imm.a].clear(), true;
  const u32 index = op == Op::table_init ? imm.b : imm.a;
  const TableType& type = m_module.tables[index].type;
  auto& table = m_tables[index];
  u64 count = 0, value = 0, at = 0;
  switch (op) {
    case Op::table_size: return frame.push(table.size()), true;
    case Op::table_get:
      at = pop_address(frame, type.is64);
      if (at >= table.size()) return fail(Trap::out_of_bounds_table_access);
      return frame.push(table[at]), true;
    case Op::table_set:
      value = frame.pop();
      at = pop_address(frame, type.is64);
      if (at >= table.size()) return fail(Trap::out_of_bounds_table_access);
      return table[at] = value, true;
    case Op::table_grow: {
      count = pop_address(frame, type.is64);
      value = frame.pop();
      const u64 old = table.size();
      const bool possible = fits(old, count, type.limits.max);
      if (possible) table.resize(old + count, value);
      return frame.push(possible ? old : type.is64 ? ~u64{0} : 0xffff'ffff), true;
    }
    case Op::table_fill:
      count = pop_address(frame, type.is64);
      value = frame.pop();
      at = pop_address(frame, type.is64);
      if (!fits(at, count, table.size())) return fail(Trap::out_of_bounds_table_access);
      return std::fill_n(begin_at(table, at), count, value), true;
    default: break;
  }
  const bool copies = op == Op::table_copy;
  const bool from64 = copies && m_module.tables[imm.b].type.is64;
  const auto& source = copies ? m_tables[imm.b] : m_elements[imm.a];
  count = pop_address(frame, type.is64 && from64);
  value = pop_address(frame, from64);
  at = pop_address(frame, type.is64);
  if (!fits(at, count, table.size()) || !fits(value, count, source.size()))
    return fail(Trap::out_of_bounds_table_access);
  return copy(table, at, source, value, count), true;
}

}  // namespace zhan::test
