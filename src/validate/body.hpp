// SPDX-License-Identifier: Apache-2.0
// The algorithm of the specification's appendix (§A.3): operand types on one stack, control frames
// on another, both explicit. Types inside are canonical, so that equal types have equal bits. Every
// check returns false after noting the error; the first one counts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "module/type_interner.hpp"
#include "validate/messages.hpp"
#include "validate/rows.hpp"
#include "wasm/reader.hpp"

namespace zhan::validate {

/// Where a constant expression stands and what it may see.
struct ConstPlace {
  const char* what = "";  // "global", "element segment", ...
  u32 index = 0;
  u32 globals = 0;                        // the first so many may be read
  std::vector<bool>* declared = nullptr;  // functions that ref.func names are marked here
};

/// A control frame; 28 bytes, since a hostile body consists of nothing else.
struct Control {
  ValType value;   // of Form::value
  TypeId type;     // of Form::type
  u32 height;      // operands below the block
  u32 wide;        // v128 among them
  u32 init_count;  // locals initialised before it
  Op op;           // block, loop, if_, else_, try_, catch_, catch_all, try_table
  BlockType::Form form;
  bool unreachable;
};
static_assert(sizeof(Control) == 28);

class Body {
 public:
  Body(const Module& module, const TypeInterner& types, const Features& features);
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  Result<void> function(u32 defined, BodyInfo& info);
  Result<void> constant(ConstExpr range, ValType expected, const ConstPlace& place);

 private:
  using Check = bool (Body::*)();
  struct Locals {  // a group of declared locals
    u32 end;       // first index after it
    ValType type;
  };
  static constexpr u32 quick_locals = 256;  // their types stand in an array

  // The loop (body.cpp).
  bool run(ByteReader& reader);
  bool step(const Row& row);
  bool plain(const Row& row);
  bool memory_access(const Row& row);
  bool other_plain(const Row& row);
  template <bool Address>
  bool apply(const Row& row, TypeKind address);
  bool apply_slowly(const Row& row, TypeKind address);
  bool special();
  bool refused(const Row& row);
  bool read_locals(const Code& code, std::span<const ValType> params);
  bool add_local_group(u64 first, u32 count, ValType type);
  void start(ValType value, TypeId type, BlockType::Form form);
  static const Check* handlers() noexcept;

  // Errors (errors.cpp). All return false.
  bool raise(ErrorId id, std::string_view detail = {});
  bool raise_index(ErrorId id, u32 index);
  bool malformed();
  bool ended_early();
  bool mismatch(std::span<const ValType> wanted);
  bool mismatch(ValType wanted) { return mismatch(std::span(&wanted, 1)); }
  bool not_empty(std::span<const ValType> wanted);
  bool wrong_type(ValType found, ValType wanted);
  bool too_high();
  bool refuse_feature(Feature feature, std::string_view what);
  [[nodiscard]] bool off(Feature feature) const noexcept {
    return (m_features_off >> static_cast<u8>(feature) & 1) != 0;
  }
  [[nodiscard]] std::string place() const;
  [[nodiscard]] Error take_error();

  // Operands.
  [[nodiscard]] usize here() const noexcept { return static_cast<usize>(m_top - m_floor); }
  [[nodiscard]] u32 height() const noexcept { return static_cast<u32>(m_top - m_base); }
  [[nodiscard]] bool fits(ValType sub, ValType super) const noexcept {
    return sub == super || fits_slowly(sub, super);
  }
  [[nodiscard]] bool fits_slowly(ValType sub, ValType super) const noexcept;
  [[nodiscard]] bool fits(std::span<const ValType> sub, std::span<const ValType> super) const;
  bool note_height() {
    const u32 slots = height() + m_wide;
    if (slots <= m_max) return true;
    m_max = slots;
    return slots <= max_height_slots || too_high();
  }
  bool grow(usize more);
  bool push(ValType type) {
    if (m_top == m_end && !grow(1)) return false;
    *m_top++ = type;
    m_wide += type.kind == TypeKind::v128;
    return note_height();
  }
  bool push_list(std::span<const ValType> types);
  bool pop(ValType wanted) {
    if (m_top != m_floor && m_top[-1] == wanted) {
      --m_top;
      m_wide -= wanted.kind == TypeKind::v128;
      return true;
    }
    return pop_slowly(wanted);
  }
  bool pop_slowly(ValType wanted);
  /// Any operand; bottom below the reachable ones.
  bool pop_any(ValType& found);
  /// Any reference; one of unknown type is a non-null reference to the heap type HeapType().
  bool pop_ref(ValType& found);
  bool pop_list(std::span<const ValType> wanted);
  void drop_to(u32 height, u32 wide) noexcept {
    m_top = m_base + height;
    m_wide = wide;
  }

  // Control frames (control.cpp).
  [[nodiscard]] std::span<const ValType> params(const Control& frame) const noexcept;
  [[nodiscard]] std::span<const ValType> results(const Control& frame) const noexcept;
  [[nodiscard]] std::span<const ValType> label_types(const Control& frame) const noexcept {
    return frame.op == Op::loop ? params(frame) : results(frame);
  }
  bool label(u32 depth, const Control*& frame);
  bool enter(Op op, const BlockType& type);
  bool leave_frame();
  bool restart_frame(Op op, std::span<const ValType> operands);
  void forget_locals(u32 count);
  bool unreachable();
  bool block_frame(BlockType& type);
  bool branch(std::span<const ValType> types) { return pop_list(types) && push_list(types); }
  bool catch_clause(const Catch& clause);
  bool cast_branch(ValType from, ValType to, bool branch_if_cast);
  bool check_label_once(u32 depth, usize arity);
  bool return_types(std::span<const ValType> types);
  bool call_signature(Signature signature);
  bool tail_signature(Signature signature);
  bool callee(u32 function, Signature& signature);
  bool indirect_callee(Signature& signature);
  bool reference_callee(Signature& signature);

  // Index spaces; all raise "unknown ...".
  bool type_index(u32 index, TypeId& id);
  bool type_of_kind(u32 index, CompositeKind kind, TypeId& id);
  bool table(u32 index, const TableType*& type);
  bool memory(u32 index, const MemoryType*& type);
  bool tag(u32 index, Signature& signature);
  bool elem(u32 index, ValType& type);
  bool data(u32 index);
  bool value_type(ValType& type);
  bool local_type(u32 index, ValType& type);
  bool set_local(u32 index, ValType& type);
  bool struct_field(u32 type, u32 field, TypeId& id, FieldType& found);
  bool array_type(u32 type, TypeId& id, FieldType& found);
  bool read_field(bool packed);
  bool read_element(bool packed);
  bool new_struct(bool described, bool defaults);
  bool descriptor_operand(ValType target);
  bool cast_target(ValType& type);
  [[nodiscard]] ValType ref_to(TypeId id, bool nullable, bool exact = false) const noexcept {
    return ValType::ref(HeapType::defined(id), nullable, exact && m_exact);
  }

  // One a special row.
  bool on_unreachable();
  bool on_block();
  bool on_if();
  bool on_else();
  bool on_end();
  bool on_try();
  bool on_catch();
  bool on_catch_all();
  bool on_delegate();
  bool on_throw();
  bool on_rethrow();
  bool on_throw_ref();
  bool on_try_table();
  bool on_br();
  bool on_br_if();
  bool on_br_table();
  bool on_return();
  bool on_br_on_null();
  bool on_br_on_non_null();
  bool on_call();
  bool on_call_indirect();
  bool on_call_ref();
  bool on_return_call();
  bool on_return_call_indirect();
  bool on_return_call_ref();
  bool on_drop();
  bool on_select();
  bool on_select_t();
  bool on_local_get();
  bool on_local_set();
  bool on_local_tee();
  bool on_global_get();
  bool on_global_set();
  bool on_table_get();
  bool on_table_set();
  bool on_table_init();
  bool on_table_copy();
  bool on_table_grow();
  bool on_table_size();
  bool on_table_fill();
  bool on_memory_copy();
  bool on_ref_null();
  bool on_ref_is_null();
  bool on_ref_func();
  bool on_ref_eq();
  bool on_ref_as_non_null();
  bool on_ref_test();
  bool on_ref_cast();
  bool on_br_on_cast();
  bool on_br_on_cast_desc();
  bool on_any_convert_extern();
  bool on_extern_convert_any();
  bool on_ref_i31();
  bool on_i31_get();
  bool on_struct_new();
  bool on_struct_get();
  bool on_struct_set();
  bool on_array_new();
  bool on_array_new_default();
  bool on_array_new_fixed();
  bool on_array_new_data();
  bool on_array_new_elem();
  bool on_array_get();
  bool on_array_set();
  bool on_array_len();
  bool on_array_fill();
  bool on_array_copy();
  bool on_array_init_data();
  bool on_array_init_elem();
  bool on_ref_get_desc();
  bool on_ref_cast_desc();
  bool on_cont_new();
  bool on_cont_bind();
  bool on_suspend();
  bool on_resume();
  bool on_resume_throw();
  bool on_switch();
  bool exception_tag(u32 index, Signature& signature);
  bool resume_handlers(Signature signature);
  bool switch_clause(Signature effect, Signature resumed);
  bool resume_label(const Handler& handler, Signature effect, Signature resumed);
  bool continuation(u32 index, TypeId& id, Signature& signature);
  bool continuation_behind(ValType type, Signature& signature);

  // Hot first.
  ValType* m_top = nullptr;
  ValType* m_floor = nullptr;  // of the innermost frame
  ValType* m_end = nullptr;    // two below the end of the memory
  ValType* m_base = nullptr;
  u32 m_wide = 0;      // v128 on the stack
  u32 m_max = 0;       // slots
  u8 m_forbidden = 0;  // row flags that are refused
  u8 m_parts = 0;
  TypeKind m_memory0 = TypeKind::bottom;  // address type of memory 0; bottom = there is none
  bool m_exact = false;                   // custom descriptors are on
  Op m_op = Op::nop;
  u64 m_features_off = 0;
  ByteReader* m_reader = nullptr;
  std::vector<Control> m_controls;
  u32 m_max_depth = 0;

  u32 m_quick_count = 0;
  u32 m_local_count = 0;
  u32 m_param_count = 0;
  std::vector<ValType> m_quick;
  std::vector<Locals> m_groups;
  std::vector<u32> m_init_epoch;  // == m_epoch: the local without default has been set
  std::vector<u32> m_inits;       // such locals in the order they were set
  u32 m_epoch = 0;

  const Module& m_module;
  const TypeInterner& m_types;
  std::vector<ValType> m_stack;
  Imm m_imm;
  std::vector<u32> m_label_stamp;  // by depth: the last br_table that checked it
  std::vector<u32> m_type_stamp;   // the same by type number and kind of label
  u32 m_stamp = 0;

  const ConstPlace* m_const = nullptr;
  u32 m_function = 0;
  u64 m_at = 0;  // offset of the instruction
  Range m_range;
  std::optional<Error> m_error;
};

}  // namespace zhan::validate
