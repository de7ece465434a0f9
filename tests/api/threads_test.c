// SPDX-License-Identifier: Apache-2.0
#include "check.h"

#define HEAD                                                                          \
  "(module (import \"wasi\" \"thread-spawn\" (func $spawn (param i32) (result i32)))" \
  "(import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))"        \
  "(import \"h\" \"count\" (func $count))"                                            \
  "(memory (import \"env\" \"memory\") 1 4 shared)"

/* Threads count by the host's function and in the memory; an argument of 9 ends the program. */
static const char* const program = HEAD
    "(func (export \"wasi_thread_start\") (param i32 i32) (call $count)"
    "  (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))"
    "  (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))"
    "  (if (i32.eq (local.get 1) (i32.const 9)) (then (call $exit (i32.const 5))))"
    "  (if (i32.eq (local.get 1) (i32.const 8)) (then (loop (br 0)))))"
    "(func (export \"spawn\") (param i32) (result i32) (call $spawn (local.get 0)))"
    "(func (export \"wait\") (param i32) (loop $l"
    "  (drop (memory.atomic.wait32 (i32.const 0) (i32.sub (local.get 0) (i32.const 1))"
    "    (i64.const 1000000)))"
    "  (br_if $l (i32.lt_u (i32.atomic.load (i32.const 0)) (local.get 0)))))"
    "(func (export \"sleep\")"
    "  (drop (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const -1)))))";

static zhan_error_t* count_thread(void* data, zhan_caller_t* caller, const zhan_val_t* args,
                                  zhan_val_t* results) {
  (void)args;
  (void)results;
  const int before = __atomic_fetch_add((int*)data, 1, __ATOMIC_SEQ_CST);
  CHECK(zhan_store_data(zhan_caller_store(caller)) == data);
  return before < 100 ? NULL : zhan_error_new(ZHAN_ERROR_HOST, 77, ZHAN_STR("enough threads"));
}

static zhan_limits_t bounds(uint64_t min, uint64_t max) {
  zhan_limits_t limits;
  memset(&limits, 0, sizeof(limits));
  limits.min = min;
  limits.max = max;
  limits.has_max = limits.shared = true;
  return limits;
}

static zhan_error_t* call1(zhan_store_t* store, zhan_instance_t instance, const char* name,
                           int32_t argument, int32_t* result) {
  zhan_extern_t item = zhan_instance_export(store, instance, str(name));
  zhan_val_t arg, out;
  zhan_error_t* error;
  memset(&arg, 0, sizeof(arg));
  memset(&out, 0, sizeof(out));
  arg.kind = ZHAN_I32;
  arg.of.i32 = argument;
  error = zhan_func_call(store, item.of.func, &arg, 1, &out, result == NULL ? 0 : 1);
  if (result != NULL) *result = out.of.i32;
  return error;
}

static void test_memories(zhan_engine_t* engine) {
  zhan_limits_t limits = bounds(1, 3);
  zhan_shared_memory_t* shared = NULL;
  zhan_engine_t* other = new_engine(NULL, NULL);
  zhan_store_t *a = NULL, *b = NULL;
  zhan_memory_t in_a, in_b, again;
  uint64_t old = 0;
  uint8_t byte = 77;
  OK(zhan_shared_memory_new(engine, &limits, &shared));
  OK(zhan_store_new(engine, NULL, NULL, &a));
  OK(zhan_store_new(engine, NULL, NULL, &b));
  OK(zhan_memory_of_shared(a, shared, &in_a));
  OK(zhan_memory_of_shared(a, shared, &again));
  OK(zhan_memory_of_shared(b, shared, &in_b));
  CHECK(in_a.item == again.item);
  OK(zhan_memory_write(a, in_a, 70, &byte, 1));
  OK(zhan_memory_grow(b, in_b, 1, &old));
  CHECK(old == 1 && zhan_memory_size(a, in_a) == 2 * 65536);
  byte = 0;
  OK(zhan_memory_read(b, in_b, 70, &byte, 1));
  CHECK(byte == 77);
  CHECK(zhan_memory_data(a, in_a) == zhan_memory_data(b, in_b));
  FAILS(zhan_memory_grow(a, in_a, 2, NULL), ZHAN_ERROR_LIMIT, "cannot grow");
  FAILS(zhan_memory_grow(a, in_b, 1, NULL), ZHAN_ERROR_WRONG_STORE, "not of this store");
  /* The stores keep it. */
  CHECK(zhan_shared_memory_keep(shared) == shared);
  zhan_shared_memory_drop(shared);
  zhan_store_drop(a);
  OK(zhan_store_new(other, NULL, NULL, &a));
  FAILS(zhan_memory_of_shared(a, shared, &in_a), ZHAN_ERROR_WRONG_STORE, "another engine");
  CHECK(in_a.store == 0 && in_a.item == 0);
  zhan_shared_memory_drop(shared);
  zhan_shared_memory_drop(NULL);
  byte = 0;
  OK(zhan_memory_read(b, in_b, 70, &byte, 1));
  CHECK(byte == 77);
  zhan_store_drop(a);
  zhan_store_drop(b);
  zhan_engine_drop(other);
  limits.has_max = false;
  FAILS(zhan_shared_memory_new(engine, &limits, &shared), ZHAN_ERROR_TYPE, "maximum");
  CHECK(shared == NULL);
  limits = bounds(1, 2);
  limits.shared = false;
  FAILS(zhan_shared_memory_new(engine, &limits, &shared), ZHAN_ERROR_CONFIG, "shared");
}

struct Program {
  zhan_linker_t* linker;
  zhan_pre_t* pre;
  zhan_store_t* store;
  zhan_instance_t instance;
  int counted;
};

static void start(struct Program* p, zhan_engine_t* engine) {
  zhan_limits_t limits = bounds(1, 4);
  zhan_shared_memory_t* memory = NULL;
  zhan_functype_t* type = signature("");
  zhan_module_t* module = load(engine, program);
  memset(p, 0, sizeof(*p));
  p->linker = zhan_linker_new(engine, 0);
  OK(zhan_linker_define_wasi(p->linker, ZHAN_WORLD_PREVIEW1 | ZHAN_WORLD_THREADS));
  OK(zhan_linker_define_func(p->linker, ZHAN_STR("h"), ZHAN_STR("count"), type, count_thread,
                             &p->counted, NULL));
  OK(zhan_shared_memory_new(engine, &limits, &memory));
  OK(zhan_linker_define_shared_memory(p->linker, ZHAN_STR("env"), ZHAN_STR("memory"), memory));
  FAILS(zhan_linker_define_shared_memory(p->linker, ZHAN_STR("env"), ZHAN_STR("memory"), memory),
        ZHAN_ERROR_LINK, "defined already");
  zhan_shared_memory_drop(memory);
  OK(zhan_linker_resolve(p->linker, module, &p->pre));
  OK(zhan_store_new(engine, &p->counted, NULL, &p->store));
  OK(zhan_store_set_wasi(p->store, zhan_wasi_new()));
  OK(zhan_pre_instantiate(p->pre, p->store, &p->instance));
  zhan_module_drop(module);
  zhan_functype_drop(type);
}

static void end(struct Program* p) {
  zhan_store_drop(p->store);
  zhan_pre_drop(p->pre);
  zhan_linker_drop(p->linker);
}

static void test_program(zhan_engine_t* engine) {
  struct Program p;
  zhan_error_t* error;
  int32_t number = 0;
  int i;
  start(&p, engine);
  FAILS(call1(p.store, p.instance, "spawn", 1, &number), ZHAN_ERROR_HOST, "no threads");
  OK(zhan_store_set_threads(p.store, p.pre, 3));
  FAILS(zhan_store_set_threads(p.store, p.pre, 3), ZHAN_ERROR_BUSY, "threads already");
  for (i = 0; i < 3; ++i) {
    OK(call1(p.store, p.instance, "spawn", 8, &number));
    CHECK(number > 0);
  }
  OK(call1(p.store, p.instance, "wait", 3, NULL));
  OK(call1(p.store, p.instance, "spawn", 8, &number));
  CHECK(number == -6);
  CHECK(p.counted == 3);
  zhan_store_stop_threads(p.store);
  zhan_store_stop_threads(p.store);
  zhan_store_stop_threads(NULL);
  /* Others may follow. */
  OK(zhan_store_set_threads(p.store, p.pre, 0));
  OK(call1(p.store, p.instance, "spawn", 1, &number));
  OK(call1(p.store, p.instance, "wait", 4, NULL));
  OK(call1(p.store, p.instance, "spawn", 9, &number));
  error =
      zhan_func_call(p.store, zhan_instance_export(p.store, p.instance, ZHAN_STR("sleep")).of.func,
                     NULL, 0, NULL, 0);
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_EXIT && zhan_error_code(error) == 5);
  zhan_error_drop(error);
  end(&p);
  /* An error of a host function on a thread comes out of the first store's call, and stays. */
  start(&p, engine);
  p.counted = 100;
  OK(zhan_store_set_threads(p.store, p.pre, 0));
  OK(call1(p.store, p.instance, "spawn", 1, &number));
  for (i = 0; i < 3; ++i) {
    error = zhan_func_call(p.store,
                           zhan_instance_export(p.store, p.instance, ZHAN_STR("sleep")).of.func,
                           NULL, 0, NULL, 0);
    CHECK(zhan_error_kind(error) == ZHAN_ERROR_HOST && zhan_error_code(error) == 77);
    CHECK(contains(zhan_error_message(error), "enough threads"));
    CHECK(zhan_error_frames(error, NULL, 0) > 0);
    zhan_error_drop(error);
  }
  end(&p);
  /* A store that is dropped with its threads running. */
  start(&p, engine);
  OK(zhan_store_set_threads(p.store, p.pre, 0));
  for (i = 0; i < 4; ++i) OK(call1(p.store, p.instance, "spawn", 8, &number));
  end(&p);
}

/* Half of what is left goes to each thread. */
static void test_fuel(void) {
  zhan_engine_t* engine = new_engine("fuel", "on");
  struct Program p;
  uint64_t left = 0, used = 0;
  int32_t number = 0;
  zhan_error_t* error;
  start(&p, engine);
  OK(zhan_store_set_fuel(p.store, 1000000));
  OK(zhan_store_set_threads(p.store, p.pre, 0));
  OK(call1(p.store, p.instance, "spawn", 8, &number));
  CHECK(number > 0);
  zhan_store_fuel(p.store, &left, &used);
  CHECK(left > 400000 && left <= 500000);
  /* The thread spends its half in a loop; that ends the program. */
  error =
      zhan_func_call(p.store, zhan_instance_export(p.store, p.instance, ZHAN_STR("sleep")).of.func,
                     NULL, 0, NULL, 0);
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_INTERRUPT);
  CHECK(contains(zhan_error_message(error), "fuel"));
  zhan_error_drop(error);
  end(&p);
  zhan_engine_drop(engine);
}

static void test_refusals(zhan_engine_t* engine) {
  zhan_engine_t* other = new_engine(NULL, NULL);
  zhan_linker_t* linker = zhan_linker_new(engine, 0);
  zhan_module_t* module = load(engine, "(module)");
  zhan_pre_t* pre = NULL;
  zhan_store_t *store = NULL, *foreign = NULL;
  OK(zhan_linker_resolve(linker, module, &pre));
  OK(zhan_store_new(engine, NULL, NULL, &store));
  OK(zhan_store_new(other, NULL, NULL, &foreign));
  FAILS(zhan_store_set_threads(store, pre, 0), ZHAN_ERROR_LINK, "wasi_thread_start");
  FAILS(zhan_store_set_threads(foreign, pre, 0), ZHAN_ERROR_WRONG_STORE, "another engine");
  zhan_store_drop(store);
  zhan_store_drop(foreign);
  zhan_pre_drop(pre);
  zhan_module_drop(module);
  zhan_linker_drop(linker);
  zhan_engine_drop(other);
}

void test_threads(void);
void test_threads(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  test_memories(engine);
  test_program(engine);
  test_refusals(engine);
  zhan_engine_drop(engine);
  test_fuel();
}
