// SPDX-License-Identifier: Apache-2.0
#include "check.h"

static void from_lists(void) {
  const zhan_valtype_t params[] = {ZHAN_TYPE_I32, ZHAN_TYPE_V128, ZHAN_TYPE_EXTERNREF};
  const zhan_valtype_t results[] = {ZHAN_TYPE_FUNCREF};
  const zhan_valtype_t bad[] = {{ZHAN_NONE, 0, 0, 0, 0},
                                {77, 0, 0, 0, 0},
                                {ZHAN_FUNC, ZHAN_NULLABLE, 0x6f, 0, 0},
                                {ZHAN_EXTERN, 0, 0x22, 0, 0},
                                {ZHAN_FUNC, 0, ZHAN_HEAP_DEFINED, 0, 3}};
  const zhan_valtype_t *got_params, *got_results;
  size_t param_count, result_count, i;
  zhan_functype_t* type = NULL;
  OK(zhan_functype_new(params, 3, results, 1, &type));
  zhan_functype_get(type, &got_params, &param_count, &got_results, &result_count);
  CHECK(param_count == 3 && memcmp(got_params, params, sizeof(params)) == 0);
  CHECK(result_count == 1 && memcmp(got_results, results, sizeof(results)) == 0);
  zhan_functype_get(type, NULL, NULL, NULL, NULL);
  CHECK(zhan_functype_keep(type) == type);
  zhan_functype_drop(type);
  zhan_functype_drop(type);
  for (i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i) {
    FAILS(zhan_functype_new(&bad[i], 1, NULL, 0, &type), ZHAN_ERROR_TYPE, "type");
    CHECK(type == NULL);
  }
  FAILS(zhan_functype_new(params, 100000, NULL, 0, &type), ZHAN_ERROR_LIMIT, "1,000");
  OK(zhan_functype_new(NULL, 0, NULL, 0, &type));
  zhan_functype_drop(type);
  zhan_functype_drop(NULL);
}

static void from_text(void) {
  const zhan_valtype_t *params, *results;
  size_t param_count, result_count, i;
  zhan_functype_t* type = signature("(param i32 i64) (result f64 f32)");
  const char* bad[] = {"(param i33)", "(param i32", "))(func) (type (func", "))) (memory 1", "i32"};
  zhan_functype_get(type, &params, &param_count, &results, &result_count);
  CHECK(param_count == 2 && params[0].kind == ZHAN_I32 && params[1].kind == ZHAN_I64);
  CHECK(result_count == 2 && results[0].kind == ZHAN_F64 && results[1].kind == ZHAN_F32);
  zhan_functype_drop(type);
  type = signature("");
  zhan_functype_get(type, NULL, &param_count, NULL, &result_count);
  CHECK(param_count == 0 && result_count == 0);
  zhan_functype_drop(type);
  for (i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i)
    FAILS(zhan_functype_parse(str(bad[i]), &type), ZHAN_ERROR_MALFORMED, "");
  FAILS(zhan_functype_parse(ZHAN_STR("(param i32 i33)"), &type), ZHAN_ERROR_MALFORMED, "1:");
  FAILS(zhan_functype_parse(ZHAN_STR("(param (ref 0))"), &type), ZHAN_ERROR_TYPE, "");
}

/* A type that names types of one engine is refused by another one. */
static void of_another_engine(void) {
  zhan_engine_t* first = new_engine(NULL, NULL);
  zhan_engine_t* second = new_engine(NULL, NULL);
  zhan_module_t* module = load(first,
                               "(module (type $s (func)) (type $t (func (param (ref $s))))"
                               "(import \"m\" \"f\" (func (type $t))))");
  zhan_import_t import;
  zhan_store_t* store = new_store(second);
  zhan_tag_t tag;
  CHECK(zhan_module_imports(module, &import, 1) == 1);
  FAILS(zhan_tag_new(store, import.type.func, &tag), ZHAN_ERROR_TYPE, "another engine");
  zhan_store_drop(store);
  store = new_store(first);
  OK(zhan_tag_new(store, import.type.func, &tag));
  zhan_store_drop(store);
  zhan_module_drop(module);
  zhan_engine_drop(first);
  zhan_engine_drop(second);
}

void test_types(void);
void test_types(void) {
  CHECK(sizeof(zhan_val_t) == 24);
  CHECK(sizeof(zhan_slot_t) == 8);
  CHECK(sizeof(zhan_ref_t) == 16);
  CHECK(sizeof(zhan_func_t) == 16);
  CHECK(sizeof(zhan_valtype_t) == 8);
  from_lists();
  from_text();
  of_another_engine();
}
