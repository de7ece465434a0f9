// SPDX-License-Identifier: Apache-2.0
#include "check.h"

static const char* const text =
    "(module $kept (import \"h\" \"f\" (func (param i32))) (memory (export \"m\") 1)"
    "(func (export \"add\") (param i32 i32) (result i32)"
    "  (i32.add (local.get 0) (local.get 1)))"
    "(func $deep (export \"trap\") unreachable))";

static zhan_bytes_t saved(zhan_engine_t* engine, const char* source) {
  zhan_module_t* module = load(engine, source);
  zhan_bytes_t bytes;
  OK(zhan_module_serialize(module, &bytes));
  zhan_module_drop(module);
  return bytes;
}

/* The module that comes back is the one that was kept, in another engine. */
static void comes_back(void) {
  zhan_engine_t* first = new_engine(NULL, NULL);
  zhan_engine_t* second = new_engine("fuel", "on");
  zhan_bytes_t bytes = saved(first, text);
  zhan_module_t* module = NULL;
  zhan_export_t list[4];
  zhan_store_t* store = new_store(second);
  zhan_linker_t* linker = zhan_linker_new(second, 0);
  zhan_pre_t* pre = NULL;
  zhan_instance_t instance;
  zhan_val_t args[2], result;
  zhan_error_t* error;
  zhan_frame_t frame;
  zhan_engine_drop(first);
  OK(zhan_module_deserialize(second, bytes.data, bytes.size, &module));
  memset(bytes.data, 0xff, bytes.size); /* they are copied */
  zhan_bytes_drop(&bytes);
  CHECK(zhan_module_imports(module, NULL, 0) == 1);
  CHECK(zhan_module_exports(module, list, 4) == 3 && str_is(list[1].name, "add"));
  OK(zhan_linker_define_unknown(linker, ZHAN_UNKNOWN_TRAP));
  OK(zhan_linker_resolve(linker, module, &pre));
  OK(zhan_pre_instantiate(pre, store, &instance));
  OK(zhan_store_set_fuel(store, 1000));
  args[0] = i32_val(40);
  args[1] = i32_val(2);
  OK(zhan_func_call(store, func_of(store, instance, "add"), args, 2, &result, 1));
  CHECK(result.of.i32 == 42);
  error = zhan_func_call(store, func_of(store, instance, "trap"), NULL, 0, NULL, 0);
  CHECK(zhan_error_frames(error, &frame, 1) == 1);
  CHECK(str_is(frame.module, "kept") && str_is(frame.function, "deep"));
  zhan_error_drop(error);
  zhan_pre_drop(pre);
  zhan_linker_drop(linker);
  zhan_store_drop(store);
  zhan_module_drop(module);
  zhan_engine_drop(second);
}

/* Whatever changes on the way is found, and nothing of it is decoded. */
static void damaged(zhan_engine_t* engine) {
  zhan_bytes_t bytes = saved(engine, text);
  zhan_module_t* module = NULL;
  size_t i;
  for (i = 0; i < bytes.size; ++i) {
    bytes.data[i] ^= 0x20;
    FAILS(zhan_module_deserialize(engine, bytes.data, bytes.size, &module), ZHAN_ERROR_VERSION,
          "not a module that can be loaded here");
    CHECK(module == NULL);
    bytes.data[i] ^= 0x20;
    FAILS(zhan_module_deserialize(engine, bytes.data, i, &module), ZHAN_ERROR_VERSION,
          "not a module that can be loaded here");
  }
  OK(zhan_module_deserialize(engine, bytes.data, bytes.size, &module));
  zhan_module_drop(module);
  FAILS(zhan_module_deserialize(engine, NULL, 0, &module), ZHAN_ERROR_VERSION, "too short");
  FAILS(zhan_module_deserialize(engine, text, strlen(text), &module), ZHAN_ERROR_VERSION,
        "not made by zhan_module_serialize");
  /* It is not taken for a module by anything else. */
  FAILS(zhan_module_new(engine, bytes.data, bytes.size, ZHAN_STR(""), &module),
        ZHAN_ERROR_MALFORMED, "magic");
  zhan_bytes_drop(&bytes);
}

static void other_features(zhan_engine_t* engine) {
  zhan_engine_t* other = new_engine("feature.simd", "off");
  zhan_bytes_t bytes = saved(engine, text);
  zhan_module_t* module;
  FAILS(zhan_module_deserialize(other, bytes.data, bytes.size, &module), ZHAN_ERROR_VERSION,
        "other features");
  zhan_bytes_drop(&bytes);
  bytes = saved(other, text);
  FAILS(zhan_module_deserialize(engine, bytes.data, bytes.size, &module), ZHAN_ERROR_VERSION,
        "other features");
  zhan_bytes_drop(&bytes);
  zhan_engine_drop(other);
}

/* Bodies that nobody has looked at yet are not trusted afterwards either. */
static void never_validated(zhan_engine_t* engine) {
  zhan_engine_t* lazy = new_engine("validate", "lazy");
  zhan_bytes_t bytes = saved(lazy, "(module (func (export \"f\") (result i32)))");
  zhan_module_t* module;
  zhan_store_t* store = new_store(engine);
  zhan_instance_t instance;
  zhan_val_t result;
  OK(zhan_module_deserialize(engine, bytes.data, bytes.size, &module));
  OK(zhan_instance_new(store, module, NULL, 0, &instance));
  FAILS(zhan_func_call(store, func_of(store, instance, "f"), NULL, 0, &result, 1), ZHAN_ERROR_TRAP,
        "type mismatch");
  zhan_bytes_drop(&bytes);
  zhan_module_drop(module);
  zhan_store_drop(store);
  zhan_engine_drop(lazy);
}

void test_artifact(void);
void test_artifact(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  comes_back();
  damaged(engine);
  other_features(engine);
  never_validated(engine);
  zhan_engine_drop(engine);
}
