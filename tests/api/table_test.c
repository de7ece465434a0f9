// SPDX-License-Identifier: Apache-2.0
#include "check.h"

static void functions(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_instance_t instance =
      instantiate(store, engine,
                  "(module (table (export \"t\") 3 4 funcref) (elem (i32.const 1) $f)"
                  "(func $f (export \"f\") (result i32) i32.const 8)"
                  "(func (export \"call\") (param i32) (result i32)"
                  " (call_indirect (result i32) (local.get 0))))");
  zhan_table_t table = zhan_instance_export(store, instance, ZHAN_STR("t")).of.table;
  zhan_func_t f = func_of(store, instance, "f");
  zhan_val_t value, arg = i32_val(2), result, null = null_val(ZHAN_FUNC);
  uint64_t old = 0;
  CHECK(zhan_table_size(store, table) == 3);
  OK(zhan_table_get(store, table, 0, &value));
  CHECK(value.kind == ZHAN_FUNC && value.of.func.store == 0);
  OK(zhan_table_get(store, table, 1, &value));
  CHECK(value.of.func.store == f.store && value.of.func.item == f.item);
  FAILS(zhan_func_call(store, func_of(store, instance, "call"), &arg, 1, &result, 1),
        ZHAN_ERROR_TRAP, "uninitialized element");
  OK(zhan_table_set(store, table, 2, &value));
  OK(zhan_func_call(store, func_of(store, instance, "call"), &arg, 1, &result, 1));
  CHECK(result.of.i32 == 8);
  OK(zhan_table_set(store, table, 1, &null));
  OK(zhan_table_grow(store, table, 1, &value, &old));
  CHECK(old == 3 && zhan_table_size(store, table) == 4);
  OK(zhan_table_get(store, table, 3, &value));
  CHECK(value.of.func.item == f.item);
  FAILS(zhan_table_grow(store, table, 1, &null, &old), ZHAN_ERROR_LIMIT, "grow");
  FAILS(zhan_table_get(store, table, 4, &value), ZHAN_ERROR_BOUNDS, "4");
  FAILS(zhan_table_set(store, table, UINT64_MAX, &null), ZHAN_ERROR_BOUNDS, "");
  FAILS(zhan_table_set(store, table, 0, &arg), ZHAN_ERROR_TYPE, "given i32");
  zhan_store_drop(store);
}

static void made_by_the_host(zhan_engine_t* engine) {
  static const zhan_valtype_t externref = ZHAN_TYPE_EXTERNREF, number = ZHAN_TYPE_I32;
  static const zhan_valtype_t never_null = {ZHAN_EXTERN, 0, 0x6f, 0, 0};
  zhan_store_t* store = new_store(engine);
  zhan_store_t* other = new_store(engine);
  zhan_val_t init = null_val(ZHAN_EXTERN), value;
  zhan_limits_t limits;
  zhan_table_t table;
  int ended = 0;
  memset(&limits, 0, sizeof(limits));
  limits.min = 2;
  FAILS(zhan_table_new(store, number, &limits, &init, &table), ZHAN_ERROR_TYPE, "references");
  FAILS(zhan_table_new(store, never_null, &limits, &init, &table), ZHAN_ERROR_TYPE, "null");
  OK(zhan_externref_new(store, &ended, count_up, &init.of.ref));
  FAILS(zhan_table_new(other, externref, &limits, &init, &table), ZHAN_ERROR_WRONG_STORE, "store");
  OK(zhan_table_new(store, externref, &limits, &init, &table));
  OK(zhan_table_get(store, table, 1, &value));
  CHECK(value.kind == ZHAN_EXTERN && zhan_ref_same(value.of.ref, init.of.ref));
  CHECK(zhan_externref_data(store, value.of.ref) == &ended);
  zhan_vals_drop(&value, 1);
  zhan_vals_drop(&init, 1);
  limits.min = 1;
  limits.max = 0;
  limits.has_max = true;
  FAILS(zhan_table_new(store, externref, &limits, &init, &table), ZHAN_ERROR_TYPE, "minimum");
  CHECK(zhan_table_size(other, table) == 0);
  zhan_store_drop(store);
  CHECK(ended == 1);
  zhan_store_drop(other);
}

void test_table(void);
void test_table(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  functions(engine);
  made_by_the_host(engine);
  zhan_engine_drop(engine);
}
