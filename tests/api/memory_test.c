// SPDX-License-Identifier: Apache-2.0
#include "check.h"

static zhan_limits_t pages(uint64_t min, uint64_t max) {
  zhan_limits_t made;
  memset(&made, 0, sizeof(made));
  made.min = min;
  made.max = max;
  made.has_max = true;
  return made;
}

static void access_and_grow(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_store_t* other = new_store(engine);
  zhan_limits_t limits = pages(1, 3);
  zhan_memory_t memory;
  uint64_t old = 9;
  char text[8];
  OK(zhan_memory_new(store, &limits, &memory));
  CHECK(zhan_memory_size(store, memory) == 65536);
  OK(zhan_memory_write(store, memory, 65531, "hello", 5));
  OK(zhan_memory_read(store, memory, 65531, text, 5));
  CHECK(memcmp(text, "hello", 5) == 0);
  CHECK(memcmp(zhan_memory_data(store, memory) + 65531, "hello", 5) == 0);
  FAILS(zhan_memory_write(store, memory, 65532, "hello", 5), ZHAN_ERROR_BOUNDS, "65536");
  FAILS(zhan_memory_read(store, memory, UINT64_MAX, text, 5), ZHAN_ERROR_BOUNDS, "outside");
  FAILS(zhan_memory_read(store, memory, 0, text, SIZE_MAX), ZHAN_ERROR_BOUNDS, "outside");
  OK(zhan_memory_read(store, memory, 65536, NULL, 0));
  OK(zhan_memory_grow(store, memory, 2, &old));
  CHECK(old == 1 && zhan_memory_size(store, memory) == 3 * 65536);
  FAILS(zhan_memory_grow(store, memory, 1, &old), ZHAN_ERROR_LIMIT, "grow");
  FAILS(zhan_memory_grow(store, memory, UINT64_MAX, NULL), ZHAN_ERROR_LIMIT, "grow");
  CHECK(zhan_memory_data(other, memory) == NULL && zhan_memory_size(other, memory) == 0);
  FAILS(zhan_memory_grow(other, memory, 1, NULL), ZHAN_ERROR_WRONG_STORE, "memory");
  zhan_store_drop(store);
  zhan_store_drop(other);
}

static void bad_bounds(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_memory_t memory;
  zhan_limits_t limits = pages(3, 1);
  FAILS(zhan_memory_new(store, &limits, &memory), ZHAN_ERROR_TYPE, "minimum");
  CHECK(memory.store == 0);
  limits = pages(65537, 65537);
  FAILS(zhan_memory_new(store, &limits, &memory), ZHAN_ERROR_TYPE, "65536");
  limits = pages(1, 1);
  limits.has_max = false;
  limits.shared = true;
  FAILS(zhan_memory_new(store, &limits, &memory), ZHAN_ERROR_TYPE, "maximum");
  limits = pages(1, 1);
  limits.custom_page = true;
  limits.page_log2 = 12;
  FAILS(zhan_memory_new(store, &limits, &memory), ZHAN_ERROR_TYPE, "pages");
  limits.page_log2 = 0;
  OK(zhan_memory_new(store, &limits, &memory));
  CHECK(zhan_memory_size(store, memory) == 1);
  zhan_store_drop(store);
}

/* Wasm sees what the host writes, and the other way round. */
static void shared_with_wasm(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_instance_t instance =
      instantiate(store, engine,
                  "(module (memory (export \"m\") 1)"
                  "(func (export \"get\") (param i32) (result i32) (i32.load8_u (local.get 0))))");
  zhan_memory_t memory = zhan_instance_export(store, instance, ZHAN_STR("m")).of.memory;
  zhan_val_t arg = i32_val(100), result;
  OK(zhan_memory_write(store, memory, 100, "\x7f", 1));
  OK(zhan_func_call(store, func_of(store, instance, "get"), &arg, 1, &result, 1));
  CHECK(result.of.i32 == 0x7f);
  arg = i32_val(-1);
  FAILS(zhan_func_call(store, func_of(store, instance, "get"), &arg, 1, &result, 1),
        ZHAN_ERROR_TRAP, "out of bounds memory access");
  zhan_store_drop(store);
}

void test_memory(void);
void test_memory(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  access_and_grow(engine);
  bad_bounds(engine);
  shared_with_wasm(engine);
  zhan_engine_drop(engine);
}
