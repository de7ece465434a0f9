// SPDX-License-Identifier: Apache-2.0
// Atomic instructions (threads proposal): one template by width and operation, all sequentially
// consistent. Guest memory is touched with the compiler's atomic built-ins only, so that the thread
// sanitizer sees what the guest synchronises by.
#include "abi/atomic_wait.hpp"
#include "interp/atomic_cells.hpp"
#include "interp/eval.hpp"

namespace zhan::interp {
namespace {

enum class Kind : u8 {
  none,
  load,
  store,
  add,
  sub,
  bit_and,
  bit_or,
  bit_xor,
  xchg,
  cmpxchg,
  notify,
  wait
};

constexpr bool names(std::string_view text, std::string_view part) noexcept {
  return text.find(part) != std::string_view::npos;
}

/// What the instruction does, from its name.
constexpr Kind kind_of(Op op) noexcept {
  const OpInfo& info = op_info(op);
  if (!info.is(trait::atomic)) return Kind::none;
  if (info.is(trait::load)) return Kind::load;
  if (info.is(trait::store)) return Kind::store;
  constexpr std::pair<std::string_view, Kind> parts[] = {
      {".add", Kind::add},         {".sub", Kind::sub},       {".and", Kind::bit_and},
      {".or", Kind::bit_or},       {".xor", Kind::bit_xor},   {".xchg", Kind::xchg},
      {".cmpxchg", Kind::cmpxchg}, {".notify", Kind::notify}, {".wait", Kind::wait}};
  for (const auto& [part, kind] : parts)
    if (names(info.text, part)) return kind;
  return Kind::none;
}

template <u8 log2>
struct Unsigned;
template <>
struct Unsigned<0> {
  using type = u8;
};
template <>
struct Unsigned<1> {
  using type = u16;
};
template <>
struct Unsigned<2> {
  using type = u32;
};
template <>
struct Unsigned<3> {
  using type = u64;
};

constexpr int order = __ATOMIC_SEQ_CST;

/// The value that was there. A narrow compare-exchange compares the low bits of what is expected.
template <Kind kind, class T>
ZHAN_INLINE T modify(T* at, T value, [[maybe_unused]] T replacement) noexcept {
  switch (kind) {
    case Kind::add: return __atomic_fetch_add(at, value, order);
    case Kind::sub: return __atomic_fetch_sub(at, value, order);
    case Kind::bit_and: return __atomic_fetch_and(at, value, order);
    case Kind::bit_or: return __atomic_fetch_or(at, value, order);
    case Kind::bit_xor: return __atomic_fetch_xor(at, value, order);
    case Kind::xchg: return __atomic_exchange_n(at, value, order);
    default:
      __atomic_compare_exchange_n(at, &value, replacement, false, order, order);
      return value;
  }
}

/// Host address of an access of `size` bytes, or null and the kind of trap. Alignment comes first,
/// as in the proposal's own interpreter.
ZHAN_INLINE u8* atomic_address(Regs& r, const AtomicCell& cell, u64 size, Trap& trap) noexcept {
  const abi::Memory* memory = abi::at<abi::Memory*>(r.inst, cell.memory);
  const Slot index = r.fp[cell.address];
  u64 ea = 0, end = 0;
  const bool fits = abi::ea64(cell.is64 != 0 ? index : static_cast<u32>(index), cell.offset, ea);
  r.exec->pending.address = ea;
  trap = Trap::out_of_bounds_memory_access;
  if (!fits) return nullptr;
  if ((ea & (size - 1)) != 0) {
    trap = Trap::unaligned_atomic;
    return nullptr;
  }
  const bool inside =
      abi::ea64(ea, size, end) && end <= memory->size.load(std::memory_order_acquire);
  return inside ? memory->base + ea : nullptr;
}

template <Op op>
ZHAN_CC Status atomic_access(ZHAN_PARAMS) {
  ZHAN_BEGIN
  constexpr OpInfo info = op_info(op);
  constexpr Kind kind = kind_of(op);
  using T = typename Unsigned<info.access>::type;
  const AtomicCell& cell = as<AtomicCell>(r.pc);
  Trap trap = Trap::none;
  T* const at = reinterpret_cast<T*>(atomic_address(r, cell, sizeof(T), trap));
  if (at == nullptr) [[unlikely]]
    ZHAN_TRAP(trap);
  if constexpr (kind == Kind::load)
    r.fp[cell.dst] = __atomic_load_n(at, order);
  else if constexpr (kind == Kind::store)
    __atomic_store_n(at, static_cast<T>(r.fp[cell.value]), order);
  else
    r.fp[cell.dst] =
        modify<kind, T>(at, static_cast<T>(r.fp[cell.value]), static_cast<T>(r.fp[cell.second]));
  ZHAN_NEXT(skip(r.pc, sizeof(AtomicCell)));
}

ZHAN_CC Status do_notify(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const AtomicCell& cell = as<AtomicCell>(r.pc);
  Trap trap = Trap::none;
  if (atomic_address(r, cell, sizeof(u32), trap) == nullptr) [[unlikely]]
    ZHAN_TRAP(trap);
  r.fp[cell.dst] =
      abi::builtin::atomic_notify(abi::at<abi::Memory*>(r.inst, cell.memory),
                                  r.exec->pending.address, static_cast<u32>(r.fp[cell.value]));
  ZHAN_NEXT(skip(r.pc, sizeof(AtomicCell)));
}

/// Control is away from the interpreter while the thread sleeps.
template <Op op>
ZHAN_CC Status do_wait(ZHAN_PARAMS) {
  ZHAN_BEGIN
  constexpr u8 log2 = op_info(op).access;
  using T = typename Unsigned<log2>::type;
  const AtomicCell& cell = as<AtomicCell>(r.pc);
  Trap trap = Trap::none;
  if (atomic_address(r, cell, sizeof(T), trap) == nullptr) [[unlikely]]
    ZHAN_TRAP(trap);
  save(r, r.fp + cell.top);
  abi::builtin::Woken woken{};
  if (!abi::builtin::atomic_wait(r.exec, abi::at<abi::Memory*>(r.inst, cell.memory),
                                 r.exec->pending.address, log2, static_cast<T>(r.fp[cell.value]),
                                 static_cast<i64>(r.fp[cell.second]), woken))
    return Status::trapped;
  restore(r);
  r.fp[cell.dst] = static_cast<u32>(woken);
  ZHAN_NEXT(skip(r.pc, sizeof(AtomicCell)));
}

template <Op op>
constexpr Handler handler_for() noexcept {
  constexpr Kind kind = kind_of(op);
  if constexpr (kind == Kind::none)
    return nullptr;
  else if constexpr (kind == Kind::notify)
    return &do_notify;
  else if constexpr (kind == Kind::wait)
    return &do_wait<op>;
  else
    return &atomic_access<op>;
}

template <usize... I>
constexpr auto all_handlers(std::index_sequence<I...>) noexcept {
  return std::array<Handler, sizeof...(I)>{handler_for<static_cast<Op>(I)>()...};
}
constinit const auto table = all_handlers(std::make_index_sequence<op_count>{});

}  // namespace

Handler atomic_handler(Op op) noexcept { return table[static_cast<usize>(op)]; }

ZHAN_CC Status do_atomic_fence(ZHAN_PARAMS) {
  ZHAN_BEGIN
  __atomic_thread_fence(order);
  ZHAN_NEXT(skip(r.pc, sizeof(Cell)));
}

}  // namespace zhan::interp
