// SPDX-License-Identifier: Apache-2.0
// The C++ wrapper: exceptions of wasm code, by a header that may stand alone.
#include <zhan/exception.hpp>

#include "wrapper.hpp"

namespace {

using zhan::Tag;
using zhan::Unexpected;

const char* const throwing = R"((module
  (import "h" "number" (tag $number (param i32)))
  (import "h" "call" (func $call (param i32) (result i32)))
  (tag $mixed (export "mixed") (param i64 externref f32))
  (tag (export "none"))
  (func (export "throw") (param i32) (throw $number (local.get 0)))
  (func (export "throw-mixed") (param externref)
    (throw $mixed (i64.const -5) (local.get 0) (f32.const 0.5)))
  (func (export "pass") (param i32) (result i32) (call $call (local.get 0)))
  (func (export "catch") (param i32) (result i32)
    (block $caught (result i32)
      (try_table (result i32) (catch $number $caught) (call $call (local.get 0)))
      (return (i32.const -1)))
    (i32.add (i32.const 1000))))
)";

struct Exceptions : Wrapper {
  Tag<int32_t> number = value_or_throw(Tag<int32_t>::make(store));
  Linker linker{engine};

  /// The module with a host function that throws an argument above 9 by the tag.
  Instance start() {
    value_or_throw(linker.define(store, "h", "number", number));
    value_or_throw(
        linker.define("h", "call", [tag = number](Caller caller, int32_t value) -> Result<int32_t> {
          if (value > 9) return Unexpected(tag.exception(caller.store(), value));
          return value;
        }));
    return value_or_throw(linker.instantiate(store, load(throwing)));
  }
};

TEST_F(Exceptions, OfWasmAreMatchedByTheirTag) {
  const Instance instance = start();
  const auto thrower = value_or_throw(instance.func<void(int32_t)>(store, "throw"));
  const Result<void> result = thrower(-7);
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().is_exception());
  EXPECT_FALSE(result.error().is_exit());
  EXPECT_EQ(number.match(result.error()), std::tuple(-7));
  const auto other = value_or_throw(Tag<int32_t>::make(store));
  EXPECT_FALSE(other == number);
  EXPECT_EQ(other.match(result.error()), std::nullopt) << "the same values, another tag";
  EXPECT_EQ(number.match(zhan::Error("no exception")), std::nullopt);
  try {
    value_or_throw(thrower(3));
    FAIL() << "nothing was thrown";
  } catch (const zhan::Exception& e) {
    EXPECT_EQ(number.match(e.error()), std::tuple(3));
  }
}

TEST_F(Exceptions, OfHostFunctionsAreCaughtByWasm) {
  const Instance instance = start();
  const auto pass = value_or_throw(instance.func<int32_t(int32_t)>(store, "pass"));
  const auto caught = value_or_throw(instance.func<int32_t(int32_t)>(store, "catch"));
  EXPECT_EQ(value_or_throw(caught(5)), -1);
  EXPECT_EQ(value_or_throw(caught(10)), 1010);
  EXPECT_EQ(value_or_throw(pass(9)), 9);
  const Result<int32_t> out = pass(11);
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(number.match(out.error()), std::tuple(11));
}

TEST_F(Exceptions, CarryReferences) {
  int ended = 0;
  struct Ends {
    int* count;
    explicit Ends(int* c) : count(c) {}
    Ends(Ends&& other) noexcept : count(std::exchange(other.count, nullptr)) {}
    ~Ends() {
      if (count != nullptr) ++*count;
    }
  };
  {
    const Instance instance = start();
    const auto mixed = value_or_throw((Tag<int64_t, Ref, float>::find(store, instance, "mixed")));
    const auto thrower = value_or_throw(instance.func<void(Ref)>(store, "throw-mixed"));
    const Ref ref = value_or_throw(store.ref(Ends(&ended)));
    const Result<void> result = thrower(ref);
    ASSERT_FALSE(result.has_value());
    const auto values = mixed.match(result.error());
    ASSERT_TRUE(values.has_value());
    EXPECT_EQ(std::get<0>(*values), -5);
    EXPECT_TRUE(std::get<1>(*values) == ref);
    EXPECT_EQ(std::get<2>(*values), 0.5F);
    EXPECT_EQ(number.match(result.error()), std::nullopt);
    const zhan::Error again = mixed.exception(store, 8, ref, 2.0F);
    ASSERT_TRUE(again.is_exception()) << again.message();
    EXPECT_EQ(std::get<0>(*mixed.match(again)), 8);
    EXPECT_EQ(ended, 0);
  }
  store = value_or_throw(Store::make(engine));
  EXPECT_EQ(ended, 1) << "nothing held the reference longer than the store";
}

TEST_F(Exceptions, AreReadAlsoWhenTheStoreIsGone) {
  Store own = value_or_throw(Store::make(engine));
  const auto tag = value_or_throw(Tag<int32_t, double>::make(own));
  const zhan::Error error = tag.exception(own, 4, 0.25);
  own = value_or_throw(Store::make(engine));
  EXPECT_EQ(tag.match(error), std::tuple(4, 0.25));
}

TEST_F(Exceptions, TagsHaveTypes) {
  const Instance instance = start();
  EXPECT_TRUE(Tag<>::find(store, instance, "none").has_value());
  EXPECT_EQ(Tag<>::find(store, instance, "mixed").error().kind(), ZHAN_ERROR_TYPE);
  EXPECT_EQ(Tag<int32_t>::find(store, instance, "none").error().kind(), ZHAN_ERROR_TYPE);
  EXPECT_EQ(Tag<>::find(store, instance, "pass").error().kind(), ZHAN_ERROR_LINK);
  EXPECT_EQ(Tag<>::find(store, instance, "?").error().message(), "no exported tag \"?\"");
  EXPECT_TRUE(Tag<int32_t>::check(store, number.get()).has_value());
  Store other = value_or_throw(Store::make(engine));
  EXPECT_EQ(Tag<int32_t>::check(other, number.get()).error().kind(), ZHAN_ERROR_WRONG_STORE);
  EXPECT_EQ(number.exception(other, 1).kind(), ZHAN_ERROR_WRONG_STORE);
  const zhan::Error none = value_or_throw(Tag<>::find(store, instance, "none")).exception(store);
  EXPECT_TRUE(none.is_exception());
  EXPECT_TRUE(value_or_throw(Tag<>::find(store, instance, "none")).match(none).has_value());
}

}  // namespace
