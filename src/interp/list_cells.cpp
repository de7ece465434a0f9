// SPDX-License-Identifier: Apache-2.0
// The cells of a function as text, beside the instructions they come from.
#include <fmt/format.h>

#include <algorithm>

#include "interp/atomic_cells.hpp"
#include "interp/interp.hpp"
#include "interp/key_text.hpp"
#include "interp/specials.hpp"
#include "wasm/reader.hpp"

namespace zhan::interp {
namespace {

/// Handlers that are not named by a key.
struct SpecialName {
  Handler handler;
  const char* text;
};
constexpr SpecialName special_names[] = {{do_call, "call"},
                                         {do_call_import, "call_import"},
                                         {do_call_indirect, "call_indirect slot"},
                                         {do_call_indirect_acc, "call_indirect acc"},
                                         {do_call_ref, "call_ref"},
                                         {do_return, "return"},
                                         {do_return_many, "return slots"},
                                         {do_return_call, "return_call"},
                                         {do_return_call_import, "return_call_import"},
                                         {do_return_call_indirect, "return_call_indirect"},
                                         {do_return_call_ref, "return_call_ref"},
                                         {do_br_table, "br_table slot"},
                                         {do_br_table_acc, "br_table acc"},
                                         {do_builtin, "builtin"},
                                         {do_trap, "trap"},
                                         {do_throw, "throw"},
                                         {do_throw_ref, "throw_ref"},
                                         {do_resume, "resume"},
                                         {do_resume_throw, "resume_throw"},
                                         {do_resume_throw_ref, "resume_throw_ref"},
                                         {do_suspend, "suspend"},
                                         {do_switch, "switch"},
                                         {do_charge, "charge"},
                                         {do_atomic_fence, "atomic.fence"},
                                         {do_new_struct, "struct.new"},
                                         {do_array_len, "array.len"},
                                         {do_ref_test, "ref.test"},
                                         {do_ref_cast, "ref.cast"},
                                         {do_test_descriptor, "ref.test_desc_eq"},
                                         {do_cast_descriptor, "ref.cast_desc_eq"},
                                         {do_get_descriptor, "ref.get_desc"},
                                         {do_far_move, "move far"},
                                         {do_far_enter, "enter far"},
                                         {do_far_leave, "leave far"},
                                         {do_vector_select, "select.v128"},
                                         {do_vector_move, "move.v128"},
                                         {do_vector_const, "v128.const"},
                                         {do_vector_get_global, "global.v128"},
                                         {do_vector_set_global, "global.v128 ="},
                                         {do_vector_get_global_far, "*global.v128"},
                                         {do_vector_set_global_far, "*global.v128 ="}};

/// Accesses to fields and elements, by what they move; empty for other handlers.
std::string access_text(const void* handler) {
  const auto is = [handler](Handler h) { return reinterpret_cast<const void*>(h) == handler; };
  for (const u32 bytes : {1u, 2u, 4u, 8u, 16u})
    for (const bool other : {false, true}) {
      const u32 bits = 8 * bytes;
      const char* const sign = bytes > 2 ? "" : other ? "_s" : "_u";
      const char* const kind = other && bytes == 4 ? "ref" : "";
      if (is(field_reader(bytes, other))) return fmt::format("struct.get{} {}", sign, bits);
      if (is(element_reader(bytes, other))) return fmt::format("array.get{} {}", sign, bits);
      if (is(field_writer(bytes, other))) return fmt::format("struct.set {}{}", kind, bits);
      if (is(element_writer(bytes, other))) return fmt::format("array.set {}{}", kind, bits);
    }
  return {};
}

std::string special_text(const void* handler) {
  for (const SpecialName& name : special_names)
    if (reinterpret_cast<const void*>(name.handler) == handler) return name.text;
  for (usize i = 0; i < op_count; ++i) {
    const Op op = static_cast<Op>(i);
    const VectorHandlers handlers = special_handlers(op);
    for (const Handler candidate : {handlers.plain, handlers.guarded, handlers.explicit_,
                                    handlers.far, handlers.slots, atomic_handler(op)})
      if (candidate != nullptr && reinterpret_cast<const void*>(candidate) == handler)
        return std::string(op_info(op).text);
  }
  const std::string access = access_text(handler);
  return access.empty() ? "?" : access;
}

/// A token with the value of its field: s3, 10, +8, @0x40.
std::string operand_text(const Action& action, usize i, const u8* cell, u32 at) {
  const Token token = action.key[i];
  const std::string text = token_text(token);
  if (is_branch(token)) {
    i32 displacement = 0;
    std::memcpy(&displacement, cell + layout_of(action.key).offset[i], sizeof(displacement));
    return fmt::format("{} @{}", text, static_cast<i64>(at) + displacement);
  }
  switch (token) {
    case tok::slot: return fmt::format("s{}", action.value[i]);
    case tok::val_slot:
    case tok::move: return fmt::format("s{} =", action.value[i]);
    case tok::val_local: return fmt::format("local(s{}) =", action.value[i]);
    case tok::konst: return fmt::format("{}", static_cast<i32>(action.value[i]));
    case tok::konst8: return fmt::format("0x{:x}", action.value[i]);
    default: break;
  }
  if (is_memory(token)) return fmt::format("{} +{}", text, action.value[i]);
  return text;
}

/// The clauses of a resume: (on 0 @96), (on 1 switch).
std::string clauses_text(const abi::InstLayout& layout, const u8* cell, u32 at) {
  ResumeCell resume;
  std::memcpy(&resume, cell, sizeof(resume));
  std::string text;
  for (u32 i = 0; i < resume.rows; ++i) {
    HandlerRow row;
    std::memcpy(&row, cell + sizeof(resume) + i * sizeof(row), sizeof(row));
    text += fmt::format(" (on {} ", (row.tag - layout.tags) / 8);
    text += row.is_switch != 0 ? "switch)" : fmt::format("@{})", static_cast<i64>(at) + row.target);
  }
  return text;
}

bool is_resume(const void* handler) noexcept {
  return handler == reinterpret_cast<void*>(do_resume) ||
         handler == reinterpret_cast<void*>(do_resume_throw) ||
         handler == reinterpret_cast<void*>(do_resume_throw_ref);
}

std::string cell_text(const abi::InstLayout& layout, const MapEntry& entry, const u8* cell) {
  if (entry.action.size == 0) {
    void* handler = nullptr;
    std::memcpy(&handler, cell, sizeof(handler));
    return special_text(handler) +
           (is_resume(handler) ? clauses_text(layout, cell, entry.cell) : "");
  }
  std::string text;
  usize next_action = 0;
  for (usize i = 0; i < entry.action.size; ++i) {
    if (i > 0) text += i == next_action ? " | " : " ";
    if (i == next_action) next_action = subtree_end(entry.action.key, i);
    text += operand_text(entry.action, i, cell, entry.cell);
  }
  return text;
}

/// Offsets of the instructions of a cell, ascending, each once.
std::vector<u32> offsets_of(const MapEntry& entry) {
  std::vector<u32> offsets(entry.action.where.begin(),
                           entry.action.where.begin() + std::max<u8>(entry.action.size, 1));
  std::sort(offsets.begin(), offsets.end());
  offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
  return offsets;
}

/// One clause of a try: the cells it is for, what it catches, where that goes.
std::string row_text(const abi::InstLayout& layout, const CatchRange& range, const CatchRow& row) {
  std::string text = fmt::format("catch @{}..@{}: ", range.from, range.to);
  if (row.tag == CatchRow::any_tag)
    text += "all";
  else
    text += fmt::format("tag {} in s{}", (row.tag - layout.tags) / 8, row.payload);
  if (row.reference >= 0) text += fmt::format(", reference in s{}", row.reference);
  return text + fmt::format(" -> @{}\n", row.target);
}

/// Rows that a range does not share with the ones around it, each once.
std::string catch_text(const abi::InstLayout& layout, const CatchTable& catches) {
  std::string text;
  std::vector<bool> seen(catches.rows().size());
  for (const CatchRange& range : catches.ranges())
    for (u32 i = range.row; i != CatchRow::none && !seen[i]; i = catches.rows()[i].next) {
      seen[i] = true;
      text += row_text(layout, range, catches.rows()[i]);
    }
  return text;
}

}  // namespace

Result<std::string> list_cells(const runtime::CodeModule& code, u32 defined_function) {
  if (defined_function >= code.body_count())
    return fail(ErrorKind::bounds,
                fmt::format("there are {} functions with a body", code.body_count()));
  const abi::FuncBody& body = code.bodies()[defined_function];
  PredecodeOptions options;
  options.with_map = true;
  ZHAN_TRY(const Code listing, predecode(code, body, options));
  std::string text =
      fmt::format("{} slots, {} for locals, pinned s{}, {} cleared from s{}, {} bytes\n",
                  listing.entry.frame_slots, listing.local_slots, listing.entry.pinned,
                  listing.entry.zero_count, listing.entry.zero_first, listing.cells.size());
  const Module& module = code.module();
  for (const MapEntry& entry : listing.map) {
    std::string from;
    for (const u32 offset : offsets_of(entry)) {
      ByteReader reader(module.bytes.subspan(offset), offset);
      const Op op = reader.op();
      from += fmt::format("  0x{:x} {}", offset, op == no_op ? "?" : op_info(op).text);
    }
    text +=
        fmt::format("{:6}: {:48};{}\n", entry.cell,
                    cell_text(code.info().layout, entry, listing.cells.data() + entry.cell), from);
  }
  return text + catch_text(code.info().layout, listing.catches);
}

}  // namespace zhan::interp
