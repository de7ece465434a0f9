// SPDX-License-Identifier: Apache-2.0
// Vector instructions on slots, and loads and stores of vectors in memory 0.
#include "interp/specials.hpp"
#include "interp/vector.hpp"

namespace zhan::interp {

namespace {

template <class T>
ZHAN_INLINE T read_operand(const Slot* slot) noexcept {
  if constexpr (std::is_same_v<T, V128>)
    return read_v128(slot);
  else
    return from_slot<T>(slot);
}

/// Calls a meaning with operands from up to three slots.
template <Op op, class Cell, usize... I>
ZHAN_INLINE auto call_meaning(const Slot* fp, const Cell& cell,
                              std::index_sequence<I...>) noexcept {
  using Shape = sem::ShapeOf<op>;
  const i16 slots[] = {cell.a, cell.b, cell.c};
  if constexpr (Shape::immediates == 0) {
    return sem::meaning<op>(
        read_operand<std::tuple_element_t<I, typename Shape::Params>>(fp + slots[I])...);
  } else if constexpr (op_info(op).imm == ImmKind::shuffle) {
    return sem::meaning<op>(cell.imm, read_v128(fp + cell.a), read_v128(fp + cell.b));
  } else {
    return sem::meaning<op>(
        cell.lane,
        read_operand<std::tuple_element_t<I + 1, typename Shape::Params>>(fp + slots[I])...);
  }
}

template <Op op>
using CellOf = std::conditional_t<
    op_info(op).imm == ImmKind::shuffle, VectorImmCell,
    std::conditional_t<op_info(op).imm == ImmKind::lane, VectorLaneCell, VectorCell>>;

template <Op op>
ZHAN_CC Status vector_op(ZHAN_PARAMS) {
  ZHAN_BEGIN
  using C = CellOf<op>;
  const C& cell = as<C>(r.pc);
  const auto result =
      call_meaning<op>(r.fp, cell, std::make_index_sequence<sem::ShapeOf<op>::operands>{});
  if constexpr (std::is_same_v<std::remove_const_t<decltype(result)>, V128>)
    write_v128(r.fp + cell.dst, result);
  else
    r.fp[cell.dst] = to_slot(result);
  ZHAN_NEXT(skip(r.pc, sizeof(C)));
}

template <Op op, bool compare>
ZHAN_FAULTING ZHAN_CC Status vector_access(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const VectorMemoryCell& cell = as<VectorMemoryCell>(r.pc);
  constexpr Token token = static_cast<Token>(tok::of(op) + (compare ? tok::explicit_ : 0));
  Trap trap = Trap::none;
  u8* address = address_of<token>(r, static_cast<u32>(r.fp[cell.address]), cell.offset, trap);
  if (compare && trap != Trap::none) [[unlikely]]
    ZHAN_TRAP(trap);
  access<op>(r.fp, cell, address);
  fault_point(r, address);
  ZHAN_NEXT(skip(r.pc, sizeof(VectorMemoryCell)));
}

template <Op op>
constexpr VectorHandlers handlers_for() noexcept {
  constexpr OpInfo info = op_info(op);
  VectorHandlers handlers;
  if constexpr (info.is(trait::value) && info.signature.find('v') != std::string_view::npos)
    handlers.plain = &vector_op<op>;
  if constexpr (info.is(trait::load | trait::store) && !info.is(trait::atomic) &&
                info.signature.find('v') != std::string_view::npos) {
#if ZHAN_EXPLICIT_CHECKS
    handlers.guarded = &vector_access<op, true>;
#else
    handlers.guarded = &vector_access<op, false>;
#endif
    handlers.explicit_ = &vector_access<op, true>;
  }
  return handlers;
}

template <usize... I>
constexpr auto all_handlers(std::index_sequence<I...>) noexcept {
  return std::array<VectorHandlers, sizeof...(I)>{handlers_for<static_cast<Op>(I)>()...};
}
constinit const auto table = all_handlers(std::make_index_sequence<op_count>{});

}  // namespace

VectorHandlers vector_handlers(Op op) noexcept { return table[static_cast<usize>(op)]; }

ZHAN_CC Status do_vector_select(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const VectorCell& cell = as<VectorCell>(r.pc);
  const bool first = static_cast<u32>(r.fp[cell.c]) != 0;
  write_v128(r.fp + cell.dst, read_v128(r.fp + (first ? cell.a : cell.b)));
  ZHAN_NEXT(skip(r.pc, sizeof(VectorCell)));
}

ZHAN_CC Status do_vector_move(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const VectorCell& cell = as<VectorCell>(r.pc);
  write_v128(r.fp + cell.dst, read_v128(r.fp + cell.a));
  ZHAN_NEXT(skip(r.pc, sizeof(VectorCell)));
}

ZHAN_CC Status do_vector_const(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const VectorImmCell& cell = as<VectorImmCell>(r.pc);
  write_v128(r.fp + cell.dst, cell.imm);
  ZHAN_NEXT(skip(r.pc, sizeof(VectorImmCell)));
}

ZHAN_CC Status do_vector_get_global(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const VectorMemoryCell& cell = as<VectorMemoryCell>(r.pc);
  write_v128(r.fp + cell.dst, read_v128(&abi::at<Slot>(r.inst, cell.offset)));
  ZHAN_NEXT(skip(r.pc, sizeof(VectorMemoryCell)));
}

ZHAN_CC Status do_vector_set_global(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const VectorMemoryCell& cell = as<VectorMemoryCell>(r.pc);
  write_v128(&abi::at<Slot>(r.inst, cell.offset), read_v128(r.fp + cell.value));
  ZHAN_NEXT(skip(r.pc, sizeof(VectorMemoryCell)));
}

ZHAN_CC Status do_vector_get_global_far(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const VectorMemoryCell& cell = as<VectorMemoryCell>(r.pc);
  write_v128(r.fp + cell.dst, read_v128(abi::at<Slot*>(r.inst, cell.offset)));
  ZHAN_NEXT(skip(r.pc, sizeof(VectorMemoryCell)));
}

ZHAN_CC Status do_vector_set_global_far(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const VectorMemoryCell& cell = as<VectorMemoryCell>(r.pc);
  write_v128(abi::at<Slot*>(r.inst, cell.offset), read_v128(r.fp + cell.value));
  ZHAN_NEXT(skip(r.pc, sizeof(VectorMemoryCell)));
}

}  // namespace zhan::interp
