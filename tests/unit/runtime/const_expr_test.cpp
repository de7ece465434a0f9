// SPDX-License-Identifier: Apache-2.0
// Constant expressions: every instruction they may have, as initial values of globals.
#include <bit>

#include "fixture.hpp"
#include "runtime/instance.hpp"

namespace zhan::runtime {
namespace {

class ConstExpr : public RuntimeTest {
 public:
  /// Bytes of an object's field, widened.
  template <class T>
  u64 field(u64 reference, u32 offset) {
    T value;
    std::memcpy(&value, store->exec().heap_base + reference + offset, sizeof(T));
    return static_cast<u64>(value);
  }
  std::span<const u32> offsets(Instance& instance, u32 type) {
    return types->field_offsets(instance.module()->module.canonical[type]);
  }
};

TEST_F(ConstExpr, NumbersAreStoredZeroExtended) {
  Instance* const i = instantiate(R"((module
    (global (export "i32") i32 (i32.const -1))
    (global (export "i64") i64 (i64.const -2))
    (global (export "f32") f32 (f32.const -0.5))
    (global (export "f64") f64 (f64.const inf))
    (global (export "v") v128 (v128.const i64x2 3 -4))))");
  EXPECT_EQ(global_value(*i, "i32"), 0xffff'ffffu);
  EXPECT_EQ(global_value(*i, "i64"), ~u64{1});
  EXPECT_EQ(global_value(*i, "f32"), std::bit_cast<u32>(-0.5f));
  EXPECT_EQ(global_value(*i, "f64"), std::bit_cast<u64>(std::numeric_limits<double>::infinity()));
  const Global* const vector = i->find_export("v")->global;
  EXPECT_EQ(vector->value[0], 3u);
  EXPECT_EQ(vector->value[1], ~u64{3});
}

TEST_F(ConstExpr, ArithmeticWrapsAndNests) {
  Instance* const i = instantiate(R"((module
    (global $big i32 (i32.const 0x7fffffff))
    (global (export "add") i32 (i32.add (global.get $big) (i32.const 1)))
    (global (export "sub") i32 (i32.sub (i32.const 0) (i32.const 1)))
    (global (export "mul") i64
      (i64.mul (i64.const 0x100000001) (i64.add (i64.const 0x100000001) (i64.const -1))))
    (global (export "deep") i32
      (i32.sub (i32.mul (i32.add (i32.const 1) (i32.const 2)) (i32.const 5))
        (i32.mul (i32.const 2) (i32.const 6))))))");
  EXPECT_EQ(global_value(*i, "add"), 0x8000'0000u);
  EXPECT_EQ(global_value(*i, "sub"), 0xffff'ffffu);
  EXPECT_EQ(global_value(*i, "mul"), u64{1} << 32);
  EXPECT_EQ(global_value(*i, "deep"), 3u);
}

TEST_F(ConstExpr, GlobalsBeforeAreCopied) {
  Instance* const a = instantiate(R"((module
    (global (export "n") i32 (i32.const 20))
    (global (export "v") v128 (v128.const i64x2 5 6))))");
  Instance* const b = instantiate(R"((module
    (import "a" "n" (global $n i32)) (import "a" "v" (global $v v128))
    (global $own i32 (i32.add (global.get $n) (i32.const 1)))
    (global (export "next") i32 (i32.add (global.get $own) (i32.const 1)))
    (global (export "v") v128 (global.get $v))))",
                                  {*a->find_export("n"), *a->find_export("v")});
  EXPECT_EQ(global_value(*b, "next"), 22u);
  EXPECT_EQ(b->find_export("v")->global->value[1], 6u);
}

TEST_F(ConstExpr, References) {
  Instance* const i = instantiate(R"((module
    (func $f) (elem declare func $f)
    (global (export "null") anyref (ref.null any))
    (global (export "func") funcref (ref.func $f))
    (global (export "again") (ref func) (ref.func $f))
    (global (export "i31") (ref i31) (ref.i31 (i32.const -1)))
    (global (export "extern") externref (extern.convert_any (ref.i31 (i32.const 5))))
    (global (export "any") anyref
      (any.convert_extern (extern.convert_any (ref.i31 (i32.const 6)))))))");
  EXPECT_EQ(global_value(*i, "null"), 0u);
  EXPECT_EQ(global_value(*i, "func"), reinterpret_cast<u64>(i->func(0)));
  EXPECT_EQ(global_value(*i, "again"), global_value(*i, "func"));
  EXPECT_EQ(global_value(*i, "i31"), 0xffff'ffffu) << "31 bits, then a one";
  EXPECT_EQ(global_value(*i, "extern"), 11u);
  EXPECT_EQ(global_value(*i, "any"), 13u);
}

TEST_F(ConstExpr, Structs) {
  Instance* const i = instantiate(R"((module
    (type $s (struct (field i32) (field i8) (field v128) (field i64) (field (ref null $s))))
    (global $inner (ref $s) (struct.new_default $s))
    (global (export "inner") (ref $s) (global.get $inner))
    (global (export "s") (ref $s) (struct.new $s (i32.const -7) (i32.const 0x1ff)
      (v128.const i64x2 3 4) (i64.const -9) (global.get $inner)))))");
  const u64 s = global_value(*i, "s"), inner = global_value(*i, "inner");
  const std::span<const u32> at = offsets(*i, 0);
  ASSERT_NE(s, 0u);
  ASSERT_NE(s, inner);
  EXPECT_EQ(field<u32>(s, at[0]), 0xffff'fff9u);
  EXPECT_EQ(field<u8>(s, at[1]), 0xffu) << "a packed field keeps its bits only";
  EXPECT_EQ(field<u64>(s, at[2]), 3u);
  EXPECT_EQ(field<u64>(s, at[2] + 8), 4u);
  EXPECT_EQ(field<u64>(s, at[3]), ~u64{8});
  EXPECT_EQ(field<u32>(s, at[4]), inner);
  EXPECT_EQ(field<u32>(inner, at[0]), 0u);
  EXPECT_EQ(field<u64>(inner, at[2] + 8), 0u);
  EXPECT_EQ(field<u32>(inner, at[4]), 0u);
}

TEST_F(ConstExpr, Arrays) {
  Instance* const i = instantiate(R"((module
    (type $a (array i16)) (type $v (array v128))
    (global (export "new") (ref $a) (array.new $a (i32.const 0x12345) (i32.const 3)))
    (global (export "default") (ref $a) (array.new_default $a (i32.const 2)))
    (global (export "fixed") (ref $a)
      (array.new_fixed $a 3 (i32.const 1) (i32.const 2) (i32.const 3)))
    (global (export "none") (ref $a) (array.new_fixed $a 0))
    (global (export "vectors") (ref $v)
      (array.new_fixed $v 2 (v128.const i64x2 1 2) (v128.const i64x2 3 4)))))");
  const auto length = [&](const char* name) { return field<u32>(global_value(*i, name), 8); };
  EXPECT_EQ(length("new"), 3u);
  EXPECT_EQ(length("default"), 2u);
  EXPECT_EQ(length("fixed"), 3u);
  EXPECT_EQ(length("none"), 0u);
  EXPECT_EQ(length("vectors"), 2u);
  const auto element = [&](const char* name, u32 index) {
    return field<u16>(global_value(*i, name), 12 + 2 * index);
  };
  EXPECT_EQ(element("new", 2), 0x2345u);
  EXPECT_EQ(element("default", 1), 0u);
  EXPECT_EQ(element("fixed", 2), 3u);
}

TEST_F(ConstExpr, AnAllocationTooLargeForTheHeapIsAnError) {
  StoreLimits limits;
  limits.heap_bytes = 1u << 20;
  store = make_store(limits);
  const Error error = refusal(R"((module (type $a (array i64))
    (global (ref $a) (array.new_default $a (i32.const 1000000)))))");
  EXPECT_EQ(error.kind(), ErrorKind::trap);
  EXPECT_NE(error.message().find("memory"), std::string::npos) << error.message();
}

}  // namespace
}  // namespace zhan::runtime
