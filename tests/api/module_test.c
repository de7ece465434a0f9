// SPDX-License-Identifier: Apache-2.0
#include "check.h"

static const char* const text =
    "(module $sample"
    "  (import \"env\" \"log\" (func (param i32 i64)))"
    "  (import \"env\" \"memory\" (memory 1 4))"
    "  (import \"env\" \"base\" (global (mut i32)))"
    "  (table (export \"t\") 3 funcref)"
    "  (memory (export \"wide\") i64 2)"
    "  (tag (export \"e\") (param f32))"
    "  (func (export \"f\") (export \"g\") (result f64) f64.const 1)"
    "  (global (export \"k\") i64 (i64.const 7)))";

static void imports(zhan_module_t* module) {
  zhan_import_t list[8];
  const zhan_valtype_t* params;
  size_t count;
  CHECK(zhan_module_imports(module, NULL, 0) == 3);
  CHECK(zhan_module_imports(module, list, 8) == 3);
  CHECK(str_is(list[0].module, "env") && str_is(list[0].name, "log"));
  CHECK(list[0].type.kind == ZHAN_EXTERN_FUNC);
  zhan_functype_get(list[0].type.func, &params, &count, NULL, NULL);
  CHECK(count == 2 && params[1].kind == ZHAN_I64);
  CHECK(list[1].type.kind == ZHAN_EXTERN_MEMORY && list[1].type.limits.min == 1);
  CHECK(list[1].type.limits.has_max && list[1].type.limits.max == 4 && !list[1].type.limits.is64);
  CHECK(list[2].type.kind == ZHAN_EXTERN_GLOBAL && list[2].type.is_mutable);
  CHECK(list[2].type.value.kind == ZHAN_I32);
}

static void exports(zhan_module_t* module) {
  const char* names[] = {"t", "wide", "e", "f", "g", "k"};
  zhan_export_t list[8];
  size_t i;
  CHECK(zhan_module_exports(module, list, 2) == 6);
  CHECK(zhan_module_exports(module, list, 8) == 6);
  for (i = 0; i < 6; ++i) CHECK(str_is(list[i].name, names[i]));
  CHECK(list[0].type.kind == ZHAN_EXTERN_TABLE && list[0].type.value.kind == ZHAN_FUNC);
  CHECK(list[0].type.value.flags == ZHAN_NULLABLE && list[0].type.limits.min == 3);
  CHECK(list[1].type.limits.is64 && !list[1].type.limits.has_max);
  CHECK(list[2].type.kind == ZHAN_EXTERN_TAG && list[2].type.func != NULL);
  CHECK(list[3].type.func == list[4].type.func);
  CHECK(!list[5].type.is_mutable && list[5].type.value.kind == ZHAN_I64);
}

static void bad_modules(zhan_engine_t* engine) {
  static const char truncated[] = "\0asm\1\0\0\0\1\5";
  static const char* const invalid = "(module (func (result i32)))";
  zhan_module_t* module = NULL;
  zhan_error_t* error;
  FAILS(zhan_module_new(engine, "", 0, ZHAN_STR(""), &module), ZHAN_ERROR_MALFORMED, "");
  FAILS(zhan_module_new(engine, NULL, 7, ZHAN_STR(""), &module), ZHAN_ERROR_MALFORMED, "");
  error = zhan_module_new(engine, truncated, sizeof(truncated) - 1, ZHAN_STR(""), &module);
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_MALFORMED);
  CHECK(zhan_error_position(error) >= 8 && zhan_error_position(error) <= 10);
  zhan_error_drop(error);
  FAILS(zhan_module_new(engine, invalid, strlen(invalid), ZHAN_STR(""), &module),
        ZHAN_ERROR_INVALID, "type mismatch");
  CHECK(module == NULL);
  FAILS(zhan_module_validate(engine, invalid, strlen(invalid)), ZHAN_ERROR_INVALID,
        "type mismatch");
  OK(zhan_module_validate(engine, text, strlen(text)));
  FAILS(zhan_module_open(engine, ZHAN_STR("does/not/exist.wasm"), &module), ZHAN_ERROR_IO,
        "does/not/exist.wasm");
  FAILS(zhan_module_open(engine, ZHAN_STR("/"), &module), ZHAN_ERROR_IO, "directory");
}

static void validation_is_never_lazy(void) {
  static const char* const invalid = "(module (func (result i32)))";
  zhan_engine_t* engine = new_engine("validate", "lazy");
  zhan_module_t* module = load(engine, invalid);
  FAILS(zhan_module_validate(engine, invalid, strlen(invalid)), ZHAN_ERROR_INVALID,
        "type mismatch");
  zhan_module_drop(module);
  zhan_engine_drop(engine);
}

void test_module(void);
void test_module(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  zhan_module_t* module = load(engine, text);
  imports(module);
  exports(module);
  bad_modules(engine);
  validation_is_never_lazy();
  CHECK(zhan_module_keep(module) == module);
  zhan_module_drop(module);
  zhan_module_drop(module);
  zhan_module_drop(NULL);
  zhan_engine_drop(engine);
}
