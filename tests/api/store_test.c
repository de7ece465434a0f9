// SPDX-License-Identifier: Apache-2.0
#include "check.h"

static void user_data(zhan_engine_t* engine) {
  int ended = 0;
  zhan_store_t* store = NULL;
  OK(zhan_store_new(engine, &ended, count_up, &store));
  CHECK(zhan_store_data(store) == &ended);
  CHECK(ended == 0);
  zhan_store_drop(store);
  CHECK(ended == 1);
  CHECK(zhan_store_data(NULL) == NULL);
  zhan_store_drop(NULL);
}

static void limits(zhan_engine_t* engine) {
  static const char* const text = "(module (memory (export \"m\") 1))";
  zhan_store_t* store = new_store(engine);
  zhan_store_limits_t most;
  zhan_module_t* module = load(engine, text);
  zhan_instance_t instance;
  memset(&most, 0, sizeof(most));
  most.memory_bytes = 2 * 65536;
  most.instances = 2;
  OK(zhan_store_set_limits(store, &most));
  OK(zhan_instance_new(store, module, NULL, 0, &instance));
  FAILS(zhan_memory_grow(store, zhan_instance_export(store, instance, ZHAN_STR("m")).of.memory, 2,
                         NULL),
        ZHAN_ERROR_LIMIT, "grow");
  OK(zhan_instance_new(store, module, NULL, 0, &instance));
  FAILS(zhan_instance_new(store, module, NULL, 0, &instance), ZHAN_ERROR_LIMIT, "instances");
  CHECK(instance.store == 0 && instance.item == 0);
  zhan_module_drop(module);
  zhan_store_drop(store);
}

/* Zero stands for what the engine allows, not for no limit. */
static void limits_of_the_engine(void) {
  zhan_engine_t* engine = new_engine("max-memory", "1M");
  zhan_store_t* store = new_store(engine);
  zhan_store_limits_t most;
  zhan_limits_t pages;
  zhan_memory_t memory;
  memset(&most, 0, sizeof(most));
  memset(&pages, 0, sizeof(pages));
  OK(zhan_store_set_limits(store, &most));
  pages.min = 17;
  FAILS(zhan_memory_new(store, &pages, &memory), ZHAN_ERROR_LIMIT, "memory");
  pages.min = 16;
  OK(zhan_memory_new(store, &pages, &memory));
  zhan_store_drop(store);
  zhan_engine_drop(engine);
}

static void fuel(zhan_engine_t* plain) {
  static const char* const text =
      "(module (func (export \"spin\") (loop $l br $l)) (func (export \"add\") (result i32)"
      " i32.const 1 i32.const 2 i32.add))";
  zhan_engine_t* engine = new_engine("fuel", "on");
  zhan_store_t* store = new_store(plain);
  zhan_instance_t instance;
  zhan_val_t result;
  zhan_error_t* error;
  uint64_t left = 1, used = 1;
  FAILS(zhan_store_set_fuel(store, 10), ZHAN_ERROR_CONFIG, "fuel=on");
  zhan_store_drop(store);

  store = new_store(engine);
  instance = instantiate(store, engine, text);
  OK(zhan_store_set_fuel(store, 1000));
  zhan_store_fuel(store, &left, &used);
  CHECK(left == 1000 && used == 0);
  OK(zhan_func_call(store, func_of(store, instance, "add"), NULL, 0, &result, 1));
  CHECK(result.of.i32 == 3);
  zhan_store_fuel(store, &left, &used);
  CHECK(used > 0 && used < 20 && left == 1000 - used);
  error = zhan_func_call(store, func_of(store, instance, "spin"), NULL, 0, NULL, 0);
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_INTERRUPT);
  CHECK(zhan_error_code(error) == ZHAN_INTERRUPT_FUEL);
  zhan_error_drop(error);
  zhan_store_fuel(store, &left, NULL);
  CHECK(left == 0);
  zhan_store_fuel(NULL, &left, &used);
  CHECK(left == 0 && used == 0);
  zhan_store_drop(store);
  zhan_engine_drop(engine);
}

static void many_stores(zhan_engine_t* engine) {
  zhan_module_t* module = load(engine, "(module (memory 1) (func (export \"f\")))");
  int i, ended = 0;
  for (i = 0; i < 2000; ++i) {
    zhan_store_t* store = NULL;
    zhan_instance_t instance;
    OK(zhan_store_new(engine, &ended, count_up, &store));
    OK(zhan_instance_new(store, module, NULL, 0, &instance));
    OK(zhan_func_call(store, func_of(store, instance, "f"), NULL, 0, NULL, 0));
    zhan_store_drop(store);
  }
  CHECK(ended == 2000);
  zhan_module_drop(module);
}

void test_store(void);
void test_store(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  zhan_store_t* store = new_store(engine);
  OK(zhan_store_collect(store));
  FAILS(zhan_store_collect(NULL), ZHAN_ERROR_CONFIG, "NULL");
  zhan_store_drop(store);
  user_data(engine);
  limits(engine);
  limits_of_the_engine();
  fuel(engine);
  many_stores(engine);
  zhan_engine_drop(engine);
}
