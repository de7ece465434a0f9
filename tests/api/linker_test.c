// SPDX-License-Identifier: Apache-2.0
#include "check.h"

static zhan_error_t* add_env(void* env, zhan_caller_t* caller, const zhan_val_t* args,
                             zhan_val_t* results) {
  (void)caller;
  results[0].of.i32 = args[0].of.i32 + *(int*)env;
  return NULL;
}

static zhan_error_t* twice_raw(void* env, zhan_caller_t* caller, zhan_slot_t* slots) {
  (void)env;
  (void)caller;
  slots[0].i64 = 2 * slots[0].i64;
  return NULL;
}

static const char* const user =
    "(module (import \"env\" \"add\" (func $add (param i32) (result i32)))"
    "(func (export \"run\") (param i32) (result i32) local.get 0 call $add))";

static int32_t run(zhan_store_t* store, zhan_pre_t* pre, int32_t arg) {
  zhan_instance_t instance;
  zhan_val_t value = i32_val(arg), result;
  memset(&result, 0, sizeof(result));
  if (OK(zhan_pre_instantiate(pre, store, &instance)))
    OK(zhan_func_call(store, func_of(store, instance, "run"), &value, 1, &result, 1));
  return result.of.i32;
}

/* A host function serves many stores and lives as long as anything uses it. */
static void host_functions(zhan_engine_t* engine) {
  int env = 40;
  zhan_linker_t* linker = zhan_linker_new(engine, 0);
  zhan_functype_t* type = signature("(param i32) (result i32)");
  zhan_module_t* module = load(engine, user);
  zhan_store_t* first = new_store(engine);
  zhan_store_t* second = new_store(engine);
  zhan_pre_t* pre = NULL;
  OK(zhan_linker_define_func(linker, ZHAN_STR("env"), ZHAN_STR("add"), type, add_env, &env,
                             count_up));
  OK(zhan_linker_resolve(linker, module, &pre));
  zhan_linker_drop(linker);
  zhan_module_drop(module);
  zhan_functype_drop(type);
  CHECK(run(first, pre, 2) == 42);
  CHECK(run(second, pre, 3) == 43);
  CHECK(zhan_pre_keep(pre) == pre);
  zhan_pre_drop(pre);
  CHECK(run(first, pre, 4) == 44);
  zhan_pre_drop(pre);
  zhan_store_drop(first);
  CHECK(env == 40);
  zhan_store_drop(second);
  CHECK(env == 41);
}

static void raw_functions(zhan_engine_t* engine) {
  zhan_linker_t* linker = zhan_linker_new(engine, 0);
  zhan_functype_t* type = signature("(param i64) (result i64)");
  zhan_functype_t* refs = signature("(param externref)");
  zhan_module_t* module = load(engine,
                               "(module (import \"m\" \"twice\" (func $f (param i64) (result i64)))"
                               "(func (export \"run\") (param i32) (result i32)"
                               "  (i32.wrap_i64 (call $f (i64.extend_i32_s (local.get 0))))))");
  zhan_store_t* store = new_store(engine);
  zhan_pre_t* pre = NULL;
  int ended = 0;
  OK(zhan_linker_define_raw(linker, ZHAN_STR("m"), ZHAN_STR("twice"), type, twice_raw, NULL, NULL));
  FAILS(zhan_linker_define_raw(linker, ZHAN_STR("m"), ZHAN_STR("r"), refs, twice_raw, &ended,
                               count_up),
        ZHAN_ERROR_TYPE, "references");
  CHECK(ended == 1);
  OK(zhan_linker_resolve(linker, module, &pre));
  CHECK(run(store, pre, -21) == -42);
  zhan_pre_drop(pre);
  zhan_functype_drop(type);
  zhan_functype_drop(refs);
  zhan_module_drop(module);
  zhan_store_drop(store);
  zhan_linker_drop(linker);
}

static void names(zhan_engine_t* engine) {
  int ended = 0;
  zhan_linker_t* linker = zhan_linker_new(engine, 0);
  zhan_functype_t* type = signature("(param i32) (result i32)");
  zhan_functype_t* wrong = signature("(param i64)");
  zhan_module_t* module = load(engine, user);
  zhan_pre_t* pre = NULL;
  FAILS(zhan_linker_resolve(linker, module, &pre), ZHAN_ERROR_LINK, "unknown import");
  CHECK(pre == NULL);
  OK(zhan_linker_define_func(linker, ZHAN_STR("env"), ZHAN_STR("add"), wrong, add_env, &ended,
                             count_up));
  FAILS(zhan_linker_define_func(linker, ZHAN_STR("env"), ZHAN_STR("add"), type, add_env, &ended,
                                count_up),
        ZHAN_ERROR_LINK, "env");
  CHECK(ended == 1);
  FAILS(zhan_linker_resolve(linker, module, &pre), ZHAN_ERROR_LINK, "incompatible import type");
  zhan_linker_drop(linker);
  CHECK(ended == 2);

  linker = zhan_linker_new(engine, ZHAN_LINKER_SHADOWING);
  OK(zhan_linker_define_func(linker, ZHAN_STR("env"), ZHAN_STR("add"), wrong, add_env, &ended,
                             NULL));
  OK(zhan_linker_define_func(linker, ZHAN_STR("env"), ZHAN_STR("add"), type, add_env, &ended,
                             NULL));
  OK(zhan_linker_resolve(linker, module, &pre));
  zhan_pre_drop(pre);
  zhan_pre_drop(NULL);
  zhan_linker_drop(linker);
  zhan_linker_drop(NULL);
  zhan_functype_drop(type);
  zhan_functype_drop(wrong);
  zhan_module_drop(module);
}

/* What belongs to a store can be used in that one only. */
static void externs_of_stores(zhan_engine_t* engine) {
  zhan_linker_t* linker = zhan_linker_new(engine, 0);
  zhan_store_t* store = new_store(engine);
  zhan_store_t* other = new_store(engine);
  zhan_instance_t library = instantiate(
      store, engine, "(module (func (export \"add\") (param i32) (result i32) local.get 0))");
  zhan_module_t* module = load(engine, user);
  zhan_pre_t* pre = NULL;
  zhan_instance_t instance;
  zhan_extern_t item = zhan_instance_export(store, library, ZHAN_STR("add"));
  FAILS(zhan_linker_define(linker, other, ZHAN_STR("a"), ZHAN_STR("b"), item),
        ZHAN_ERROR_WRONG_STORE, "store");
  OK(zhan_linker_define(linker, store, ZHAN_STR("a"), ZHAN_STR("b"), item));
  FAILS(zhan_linker_define_instance(linker, other, ZHAN_STR("env"), library),
        ZHAN_ERROR_WRONG_STORE, "instance");
  OK(zhan_linker_define_instance(linker, store, ZHAN_STR("env"), library));
  FAILS(zhan_linker_define_instance(linker, store, ZHAN_STR("env"), library), ZHAN_ERROR_LINK,
        "add");
  OK(zhan_linker_resolve(linker, module, &pre));
  CHECK(run(store, pre, 5) == 5);
  FAILS(zhan_pre_instantiate(pre, other, &instance), ZHAN_ERROR_WRONG_STORE, "another store");
  zhan_pre_drop(pre);
  zhan_module_drop(module);
  zhan_linker_drop(linker);
  zhan_store_drop(store);
  zhan_store_drop(other);
}

static void unknown_imports(zhan_engine_t* engine) {
  zhan_linker_t* linker = zhan_linker_new(engine, 0);
  zhan_store_t* store = new_store(engine);
  zhan_module_t* module = load(engine, user);
  zhan_pre_t* pre = NULL;
  zhan_instance_t instance;
  zhan_val_t value = i32_val(1), result;
  FAILS(zhan_linker_define_unknown(linker, 9), ZHAN_ERROR_CONFIG, "");
  OK(zhan_linker_define_unknown(linker, ZHAN_UNKNOWN_TRAP));
  OK(zhan_linker_resolve(linker, module, &pre));
  OK(zhan_pre_instantiate(pre, store, &instance));
  FAILS(zhan_func_call(store, func_of(store, instance, "run"), &value, 1, &result, 1),
        ZHAN_ERROR_LINK, "add");
  zhan_pre_drop(pre);
  OK(zhan_linker_define_unknown(linker, ZHAN_UNKNOWN_DEFAULTS));
  OK(zhan_linker_resolve(linker, module, &pre));
  CHECK(run(store, pre, 9) == 0);
  zhan_pre_drop(pre);
  zhan_module_drop(module);
  zhan_store_drop(store);
  zhan_linker_drop(linker);
}

static void engines_do_not_mix(zhan_engine_t* engine) {
  zhan_engine_t* other = new_engine(NULL, NULL);
  zhan_linker_t* linker = zhan_linker_new(engine, 0);
  zhan_module_t* foreign = load(other, "(module)");
  zhan_module_t* module = load(engine, "(module)");
  zhan_store_t* store = new_store(other);
  zhan_pre_t* pre = NULL;
  zhan_instance_t instance;
  FAILS(zhan_linker_resolve(linker, foreign, &pre), ZHAN_ERROR_LINK, "another engine");
  OK(zhan_linker_resolve(linker, module, &pre));
  FAILS(zhan_pre_instantiate(pre, store, &instance), ZHAN_ERROR_WRONG_STORE, "another engine");
  FAILS(zhan_instance_new(store, module, NULL, 0, &instance), ZHAN_ERROR_WRONG_STORE,
        "another engine");
  zhan_pre_drop(pre);
  zhan_store_drop(store);
  zhan_module_drop(module);
  zhan_module_drop(foreign);
  zhan_linker_drop(linker);
  zhan_engine_drop(other);
}

void test_linker(void);
void test_linker(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  host_functions(engine);
  raw_functions(engine);
  names(engine);
  externs_of_stores(engine);
  unknown_imports(engine);
  engines_do_not_mix(engine);
  zhan_engine_drop(engine);
}
