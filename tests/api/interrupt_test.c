// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <time.h>

#include "check.h"

static const char* const text =
    "(module (import \"h\" \"ready\" (func $ready))"
    "(func (export \"spin\") call $ready (loop $l br $l)) (func (export \"nop\")))";

struct Env {
  zhan_store_t* store;
  zhan_func_t nop;
  zhan_interrupt_t* interrupt;
  pthread_t thread;
  zhan_error_kind_t busy, data_seen;
};

/* While the store runs on its thread: entering is refused, interrupting is not. */
static void* intrude(void* data) {
  struct Env* env = (struct Env*)data;
  zhan_error_t* error = zhan_func_call(env->store, env->nop, NULL, 0, NULL, 0);
  env->busy = zhan_error_kind(error);
  zhan_error_drop(error);
  zhan_interrupt_raise(env->interrupt);
  return NULL;
}

static zhan_error_t* start_thread(void* data, zhan_caller_t* caller, const zhan_val_t* args,
                                  zhan_val_t* results) {
  struct Env* env = (struct Env*)data;
  (void)args;
  (void)results;
  (void)caller;
  CHECK(pthread_create(&env->thread, NULL, intrude, env) == 0);
  return NULL;
}

static zhan_error_t* do_nothing(void* data, zhan_caller_t* caller, const zhan_val_t* args,
                                zhan_val_t* results) {
  (void)data;
  (void)caller;
  (void)args;
  (void)results;
  return NULL;
}

static zhan_instance_t make(zhan_engine_t* engine, zhan_store_t* store, zhan_callback_t ready,
                            void* env) {
  zhan_functype_t* type = signature("");
  zhan_module_t* module = load(engine, text);
  zhan_extern_t import;
  zhan_instance_t instance;
  memset(&import, 0, sizeof(import));
  import.kind = ZHAN_EXTERN_FUNC;
  OK(zhan_func_new(store, type, ready, env, NULL, &import.of.func));
  OK(zhan_instance_new(store, module, &import, 1, &instance));
  zhan_functype_drop(type);
  zhan_module_drop(module);
  return instance;
}

static void from_another_thread(zhan_engine_t* engine) {
  struct Env env;
  zhan_instance_t instance;
  zhan_error_t* error;
  memset(&env, 0, sizeof(env));
  env.store = new_store(engine);
  env.interrupt = zhan_store_interrupt(env.store);
  instance = make(engine, env.store, start_thread, &env);
  env.nop = func_of(env.store, instance, "nop");
  error = zhan_func_call(env.store, func_of(env.store, instance, "spin"), NULL, 0, NULL, 0);
  pthread_join(env.thread, NULL);
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_INTERRUPT);
  CHECK(zhan_error_code(error) == ZHAN_INTERRUPT_RAISED);
  zhan_error_drop(error);
  CHECK(env.busy == ZHAN_ERROR_BUSY);
  /* One interrupt ends one call. */
  OK(zhan_func_call(env.store, env.nop, NULL, 0, NULL, 0));
  zhan_store_drop(env.store);
  zhan_interrupt_raise(env.interrupt); /* the store is gone */
  zhan_interrupt_drop(env.interrupt);
  zhan_interrupt_drop(NULL);
  zhan_interrupt_raise(NULL);
}

static void deadlines(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_instance_t instance = make(engine, store, do_nothing, NULL);
  zhan_func_t spin = func_of(store, instance, "spin");
  zhan_error_t* error;
  OK(zhan_store_set_deadline(store, 20 * 1000 * 1000));
  error = zhan_func_call(store, spin, NULL, 0, NULL, 0);
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_INTERRUPT);
  CHECK(zhan_error_code(error) == ZHAN_INTERRUPT_DEADLINE);
  zhan_error_drop(error);
  OK(zhan_store_set_deadline(store, 0));
  OK(zhan_func_call(store, func_of(store, instance, "nop"), NULL, 0, NULL, 0));
  zhan_store_drop(store);
}

void test_interrupt(void);
void test_interrupt(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  from_another_thread(engine);
  deadlines(engine);
  zhan_engine_drop(engine);
}
