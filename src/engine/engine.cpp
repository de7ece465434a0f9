// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.hpp"

#include <algorithm>

#include "binary/decode.hpp"
#include "binary/encode.hpp"
#include "interp/interp.hpp"
#include "os/file.hpp"
#include "runtime/signals.hpp"
#include "text/parse.hpp"
#include "validate/validate.hpp"

namespace zhan::engine {
namespace {

using Source = Engine::Source;

Source own(std::vector<u8> bytes) {
  auto kept = std::make_shared<const std::vector<u8>>(std::move(bytes));
  return {*kept, kept};
}

/// The binary form of a text; errors have line and column.
Result<Source> encode_text(std::span<const u8> bytes, const Features& features) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  ZHAN_TRY(const Module module, text::parse_module(text, features));
  return own(binary::encode(module));
}

Result<void> check_body(const runtime::ModuleInfo& info, u32 defined) {
  validate::BodyInfo found;
  return validate::validate_body(info.module, *info.types, info.features, defined, found);
}

}  // namespace

bool looks_like_text(std::span<const u8> bytes) noexcept {
  constexpr std::string_view starts = "(; \t\r\n";
  return !bytes.empty() && starts.find(static_cast<char>(bytes[0])) != starts.npos;
}

Engine::Engine(Key, Config config)
    : m_config(std::move(config)),
      m_types(std::make_shared<TypeInterner>()),
      m_pool(std::make_shared<runtime::Pool>(m_config.pool)),
      m_table(&interp::table()) {}

Result<std::shared_ptr<Engine>> Engine::create(Config config) {
  using Signals = Config::Signals;
  if (config.signals == Signals::off || !runtime::faults_supported())
    config.mode.explicit_checks = true;
  if (config.signals == Signals::own && !config.mode.explicit_checks && !runtime::install_signals())
    return fail(ErrorKind::config, "cannot install signal handlers: use the option signals=off");
  config.pool.watch = config.signals == Signals::own && !config.mode.explicit_checks;
  return std::make_shared<Engine>(Key{}, std::move(config));
}

Result<Engine::ModulePtr> Engine::compile(std::span<const u8> bytes,
                                          std::shared_ptr<const void> owner, std::string name,
                                          bool allow_text) {
  Source source{bytes, std::move(owner)};
  if (allow_text && !binary::is_binary(bytes) && looks_like_text(bytes)) {
    ZHAN_TRY(source, encode_text(bytes, m_config.features));
  } else if (source.owner == nullptr) {
    source = own({bytes.begin(), bytes.end()});
  }
  return load(source, std::move(name), m_config.lazy_validation ? Bodies::later : Bodies::now);
}

Result<Engine::ModulePtr> Engine::load(const Source& source, std::string name, Bodies bodies) {
  const Features& features = m_config.features;
  ZHAN_TRY(Module module, binary::decode(source.bytes, source.owner, features));
  ZHAN_TRY_VOID(bodies == Bodies::now
                    ? validate::validate(module, *m_types, features)
                    : validate::validate_module_fields(module, *m_types, features));
  ZHAN_TRY(auto info,
           runtime::make_module_info(std::move(module), m_types, features, std::move(name),
                                     bodies == Bodies::later ? check_body : nullptr));
  return info;
}

Result<Engine::ModulePtr> Engine::compile_file(const std::string& path) {
  ZHAN_TRY(os::FileBytes file, os::read_file(path));
  std::string name = path == "-" ? "stdin" : path.substr(path.rfind('/') + 1);
  auto module = compile(file.bytes, std::move(file.owner), std::move(name));
  if (!module) module.error().info().file = path == "-" ? "stdin" : path;
  return module;
}

Result<std::unique_ptr<runtime::Store>> Engine::new_store() {
  runtime::StoreConfig config;
  config.types = m_types;
  config.engine = m_table;
  config.mode = m_config.mode;
  config.limits = m_config.limits;
  config.pool = m_pool;
  config.heap = m_config.heap;
  config.check_float_always = m_config.check_float_always;
  config.check_signals = m_config.signals == Config::Signals::own;
  ZHAN_TRY(auto store, runtime::Store::create(config));
  store->keep(shared_from_this());
  return store;
}

Result<std::shared_ptr<runtime::Memory>> Engine::new_shared_memory(const MemoryType& type) const {
  return runtime::new_shared_memory(type, m_config.mode.explicit_checks,
                                    m_config.limits.memory_bytes, m_pool);
}

}  // namespace zhan::engine
