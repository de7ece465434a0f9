// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "check.h"

static const char* const text =
    "(module (import \"h\" \"f\" (func $f (param externref) (result externref)))"
    "(func (export \"run\") (param externref) (result externref) local.get 0 call $f))";

struct Env {
  zhan_ref_t kept;
  void* seen;
};

/* Keeps its argument and returns another reference to it. */
static zhan_error_t* keep_it(void* data, zhan_caller_t* caller, const zhan_val_t* args,
                             zhan_val_t* results) {
  struct Env* env = (struct Env*)data;
  env->seen = zhan_externref_data(zhan_caller_store(caller), args[0].of.ref);
  env->kept = zhan_ref_keep(args[0].of.ref);
  CHECK(zhan_ref_same(env->kept, args[0].of.ref));
  zhan_ref_drop(args[0].of.ref); /* lent: ignored */
  results[0].of.ref = zhan_ref_keep(args[0].of.ref);
  return NULL;
}

static void* drop_on_another_thread(void* ref) {
  zhan_ref_drop(*(zhan_ref_t*)ref);
  return NULL;
}

static void through_wasm(zhan_engine_t* engine) {
  struct Env env;
  zhan_store_t* store = new_store(engine);
  zhan_functype_t* type = signature("(param externref) (result externref)");
  zhan_module_t* module = load(engine, text);
  zhan_extern_t import;
  zhan_instance_t instance;
  zhan_val_t arg = null_val(ZHAN_EXTERN), result;
  pthread_t thread;
  int ended = 0;
  memset(&env, 0, sizeof(env));
  memset(&import, 0, sizeof(import));
  import.kind = ZHAN_EXTERN_FUNC;
  OK(zhan_func_new(store, type, keep_it, &env, NULL, &import.of.func));
  OK(zhan_instance_new(store, module, &import, 1, &instance));
  OK(zhan_externref_new(store, &ended, count_up, &arg.of.ref));
  OK(zhan_func_call(store, func_of(store, instance, "run"), &arg, 1, &result, 1));
  CHECK(env.seen == &ended);
  CHECK(zhan_ref_same(result.of.ref, arg.of.ref));
  zhan_ref_drop(env.kept);
  CHECK(zhan_externref_data(store, result.of.ref) == &ended);
  zhan_vals_drop(&arg, 1);
  CHECK(arg.of.ref.root == 0);
  zhan_vals_drop(&result, 1);
  arg = null_val(ZHAN_EXTERN);
  OK(zhan_func_call(store, func_of(store, instance, "run"), &arg, 1, &result, 1));
  CHECK(result.of.ref.root == 0 && env.seen == NULL);
  OK(zhan_externref_new(store, &ended, NULL, &env.kept));
  zhan_module_drop(module);
  zhan_functype_drop(type);
  zhan_store_drop(store);
  CHECK(ended == 1);
  /* The store is gone. */
  CHECK(pthread_create(&thread, NULL, drop_on_another_thread, &env.kept) == 0);
  pthread_join(thread, NULL);
}

static void* many(void* data) {
  zhan_ref_t ref = *(zhan_ref_t*)data;
  int i;
  for (i = 0; i < 20000; ++i) {
    zhan_ref_t first = zhan_ref_keep(ref), second = zhan_ref_keep(first);
    if (!zhan_ref_same(first, second)) abort();
    zhan_ref_drop(first);
    zhan_ref_drop(second);
  }
  return NULL;
}

static void many_threads(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_ref_t ref, null = {0, 0};
  pthread_t threads[3];
  int value = 0, i;
  OK(zhan_externref_new(store, &value, NULL, &ref));
  for (i = 0; i < 3; ++i) CHECK(pthread_create(&threads[i], NULL, many, &ref) == 0);
  for (i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  CHECK(zhan_externref_data(store, ref) == &value);
  zhan_ref_drop(ref);
  zhan_ref_drop(ref); /* dropped before: ignored */
  zhan_ref_drop(null);
  CHECK(zhan_ref_keep(null).root == 0);
  CHECK(zhan_ref_same(null, null) && !zhan_ref_same(ref, null));
  CHECK(zhan_externref_data(store, null) == NULL);
  zhan_store_drop(store);
}

static void of_another_store(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_store_t* other = new_store(engine);
  zhan_instance_t instance =
      instantiate(other, engine,
                  "(module (func (export \"f\") (param externref)) (func (export \"g\")"
                  " (param (ref extern))))");
  zhan_val_t arg = null_val(ZHAN_EXTERN);
  int value = 0;
  OK(zhan_externref_new(store, &value, NULL, &arg.of.ref));
  CHECK(zhan_externref_data(other, arg.of.ref) == NULL);
  FAILS(zhan_func_call(other, func_of(other, instance, "f"), &arg, 1, NULL, 0),
        ZHAN_ERROR_WRONG_STORE, "another store");
  zhan_vals_drop(&arg, 1);
  FAILS(zhan_func_call(other, func_of(other, instance, "g"), &arg, 1, NULL, 0), ZHAN_ERROR_TYPE,
        "null");
  OK(zhan_func_call(other, func_of(other, instance, "f"), &arg, 1, NULL, 0));
  zhan_store_drop(store);
  zhan_store_drop(other);
}

void test_refs(void);
void test_refs(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  through_wasm(engine);
  many_threads(engine);
  of_another_store(engine);
  zhan_engine_drop(engine);
}
