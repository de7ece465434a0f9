// SPDX-License-Identifier: Apache-2.0
/* Every function with a store, used with handles of another store, with none, without a store, and
 * from a thread while another one runs the store. */
#include <pthread.h>

#include "check.h"

/* One object of every kind. */
struct Things {
  zhan_engine_t* engine;
  zhan_store_t* store;
  zhan_module_t* module;
  zhan_functype_t* type;
  zhan_linker_t* linker;
  zhan_pre_t* pre;
  zhan_instance_t instance;
  zhan_func_t func;
  zhan_memory_t memory;
  zhan_table_t table;
  zhan_global_t global;
  zhan_tag_t tag;
  zhan_ref_t ref;
};

static const char* const text =
    "(module (memory (export \"memory\") 1) (table (export \"table\") 1 externref)"
    "(global (export \"global\") (mut i32) (i32.const 0)) (tag (export \"tag\"))"
    "(func (export \"func\")))";

static struct Things make(zhan_engine_t* engine) {
  struct Things made;
  memset(&made, 0, sizeof(made));
  made.engine = engine;
  made.store = new_store(engine);
  made.module = load(engine, text);
  made.type = signature("");
  made.linker = zhan_linker_new(engine, 0);
  OK(zhan_linker_resolve(made.linker, made.module, &made.pre));
  OK(zhan_pre_instantiate(made.pre, made.store, &made.instance));
  made.func = func_of(made.store, made.instance, "func");
  made.memory = zhan_instance_export(made.store, made.instance, ZHAN_STR("memory")).of.memory;
  made.table = zhan_instance_export(made.store, made.instance, ZHAN_STR("table")).of.table;
  made.global = zhan_instance_export(made.store, made.instance, ZHAN_STR("global")).of.global;
  made.tag = zhan_instance_export(made.store, made.instance, ZHAN_STR("tag")).of.tag;
  OK(zhan_externref_new(made.store, &made, NULL, &made.ref));
  return made;
}

static void drop(struct Things* things) {
  zhan_ref_drop(things->ref);
  zhan_pre_drop(things->pre);
  zhan_linker_drop(things->linker);
  zhan_functype_drop(things->type);
  zhan_module_drop(things->module);
  zhan_store_drop(things->store);
}

static zhan_extern_t as_extern(zhan_func_t func) {
  zhan_extern_t made;
  memset(&made, 0, sizeof(made));
  made.kind = ZHAN_EXTERN_FUNC;
  made.of.func = func;
  return made;
}

static zhan_error_t* nothing(void* env, zhan_caller_t* caller, const zhan_val_t* args,
                             zhan_val_t* results) {
  (void)env;
  (void)caller;
  (void)args;
  (void)results;
  return NULL;
}

/* All functions that take a handle; `store` is not that of the handles, or cannot be used. */
static void with_handles(zhan_store_t* store, const struct Things* h, zhan_error_kind_t kind) {
  zhan_val_t value = i32_val(1), null_ref = null_val(ZHAN_EXTERN);
  zhan_slot_t slot;
  zhan_extern_t item = as_extern(h->func);
  zhan_externtype_t type;
  zhan_error_t* made = NULL;
  uint64_t old = 7;
  char byte = 0;
  FAILS(zhan_func_call(store, h->func, NULL, 0, NULL, 0), kind, "");
  FAILS(zhan_func_call_raw(store, h->func, &slot, 1), kind, "");
  FAILS(zhan_memory_grow(store, h->memory, 0, &old), kind, "");
  CHECK(old == 0);
  FAILS(zhan_memory_read(store, h->memory, 0, &byte, 1), kind, "");
  FAILS(zhan_memory_write(store, h->memory, 0, &byte, 1), kind, "");
  CHECK(zhan_memory_data(store, h->memory) == NULL);
  CHECK(zhan_memory_size(store, h->memory) == 0);
  FAILS(zhan_table_get(store, h->table, 0, &value), kind, "");
  FAILS(zhan_table_set(store, h->table, 0, &null_ref), kind, "");
  FAILS(zhan_table_grow(store, h->table, 1, &null_ref, &old), kind, "");
  CHECK(zhan_table_size(store, h->table) == 0);
  FAILS(zhan_global_get(store, h->global, &value), kind, "");
  value = i32_val(1);
  FAILS(zhan_global_set(store, h->global, &value), kind, "");
  FAILS(zhan_extern_type(store, item, &type), kind, "");
  FAILS(zhan_linker_define(h->linker, store, ZHAN_STR("a"), ZHAN_STR("b"), item), kind, "");
  FAILS(zhan_linker_define_instance(h->linker, store, ZHAN_STR("a"), h->instance), kind, "");
  CHECK(zhan_instance_export(store, h->instance, ZHAN_STR("func")).kind == ZHAN_EXTERN_NONE);
  CHECK(zhan_instance_exports(store, h->instance, NULL, 0) == 0);
  CHECK(zhan_instance_module(store, h->instance) == NULL);
  CHECK(zhan_externref_data(store, h->ref) == NULL);
  made = zhan_error_new_exception(store, h->tag, NULL, 0, &made);
  CHECK(made != NULL); /* which error, error_test knows */
  zhan_error_drop(made);
}

/* All functions that only take the store. */
static void with_store(zhan_store_t* store, const struct Things* h, zhan_error_kind_t kind) {
  zhan_store_limits_t most;
  zhan_limits_t limits;
  zhan_valtype_t externref = ZHAN_TYPE_EXTERNREF, number = ZHAN_TYPE_I32;
  zhan_val_t value = i32_val(1), null_ref = null_val(ZHAN_EXTERN);
  zhan_instance_t instance;
  zhan_memory_t memory;
  zhan_table_t table;
  zhan_global_t global;
  zhan_tag_t tag;
  zhan_func_t func;
  zhan_ref_t ref;
  int ended = 0;
  memset(&most, 0, sizeof(most));
  memset(&limits, 0, sizeof(limits));
  FAILS(zhan_store_set_limits(store, &most), kind, "");
  FAILS(zhan_store_set_fuel(store, 1), kind, "");
  FAILS(zhan_store_set_deadline(store, 0), kind, "");
  FAILS(zhan_store_collect(store), kind, "");
  FAILS(zhan_store_set_wasi(store, zhan_wasi_new()), kind, "");
  FAILS(zhan_instance_new(store, h->module, NULL, 0, &instance), kind, "");
  FAILS(zhan_pre_instantiate(h->pre, store, &instance), kind, "");
  CHECK(instance.store == 0 && instance.item == 0);
  FAILS(zhan_func_new(store, h->type, nothing, &ended, count_up, &func), kind, "");
  CHECK(ended == 1 && func.store == 0); /* env is taken, on failure too */
  FAILS(zhan_memory_new(store, &limits, &memory), kind, "");
  FAILS(zhan_table_new(store, externref, &limits, &null_ref, &table), kind, "");
  FAILS(zhan_global_new(store, number, false, &value, &global), kind, "");
  FAILS(zhan_tag_new(store, h->type, &tag), kind, "");
  FAILS(zhan_externref_new(store, &ended, count_up, &ref), kind, "");
  CHECK(ended == 2 && ref.root == 0);
}

static void another_store(zhan_engine_t* engine) {
  struct Things things = make(engine), none = make(engine);
  zhan_store_t* other = new_store(engine);
  with_handles(other, &things, ZHAN_ERROR_WRONG_STORE);
  /* Handles of nothing. */
  memset(&none.instance, 0, sizeof(none.instance));
  memset(&none.func, 0, sizeof(none.func));
  memset(&none.memory, 0, sizeof(none.memory));
  memset(&none.table, 0, sizeof(none.table));
  memset(&none.global, 0, sizeof(none.global));
  memset(&none.tag, 0, sizeof(none.tag));
  zhan_ref_drop(none.ref);
  memset(&none.ref, 0, sizeof(none.ref));
  with_handles(things.store, &none, ZHAN_ERROR_WRONG_STORE);
  zhan_store_drop(other);
  drop(&things);
  drop(&none);
}

/* Handles whose store is gone: the number of a store is never given again. */
static void after_the_store(zhan_engine_t* engine) {
  struct Things things = make(engine);
  zhan_store_t* later;
  zhan_interrupt_t* interrupt = zhan_store_interrupt(things.store);
  zhan_store_drop(things.store);
  later = new_store(engine);
  with_handles(later, &things, ZHAN_ERROR_WRONG_STORE);
  zhan_interrupt_raise(interrupt);
  zhan_interrupt_drop(interrupt);
  things.store = later;
  drop(&things);
}

static void no_store(zhan_engine_t* engine) {
  struct Things things = make(engine);
  with_handles(NULL, &things, ZHAN_ERROR_CONFIG);
  with_store(NULL, &things, ZHAN_ERROR_CONFIG);
  CHECK(zhan_store_interrupt(NULL) == NULL);
  CHECK(zhan_store_data(NULL) == NULL);
  drop(&things);
}

static void* intrude(void* data) {
  const struct Things* things = (const struct Things*)data;
  uint64_t left = 1, used = 1;
  with_handles(things->store, things, ZHAN_ERROR_BUSY);
  with_store(things->store, things, ZHAN_ERROR_BUSY);
  zhan_store_fuel(things->store, &left, &used);
  CHECK(left == 0 && used == 0);
  return NULL;
}

static zhan_error_t* let_intrude(void* env, zhan_caller_t* caller, const zhan_val_t* args,
                                 zhan_val_t* results) {
  pthread_t thread;
  (void)caller;
  (void)args;
  (void)results;
  CHECK(pthread_create(&thread, NULL, intrude, env) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  return NULL;
}

static void while_it_runs(zhan_engine_t* engine) {
  struct Things things = make(engine);
  zhan_func_t func;
  OK(zhan_func_new(things.store, things.type, let_intrude, &things, NULL, &func));
  OK(zhan_func_call(things.store, func, NULL, 0, NULL, 0));
  drop(&things);
}

void test_misuse(void);
void test_misuse(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  another_store(engine);
  after_the_store(engine);
  no_store(engine);
  while_it_runs(engine);
  zhan_engine_drop(engine);
}
