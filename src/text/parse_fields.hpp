// SPDX-License-Identifier: Apache-2.0
// Fields of a module (specification §6.6), but for types.
#pragma once

#include "text/parse_code.hpp"

namespace zhan::text {

class FieldParser {
 public:
  explicit FieldParser(Context& context) noexcept : x(context), c(context.c), m_code(context) {}

  /// One field that starts here with "(".
  void field();

 private:
  /// An import's or definition's kind, in the order of ExternKind.
  void func();
  void table();
  void memory();
  void global();
  void tag();
  void import();
  void export_();
  void start();
  void elem();
  void data();

  void import_items(Range module);
  void import_kind(Import import);
  void import_desc(Import& import);
  void repeat_import(const Import& import);
  void add_import(const Import& import);

  /// "(kind $id?" and the name it gets.
  [[nodiscard]] std::string_view name_here();
  void inline_exports(ExternKind kind, u32 index);
  /// "(import "m" "n")" within a definition.
  [[nodiscard]] bool inline_import(Import& import);
  /// False, with an error, if a definition came before.
  [[nodiscard]] bool import_allowed();
  void defined(ExternKind kind);
  void add_function(u32 type);
  void body(u32 function);
  [[nodiscard]] u32 locals(u32 function);
  void bind_params(u32 function);
  u32 exact_type_use(bool& exact);

  void table_elements(u32 table, TableType type);
  void memory_data(u32 memory, MemoryType type);
  [[nodiscard]] Range offset();
  [[nodiscard]] bool at_offset() const noexcept;
  void element_list(Element& segment, bool may_omit_func);
  void element_exprs(Element& segment);
  void element_funcs(Element& segment);
  void element_ref_funcs(Element& segment);
  void add_zero(bool is64, Range& range);
  [[nodiscard]] u32 next_index(ExternKind kind) const noexcept;

  Context& x;
  Cursor& c;
  CodeParser m_code;
  bool m_defined[5] = {};  // a definition of the kind came, so that imports may not follow
  u32 m_groups = 0;        // lists of compact imports
};

}  // namespace zhan::text
