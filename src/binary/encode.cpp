// SPDX-License-Identifier: Apache-2.0
#include "binary/encode.hpp"

#include "base/assert.hpp"
#include "binary/encoder.hpp"
#include "binary/sections.hpp"

namespace zhan::binary {

std::vector<u8> encode(const Module& module, const EncodeOptions& options) {
  return Encoder(module, options).run();
}

std::vector<u8> Encoder::run() {
  constexpr usize padding = 8;  // of the size of the section being written
  w.reserve(m.bytes.size() + padding);
  w.bytes(binary_magic);
  w.bytes(binary_version);
  for (const SectionId id : section_order) {
    section(id);
    customs(id);
  }
  return w.take();
}

// Sections without content are left out; a data count of zero is content.
void Encoder::section(SectionId id) {
  const usize start = w.size();
  w.byte(static_cast<u8>(id));
  const usize size_at = w.reserve_u32();
  const usize content_at = w.size();
  content(id);
  if (w.size() == content_at) return w.truncate(start);
  w.patch_u32_short(size_at, static_cast<u32>(w.size() - content_at));
}

void Encoder::content(SectionId id) {
  switch (id) {
    case SectionId::custom: return;
    case SectionId::type: return types();
    case SectionId::import: return imports();
    case SectionId::function: return functions();
    case SectionId::table: return tables();
    case SectionId::memory: return memories();
    case SectionId::global: return globals();
    case SectionId::export_: return exports();
    case SectionId::start:
      if (m.start) w.u32_leb(*m.start);
      return;
    case SectionId::element: return elements();
    case SectionId::code: return code();
    case SectionId::data: return data();
    case SectionId::data_count:
      if (m.data_count) w.u32_leb(*m.data_count);
      return;
    case SectionId::tag: return tags();
  }
}

void Encoder::customs(SectionId after) {
  for (const CustomSection& custom : m.customs) {
    if (custom.after != after) continue;
    if (m_options.keep_custom && !m_options.keep_custom(m.text(custom.name))) continue;
    w.byte(static_cast<u8>(SectionId::custom));
    w.u32_leb(static_cast<u32>(leb_size(custom.name.size)) + custom.name.size +
              custom.payload.size);
    w.name(m.text(custom.name));
    w.bytes(m.view(custom.payload));
  }
}

void Encoder::functions() {
  ZHAN_ASSERT(m.functions.size() >= m.imported_functions, "imports come first");
  const std::span defined = std::span(m.functions).subspan(m.imported_functions);
  if (!count(defined.size())) return;
  for (const u32 type : defined) w.u32_leb(type);
}

void Encoder::exports() {
  if (!count(m.exports.size())) return;
  for (const Export& entry : m.exports) {
    w.name(m.text(entry.name));
    w.byte(static_cast<u8>(entry.kind));
    w.u32_leb(entry.index);
  }
}

void Encoder::elements() {
  if (!count(m.elements.size())) return;
  for (const Element& segment : m.elements) element(segment);
}

void Encoder::element(const Element& e) {
  ZHAN_ASSERT(((e.flags & element_exprs) != 0) == e.uses_exprs, "flags say how items are written");
  ZHAN_ASSERT(((e.flags & element_passive) == 0) == (e.mode == SegmentMode::active),
              "flags say where the segment goes");
  w.u32_leb(e.flags);
  if (e.mode == SegmentMode::active) {
    if ((e.flags & element_explicit) != 0) w.u32_leb(e.table);
    w.bytes(m.view(e.offset));
  }
  if ((e.flags & (element_passive | element_explicit)) != 0) {
    if (e.uses_exprs)
      w.value_type(e.type);
    else
      w.byte(0);  // the kind of function indices
  }
  w.u32_leb(e.count);
  for (u32 i = e.first; i < e.first + e.count; ++i) {
    if (e.uses_exprs)
      w.bytes(m.view(m.element_exprs[i]));
    else
      w.u32_leb(m.element_funcs[i]);
  }
}

void Encoder::code() {
  if (!count(m.code.size())) return;
  for (const Code& entry : m.code) w.sized(m.view(entry.body));
}

void Encoder::data() {
  if (!count(m.data.size())) return;
  for (const Data& segment : m.data) {
    ZHAN_ASSERT((segment.flags == 1) == (segment.mode == SegmentMode::passive),
                "flags say where the segment goes");
    w.u32_leb(segment.flags);
    if (segment.flags == 2) w.u32_leb(segment.memory);
    if (segment.mode == SegmentMode::active) w.bytes(m.view(segment.offset));
    w.sized(m.view(segment.bytes));
  }
}

}  // namespace zhan::binary
