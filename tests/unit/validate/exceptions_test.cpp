// SPDX-License-Identifier: Apache-2.0
// Exceptions of 3.0 and the legacy ones; continuations.
#include "unit/validate/check.hpp"

namespace zhan::validate {
namespace {

TEST(Exceptions, ThrowAndTryTable) {
  const Accepted good[] = {{"->", "throw 0"},
                           {"->", "i32.const 0 throw 1"},
                           {"-> i64", "ref.null exn throw_ref"},
                           {"->", "try_table void 0 end"},
                           {"-> i32", "try_table i32 1 catch 1 0 i32.const 2 end"},
                           {"->", "try_table void 2 catch 0 0 catch_all 0 end"},
                           {"-> ref:exn", "try_table void 1 catch_all_ref 0 end unreachable"},
                           {"-> exnref", "try_table void 1 catch_ref 0 0 end unreachable"},
                           {"-> i32 exnref", "try_table void 1 catch_ref 1 0 end unreachable"}};
  accept_all(good);
  const Rejected bad[] = {
      {"->", "throw 2", "unknown tag 2"},
      {"->", "throw 1", "type mismatch: instruction requires [i32] but stack has []"},
      {"->", "i64.const 0 throw 1",
       "type mismatch: instruction requires [i32] but stack has [i64]"},
      {"->", "ref.null any throw_ref", "type mismatch"},
      {"->", "try_table void 1 catch 2 0 end", "unknown tag 2"},
      {"->", "try_table void 1 catch 0 1 end", "unknown label 1"},
      {"->", "try_table void 1 catch 1 0 end", "type mismatch"},
      {"-> i64", "try_table void 1 catch 1 0 end unreachable", "type mismatch"},
      {"->", "try_table void 1 catch_all_ref 0 end", "type mismatch"},
      {"-> i32", "try_table void 1 catch_all 0 end unreachable", "type mismatch"},
      {"-> i32", "try_table i32 0 end", "type mismatch"}};
  reject_all(bad);
}

TEST(Exceptions, Legacy) {
  const Accepted good[] = {
      {"->", "try void end"},
      {"-> i32", "try i32 i32.const 1 catch 1 end"},
      {"-> i32", "try i32 i32.const 1 catch 0 i32.const 2 catch_all i32.const 3 end"},
      {"->", "try void catch_all rethrow 0 end"},
      {"->", "try void catch 0 block void rethrow 1 end end"},
      {"->", "try void delegate 0"},
      {"->", "block void try void delegate 1 end"},
      {"-> i32", "i32.const 1 try 1 catch 1 end"}};
  accept_all(good);
  const Rejected bad[] = {{"->", "try void catch 2 end", "unknown tag 2"},
                          {"->", "try void catch 0 i32.const 1 end",
                           "type mismatch: block requires [] but stack has [i32]"},
                          {"->", "try void catch_all i32.const 1 end",
                           "type mismatch: block requires [] but stack has [i32]"},
                          {"-> i32", "try i32 catch_all i32.const 1 end", "type mismatch"},
                          {"-> i64", "try i64 i64.const 0 catch 1 end", "type mismatch"},
                          {"->", "rethrow 0", "invalid rethrow label"},
                          {"->", "try void rethrow 0 end", "invalid rethrow label"},
                          {"->", "try void catch_all rethrow 9 end", "unknown label 9"},
                          {"->", "try void delegate 1", "unknown label 1"},
                          {"->", "delegate 0", "END opcode expected"},
                          {"->", "catch 0", "END opcode expected"},
                          {"->", "catch_all", "END opcode expected"},
                          {"->", "try void catch_all catch_all end", "END opcode expected"},
                          {"->", "try void catch_all catch 0 end", "END opcode expected"},
                          {"->", "try void catch_all delegate 0", "END opcode expected"}};
  reject_all(bad);
}

Features with_continuations() {
  Features features;
  features.set(Feature::stack_switching, true);
  return features;
}

/// Types 0 i32->i64, 1 its continuation, 2 ->i64, 3 its continuation; tag 0 i32->i32, tag 1 i32->;
/// 4 i32->i64 after the tag: 5 its continuation.
ModuleBuilder continuations() {
  ModuleBuilder m;
  m.type("i32 -> i64");
  m.raw_type({0x5d, 0});
  m.type("-> i64");
  m.raw_type({0x5d, 2});
  m.type("i32 -> i32");
  m.tag(4);
  m.type("i32 ->");
  m.tag(5);
  return m;
}

TEST(Continuations, Instructions) {
  const auto with = [](const char* signature, const char* code) {
    ModuleBuilder m = continuations();
    m.func(signature, code);
    return m;
  };
  const Features on = with_continuations();
  accept(with("ref:0 -> ref:1", "local.get 0 cont.new 1"), on);
  accept(with("ref:1 -> ref:3", "i32.const 0 local.get 0 cont.bind 1 3"), on);
  accept(with("-> i32", "i32.const 1 suspend 0"), on);
  accept(with("ref:1 -> i64", "i32.const 1 local.get 0 resume 1 0"), on);
  accept(with("ref:3 -> i64", "i32.const 1 local.get 0 resume_throw 3 1 0"), on);
  reject(with("ref:3 -> i64", "i32.const 1 local.get 0 resume_throw 3 0 0"),
         "type mismatch in exception tag", on);
  accept(with("ref:3 -> i64", "ref.null exn local.get 0 resume_throw_ref 3 0"), on);
  accept(with("ref:3 -> i32 refnull:1", "local.get 0 resume 3 1 on 0 0 unreachable"), on);
  reject(with("ref:0 -> ref:1", "local.get 0 cont.new 0"), "non-continuation type", on);
  reject(with("ref:2 -> ref:1", "local.get 0 cont.new 1"), "type mismatch", on);
  reject(with("ref:3 -> ref:1", "local.get 0 cont.bind 3 1"), "type mismatch", on);
  reject(with("-> i32", "suspend 0"), "type mismatch", on);
  reject(with("ref:1 -> i64", "local.get 0 resume 1 0"), "type mismatch", on);
  reject(with("ref:3 -> i64", "local.get 0 resume 3 1 on 0 0"), "type mismatch", on);
  reject(with("ref:3 -> i64", "local.get 0 resume 3 1 on 7 0"), "unknown tag 7", on);
}

TEST(Continuations, OffByDefault) {
  EXPECT_NE(verdict(continuations()), "");
  ModuleBuilder m;
  m.func("->", "suspend 0");
  const Result<void> result = check(m);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::unsupported);
  EXPECT_NE(result.error().message().find("stack-switching"), std::string::npos);
}

}  // namespace
}  // namespace zhan::validate
