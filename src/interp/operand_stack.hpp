// SPDX-License-Identifier: Apache-2.0
// What the predecoder knows of values: where each operand lies (its slot, a local it was read from,
// a constant), what the accumulators hold. Operands are folded: a local.get or a constant makes no
// cell until something needs the value in a slot.
#pragma once

#include <array>
#include <vector>

#include "interp/cell_writer.hpp"
#include "interp/prescan.hpp"

namespace zhan::interp {

struct Operand {
  enum class In : u8 { slot, local, konst, far } in = In::slot;
  char letter = 'I';
  u32 slot = 0;   // the canonical one of its height (CONTRACTS C1)
  u32 local = 0;  // slot of the local it was read from
  u64 value = 0;
};

/// A leaf token with its field.
struct Leaf {
  Token token = tok::slot;
  u64 field = 0;
};

class OperandStack {
 public:
  /// `far_base`: 0, or how far the frame pointer is moved up because 16 bits do not reach all slots
  /// (predecode_far.cpp).
  OperandStack(CellWriter& writer, const LocalTable& locals, u32 pinned_slot, u32 far_base)
      : m_writer(writer),
        m_pinned(pinned_slot),
        m_far(far_base != 0),
        m_next(locals.slots - far_base),
        m_most(m_far ? 0 : locals.slots) {}

  /// Offset of the instruction that is being read, for the map.
  u32 where = 0;

  [[nodiscard]] u32 size() const noexcept { return static_cast<u32>(m_operands.size()); }
  [[nodiscard]] u32 next_slot() const noexcept { return m_next; }
  [[nodiscard]] u32 most_slots() const noexcept { return m_most; }
  [[nodiscard]] Operand& at(u32 index) noexcept { return m_operands[index]; }
  [[nodiscard]] const Operand& at(u32 index) const noexcept { return m_operands[index]; }
  [[nodiscard]] Operand& top(u32 depth = 0) noexcept { return m_operands[size() - 1 - depth]; }
  [[nodiscard]] bool is_pinned(u32 slot) const noexcept { return slot == m_pinned; }
  /// The frame must have room for slots up to `end`.
  void need(u32 end) noexcept {
    if (static_cast<i32>(end) > static_cast<i32>(m_most)) m_most = end;
  }

  /// Pushes an operand whose value lies in its slot (a call or builtin left it there).
  Operand& push_slot(char letter);
  void push_konst(char letter, u64 value);
  void push_local(char letter, u32 slot);
  /// Removes the top. Its value may have been in an accumulator only: then it is gone.
  Operand pop();
  void truncate(u32 size);

  /// The best way to read an operand; false if it is a constant that no field holds (then keep()
  /// it).
  [[nodiscard]] bool leaf(const Operand& operand, char want, Leaf& leaf) const noexcept;
  /// The way to read an operand's 64 bits, whatever its class: for moves, globals, returns.
  [[nodiscard]] Leaf raw_leaf(const Operand& operand) const noexcept;
  [[nodiscard]] bool in_acc(const Operand& operand) const noexcept;
  /// True if its value lies in an accumulator only.
  [[nodiscard]] bool unsaved(const Operand& operand) const noexcept;
  /// Of an unsaved operand: the cell that made it, and where its root stands among the tokens.
  [[nodiscard]] Place origin(const Operand& operand) const noexcept {
    ZHAN_ASSERT(unsaved(operand), "other operands lie in slots, whatever made them");
    const Acc& acc = m_acc[acc_class(operand.letter)];
    return {acc.cell, acc.root};
  }
  /// True if it is the result of the last action, in an accumulator only: its tree may be moved.
  [[nodiscard]] bool is_last_result(const Operand& operand) const noexcept;
  /// Puts the value into the operand's own slot.
  void keep(u32 index);
  /// The same for all operands below `end` (and their order of emission is that of the stack).
  void keep_all(u32 end);
  void keep_all() { keep_all(size()); }
  /// Before a local changes: operands that still are that local get their values.
  void local_changes(u32 slot);
  [[nodiscard]] bool is_read_later(u32 local_slot) const noexcept;

  /// Emits a tree (no root yet) whose value becomes a new operand, in its accumulator only.
  void emit_value(const Action& tree, char letter);
  /// Emits a move of an operand's value to any slot; no operand changes its place.
  void emit_move(const Operand& operand, u32 to);
  /// Emits an action without value, or with one that has been dealt with.
  Place emit_tracked(const Action& action);
  void emit(const Action& action) { (void)emit_tracked(action); }
  /// Makes the last action, whose value is the operand on top, write to `slot` instead of its own;
  /// false if that cannot be. The operand is popped.
  bool retarget_top(u32 slot, bool is_local);

  /// Moves the top into a local (pending reads of it have been dealt with) and pops it.
  void move_top_to_local(u32 slot);
  /// Emits `root` (a move, global.set or return, with its field) with the value on top, and pops
  /// it.
  void emit_root_of_top(Token root, u64 field);
  /// The value on top, made as raw bits, is of another class.
  void reinterpret_top(char letter);
  /// The value can be read from slot_of() afterwards: unlike keep(), a local may stay what it is.
  void keep_value(u32 index) {
    if (m_operands[index].in != Operand::In::local) keep(index);
  }
  [[nodiscard]] u32 slot_of(const Operand& operand) const noexcept {
    return operand.in == Operand::In::local ? operand.local : operand.slot;
  }
  [[nodiscard]] const Action* writer_last() const noexcept { return m_writer.last(); }
  /// Position of the root of the last action among the tokens of its cell.
  [[nodiscard]] usize root_of_last() const noexcept;
  /// Appends the tree of the last action.
  [[nodiscard]] bool append_last_tree(Action& to) const noexcept {
    const Action& last = *m_writer.last();
    return to.append(last, root_of_last() + 1, last.size);
  }

  /// Labels: nothing is known of accumulators any more.
  void forget_accumulators() noexcept;
  /// A slot was written by something else.
  void slot_written(u32 slot) noexcept;
  // Far functions only; elsewhere these do nothing. Between instructions all operands are far.
  /// Copies the `count` operands on top to slots from 0 on: they, and what is pushed now, are near.
  void bring(u32 count);
  /// Near operands go back to where their height has its slots.
  void settle();
  /// The same without code: the copies are not needed any more.
  void abandon();
  /// Emits one move of far operands [first, first + count) to far slots from `to` on; false if they
  /// are not far.
  [[nodiscard]] bool emit_far_moves(u32 to, u32 first, u32 count);
  void emit_far_move(u32 to, u32 from, u32 count);
  /// Copies slots that are no operands to near ones; the first of these.
  [[nodiscard]] u32 bring_slots(u32 from, u32 count);

  /// The tree of the last action, which made the unsaved operand: removed from the code.
  Action take_last_tree();

  [[nodiscard]] static u32 width(char letter) noexcept { return letter == 'v' ? 2 : 1; }
  [[nodiscard]] static u32 acc_class(char letter) noexcept {
    return letter == 'f' ? 1 : letter == 'F' ? 2 : 0;
  }

 private:
  /// What an accumulator holds.
  struct Acc {
    u32 slot = none;       // it equals this slot
    bool unsaved = false;  // and the slot has not been written
    u32 cell = 0;          // of the action that made it, if unsaved
    u8 root = 0;
    Action action;  // the whole cell
  };
  static constexpr u32 none = ~u32{0};
  static constexpr usize max_pending = 64;  // local.gets that have made no cell yet

  void push(const Operand& operand);
  void save(Acc& acc);

  CellWriter& m_writer;
  u32 m_pinned;
  bool m_far;
  bool m_near = false;  // operands from m_first_near on are near
  u32 m_first_near = 0;
  u32 m_home = 0;  // far slot of the first of them
  u32 m_next;
  u32 m_most;
  u32 m_kept = 0;  // operands below have been kept
  std::vector<Operand> m_operands;
  std::vector<u32> m_pending;  // indices of operands that still are locals, ascending
  std::array<Acc, 3> m_acc;
};

}  // namespace zhan::interp
