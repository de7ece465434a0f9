// SPDX-License-Identifier: Apache-2.0
// References, casts, structs, arrays, descriptors.
#include "unit/validate/check.hpp"

namespace zhan::validate {
namespace {

TEST(References, Basics) {
  const Accepted good[] = {{"-> funcref", "ref.null func"},
                           {"-> refnull:3", "ref.null 3"},
                           {"-> refnull:3", "ref.null none"},
                           {"-> i32", "ref.null extern ref.is_null"},
                           {"-> ref:1", "ref.func 0"},
                           {"-> funcref", "ref.func 0"},
                           {"-> i32", "ref.null eq ref.null i31 ref.eq"},
                           {"-> i32", "ref.null 3 ref.null 4 ref.eq"},
                           {"refnull:3 -> ref:3", "local.get 0 ref.as_non_null"},
                           {"-> ref:i31", "i32.const 1 ref.i31"},
                           {"-> i32", "ref.null i31 i31.get_s"},
                           {"-> i32", "i32.const 1 ref.i31 i31.get_u"},
                           {"-> anyref", "ref.null extern any.convert_extern"},
                           {"-> externref", "ref.null any extern.convert_any"},
                           {"ref:extern -> ref:any", "local.get 0 any.convert_extern"},
                           {"ref:any -> ref:extern", "local.get 0 extern.convert_any"},
                           {"-> ref:any", "unreachable any.convert_extern"}};
  accept_all(good);
  const Rejected bad[] = {
      {"->", "ref.null 99 drop", "unknown type 99"},
      {"-> i32", "i32.const 0 ref.is_null", "type mismatch"},
      {"->", "ref.func 99 drop", "unknown function 99"},
      {"->", "ref.func 1 drop", "undeclared function reference"},
      {"->", "ref.null extern ref.null eq ref.eq drop", "type mismatch"},
      {"->", "ref.null func ref.null eq ref.eq drop", "type mismatch"},
      {"->", "i64.const 0 ref.as_non_null drop", "type mismatch"},
      {"->", "i64.const 0 ref.i31 drop", "type mismatch"},
      {"->", "ref.null eq i31.get_s drop", "type mismatch"},
      {"externref -> ref:any", "local.get 0 any.convert_extern", "type mismatch"},
      {"->", "ref.null any any.convert_extern drop", "type mismatch"},
      {"-> ref:3", "ref.null 3", "type mismatch"}};
  reject_all(bad);
}

TEST(References, BranchesOnNull) {
  const Accepted good[] = {{"anyref ->", "local.get 0 br_on_null 0 drop"},
                           {"anyref -> i32", "i32.const 7 local.get 0 br_on_null 0 drop"},
                           {"refnull:3 -> ref:3",
                            "block refnull:3 local.get 0 br_on_non_null 1 ref.null 3 end "
                            "ref.as_non_null"},
                           {"refnull:3 -> ref:3", "local.get 0 br_on_non_null 0 unreachable"}};
  accept_all(good);
  const Rejected bad[] = {
      {"anyref ->", "local.get 0 br_on_null 3 drop", "unknown label 3"},
      {"i32 ->", "local.get 0 br_on_null 0 drop", "type mismatch"},
      {"anyref -> i32", "local.get 0 br_on_null 0 drop i32.const 0", "type mismatch"},
      {"anyref ->", "local.get 0 br_on_non_null 0", "type mismatch"},
      {"anyref -> i32", "local.get 0 br_on_non_null 0 i32.const 0", "type mismatch"},
      {"anyref -> ref:3", "local.get 0 br_on_non_null 0 unreachable", "type mismatch"}};
  reject_all(bad);
}

TEST(References, TestsAndCasts) {
  const Accepted good[] = {{"anyref -> i32", "local.get 0 ref.test 3"},
                           {"anyref -> i32", "local.get 0 ref_test_null array"},
                           {"anyref -> ref:3", "local.get 0 ref.cast 3"},
                           {"anyref -> refnull:3", "local.get 0 ref_cast_null 3"},
                           {"funcref -> ref:1", "local.get 0 ref.cast 1"},
                           {"anyref -> exact:8", "local.get 0 ref.cast exact:8"},
                           {"anyref -> ref:3", "local.get 0 br_on_cast 1 0 any 3 unreachable"},
                           {"anyref -> anyref", "local.get 0 br_on_cast_fail 3 0 any 3"}};
  accept_all(good);
  const Rejected bad[] = {
      {"anyref -> i32", "local.get 0 ref.test 99", "unknown type 99"},
      {"funcref -> i32", "local.get 0 ref.test 3", "type mismatch"},
      {"anyref -> ref:3", "local.get 0 ref_cast_null 3", "type mismatch"},
      {"externref -> ref:any", "local.get 0 ref.cast any", "type mismatch"},
      {"anyref -> ref:3", "local.get 0 br_on_cast 1 9 any 3 unreachable", "unknown label 9"},
      {"anyref ->", "local.get 0 br_on_cast 1 0 any 3 unreachable", "type mismatch"},
      {"anyref -> ref:4", "local.get 0 br_on_cast 1 0 any 3 unreachable", "type mismatch"},
      {"funcref -> ref:3", "local.get 0 br_on_cast 1 0 any 3 unreachable", "type mismatch"},
      {"anyref -> ref:3", "local.get 0 br_on_cast 1 0 any func unreachable", "type mismatch"},
      {"anyref -> ref:3", "local.get 0 br_on_cast 1 0 99 3 unreachable", "unknown type 99"}};
  reject_all(bad);
}

TEST(References, CastTargetsBelowTheirSourceWithoutDescriptors) {
  for (const bool below : {true, false}) {
    ModuleBuilder m;
    m.func("-> anyref", below ? "unreachable br_on_cast 3 0 eq struct"
                              : "unreachable br_on_cast 3 0 struct array");
    accept(m);
    const Features features = without(Feature::custom_descriptors);
    if (below)
      accept(m, features);
    else
      reject(m, "type mismatch", features);
  }
}

TEST(Structs, Instructions) {
  const Accepted good[] = {{"-> ref:3", "i32.const 1 i32.const 2 ref.null 3 struct.new 3"},
                           {"-> exact:3", "struct.new_default 3"},
                           {"-> i32", "struct.new_default 3 struct.get 3 0"},
                           {"-> i32", "struct.new_default 3 struct.get_s 3 1"},
                           {"-> i32", "ref.null 3 struct.get_u 3 1"},
                           {"-> refnull:3", "struct.new_default 3 struct.get 3 2"},
                           {"->", "ref.null 3 i32.const 1 struct.set 3 0"},
                           {"-> i32", "i32.const 1 i64.const 1 struct.new 9 struct.get 8 0"},
                           {"-> ref:10", "ref.func 0 struct.new 10"},
                           {"-> ref:3", "unreachable struct.new 3"}};
  accept_all(good);
  const Rejected bad[] = {
      {"->", "struct.new 99 drop", "unknown type 99"},
      {"->", "struct.new_default 4 drop", "non-structure type 4"},
      {"->", "i32.const 1 ref.null 3 struct.new 3 drop", "type mismatch"},
      {"->", "i64.const 1 i32.const 2 ref.null 3 struct.new 3 drop", "type mismatch"},
      {"->", "struct.new_default 10 drop", "type is not defaultable"},
      {"->", "ref.null 3 struct.get 3 3 drop", "unknown field 3"},
      {"->", "ref.null 3 struct.get 3 1 drop", "field is packed"},
      {"->", "ref.null 3 struct.get_s 3 0 drop", "field is not packed"},
      {"->", "ref.null 4 struct.get 3 0 drop", "type mismatch"},
      {"->", "ref.null 3 i32.const 0 struct.set 3 1", "immutable field"},
      {"->", "ref.null 3 i64.const 0 struct.set 3 0", "type mismatch"},
      {"->", "ref.null 8 struct.get 9 0 drop", "type mismatch"}};
  reject_all(bad);
}

TEST(Arrays, Instructions) {
  const Accepted good[] = {
      {"-> ref:4", "i32.const 1 i32.const 9 array.new 4"},
      {"-> exact:5", "i32.const 9 array.new_default 5"},
      {"-> ref:4", "i32.const 1 i32.const 2 array.new_fixed 4 2"},
      {"-> ref:4", "array.new_fixed 4 0"},
      {"-> ref:5", "i32.const 0 i32.const 1 array.new_data 5 0"},
      {"-> ref:7", "i32.const 0 i32.const 1 array.new_elem 7 0"},
      {"-> i32", "ref.null 4 i32.const 0 array.get 4"},
      {"-> i32", "ref.null 5 i32.const 0 array.get_s 5"},
      {"-> i32", "ref.null 5 i32.const 0 array.get_u 5"},
      {"->", "ref.null 4 i32.const 0 i32.const 1 array.set 4"},
      {"-> i32", "ref.null 6 array.len"},
      {"->", "ref.null 4 i32.const 0 i32.const 1 i32.const 1 array.fill 4"},
      {"->", "ref.null 4 i32.const 0 ref.null 4 i32.const 0 i32.const 1 array.copy 4 4"},
      {"->", "ref.null 5 i32.const 0 i32.const 0 i32.const 1 array.init_data 5 0"},
      {"->", "ref.null 7 i32.const 0 i32.const 0 i32.const 1 array.init_elem 7 0"},
      {"-> ref:4", "unreachable array.new_fixed 4 10000"}};
  accept_all(good);
  const Rejected bad[] = {
      {"->", "i32.const 1 i32.const 9 array.new 99 drop", "unknown type 99"},
      {"->", "i32.const 1 i32.const 9 array.new 3 drop", "non-array type 3"},
      {"->", "i64.const 1 i32.const 9 array.new 4 drop", "type mismatch"},
      {"->", "i32.const 9 array.new_default 11 drop", "type is not defaultable"},
      {"->", "i32.const 1 array.new_fixed 4 2 drop", "type mismatch"},
      {"->", "unreachable array.new_fixed 4 4294967295 drop", "too many items"},
      {"->", "i32.const 0 i32.const 1 array.new_data 7 0 drop",
       "array type is not numeric or vector"},
      {"->", "i32.const 0 i32.const 1 array.new_data 5 9 drop", "unknown data segment 9"},
      {"->", "i32.const 0 i32.const 1 array.new_elem 4 0 drop", "type mismatch"},
      {"->", "i32.const 0 i32.const 1 array.new_elem 7 9 drop", "unknown elem segment 9"},
      {"->", "ref.null 5 i32.const 0 array.get 5 drop", "field is packed"},
      {"->", "ref.null 4 i32.const 0 array.get_u 4 drop", "field is not packed"},
      {"->", "ref.null 6 i32.const 0 i64.const 1 array.set 6", "immutable array"},
      {"->", "ref.null 4 i32.const 0 i64.const 1 array.set 4", "type mismatch"},
      {"->", "ref.null 3 array.len drop", "type mismatch"},
      {"->", "ref.null 6 i32.const 0 i64.const 1 i32.const 1 array.fill 6", "immutable array"},
      {"->", "ref.null 6 i32.const 0 ref.null 6 i32.const 0 i32.const 1 array.copy 6 6",
       "immutable array"},
      {"->", "ref.null 4 i32.const 0 ref.null 5 i32.const 0 i32.const 1 array.copy 4 5",
       "array types do not match"},
      {"->", "ref.null 6 i32.const 0 i32.const 0 i32.const 1 array.init_data 6 0",
       "immutable array"},
      {"->", "ref.null 7 i32.const 0 i32.const 0 i32.const 1 array.init_data 7 0",
       "array type is not numeric or vector"},
      {"->", "ref.null 4 i32.const 0 i32.const 0 i32.const 1 array.init_elem 4 0",
       "type mismatch"}};
  reject_all(bad);
}

TEST(Descriptors, Instructions) {
  const Accepted good[] = {
      {"-> ref:12", "struct.new 13 struct.new_desc 12"},
      {"-> exact:12", "ref.null none struct.new_default_desc 12"},
      {"refnull:12 -> ref:13", "local.get 0 ref.get_desc 12"},
      {"exactnull:12 -> exact:13", "local.get 0 ref.get_desc 12"},
      {"anyref refnull:13 -> ref:12", "local.get 0 local.get 1 ref.cast_desc_eq 12"},
      {"anyref refnull:13 -> refnull:12", "local.get 0 local.get 1 ref_cast_desc_eq_null 12"},
      {"anyref refnull:13 -> ref:12",
       "local.get 0 local.get 1 br_on_cast_desc_eq 1 0 any 12 unreachable"},
      {"anyref refnull:13 -> anyref",
       "local.get 0 local.get 1 br_on_cast_desc_eq_fail 1 0 any 12"}};
  accept_all(good);
  const Rejected bad[] = {
      {"->", "struct.new 12 drop", "type with descriptor requires descriptor allocation"},
      {"->", "ref.null none struct.new_desc 8 drop",
       "type without descriptor requires non-descriptor"},
      {"ref:13 ->", "local.get 0 struct.new_desc 12 drop", "type mismatch"},
      {"->", "ref.null none ref.get_desc 13 drop", "type without descriptor"},
      {"refnull:12 -> exact:13", "local.get 0 ref.get_desc 12", "type mismatch"},
      {"anyref refnull:13 -> exact:12", "local.get 0 local.get 1 ref.cast_desc_eq exact:12",
       "type mismatch"},
      {"->", "unreachable ref.cast_desc_eq any drop", "type any does not have a descriptor"},
      {"->", "unreachable ref.cast_desc_eq 13 drop", "type 13 does not have a descriptor"}};
  reject_all(bad);
}

TEST(Descriptors, FunctionReferencesAreExactUnlessImportedOtherwise) {
  ModuleBuilder m;
  const u32 type = m.type("->");
  const u32 inexact = m.import_func(type), exact = m.import_func(type, true);
  const u32 own = m.raw_func(type, {0x0b});
  m.declare({inexact, exact, own});
  accept(m);
  const auto get = [&](u32 function) {
    ModuleBuilder copy = m;
    copy.func("-> exact:0", "ref.func " + std::to_string(function));
    return copy;
  };
  accept(get(exact));
  accept(get(own));
  reject(get(inexact), "type mismatch");
}

}  // namespace
}  // namespace zhan::validate
