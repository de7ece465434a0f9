// SPDX-License-Identifier: Apache-2.0
// Generated modules outside of tests, for tools/fuzz-compare and tools/fuzz-reduce:
//   generate-modules FOLDER FIRST COUNT [finished]
//     writes SEED.wasm and SEED.json: calls with what the reference interpreter says of them, and
//     the state after them; `finished`: only what other engines have had for years
//   generate-modules case FILE OUT.wasm
//     the module that the fuzz target `generate` makes of a case
//   generate-modules check FILE.wasm
//     runs its exports "0", "1", ... in both memory modes beside the reference; 1 = a difference
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
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
    if (end == Reference::End::threw) outcome = "\"exception\": true";
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

void write(const std::string& path, std::span<const u8> content) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()),
             static_cast<std::streamsize>(content.size()));
}

std::vector<u8> read(const char* path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

int fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  return 1;
}

int generate(const std::string& folder, u64 first, u64 seeds, bool only_finished) {
  const auto engine = engine_with_checks(true);
  for (u64 seed = first; seed < first + seeds; ++seed) {
    Choices choices(seed);
    const auto generated = generate_module(choices, {.only_finished = only_finished});
    const auto module = engine->compile(generated.bytes, {}, "generated", false);
    if (!module) return fail(fmt::format("seed {}: {}", seed, module.error().to_string()));
    const std::string path = fmt::format("{}/{}", folder, seed);
    write(path + ".wasm", generated.bytes);
    const std::string plan = Plan((*module)->module, generated).text(choices);
    write(path + ".json", std::span(reinterpret_cast<const u8*>(plan.data()), plan.size()));
  }
  return 0;
}

/// Up to the first NaN of arithmetic, and then with the option `deterministic` to the end.
int check(const char* path) {
  const std::shared_ptr<engine::Engine> engines[] = {
      engine_with_checks(false), engine_with_checks(true), engine_with_checks(false, true),
      engine_with_checks(true, true)};
  const std::span<const std::shared_ptr<engine::Engine>> all(engines);
  GeneratedModule generated{.bytes = read(path)};
  const auto module = engines[0]->compile(generated.bytes, {}, "generated", false);
  if (!module) return fail(module.error().to_string());
  for (const Export& item : (*module)->module.exports)
    if (item.kind == ExternKind::func && (*module)->module.text(item.name) == "refill")
      generated.functions = generated.refill = item.index;
  RunCounts counts;
  for (u64 seed = 1; seed <= 20; ++seed) {
    for (const auto& pair : {all.first(2), all.last(2)}) {
      Choices choices(seed);
      const std::string difference = compare_with_reference(pair, generated, choices, counts);
      if (!difference.empty()) return fail(difference);
    }
  }
  return 0;
}

int usage() {
  std::fputs(
      "Usage: generate-modules FOLDER FIRST COUNT [finished]\n"
      "       generate-modules case FILE OUT.wasm\n"
      "       generate-modules check FILE.wasm\n",
      stderr);
  return 2;
}

}  // namespace

int main(int count, char** words) {
  const std::string_view first = count > 1 ? words[1] : "";
  if (first == "check" && count == 3) return check(words[2]);
  if (first == "case" && count == 4) {
    const std::vector<u8> bytes = read(words[2]);
    Choices choices = Choices::of_case(bytes);
    write(words[3], generate_module(choices).bytes);
    return 0;
  }
  if (count != 4 && count != 5) return usage();
  return generate(words[1], std::strtoull(words[2], nullptr, 10),
                  std::strtoull(words[3], nullptr, 10), count == 5);
}
