// SPDX-License-Identifier: Apache-2.0
// The pool of an engine: limits, statistics, and instances made from a resolved module.
#include "check.h"

static const char* const module_text =
    "(module (memory (export \"memory\") 4) (table 20 funcref)"
    " (data (i32.const 100000) \"data\")"
    " (func $f (export \"run\") (param i32) (result i32)"
    "  (i32.store (local.get 0) (i32.const 7))"
    "  (i32.load (i32.const 100000)))"
    " (elem (i32.const 3) $f))";

static zhan_memory_t memory_in(zhan_store_t* store, zhan_instance_t instance) {
  return zhan_instance_export(store, instance, ZHAN_STR("memory")).of.memory;
}

static zhan_pre_t* resolved(zhan_engine_t* engine) {
  zhan_linker_t* linker = zhan_linker_new(engine, 0);
  zhan_module_t* module = NULL;
  zhan_pre_t* pre = NULL;
  OK(zhan_module_new(engine, module_text, strlen(module_text), ZHAN_STR("pool"), &module));
  OK(zhan_linker_resolve(linker, module, &pre));
  zhan_module_drop(module);
  zhan_linker_drop(linker);
  return pre;
}

static void many_in_turn(zhan_engine_t* engine) {
  zhan_pre_t* pre = resolved(engine);
  zhan_pool_stats_t stats;
  uint32_t i;
  for (i = 0; i < 200; ++i) {
    zhan_store_t* store = new_store(engine);
    zhan_instance_t instance;
    zhan_slot_t slot;
    uint32_t written = 1, data = 0;
    OK(zhan_pre_instantiate(pre, store, &instance));
    zhan_engine_pool_stats(engine, &stats);
    CHECK(stats.memories == 1 && stats.tables == 1 && stats.instances == 1);
    OK(zhan_memory_read(store, memory_in(store, instance), 4096 * (i % 20), &written, 4));
    CHECK(written == 0);
    memset(&slot, 0, sizeof(slot));
    slot.i32 = (int32_t)(4096 * (i % 20));
    OK(zhan_func_call_raw(store, func_of(store, instance, "run"), &slot, 1));
    memcpy(&data, "data", 4);
    CHECK((uint32_t)slot.i32 == data);
    if (i % 50 == 49) {
      /* The address is ours: the kernel may write there. */
      uint8_t* bytes = zhan_memory_data(store, memory_in(store, instance));
      memset(bytes, 9, 262144);
    }
    zhan_store_drop(store);
  }
  zhan_engine_pool_stats(engine, &stats);
  CHECK(stats.memories == 0 && stats.tables == 0 && stats.instances == 0);
  CHECK(stats.idle_slots == 1 && stats.reused == 198);
  CHECK(stats.idle_resident <= 1u << 20);
  zhan_pre_drop(pre);
}

static void limits(const char* key, const char* message) {
  zhan_engine_t* engine = new_engine(key, "5");
  zhan_pre_t* pre = resolved(engine);
  zhan_store_t* store = new_store(engine);
  zhan_instance_t instance;
  zhan_pool_stats_t stats;
  zhan_error_t* error = NULL;
  int i;
  for (i = 0; i < 5; ++i) OK(zhan_pre_instantiate(pre, store, &instance));
  error = zhan_pre_instantiate(pre, store, &instance);
  CHECK(error != NULL && zhan_error_kind(error) == ZHAN_ERROR_LIMIT);
  CHECK(zhan_error_message(error).size == strlen(message) &&
        memcmp(zhan_error_message(error).data, message, strlen(message)) == 0);
  zhan_error_drop(error);
  zhan_store_drop(store);
  zhan_engine_pool_stats(engine, &stats);
  CHECK(stats.memories == 0 && stats.tables == 0 && stats.instances == 0);
  store = new_store(engine);
  OK(zhan_pre_instantiate(pre, store, &instance));
  zhan_store_drop(store);
  zhan_pre_drop(pre);
  zhan_engine_drop(engine);
}

void test_pool(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  zhan_pool_stats_t stats;
  many_in_turn(engine);
  zhan_engine_drop(engine);
  engine = new_engine("explicit-checks", "on");
  many_in_turn(engine);
  zhan_engine_drop(engine);
  limits("pool-memories", "all 5 memories of the pool are in use");
  limits("pool-tables", "all 5 tables of the pool are in use");
  limits("pool-instances", "all 5 instances of the pool are in use");
  zhan_engine_pool_stats(NULL, &stats);
  CHECK(stats.memories == 0 && stats.reused == 0);
}
