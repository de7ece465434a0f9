// SPDX-License-Identifier: Apache-2.0
// Configurations and engines.
#include "engine/engine.hpp"

#include "capi/objects.hpp"

using namespace zhan::capi;

zhan_config_t* zhan_config_new(void) {
  zhan_config_t* const none = nullptr;
  return guarded_or(none, [] { return std::make_unique<zhan_config>().release(); });
}

zhan_error_t* zhan_config_set(zhan_config_t* config, zhan_str_t key, zhan_str_t value) {
  return guarded([&]() -> zhan_error_t* {
    ZHAN_API_TRY(config->config.set(view(key), view(value)), nullptr);
    return nullptr;
  });
}

void zhan_config_drop(zhan_config_t* config) {
  if (config != nullptr) std::default_delete<zhan_config>()(config);
}

zhan_error_t* zhan_engine_new(zhan_config_t* config, zhan_engine_t** out) {
  *out = nullptr;
  const std::unique_ptr<zhan_config> taken(config);
  return guarded([&]() -> zhan_error_t* {
    auto engine = zhan::engine::Engine::create(taken == nullptr ? zhan::engine::Config()
                                                                : std::move(taken->config));
    if (!engine) return to_api(std::move(engine.error()), nullptr);
    *out = std::make_unique<zhan_engine>(std::move(*engine)).release();
    return nullptr;
  });
}

void zhan_engine_pool_stats(zhan_engine_t* engine, zhan_pool_stats_t* out) {
  *out = {};
  if (engine == nullptr) return;
  const zhan::runtime::PoolStatistics now = engine->engine->pool().statistics();
  out->memories = now.memories;
  out->tables = now.tables;
  out->instances = now.instances;
  out->idle_slots = now.idle_slots;
  out->idle_resident = now.idle_resident;
  out->watched_slots = now.watched_slots;
  out->reused = now.reused;
}

zhan_engine_t* zhan_engine_keep(zhan_engine_t* engine) { return keep(engine); }
void zhan_engine_drop(zhan_engine_t* engine) { drop(engine); }
