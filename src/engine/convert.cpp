// SPDX-License-Identifier: Apache-2.0
#include "engine/convert.hpp"

#include <algorithm>

#include "binary/decode.hpp"
#include "binary/encode.hpp"
#include "runtime/signals.hpp"
#include "text/parse.hpp"
#include "validate/validate.hpp"

namespace zhan::engine {
namespace {

/// Whether there is exactly one type, and nothing that the text could have smuggled in after it.
bool only_one_function_type(const Module& m) noexcept {
  return m.types.types.size() == 1 && m.types.types[0].kind == CompositeKind::func &&
         m.imports.empty() && m.functions.empty() && m.tables.empty() && m.memories.empty() &&
         m.globals.empty() && m.tags.empty() && m.exports.empty() && !m.start &&
         m.elements.empty() && m.data.empty() && m.customs.empty();
}

bool names_defined_type(const ValType& type) noexcept {
  return type.is_ref() && type.heap.is_defined();
}

}  // namespace

Result<std::vector<u8>> wat_to_wasm(std::string_view text) {
  ZHAN_TRY(const Module module, text::parse_module(text));
  return binary::encode(module);
}

Result<FuncType> parse_signature(std::string_view text) {
  // On a line of its own, so that columns in errors are those of the text.
  auto module = text::parse_module("(module (type (func\n" + std::string(text) + "\n)))");
  if (!module) {
    ErrorInfo& info = module.error().info();
    if (info.line > 1) --info.line;
    return fail(std::move(module.error()));
  }
  if (!only_one_function_type(*module))
    return fail(ErrorKind::malformed, "not a function type: expected (param ...) (result ...)");
  const TypeSection& types = module->types;
  const auto params = types.params(types.types[0]), results = types.results(types.types[0]);
  FuncType type{{params.begin(), params.end()}, {results.begin(), results.end()}};
  if (std::any_of(params.begin(), params.end(), names_defined_type) ||
      std::any_of(results.begin(), results.end(), names_defined_type))
    return fail(ErrorKind::type, "a function type of its own cannot name types of a module");
  return type;
}

Result<void> check_module(const Engine& engine, std::span<const u8> bytes) {
  const Features& features = engine.config().features;
  std::vector<u8> encoded;
  if (!binary::is_binary(bytes) && looks_like_text(bytes)) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    ZHAN_TRY(encoded, wat_to_wasm(text));
    bytes = encoded;
  }
  ZHAN_TRY(Module module, binary::decode(bytes, nullptr, features));
  return validate::validate(module, *engine.types(), features);
}

bool handle_fault(int signal, siginfo_t* info, void* context) noexcept {
  return runtime::handle_fault(signal, info, context);
}

}  // namespace zhan::engine
