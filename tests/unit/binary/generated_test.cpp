// SPDX-License-Identifier: Apache-2.0
// Random canonical modules, written by hand from the grammar: decoding and encoding gives the same
// bytes. Damaged copies give an error that lies in the file, or a module that stays the same.
#include <random>

#include "unit/binary/hex.hpp"

namespace zhan::binary::test {
namespace {

/// Writes modules that are well-formed, not valid: indices are random.
class Generator {
 public:
  explicit Generator(u32 seed) : m_random(seed) {}

  Bytes module() {
    ByteWriter w(header());
    const u8 order[] = {1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11};
    customs(w);
    for (const u8 id : order) {
      ByteWriter content;
      section(id, content);
      if (content.size() != 0) {
        w.byte(id);
        w.sized(content.view());
      }
      customs(w);
    }
    return w.take();
  }

 private:
  bool chance(u32 in) { return m_random() % in == 0; }
  u32 below(u32 n) { return static_cast<u32>(m_random() % n); }
  u32 index() { return chance(4) ? static_cast<u32>(m_random()) : below(100); }
  u64 big() { return chance(4) ? m_random() : below(1000); }

  void name(ByteWriter& w) {
    static constexpr std::string_view names[] = {"", "a", "memory",
                                                 "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "$x"};
    w.name(names[below(std::size(names))]);
  }
  void customs(ByteWriter& w) {
    while (chance(4)) {
      ByteWriter content;
      name(content);
      for (u32 n = below(5); n > 0; --n) content.byte(static_cast<u8>(m_random()));
      w.byte(0);
      w.sized(content.view());
    }
  }
  ValType reference() {
    if (chance(2)) return ValType::ref(static_cast<AbsHeap>(0x68 + below(14)), chance(2));
    return ValType::ref(HeapType::defined(index() >> 2), chance(2), chance(4));
  }
  ValType value() {
    const ValType plain[] = {type_i32, type_i64, type_f32, type_f64, type_v128};
    return chance(3) ? reference() : plain[below(5)];
  }
  void field(ByteWriter& w) {
    w.value_type(chance(4) ? ValType(chance(2) ? TypeKind::i8 : TypeKind::i16) : value());
    w.byte(chance(2) ? 1 : 0);
  }
  void list(ByteWriter& w, auto item) {
    const u32 n = below(4);
    w.u32_leb(n);
    for (u32 i = 0; i < n; ++i) item();
  }
  void sub_type(ByteWriter& w) {
    if (chance(3)) {
      w.byte(chance(2) ? 0x50 : 0x4f);
      const bool super = chance(2);
      w.u32_leb(super ? 1 : 0);
      if (super) w.u32_leb(index());
    }
    if (chance(6)) {
      w.byte(0x4c);
      w.u32_leb(index());
    }
    if (chance(6)) {
      w.byte(0x4d);
      w.u32_leb(index());
    }
    switch (below(4)) {
      case 0:
        w.byte(0x60);
        list(w, [&] { w.value_type(value()); });
        return list(w, [&] { w.value_type(value()); });
      case 1: w.byte(0x5f); return list(w, [&] { field(w); });
      case 2: w.byte(0x5e); return field(w);
      default: w.byte(0x5d); return w.type_index(index());
    }
  }
  void limits(ByteWriter& w, u8 flags) {
    const bool page = (flags & 8) != 0;
    if (chance(2)) flags |= 1;
    w.byte(flags);
    w.u64_leb(big());
    if ((flags & 1) != 0) w.u64_leb(big());
    if (page) w.u32_leb(below(64));
  }
  void table(ByteWriter& w) {
    w.value_type(reference());
    limits(w, chance(2) ? 4 : 0);
  }
  void memory(ByteWriter& w) { limits(w, static_cast<u8>(below(8) << 1)); }
  void global(ByteWriter& w) {
    w.value_type(value());
    w.byte(chance(2) ? 1 : 0);
  }
  void tag(ByteWriter& w) {
    w.byte(0);
    w.u32_leb(index());
  }
  void extern_type(ByteWriter& w) {
    const u8 kinds[] = {0, 1, 2, 3, 4, 0x20};
    const u8 kind = kinds[below(6)];
    w.byte(kind);
    switch (kind) {
      case 1: return table(w);
      case 2: return memory(w);
      case 3: return global(w);
      case 4: return tag(w);
      default: return w.u32_leb(index());
    }
  }
  void import(ByteWriter& w) {
    name(w);
    const u32 form = below(4);
    if (form < 2) {
      name(w);
      return extern_type(w);
    }
    w.name("");
    w.byte(form == 2 ? 0x7f : 0x7e);
    if (form == 3) extern_type(w);
    const u32 n = below(3) + 1;  // an empty list would not come back
    w.u32_leb(n);
    for (u32 i = 0; i < n; ++i) {
      name(w);
      if (form == 2) extern_type(w);
    }
  }
  void expression(ByteWriter& w) {
    const u32 depth = below(3);
    for (u32 i = 0; i < depth; ++i) w.bytes(bytes("02 40"));
    switch (below(4)) {
      case 0:
        w.byte(0x41);
        w.s32_leb(static_cast<i32>(index()));
        break;
      case 1: w.bytes(bytes("44 0b 0b 0b 0b 0b 0b 0b 0b")); break;  // the number is no end
      case 2: w.bytes(bytes("d2 0b fb 07 0b")); break;
      default: break;
    }
    for (u32 i = 0; i <= depth; ++i) w.byte(0x0b);
  }
  void element(ByteWriter& w) {
    const u32 flags = below(8);
    w.u32_leb(flags);
    if ((flags & 1) == 0) {
      if ((flags & 2) != 0) w.u32_leb(index());
      expression(w);
    }
    if ((flags & 3) != 0) {
      if ((flags & 4) != 0)
        w.value_type(reference());
      else
        w.byte(0);
    }
    list(w, [&] {
      if ((flags & 4) != 0)
        expression(w);
      else
        w.u32_leb(index());
    });
  }
  void data(ByteWriter& w) {
    const u32 flags = below(3);
    w.u32_leb(flags);
    if (flags == 2) w.u32_leb(index());
    if (flags != 1) expression(w);
    name(w);
  }
  void code(ByteWriter& w) {
    ByteWriter body;
    list(body, [&] {
      body.u32_leb(below(100));
      body.value_type(value());
    });
    for (u32 n = below(20); n > 0; --n) body.byte(static_cast<u8>(m_random()));
    body.byte(0x0b);
    w.sized(body.view());
  }
  /// `count` items if there are any.
  void items(ByteWriter& w, u32 count, auto item) {
    if (count != 0) w.u32_leb(count);
    for (u32 i = 0; i < count; ++i) item();
  }
  void section(u8 id, ByteWriter& w) {
    switch (id) {
      case 1:
        return items(w, below(5), [&] {
          if (!chance(3)) return sub_type(w);
          w.byte(0x4e);
          list(w, [&] { sub_type(w); });
        });
      case 2: return items(w, below(5), [&] { import(w); });
      case 3: return items(w, m_functions = below(4), [&] { w.u32_leb(index()); });
      case 4:
        return items(w, below(3), [&] {
          const bool init = chance(2);
          if (init) w.bytes(bytes("40 00"));
          table(w);
          if (init) expression(w);
        });
      case 5: return items(w, below(3), [&] { memory(w); });
      case 13: return items(w, below(3), [&] { tag(w); });
      case 6: return items(w, below(4), [&] { global(w), expression(w); });
      case 7:
        return items(w, below(4), [&] {
          name(w);
          w.byte(static_cast<u8>(below(5)));
          w.u32_leb(index());
        });
      case 8: return chance(2) ? w.u32_leb(index()) : void();
      case 9: return items(w, below(5), [&] { element(w); });
      case 12: {
        m_data = below(4);
        return chance(2) ? w.u32_leb(m_data) : void();
      }
      case 10: return items(w, m_functions, [&] { code(w); });
      default: return items(w, m_data, [&] { data(w); });
    }
  }

  std::mt19937_64 m_random;
  u32 m_functions = 0;
  u32 m_data = 0;
};

TEST(Generated, ModulesComeBackByteForByte) {
  for (u32 seed = 0; seed < 3000; ++seed) {
    same(Generator(seed).module());
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

/// Neither crash nor lie: the error lies in the file, the module is read again from what it writes.
void expect_sane(const Bytes& input, u32 seed) {
  const auto result = try_decode(input, all_features());
  if (!result) {
    EXPECT_LE(result.error().info().offset, input.size()) << seed;
    return;
  }
  const Bytes once = encode(*result);
  EXPECT_EQ(encode(good(once)), once) << seed;
}

TEST(Generated, DamagedModulesAreErrorsOrModules) {
  std::mt19937 random(1);
  for (u32 seed = 0; seed < 2000; ++seed) {
    const Bytes whole = Generator(seed).module();
    for (int round = 0; round < 5; ++round) {
      Bytes damaged = whole;
      for (u32 n = random() % 3 + 1; n > 0; --n)
        damaged[random() % damaged.size()] = static_cast<u8>(random());
      expect_sane(damaged, seed);
      damaged.resize(random() % damaged.size());
      expect_sane(damaged, seed);
    }
  }
}

}  // namespace
}  // namespace zhan::binary::test
