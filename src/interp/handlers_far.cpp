// SPDX-License-Identifier: Apache-2.0
// Accesses to any memory by comparing with its size: memories other than the first, 64-bit ones,
// pages of other sizes, offsets beyond the guard. And instructions of several results on
// consecutive slots.
#include "interp/specials.hpp"
#include "interp/vector.hpp"

namespace zhan::interp {

namespace {

/// Host address of an access, or null if any of its bytes lies outside.
ZHAN_INLINE u8* far_address(Regs& r, const FarMemoryCell& cell, u64 size) noexcept {
  const abi::Memory* memory = abi::at<abi::Memory*>(r.inst, cell.memory);
  const Slot index = r.fp[cell.address];
  u64 ea = 0, end = 0;
  const bool fits = abi::ea64(cell.is64 != 0 ? index : static_cast<u32>(index), cell.offset, ea) &&
                    abi::ea64(ea, size, end);
  r.exec->pending.address = ea;
  return fits && end <= memory->size.load(std::memory_order_acquire) ? memory->base + ea : nullptr;
}

template <Op op>
ZHAN_CC Status far_access(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const FarMemoryCell& cell = as<FarMemoryCell>(r.pc);
  u8* address = far_address(r, cell, u64{1} << op_info(op).access);
  if (address == nullptr) [[unlikely]]
    ZHAN_TRAP(Trap::out_of_bounds_memory_access);
  access<op>(r.fp, cell, address);
  ZHAN_NEXT(skip(r.pc, sizeof(FarMemoryCell)));
}

template <Op op, usize... I>
ZHAN_INLINE auto call_on_slots(const Slot* slots, std::index_sequence<I...>) noexcept {
  return sem::meaning<op>(
      from_slot<std::tuple_element_t<I, typename sem::ShapeOf<op>::Params>>(slots + I)...);
}

/// Operands and results in consecutive slots.
template <Op op>
ZHAN_CC Status slots_op(ZHAN_PARAMS) {
  ZHAN_BEGIN
  Slot* slots = r.fp + as<SlotsCell>(r.pc).base;
  const auto results =
      call_on_slots<op>(slots, std::make_index_sequence<sem::ShapeOf<op>::operands>{});
  for (usize i = 0; i < results.size(); ++i) slots[i] = to_slot(results[i]);
  ZHAN_NEXT(skip(r.pc, sizeof(SlotsCell)));
}

struct Pair {
  Handler far = nullptr;
  Handler slots = nullptr;
};

template <Op op>
constexpr Pair handlers_for() noexcept {
  constexpr OpInfo info = op_info(op);
  Pair pair;
  if constexpr (info.is(trait::load | trait::store) && !info.is(trait::atomic))
    pair.far = &far_access<op>;
  if constexpr (info.is(trait::value) && info.results().size() > 1) pair.slots = &slots_op<op>;
  return pair;
}

template <usize... I>
constexpr auto all_handlers(std::index_sequence<I...>) noexcept {
  return std::array<Pair, sizeof...(I)>{handlers_for<static_cast<Op>(I)>()...};
}
constinit const auto table = all_handlers(std::make_index_sequence<op_count>{});

}  // namespace

VectorHandlers vector_handlers(Op op) noexcept;

VectorHandlers special_handlers(Op op) noexcept {
  VectorHandlers handlers = vector_handlers(op);
  handlers.far = table[static_cast<usize>(op)].far;
  handlers.slots = table[static_cast<usize>(op)].slots;
  return handlers;
}

}  // namespace zhan::interp
