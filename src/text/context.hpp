// SPDX-License-Identifier: Apache-2.0
// What all parts of the module parser share: cursor, module, bytes, identifiers and names.
#pragma once

#include <deque>
#include <unordered_map>

#include "module/module.hpp"
#include "text/cursor.hpp"
#include "text/name_section.hpp"
#include "text/name_table.hpp"
#include "wasm/writer.hpp"

namespace zhan::text {

/// A branch hint: `offset` from the start of the function's body.
struct HintAt {
  u32 function = 0;
  u32 offset = 0;
  std::string bytes;
};

/// A custom section as written, not placed yet; `slot` is twice the place of a section in the order
/// of the binary format, plus 1 for "after".
struct PlacedCustom {
  CustomSection section;
  u32 slot = 0;
};

/// Where a type field of the module lies in the text.
struct TypeField {
  const char* begin = nullptr;
  const char* end = nullptr;
};

struct Context {
  Context(std::string_view text, const Features& enabled)
      : c(text, enabled.has(Feature::annotations)), features(enabled) {}

  Cursor c;
  Features features;
  Module m;
  ByteWriter bytes;  // becomes Module::bytes
  NameTable ids;
  NameSection names;
  std::vector<TypeField> type_fields;
  std::vector<HintAt> hints;
  std::vector<PlacedCustom> customs;
  std::deque<std::string> decoded;  // names of identifiers with escapes
  std::string scratch;
  bool uses_data = false;  // an instruction names a data segment
  bool wrapped = false;    // in "(module ...)"

  // A type use as last read by parse_type_use().
  std::vector<ValType> params;
  std::vector<ValType> results;
  std::vector<std::string_view> param_ids;       // "" = none
  std::vector<std::string_view> param_names;     // for the name section
  std::unordered_multimap<u64, u32> signatures;  // hash of parameters and results -> type

  /// Name of an identifier token: without $, quotes and escapes.
  std::string_view id_name(const Token& token);
  /// Takes an identifier if there is one; "" if not.
  std::string_view optional_id();
  /// The @name annotation that stands here, or `id`.
  std::string_view with_name_note(std::string_view id);

  /// Takes an index or an identifier of the space.
  u32 index(Space space, u32 outer = 0);
  /// An index, or 0 if none stands here.
  u32 optional_index(Space space) { return c.at_index() ? index(space) : 0; }
  /// Binds an identifier, "" for none; a second binding is an error at `at`.
  void bind(Space space, std::string_view name, u32 number, const char* at, u32 outer = 0);

  /// Bytes of a string token, without checks; valid until the next call.
  std::string_view decode(const Token& token);
  /// A string that must be UTF-8, put into `bytes`.
  Range name_string();
  /// Any bytes of one or more strings up to something else, put into `bytes`.
  Range data_strings();
};

/// "func", "table": what messages call an item of the space.
[[nodiscard]] const char* word_of(Space space) noexcept;

}  // namespace zhan::text
