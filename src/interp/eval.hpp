// SPDX-License-Identifier: Apache-2.0
// handler<key>: the handler of any cell that is made of tokens. A tree is evaluated by inlined
// templates; meanings come from sem.hpp. Accesses to memory stand before a barrier on pc (CONTRACTS
// C6), so that the pc register names this cell while a fault is possible.
#pragma once

#include <bit>
#include <cstring>

#include "interp/cells.hpp"
#include "interp/key.hpp"
#include "wasm/sem_table.hpp"

namespace zhan::interp {

#define ZHAN_INLINE [[gnu::always_inline]] inline

/// Facts of a key, worked out once.
template <Key K>
inline constexpr Layout layout_for = layout_of(K);
template <Key K>
inline constexpr Actions actions_for = actions_of(K);
template <Key K, usize P>
inline constexpr usize tree_end = subtree_end(K, P);

template <char letter>
struct CppType;
template <>
struct CppType<'i'> {
  using type = u32;
};
template <>
struct CppType<'I'> {
  using type = u64;
};
template <>
struct CppType<'f'> {
  using type = float;
};
template <>
struct CppType<'F'> {
  using type = double;
};
template <char letter>
using Cpp = typename CppType<letter>::type;

/// A value as the 64 bits of its slot.
template <class T>
ZHAN_INLINE Slot to_slot(T value) noexcept {
  if constexpr (sizeof(T) == 4)
    return std::bit_cast<u32>(value);
  else
    return std::bit_cast<u64>(value);
}
template <class T>
ZHAN_INLINE T from_slot(const Slot* slot) noexcept {
  T value;
  std::memcpy(&value, slot, sizeof(T));
  return value;
}

template <class T>
ZHAN_INLINE T read_field(const Cell* pc, usize offset) noexcept {
  T value;
  std::memcpy(&value, reinterpret_cast<const u8*>(pc) + offset, sizeof(T));
  return value;
}

/// The accumulator of a class.
template <class T>
ZHAN_INLINE T read_acc(const Regs& r) noexcept {
  if constexpr (std::is_same_v<T, float>)
    return r.acc_f;
  else if constexpr (std::is_same_v<T, double>)
    return r.acc_d;
  else
    return static_cast<T>(r.acc);
}
template <class T>
ZHAN_INLINE void write_acc(Regs& r, T value) noexcept {
  if constexpr (std::is_same_v<T, float>)
    r.acc_f = value;
  else if constexpr (std::is_same_v<T, double>)
    r.acc_d = value;
  else
    r.acc = value;
}

/// pc may not move before the access whose value this is.
template <class T>
ZHAN_INLINE void fault_point(Regs& r, const T& value) noexcept {
#if !ZHAN_EXPLICIT_CHECKS
#if defined(__aarch64__)
  if constexpr (std::is_floating_point_v<T>) asm volatile("" : "+r"(r.pc) : "w"(value) : "memory");
#else
  if constexpr (std::is_floating_point_v<T>) asm volatile("" : "+r"(r.pc) : "x"(value) : "memory");
#endif
  else
    asm volatile("" : "+r"(r.pc) : "r"(value) : "memory");
#else
  (void)r, (void)value;
#endif
}

/// Address of an access to memory 0, or null and the trap noted if an explicit check fails.
template <Token T>
ZHAN_INLINE u8* address_of(Regs& r, u32 index, u32 offset, Trap& trap) noexcept {
  const u64 ea = abi::ea32(index, offset);
  if constexpr (is_explicit(T)) {
    constexpr u64 size = u64{1} << op_info(op_of(T)).access;
    if (ea + size > r.inst->memory0_state->size.load(std::memory_order_relaxed)) [[unlikely]] {
      trap = Trap::out_of_bounds_memory_access;
      r.exec->pending.address = ea;
      return nullptr;
    }
  }
  return r.mem0 + ea;
}

/// Unsigned integer of 1 << access bytes, or its signed twin.
template <u32 access, bool is_signed>
using Narrow =
    std::conditional_t<is_signed, std::tuple_element_t<access, std::tuple<i8, i16, i32, i64>>,
                       std::tuple_element_t<access, std::tuple<u8, u16, u32, u64>>>;

template <Op op>
ZHAN_INLINE auto load_value(const u8* address) noexcept {
  constexpr OpInfo info = op_info(op);
  using T = Cpp<info.results()[0]>;
  using Bits = std::conditional_t<sizeof(T) == 8, u64, u32>;
  Narrow<info.access, info.text.ends_with("_s")> raw;
  std::memcpy(&raw, address, sizeof(raw));
  return std::bit_cast<T>(static_cast<Bits>(raw));
}

template <Key K, usize P, char want>
ZHAN_INLINE Cpp<want> eval(Regs& r, Trap& trap) noexcept;

template <Key K, usize P>
ZHAN_INLINE auto eval_load(Regs& r, Trap& trap) noexcept {
  constexpr Op op = op_of(K[P]);
  const u32 index = eval<K, P + 1, 'i'>(r, trap);
  using T = decltype(load_value<op>(nullptr));
  const u8* address =
      address_of<K[P]>(r, index, read_field<u32>(r.pc, layout_for<K>.offset[P]), trap);
  if constexpr (is_explicit(K[P]))
    if (address == nullptr) [[unlikely]]
      return T{};
  const T value = load_value<op>(address);
  fault_point(r, value);
  return value;
}

/// The value of a meaning's result; a trap is noted.
template <class R>
ZHAN_INLINE auto checked(R result, Trap& trap) noexcept {
  if constexpr (requires { result.trap; }) {
    if (result.trapped()) [[unlikely]]
      trap = result.trap;
    return result.value;
  } else {
    return result;
  }
}

template <Key K, usize P>
ZHAN_INLINE auto eval_meaning(Regs& r, Trap& trap) noexcept {
  constexpr Op op = op_of(K[P]);
  const auto x = eval<K, P + 1, operand_letter(K[P], 0)>(r, trap);
  if constexpr (arity(K[P]) == 1) {
    return checked(sem::meaning<op>(x), trap);
  } else {
    const auto y = eval<K, tree_end<K, P + 1>, operand_letter(K[P], 1)>(r, trap);
    return checked(sem::meaning<op>(x, y), trap);
  }
}

template <Key K, usize P, char letter>
ZHAN_INLINE Cpp<letter> eval_select(Regs& r, Trap& trap) noexcept {
  constexpr usize second = tree_end<K, P + 1>;
  const auto x = eval<K, P + 1, letter>(r, trap);
  const auto y = eval<K, second, letter>(r, trap);
  const u32 condition = eval<K, tree_end<K, second>, 'i'>(r, trap);
  return condition != 0 ? x : y;
}

/// Operators of ours.
template <Key K, usize P>
ZHAN_INLINE auto eval_own(Regs& r, Trap& trap) noexcept {
  constexpr Token t = K[P];
  constexpr usize field = layout_for<K>.offset[P];
  if constexpr (t == tok::select_w)
    return eval_select<K, P, 'i'>(r, trap);
  else if constexpr (t == tok::select_i)
    return eval_select<K, P, 'I'>(r, trap);
  else if constexpr (t == tok::select_f)
    return eval_select<K, P, 'f'>(r, trap);
  else if constexpr (t == tok::select_d)
    return eval_select<K, P, 'F'>(r, trap);
  else if constexpr (t == tok::get_global)
    return abi::at<Slot>(r.inst, read_field<u32>(r.pc, field));
  else if constexpr (t == tok::get_global_f)
    return from_slot<float>(&abi::at<Slot>(r.inst, read_field<u32>(r.pc, field)));
  else if constexpr (t == tok::get_global_d)
    return from_slot<double>(&abi::at<Slot>(r.inst, read_field<u32>(r.pc, field)));
  else if constexpr (t == tok::get_global_far)
    return *abi::at<Slot*>(r.inst, read_field<u32>(r.pc, field));
  else if constexpr (t == tok::memory_size) {
    const auto* memory = abi::at<abi::Memory*>(r.inst, read_field<u32>(r.pc, field));
    return memory->size.load(std::memory_order_acquire) >> eval<K, P + 1, 'i'>(r, trap);
  } else if constexpr (t == tok::non_null) {
    const u64 value = eval<K, P + 1, 'I'>(r, trap);
    if (value == 0) [[unlikely]]
      trap = Trap::null_reference;
    return value;
  } else if constexpr (t == tok::i31_new) {
    return u64{(eval<K, P + 1, 'i'>(r, trap) << 1) | 1};
  } else {
    static_assert(t == tok::i31_get_s || t == tok::i31_get_u);
    const u32 value = static_cast<u32>(eval<K, P + 1, 'I'>(r, trap));
    if (value == 0) [[unlikely]]
      trap = Trap::null_i31_reference;
    return t == tok::i31_get_s ? static_cast<u32>(static_cast<i32>(value) >> 1) : value >> 1;
  }
}

template <Key K, usize P, char want>
ZHAN_INLINE Cpp<want> eval_leaf(Regs& r) noexcept {
  using T = Cpp<want>;
  constexpr Token t = K[P];
  constexpr usize field = layout_for<K>.offset[P];
  if constexpr (t == tok::slot)
    return from_slot<T>(r.fp + read_field<i16>(r.pc, field));
  else if constexpr (t == tok::acc)
    return read_acc<T>(r);
  else if constexpr (t == tok::local)
    return static_cast<T>(r.l0);
  else if constexpr (t == tok::acc_f)
    return std::bit_cast<u32>(r.acc_f);
  else if constexpr (t == tok::acc_d)
    return std::bit_cast<u64>(r.acc_d);
  else if constexpr (t == tok::konst8)
    return read_field<T>(r.pc, field);
  else if constexpr (want == 'f' || want == 'F')
    return static_cast<T>(read_field<float>(r.pc, field));
  else
    return static_cast<T>(static_cast<i64>(read_field<i32>(r.pc, field)));
}

template <Key K, usize P, char want>
ZHAN_INLINE Cpp<want> eval(Regs& r, Trap& trap) noexcept {
  constexpr Token t = K[P];
  if constexpr (is_leaf(t))
    return eval_leaf<K, P, want>(r);
  else if constexpr (!is_op(t))
    return static_cast<Cpp<want>>(eval_own<K, P>(r, trap));
  else if constexpr (is_memory(t))
    return static_cast<Cpp<want>>(eval_load<K, P>(r, trap));
  else
    return static_cast<Cpp<want>>(eval_meaning<K, P>(r, trap));
}

/// The class of a tree: of its operator, or raw bits for a leaf.
[[nodiscard]] constexpr char letter_at(const Key& key, usize at) noexcept {
  return is_leaf(key[at]) ? 'I' : result_letter(key[at]);
}

template <Key K, usize P>
ZHAN_INLINE void run_store(Regs& r, Trap& trap) noexcept {
  constexpr OpInfo info = op_info(op_of(K[P]));
  const u32 index = eval<K, P + 1, 'i'>(r, trap);
  const auto value = eval<K, tree_end<K, P + 1>, operand_letter(K[P], 1)>(r, trap);
  if constexpr (is_explicit(K[P]))
    if (trap != Trap::none) [[unlikely]]
      return;
  u8* address = address_of<K[P]>(r, index, read_field<u32>(r.pc, layout_for<K>.offset[P]), trap);
  if constexpr (is_explicit(K[P]))
    if (address == nullptr) [[unlikely]]
      return;
  const auto raw = static_cast<Narrow<info.access, false>>(to_slot(value));
  std::memcpy(address, &raw, sizeof(raw));
  fault_point(r, raw);
}

/// Runs an action that does not end the cell.
template <Key K, usize P>
ZHAN_INLINE void run_action(Regs& r, Trap& trap) noexcept {
  constexpr Token t = K[P];
  constexpr usize field = layout_for<K>.offset[P];
  if constexpr (is_store(t)) {
    run_store<K, P>(r, trap);
  } else {
    const auto value = eval<K, P + 1, letter_at(K, P + 1)>(r, trap);
    if (trap != Trap::none) [[unlikely]]
      return;
    if constexpr (t == tok::val_acc || t == tok::val_slot) write_acc(r, value);
    if constexpr (t == tok::val_local) r.l0 = to_slot(value);
    if constexpr (t == tok::val_slot || t == tok::val_local || t == tok::move)
      r.fp[read_field<i16>(r.pc, field)] = to_slot(value);
    if constexpr (t == tok::set_global)
      abi::at<Slot>(r.inst, read_field<u32>(r.pc, field)) = to_slot(value);
    if constexpr (t == tok::set_global_far)
      *abi::at<Slot*>(r.inst, read_field<u32>(r.pc, field)) = to_slot(value);
  }
}

/// Gives the caller its first result and its registers back; the cell to go on with (C1).
ZHAN_INLINE const Cell* leave_frame(Regs& r, Slot result) noexcept {
  const CallCell& call = as<CallCell>(abi::return_pc(r.fp));
  Slot* caller = abi::caller_fp(r.fp);
  caller[call.result] = result;
  r.l0 = caller[call.pinned];
  r.fp = caller;
  return skip(&call, sizeof(CallCell));
}

template <Key K>
ZHAN_FAULTING ZHAN_CC Status handler(ZHAN_PARAMS) {
  ZHAN_BEGIN
  Trap trap = Trap::none;
  constexpr const Actions& actions = actions_for<K>;
  if constexpr (actions.exit != 0) {
    run_action<K, actions.at[0]>(r, trap);
    if (trap != Trap::none) [[unlikely]]
      ZHAN_TRAP(trap);
  }
  if constexpr (actions.count > 1 && actions.exit != actions.at[1]) {
    run_action<K, actions.at[1]>(r, trap);
    if (trap != Trap::none) [[unlikely]]
      ZHAN_TRAP(trap);
  }
  if constexpr (actions.count > 2 && actions.exit != actions.at[2]) {
    run_action<K, actions.at[2]>(r, trap);
    if (trap != Trap::none) [[unlikely]]
      ZHAN_TRAP(trap);
  }
  constexpr usize exit = actions.exit;
  constexpr const Layout& layout = layout_for<K>;
  if constexpr (exit == Actions::none) {
    ZHAN_NEXT(skip(r.pc, layout.size));
  } else if constexpr (K[exit] == tok::ret) {
    const auto value = eval<K, exit + 1, letter_at(K, exit + 1)>(r, trap);
    if (trap != Trap::none) [[unlikely]]
      ZHAN_TRAP(trap);
    ZHAN_NEXT(leave_frame(r, to_slot(value)));
  } else {
    constexpr Token t = K[exit];
    constexpr bool back = t == tok::br_back || t == tok::br_if_back || t == tok::br_unless_back;
    bool taken = true;
    if constexpr (t != tok::br && t != tok::br_back) {
      const u32 condition = static_cast<u32>(eval<K, exit + 1, 'i'>(r, trap));
      if (trap != Trap::none) [[unlikely]]
        ZHAN_TRAP(trap);
      taken = (condition != 0) == (t == tok::br_if || t == tok::br_if_back);
    }
    const Cell* target = skip(r.pc, read_field<i32>(r.pc, layout.offset[exit]));
    if (taken) {
      if constexpr (back) {
        r.pc = target;
        if (__builtin_sub_overflow(r.budget, u64{1}, &r.budget)) [[unlikely]]
          ZHAN_JUMP(poll_and_go);
      }
      asm volatile("" :::);  // keeps the two dispatches apart: each has its own prediction
      ZHAN_NEXT(target);
    }
    asm volatile("# not taken" :::);
    ZHAN_NEXT(skip(r.pc, layout.size));
  }
}

}  // namespace zhan::interp
