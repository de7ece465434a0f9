// SPDX-License-Identifier: Apache-2.0
#include "zhan/wast_runner.hpp"

#include <fmt/format.h>

#include "binary/encode.hpp"

namespace zhan::cli {
namespace {

/// What scripts may import, in modules that need no more features than they must; the functions
/// print nothing.
constexpr std::string_view spectest[] = {
    R"((module
  (global (export "global_i32") i32 (i32.const 666))
  (global (export "global_i64") i64 (i64.const 666))
  (global (export "global_f32") f32 (f32.const 666.6))
  (global (export "global_f64") f64 (f64.const 666.6))
  (table (export "table") 10 20 funcref)
  (memory (export "memory") 1 2)
  (func (export "print"))
  (func (export "print_i32") (param i32))
  (func (export "print_i64") (param i64))
  (func (export "print_f32") (param f32))
  (func (export "print_f64") (param f64))
  (func (export "print_i32_f32") (param i32 f32))
  (func (export "print_f64_f64") (param f64 f64))))",
    R"((module (table (export "table64") i64 10 20 funcref)))",
    R"((module (memory (export "shared_memory") 1 2 shared)))"};

std::span<const u8> bytes_of(std::string_view text) noexcept {
  return {reinterpret_cast<const u8*>(text.data()), text.size()};
}

/// Kinds that stand for one assertion: the decoder and the text parser refuse a module alike.
[[nodiscard]] bool is_of_kind(const Error& error, ErrorKind wanted) noexcept {
  const ErrorKind kind = error.kind();
  if (wanted == ErrorKind::trap) return kind == ErrorKind::trap || kind == ErrorKind::interrupt;
  return kind == wanted;
}

/// Assertions about modules that never run.
[[nodiscard]] bool is_about_module(text::CommandKind kind) noexcept {
  using Kind = text::CommandKind;
  return kind == Kind::assert_malformed || kind == Kind::assert_invalid ||
         kind == Kind::assert_unlinkable || kind == Kind::assert_malformed_custom ||
         kind == Kind::assert_invalid_custom;
}

[[nodiscard]] ErrorKind kind_of(text::CommandKind kind) noexcept {
  const bool malformed = kind == text::CommandKind::assert_malformed ||
                         kind == text::CommandKind::assert_malformed_custom;
  return malformed ? ErrorKind::malformed : ErrorKind::invalid;
}

constexpr u64 much_fuel = u64{1} << 40;

}  // namespace

Result<std::unique_ptr<WastRunner>> WastRunner::create(engine::Config config, Report report) {
  ZHAN_TRY(auto engine, engine::Engine::create(std::move(config)));
  std::unique_ptr<WastRunner> runner(new WastRunner(engine->config().features, std::move(report)));
  ZHAN_TRY_VOID(runner->start(std::move(engine)));
  return runner;
}

Result<void> WastRunner::start(std::shared_ptr<engine::Engine> engine) {
  m_engine = std::move(engine);
  ZHAN_TRY(m_store, m_engine->new_store());
  if (m_engine->config().mode.metered) m_store->set_fuel(much_fuel);
  m_linker = std::make_unique<engine::Linker>(m_engine);
  m_linker->allow_shadowing = true;
  for (std::string_view text : spectest) {
    auto module = m_engine->compile(bytes_of(text), {}, "spectest");
    if (!module) continue;  // a feature it needs is off
    ZHAN_TRY(runtime::Instance * instance, m_linker->instantiate(*m_store, *module));
    ZHAN_TRY_VOID(m_linker->define_instance("spectest", *instance));
  }
  return {};
}

void WastRunner::run(const text::Script& script) {
  for (const text::Command& command : script.commands) run(command);
  wait_for_all();
}

void WastRunner::run(const text::Command& command) {
  using Kind = text::CommandKind;
  switch (command.kind) {
    case Kind::module: {
      const auto instance = instantiate(command);
      if (!instance) fail_at(command, instance.error().to_string());
      return;
    }
    case Kind::module_definition: return check(command, define(command));
    case Kind::module_instance: return check(command, make_instance(command));
    case Kind::register_: return check(command, register_module(command));
    case Kind::action: {
      const auto results = act(command.action);
      return results ? pass() : fail_at(command, results.error().to_string());
    }
    case Kind::assert_return: return check_results(command);
    case Kind::assert_trap:
    case Kind::assert_suspension:
    case Kind::assert_exhaustion: return check_error(command, ErrorKind::trap);
    case Kind::assert_exception: return check_error(command, ErrorKind::exception);
    case Kind::assert_unlinkable: return check_error(command, ErrorKind::link);
    case Kind::assert_malformed:
    case Kind::assert_invalid:
    case Kind::assert_malformed_custom:
    case Kind::assert_invalid_custom: return check_module_error(command);
    case Kind::thread: return start_thread(command);
    case Kind::wait: return wait(command);
  }
}

// -- Modules --

Result<engine::Engine::ModulePtr> WastRunner::compile(const text::ModuleSource& source) {
  const std::string name(source.id);
  if (source.form == text::ModuleSource::Form::binary)
    return m_engine->compile(source.binary(), {}, name, false);
  ZHAN_TRY(const Module parsed, source.parse(m_features));
  const std::vector<u8> bytes = binary::encode(parsed);
  return m_engine->compile(bytes, {}, name, false);
}

Result<runtime::Instance*> WastRunner::instantiate(const text::Command& command) {
  m_last = nullptr;  // what follows a bad module must not reach the one before it
  ZHAN_TRY(auto module, compile(command.module));
  ZHAN_TRY(runtime::Instance * instance, m_linker->instantiate(*m_store, module));
  m_last = instance;
  m_last_definition = module;
  if (!command.module.id.empty()) {
    m_instances[std::string(command.module.id)] = instance;
    m_definitions[std::string(command.module.id)] = module;
  }
  return instance;
}

Result<void> WastRunner::define(const text::Command& command) {
  ZHAN_TRY(m_last_definition, compile(command.module));
  if (!command.module.id.empty()) m_definitions[std::string(command.module.id)] = m_last_definition;
  return {};
}

Result<void> WastRunner::make_instance(const text::Command& command) {
  engine::Engine::ModulePtr module = m_last_definition;
  if (!command.target.empty()) {
    const auto found = m_definitions.find(command.target);
    if (found == m_definitions.end())
      return fail(ErrorKind::link, fmt::format("unknown module ${}", command.target));
    module = found->second;
  }
  ZHAN_TRY(m_last, m_linker->instantiate(*m_store, module));
  if (!command.id.empty()) m_instances[std::string(command.id)] = m_last;
  return {};
}

Result<runtime::Instance*> WastRunner::find(std::string_view id) const {
  if (id.empty()) {
    if (m_last == nullptr) return fail(ErrorKind::link, "there is no module yet");
    return m_last;
  }
  const auto found = m_instances.find(id);
  if (found == m_instances.end())
    return fail(ErrorKind::link, fmt::format("unknown module ${}", id));
  return found->second;
}

Result<void> WastRunner::register_module(const text::Command& command) {
  if (const auto shared = m_shared.find(command.target); shared != m_shared.end())
    return register_shared(command.text, shared->second);
  ZHAN_TRY(runtime::Instance * instance, find(command.target));
  return m_linker->define_instance(command.text, *instance);
}

// -- Actions --

Result<WastRunner::Results> WastRunner::act(const text::Action& action) {
  ZHAN_TRY(runtime::Instance * instance, find(action.module));
  const runtime::Extern* item = instance->find_export(action.name);
  if (item == nullptr) return fail(ErrorKind::link, fmt::format("no export '{}'", action.name));
  if (action.form == text::Action::Form::invoke) return invoke(*instance, *item, action);
  if (item->kind != ExternKind::global)
    return fail(ErrorKind::link, fmt::format("'{}' is no global", action.name));
  const runtime::Global& global = *item->global;
  const bool wide = global.type.type == type_v128;
  return Results{{global.type.type, global.value[0], wide ? global.value[1] : 0}};
}

Result<WastRunner::Results> WastRunner::invoke(runtime::Instance&, const runtime::Extern& item,
                                               const text::Action& action) {
  if (item.kind != ExternKind::func)
    return fail(ErrorKind::link, fmt::format("'{}' is no function", action.name));
  const FuncType& type = m_store->type_of(item.func);
  if (type.params.size() != action.arguments.size())
    return fail(ErrorKind::type, "wrong number of arguments");
  Results arguments;
  for (usize i = 0; i < type.params.size(); ++i) {
    ZHAN_TRY(const runtime::Value value,
             to_value(action.arguments[i], type.params[i], *m_store, m_references));
    arguments.push_back(value);
  }
  Results results;
  ZHAN_TRY_VOID(m_store->call(item.func, arguments, results));
  return results;
}

Result<WastRunner::Results> WastRunner::attempt(const text::Command& command) {
  if (command.action.form != text::Action::Form::none) return act(command.action);
  ZHAN_TRY(auto module, compile(command.module));
  ZHAN_TRY_VOID(m_linker->instantiate(*m_store, module));
  return Results{};
}

// -- Assertions --

void WastRunner::fail_at(const text::Command& command, const std::string& message) {
  ++m_counts.failed;
  m_counts.inexcusable += is_about_module(command.kind);
  m_report(command.position, fmt::format("{}: {}", text::to_string(command.kind), message));
}

void WastRunner::check(const text::Command& command, const Result<void>& result) {
  if (!result) fail_at(command, result.error().to_string());
}

void WastRunner::check_results(const text::Command& command) {
  const auto results = attempt(command);
  if (!results) return fail_at(command, results.error().to_string());
  if (results->size() != command.results.size())
    return fail_at(command,
                   fmt::format("{} results, expected {}", results->size(), command.results.size()));
  for (usize i = 0; i < results->size(); ++i)
    if (!matches((*results)[i], command.results[i], *m_store, m_references))
      return fail_at(command,
                     fmt::format("{}: result {} is {}, expected {}", command.action.name, i,
                                 value_text((*results)[i]), value_text(command.results[i])));
  pass();
}

void WastRunner::check_error(const text::Command& command, ErrorKind kind) {
  const auto results = attempt(command);
  if (results) return fail_at(command, fmt::format("succeeded, expected \"{}\"", command.text));
  const Error& error = results.error();
  if (!is_of_kind(error, kind) || !error.message().starts_with(command.text))
    return fail_at(command,
                   fmt::format("\"{}\", expected \"{}\"", error.to_string(), command.text));
  pass();
}

void WastRunner::check_module_error(const text::Command& command) {
  const auto module = compile(command.module);
  if (module) return fail_at(command, fmt::format("was accepted, expected \"{}\"", command.text));
  const Error& error = module.error();
  if (error.kind() != kind_of(command.kind) || !error.message().starts_with(command.text))
    return fail_at(command,
                   fmt::format("\"{}\", expected \"{}\"", error.to_string(), command.text));
  pass();
}

}  // namespace zhan::cli
