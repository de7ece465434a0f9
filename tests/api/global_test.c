// SPDX-License-Identifier: Apache-2.0
#include "check.h"

static void of_instances(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_instance_t instance =
      instantiate(store, engine,
                  "(module (global $g (export \"g\") (mut i32) (i32.const 4))"
                  "(global (export \"k\") f64 (f64.const 2.5))"
                  "(func (export \"get\") (result i32) global.get $g))");
  zhan_global_t g = zhan_instance_export(store, instance, ZHAN_STR("g")).of.global;
  zhan_global_t k = zhan_instance_export(store, instance, ZHAN_STR("k")).of.global;
  zhan_val_t value;
  OK(zhan_global_get(store, g, &value));
  CHECK(value.kind == ZHAN_I32 && value.of.i32 == 4);
  value = i32_val(-9);
  OK(zhan_global_set(store, g, &value));
  OK(zhan_func_call(store, func_of(store, instance, "get"), NULL, 0, &value, 1));
  CHECK(value.of.i32 == -9);
  OK(zhan_global_get(store, k, &value));
  CHECK(value.kind == ZHAN_F64 && value.of.f64 == 2.5);
  FAILS(zhan_global_set(store, k, &value), ZHAN_ERROR_TYPE, "mutable");
  FAILS(zhan_global_set(store, g, &value), ZHAN_ERROR_TYPE, "i32");
  zhan_store_drop(store);
}

static void made_by_the_host(zhan_engine_t* engine) {
  static const zhan_valtype_t v128 = ZHAN_TYPE_V128, funcref = ZHAN_TYPE_FUNCREF;
  static const zhan_valtype_t i32 = ZHAN_TYPE_I32, unknown = {88, 0, 0, 0, 0};
  zhan_store_t* store = new_store(engine);
  zhan_store_t* other = new_store(engine);
  zhan_val_t value = null_val(ZHAN_V128), got;
  zhan_global_t global;
  memcpy(value.of.v128, "fedcba9876543210", 16);
  OK(zhan_global_new(store, v128, true, &value, &global));
  OK(zhan_global_get(store, global, &got));
  CHECK(memcmp(got.of.v128, value.of.v128, 16) == 0);
  value.of.v128[15] = 'x';
  OK(zhan_global_set(store, global, &value));
  OK(zhan_global_get(store, global, &got));
  CHECK(got.of.v128[15] == 'x');
  FAILS(zhan_global_get(other, global, &got), ZHAN_ERROR_WRONG_STORE, "global");
  CHECK(got.kind == ZHAN_NONE);
  FAILS(zhan_global_new(store, i32, true, &value, &global), ZHAN_ERROR_TYPE, "i32");
  FAILS(zhan_global_new(store, unknown, true, &value, &global), ZHAN_ERROR_TYPE, "type");
  value = null_val(ZHAN_FUNC);
  OK(zhan_global_new(store, funcref, false, &value, &global));
  OK(zhan_global_get(store, global, &got));
  CHECK(got.kind == ZHAN_FUNC && got.of.func.store == 0);
  zhan_store_drop(store);
  zhan_store_drop(other);
}

static void tags(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_functype_t* good = signature("(param i32)");
  zhan_functype_t* bad = signature("(result i32)");
  zhan_externtype_t type;
  zhan_extern_t item;
  memset(&item, 0, sizeof(item));
  item.kind = ZHAN_EXTERN_TAG;
  FAILS(zhan_tag_new(store, bad, &item.of.tag), ZHAN_ERROR_TYPE, "results");
  OK(zhan_tag_new(store, good, &item.of.tag));
  OK(zhan_extern_type(store, item, &type));
  zhan_functype_drop(type.func);
  zhan_functype_drop(good);
  zhan_functype_drop(bad);
  zhan_store_drop(store);
}

void test_global(void);
void test_global(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  of_instances(engine);
  made_by_the_host(engine);
  tags(engine);
  zhan_engine_drop(engine);
}
