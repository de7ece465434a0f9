// SPDX-License-Identifier: Apache-2.0
// zhan run: runs a WASI command, a reactor's function or any exported function. Uses the public API
// only.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "zhan/command.hpp"
#include "zhan/common.hpp"
#include "zhan/values.hpp"

namespace zhan::cli {
namespace {

struct RunOptions {
  std::vector<std::string> dirs, env, preloads, settings;
  std::string invoke, engine, timeout, max_memory, unknown_imports = "error", fuel_text;
  bool inherit_env = false;
  uint64_t fuel = 0;
  bool has_fuel = false;
  std::string file;
  std::vector<std::string> args;
};

/// One run: engine, linker, store, in the order they are made. Members end in the opposite order.
class Run {
 public:
  explicit Run(const RunOptions& options) : m_options(options) {}

  int run() {
    int code = exit_ok;
    if ((code = make_engine()) != exit_ok || (code = open_module()) != exit_ok ||
        (code = make_store()) != exit_ok || (code = make_wasi()) != exit_ok ||
        (code = make_linker()) != exit_ok || (code = preload()) != exit_ok)
      return code;
    zhan_instance_t instance{};
    if ((code = instantiate(m_module.get(), instance)) != exit_ok) return code;
    return start(instance);
  }

 private:
  int make_engine();
  int open_module();
  int make_store();
  int make_wasi();
  int add_directory(zhan_wasi_t* wasi, const std::string& text);
  int add_variable(zhan_wasi_t* wasi, const std::string& text);
  int make_linker();
  int preload();
  int instantiate(zhan_module_t* module, zhan_instance_t& instance);
  int start(zhan_instance_t instance);
  int call_export(zhan_instance_t instance, const std::string& name, bool with_args);
  int call(zhan_func_t func, const zhan_functype_t* type, const std::string& name, bool with_args);
  [[nodiscard]] std::vector<std::string> function_names() const;
  int missing_export(const std::string& name) const;

  /// Reports the error of an API call, if there is one.
  static int check(zhan_error_t* error) {
    if (error == nullptr) return exit_ok;
    const ErrorOwner owner(error);
    return report(error);
  }

  const RunOptions& m_options;
  EngineOwner m_engine;
  ModuleOwner m_module;
  LinkerOwner m_linker;
  StoreOwner m_store;
};

int Run::make_engine() {
  zhan_config_t* config = zhan_config_new();
  const auto set = [&](std::string_view key, std::string_view value) {
    zhan_error_t* error = zhan_config_set(config, str(key), str(value));
    return error == nullptr ? exit_ok : check(error);
  };
  int code = exit_ok;
  for (const std::string& setting : m_options.settings) {
    const size_t equals = setting.find('=');
    const std::string_view key = std::string_view(setting).substr(0, equals);
    const std::string_view value =
        equals == std::string::npos ? "on" : std::string_view(setting).substr(equals + 1);
    if (code == exit_ok) code = set(key, value);
  }
  if (code == exit_ok && !m_options.engine.empty()) code = set("engine", m_options.engine);
  if (code == exit_ok && m_options.has_fuel) code = set("fuel", "on");
  if (code == exit_ok && !m_options.max_memory.empty())
    code = set("max-memory", m_options.max_memory);
  if (code != exit_ok) {
    zhan_config_drop(config);
    return exit_usage;
  }
  zhan_engine_t* engine = nullptr;
  code = check(zhan_engine_new(config, &engine));
  m_engine.reset(engine);
  return code;
}

int Run::open_module() {
  zhan_module_t* module = nullptr;
  const int code = check(zhan_module_open(m_engine.get(), str(m_options.file), &module));
  m_module.reset(module);
  return code;
}

int Run::make_store() {
  zhan_store_t* store = nullptr;
  int code = check(zhan_store_new(m_engine.get(), nullptr, nullptr, &store));
  m_store.reset(store);
  if (code == exit_ok && m_options.has_fuel)
    code = check(zhan_store_set_fuel(store, m_options.fuel));
  if (code != exit_ok || m_options.timeout.empty()) return code;
  uint64_t nanoseconds = 0;
  if (!parse_duration(m_options.timeout, nanoseconds))
    return complain(
        fmt::format("--timeout: '{}' is no duration; write 500ms, 2s or 1m", m_options.timeout),
        exit_usage);
  return check(zhan_store_set_deadline(store, nanoseconds));
}

/// HOST[::GUEST][:ro]
int Run::add_directory(zhan_wasi_t* wasi, const std::string& text) {
  std::string_view rest = text;
  uint32_t rights = ZHAN_DIR_READ | ZHAN_DIR_WRITE;
  if (rest.ends_with(":ro")) {
    rights = ZHAN_DIR_READ;
    rest.remove_suffix(3);
  }
  const size_t colons = rest.find("::");
  const std::string_view host = rest.substr(0, colons);
  const std::string_view guest = colons == std::string_view::npos ? host : rest.substr(colons + 2);
  if (host.empty() || guest.empty())
    return complain(fmt::format("--dir: '{}' is not of the form HOST[::GUEST][:ro]", text),
                    exit_usage);
  return check(zhan_wasi_preopen(wasi, str(host), str(guest), rights));
}

/// K=V, or K for the variable of this process.
int Run::add_variable(zhan_wasi_t* wasi, const std::string& text) {
  const size_t equals = text.find('=');
  const std::string key = text.substr(0, equals);
  std::string value;
  if (equals != std::string::npos) {
    value = text.substr(equals + 1);
  } else if (const char* own = std::getenv(key.c_str())) {
    value = own;
  } else {
    return complain(fmt::format("--env: there is no variable '{}' here; write {}=VALUE", key, key),
                    exit_usage);
  }
  const zhan_str_t k = str(key), v = str(value);
  return check(zhan_wasi_env(wasi, &k, &v, 1));
}

int Run::make_wasi() {
  WasiOwner wasi(zhan_wasi_new());
  uint32_t inherited = ZHAN_INHERIT_STDIN | ZHAN_INHERIT_STDOUT | ZHAN_INHERIT_STDERR;
  if (m_options.inherit_env) inherited |= ZHAN_INHERIT_ENV;
  int code = check(zhan_wasi_inherit(wasi.get(), inherited));
  std::vector<zhan_str_t> args{str(m_options.file)};
  for (const std::string& arg : m_options.args) args.push_back(str(arg));
  if (code == exit_ok) code = check(zhan_wasi_args(wasi.get(), args.data(), args.size()));
  for (const std::string& dir : m_options.dirs)
    if (code == exit_ok) code = add_directory(wasi.get(), dir);
  for (const std::string& variable : m_options.env)
    if (code == exit_ok) code = add_variable(wasi.get(), variable);
  if (code != exit_ok) return code;
  return check(zhan_store_set_wasi(m_store.get(), wasi.release()));
}

int Run::make_linker() {
  m_linker.reset(zhan_linker_new(m_engine.get(), 0));
  const int code = check(zhan_linker_define_wasi(m_linker.get(), ZHAN_WORLD_PREVIEW1));
  if (code != exit_ok || m_options.unknown_imports == "error") return code;
  const bool trap = m_options.unknown_imports == "trap";
  return check(
      zhan_linker_define_unknown(m_linker.get(), trap ? ZHAN_UNKNOWN_TRAP : ZHAN_UNKNOWN_DEFAULTS));
}

int Run::preload() {
  for (const std::string& text : m_options.preloads) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return complain(fmt::format("--preload: '{}' is not of the form NAME=FILE", text),
                      exit_usage);
    zhan_module_t* opened = nullptr;
    int code = check(
        zhan_module_open(m_engine.get(), str(std::string_view(text).substr(equals + 1)), &opened));
    const ModuleOwner module(opened);
    zhan_instance_t instance{};
    if (code == exit_ok) code = instantiate(module.get(), instance);
    if (code == exit_ok)
      code = check(zhan_linker_define_instance(
          m_linker.get(), m_store.get(), str(std::string_view(text).substr(0, equals)), instance));
    if (code != exit_ok) return code;
  }
  return exit_ok;
}

int Run::instantiate(zhan_module_t* module, zhan_instance_t& instance) {
  zhan_pre_t* resolved = nullptr;
  if (zhan_error_t* error = zhan_linker_resolve(m_linker.get(), module, &resolved)) {
    const ErrorOwner owner(error);
    return complain(describe(error) +
                        "; give it with --preload NAME=FILE, or try "
                        "--unknown-imports trap",
                    exit_invalid);
  }
  const PreOwner pre(resolved);
  return check(zhan_pre_instantiate(pre.get(), m_store.get(), &instance));
}

/// Commands start by _start; reactors by _initialize, then the function asked for.
int Run::start(zhan_instance_t instance) {
  if (m_options.invoke.empty()) {
    const zhan_extern_t entry = zhan_instance_export(m_store.get(), instance, ZHAN_STR("_start"));
    if (entry.kind == ZHAN_EXTERN_FUNC) return call_export(instance, "_start", false);
  }
  const zhan_extern_t init = zhan_instance_export(m_store.get(), instance, ZHAN_STR("_initialize"));
  if (init.kind == ZHAN_EXTERN_FUNC) {
    const int code = call_export(instance, "_initialize", false);
    if (code != exit_ok) return code;
  }
  if (m_options.invoke.empty()) return exit_ok;
  return call_export(instance, m_options.invoke, true);
}

std::vector<std::string> Run::function_names() const {
  std::vector<zhan_export_t> exports(zhan_module_exports(m_module.get(), nullptr, 0));
  zhan_module_exports(m_module.get(), exports.data(), exports.size());
  std::vector<std::string> names;
  for (const zhan_export_t& item : exports)
    if (item.type.kind == ZHAN_EXTERN_FUNC) names.emplace_back(view(item.name));
  return names;
}

int Run::missing_export(const std::string& name) const {
  const std::vector<std::string> names = function_names();
  const std::string near = nearest(name, names);
  std::string hint = names.empty() ? "it exports no function" : "zhan inspect lists its exports";
  if (!near.empty()) hint = fmt::format("did you mean '{}'?", printable(near));
  return complain(fmt::format("{} exports no function '{}'; {}", m_options.file, name, hint));
}

int Run::call_export(zhan_instance_t instance, const std::string& name, bool with_args) {
  const zhan_extern_t item = zhan_instance_export(m_store.get(), instance, str(name));
  if (item.kind != ZHAN_EXTERN_FUNC) return missing_export(name);
  zhan_externtype_t type{};
  const int code = check(zhan_extern_type(m_store.get(), item, &type));
  if (code != exit_ok) return code;
  const int called = call(item.of.func, type.func, name, with_args);
  zhan_functype_drop(type.func);
  return called;
}

int Run::call(zhan_func_t func, const zhan_functype_t* type, const std::string& name,
              bool with_args) {
  const zhan_valtype_t *params = nullptr, *result_types = nullptr;
  size_t param_count = 0, result_count = 0;
  zhan_functype_get(type, &params, &param_count, &result_types, &result_count);
  const size_t given = with_args ? m_options.args.size() : 0;
  if (given != param_count)
    return complain(fmt::format("'{}' takes {} argument{}, not {}", name, param_count,
                                param_count == 1 ? "" : "s", given),
                    exit_usage);
  std::vector<zhan_val_t> args(param_count), results(result_count);
  for (size_t i = 0; i < param_count; ++i)
    if (!parse_value(m_options.args[i], params[i].kind, args[i]))
      return complain(fmt::format("argument {} of '{}' must be of type {}; '{}' is not", i + 1,
                                  name, kind_text(params[i].kind), m_options.args[i]),
                      exit_usage);
  const int code = check(zhan_func_call(m_store.get(), func, args.data(), args.size(),
                                        results.data(), results.size()));
  if (code != exit_ok) return code;
  for (const zhan_val_t& result : results) fmt::print("{}\n", value_text(result));
  zhan_vals_drop(results.data(), results.size());
  return std::fflush(stdout) == 0 ? exit_ok : complain("standard output cannot be written");
}

int run_file(RunOptions& options, const std::vector<std::string>& operands) {
  if (operands.empty())
    return complain("run: no file given; write zhan run FILE [ARGS...]", exit_usage);
  if (!options.fuel_text.empty()) {
    uint64_t fuel = 0;
    if (!parse_size(options.fuel_text, fuel))
      return complain(fmt::format("--fuel: '{}' is no number", options.fuel_text), exit_usage);
    options.fuel = fuel;
    options.has_fuel = true;
  }
  const std::string& how = options.unknown_imports;
  if (how != "error" && how != "trap" && how != "default")
    return complain(fmt::format("--unknown-imports: '{}' is none of error, trap, default", how),
                    exit_usage);
  options.file = operands[0];
  options.args.assign(operands.begin() + 1, operands.end());
  return Run(options).run();
}

constexpr const char* details =
    "FILE is a module in binary or text format, - is standard input. What follows FILE belongs to\n"
    "the program.\n\n"
    "Exit codes: the program's own; 134 for a trap, 124 for a timeout, 1 for an invalid or "
    "missing\n"
    "module, 2 for bad usage.\n\n"
    "Examples:\n"
    "  zhan run --dir . program.wasm input.txt\n"
    "  zhan run --invoke add adder.wat 2 3\n"
    "  zhan run --fuel 1000000 --max-memory 64M untrusted.wasm";

}  // namespace

Command run_command() {
  auto state = std::make_shared<RunOptions>();
  RunOptions& o = *state;
  Command command;
  command.name = "run";
  command.summary = "Run a WebAssembly program, or one of its functions";
  command.operands = "FILE [ARGS...]";
  command.details = details;
  command.stop_at_operand = true;
  command.options = {
      Option::list("dir", 0, "HOST[::GUEST][:ro]", o.dirs, "Let the program see a directory"),
      Option::list("env", 0, "K[=V]", o.env, "Set a variable, or pass on our own"),
      Option::flag("inherit-env", 0, o.inherit_env, "Pass on all variables"),
      Option::list("preload", 0, "NAME=FILE", o.preloads,
                   "Instantiate a module first, for imports from NAME"),
      Option::text("invoke", 0, "FUNCTION", o.invoke,
                   "Call this exported function with ARGS, print its results"),
      Option::text("engine", 0, "ENGINE", o.engine, "What runs the code: interp"),
      Option::text("fuel", 0, "N", o.fuel_text, "Stop after about N instructions (exit code 134)"),
      Option::text("timeout", 0, "T", o.timeout,
                   "Stop after a time like 500ms or 2s (exit code 124)"),
      Option::text("max-memory", 0, "SIZE", o.max_memory,
                   "Limit of all memories together, like 64M"),
      Option::text("unknown-imports", 0, "HOW", o.unknown_imports,
                   "What function imports become that nobody gives: error, trap or default"),
      Option::list("set", 0, "KEY[=VALUE]", o.settings,
                   "Set an option of the engine, like feature.simd=off"),
  };
  command.run = [&o](const std::vector<std::string>& operands) { return run_file(o, operands); };
  command.state = state;
  return command;
}

}  // namespace zhan::cli
