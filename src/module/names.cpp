// SPDX-License-Identifier: Apache-2.0
#include "module/names.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "wasm/reader.hpp"

namespace zhan {
namespace {

constexpr u8 kind_count = 12;

constexpr bool is_indirect(NameKind kind) noexcept {
  return kind == NameKind::local || kind == NameKind::label || kind == NameKind::field;
}

constexpr u64 key_of(u32 outer, u32 index) noexcept { return u64{outer} << 32 | index; }

}  // namespace

/// Reads one name section. An error ends the subsection it stands in (the names before it stay) and
/// the section if the subsection's size is wrong.
class NameReader {
 public:
  explicit NameReader(Names& names) noexcept : m_names(names) {}

  void section(std::span<const u8> payload) {
    ByteReader r(payload);
    while (r.ok() && !r.at_end()) {
      const u8 kind = r.byte();
      const u32 size = r.u32_leb();
      ByteReader content(r.bytes(size));
      if (r.ok() && kind < kind_count) subsection(static_cast<NameKind>(kind), content);
    }
  }

  /// Sorts what came unsorted; of several names for one index the first in the section counts.
  void finish() {
    const auto before = [](const Names::Entry& a, const Names::Entry& b) {
      return a.key != b.key ? a.key < b.key : a.name.data() < b.name.data();
    };
    for (auto& entries : m_names.m_entries) {
      if (!std::ranges::is_sorted(entries, before)) std::ranges::sort(entries, before);
      const auto repeated = std::ranges::unique(entries, {}, &Names::Entry::key);
      entries.erase(repeated.begin(), repeated.end());
    }
  }

 private:
  void subsection(NameKind kind, ByteReader& r) {
    if (kind == NameKind::module) {
      const std::string_view text = name(r);
      if (m_names.m_module.empty()) m_names.m_module = text;
    } else if (is_indirect(kind)) {
      for (u32 n = r.count(2); n > 0 && r.ok(); --n) map(kind, r.u32_leb(), r);
    } else {
      map(kind, 0, r);
    }
  }

  // An empty name says nothing that its absence would not.
  void map(NameKind kind, u32 outer, ByteReader& r) {
    auto& entries = m_names.m_entries[static_cast<usize>(kind)];
    for (u32 n = r.count(2); n > 0 && r.ok(); --n) {
      const u32 index = r.u32_leb();
      const std::string_view text = name(r);
      if (!text.empty()) entries.push_back({key_of(outer, index), text});
    }
  }

  /// "" after an error.
  static std::string_view name(ByteReader& r) noexcept {
    const u32 size = r.u32_leb();
    const auto bytes = r.bytes(r.ok() ? size : 0);
    if (!is_utf8(bytes)) r.fail(ErrorId::malformed_utf8);
    if (!r.ok()) return {};
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  Names& m_names;
};

Names::Names(const Module& module) {
  NameReader reader(*this);
  const auto section = std::ranges::find_if(module.customs, [&](const CustomSection& custom) {
    return module.text(custom.name) == "name";
  });
  if (section == module.customs.end()) return;
  reader.section(module.view(section->payload));
  reader.finish();
}

std::string_view Names::get(NameKind kind, u32 index) const noexcept { return get(kind, 0, index); }

std::string_view Names::get(NameKind kind, u32 outer, u32 index) const noexcept {
  ZHAN_ASSERT(static_cast<u8>(kind) < kind_count, "a kind of the table");
  const auto& entries = m_entries[static_cast<usize>(kind)];
  const u64 key = key_of(outer, index);
  const auto found = std::ranges::lower_bound(entries, key, {}, &Entry::key);
  return found != entries.end() && found->key == key ? found->name : std::string_view();
}

}  // namespace zhan
