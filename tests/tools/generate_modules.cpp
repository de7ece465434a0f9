// SPDX-License-Identifier: Apache-2.0
// Writes generated modules as SEED.wasm, each with SEED.json: calls with what the reference
// interpreter says of them, and the state after them. Usage: generate-modules FOLDER FIRST COUNT
// [finished]; with `finished`, only what other engines have had for years.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "support/generated_run.hpp"
#include "support/reference.hpp"

namespace {

using namespace zhan;
using namespace zhan::test;

/// What a host of JavaScript can pass and read.
bool is_number(ValType type) { return type.is_num(); }

std::string value_text(ValType type, u64 bits) {
  return fmt::format("[\"{}\", \"{}\"]", to_string(type), bits);
}

std::string list(const std::vector<std::string>& items) {
  return fmt::format("[{}]", fmt::join(items, ", "));
}

/// FNV-1a.
u32 hash(std::span<const u8> bytes) {
  u32 value = 0x811c'9dc5;
  for (const u8 byte : bytes) value = (value ^ byte) * 0x0100'0193;
  return value;
}

class Plan {
 public:
  Plan(const Module& module, const GeneratedModule& generated)
      : m_module(module), m_generated(generated), m_reference(module) {}

  std::string text(Choices& choices) {
    for (u32 round = 0; round < 2; ++round)
      for (u32 f = 0; f < m_generated.functions && m_usable; ++f)
        if (callable(f)) call(f, choices);
    return fmt::format("{{\"calls\": [\n{}],\n\"globals\": {{{}}},\n\"memory\": {}}}\n",
                       fmt::join(m_calls, ",\n"), fmt::join(globals(), ", "),
                       m_usable ? std::to_string(hash(m_reference.memory(0))) : "null");
  }

 private:
  [[nodiscard]] std::span<const ValType> params(u32 function) const {
    return m_module.types.params(m_module.function_type(function));
  }
  [[nodiscard]] std::span<const ValType> results(u32 function) const {
    return m_module.types.results(m_module.function_type(function));
  }
  [[nodiscard]] bool callable(u32 function) const {
    return std::ranges::all_of(params(function), is_number) &&
           std::ranges::all_of(results(function), is_number);
  }

  void call(u32 function, Choices& choices) {
    std::vector<u64> slots;
    (void)m_reference.call(m_generated.refill, slots);
    std::vector<std::string> arguments, values;
    for (const ValType& type : params(function)) {
      slots.push_back(generated_argument(type, choices));
      arguments.push_back(value_text(type, slots.back()));
    }
    const auto end = m_reference.call(function, slots);
    m_usable = end != Reference::End::gave_up;
    if (!m_usable) return;
    std::string outcome = fmt::format("\"trap\": \"{}\"", trap_text(m_reference.trap()));
    if (end == Reference::End::returned) {
      usize at = 0;
      for (const ValType& type : results(function)) values.push_back(value_text(type, slots[at++]));
      outcome = fmt::format("\"results\": {}", list(values));
    }
    m_calls.push_back(fmt::format("{{\"function\": \"{}\", \"arguments\": {}, {}}}", function,
                                  list(arguments), outcome));
  }

  [[nodiscard]] std::vector<std::string> globals() const {
    std::vector<std::string> found;
    for (u32 i = 0; i < m_module.globals.size() && m_usable; ++i)
      if (m_module.globals[i].type.mutable_ && is_number(m_module.globals[i].type.type))
        found.push_back(
            fmt::format("\"global{}\": {}", i,
                        value_text(m_module.globals[i].type.type, m_reference.globals()[2 * i])));
    return found;
  }

  const Module& m_module;
  const GeneratedModule& m_generated;
  Reference m_reference;
  std::vector<std::string> m_calls;
  bool m_usable = true;
};

void write(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary)
      .write(content.data(), static_cast<std::streamsize>(content.size()));
}

}  // namespace

int main(int count, char** words) {
  if (count != 4 && count != 5) {
    std::fputs("Usage: generate-modules FOLDER FIRST COUNT [finished]\n", stderr);
    return 2;
  }
  const u64 first = std::strtoull(words[2], nullptr, 10),
            seeds = std::strtoull(words[3], nullptr, 10);
  const auto engine = engine_with_checks(true);
  for (u64 seed = first; seed < first + seeds; ++seed) {
    Choices choices(seed);
    const GeneratedModule generated = generate_module(choices, {.only_finished = count == 5});
    const auto module = engine->compile(generated.bytes, {}, "generated", false);
    if (!module) {
      std::fprintf(stderr, "seed %llu: %s\n", static_cast<unsigned long long>(seed),
                   module.error().to_string().c_str());
      return 1;
    }
    const std::string path = fmt::format("{}/{}", words[1], seed);
    write(path + ".wasm",
          {reinterpret_cast<const char*>(generated.bytes.data()), generated.bytes.size()});
    write(path + ".json", Plan((*module)->module, generated).text(choices));
  }
  return 0;
}
