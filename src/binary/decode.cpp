// SPDX-License-Identifier: Apache-2.0
// The frame of a module: header, sections in their order, custom sections.
#include "binary/decode.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "binary/decoder.hpp"
#include "binary/sections.hpp"

namespace zhan::binary {
namespace {

constexpr usize header_size = sizeof binary_magic + sizeof binary_version;
constexpr u64 largest_offset = ~u32{0};  // ranges are 32-bit

}  // namespace

bool is_binary(std::span<const u8> bytes) noexcept {
  return bytes.size() >= sizeof binary_magic &&
         std::ranges::equal(bytes.first(sizeof binary_magic), binary_magic);
}

Result<Module> decode(std::span<const u8> bytes, std::shared_ptr<const void> owner,
                      const Features& features, const DecodeLimits& limits) {
  return Decoder(bytes, features, limits).run(std::move(owner));
}

Result<Module> Decoder::run(std::shared_ptr<const void> owner) {
  ZHAN_TRY_VOID(header());
  m_r = ByteReader(m_bytes.subspan(header_size), header_size);
  while (!m_r.at_end()) ZHAN_TRY_VOID(section());
  ZHAN_TRY_VOID(lengths_agree());
  m_module.owner = std::move(owner);
  return std::move(m_module);
}

Result<void> Decoder::header() {
  const u64 size = m_bytes.size();
  if (size > std::min(m_limits.module_size, largest_offset))
    return fail(ErrorId::module_too_large, 0, fmt::format("{} bytes", size));
  if (size < sizeof binary_magic) return fail(ErrorId::unexpected_end, size);
  if (!is_binary(m_bytes)) return fail(ErrorId::magic_header_not_detected, 0);
  if (size < header_size) return fail(ErrorId::unexpected_end, size);
  const auto version = m_bytes.subspan(sizeof binary_magic, sizeof binary_version);
  if (std::ranges::equal(version, binary_version)) return {};
  // The upper half of the version is the layer: 1 for components.
  const bool component = version[2] == 1 && version[3] == 0;
  return fail(ErrorId::unknown_binary_version, sizeof binary_magic,
              component ? "this is a component, not a module" : "");
}

Result<void> Decoder::section() {
  const u64 start = m_r.offset();
  const u8 id = m_r.byte();
  if (id >= section_count) return fail(ErrorId::malformed_section_id, start);
  const u64 size_at = m_r.offset();
  const u32 size = m_r.u32_leb();
  if (!m_r.ok()) return fail(m_r.error());
  m_section = static_cast<SectionId>(id);
  if (size > m_r.left())
    return fail(
        ErrorId::length_out_of_bounds, size_at,
        fmt::format("{} section of {} bytes, {} left", section_name(m_section), size, m_r.left()));
  ZHAN_TRY_VOID(in_order(m_section, start));
  m_what = nullptr;
  m_end = m_r.offset() + size;
  content(m_section);
  if (m_r.ok() && m_r.offset() != m_end) {
    m_what = nullptr;
    m_r.fail_at(ErrorId::section_size_mismatch, std::min(m_r.offset(), m_end));
  }
  if (!m_r.ok()) return fail(error());
  if (m_section != SectionId::custom) m_last = m_section;
  return {};
}

Result<void> Decoder::in_order(SectionId id, u64 at) {
  if (id == SectionId::custom || section_rank(id) > section_rank(m_last)) return {};
  return fail(ErrorId::unexpected_content_after_last, at,
              id == m_last ? fmt::format("second {} section", section_name(id))
                           : fmt::format("{} section after {} section", section_name(id),
                                         section_name(m_last)));
}

void Decoder::content(SectionId id) {
  switch (id) {
    case SectionId::custom: return custom_section();
    case SectionId::type: return type_section();
    case SectionId::import: return import_section();
    case SectionId::function: return function_section();
    case SectionId::table: return table_section();
    case SectionId::memory: return memory_section();
    case SectionId::global: return global_section();
    case SectionId::export_: return export_section();
    case SectionId::start: return start_section();
    case SectionId::element: return element_section();
    case SectionId::code: return code_section();
    case SectionId::data: return data_section();
    case SectionId::data_count: return data_count_section();
    case SectionId::tag: return tag_section();
  }
}

void Decoder::custom_section() {
  CustomSection custom;
  custom.after = m_last;
  custom.name = name();
  const u64 start = m_r.offset();
  if (start > m_end) return m_r.fail_at(ErrorId::unexpected_end, m_end);
  m_r.bytes(m_end - start);
  custom.payload = range_from(start);
  m_module.customs.push_back(custom);
}

Result<void> Decoder::lengths_agree() const {
  const usize defined = m_module.functions.size() - m_module.imported_functions;
  if (defined != m_module.code.size())
    return fail(ErrorId::inconsistent_function_lengths,
                m_code_offset ? m_code_offset : m_bytes.size(),
                fmt::format("{} functions, {} bodies", defined, m_module.code.size()));
  if (m_module.data_count && *m_module.data_count != m_module.data.size())
    return fail(ErrorId::inconsistent_data_lengths, m_data_offset ? m_data_offset : m_bytes.size(),
                fmt::format("{} announced, {} given", *m_module.data_count, m_module.data.size()));
  return {};
}

Error Decoder::error() const {
  ZHAN_ASSERT(!m_r.ok(), "only asked after an error");
  if (m_r.error_id() == ErrorId::unexpected_end)
    return Error(ErrorId::unexpected_end_of_section, m_r.error_offset(), place());
  Error error = m_r.error();
  std::string& message = error.info().message;
  if (m_r.error_id() == ErrorId::unsupported_feature)
    message += fmt::format(": {}", feature_table[static_cast<usize>(m_missing)].name);
  message += fmt::format(": {}", place());
  return error;
}

std::string Decoder::place() const {
  if (m_what == nullptr) return fmt::format("in the {} section", section_name(m_section));
  return fmt::format("in {} {} of the {} section", m_what, m_index, section_name(m_section));
}

}  // namespace zhan::binary
