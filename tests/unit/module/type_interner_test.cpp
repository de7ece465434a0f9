// SPDX-License-Identifier: Apache-2.0
// Canonical types: equality of groups, the subtype lattice, memory, threads.
#include "module/type_interner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

namespace zhan {
namespace {

/// Writes type sections.
class Section {
 public:
  u32 func(std::vector<ValType> params, std::vector<ValType> results) {
    SubType type;
    type.first = static_cast<u32>(section.values.size());
    type.count = static_cast<u32>(params.size() + results.size());
    type.param_count = static_cast<u32>(params.size());
    section.values.insert(section.values.end(), params.begin(), params.end());
    section.values.insert(section.values.end(), results.begin(), results.end());
    return add(type);
  }
  u32 structure(std::vector<FieldType> fields, u32 supertype = no_index, bool final = false) {
    SubType type;
    type.kind = CompositeKind::struct_;
    type.final = final;
    type.supertype = supertype;
    type.first = static_cast<u32>(section.fields.size());
    type.count = static_cast<u32>(fields.size());
    section.fields.insert(section.fields.end(), fields.begin(), fields.end());
    return add(type);
  }
  u32 array(FieldType element) {
    const u32 number = structure({element});
    section.types[number].kind = CompositeKind::array;
    return number;
  }
  u32 cont(u32 function) {
    SubType type;
    type.kind = CompositeKind::cont;
    type.element = function;
    return add(type);
  }
  /// The types that follow are one group of `count`.
  void group(u32 count) {
    section.groups.push_back({static_cast<u32>(section.types.size()), count, true});
    m_open = count;
  }

  TypeSection section;

 private:
  u32 add(const SubType& type) {
    const u32 number = static_cast<u32>(section.types.size());
    if (m_open == 0)
      section.groups.push_back({number, 1, false});
    else
      --m_open;
    section.types.push_back(type);
    return number;
  }
  u32 m_open = 0;
};

std::vector<TypeId> intern(TypeInterner& types, const TypeSection& section) {
  std::vector<TypeId> ids;
  EXPECT_TRUE(types.intern(section, 0, ids).has_value());
  EXPECT_EQ(ids.size(), section.types.size());
  return ids;
}

ValType ref(u32 number, bool nullable = true, bool exact = false) {
  return ValType::ref(HeapType::defined(number), nullable, exact);
}

TEST(TypeInterner, EqualFunctionTypesShareAnId) {
  TypeInterner types(1 << 12);
  Section s;
  s.func({type_i32}, {type_i64});
  s.func({type_i32}, {type_i64});
  s.func({type_i32, type_i64}, {});
  s.func({}, {type_i32, type_i64});
  const auto ids = intern(types, s.section);
  EXPECT_EQ(ids[0], ids[1]);
  EXPECT_NE(ids[0], ids[2]);
  EXPECT_NE(ids[2], ids[3]);
  EXPECT_EQ(types.count(), 3u);
  EXPECT_NE(ids[0], no_type);
  EXPECT_EQ(intern(types, s.section), ids);
  EXPECT_EQ(types.count(), 3u);
  const auto direct = types.intern(FuncType{{type_i32}, {type_i64}});
  ASSERT_TRUE(direct.has_value());
  EXPECT_EQ(*direct, ids[0]);
}

TEST(TypeInterner, SignaturesAreKept) {
  TypeInterner types(1 << 12);
  const auto id = types.intern(FuncType{{type_v128, type_funcref}, {type_f32}});
  ASSERT_TRUE(id.has_value());
  const Signature signature = types.func_type(*id);
  ASSERT_EQ(signature.params.size(), 2u);
  EXPECT_EQ(signature.params[0], type_v128);
  EXPECT_EQ(signature.params[1], type_funcref);
  ASSERT_EQ(signature.results.size(), 1u);
  EXPECT_EQ(signature.results[0], type_f32);
  EXPECT_EQ(types.cont_func(*id), no_type);
  EXPECT_TRUE(types.entries()[*id].final);
  EXPECT_EQ(types.entries()[*id].depth, 0);
}

TEST(TypeInterner, GroupsAreIsoRecursive) {
  TypeInterner types(1 << 12);
  Section s;
  s.group(2);
  s.structure({{ref(1)}});
  s.structure({{ref(0)}});
  s.group(2);
  s.structure({{ref(3)}});
  s.structure({{ref(2)}});
  s.structure({{ref(5)}});  // 4: refers to what comes next alone
  s.section.types[4].supertype = no_index;
  s.section.fields[4].type = ref(4);
  s.structure({{ref(0)}});
  const auto ids = intern(types, s.section);
  EXPECT_EQ(ids[0], ids[2]);
  EXPECT_EQ(ids[1], ids[3]);
  EXPECT_NE(ids[0], ids[1]);  // the same shape at another place of the group
  EXPECT_NE(ids[4], ids[0]);
  EXPECT_NE(ids[5], ids[1]);  // outside the group it is another type
  EXPECT_EQ(types.fields(ids[0])[0].type, ref(ids[1]));
  EXPECT_EQ(types.fields(ids[3])[0].type, ref(ids[0]));
}

TEST(TypeInterner, SelfReferenceDiffersFromReferenceToAnEqual) {
  TypeInterner types(1 << 12);
  Section s;
  s.structure({{ref(0)}});  // itself
  s.structure({{ref(0)}});  // the one before
  const auto ids = intern(types, s.section);
  EXPECT_NE(ids[0], ids[1]);
}

TEST(TypeInterner, EveryPropertyCounts) {
  TypeInterner types(1 << 12);
  Section s;
  s.structure({{type_i32, false}});
  s.structure({{type_i32, true}});
  s.structure({{type_i32, false}}, no_index, true);
  s.structure({{type_i32, false}}, 0);
  s.array({type_i32, false});
  s.structure({{TypeKind::i8, false}});
  s.structure({{ValType::ref(AbsHeap::any, true)}});
  s.structure({{ValType::ref(AbsHeap::any, false)}});
  s.structure({{ref(0)}});
  s.structure({{ref(0, true, true)}});
  s.func({type_i32}, {});
  s.cont(10);
  s.structure({});
  s.func({}, {});
  const auto ids = intern(types, s.section);
  EXPECT_EQ(types.count(), ids.size());
}

TEST(TypeInterner, SectionsInterningFromALaterGroup) {
  TypeInterner types(1 << 12);
  Section s;
  s.func({}, {});
  auto ids = intern(types, s.section);
  s.structure({{ref(0)}});
  ASSERT_TRUE(types.intern(s.section, 1, ids).has_value());
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_EQ(types.fields(ids[1])[0].type, ref(ids[0]));
}

TEST(TypeInterner, DisplayAndDepth) {
  TypeInterner types(1 << 12);
  Section s;
  s.structure({});
  for (u32 i = 0; i < 20; ++i) s.structure({}, i);
  const u32 other = s.structure({{type_i32}}, 3);
  const auto ids = intern(types, s.section);
  const TypeEntry* const entries = types.entries();
  for (u32 i = 0; i <= 20; ++i) {
    EXPECT_EQ(entries[ids[i]].depth, i);
    EXPECT_EQ(entries[ids[i]].parent, i == 0 ? no_type : ids[i - 1]);
    for (u32 j = 0; j <= 20; ++j) EXPECT_EQ(is_subtype(entries, ids[i], ids[j]), j <= i);
  }
  EXPECT_TRUE(is_subtype(entries, ids[other], ids[3]));
  EXPECT_FALSE(is_subtype(entries, ids[other], ids[4]));
  EXPECT_FALSE(is_subtype(entries, ids[10], ids[other]));
}

TEST(TypeInterner, Descriptors) {
  TypeInterner types(1 << 12);
  Section s;
  s.group(2);
  const u32 a = s.structure({}), b = s.structure({});
  s.section.types[a].descriptor = b;
  s.section.types[b].describes = a;
  const auto ids = intern(types, s.section);
  EXPECT_EQ(types.entries()[ids[a]].descriptor, ids[b]);
  EXPECT_EQ(types.entries()[ids[b]].describes, ids[a]);
  EXPECT_EQ(types.entries()[ids[b]].descriptor, no_type);
}

TEST(TypeInterner, ContinuationsNameTheirFunction) {
  TypeInterner types(1 << 12);
  Section s;
  s.func({type_i32}, {});
  s.cont(0);
  const auto ids = intern(types, s.section);
  EXPECT_EQ(types.cont_func(ids[1]), ids[0]);
  EXPECT_EQ(types.top(HeapType::defined(ids[1])), AbsHeap::cont);
  EXPECT_EQ(types.bottom(HeapType::defined(ids[1])), AbsHeap::nocont);
}

TEST(TypeInterner, LatticeOfAbstractTypes) {
  const TypeInterner types(1 << 12);
  const AbsHeap all[] = {AbsHeap::any,     AbsHeap::eq,       AbsHeap::i31,  AbsHeap::struct_,
                         AbsHeap::array,   AbsHeap::none,     AbsHeap::func, AbsHeap::nofunc,
                         AbsHeap::extern_, AbsHeap::noextern, AbsHeap::exn,  AbsHeap::noexn,
                         AbsHeap::cont,    AbsHeap::nocont};
  struct Pair {
    AbsHeap sub, super;
  };
  const Pair direct[] = {{AbsHeap::eq, AbsHeap::any},           {AbsHeap::i31, AbsHeap::eq},
                         {AbsHeap::struct_, AbsHeap::eq},       {AbsHeap::array, AbsHeap::eq},
                         {AbsHeap::none, AbsHeap::i31},         {AbsHeap::none, AbsHeap::struct_},
                         {AbsHeap::none, AbsHeap::array},       {AbsHeap::nofunc, AbsHeap::func},
                         {AbsHeap::noextern, AbsHeap::extern_}, {AbsHeap::noexn, AbsHeap::exn},
                         {AbsHeap::nocont, AbsHeap::cont}};
  // Reachability over the direct pairs is the expectation.
  const auto expected = [&](AbsHeap sub, AbsHeap super) {
    std::vector<AbsHeap> above = {sub};
    for (usize i = 0; i < above.size(); ++i)
      for (const Pair& pair : direct)
        if (pair.sub == above[i]) above.push_back(pair.super);
    return std::find(above.begin(), above.end(), super) != above.end();
  };
  for (const AbsHeap sub : all)
    for (const AbsHeap super : all)
      EXPECT_EQ(types.matches(HeapType(sub), HeapType(super)), expected(sub, super))
          << to_string(HeapType(sub)) << " " << to_string(HeapType(super));
}

TEST(TypeInterner, DefinedTypesInTheLattice) {
  TypeInterner types(1 << 12);
  Section s;
  const u32 f = s.func({}, {}), a = s.array({type_i32}), base = s.structure({}),
            sub = s.structure({}, base);
  const auto ids = intern(types, s.section);
  const auto heap = [&](u32 number) { return HeapType::defined(ids[number]); };
  EXPECT_TRUE(types.matches(heap(f), AbsHeap::func));
  EXPECT_FALSE(types.matches(heap(f), AbsHeap::any));
  EXPECT_TRUE(types.matches(AbsHeap::nofunc, heap(f)));
  EXPECT_FALSE(types.matches(AbsHeap::func, heap(f)));
  EXPECT_TRUE(types.matches(heap(a), AbsHeap::array));
  EXPECT_TRUE(types.matches(heap(a), AbsHeap::any));
  EXPECT_FALSE(types.matches(heap(a), AbsHeap::struct_));
  EXPECT_TRUE(types.matches(heap(sub), AbsHeap::eq));
  EXPECT_TRUE(types.matches(heap(sub), heap(base)));
  EXPECT_FALSE(types.matches(heap(base), heap(sub)));
  EXPECT_TRUE(types.matches(AbsHeap::none, heap(sub)));
  EXPECT_FALSE(types.matches(AbsHeap::none, heap(f)));
  EXPECT_EQ(types.top(heap(f)), AbsHeap::func);
  EXPECT_EQ(types.top(heap(a)), AbsHeap::any);
  EXPECT_EQ(types.bottom(heap(a)), AbsHeap::none);
}

TEST(TypeInterner, ValueTypes) {
  TypeInterner types(1 << 12);
  Section s;
  s.structure({});
  s.structure({}, 0);
  const auto ids = intern(types, s.section);
  const auto matches = [&](ValType a, ValType b) { return types.matches(a, b); };
  EXPECT_TRUE(matches(type_i32, type_i32));
  EXPECT_FALSE(matches(type_i32, type_i64));
  EXPECT_TRUE(matches(type_bottom, type_i32));
  EXPECT_TRUE(matches(type_bottom, ref(ids[0])));
  EXPECT_FALSE(matches(type_i32, ref(ids[0])));
  EXPECT_TRUE(matches(ref(ids[0], false), ref(ids[0], true)));
  EXPECT_FALSE(matches(ref(ids[0], true), ref(ids[0], false)));
  EXPECT_TRUE(matches(ref(ids[1]), ref(ids[0])));
  const ValType exact_base = ref(ids[0], true, true), exact_sub = ref(ids[1], true, true);
  EXPECT_TRUE(matches(exact_base, ref(ids[0])));
  EXPECT_TRUE(matches(exact_sub, ref(ids[0])));
  EXPECT_FALSE(matches(ref(ids[0]), exact_base));
  EXPECT_FALSE(matches(exact_sub, exact_base));
  EXPECT_TRUE(matches(ValType::ref(AbsHeap::none, true), exact_base));
  EXPECT_FALSE(matches(ValType::ref(AbsHeap::none, true), ref(ids[0], false, true)));
  EXPECT_FALSE(matches(ValType::ref(AbsHeap::nofunc, true), exact_base));
}

TEST(TypeInterner, CapacityIsALimitNotACrash) {
  TypeInterner types(8);
  for (u32 i = 0; i < 7; ++i)
    EXPECT_TRUE(types.intern(FuncType{std::vector<ValType>(i, type_i32), {}}).has_value());
  const auto full = types.intern(FuncType{{type_f64}, {}});
  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().kind(), ErrorKind::limit);
  EXPECT_TRUE(types.intern(FuncType{{type_i32}, {}}).has_value());  // known ones still work
}

/// Resident bytes of the process.
usize resident() {
  std::ifstream file("/proc/self/statm");
  usize total = 0, pages = 0;
  file >> total >> pages;
  return pages * 4096;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool counts_memory = false;  // shadow memory is resident too
#elif defined(__has_feature)
constexpr bool counts_memory =
    !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
constexpr bool counts_memory = true;
#endif

TEST(TypeInterner, AMillionTypesFitTheirBudget) {
  TypeInterner types;
  const usize before = resident();
  TypeId previous = no_type;
  for (u32 n = 0; n < 1'000'000; ++n) {
    FuncType type{{n == 0 ? type_i32 : ref(previous, n % 2 == 0), type_i64}, {type_f32}};
    const auto id = types.intern(type);
    ASSERT_TRUE(id.has_value());
    previous = *id;
  }
  EXPECT_EQ(types.count(), 1'000'000u);
  if (counts_memory) {
    EXPECT_LT(resident() - before, usize{150} << 20);
  }
}

TEST(TypeInterner, ThreadsAgree) {
  TypeInterner types(1 << 16);
  constexpr u32 threads = 4, rounds = 200;
  std::vector<std::vector<TypeId>> ids(threads);
  std::vector<std::thread> running;
  for (u32 t = 0; t < threads; ++t)
    running.emplace_back([&types, &mine = ids[t]] {
      for (u32 n = 0; n < rounds; ++n) {
        Section s;
        for (u32 i = 0; i < 5; ++i) s.func(std::vector<ValType>(n % 50 + i, type_i32), {type_i64});
        std::vector<TypeId> found;
        if (!types.intern(s.section, 0, found)) return;
        for (const TypeId id : found) {
          // What was handed out is readable without a lock.
          if (types.func_type(id).results.size() != 1 || types.entries()[id].depth != 0) return;
        }
        mine.insert(mine.end(), found.begin(), found.end());
      }
    });
  for (std::thread& thread : running) thread.join();
  for (u32 t = 0; t < threads; ++t) {
    EXPECT_EQ(ids[t].size(), usize{rounds} * 5);
    EXPECT_EQ(ids[t], ids[0]);
  }
  EXPECT_EQ(types.count(), 54u);
}

}  // namespace
}  // namespace zhan
