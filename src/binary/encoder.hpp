// SPDX-License-Identifier: Apache-2.0
// The encoder's state; its functions stand in encode*.cpp.
#pragma once

#include "binary/encode.hpp"
#include "wasm/writer.hpp"

namespace zhan::binary {

/// Writes section after section; the size of one is filled in, in its shortest form, at its end.
class Encoder {
 public:
  Encoder(const Module& module, const EncodeOptions& options) noexcept
      : m(module), m_options(options) {}
  std::vector<u8> run();

 private:
  // encode.cpp
  void section(SectionId id);
  void content(SectionId id);
  void customs(SectionId after);
  void functions();
  void exports();
  void elements();
  void element(const Element& element);
  void code();
  void data();

  // encode_types.cpp
  void types();
  void sub_type(const SubType& type);
  void composite(const SubType& type);
  void field(const FieldType& field);

  // encode_externs.cpp
  void imports();
  void import_list(std::span<const Import> list);
  void import_type(const Import& import);
  void tables();
  void table_type(const TableType& type);
  void memories();
  void memory_type(const MemoryType& type);
  void limits(u8 flags, const Limits& limits);
  void globals();
  void global_type(const GlobalType& type);
  void tags();
  void tag(const Tag& tag);

  /// Writes a section's count unless it is zero.
  bool count(usize items) {
    if (items != 0) w.u32_leb(static_cast<u32>(items));
    return items != 0;
  }

  const Module& m;
  const EncodeOptions& m_options;
  ByteWriter w;
};

}  // namespace zhan::binary
