// SPDX-License-Identifier: Apache-2.0
// What all parts of the printer share, and its parts.
#pragma once

#include "module/branch_hints.hpp"
#include "text/print.hpp"
#include "text/print_ids.hpp"
#include "wasm/reader.hpp"

namespace zhan::text {

class Printer {
 public:
  Printer(const Module& module, const PrintOptions& options);
  [[nodiscard]] std::string run();

  // For the printer of code.
  void type(ValType type);
  void heap(HeapType heap, bool exact);
  void use(Space space, u32 index) { ids.of(space).append_use(out, index); }
  void block_type(const BlockType& type);
  /// "(type n) (param ...) (result ...)"; parameters named for a function.
  void type_use(u32 type, const ScopeIds* params);
  void new_line(u32 depth);
  [[nodiscard]] bool full() const noexcept { return out.size() > max_size; }

  const Module& m;
  const PrintOptions& options;
  ModuleIds ids;
  std::string out;
  u64 max_size;
  bool uses_data = false;     // an instruction that was printed names a data segment
  bool inline_hints = false;  // branch hints stand as annotations in the code
  BranchHints hints;

 private:
  void types();
  void sub_type(u32 number);
  void composite(u32 number);
  void struct_fields(u32 number);
  void field_type(const FieldType& field);
  void value_list(const char* word, std::span<const ValType> types);
  void imports();
  void import_group(usize& at);
  void import_item(const Import& import);
  void binder(const char* word, Space space, u32 index);
  void tables();
  void memories();
  void tags();
  void globals();
  void exports();
  void elements();
  void element_items(const Element& segment);
  void functions();
  void data();
  void customs();
  void custom(const CustomSection& section);

  void string(Range range) { quoted(m.text(range), true); }
  void quoted(std::string_view bytes, bool keep_utf8);
  void limits(const Limits& limits);
  void table_type(const TableType& type);
  void memory_type(const MemoryType& type);
  void global_type(const GlobalType& type);
  [[nodiscard]] const SubType* function_type(u32 number) const noexcept;
  void params(std::span<const ValType> types, const ScopeIds* names);
  void function(u32 index);
  void locals(const Code& code, u32 params, const ScopeIds& names, bool named);
  [[nodiscard]] bool local_names(u32 function, u32 count, ScopeIds& names);
  void expression(ConstExpr range, const char* word);
  [[nodiscard]] bool same_names(usize custom) const;
  [[nodiscard]] bool hints_can_be_inline() const;
  [[nodiscard]] bool hints_fit(const Code& code, std::span<const BranchHint> list) const;
  [[nodiscard]] bool is_only_hint_section(std::span<const u8> payload) const;
};

/// Instructions of a function, each on a line.
void print_code(Printer& p, u32 function, const Code& code, const ScopeIds& locals);
/// Instructions of a constant expression without its `end`, with blanks between; their number.
u32 print_expression(Printer& p, ConstExpr range);

}  // namespace zhan::text
