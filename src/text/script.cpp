// SPDX-License-Identifier: Apache-2.0
#include "text/script.hpp"

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "text/cursor.hpp"
#include "text/outline.hpp"
#include "text/parse.hpp"
#include "text/script_values.hpp"
#include "text/string_text.hpp"

namespace zhan::text {
namespace {

constexpr std::string_view command_words[] = {
    "module",
    "module definition",
    "module instance",
    "register",
    "action",
    "assert_return",
    "assert_trap",
    "assert_exhaustion",
    "assert_exception",
    "assert_suspension",
    "assert_malformed",
    "assert_invalid",
    "assert_unlinkable",
    "assert_malformed_custom",
    "assert_invalid_custom",
    "thread",
    "wait",
};

static_assert(std::size(command_words) == static_cast<usize>(CommandKind::wait) + 1,
              "each kind of command has its word");

constexpr u32 max_thread_depth = 8;

class ScriptParser {
 public:
  explicit ScriptParser(std::string_view text) : c(text, false) {}

  Result<Script> parse() {
    Script script;
    if (starts_with_field()) {
      script.commands.push_back(whole_module());
      return script;
    }
    commands(script.commands, 0);
    if (!c.at(TokenKind::end)) c.unexpected();
    c.take();
    if (!c.ok()) return fail(c.take_error());
    return script;
  }

 private:
  /// A script may be the fields of one module.
  [[nodiscard]] bool starts_with_field() const noexcept {
    for (const std::string_view word : {"type", "rec", "import", "func", "table", "memory",
                                        "global", "tag", "export", "start", "elem", "data"})
      if (c.at_open(word)) return true;
    return false;
  }
  [[nodiscard]] Command whole_module() const {
    Command command;
    command.module.form = ModuleSource::Form::text;
    command.module.text = c.text();
    return command;
  }

  void commands(std::vector<Command>& list, u32 depth) {
    while (c.at(TokenKind::open)) {
      list.emplace_back();
      command(list.back(), depth);
    }
  }

  [[nodiscard]] Position here() {
    // Commands come in order, so each line is counted once.
    const char* at = c.peek().text.data();
    ZHAN_ASSERT(at >= m_counted, "commands come in order");
    const std::string_view passed(m_counted, static_cast<usize>(at - m_counted));
    const Position step = position_of(passed, at);
    m_position.column = step.line > 1 ? step.column : m_position.column + step.column - 1;
    m_position.line += step.line - 1;
    m_counted = at;
    return m_position;
  }

  std::string_view id() {
    return c.at(TokenKind::id) ? c.take().text.substr(1) : std::string_view();
  }
  std::string string() {
    std::string text;
    if (c.at(TokenKind::string)) append_string(text, string_inside(c.peek().text));
    c.expect(TokenKind::string);
    return text;
  }

  void command(Command& command, u32 depth) {
    command.position = here();
    if (c.at_open("module")) return module_command(command);
    if (c.at_open("invoke") || c.at_open("get")) {
      command.kind = CommandKind::action;
      return action(command.action);
    }
    for (usize i = 0; i < std::size(command_words); ++i)
      if (c.skip_open(command_words[i])) {
        command.kind = static_cast<CommandKind>(i);
        named_command(command, depth);
        return c.expect_close();
      }
    c.unexpected();
  }

  void named_command(Command& command, u32 depth) {
    switch (command.kind) {
      case CommandKind::register_:
        command.text = string();
        command.target = id();
        return;
      case CommandKind::wait: command.id = id(); return;
      case CommandKind::thread: return thread(command, depth);
      case CommandKind::assert_return:
        action(command.action);
        while (c.at(TokenKind::open)) command.results.push_back(parse_script_value(c));
        return;
      default: assertion(command); return;
    }
  }

  void assertion(Command& command) {
    if (c.at_open("module"))
      module(command.module);
    else
      action(command.action);
    if (c.at(TokenKind::string))
      command.text = string();
    else if (command.kind != CommandKind::assert_exception)
      c.unexpected();
  }

  void thread(Command& command, u32 depth) {
    if (depth == max_thread_depth) return c.fail_here(ErrorId::nesting_too_deep);
    command.id = id();
    while (c.skip_open("shared")) {
      if (!c.skip_open("module")) return c.unexpected();
      command.shared.push_back(id());
      c.expect_close();
      c.expect_close();
    }
    commands(command.commands, depth + 1);
  }

  void action(Action& action) {
    action.form = c.at_open("get") ? Action::Form::get : Action::Form::invoke;
    if (!c.skip_open("get") && !c.skip_open("invoke")) return c.unexpected();
    action.module = id();
    action.name = string();
    if (!is_utf8(std::string_view(action.name))) c.fail_here(ErrorId::malformed_utf8);
    if (action.form == Action::Form::invoke)
      while (c.at(TokenKind::open)) action.arguments.push_back(parse_script_value(c));
    c.expect_close();
  }

  void module_command(Command& command) {
    const char* start = c.peek().text.data();
    c.skip_open("module");
    if (c.skip_word("instance")) {
      command.kind = CommandKind::module_instance;
      command.id = id();
      command.target = id();
      return c.expect_close();
    }
    if (c.at_word("definition")) command.kind = CommandKind::module_definition;
    c.skip_word("definition");
    command.module.position = m_position;
    module_rest(command.module, start);
    command.id = command.module.id;
  }

  void module(ModuleSource& source) {
    source.position = here();
    const char* start = c.peek().text.data();
    c.skip_open("module");
    c.skip_word("definition");
    module_rest(source, start);
  }

  /// Behind "(module".
  void module_rest(ModuleSource& source, const char* start) {
    const char* inside = c.peek().text.data();
    source.id = id();
    const bool quote = c.at_word("quote");
    if (quote || c.at_word("binary")) {
      c.take();
      source.form = quote ? ModuleSource::Form::quote : ModuleSource::Form::binary;
      while (c.at(TokenKind::string)) source.bytes += string();
      return c.expect_close();
    }
    source.form = ModuleSource::Form::text;
    const char* end = skip_nested(inside, c.text().data() + c.text().size(), 1);
    ZHAN_ASSERT(end > start, "a module has characters");
    source.text = {start, static_cast<usize>(end - start)};
    c.seek(end);
  }

  Cursor c;
  const char* m_counted = c.text().data();
  Position m_position;
};

}  // namespace

std::string_view to_string(CommandKind kind) noexcept {
  return command_words[static_cast<usize>(kind)];
}

Result<Module> ModuleSource::parse(const Features& features) const {
  ZHAN_ASSERT(form == Form::text || form == Form::quote, "only text can be parsed");
  if (form == Form::quote) return parse_module(bytes, features);
  Result<Module> module = parse_module(text, features);
  if (!module && module.error().info().line != 0) {
    ErrorInfo& info = module.error().info();
    if (info.line == 1) info.column += position.column - 1;
    info.line += position.line - 1;
  }
  return module;
}

Result<Script> parse_script(std::string_view text) { return ScriptParser(text).parse(); }

}  // namespace zhan::text
