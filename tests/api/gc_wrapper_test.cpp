// SPDX-License-Identifier: Apache-2.0
// Objects of the heap in C++.
#include <gtest/gtest.h>

#include <zhan/gc.hpp>

namespace {

using zhan::AnyRef;
using zhan::Array;
using zhan::Engine;
using zhan::I31;
using zhan::Instance;
using zhan::Module;
using zhan::Ref;
using zhan::Store;
using zhan::Struct;
using zhan::value_or_throw;

struct Objects : testing::Test {
  Engine engine = value_or_throw(Engine::make());
  Store store = value_or_throw(Store::make(engine));
  Instance instance = value_or_throw(Instance::make(store, value_or_throw(Module::make(engine, R"(
    (module
      (type $pair (struct (field (mut i32)) (field (mut f64)) (field (mut anyref))))
      (type $strict (struct (field (ref $pair))))
      (type $bytes (array (mut i8))) (type $refs (array (mut anyref)))
      (global (export "pair") (mut (ref null $pair)) (ref.null $pair))
      (global (export "strict") (mut (ref null $strict)) (ref.null $strict))
      (table (export "bytes") 0 (ref null $bytes))
      (table (export "refs") 0 (ref null $refs))
      (func (export "first") (param anyref) (result i32)
        (struct.get $pair 0 (ref.cast (ref $pair) (local.get 0))))
      (func (export "id") (param anyref) (result anyref) (local.get 0))))"))));

  zhan_valtype_t type(const char* name) {
    return value_or_throw(zhan::defined_type(store, instance.find(store, name)));
  }
};

TEST_F(Objects, StructsHaveFields) {
  const Struct pair = value_or_throw(Struct::make(store, type("pair"), 7, 2.5, AnyRef()));
  EXPECT_EQ(value_or_throw(pair.field<int32_t>(store, 0)), 7);
  EXPECT_EQ(value_or_throw(pair.field<double>(store, 1)), 2.5);
  EXPECT_TRUE(value_or_throw(pair.field<AnyRef>(store, 2)).is_null());
  value_or_throw(pair.set_field<int32_t>(store, 0, -1));
  value_or_throw(pair.set_field<AnyRef>(store, 2, pair));
  EXPECT_EQ(value_or_throw(pair.field<AnyRef>(store, 2)), pair);
  const auto first = value_or_throw(instance.func<int32_t(AnyRef)>(store, "first"));
  EXPECT_EQ(value_or_throw(first(pair)), -1);
  const zhan_valtype_t found = zhan::type_of(store, pair);
  EXPECT_EQ(found.type, type("pair").type);
  EXPECT_EQ(found.flags, ZHAN_EXACT);
}

TEST_F(Objects, DefaultsAreZero) {
  const Struct pair = value_or_throw(Struct::make_default(store, type("pair")));
  EXPECT_EQ(value_or_throw(pair.field<double>(store, 1)), 0);
  EXPECT_EQ(Struct::make_default(store, type("strict")).error().kind(), ZHAN_ERROR_TYPE);
}

TEST_F(Objects, ArraysHaveElements) {
  const std::array<int32_t, 3> values = {1, 2, 300};
  const auto bytes =
      value_or_throw(Array<int32_t>::make(store, type("bytes"), std::span<const int32_t>(values)));
  EXPECT_EQ(value_or_throw(bytes.length(store)), 3u);
  EXPECT_EQ(value_or_throw(bytes.element(store, 2)), 44);
  value_or_throw(bytes.set_element(store, 0, 9));
  EXPECT_EQ(value_or_throw(bytes.element(store, 0)), 9);
  EXPECT_EQ(bytes.element(store, 3).error().kind(), ZHAN_ERROR_BOUNDS);

  const auto refs = value_or_throw(Array<AnyRef>::filled(store, type("refs"), 1000, AnyRef(bytes)));
  EXPECT_EQ(value_or_throw(refs.element(store, 999)), bytes);
  const auto nulls = value_or_throw(Array<AnyRef>::make_default(store, type("refs"), 5));
  EXPECT_TRUE(value_or_throw(nulls.element(store, 4)).is_null());
}

TEST_F(Objects, SmallIntegersAreReferences) {
  const AnyRef number = value_or_throw(I31::make(store, -12));
  const auto id = value_or_throw(instance.func<AnyRef(AnyRef)>(store, "id"));
  EXPECT_EQ(value_or_throw(I31::value(store, value_or_throw(id(number)))), -12);
  EXPECT_EQ(I31::value(store, AnyRef()).error().kind(), ZHAN_ERROR_TYPE);
}

TEST_F(Objects, OtherKindsAreErrors) {
  const Struct pair = value_or_throw(Struct::make_default(store, type("pair")));
  EXPECT_EQ(pair.field<int64_t>(store, 0).error().kind(), ZHAN_ERROR_TYPE);
  EXPECT_EQ(pair.field<int32_t>(store, 2).error().kind(), ZHAN_ERROR_TYPE);
  EXPECT_EQ(pair.set_field<float>(store, 1, 1).error().kind(), ZHAN_ERROR_TYPE);
  EXPECT_EQ(Array<int32_t>(pair).length(store).error().kind(), ZHAN_ERROR_TYPE);
  EXPECT_EQ(Struct::make(store, type("pair"), 1).error().kind(), ZHAN_ERROR_TYPE);
}

TEST_F(Objects, LiveWhileTheHostHoldsThem) {
  std::vector<Struct> all;
  for (int32_t i = 0; i < 1000; ++i)
    all.push_back(value_or_throw(
        Struct::make(store, type("pair"), i, 0.0, i == 0 ? AnyRef() : AnyRef(all.back()))));
  const Struct last = all.back();
  all.clear();
  ASSERT_EQ(zhan_store_collect(store), nullptr);
  AnyRef at = last;
  for (int32_t i = 999; i >= 0; --i) {
    const Struct pair(at);
    ASSERT_EQ(value_or_throw(pair.field<int32_t>(store, 0)), i);
    at = value_or_throw(pair.field<AnyRef>(store, 2));
  }
  EXPECT_TRUE(at.is_null());
}

}  // namespace
