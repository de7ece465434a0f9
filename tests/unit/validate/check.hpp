// SPDX-License-Identifier: Apache-2.0
// Accepting and rejecting modules in one line each.
#pragma once

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>

#include "binary/decode.hpp"
#include "support/module_builder.hpp"
#include "validate/validate.hpp"

namespace zhan::validate {

using test::assemble;
using test::Bytes;
using test::join;
using test::leb;
using test::ModuleBuilder;
using test::sized;
using test::value_type;

/// Some of everything, for code to refer to:
///   types     0 ->   1 i32->i32   2 ->i32 i64   3 struct(mut i32, i8, mut refnull 3)
///             4 array(mut i32)   5 array(mut i8)   6 array(i64)   7 array(mut funcref)
///             8 open struct(i32)   9 sub 8 struct(i32, i64)   10 struct(ref func)
///             11 array(mut ref 3)   12 struct with descriptor 13   13 its descriptor   14 i32->
///   functions 0 imported, type 1, declared   tables 0 funcref   1 externref   2 funcref, 64-bit
///   memories  0 32-bit   1 64-bit   globals 0 i32   1 mut i64   2 mut externref
///   tags      0 without, 1 with an i32   elem 0 passive funcref   data 0 passive
[[nodiscard]] ModuleBuilder world();

[[nodiscard]] Result<void> check(const Bytes& module, const Features& features = {});
[[nodiscard]] Result<void> check(const ModuleBuilder& module, const Features& features = {});
/// The message, "" if the module is valid.
[[nodiscard]] std::string verdict(const ModuleBuilder& module, const Features& features = {});

void accept(const ModuleBuilder& module, const Features& features = {});
/// The message begins with `text`.
void reject(const ModuleBuilder& module, std::string_view text, const Features& features = {});

/// A function of `signature` in world(), alone.
void accept_code(std::string_view signature, std::string_view code, std::string_view locals = "");
void reject_code(std::string_view signature, std::string_view code, std::string_view text,
                 std::string_view locals = "");

struct Accepted {
  const char* signature;
  const char* code;
  const char* locals = "";
};
struct Rejected {
  const char* signature;
  const char* code;
  const char* text;
  const char* locals = "";
};
void accept_all(std::span<const Accepted> cases);
void reject_all(std::span<const Rejected> cases);

/// All features but one.
[[nodiscard]] Features without(Feature feature);

}  // namespace zhan::validate
