// SPDX-License-Identifier: Apache-2.0
// Exceptions between wasm code and the host, in both directions.
#include "check.h"

static const char* const module_text =
    "(module $m"
    " (import \"h\" \"number\" (tag $number (param i32)))"
    " (import \"h\" \"mixed\" (tag $mixed (param i64 externref v128 funcref)))"
    " (import \"h\" \"call\" (func $call (param i32) (result i32)))"
    " (func $throw (export \"throw\") (param i32) (throw $number (local.get 0)))"
    " (func (export \"throw-mixed\") (param externref)"
    "  (throw $mixed (i64.const -5) (local.get 0) (v128.const i32x4 1 2 3 4) (ref.func $throw)))"
    " (func $pass (export \"pass\") (param i32) (result i32) (call $call (local.get 0)))"
    " (func (export \"catch\") (param i32) (result i32)"
    "  (block $caught (result i32)"
    "   (try_table (result i32) (catch $number $caught) (call $pass (local.get 0)))"
    "   (return (i32.const -1)))"
    "  (i32.add (i32.const 1000)))"
    " (func (export \"catch-all\") (param i32) (result i32)"
    "  (block $caught"
    "   (try_table (catch_all $caught) (drop (call $pass (local.get 0))))"
    "   (return (i32.const -1)))"
    "  (i32.const 7))"
    " (func (export \"again\") (param i32) (result i32)"
    "  (block $caught (result exnref)"
    "   (try_table (catch_all_ref $caught) (return (call $pass (local.get 0))))"
    "   (unreachable))"
    "  (throw_ref)))";

typedef struct world {
  zhan_engine_t* engine;
  zhan_store_t* store;
  zhan_tag_t number, mixed;
  zhan_func_t call;
  zhan_instance_t instance;
  zhan_callback_t callback; /* what "call" does */
  int calls;
  zhan_error_t* other_stores;
  const void* thrown; /* the error object that was returned last */
} world;

static zhan_error_t* run_callback(void* env, zhan_caller_t* caller, const zhan_val_t* args,
                                  zhan_val_t* results) {
  world* w = (world*)env;
  ++w->calls;
  return w->callback(env, caller, args, results);
}

static zhan_tag_t new_tag(zhan_store_t* store, const char* text) {
  zhan_functype_t* type = signature(text);
  zhan_tag_t tag;
  OK(zhan_tag_new(store, type, &tag));
  zhan_functype_drop(type);
  return tag;
}

static world new_world(void) {
  world w;
  memset(&w, 0, sizeof(w));
  w.engine = new_engine(NULL, NULL);
  w.store = new_store(w.engine);
  w.number = new_tag(w.store, "(param i32)");
  w.mixed = new_tag(w.store, "(param i64 externref v128 funcref)");
  return w;
}

/* The world has its place now: the callback knows it. */
static void fill(world* w, zhan_callback_t callback) {
  zhan_functype_t* type = signature("(param i32) (result i32)");
  zhan_module_t* module = load(w->engine, module_text);
  zhan_extern_t imports[3];
  w->callback = callback;
  OK(zhan_func_new(w->store, type, run_callback, w, NULL, &w->call));
  memset(imports, 0, sizeof(imports));
  imports[0].kind = imports[1].kind = ZHAN_EXTERN_TAG;
  imports[0].of.tag = w->number;
  imports[1].of.tag = w->mixed;
  imports[2].kind = ZHAN_EXTERN_FUNC;
  imports[2].of.func = w->call;
  OK(zhan_instance_new(w->store, module, imports, 3, &w->instance));
  zhan_module_drop(module);
  zhan_functype_drop(type);
}

static void end(world* w) {
  zhan_store_drop(w->store);
  zhan_engine_drop(w->engine);
}

static zhan_error_t* call(world* w, const char* name, int32_t argument, int32_t* result) {
  zhan_val_t arg = i32_val(argument), out;
  zhan_error_t* error =
      zhan_func_call(w->store, func_of(w->store, w->instance, name), &arg, 1, &out, 1);
  *result = out.of.i32;
  return error;
}

static zhan_error_t* throw_number(void* env, zhan_caller_t* caller, const zhan_val_t* args,
                                  zhan_val_t* results) {
  world* w = (world*)env;
  zhan_error_t* made = NULL;
  (void)results;
  OK(zhan_error_new_exception(zhan_caller_store(caller), w->number, args, 1, &made));
  w->thrown = made;
  zhan_error_set_payload(made, &w->calls, count_up, w);
  return made;
}

static void making(void) {
  world w = new_world();
  zhan_val_t value = i32_val(-8), out;
  zhan_tag_t tag, none = {0, 0};
  zhan_error_t* made;
  size_t count;
  FAILS(zhan_error_new_exception(w.store, none, &value, 1, &made), ZHAN_ERROR_WRONG_STORE, "tag");
  CHECK(made == NULL);
  FAILS(zhan_error_new_exception(w.store, w.number, &value, 0, &made), ZHAN_ERROR_TYPE,
        "the tag has 1, given 0");
  value.kind = ZHAN_I64;
  FAILS(zhan_error_new_exception(w.store, w.number, &value, 1, &made), ZHAN_ERROR_TYPE, "value 1");
  value = i32_val(-8);
  OK(zhan_error_new_exception(w.store, w.number, &value, 1, &made));
  CHECK(zhan_error_kind(made) == ZHAN_ERROR_EXCEPTION);
  CHECK(zhan_error_code(made) == 0);
  CHECK(contains(zhan_error_message(made), "a tag of the host (i32 -8)"));
  CHECK(zhan_error_exception(made, &tag, &out, 1, &count));
  CHECK(tag.store == w.number.store && tag.item == w.number.item);
  CHECK(count == 1 && out.kind == ZHAN_I32 && out.of.i32 == -8);
  CHECK(zhan_error_exception(made, NULL, NULL, 0, &count) && count == 1);
  end(&w);
  CHECK(zhan_error_exception(made, &tag, &out, 1, &count)); /* without its store */
  CHECK(count == 1 && out.of.i32 == -8);
  zhan_error_drop(made);
}

/* An error that is none, of whatever kind, has no tag; wasm code cannot catch it. */
static zhan_error_t* plain_error(void* env, zhan_caller_t* caller, const zhan_val_t* args,
                                 zhan_val_t* results) {
  (void)env, (void)caller, (void)args, (void)results;
  return zhan_error_new(ZHAN_ERROR_EXCEPTION, 0, ZHAN_STR("of the host's own"));
}

static void plain_errors(void) {
  world w = new_world();
  zhan_tag_t tag = w.number;
  size_t count = 9;
  zhan_error_t* error = zhan_error_new(ZHAN_ERROR_EXCEPTION, 0, ZHAN_STR("x"));
  int32_t result;
  CHECK(!zhan_error_exception(error, &tag, NULL, 0, &count));
  CHECK(tag.store == 0 && tag.item == 0 && count == 0);
  CHECK(!zhan_error_exception(NULL, &tag, NULL, 0, &count));
  zhan_error_drop(error);
  fill(&w, plain_error);
  FAILS(call(&w, "catch-all", 1, &result), ZHAN_ERROR_EXCEPTION, "of the host's own");
  end(&w);
}

static void out_of_wasm(void) {
  world w = new_world();
  zhan_val_t arg = i32_val(41), values[4];
  zhan_frame_t frame;
  zhan_ref_t box;
  zhan_tag_t tag;
  size_t count;
  int ended = 0;
  zhan_error_t* error;
  fill(&w, throw_number);
  error = zhan_func_call(w.store, func_of(w.store, w.instance, "throw"), &arg, 1, NULL, 0);
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_EXCEPTION);
  CHECK(str_is(zhan_error_message(error), "uncaught exception: a tag of the host (i32 41)"));
  CHECK(zhan_error_frames(error, &frame, 1) == 1 && str_is(frame.function, "throw"));
  CHECK(frame.offset != ZHAN_NO_OFFSET);
  CHECK(zhan_error_exception(error, &tag, values, 4, &count));
  CHECK(count == 1 && values[0].of.i32 == 41 && tag.item == w.number.item);
  zhan_error_drop(error);

  memset(&arg, 0, sizeof(arg));
  arg.kind = ZHAN_EXTERN;
  OK(zhan_externref_new(w.store, &ended, count_up, &box));
  arg.of.ref = box;
  error = zhan_func_call(w.store, func_of(w.store, w.instance, "throw-mixed"), &arg, 1, NULL, 0);
  CHECK(contains(zhan_error_message(error), "(i64 -5, "));
  CHECK(zhan_error_exception(error, &tag, values, 4, &count));
  CHECK(count == 4 && tag.item == w.mixed.item);
  CHECK(values[0].kind == ZHAN_I64 && values[0].of.i64 == -5);
  CHECK(values[1].kind == ZHAN_EXTERN && zhan_ref_same(values[1].of.ref, box));
  CHECK(zhan_externref_data(w.store, values[1].of.ref) == &ended);
  CHECK(values[2].kind == ZHAN_V128 && values[2].of.v128[4] == 2);
  CHECK(values[3].kind == ZHAN_FUNC && values[3].of.func.store == w.call.store);
  zhan_error_drop(error);
  CHECK(zhan_externref_data(w.store, values[1].of.ref) == &ended); /* it is ours */
  zhan_vals_drop(values, 4);
  zhan_ref_drop(box);
  end(&w);
  CHECK(ended == 1);
}

/* What the host throws is caught like any other; the error object ends then. */
static void into_wasm(void) {
  world w = new_world();
  zhan_error_t* error;
  zhan_frame_t frames[4];
  zhan_val_t value, arg;
  int32_t result;
  fill(&w, throw_number);
  OK(call(&w, "catch", 5, &result));
  CHECK(result == 1005);
  CHECK(w.calls == 2); /* the callback, and the payload's end */
  OK(call(&w, "catch-all", 5, &result));
  CHECK(result == 7 && w.calls == 4);
  error = call(&w, "pass", 6, &result);
  CHECK(zhan_error_payload(error, &w) == &w.calls); /* the same object */
  CHECK((const void*)error == w.thrown);
  CHECK(zhan_error_frames(error, frames, 4) == 1 && str_is(frames[0].function, "pass"));
  CHECK(zhan_error_exception(error, NULL, &value, 1, NULL) && value.of.i32 == 6);
  zhan_error_drop(error);
  CHECK(w.calls == 6);
  error = call(&w, "again", 9, &result); /* caught and thrown by wasm code: another error */
  CHECK(zhan_error_payload(error, &w) == NULL);
  CHECK(zhan_error_exception(error, NULL, &value, 1, NULL) && value.of.i32 == 9);
  zhan_error_drop(error);
  /* No wasm code at all. */
  arg = i32_val(3);
  error = zhan_func_call(w.store, w.call, &arg, 1, &value, 1);
  CHECK((const void*)error == w.thrown && zhan_error_frames(error, NULL, 0) == 0);
  zhan_error_drop(error);
  end(&w);
}

/* Calls "throw" in turn, looks at what comes out and throws it on, or the number plus one. */
static zhan_error_t* catch_and_throw(void* env, zhan_caller_t* caller, const zhan_val_t* args,
                                     zhan_val_t* results) {
  world* w = (world*)env;
  zhan_store_t* store = zhan_caller_store(caller);
  zhan_error_t* made = NULL;
  zhan_val_t value;
  zhan_error_t* error =
      zhan_func_call(store, func_of(store, w->instance, "throw"), args, 1, NULL, 0);
  CHECK(zhan_error_exception(error, NULL, &value, 1, NULL));
  CHECK(value.of.i32 == args[0].of.i32);
  if (value.of.i32 == 0) { /* swallowed */
    zhan_error_drop(error);
    results[0].of.i32 = 500;
    return NULL;
  }
  w->thrown = error;
  if (value.of.i32 < 10) return error;
  zhan_error_drop(error);
  value.of.i32 += 1;
  OK(zhan_error_new_exception(store, w->number, &value, 1, &made));
  return made;
}

static void through_the_host(void) {
  world w = new_world();
  zhan_frame_t frames[4];
  zhan_error_t* error;
  int32_t result;
  fill(&w, catch_and_throw);
  OK(call(&w, "catch", 0, &result));
  CHECK(result == -1);
  OK(call(&w, "pass", 0, &result));
  CHECK(result == 500);
  OK(call(&w, "catch", 5, &result));
  CHECK(result == 1005);
  OK(call(&w, "catch", 20, &result));
  CHECK(result == 1021);
  error = call(&w, "pass", 5, &result);
  CHECK((const void*)error == w.thrown);
  CHECK(zhan_error_frames(error, frames, 4) == 2); /* both sides of the host */
  CHECK(str_is(frames[0].function, "throw") && str_is(frames[1].function, "pass"));
  zhan_error_drop(error);
  end(&w);
}

static zhan_error_t* throw_other(void* env, zhan_caller_t* caller, const zhan_val_t* args,
                                 zhan_val_t* results) {
  world* w = (world*)env;
  zhan_error_t* error = w->other_stores;
  (void)caller, (void)args, (void)results;
  w->other_stores = NULL;
  return error;
}

static void of_another_store(void) {
  world w = new_world();
  zhan_store_t* store = new_store(w.engine);
  zhan_tag_t tag = new_tag(store, "(param i32)");
  zhan_val_t value = i32_val(1);
  int32_t result;
  FAILS(zhan_error_new_exception(w.store, tag, &value, 1, &w.other_stores), ZHAN_ERROR_WRONG_STORE,
        "tag");
  OK(zhan_error_new_exception(store, tag, &value, 1, &w.other_stores));
  fill(&w, throw_other);
  FAILS(call(&w, "catch-all", 1, &result), ZHAN_ERROR_WRONG_STORE, "another store");
  OK(zhan_error_new_exception(store, tag, &value, 1, &w.other_stores));
  zhan_store_drop(store);
  FAILS(call(&w, "catch-all", 1, &result), ZHAN_ERROR_WRONG_STORE, "another store");
  end(&w);
}

static void in_start_functions(void) {
  world w = new_world();
  zhan_module_t* module =
      load(w.engine,
           "(module $m (tag $t (param f64)) (func $go (throw $t (f64.const 2.5)))"
           "(start $go))");
  zhan_instance_t instance;
  zhan_tag_t tag;
  zhan_val_t value;
  zhan_error_t* error = zhan_instance_new(w.store, module, NULL, 0, &instance);
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_EXCEPTION && instance.store == 0);
  CHECK(str_is(zhan_error_message(error), "uncaught exception: tag $t (f64 2.5)"));
  CHECK(zhan_error_frames(error, NULL, 0) == 1);
  CHECK(zhan_error_exception(error, &tag, &value, 1, NULL) && tag.store != 0);
  CHECK(value.kind == ZHAN_F64 && value.of.f64 == 2.5);
  zhan_error_drop(error);
  zhan_module_drop(module);
  end(&w);
}

void test_exception(void);
void test_exception(void) {
  making();
  plain_errors();
  out_of_wasm();
  into_wasm();
  through_the_host();
  of_another_store();
  in_start_functions();
}
