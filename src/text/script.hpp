// SPDX-License-Identifier: Apache-2.0
// Scripts of the official tests (.wast): commands as data, for a runner that knows the engine.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "module/module.hpp"
#include "text/lexer.hpp"
#include "wasm/features.hpp"
#include "wasm/v128.hpp"

namespace zhan::text {

/// A module of a script, not parsed yet, so that a bad one does not stop the others. Views refer to
/// the script's text.
struct ModuleSource {
  enum class Form : u8 { none, text, quote, binary };
  Form form = Form::none;
  std::string_view id;    // without $; "" = none
  std::string_view text;  // text: "(module ...)", or the whole script where it is one module
  std::string bytes;      // quote: the text meant; binary: the bytes
  Position position;

  /// Parses text and quote forms. Positions of errors in text are those of the script, in quotes
  /// those within the quoted text. Not for binary forms.
  [[nodiscard]] Result<Module> parse(const Features& features = {}) const;
  /// The bytes of a binary form.
  [[nodiscard]] std::span<const u8> binary() const noexcept {
    return {reinterpret_cast<const u8*>(bytes.data()), bytes.size()};
  }
};

/// What a float is compared with.
enum class FloatPattern : u8 { bits, nan_canonical, nan_arithmetic };

/// An argument, or what a result is compared with.
struct ScriptValue {
  enum class Form : u8 {
    i32,
    i64,
    f32,
    f64,
    v128,
    ref_null,  // `heap` if written, else any null
    ref_extern,
    ref_host,  // `bits` if has_number, else any that is not null
    ref_func,
    ref_i31,
    ref_any,
    ref_eq,
    ref_struct,
    ref_array,
    ref_exn,  // any of the kind, not null
    either,   // one of `choices`
  };
  Form form = Form::i32;
  bool has_number = false;
  u64 bits = 0;  // as in Imm::bits, or the number of a host reference
  FloatPattern pattern = FloatPattern::bits;
  std::optional<HeapType> heap;
  V128 v128;
  u8 lane_bits = 0;  // of v128: 8, 16, 32 or 64
  bool float_lanes = false;
  std::array<FloatPattern, 4> lanes{};  // of float lanes; v128 has 0 where it is not `bits`
  std::vector<ScriptValue> choices;
};

struct Action {
  enum class Form : u8 { none, invoke, get };
  Form form = Form::none;
  std::string_view module;  // id without $; "" = the last one
  std::string name;         // of the export; any bytes that are UTF-8
  std::vector<ScriptValue> arguments;
};

enum class CommandKind : u8 {
  module,             // define and instantiate
  module_definition,  // only define
  module_instance,    // `id` = instance, `target` = definition ("" = last)
  register_,          // `text` = name, `target` = module
  action,
  assert_return,
  assert_trap,
  assert_exhaustion,
  assert_exception,
  assert_suspension,
  assert_malformed,
  assert_invalid,
  assert_unlinkable,
  assert_malformed_custom,
  assert_invalid_custom,
  thread,  // `id`, `shared` = modules it sees, `commands`
  wait,    // `id`
};

/// One command. assert_trap and its kind have either an action or a module (that traps at its
/// start).
struct Command {
  CommandKind kind = CommandKind::module;
  Position position;
  std::string_view id;
  std::string_view target;
  std::string text;  // the expected message; a trap's is a prefix of the actual one
  ModuleSource module;
  Action action;
  std::vector<ScriptValue> results;
  std::vector<std::string_view> shared;
  std::vector<Command> commands;
};

struct Script {
  std::vector<Command> commands;
};

/// "assert_return" and its kind, as written.
[[nodiscard]] std::string_view to_string(CommandKind kind) noexcept;

/// Reads all commands; modules within only as far as needed to find their ends. The text must
/// outlive the script. Error: malformed with line and column; limit for nested threads.
/// Thread-safe.
[[nodiscard]] Result<Script> parse_script(std::string_view text);

}  // namespace zhan::text
