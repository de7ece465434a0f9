// SPDX-License-Identifier: Apache-2.0
// The predecoder's state and its parts: control (predecode_control.cpp), calls
// (predecode_calls.cpp), exceptions (predecode_exceptions.cpp), continuations
// (predecode_continuations.cpp), values (predecode_values.cpp), memory and vectors
// (predecode_memory.cpp).
#pragma once

#include <concepts>
#include <initializer_list>

#include "interp/operand_stack.hpp"
#include "interp/predecode.hpp"
#include "interp/prescan.hpp"
#include "interp/specials.hpp"
#include "wasm/reader.hpp"

namespace zhan::interp {

class Predecoder {
 public:
  Predecoder(const runtime::CodeModule& code, const abi::FuncBody& body,
             const PredecodeOptions& options, u32 far_base);
  Result<Code> run();
  /// Slots that the frame needs, after run().
  [[nodiscard]] u32 most_slots() const noexcept { return m_stack.most_slots(); }

 private:
  /// A forward branch that waits for its label: displacement at `field`, relative to `cell`.
  struct Fix {
    u32 cell;
    u32 field;
    u32 next;  // in the label's list
  };
  static constexpr u32 no_fix = ~u32{0};
  static constexpr u32 row_fix = ~u32{0};  // as `field`: the target of a catch row, number `cell`

  struct Control {
    Op op = Op::block;
    u32 height = 0;  // operands below its parameters
    u32 slot = 0;    // first slot of its parameters and results
    BlockType type;
    u32 loop_cell = 0;   // loop: where it starts
    u32 fixes = no_fix;  // branches to its end
    u32 else_fix = no_fix;
    bool function = false;
    u32 catching = CatchRow::none;   // range of the innermost try whose body code here belongs to
    u32 own_range = CatchRow::none;  // of a try
    i32 hidden = CatchRow::no_slot;  // of a legacy try: slot that keeps what it caught, for rethrow
  };

  // Types of blocks.
  struct Letters {
    std::span<const ValType> types;
    [[nodiscard]] u32 slots() const noexcept;
  };
  [[nodiscard]] Letters params_of(const Control& control) const noexcept;
  [[nodiscard]] Letters results_of(const Control& control) const noexcept;
  /// What a branch to it carries.
  [[nodiscard]] Letters label_types(const Control& control) const noexcept;

  // Control.
  void decode_op(Op op);
  void decode_control(Op op);
  void decode_reference(Op op);
  void decode_far(Op op);
  void far_local(Op op);
  void far_leave(u32 count);
  void check_size();
  void take_snapshot(Op op);
  [[nodiscard]] u32 label_height(Op op) noexcept;
  void open_block(Op op);
  void open_if();
  void end_part(Control& control, bool reachable);
  void else_branch(bool reachable);
  void end_block(bool reachable);
  void skip_dead_code();
  void bind(u32 fixes);
  void push_results(Letters letters);
  Control& label(u32 depth) noexcept {
    ZHAN_ASSERT(depth < m_controls.size(), "validated code names labels that there are");
    return m_controls[m_controls.size() - 1 - depth];
  }
  /// Emits a branch action whose label is `control`; `action` ends with a branch root or a
  /// condition.
  void emit_branch(Action action, Control& control);
  void jump_to(Control& control);
  void add_fix(Control& control, u32 cell, u32 field);
  void br(u32 depth);
  /// Condition on top of the stack as an action that begins with `root` (or its inverse).
  Action condition(Token root, Token inverse_root);
  void conditional(u32 depth, Token root, Token inverse_root);
  void br_table();
  void br_on_null(bool non_null);
  void place_results(const Control& control);
  [[nodiscard]] bool results_in_place(const Control& control) const noexcept;
  void emit_moves_to(u32 to, u32 first, u32 count);
  void return_values();
  void return_values_from(u32 count);
  void push_null_test(u32 slot);
  void br_table_target(u32 cell, u32 field, u32 depth);
  void charge(u64 cost);

  // Exceptions.
  void decode_exception(Op op);
  void open_try_table();
  void open_try();
  void catch_branch(Op op, bool reachable);
  void delegate(bool reachable);
  void end_try(Control& control);
  void add_clause(u32 range, const Catch& clause);
  void throw_values();
  void throw_reference(u32 slot);
  void rethrow(u32 hidden);
  void bind_returns(const Control& function);
  [[nodiscard]] u32 tag_offset(u32 tag) const noexcept { return m_layout.tags + 8 * tag; }
  [[nodiscard]] std::span<const ValType> tag_params(u32 tag) const noexcept;

  // Continuations.
  void decode_continuation(Op op);
  void resume(Op op, Handler handler);
  void suspend(Op op, Handler handler);
  template <class C>
  void place_values(C& cell, Op op);
  void add_handlers(u32 cell);
  [[nodiscard]] std::span<const ValType> continuation_params(u32 type) const noexcept;
  [[nodiscard]] std::span<const ValType> continuation_results(u32 type) const noexcept;

  // Calls.
  struct Callee {
    std::span<const ValType> params;
    std::span<const ValType> results;
  };
  void call(Op op);
  void tail_call(Op op);
  [[nodiscard]] Callee callee_of(Op op) const noexcept;
  u32 place_arguments(const Callee& callee);
  /// Operands of a call that are not in their own slots while it is made.
  [[nodiscard]] u32 moving_arguments(Op op) const noexcept;
  void builtin(abi::Builtin function, u32 a, u32 b, std::string_view in, char out);
  void decode_builtin(Op op);

  // Heap objects.
  void decode_object(Op op);
  [[nodiscard]] bool decode_new(Op op);
  [[nodiscard]] bool decode_array_bulk(Op op);
  [[nodiscard]] bool decode_access(Op op);
  void decode_cast(Op op);
  void new_struct(TypeId type);
  void get_field(TypeId type, u32 field, bool is_signed);
  void set_field(TypeId type, u32 field);
  void get_descriptor(TypeId type);
  void get_element(TypeId type, bool is_signed);
  void set_element(TypeId type);
  void array_length();
  [[nodiscard]] CastCell cast_cell(Op op);
  void branch_on_cast(Op op);
  [[nodiscard]] std::string field_letters(TypeId type) const;
  [[nodiscard]] TypeId canonical(u32 type) const noexcept { return m_module.canonical[type]; }
  [[nodiscard]] const TypeInterner& types() const noexcept { return *m_code.info().types; }

  // Values.
  void value_op(Op op);
  void canonicalise(Op op);
  /// `swapped`: what gives the same with the operands exchanged, or no_op.
  void binary(Token token, char letter, char result, Op swapped);
  void unary(Token token, char letter, char result);
  bool try_trees(Token token, std::string_view letters, char result, bool reversed = false);
  void compare_zero(Op equal);
  void local_get(u32 local);
  void local_set(u32 local, bool tee);
  void global_get(u32 global);
  void global_set(u32 global);
  void select(char letter);
  void own_unary(Token token, char letter, char result);
  [[nodiscard]] bool force_leaf(u32 index, char want, Leaf& leaf);

  // Memory and vectors.
  void load(Op op);
  void store(Op op);
  void memory_size(u32 memory);
  void vector_op(Op op);
  void vector_memory(Op op);
  void far_memory(Op op);
  void atomic(Op op);
  void vector_const();
  void wide(Op op);
  [[nodiscard]] bool plain_access(const MemArg& memarg, u32 access) const noexcept;
  [[nodiscard]] Token memory_token(Op op) const noexcept;
  /// The operand's value in a slot of 16 bits' reach.
  [[nodiscard]] i16 slot_operand(u32 depth);
  /// Pops the first `count` of these as operands, the last one on top, into fields of a cell.
  void pop_to(std::initializer_list<i16*> fields, u32 count);
  /// Emits a special cell with one result, a new operand, whose slot goes to a field of the cell.
  template <class C, std::derived_from<C> D>
  void emit_result(D cell, i16 C::* field, Handler handler, char letter) {
    const u32 slot = m_stack.push_slot(letter).slot;
    cell.*field = static_cast<i16>(slot);
    const u32 at = m_writer.emit_special(cell, handler, m_stack.where);
    note_special(at, field_of(cell, cell.*field), slot, false);
  }
  /// The same for an access to memory: a store has no result.
  template <class C>
  void emit_access(const C& cell, Handler handler, std::string_view results) {
    if (results.empty())
      (void)m_writer.emit_special(cell, handler, m_stack.where);
    else
      emit_result(cell, &C::dst, handler, results[0]);
  }

  /// The result of the special cell just emitted goes to another slot, if it is this operand.
  [[nodiscard]] bool retarget_special(const Operand& operand, u32 slot);
  template <class C>
  [[nodiscard]] static u32 field_of(const C& cell, const i16& field) noexcept {
    return static_cast<u32>(reinterpret_cast<const u8*>(&field) -
                            reinterpret_cast<const u8*>(&cell));
  }
  void note_special(u32 cell, u32 field, u32 slot, bool to_pinned) noexcept {
    m_special = {m_writer.size(), cell + field, slot, to_pinned};
  }
  void unsupported(Op op);
  void fail(Error error);
  [[nodiscard]] bool failed() const noexcept { return m_error.has_value(); }
  [[nodiscard]] u32 global_offset(u32 global) const noexcept;
  [[nodiscard]] char letter_of_global(u32 global) const noexcept;

  const runtime::CodeModule& m_code;
  const Module& m_module;
  const abi::InstLayout& m_layout;
  const abi::FuncBody& m_body;
  PredecodeOptions m_options;
  u32 m_far_base;  // 0: all slots are in reach
  ByteReader m_reader;
  LocalTable m_locals;
  Prescan m_scan;
  u32 m_first_hidden;  // slots between locals and operands that keep references for rethrow
  CellWriter m_writer;
  OperandStack m_stack;
  Imm m_imm;
  std::vector<Control> m_controls;
  CatchTable m_catches;
  std::vector<Fix> m_fixes;
  u32 m_free_fixes = no_fix;
  /// Where a br_table sends what cannot go straight to a label, by depth; older epochs do not
  /// count.
  struct Stub {
    u32 epoch = 0;
    u32 cell = 0;
  };
  std::vector<Stub> m_stubs;
  u32 m_table_epoch = 0;
  Control m_function;  // the outermost label
  u32 m_pinned_slot = ~u32{0};
  /// A special cell with one result, if nothing follows it: its end, the i16 field of the result's
  /// slot.
  struct Special {
    u32 end = ~u32{0};
    u32 field = 0;
    u32 slot = 0;
    bool to_pinned =
        false;  // the pinned local may be the result: it is read from its slot afterwards
  } m_special;
  u64 m_imm_field = 0;  // the field of the token that unary() or try_trees() makes
  u32 m_loop_index = 0;
  u32 m_try_index = 0;  // of legacy ones
  bool m_dead = false;  // the code that follows cannot be reached
  std::optional<Error> m_error;
  Snapshot m_snapshot;
};

}  // namespace zhan::interp
