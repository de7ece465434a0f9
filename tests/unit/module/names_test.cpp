// SPDX-License-Identifier: Apache-2.0
// The name section: all kinds, disorder, damage.
#include "module/names.hpp"

#include <gtest/gtest.h>

#include "wasm/writer.hpp"

namespace zhan {
namespace {

/// A module that consists of custom sections; it keeps the bytes.
class CustomModule {
 public:
  void add(std::string_view name, std::span<const u8> payload) {
    CustomSection custom;
    custom.name = append(std::span(reinterpret_cast<const u8*>(name.data()), name.size()));
    custom.payload = append(payload);
    m_module.customs.push_back(custom);
  }
  const Module& module() {
    m_module.bytes = m_bytes;
    return m_module;
  }

 private:
  Range append(std::span<const u8> bytes) {
    const Range range{static_cast<u32>(m_bytes.size()), static_cast<u32>(bytes.size())};
    m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
    return range;
  }
  std::vector<u8> m_bytes;
  Module m_module;
};

using Pairs = std::vector<std::pair<u32, std::string_view>>;

void write_map(ByteWriter& w, const Pairs& names) {
  w.u32_leb(static_cast<u32>(names.size()));
  for (const auto& [index, name] : names) {
    w.u32_leb(index);
    w.name(name);
  }
}

void add_subsection(ByteWriter& w, NameKind kind, std::span<const u8> content) {
  w.byte(static_cast<u8>(kind));
  w.sized(content);
}

void add_map(ByteWriter& w, NameKind kind, const Pairs& names) {
  ByteWriter content;
  write_map(content, names);
  add_subsection(w, kind, content.view());
}

void add_indirect(ByteWriter& w, NameKind kind, const std::vector<std::pair<u32, Pairs>>& maps) {
  ByteWriter content;
  content.u32_leb(static_cast<u32>(maps.size()));
  for (const auto& [outer, names] : maps) {
    content.u32_leb(outer);
    write_map(content, names);
  }
  add_subsection(w, kind, content.view());
}

/// Names of a module with one name section, and the module.
struct Read {
  CustomModule custom;
  Names names;
  explicit Read(std::span<const u8> payload)
      : names((custom.add("name", payload), custom.module())) {}
  std::string_view function(u32 index) const { return names.get(NameKind::function, index); }
};

TEST(Names, NoSection) {
  CustomModule custom;
  custom.add("producers", {});
  const Names names(custom.module());
  EXPECT_EQ(names.module_name(), "");
  EXPECT_EQ(names.get(NameKind::function, 0), "");
  EXPECT_EQ(names.get(NameKind::local, 0, 0), "");
}

TEST(Names, EveryKind) {
  ByteWriter w;
  ByteWriter module;
  module.name("top");
  add_subsection(w, NameKind::module, module.view());
  for (u8 kind = 1; kind < 12; ++kind) {
    const auto k = static_cast<NameKind>(kind);
    if (k == NameKind::local || k == NameKind::label || k == NameKind::field)
      add_indirect(w, k, {{7, {{0, "a"}, {3, "b"}}}, {9, {{1, "c"}}}});
    else
      add_map(w, k, {{2, "x"}, {500, "y"}});
  }
  const Read read(w.view());
  EXPECT_EQ(read.names.module_name(), "top");
  for (u8 kind = 1; kind < 12; ++kind) {
    const auto k = static_cast<NameKind>(kind);
    if (k == NameKind::local || k == NameKind::label || k == NameKind::field) {
      EXPECT_EQ(read.names.get(k, 7, 3), "b");
      EXPECT_EQ(read.names.get(k, 9, 1), "c");
      EXPECT_EQ(read.names.get(k, 9, 0), "");
      EXPECT_EQ(read.names.get(k, 8, 0), "");
    } else {
      EXPECT_EQ(read.names.get(k, 2), "x");
      EXPECT_EQ(read.names.get(k, 500), "y");
      EXPECT_EQ(read.names.get(k, 3), "");
    }
  }
}

TEST(Names, DisorderIsSorted) {
  ByteWriter w;
  add_map(w, NameKind::function, {{9, "nine"}, {1, "one"}, {5, "five"}, {1, "again"}, {9, "last"}});
  const Read read(w.view());
  EXPECT_EQ(read.function(1), "one");
  EXPECT_EQ(read.function(5), "five");
  EXPECT_EQ(read.function(9), "nine");
}

TEST(Names, RepeatedSubsectionsAddUp) {
  ByteWriter w;
  add_map(w, NameKind::function, {{4, "four"}});
  add_map(w, NameKind::function, {{4, "other"}, {2, "two"}});
  const Read read(w.view());
  EXPECT_EQ(read.function(4), "four");
  EXPECT_EQ(read.function(2), "two");
}

TEST(Names, UnknownSubsectionsAreSkipped) {
  ByteWriter w;
  add_subsection(w, static_cast<NameKind>(12), std::vector<u8>{1, 2, 3});
  add_subsection(w, static_cast<NameKind>(200), {});
  add_map(w, NameKind::function, {{0, "f"}});
  EXPECT_EQ(Read(w.view()).function(0), "f");
}

TEST(Names, DamageEndsItsSubsectionOnly) {
  ByteWriter w;
  add_map(w, NameKind::function, {{0, "good"}, {1, "\xff"}, {2, "behind"}});
  add_map(w, NameKind::type, {{0, "t"}});
  const Read read(w.view());
  EXPECT_EQ(read.function(0), "good");
  EXPECT_EQ(read.function(1), "");
  EXPECT_EQ(read.function(2), "");
  EXPECT_EQ(read.names.get(NameKind::type, 0), "t");
}

TEST(Names, HugeCountsTakeNoMemory) {
  ByteWriter w;
  const std::vector<u8> content = {0xff, 0xff, 0xff, 0xff, 0x0f, 0, 1, 'a'};
  add_subsection(w, NameKind::function, content);
  add_subsection(w, NameKind::local, content);
  add_map(w, NameKind::type, {{0, "t"}});
  const Read read(w.view());
  EXPECT_EQ(read.function(0), "");
  EXPECT_EQ(read.names.get(NameKind::type, 0), "t");
}

TEST(Names, EveryCutIsSafe) {
  ByteWriter w;
  add_map(w, NameKind::function, {{0, "first"}, {1, "second"}});
  add_indirect(w, NameKind::local, {{0, {{0, "x"}, {1, "y"}}}});
  for (usize size = 0; size <= w.size(); ++size) {
    const Read read(w.view().first(size));
    EXPECT_TRUE(read.function(0) == "" || read.function(0) == "first");
    const std::string_view y = read.names.get(NameKind::local, 0, 1);
    EXPECT_EQ(y, size == w.size() ? "y" : "");
  }
}

TEST(Names, FirstSectionCounts) {
  CustomModule custom;
  ByteWriter first, second;
  add_map(first, NameKind::function, {{0, "first"}});
  add_map(second, NameKind::function, {{0, "second"}, {1, "more"}});
  custom.add("name", first.view());
  custom.add("name", second.view());
  const Names names(custom.module());
  EXPECT_EQ(names.get(NameKind::function, 0), "first");
  EXPECT_EQ(names.get(NameKind::function, 1), "");
}

}  // namespace
}  // namespace zhan
