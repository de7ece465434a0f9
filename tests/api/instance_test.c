// SPDX-License-Identifier: Apache-2.0
#include "check.h"

static const char* const text =
    "(module (memory (export \"m\") 1 3) (table (export \"t\") 2 5 funcref)"
    "(global (export \"g\") (mut i64) (i64.const 4))"
    "(func $f (export \"f\") (export \"f\\00again\") (param i32) (result f32) f32.const 0)"
    "(tag (export \"e\") (param i32)))";

static void exports(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_store_t* other = new_store(engine);
  zhan_instance_t instance = instantiate(store, engine, text);
  zhan_extern_t list[8];
  zhan_extern_t f = zhan_instance_export(store, instance, ZHAN_STR("f"));
  CHECK(zhan_instance_exports(store, instance, NULL, 0) == 6);
  CHECK(zhan_instance_exports(store, instance, list, 8) == 6);
  CHECK(list[0].kind == ZHAN_EXTERN_MEMORY && list[1].kind == ZHAN_EXTERN_TABLE);
  CHECK(list[2].kind == ZHAN_EXTERN_GLOBAL && list[5].kind == ZHAN_EXTERN_TAG);
  CHECK(zhan_extern_same(list[3], list[4]) && zhan_extern_same(list[3], f));
  CHECK(!zhan_extern_same(list[0], list[1]));
  CHECK(zhan_extern_same(zhan_instance_export(store, instance, ZHAN_STR("f\0again")), f));
  CHECK(zhan_instance_export(store, instance, ZHAN_STR("F")).kind == ZHAN_EXTERN_NONE);
  CHECK(zhan_instance_export(other, instance, ZHAN_STR("f")).kind == ZHAN_EXTERN_NONE);
  CHECK(zhan_instance_exports(other, instance, list, 8) == 0);
  CHECK(zhan_instance_module(other, instance) == NULL);
  CHECK(zhan_module_exports(zhan_instance_module(store, instance), NULL, 0) == 6);
  zhan_store_drop(store);
  zhan_store_drop(other);
}

static void types(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_store_t* other = new_store(engine);
  zhan_instance_t instance = instantiate(store, engine, text);
  zhan_extern_t list[8];
  zhan_externtype_t type;
  const zhan_valtype_t* results;
  size_t count;
  zhan_instance_exports(store, instance, list, 8);
  OK(zhan_memory_grow(store, list[0].of.memory, 1, NULL));
  OK(zhan_extern_type(store, list[0], &type));
  CHECK(type.kind == ZHAN_EXTERN_MEMORY && type.limits.min == 2 && type.limits.max == 3);
  OK(zhan_extern_type(store, list[1], &type));
  CHECK(type.value.kind == ZHAN_FUNC && type.limits.min == 2 && type.limits.max == 5);
  OK(zhan_extern_type(store, list[2], &type));
  CHECK(type.value.kind == ZHAN_I64 && type.is_mutable);
  OK(zhan_extern_type(store, list[3], &type));
  zhan_functype_get(type.func, NULL, NULL, &results, &count);
  CHECK(count == 1 && results[0].kind == ZHAN_F32);
  zhan_functype_drop(type.func);
  OK(zhan_extern_type(store, list[5], &type));
  CHECK(type.kind == ZHAN_EXTERN_TAG);
  zhan_functype_drop(type.func);
  FAILS(zhan_extern_type(other, list[0], &type), ZHAN_ERROR_WRONG_STORE, "store");
  CHECK(type.kind == ZHAN_EXTERN_NONE);
  list[0].of.memory.item = 1000;
  FAILS(zhan_extern_type(store, list[0], &type), ZHAN_ERROR_WRONG_STORE, "store");
  list[0].kind = 77;
  FAILS(zhan_extern_type(store, list[0], &type), ZHAN_ERROR_WRONG_STORE, "store");
  zhan_store_drop(store);
  zhan_store_drop(other);
}

static void positional_imports(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_instance_t first = instantiate(store, engine, text), second;
  zhan_module_t* module = load(engine,
                               "(module (import \"x\" \"y\" (memory 1))"
                               "(import \"x\" \"z\" (global (mut i64))))");
  zhan_extern_t imports[2];
  imports[0] = zhan_instance_export(store, first, ZHAN_STR("m"));
  imports[1] = zhan_instance_export(store, first, ZHAN_STR("g"));
  OK(zhan_instance_new(store, module, imports, 2, &second));
  FAILS(zhan_instance_new(store, module, imports, 1, &second), ZHAN_ERROR_LINK, "imports");
  imports[1] = imports[0];
  FAILS(zhan_instance_new(store, module, imports, 2, &second), ZHAN_ERROR_LINK,
        "incompatible import type");
  CHECK(second.store == 0);
  imports[1].of.memory.store += 1000;
  FAILS(zhan_instance_new(store, module, imports, 2, &second), ZHAN_ERROR_WRONG_STORE, "import 2");
  zhan_module_drop(module);
  zhan_store_drop(store);
}

static void start_functions(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_module_t* module = load(engine, "(module (func $s unreachable) (start $s))");
  zhan_instance_t instance;
  FAILS(zhan_instance_new(store, module, NULL, 0, &instance), ZHAN_ERROR_TRAP, "unreachable");
  CHECK(instance.store == 0 && instance.item == 0);
  zhan_module_drop(module);
  zhan_store_drop(store);
}

void test_instance(void);
void test_instance(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  exports(engine);
  types(engine);
  positional_imports(engine);
  start_functions(engine);
  zhan_engine_drop(engine);
}
