// SPDX-License-Identifier: Apache-2.0
// The loop: rows whose signature says all are checked from the table, the others have a handler.
#include "validate/body.hpp"

#include <algorithm>
#include <cstring>

namespace zhan::validate {
namespace {

constexpr usize first_capacity = 256;

}  // namespace

Body::Body(const Module& module, const TypeInterner& types, const Features& features)
    : m_exact(features.has(Feature::custom_descriptors)),
      m_features_off(~features.bits()),
      m_module(module),
      m_types(types) {
  if (!module.memories.empty()) m_memory0 = module.memories[0].address().kind;
  m_quick.resize(quick_locals);
  m_stack.resize(first_capacity);
  m_base = m_top = m_floor = m_stack.data();
  m_end = m_base + first_capacity - 2;
}

// Operands
// ------------------------------------------------------------------------------------------

bool Body::fits_slowly(ValType sub, ValType super) const noexcept {
  if (sub.is_ref() && sub.heap == HeapType()) return super.is_ref();
  return m_types.matches(sub, super);
}

bool Body::fits(std::span<const ValType> sub, std::span<const ValType> super) const {
  return std::equal(sub.begin(), sub.end(), super.begin(), super.end(),
                    [&](ValType a, ValType b) { return fits(a, b); });
}

/// Makes room for `more` operands; the stack may move. The limit comes before the memory.
bool Body::grow(usize more) {
  ZHAN_ASSERT(m_base <= m_floor && m_floor <= m_top, "operands lie above the floor of their frame");
  const usize used = height(), floor = static_cast<usize>(m_floor - m_base);
  if (used + more > max_height_slots) return too_high();
  m_stack.resize(std::max(2 * m_stack.size(), used + more + 2));
  m_base = m_stack.data();
  m_top = m_base + used;
  m_floor = m_base + floor;
  m_end = m_base + m_stack.size() - 2;
  return true;
}

/// Pushes without comparing; note_height() is asked once, after the last.
bool Body::push_list(std::span<const ValType> types) {
  if (static_cast<usize>(m_end - m_top) < types.size() && !grow(types.size())) return false;
  ZHAN_ASSERT(static_cast<usize>(m_base + m_stack.size() - m_top) >= types.size(),
              "grow made room for the whole list");
  for (const ValType& type : types) {
    *m_top++ = type;
    m_wide += type.kind == TypeKind::v128;
  }
  return note_height();
}

bool Body::pop_slowly(ValType wanted) {
  if (m_top == m_floor) return m_controls.back().unreachable || mismatch(wanted);
  if (!fits(m_top[-1], wanted)) return mismatch(wanted);
  --m_top;
  m_wide -= m_top->kind == TypeKind::v128;
  return true;
}

bool Body::pop_any(ValType& found) {
  found = type_bottom;
  if (m_top == m_floor) return m_controls.back().unreachable || mismatch(type_bottom);
  found = *--m_top;
  m_wide -= found.kind == TypeKind::v128;
  return true;
}

bool Body::pop_ref(ValType& found) {
  const bool any = m_top != m_floor;
  if (any && !m_top[-1].is_ref() && m_top[-1].kind != TypeKind::bottom)
    return mismatch(ValType::ref(HeapType(), true));
  if (!any && !m_controls.back().unreachable) return mismatch(ValType::ref(HeapType(), true));
  if (!pop_any(found)) return false;
  if (!found.is_ref()) found = ValType::ref(HeapType(), false);
  return true;
}

/// Equal bits are the common case, so whole lists are compared first; only a list that differs is
/// looked at type by type. In unreachable code missing operands fit anything.
bool Body::pop_list(std::span<const ValType> wanted) {
  const usize have = std::min(here(), wanted.size());
  if (have < wanted.size() && !m_controls.back().unreachable) return mismatch(wanted);
  const ValType* const found = m_top - have;
  const ValType* const last = wanted.data() + (wanted.size() - have);
  if (have != 0 && std::memcmp(found, last, have * sizeof(ValType)) != 0)
    for (usize i = have; i-- > 0;)
      if (!fits(found[i], last[i])) return mismatch(wanted);
  m_top -= have;
  if (m_wide != 0)
    m_wide -= static_cast<u32>(std::count_if(
        m_top, m_top + have, [](const ValType& t) { return t.kind == TypeKind::v128; }));
  return true;
}

// Rows
// ----------------------------------------------------------------------------------------------

/// A row on a stack that holds exactly its operand types, which is all but always so: the types are
/// compared by kind and the results written over the operands.
template <bool Address>
bool Body::apply(const Row& row, TypeKind address) {
  const u32 n = row.param_count;
  if (here() < n) [[unlikely]]
    return apply_slowly(row, address);
  ValType* const at = m_top - n;
  for (u32 i = 0; i < n; ++i) {
    TypeKind wanted = row.params[i];
    if (Address && wanted == address_kind) wanted = address;
    if (at[i].kind != wanted) [[unlikely]]
      return apply_slowly(row, address);
  }
  for (u32 i = 0; i < row.result_count; ++i)
    at[i] = Address && row.results[i] == address_kind ? address : row.results[i];
  m_top = at + row.result_count;
  m_wide += static_cast<u32>(row.wide);
  if (m_top > m_end && !grow(1)) [[unlikely]]
    return false;
  return note_height();
}

bool Body::apply_slowly(const Row& row, TypeKind address) {
  ValType types[4];
  const auto fill = [&](const TypeKind* kinds, u32 count) {
    for (u32 i = 0; i < count; ++i) types[i] = kinds[i] == address_kind ? address : kinds[i];
    return std::span<const ValType>(types, count);
  };
  return pop_list(fill(row.params, row.param_count)) &&
         push_list(fill(row.results, row.result_count));
}

bool Body::memory_access(const Row& row) {
  MemArg arg;
  ImmReader(*m_reader).memarg(arg, row.access);
  TypeKind address = m_memory0;
  if (arg.memory != 0 || address == TypeKind::bottom) [[unlikely]] {
    const MemoryType* type = nullptr;
    if (!memory(arg.memory, type)) return false;
    address = type->address().kind;
  }
  ZHAN_ASSERT(address == TypeKind::i32 || address == TypeKind::i64, "memories have addresses");
  if (arg.align_log2 > row.access) return raise(ErrorId::alignment_too_large);
  if ((row.flags & row_flag::exact_align) != 0 && arg.align_log2 != row.access)
    return raise(ErrorId::alignment_not_natural);
  if (arg.offset > 0xffff'ffff && address == TypeKind::i32)
    return raise(ErrorId::offset_out_of_range);
  if (row.imm == ImmKind::memarg_lane && m_reader->byte() >= row.lanes)
    return raise(ErrorId::invalid_lane_index);
  return apply<true>(row, address);
}

bool Body::plain(const Row& row) {
  switch (row.imm) {
    case ImmKind::none: return apply<false>(row, {});
    case ImmKind::const_i32: m_reader->s32_leb(); return apply<false>(row, {});
    case ImmKind::const_i64: m_reader->s64_leb(); return apply<false>(row, {});
    case ImmKind::const_f32: m_reader->bytes(4); return apply<false>(row, {});
    case ImmKind::const_f64: m_reader->bytes(8); return apply<false>(row, {});
    case ImmKind::memarg:
    case ImmKind::memarg_lane: return memory_access(row);
    default: return other_plain(row);
  }
}

bool Body::other_plain(const Row& row) {
  const MemoryType* type = nullptr;
  read_imm(*m_reader, op_info(m_op), m_imm);
  switch (row.imm) {
    case ImmKind::lane:
      if (m_imm.lane >= row.lanes) return raise(ErrorId::invalid_lane_index);
      break;
    case ImmKind::shuffle:
      for (const u8 lane : m_imm.v128.bytes)
        if (lane >= 32) return raise(ErrorId::invalid_lane_index);
      break;
    case ImmKind::memory:
      if (!memory(m_imm.a, type)) return false;
      break;
    case ImmKind::memory_init:
      if (!memory(m_imm.b, type) || !data(m_imm.a)) return false;
      break;
    case ImmKind::data:
      if (!data(m_imm.a)) return false;
      break;
    case ImmKind::elem: {
      ValType ignored;
      if (!elem(m_imm.a, ignored)) return false;
      break;
    }
    default: break;  // v128.const, atomic.fence: nothing to check
  }
  return type != nullptr ? apply<true>(row, type->address().kind) : apply<false>(row, {});
}

/// An instruction that the place or the features do not allow.
bool Body::refused(const Row& row) {
  const bool not_const = (row.flags & row_flag::not_const) != 0;
  if (m_const != nullptr && not_const) return raise(ErrorId::constant_expression_required);
  return refuse_feature(off(row.feature) ? row.feature : Feature::extended_const,
                        op_info(m_op).text);
}

bool Body::special() {
  switch (m_op) {
    case Op::local_get: return on_local_get();
    case Op::local_set: return on_local_set();
    case Op::local_tee: return on_local_tee();
    case Op::end: return on_end();
    case Op::block:
    case Op::loop: return on_block();
    case Op::br_if: return on_br_if();
    case Op::br: return on_br();
    case Op::call: return on_call();
    case Op::drop: return on_drop();
    case Op::global_get: return on_global_get();
    default: break;
  }
  read_imm(*m_reader, op_info(m_op), m_imm);
  const Check handler = handlers()[static_cast<usize>(m_op)];
  ZHAN_ASSERT(handler != nullptr, "every special row has a handler");
  return (this->*handler)();
}

bool Body::run(ByteReader& reader) {
  m_reader = &reader;
  while (!m_controls.empty()) {
    m_at = reader.offset();
    m_op = reader.op();
    if (m_op == no_op) [[unlikely]]
      return malformed();
    const Row& row = rows[static_cast<usize>(m_op)];
    m_parts |= row.parts;
    if ((row.flags & m_forbidden) != 0 || (m_features_off >> static_cast<u8>(row.feature) & 1) != 0)
        [[unlikely]]
      return refused(row);
    if (!((row.flags & row_flag::special) != 0 ? special() : plain(row))) return false;
  }
  return reader.ok() ? reader.at_end() || raise(ErrorId::section_size_mismatch) : malformed();
}

void Body::start(ValType value, TypeId type, BlockType::Form form) {
  ZHAN_ASSERT(form != BlockType::Form::type || type != no_type, "the fields were validated");
  m_controls.clear();
  m_inits.clear();
  m_wide = m_max = 0;
  m_parts = 0;
  m_top = m_floor = m_base;
  m_max_depth = 1;
  m_op = no_op;
  m_error.reset();
  m_controls.push_back({value, type, 0, 0, 0, Op::block, form, false});
}

// Entry points
// --------------------------------------------------------------------------------------

/// The first types go into the array; a group that ends beyond it is kept as a group, so that a
/// function costs no more than its declarations however many locals they name.
bool Body::add_local_group(u64 first, u32 count, ValType type) {
  if (first + count > ~u32{0}) return raise(ErrorId::too_many_locals);
  const u32 end = static_cast<u32>(first + count);
  for (u64 i = first; i < std::min(end, quick_locals); ++i) m_quick[i] = type;
  if (end > quick_locals && count != 0) m_groups.push_back({end, type});
  m_local_count = end;
  return true;
}

bool Body::read_locals(const Code& code, std::span<const ValType> params) {
  m_groups.clear();
  m_param_count = m_local_count = static_cast<u32>(params.size());
  std::copy_n(params.begin(), std::min<usize>(params.size(), quick_locals), m_quick.begin());
  const Range range{code.body.offset, code.code.offset - code.body.offset};
  ByteReader reader(m_module.view(range), range.offset);
  m_reader = &reader;
  m_at = range.offset;
  for (u32 groups = reader.count(2); groups > 0; --groups) {
    m_at = reader.offset();
    const u32 count = reader.u32_leb();
    ValType type = reader.value_type();
    if (!reader.ok()) return malformed();
    if (!value_type(type) || !add_local_group(m_local_count, count, type)) return false;
  }
  m_quick_count = std::min(m_local_count, quick_locals);
  return reader.ok() || malformed();
}

Result<void> Body::function(u32 defined, BodyInfo& info) {
  ZHAN_ASSERT(defined < m_module.code.size(), "bodies are counted from the first own function");
  const Code& code = m_module.code[defined];
  ZHAN_ASSERT(m_module.canonical.size() == m_module.types.types.size(),
              "the fields of a module are validated before its bodies");
  m_function = m_module.imported_functions + defined;
  m_const = nullptr;
  m_forbidden = 0;
  m_range = code.code;
  ++m_epoch;
  const TypeId type = m_module.canonical[m_module.functions[m_function]];
  start({}, type, BlockType::Form::type);
  ByteReader reader(m_module.view(code.code), code.code.offset);
  if (!read_locals(code, m_types.func_type(type).params) || !run(reader))
    return std::unexpected(take_error());
  info = {m_max, m_max_depth, m_parts};
  return {};
}

Result<void> Body::constant(ConstExpr range, ValType expected, const ConstPlace& place) {
  m_const = &place;
  m_forbidden = row_flag::not_const;
  if ((m_features_off >> static_cast<u8>(Feature::extended_const) & 1) != 0)
    m_forbidden |= row_flag::extended;
  m_range = range;
  m_local_count = m_quick_count = 0;
  start(expected, no_type, BlockType::Form::value);
  ByteReader reader(m_module.view(range), range.offset);
  if (!run(reader)) return std::unexpected(take_error());
  return {};
}

BodyValidator::BodyValidator(const Module& module, const TypeInterner& types,
                             const Features& features)
    : m_body(std::make_unique<Body>(module, types, features)) {}
BodyValidator::~BodyValidator() = default;
BodyValidator::BodyValidator(BodyValidator&&) noexcept = default;

Result<void> BodyValidator::validate(u32 defined, BodyInfo& info) {
  return m_body->function(defined, info);
}

Result<void> validate_body(const Module& module, const TypeInterner& types,
                           const Features& features, u32 defined, BodyInfo& info) {
  return BodyValidator(module, types, features).validate(defined, info);
}

}  // namespace zhan::validate
