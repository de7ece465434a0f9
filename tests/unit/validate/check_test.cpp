// SPDX-License-Identifier: Apache-2.0
#include "unit/validate/check.hpp"

namespace zhan::validate {

ModuleBuilder world() {
  ModuleBuilder m;
  m.type("->");
  m.type("i32 -> i32");
  m.type("-> i32 i64");
  m.raw_type({0x5f, 3, 0x7f, 1, 0x78, 0, 0x63, 3, 1});
  m.raw_type({0x5e, 0x7f, 1});
  m.raw_type({0x5e, 0x78, 1});
  m.raw_type({0x5e, 0x7e, 0});
  m.raw_type({0x5e, 0x70, 1});
  m.raw_type({0x50, 0, 0x5f, 1, 0x7f, 0});
  m.raw_type({0x50, 1, 8, 0x5f, 2, 0x7f, 0, 0x7e, 0});
  m.raw_type({0x5f, 1, 0x64, 0x70, 0});
  m.raw_type({0x5e, 0x64, 3, 1});
  m.raw_type({0x4e, 2, 0x4d, 13, 0x5f, 0, 0x4c, 12, 0x5f, 0}, 2);
  m.type("i32 ->");
  m.import_func(1);
  m.table("funcref");
  m.table("externref");
  m.table("funcref", 10, true);
  m.memory();
  m.memory(1, true);
  m.global("i32", false, "i32.const 7");
  m.global("i64", true, "i64.const 7");
  m.global("externref", true, "ref.null extern");
  m.tag(0);
  m.tag(14);
  m.raw_elem({5, 0x70, 1, 0xd0, 0x70, 0x0b});
  m.declare({0});
  m.passive_data("data");
  return m;
}

Result<void> check(const Bytes& module, const Features& features) {
  auto decoded = binary::decode(module, nullptr, features);
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  TypeInterner types(1 << 16);
  return validate(*decoded, types, features);
}

Result<void> check(const ModuleBuilder& module, const Features& features) {
  return check(module.build(), features);
}

std::string verdict(const ModuleBuilder& module, const Features& features) {
  const Result<void> result = check(module, features);
  return result ? "" : result.error().message();
}

void accept(const ModuleBuilder& module, const Features& features) {
  EXPECT_EQ(verdict(module, features), "");
}

void reject(const ModuleBuilder& module, std::string_view text, const Features& features) {
  const std::string message = verdict(module, features);
  EXPECT_TRUE(message.starts_with(text)) << "got \"" << message << "\", not \"" << text << "\"";
}

void accept_code(std::string_view signature, std::string_view code, std::string_view locals) {
  SCOPED_TRACE(std::string(signature) + " { " + std::string(code) + " }");
  ModuleBuilder m = world();
  m.func(signature, code, locals);
  accept(m);
}

void reject_code(std::string_view signature, std::string_view code, std::string_view text,
                 std::string_view locals) {
  SCOPED_TRACE(std::string(signature) + " { " + std::string(code) + " }");
  ModuleBuilder m = world();
  m.func(signature, code, locals);
  reject(m, text);
}

void accept_all(std::span<const Accepted> cases) {
  for (const Accepted& c : cases) accept_code(c.signature, c.code, c.locals);
}

void reject_all(std::span<const Rejected> cases) {
  for (const Rejected& c : cases) reject_code(c.signature, c.code, c.text, c.locals);
}

Features without(Feature feature) {
  Features features;
  features.set(feature, false);
  return features;
}

namespace {

TEST(World, IsValid) { accept(world()); }

TEST(World, EmptyModuleIsValid) { accept(ModuleBuilder()); }

}  // namespace
}  // namespace zhan::validate
