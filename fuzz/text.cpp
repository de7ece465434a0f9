// SPDX-License-Identifier: Apache-2.0
// Any text, as a module and as a script: parsing ends with a result or an error that has a place. A
// module that decodes is printed, plain and folded, and the printed text makes the same module.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "binary/decode.hpp"
#include "binary/encode.hpp"
#include "text/parse.hpp"
#include "text/print.hpp"
#include "text/script.hpp"

namespace {

using namespace zhan;

Features all_features() {
  Features all;
  for (usize i = 0; i < feature_count; ++i) all.set(static_cast<Feature>(i), true);
  return all;
}

void check_error(const Error& error) {
  ZHAN_CHECK(!error.message().empty(), "an error says something");
  ZHAN_CHECK(error.message().size() < 400, "an error is short");
}

void check_printed(const Module& module, std::span<const u8> bytes, const Features& features) {
  for (const bool folded : {false, true}) {
    text::PrintOptions options;
    options.folded = folded;
    const std::string printed = text::print(module, options);
    const auto again = text::parse_module(printed, features);
    ZHAN_CHECK(again, "what was printed can be parsed");
    const std::vector<u8> encoded = binary::encode(*again);
    ZHAN_CHECK(std::ranges::equal(encoded, bytes), "and is the same module");
  }
}

void check_module(std::string_view source, const Features& features) {
  const auto parsed = text::parse_module(source, features);
  if (!parsed) return check_error(parsed.error());
  const std::vector<u8> bytes = binary::encode(*parsed);
  const auto decoded = binary::decode(bytes, nullptr, features);
  if (decoded)
    check_printed(*decoded, bytes, features);
  else
    check_error(decoded.error());
}

void check_script(std::string_view source, const Features& features) {
  const auto script = text::parse_script(source);
  if (!script) return check_error(script.error());
  for (const text::Command& command : script->commands) {
    const auto form = command.module.form;
    if (form == text::ModuleSource::Form::text) check_module(command.module.text, features);
    if (form == text::ModuleSource::Form::quote) check_module(command.module.bytes, features);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, usize size) {
  static const Features features = all_features();
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  check_module(source, features);
  check_script(source, features);
  return 0;
}
