// SPDX-License-Identifier: Apache-2.0
#include "check.h"

static const char* const kinds_text =
    "(module (func (export \"swap\") (param i32 i64 f32 f64 v128) (result v128 f64 f32 i64 i32)"
    " local.get 4 local.get 3 local.get 2 local.get 1 local.get 0)"
    "(func (export \"div\") (param i32 i32) (result i32)"
    " (i32.div_s (local.get 0) (local.get 1)))"
    "(func (export \"wide\") (param i32) (result i64) (i64.extend_i32_u (local.get 0))))";

static void all_kinds(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_instance_t instance = instantiate(store, engine, kinds_text);
  zhan_func_t swap = func_of(store, instance, "swap");
  zhan_val_t args[5], results[5];
  memset(args, 0, sizeof(args));
  args[0] = i32_val(-5);
  args[1].kind = ZHAN_I64;
  args[1].of.i64 = INT64_MIN;
  args[2].kind = ZHAN_F32;
  args[2].of.f32 = 1.5f;
  args[3].kind = ZHAN_F64;
  args[3].of.f64 = -0.25;
  args[4].kind = ZHAN_V128;
  memcpy(args[4].of.v128, "0123456789abcdef", 16);
  OK(zhan_func_call(store, swap, args, 5, results, 5));
  CHECK(results[0].kind == ZHAN_V128 && memcmp(results[0].of.v128, "0123456789abcdef", 16) == 0);
  CHECK(results[1].kind == ZHAN_F64 && results[1].of.f64 == -0.25);
  CHECK(results[2].kind == ZHAN_F32 && results[2].of.f32 == 1.5f);
  CHECK(results[3].kind == ZHAN_I64 && results[3].of.i64 == INT64_MIN);
  CHECK(results[4].kind == ZHAN_I32 && results[4].of.i32 == -5);

  FAILS(zhan_func_call(store, swap, args, 4, results, 5), ZHAN_ERROR_TYPE, "given 4");
  zhan_store_drop(store);
}

static void wrong_calls(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_store_t* other = new_store(engine);
  zhan_instance_t instance = instantiate(store, engine, kinds_text);
  zhan_func_t div = func_of(store, instance, "div"), none = {0, 0};
  zhan_val_t args[2], result;
  zhan_error_t* error;
  args[0] = i32_val(7);
  args[1] = i32_val(0);
  error = zhan_func_call(store, div, args, 2, &result, 1);
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_TRAP && zhan_error_code(error) == 2);
  CHECK(str_is(zhan_error_message(error), "integer divide by zero"));
  zhan_error_drop(error);
  CHECK(result.kind == ZHAN_NONE);
  FAILS(zhan_func_call(store, div, args, 1, &result, 1), ZHAN_ERROR_TYPE, "arguments");
  FAILS(zhan_func_call(store, div, args, 2, &result, 0), ZHAN_ERROR_TYPE, "results");
  args[1].kind = ZHAN_I64;
  FAILS(zhan_func_call(store, div, args, 2, &result, 1), ZHAN_ERROR_TYPE, "argument 2");
  args[1].kind = 200;
  FAILS(zhan_func_call(store, div, args, 2, &result, 1), ZHAN_ERROR_TYPE, "argument 2");
  FAILS(zhan_func_call(other, div, args, 2, &result, 1), ZHAN_ERROR_WRONG_STORE, "function");
  FAILS(zhan_func_call(store, none, args, 2, &result, 1), ZHAN_ERROR_WRONG_STORE, "function");
  args[1] = i32_val(2);
  OK(zhan_func_call(store, div, args, 2, &result, 1));
  CHECK(result.of.i32 == 3);
  zhan_store_drop(store);
  zhan_store_drop(other);
}

static void raw_calls(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_instance_t instance = instantiate(store, engine, kinds_text);
  zhan_slot_t slots[6];
  slots[0].bits = 0xdeadbeef00000007u;
  OK(zhan_func_call_raw(store, func_of(store, instance, "wide"), slots, 1));
  CHECK(slots[0].bits == 7);
  FAILS(zhan_func_call_raw(store, func_of(store, instance, "swap"), slots, 5), ZHAN_ERROR_TYPE,
        "slots");
  slots[0].i32 = 1;
  slots[1].i64 = 2;
  slots[2].f32 = 3;
  slots[3].f64 = 4;
  slots[4].bits = 5;
  slots[5].bits = 6;
  OK(zhan_func_call_raw(store, func_of(store, instance, "swap"), slots, 6));
  CHECK(slots[0].bits == 5 && slots[1].bits == 6 && slots[2].f64 == 4 && slots[3].f32 == 3);
  CHECK(slots[4].i64 == 2 && slots[5].i32 == 1);
  zhan_store_drop(store);
}

struct Env {
  int calls, ended;
  int32_t answer_kind;
  zhan_error_t* error;
  zhan_store_t* store;
  zhan_func_t callee;
};

static void end_env(void* env) { ++((struct Env*)env)->ended; }

static zhan_error_t* host(void* data, zhan_caller_t* caller, const zhan_val_t* args,
                          zhan_val_t* results) {
  struct Env* env = (struct Env*)data;
  zhan_extern_t memory = zhan_caller_export(caller, ZHAN_STR("memory"));
  uint8_t byte = 0;
  ++env->calls;
  CHECK(zhan_caller_store(caller) == env->store);
  if (env->error != NULL) return env->error;
  CHECK(args[0].kind == ZHAN_I32 && results[0].kind == ZHAN_I32 && results[0].of.i32 == 0);
  if (zhan_caller_instance(caller).store != 0) {
    CHECK(memory.kind == ZHAN_EXTERN_MEMORY);
    OK(zhan_memory_read(env->store, memory.of.memory, (uint64_t)args[0].of.i32, &byte, 1));
  } else {
    CHECK(memory.kind == ZHAN_EXTERN_NONE);
  }
  results[0].of.i32 = byte;
  if (env->answer_kind != 0) results[0].kind = (uint8_t)env->answer_kind;
  return NULL;
}

static const char* const caller_text =
    "(module (import \"h\" \"f\" (func $f (param i32) (result i32)))"
    "(memory (export \"memory\") 1) (data (i32.const 8) \"A\")"
    "(func (export \"run\") (param i32) (result i32) local.get 0 call $f))";

static void host_functions(zhan_engine_t* engine) {
  struct Env env;
  static const int owner = 0;
  zhan_store_t* store = new_store(engine);
  zhan_functype_t* type = signature("(param i32) (result i32)");
  zhan_module_t* module = load(engine, caller_text);
  zhan_instance_t instance;
  zhan_extern_t import;
  zhan_val_t arg = i32_val(8), result;
  zhan_error_t *error, *same;
  zhan_frame_t frame;
  int payload = 0;
  memset(&env, 0, sizeof(env));
  memset(&import, 0, sizeof(import));
  env.store = store;
  import.kind = ZHAN_EXTERN_FUNC;
  OK(zhan_func_new(store, type, host, &env, end_env, &import.of.func));
  OK(zhan_instance_new(store, module, &import, 1, &instance));
  zhan_module_drop(module);
  OK(zhan_func_call(store, func_of(store, instance, "run"), &arg, 1, &result, 1));
  CHECK(result.of.i32 == 'A' && env.calls == 1);
  OK(zhan_func_call(store, import.of.func, &arg, 1, &result, 1));
  CHECK(result.of.i32 == 0 && env.calls == 2);

  /* Results of a wrong kind never reach wasm. */
  env.answer_kind = ZHAN_F64;
  FAILS(zhan_func_call(store, func_of(store, instance, "run"), &arg, 1, &result, 1),
        ZHAN_ERROR_TYPE, "result 1");

  /* The callback's error comes out as the same object, with the frames it came through. */
  same = env.error = zhan_error_new(ZHAN_ERROR_IO, 17, ZHAN_STR("no network"));
  zhan_error_set_payload(env.error, &payload, count_up, &owner);
  error = zhan_func_call(store, func_of(store, instance, "run"), &arg, 1, &result, 1);
  CHECK(error == same);
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_IO && zhan_error_code(error) == 17);
  CHECK(zhan_error_payload(error, &owner) == &payload);
  CHECK(zhan_error_frames(error, &frame, 1) == 1 && frame.function_index == 1);
  CHECK(frame.instance.item == instance.item && payload == 0);
  zhan_error_drop(error);
  CHECK(payload == 1);
  zhan_functype_drop(type);
  CHECK(env.ended == 0);
  zhan_store_drop(store);
  CHECK(env.ended == 1);
}

/* Calls the function again through wasm, then returns the inner error. */
static zhan_error_t* nest(void* data, zhan_caller_t* caller, const zhan_val_t* args,
                          zhan_val_t* results) {
  struct Env* env = (struct Env*)data;
  zhan_val_t arg = i32_val(args[0].of.i32 - 1);
  zhan_extern_t run = zhan_caller_export(caller, ZHAN_STR("run"));
  ++env->calls;
  if (args[0].of.i32 == 0) return zhan_error_new(ZHAN_ERROR_EXIT, 5, ZHAN_STR("bottom"));
  return zhan_func_call(zhan_caller_store(caller), run.of.func, &arg, 1, results, 1);
}

static void nested_calls(zhan_engine_t* engine) {
  struct Env env;
  zhan_store_t* store = new_store(engine);
  zhan_functype_t* type = signature("(param i32) (result i32)");
  zhan_module_t* module = load(engine, caller_text);
  zhan_instance_t instance;
  zhan_extern_t import;
  zhan_val_t arg = i32_val(20), result;
  zhan_error_t* error;
  memset(&env, 0, sizeof(env));
  memset(&import, 0, sizeof(import));
  import.kind = ZHAN_EXTERN_FUNC;
  OK(zhan_func_new(store, type, nest, &env, NULL, &import.of.func));
  OK(zhan_instance_new(store, module, &import, 1, &instance));
  error = zhan_func_call(store, func_of(store, instance, "run"), &arg, 1, &result, 1);
  CHECK(env.calls == 21);
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_EXIT && zhan_error_code(error) == 5);
  CHECK(str_is(zhan_error_message(error), "bottom"));
  zhan_error_drop(error);
  zhan_module_drop(module);
  zhan_functype_drop(type);
  zhan_store_drop(store);
}

/* Counts down: each call is one tail call from the host and one from wasm. */
static zhan_error_t* bounce(void* data, zhan_caller_t* caller, const zhan_val_t* args,
                            zhan_val_t* results) {
  struct Env* env = (struct Env*)data;
  zhan_val_t next = i32_val(args[0].of.i32 - 1);
  ++env->calls;
  if (args[0].of.i32 != 0) return zhan_caller_tail_call(caller, env->callee, &next, 1);
  results[0].of.i32 = 77;
  return NULL;
}

static void tail_calls(zhan_engine_t* engine) {
  struct Env env;
  zhan_store_t* store = new_store(engine);
  zhan_functype_t* type = signature("(param i32) (result i32)");
  zhan_module_t* module =
      load(engine,
           "(module (import \"h\" \"f\" (func $f (param i32) (result i32)))"
           "(func (export \"run\") (param i32) (result i32) local.get 0 return_call $f)"
           "(func (export \"none\") (param i32)))");
  zhan_instance_t instance;
  zhan_extern_t import;
  zhan_val_t arg = i32_val(20000), result;
  memset(&env, 0, sizeof(env));
  memset(&import, 0, sizeof(import));
  import.kind = ZHAN_EXTERN_FUNC;
  OK(zhan_func_new(store, type, bounce, &env, NULL, &import.of.func));
  OK(zhan_instance_new(store, module, &import, 1, &instance));
  env.callee = func_of(store, instance, "run");
  OK(zhan_func_call(store, env.callee, &arg, 1, &result, 1));
  CHECK(result.of.i32 == 77 && env.calls == 20001);
  OK(zhan_func_call(store, import.of.func, &arg, 1, &result, 1));
  CHECK(result.of.i32 == 77 && env.calls == 40002);
  env.callee = func_of(store, instance, "none");
  FAILS(zhan_func_call(store, import.of.func, &arg, 1, &result, 1), ZHAN_ERROR_TYPE, "results");
  env.callee.store = 0;
  FAILS(zhan_func_call(store, import.of.func, &arg, 1, &result, 1), ZHAN_ERROR_WRONG_STORE, "");
  zhan_module_drop(module);
  zhan_functype_drop(type);
  zhan_store_drop(store);
}

void test_func(void);
void test_func(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  all_kinds(engine);
  wrong_calls(engine);
  raw_calls(engine);
  host_functions(engine);
  nested_calls(engine);
  tail_calls(engine);
  zhan_engine_drop(engine);
}
