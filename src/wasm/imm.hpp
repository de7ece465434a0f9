// SPDX-License-Identifier: Apache-2.0
// Immediates as kinds: each kind is one line of visit(), and every reader, writer, printer, parser
// and skipper is a Stream that visit() is called with, so that none of them can drift apart.
#pragma once

#include <vector>

#include "wasm/ops.hpp"
#include "wasm/types.hpp"
#include "wasm/v128.hpp"

namespace zhan {

/// Index spaces that immediates name.
enum class Space : u8 { type, func, table, memory, global, tag, elem, data, local, label, field };

/// Type of a block: empty, one result, or the number of a function type.
struct BlockType {
  enum class Form : u8 { empty, value, type } form = Form::empty;
  ValType value;
  u32 type = 0;
  bool operator==(const BlockType&) const noexcept = default;
};

struct MemArg {
  u32 align_log2 = 0;
  u32 memory = 0;
  u64 offset = 0;
  bool operator==(const MemArg&) const noexcept = default;
};

/// A clause of try_table (specification §5.4.1): catch_all forms have no tag.
struct Catch {
  enum class Form : u8 { catch_, catch_ref, catch_all, catch_all_ref } form = Form::catch_;
  u32 tag = 0;
  u32 label = 0;
  bool operator==(const Catch&) const noexcept = default;
  [[nodiscard]] bool has_tag() const noexcept { return form <= Form::catch_ref; }
  [[nodiscard]] bool has_ref() const noexcept {
    return form == Form::catch_ref || form == Form::catch_all_ref;
  }
};

/// A clause of resume: on tag, to a label or (switch form) to nowhere.
struct Handler {
  bool is_switch = false;
  u32 tag = 0;
  u32 label = 0;
  bool operator==(const Handler&) const noexcept = default;
};

/// All immediates of one instruction; which members count follows from its ImmKind. Made to be used
/// again and again, so that the lists keep their memory.
struct Imm {
  u32 a = 0;  // first index, in the order of the binary format
  u32 b = 0;
  u8 lane = 0;
  u64 bits = 0;  // constants: i32 zero-extended, floats as their bits
  V128 v128;
  MemArg memarg;
  BlockType block;
  ValType
      ref;  // heap_type: of ref.null, ref.test, ... (nullable is set by the instruction's user);
  ValType from;             // cast_branch: source (ref is the target)
  std::vector<u32> labels;  // br_table: targets, the default last
  std::vector<ValType> types;
  std::vector<Catch> catches;
  std::vector<Handler> handlers;
};

/// Presents the immediates of `kind` to the stream in the order of the binary format, or of the
/// text format if S::text_order (there a table or memory comes before the segment or type). Members
/// of a Stream: index(Space, u32&), block_type(BlockType&), labels(vector&), memarg(MemArg&,
/// access), lane(u8&), lanes(V128&), const_i32/i64/f32/f64(u64& bits), const_v128(V128&),
/// types(vector&), heap_type(ValType&), cast_branch(label&, from&, to&), count(u32&),
/// catches(vector&), fence(), handlers(vector&).
template <class S>
void visit(S& s, const OpInfo& op, Imm& imm) {
  const auto two = [&](Space first, Space second) {
    s.index(first, imm.a);
    s.index(second, imm.b);
  };
  const auto swapped_in_text = [&](Space first, Space second) {
    if constexpr (S::text_order) {
      s.index(second, imm.b);
      s.index(first, imm.a);
    } else {
      two(first, second);
    }
  };
  switch (op.imm) {
    case ImmKind::none: return;
    case ImmKind::block: return s.block_type(imm.block);
    case ImmKind::label: return s.index(Space::label, imm.a);
    case ImmKind::labels: return s.labels(imm.labels);
    case ImmKind::func: return s.index(Space::func, imm.a);
    case ImmKind::type: return s.index(Space::type, imm.a);
    case ImmKind::call_indirect: return swapped_in_text(Space::type, Space::table);
    case ImmKind::local: return s.index(Space::local, imm.a);
    case ImmKind::global: return s.index(Space::global, imm.a);
    case ImmKind::table: return s.index(Space::table, imm.a);
    case ImmKind::table_init: return swapped_in_text(Space::elem, Space::table);
    case ImmKind::table_copy: return two(Space::table, Space::table);
    case ImmKind::elem: return s.index(Space::elem, imm.a);
    case ImmKind::memory: return s.index(Space::memory, imm.a);
    case ImmKind::memory_init: return swapped_in_text(Space::data, Space::memory);
    case ImmKind::memory_copy: return two(Space::memory, Space::memory);
    case ImmKind::data: return s.index(Space::data, imm.a);
    case ImmKind::memarg: return s.memarg(imm.memarg, op.access);
    case ImmKind::memarg_lane: s.memarg(imm.memarg, op.access); return s.lane(imm.lane);
    case ImmKind::lane: return s.lane(imm.lane);
    case ImmKind::shuffle: return s.lanes(imm.v128);
    case ImmKind::const_i32: return s.const_i32(imm.bits);
    case ImmKind::const_i64: return s.const_i64(imm.bits);
    case ImmKind::const_f32: return s.const_f32(imm.bits);
    case ImmKind::const_f64: return s.const_f64(imm.bits);
    case ImmKind::const_v128: return s.const_v128(imm.v128);
    case ImmKind::select_types: return s.types(imm.types);
    case ImmKind::heap_type: return s.heap_type(imm.ref);
    case ImmKind::cast_branch: return s.cast_branch(imm.a, imm.from, imm.ref);
    case ImmKind::field: return two(Space::type, Space::field);
    case ImmKind::array_fixed: s.index(Space::type, imm.a); return s.count(imm.b);
    case ImmKind::array_data: return two(Space::type, Space::data);
    case ImmKind::array_elem: return two(Space::type, Space::elem);
    case ImmKind::array_copy: return two(Space::type, Space::type);
    case ImmKind::try_table: s.block_type(imm.block); return s.catches(imm.catches);
    case ImmKind::tag: return s.index(Space::tag, imm.a);
    case ImmKind::fence: return s.fence();
    case ImmKind::cont_bind: return two(Space::type, Space::type);
    case ImmKind::resume: s.index(Space::type, imm.a); return s.handlers(imm.handlers);
    case ImmKind::resume_throw: two(Space::type, Space::tag); return s.handlers(imm.handlers);
    case ImmKind::cont_switch: return two(Space::type, Space::tag);
  }
}

}  // namespace zhan
