// SPDX-License-Identifier: Apache-2.0
// A second interpreter, as plain as can be: runs validated bodies straight from their bytes on an
// operand stack, with the meanings of sem_evaluate.hpp. What the real one folds, fuses and keeps in
// registers is checked against it. Covers what module_generator.hpp makes.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "module/module.hpp"
#include "wasm/imm.hpp"
#include "wasm/traps.hpp"

namespace zhan::test {

/// What the reference has before an instruction. Operands and locals in slots, a v128 in two.
struct Moment {
  u32 function = 0;
  u64 activation = 0;  // differs from call to call
  u32 offset = 0;      // of the instruction in the module
  std::span<const u64> locals;
  std::span<const u64> operands;
};

/// A function reference is the function's index and 1, null is 0; an i31 is its bits doubled and 1,
/// an object twice its index and 2.
class Reference {
 public:
  /// Instantiates: memories and tables of their minimum, globals and active segments (which fit).
  explicit Reference(const Module& module);

  enum class End : u8 { returned, trapped, threw, gave_up };  // gave_up: too many steps, too deep
  /// Calls a function with its parameters in slots; results replace `slots`.
  End call(u32 function, std::vector<u64>& slots);

  /// Called before each instruction of a call, if set.
  std::function<void(const Moment&)> observer;

  [[nodiscard]] Trap trap() const noexcept { return m_trap; }
  /// Offset in the module of the instruction that trapped.
  [[nodiscard]] u32 trap_offset() const noexcept { return m_offset; }
  /// Arithmetic makes no NaN but the positive one with only the top bit of its fraction.
  bool canonical_nans = false;
  /// A NaN came out of arithmetic: its bits are the machine's choice, results need not be equal.
  [[nodiscard]] bool saw_nan() const noexcept { return m_saw_nan; }
  [[nodiscard]] u64 steps() const noexcept { return m_steps; }
  [[nodiscard]] std::span<const u8> memory(u32 index) const noexcept { return m_memories[index]; }
  [[nodiscard]] std::span<const u64> table(u32 index) const noexcept { return m_tables[index]; }
  /// Two slots each.
  [[nodiscard]] std::span<const u64> globals() const noexcept { return m_globals; }

 private:
  enum class Handling : u8 { none, table, legacy, caught };
  /// Of a field or element; the second is a vector's upper half.
  using Words = std::pair<u64, u64>;
  struct Object {
    u32 type = 0;
    std::vector<Words> fields;
  };
  struct Exception {
    u32 tag = 0;
    std::vector<u64> payload;
  };
  struct Label {
    u64 target = 0;    // offset to go on at
    usize height = 0;  // operand slots below what it carries
    u32 slots = 0;     // that a branch carries
    bool loop = false;
    Handling handling = Handling::none;
    u64 body = 0;                // Handling::legacy: where its first instruction stands
    u64 caught = 0;              // Handling::caught: the exception
    std::vector<Catch> clauses;  // Handling::table
  };
  struct Frame;

  bool run(Frame& frame);
  bool control(Frame& frame, Op op, const Imm& imm);
  bool branch_on_null(Frame& frame, Op op, u32 depth);
  void branch(Frame& frame, u32 depth);
  bool exception_op(Frame& frame, Op op, const Imm& imm);
  bool raise(u64 exception) noexcept;
  bool catch_thrown(Frame& frame);
  bool catch_in_table(Frame& frame, usize label);
  /// Continues in a clause of a legacy try; else how many labels further out its delegate is.
  bool catch_in_try(Frame& frame, usize label, u32& outwards);
  void push_payload(Frame& frame, u32 tag);

  bool object_op(Frame& frame, Op op, const Imm& imm);
  bool struct_op(Frame& frame, Op op, const Imm& imm);
  bool new_array(Frame& frame, Op op, const Imm& imm);
  bool array_op(Frame& frame, Op op, const Imm& imm);
  bool array_items(Frame& frame, Op op, const Imm& imm);
  bool branch_on_cast(Frame& frame, Op op, const Imm& imm);
  bool push_object(Frame& frame, u32 type, std::vector<Words> fields);
  /// Items of a segment as elements of an array type; false and the trap if they are not all there.
  [[nodiscard]] bool read_items(Op op, const Imm& imm, u64 from, u64 count,
                                std::vector<Words>& items);
  [[nodiscard]] bool matches(u64 value, ValType type) const;
  bool call_function(Frame& caller, u32 function);
  bool enter(Frame& frame, std::span<const u64> arguments);
  bool tail_call(Frame& frame, u32 function);
  [[nodiscard]] bool callee(Frame& frame, Op op, const Imm& imm, u32& function);

  bool access(Frame& frame, const OpInfo& info, const Imm& imm);
  bool atomic(Frame& frame, const OpInfo& info, const Imm& imm);
  /// Pops the address of an access; where it goes, or null and the trap.
  [[nodiscard]] u8* place(Frame& frame, const OpInfo& info, const MemArg& memarg);
  bool memory_op(Frame& frame, Op op, const Imm& imm);
  bool table_op(Frame& frame, Op op, const Imm& imm);
  [[nodiscard]] u64 pop_address(Frame& frame, bool is64);

  bool plain(Frame& frame, Op op, const Imm& imm);
  bool variable(Frame& frame, Op op, const Imm& imm);
  bool reference(Frame& frame, Op op, const Imm& imm);
  bool evaluate(Frame& frame, Op op, const Imm& imm);
  void check_nan(const OpInfo& info, u64* results);

  void instantiate_segments();
  /// The value of a constant expression; the second slot is a vector's.
  [[nodiscard]] std::pair<u64, u64> constant(ConstExpr expression);
  bool fail(Trap trap) noexcept;
  [[nodiscard]] u32 slots_of(std::span<const ValType> types) const noexcept;
  [[nodiscard]] Label label_of(const Frame& frame, const BlockType& type, bool loop, u64 start,
                               u64 end) const;

  const Module& m_module;
  std::vector<std::vector<u8>> m_memories;
  std::vector<std::vector<u64>> m_tables;
  std::vector<std::vector<u64>> m_elements;  // empty once dropped
  std::vector<std::span<const u8>> m_data;   // empty once dropped
  std::vector<u64> m_globals;
  std::vector<Object> m_objects;
  std::vector<Exception> m_exceptions;  // an exnref is the index and 1
  u64 m_thrown = 0;                     // on its way to a handler
  Trap m_trap = Trap::none;
  bool m_saw_nan = false;
  bool m_gave_up = false;
  u64 m_steps = 0;
  u64 m_activations = 0;
  u32 m_offset = 0;  // of the instruction that runs
  u32 m_depth = 0;
};

}  // namespace zhan::test
