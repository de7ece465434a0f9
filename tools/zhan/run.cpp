// SPDX-License-Identifier: Apache-2.0
// zhan run: runs a WASI command, a reactor's function or any exported function. Uses the public API
// only.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "zhan/borrowed.hpp"
#include "zhan/command.hpp"
#include "zhan/common.hpp"
#include "zhan/gc_stats.hpp"
#include "zhan/settings.hpp"
#include "zhan/values.hpp"

namespace zhan::cli {
namespace {

struct RunOptions {
  std::vector<std::string> dirs, env, preloads;
  Settings settings;
  std::optional<std::string> invoke, engine, timeout, max_memory, max_heap, max_threads, fuel,
      argv0;
  std::string unknown_imports = "error";
  bool inherit_env = false, gc_stats = false, gc_stats_json = false;
  std::string refusal;  // of -W or -S
  std::string file;
  std::vector<std::string> args;
};

/// NAME=FILE of --preload.
struct Preload {
  std::string_view name, file;
};
[[nodiscard]] Preload split_preload(std::string_view text) noexcept {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

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
    if ((code = instantiate(m_module.get(), 0, instance)) == exit_ok) code = start(instance);
    // The program ends with its first thread.
    zhan_store_stop_threads(m_store.get());
    if (m_options.gc_stats) print_gc_stats(m_store.get());
    if (m_options.gc_stats_json) print_gc_stats_json(m_store.get());
    return code;
  }

 private:
  int make_engine();
  int open_module();
  int make_store();
  int make_wasi();
  int add_directory(zhan_wasi_t* wasi, const std::string& text);
  int add_variable(zhan_wasi_t* wasi, const std::string& text);
  int make_linker();
  int define_memories(zhan_module_t* module);
  int allow_threads(zhan_pre_t* pre);
  int preload();
  int preload(size_t index, Preload what);
  /// `waiting`: the preloads from here on have not been instantiated yet, if not zero.
  int instantiate(zhan_module_t* module, size_t waiting, zhan_instance_t& instance);
  int not_linked(const zhan_error_t* error, zhan_module_t* module, size_t waiting) const;
  [[nodiscard]] bool has_function(zhan_instance_t instance, std::string_view name) const;
  int initialize(zhan_instance_t instance);
  int start(zhan_instance_t instance);
  int nothing_to_run() const;
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
  Settings settings = m_options.settings;
  const auto add = [&](const char* key, const std::optional<std::string>& value) {
    if (value) settings.push_back(fmt::format("{}={}", key, *value));
  };
  add("engine", m_options.engine);
  add("max-memory", m_options.max_memory);
  add("max-heap", m_options.max_heap);
  if (m_options.fuel) settings.emplace_back("fuel=on");
  return cli::make_engine(settings, m_engine);
}

int Run::open_module() {
  zhan_module_t* module = nullptr;
  const int code = check(zhan_module_open(m_engine.get(), str(m_options.file), &module));
  m_module.reset(module);
  return code;
}

int Run::make_store() {
  zhan_store_t* store = nullptr;
  const int code = check(zhan_store_new(m_engine.get(), nullptr, nullptr, &store));
  m_store.reset(store);
  if (code != exit_ok) return code;
  uint64_t fuel = 0, nanoseconds = 0;
  if (m_options.fuel && !parse_size(*m_options.fuel, fuel))
    return complain(fmt::format("--fuel: '{}' is no number; write 1000000 or 10M", *m_options.fuel),
                    exit_usage);
  if (m_options.fuel)
    if (const int failed = check(zhan_store_set_fuel(store, fuel)); failed != exit_ok)
      return failed;
  if (!m_options.timeout) return exit_ok;
  if (!parse_duration(*m_options.timeout, nanoseconds))
    return complain(
        fmt::format("--timeout: '{}' is no duration; write 500ms, 2s or 1m", *m_options.timeout),
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
  std::vector<zhan_str_t> args{str(m_options.argv0 ? *m_options.argv0 : m_options.file)};
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
  const int code =
      check(zhan_linker_define_wasi(m_linker.get(), ZHAN_WORLD_PREVIEW1 | ZHAN_WORLD_THREADS));
  if (code != exit_ok || m_options.unknown_imports == "error") return code;
  const bool trap = m_options.unknown_imports == "trap";
  return check(
      zhan_linker_define_unknown(m_linker.get(), trap ? ZHAN_UNKNOWN_TRAP : ZHAN_UNKNOWN_DEFAULTS));
}

int Run::preload() {
  for (size_t i = 0; i < m_options.preloads.size(); ++i) {
    const Preload what = split_preload(m_options.preloads[i]);
    if (what.name.empty())
      return complain(
          fmt::format("--preload: '{}' is not of the form NAME=FILE", m_options.preloads[i]),
          exit_usage);
    if (const int code = preload(i, what); code != exit_ok) return code;
  }
  return exit_ok;
}

int Run::preload(size_t index, Preload what) {
  zhan_module_t* opened = nullptr;
  int code = check(zhan_module_open(m_engine.get(), str(what.file), &opened));
  const ModuleOwner module(opened);
  zhan_instance_t instance{};
  if (code == exit_ok) code = instantiate(module.get(), index + 1, instance);
  if (code == exit_ok) code = initialize(instance);
  if (code != exit_ok) return code;
  return check(
      zhan_linker_define_instance(m_linker.get(), m_store.get(), str(what.name), instance));
}

std::vector<zhan_import_t> imports_of(zhan_module_t* module) {
  std::vector<zhan_import_t> imports(zhan_module_imports(module, nullptr, 0));
  zhan_module_imports(module, imports.data(), imports.size());
  return imports;
}

/// A program that starts threads imports its memory; wasi-threads leaves it to us to make one. A
/// module of --preload may have brought it.
int Run::define_memories(zhan_module_t* module) {
  for (const zhan_import_t& item : imports_of(module)) {
    const auto is_preloaded = [&](std::string_view text) {
      return split_preload(text).name == view(item.module);
    };
    if (item.type.kind != ZHAN_EXTERN_MEMORY || !item.type.limits.shared ||
        std::any_of(m_options.preloads.begin(), m_options.preloads.end(), is_preloaded))
      continue;
    zhan_shared_memory_t* memory = nullptr;
    int code = check(zhan_shared_memory_new(m_engine.get(), &item.type.limits, &memory));
    if (code == exit_ok)
      code =
          check(zhan_linker_define_shared_memory(m_linker.get(), item.module, item.name, memory));
    zhan_shared_memory_drop(memory);
    if (code != exit_ok) return code;
  }
  return exit_ok;
}

int Run::allow_threads(zhan_pre_t* pre) {
  uint64_t most = 0;
  const auto& text = m_options.max_threads;
  if (text && (!parse_size(*text, most) || most == 0 || most > UINT32_MAX))
    return complain(fmt::format("--max-threads: '{}' is no number from 1 on", *text), exit_usage);
  const std::vector<zhan_import_t> imports = imports_of(m_module.get());
  const bool spawns = std::any_of(imports.begin(), imports.end(), [](const zhan_import_t& item) {
    return view(item.module) == "wasi" && view(item.name) == "thread-spawn";
  });
  if (!spawns) return exit_ok;
  return check(zhan_store_set_threads(m_store.get(), pre, static_cast<uint32_t>(most)));
}

int Run::instantiate(zhan_module_t* module, size_t waiting, zhan_instance_t& instance) {
  if (module == m_module.get())
    if (const int code = define_memories(module); code != exit_ok) return code;
  zhan_pre_t* resolved = nullptr;
  if (zhan_error_t* error = zhan_linker_resolve(m_linker.get(), module, &resolved)) {
    const ErrorOwner owner(error);
    return not_linked(error, module, waiting);
  }
  const PreOwner pre(resolved);
  if (module == m_module.get())
    if (const int code = allow_threads(pre.get()); code != exit_ok) return code;
  return check(zhan_pre_instantiate(pre.get(), m_store.get(), &instance));
}

/// Says what to do about an import that nothing gives: a preloaded module may come too late.
int Run::not_linked(const zhan_error_t* error, zhan_module_t* module, size_t waiting) const {
  std::string hint = "; give it with --preload NAME=FILE, or try --unknown-imports trap";
  const std::vector<zhan_import_t> imports = imports_of(module);
  for (size_t i = waiting; waiting != 0 && i <= m_options.preloads.size(); ++i) {
    const std::string_view name = split_preload(m_options.preloads[i - 1]).name;
    const bool wanted = std::any_of(imports.begin(), imports.end(), [&](const zhan_import_t& item) {
      return view(item.module) == name;
    });
    if (wanted)
      hint = fmt::format(
          "; preload '{}' first: modules come before those that import them, and "
          "cannot import each other in a circle",
          name);
  }
  return complain(describe(error) + hint, exit_invalid);
}

bool Run::has_function(zhan_instance_t instance, std::string_view name) const {
  return zhan_instance_export(m_store.get(), instance, str(name)).kind == ZHAN_EXTERN_FUNC;
}

/// A reactor is ready for calls after this.
int Run::initialize(zhan_instance_t instance) {
  return has_function(instance, "_initialize") ? call_export(instance, "_initialize", false)
                                               : exit_ok;
}

/// Commands start by _start; reactors by _initialize, then the function asked for.
int Run::start(zhan_instance_t instance) {
  if (!m_options.invoke && has_function(instance, "_start"))
    return call_export(instance, "_start", false);
  if (const int code = initialize(instance); code != exit_ok) return code;
  if (m_options.invoke) return call_export(instance, *m_options.invoke, true);
  return has_function(instance, "_initialize") ? exit_ok : nothing_to_run();
}

/// A library: to call nothing of it is hardly what was meant. One that exports no function has done
/// by its start function all it can do.
int Run::nothing_to_run() const {
  constexpr size_t most = 8;
  const std::vector<std::string> names = function_names();
  if (names.empty()) return exit_ok;
  std::string list;
  for (size_t i = 0; i < std::min(most, names.size()); ++i)
    list += fmt::format("{}{}", i > 0 ? ", " : "", printable(names[i]));
  return complain(fmt::format("{} has no _start: name one of its functions with --invoke ({}{})",
                              m_options.file, list, names.size() > most ? ", ..." : ""),
                  exit_usage);
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

/// " (i32 f64)", or nothing for none.
[[nodiscard]] std::string kinds_text(const zhan_valtype_t* types, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i)
    text += fmt::format("{}{}", i == 0 ? " (" : " ", kind_text(types[i].kind));
  return count == 0 ? text : text + ")";
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
    return complain(
        fmt::format("'{}' takes {} argument{}{}, not {}", name, param_count,
                    param_count == 1 ? "" : "s", kinds_text(params, param_count), given),
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
  if (!options.refusal.empty()) return complain(options.refusal, exit_usage);
  if (operands.empty())
    return complain("run: no file given; write zhan run FILE [ARGS...]", exit_usage);
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
    "the program. A command is started by _start; a reactor by _initialize, then --invoke; any\n"
    "other module needs --invoke, unless it exports no function at all. SIZE and N may end in K,\n"
    "M, G or T (powers of 1024); T in ns, us, ms, s (also if left out) or m.\n\n"
    "Exit codes: the program's own (its low 8 bits, but never 0 for another code); 134 for a\n"
    "trap, an uncaught exception or exhausted fuel, 124 for a timeout, 1 for an invalid or "
    "missing\n"
    "module, 2 for bad usage.\n\n"
    "Examples:\n"
    "  zhan run --dir . program.wasm input.txt\n"
    "  zhan run --dir data::/data:ro --env LANG=C program.wasm\n"
    "  zhan run --invoke add adder.wat 2 3\n"
    "  zhan run --preload env=library.wasm program.wasm\n"
    "  zhan run --fuel 1000000 --timeout 2s --max-memory 64M untrusted.wasm";

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
      Option::maybe("argv0", 0, "NAME", o.argv0, "The program's first argument, instead of FILE"),
      Option::list("preload", 0, "NAME=FILE", o.preloads,
                   "Instantiate a module first, for imports from NAME"),
      Option::maybe("invoke", 0, "FUNCTION", o.invoke,
                    "Call this exported function with ARGS, print its results"),
      Option::maybe("engine", 0, "ENGINE", o.engine, "What runs the code: interp"),
      Option::maybe("fuel", 0, "N", o.fuel, "Stop after N instructions (exit code 134)"),
      Option::maybe("timeout", 0, "T", o.timeout,
                    "Stop after a time like 500ms or 2s (exit code 124)"),
      Option::maybe("max-memory", 0, "SIZE", o.max_memory,
                    "Limit of all memories together, like 64M"),
      Option::maybe("max-heap", 0, "SIZE", o.max_heap,
                    "Limit of the garbage-collected heap, like 64M"),
      Option::flag("gc-stats", 0, o.gc_stats, "Print what the garbage collector did, at the end"),
      Option::flag("gc-stats-json", 0, o.gc_stats_json, "The same as one line of JSON"),
      Option::maybe("max-threads", 0, "N", o.max_threads,
                    "Threads that the program may start at one time (wasi-threads): 1000"),
      Option::text("unknown-imports", 0, "HOW", o.unknown_imports,
                   "What function imports become that nobody gives: error, trap or default"),
  };
  add_setting_options(command, o.settings);
  add_borrowed_options(command, o.refusal);
  command.run = [&o](const std::vector<std::string>& operands) { return run_file(o, operands); };
  command.state = state;
  return command;
}

}  // namespace zhan::cli
