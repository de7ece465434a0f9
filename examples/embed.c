// SPDX-License-Identifier: Apache-2.0
// Zhan in a C program: a module in text format, a host function, a call that succeeds and one that
// traps.
#include <stdio.h>
#include <string.h>
#include <zhan/zhan.h>

static const char* const text =
    "(module"
    "  (import \"host\" \"print\" (func $print (param i32)))"
    "  (func $divide (export \"divide\") (param i32 i32) (result i32)"
    "    (i32.div_s (local.get 0) (local.get 1)))"
    "  (func (export \"run\") (param i32 i32)"
    "    (call $print (call $divide (local.get 0) (local.get 1)))))";

// Shows an error with its backtrace and ends it.
static int report(zhan_error_t* error) {
  zhan_str_t message = zhan_error_message(error);
  zhan_frame_t frames[16];
  size_t count = zhan_error_frames(error, frames, 16), i;
  printf("error: %.*s\n", (int)message.size, message.data);
  for (i = 0; i < count && i < 16; ++i)
    printf("  in function %.*s (number %u)\n", (int)frames[i].function.size,
           frames[i].function.data, frames[i].function_index);
  zhan_error_drop(error);
  return 1;
}

static zhan_error_t* print(void* env, zhan_caller_t* caller, const zhan_val_t* args,
                           zhan_val_t* results) {
  (void)env;
  (void)caller;
  (void)results;
  printf("the guest says %d\n", args[0].of.i32);
  return NULL;
}

// Everything that runs in one store.
static zhan_error_t* run(zhan_store_t* store, zhan_pre_t* pre, int32_t divisor) {
  zhan_instance_t instance;
  zhan_extern_t run;
  zhan_val_t args[2];
  zhan_error_t* error = zhan_pre_instantiate(pre, store, &instance);
  if (error != NULL) return error;
  run = zhan_instance_export(store, instance, ZHAN_STR("run"));
  if (run.kind != ZHAN_EXTERN_FUNC)
    return zhan_error_new(ZHAN_ERROR_LINK, 0, ZHAN_STR("the module does not export \"run\""));
  memset(args, 0, sizeof(args));
  args[0].kind = args[1].kind = ZHAN_I32;
  args[0].of.i32 = 84;
  args[1].of.i32 = divisor;
  return zhan_func_call(store, run.of.func, args, 2, NULL, 0);
}

// Objects are dropped in any order; NULL is allowed.
int main(void) {
  zhan_engine_t* engine = NULL;
  zhan_module_t* module = NULL;
  zhan_functype_t* type = NULL;
  zhan_linker_t* linker = NULL;
  zhan_pre_t* pre = NULL;
  zhan_store_t* store = NULL;
  zhan_error_t* error = zhan_engine_new(NULL, &engine);
  if (error == NULL)
    error = zhan_module_new(engine, text, strlen(text), ZHAN_STR("example"), &module);
  if (error == NULL) error = zhan_functype_parse(ZHAN_STR("(param i32)"), &type);
  if (error == NULL) {
    linker = zhan_linker_new(engine, 0);
    error = zhan_linker_define_func(linker, ZHAN_STR("host"), ZHAN_STR("print"), type, print, NULL,
                                    NULL);
  }
  if (error == NULL) error = zhan_linker_resolve(linker, module, &pre);
  if (error == NULL) error = zhan_store_new(engine, NULL, NULL, &store);
  if (error == NULL) error = run(store, pre, 2);
  if (error != NULL) return report(error);

  error = run(store, pre, 0);
  if (error == NULL || zhan_error_kind(error) != ZHAN_ERROR_TRAP) return 1;
  report(error);

  zhan_store_drop(store);
  zhan_pre_drop(pre);
  zhan_linker_drop(linker);
  zhan_functype_drop(type);
  zhan_module_drop(module);
  zhan_engine_drop(engine);
  return 0;
}
