// SPDX-License-Identifier: Apache-2.0
// The decoder's state; its functions stand in decode*.cpp, one file a group of sections.
#pragma once

#include <algorithm>

#include "binary/decode.hpp"
#include "wasm/reader.hpp"

namespace zhan::binary {

/// Makes room for `more` items; never by less than doubling, so that many small lists stay linear.
template <class T>
void make_room(std::vector<T>& list, usize more) {
  const usize needed = list.size() + more;
  if (needed > list.capacity()) list.reserve(std::max(needed, 2 * list.capacity()));
}

/// Reads section after section into m_module. Errors stick in m_r and end every loop by themselves,
/// so that each function may go on as if all were well; run() asks once a section. As in the
/// reference, m_r sees the whole file and each section must end where its size says: so errors get
/// the same words.
class Decoder {
 public:
  Decoder(std::span<const u8> bytes, const Features& features, const DecodeLimits& limits) noexcept
      : m_bytes(bytes), m_features(features), m_limits(limits), m_r({}) {
    m_module.bytes = bytes;
  }
  Result<Module> run(std::shared_ptr<const void> owner);

 private:
  // decode.cpp: the frame
  Result<void> header();
  Result<void> section();
  [[nodiscard]] Result<void> in_order(SectionId id, u64 at);
  void content(SectionId id);
  void custom_section();
  void start_section() { m_module.start = m_r.u32_leb(); }
  void data_count_section() {
    need(Feature::bulk_memory);
    m_module.data_count = m_r.u32_leb();
  }
  [[nodiscard]] Result<void> lengths_agree() const;
  [[nodiscard]] Error error() const;
  [[nodiscard]] std::string place() const;

  // decode_types.cpp
  void type_section();
  void rec_group();
  void sub_type();
  u32 type_number();
  void supertypes(SubType& type);
  void descriptor_clauses(SubType& type);
  void composite(SubType& type);
  void func_type(SubType& type);
  void struct_type(SubType& type);
  void cont_type(SubType& type);
  void field();

  // decode_externs.cpp
  void import_section();
  void import_entry(u32 group);
  void named_imports(Import import);
  void typed_imports(Import import);
  void add_import(Import import);
  void import_type(Import& import);
  void repeat_type(Import& import, u32 first);
  [[nodiscard]] u32 space_size(ExternKind kind) const noexcept;
  void check_space(ExternKind kind, u64 at);
  void function_section();
  void table_section();
  void memory_section();
  void tag_section();
  void global_section();
  void export_section();
  TableType table_type();
  MemoryType memory_type();
  GlobalType global_type();
  Tag tag();
  u8 limits_flags(u8 known);
  Limits limits(u8 flags);
  u8 page_size();

  // decode_segments.cpp
  void element_section();
  void element();
  void element_items(Element& element);
  void data_section();
  void data();
  void code_section();
  void code_entry();
  u32 locals();
  void body_end(u64 end);

  // decode_items.cpp: what all sections consist of
  /// A count, held against `limit` and the bytes left for items of at least `smallest` bytes.
  u32 count(u64 limit, usize smallest);
  Range name();
  ConstExpr expression();
  ValType value_type();
  ValType storage_type();
  ValType reference_type();
  bool mutability();
  /// Notes an error at `at` (default: the cursor) if the feature is off.
  void need(Feature feature, u64 at);
  void need(Feature feature) { need(feature, m_r.offset()); }
  [[nodiscard]] Range range_from(u64 start) const noexcept {
    return {static_cast<u32>(start), static_cast<u32>(m_r.offset() - start)};
  }
  /// Names what is being read, for errors.
  void at(const char* what, usize index) noexcept {
    m_what = what;
    m_index = index;
  }

  std::span<const u8> m_bytes;
  const Features& m_features;
  const DecodeLimits& m_limits;
  Module m_module;
  ByteReader m_r;
  u64 m_end = 0;                            // of the current section
  SectionId m_section = SectionId::custom;  // the current one
  SectionId m_last = SectionId::custom;     // the last that was not custom
  u64 m_data_offset = 0;                    // where the data section's content began
  u64 m_code_offset = 0;
  const char* m_what = nullptr;
  usize m_index = 0;
  Feature m_missing = Feature::mvp;  // of an unsupported_feature error
  Imm m_imm;
};

}  // namespace zhan::binary
