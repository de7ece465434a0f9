// SPDX-License-Identifier: Apache-2.0
// A module as data (specification §2.5), immutable once decoded. Names, bodies, expressions and
// data are ranges of `bytes`: the binary file, or what the text parser wrote.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "module/types.hpp"
#include "wasm/type_entry.hpp"

namespace zhan {

/// A piece of Module::bytes.
struct Range {
  u32 offset = 0;
  u32 size = 0;
};

/// A constant expression with its `end`.
using ConstExpr = Range;

enum class SectionId : u8 {
  custom = 0,
  type = 1,
  import = 2,
  function = 3,
  table = 4,
  memory = 5,
  global = 6,
  export_ = 7,
  start = 8,
  element = 9,
  code = 10,
  data = 11,
  data_count = 12,
  tag = 13,
};

/// How an import was written (compact-imports proposal): alone, or in a list under one module name.
enum class ImportForm : u8 { single, group_named, group_typed };

struct Import {
  Range module;
  Range name;
  ExternKind kind = ExternKind::func;
  u32 index = 0;       // in its kind's index space
  bool exact = false;  // exact function import (custom descriptors)
  ImportForm form = ImportForm::single;
  u32 group = 0;  // same number = same list
};

struct Export {
  Range name;
  ExternKind kind = ExternKind::func;
  u32 index = 0;
};

struct Table {
  TableType type;
  std::optional<ConstExpr> init;
};

struct Global {
  GlobalType type;
  ConstExpr init;  // unused if imported
};

struct Tag {
  u32 type = 0;
};

enum class SegmentMode : u8 { passive, active, declarative };

struct Element {
  SegmentMode mode = SegmentMode::passive;
  u8 flags = 0;  // as in the binary format
  u32 table = 0;
  ConstExpr offset;
  ValType type = type_funcref;
  // Either function indices (func_first in Module::element_funcs) or expressions (in
  // element_exprs).
  bool uses_exprs = false;
  u32 first = 0;
  u32 count = 0;
};

struct Data {
  SegmentMode mode = SegmentMode::passive;
  u8 flags = 0;
  u32 memory = 0;
  ConstExpr offset;
  Range bytes;
};

/// Entry of the code section: `body` = declarations of locals and code, `code` = code alone.
struct Code {
  Range body;
  Range code;
  u32 local_slots = 0;  // slots of the declared locals (parameters not counted)
};

/// A custom section and the section it followed (custom = at the start), for writing it back.
struct CustomSection {
  Range name;
  Range payload;
  SectionId after = SectionId::custom;
};

struct Module {
  std::shared_ptr<const void> owner;  // keeps `bytes` alive
  std::span<const u8> bytes;

  TypeSection types;
  std::vector<Import> imports;
  // Index spaces: imported ones first.
  std::vector<u32> functions;  // type number of each
  std::vector<Table> tables;
  std::vector<MemoryType> memories;
  std::vector<Global> globals;
  std::vector<Tag> tags;
  u32 imported_functions = 0;
  u32 imported_tables = 0;
  u32 imported_memories = 0;
  u32 imported_globals = 0;
  u32 imported_tags = 0;

  std::vector<Export> exports;
  std::optional<u32> start;
  std::vector<Element> elements;
  std::vector<u32> element_funcs;
  std::vector<ConstExpr> element_exprs;
  std::optional<u32> data_count;
  std::vector<Data> data;
  std::vector<Code> code;  // of functions[imported_functions + i]
  std::vector<CustomSection> customs;

  // Filled by validation (validate/validate.hpp).
  std::vector<TypeId> canonical;         // of each type
  std::vector<bool> declared_functions;  // may be named by ref.func in code
  std::vector<bool> exact_imports;       // of imported functions; empty if none is exact

  [[nodiscard]] std::span<const u8> view(Range r) const noexcept {
    return bytes.subspan(r.offset, r.size);
  }
  [[nodiscard]] std::string_view text(Range r) const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()) + r.offset, r.size};
  }
  [[nodiscard]] const SubType& function_type(u32 function) const noexcept {
    return types.types[functions[function]];
  }
  /// The type with its defined heap types named by canonical ids; after validation only.
  [[nodiscard]] ValType canonical_type(ValType type) const noexcept {
    if (type.is_ref() && type.heap.is_defined())
      type.heap = HeapType::defined(canonical[type.heap.number()]);
    return type;
  }
  /// Imports of one kind come in the order of their index space.
  [[nodiscard]] u32 imported(ExternKind kind) const noexcept {
    const u32 counts[] = {imported_functions, imported_tables, imported_memories, imported_globals,
                          imported_tags};
    return counts[static_cast<usize>(kind)];
  }
};

}  // namespace zhan
