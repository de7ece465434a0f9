// SPDX-License-Identifier: Apache-2.0
// Modules as bytes for tests: sections are filled item by item, code is written as instruction
// names with their immediates. It makes invalid modules as readily as valid ones.
#pragma once

#include <string_view>
#include <vector>

#include "base/ints.hpp"

namespace zhan::test {

using Bytes = std::vector<u8>;

[[nodiscard]] Bytes leb(u64 value);
[[nodiscard]] Bytes signed_leb(i64 value);
/// The arguments in a row.
[[nodiscard]] Bytes join(std::initializer_list<Bytes> parts);
/// The length, then the bytes.
[[nodiscard]] Bytes sized(const Bytes& content);

/// "i32", "v128", "funcref", "anyref" ..., "ref:3", "refnull:3", "ref:any", "exact:3",
/// "exactnull:3".
[[nodiscard]] Bytes value_type(std::string_view text);
/// "any", "func" ..., "3", "exact:3".
[[nodiscard]] Bytes heap_type(std::string_view text);

/// Instructions by name, or by id of ops.def where two share a name ("select_t"), each followed by
/// its immediates: indices and constants in the order of the binary format; memarg = log2 of the
/// alignment and offset, or 0x40 more, memory, offset; block type = "void", a value type or a
/// number; br_table = count, targets, default; select_t = count, types; casts = flags, label, two
/// heap types; try_table = block type, count, then "catch T L", "catch_ref T L", "catch_all L" or
/// "catch_all_ref L" each; floats and vectors = a number.
[[nodiscard]] Bytes assemble(std::string_view code);

class ModuleBuilder {
 public:
  /// A function type, "i32 i64 -> f32"; the index of a new entry each time.
  u32 type(std::string_view signature);
  /// A struct or array type with all its prefixes as bytes, or a rec group of `count` types.
  u32 raw_type(Bytes bytes, u32 count = 1);
  u32 import_func(u32 type, bool exact = false);
  void raw_import(Bytes kind_and_type);
  /// A function with the code and its `end`; `locals` = a list of types.
  u32 func(std::string_view signature, std::string_view code, std::string_view locals = "");
  u32 raw_func(u32 type, Bytes code, Bytes locals = {0});
  void table(std::string_view element, u32 min = 10, bool is64 = false);
  void raw_table(Bytes bytes) { m_tables.push_back(std::move(bytes)); }
  void memory(u32 min = 1, bool is64 = false);
  void raw_memory(Bytes bytes) { m_memories.push_back(std::move(bytes)); }
  void global(std::string_view type, bool is_mutable, std::string_view init);
  void raw_global(Bytes bytes) { m_globals.push_back(std::move(bytes)); }
  void tag(u32 type) { m_tags.push_back(join({{0}, leb(type)})); }
  void export_(std::string_view name, u8 kind, u32 index);
  void start(u32 function) { m_start = {leb(function)}; }
  void raw_elem(Bytes bytes) { m_elems.push_back(std::move(bytes)); }
  /// A declarative segment of function indices.
  void declare(std::initializer_list<u32> functions);
  void raw_data(Bytes bytes) { m_data.push_back(std::move(bytes)); }
  void passive_data(std::string_view content);
  void no_data_count() { m_data_count = false; }

  [[nodiscard]] Bytes build() const;

 private:
  std::vector<Bytes> m_types, m_imports, m_functions, m_tables, m_memories, m_globals, m_tags,
      m_exports, m_start, m_elems, m_code, m_data;
  u32 m_type_count = 0;
  u32 m_function_count = 0;
  bool m_data_count = true;
};

}  // namespace zhan::test
