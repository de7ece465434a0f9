// SPDX-License-Identifier: Apache-2.0
/* What the types of externs tell: of a module before anything runs, and of the objects made. */
#include "check.h"

static const char* const text =
    "(module (type $s (struct (field i32))) (type $f (func (param (ref null $s)) (result i64)))"
    "  (import \"m\" \"func\" (func (type $f)))"
    "  (import \"m\" \"table\" (table i64 2 7 externref))"
    "  (import \"m\" \"memory\" (memory i64 1 9))"
    "  (import \"m\" \"global\" (global (ref null $s)))"
    "  (import \"m\" \"tag\" (tag (param i32 f64)))"
    "  (table (export \"t\") 3 (ref null func)) (table (export \"n\") 1 (ref func) (ref.func $g))"
    "  (memory (export \"s\") 1 4 shared) (memory (export \"p\") 100 200 (pagesize 1))"
    "  (global (export \"v\") (mut v128) (v128.const i64x2 0 0))"
    "  (global (export \"a\") anyref (ref.null any)) (global (export \"x\") exnref (ref.null exn))"
    "  (func $g (export \"g\") (param externref f32) (result i32 funcref)"
    "    i32.const 1 ref.null func)"
    "  (tag (export \"e\") (param v128)))";

static bool is_type(zhan_valtype_t type, int kind, int flags, int heap) {
  return type.kind == kind && type.flags == flags && type.heap == heap;
}

static void imports(zhan_module_t* module) {
  const zhan_valtype_t *params, *results;
  size_t param_count, result_count;
  zhan_import_t list[5];
  uint32_t struct_type;
  CHECK(zhan_module_imports(module, list, 5) == 5);
  zhan_functype_get(list[0].type.func, &params, &param_count, &results, &result_count);
  CHECK(list[0].type.kind == ZHAN_EXTERN_FUNC && param_count == 1 && result_count == 1);
  CHECK(is_type(params[0], ZHAN_ANY, ZHAN_NULLABLE, ZHAN_HEAP_DEFINED));
  CHECK(is_type(results[0], ZHAN_I64, 0, 0));
  struct_type = params[0].type;

  CHECK(list[1].type.kind == ZHAN_EXTERN_TABLE && list[1].type.limits.is64);
  CHECK(list[1].type.limits.min == 2 && list[1].type.limits.has_max &&
        list[1].type.limits.max == 7);
  CHECK(is_type(list[1].type.value, ZHAN_EXTERN, ZHAN_NULLABLE, 0x6f));

  CHECK(list[2].type.kind == ZHAN_EXTERN_MEMORY && list[2].type.limits.is64);
  CHECK(list[2].type.limits.max == 9 && !list[2].type.limits.shared);
  CHECK(list[2].type.limits.page_log2 == 16 && !list[2].type.limits.custom_page);

  CHECK(list[3].type.kind == ZHAN_EXTERN_GLOBAL && !list[3].type.is_mutable);
  CHECK(is_type(list[3].type.value, ZHAN_ANY, ZHAN_NULLABLE, ZHAN_HEAP_DEFINED));
  CHECK(list[3].type.value.type == struct_type);

  zhan_functype_get(list[4].type.func, &params, &param_count, NULL, &result_count);
  CHECK(list[4].type.kind == ZHAN_EXTERN_TAG && param_count == 2 && result_count == 0);
  CHECK(params[0].kind == ZHAN_I32 && params[1].kind == ZHAN_F64);
}

static void exports(zhan_module_t* module) {
  const zhan_valtype_t *params, *results;
  size_t param_count, result_count;
  zhan_export_t list[9];
  CHECK(zhan_module_exports(module, list, 9) == 9);
  CHECK(is_type(list[0].type.value, ZHAN_FUNC, ZHAN_NULLABLE, 0x70));
  CHECK(list[0].type.limits.min == 3 && !list[0].type.limits.has_max);
  CHECK(is_type(list[1].type.value, ZHAN_FUNC, 0, 0x70));
  CHECK(list[2].type.limits.shared && list[2].type.limits.max == 4);
  CHECK(list[3].type.limits.custom_page && list[3].type.limits.page_log2 == 0);
  CHECK(list[3].type.limits.min == 100 && list[3].type.limits.max == 200);
  CHECK(list[4].type.is_mutable && is_type(list[4].type.value, ZHAN_V128, 0, 0));
  CHECK(is_type(list[5].type.value, ZHAN_ANY, ZHAN_NULLABLE, 0x6e));
  CHECK(is_type(list[6].type.value, ZHAN_EXN, ZHAN_NULLABLE, 0x69));
  zhan_functype_get(list[7].type.func, &params, &param_count, &results, &result_count);
  CHECK(param_count == 2 && is_type(params[0], ZHAN_EXTERN, ZHAN_NULLABLE, 0x6f));
  CHECK(result_count == 2 && is_type(results[1], ZHAN_FUNC, ZHAN_NULLABLE, 0x70));
  zhan_functype_get(list[8].type.func, &params, &param_count, NULL, NULL);
  CHECK(list[8].type.kind == ZHAN_EXTERN_TAG && param_count == 1 && params[0].kind == ZHAN_V128);
}

/* Objects that the host makes have the types it asked for; what they are now is their minimum. */
static void of_objects(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_limits_t limits;
  zhan_valtype_t externref = ZHAN_TYPE_EXTERNREF, number = ZHAN_TYPE_F32;
  zhan_val_t null_ref = null_val(ZHAN_EXTERN), value = null_val(ZHAN_F32);
  zhan_functype_t* type = signature("(param i64 f32)");
  const zhan_valtype_t* params;
  size_t count;
  zhan_extern_t item;
  zhan_externtype_t found;
  memset(&limits, 0, sizeof(limits));
  memset(&item, 0, sizeof(item));
  limits.min = 3;
  limits.max = 10;
  limits.has_max = limits.is64 = true;
  item.kind = ZHAN_EXTERN_TABLE;
  OK(zhan_table_new(store, externref, &limits, &null_ref, &item.of.table));
  OK(zhan_table_grow(store, item.of.table, 2, &null_ref, NULL));
  OK(zhan_extern_type(store, item, &found));
  CHECK(found.limits.min == 5 && found.limits.max == 10 && found.limits.is64);
  CHECK(is_type(found.value, ZHAN_EXTERN, ZHAN_NULLABLE, 0x6f));

  limits.custom_page = true;
  item.kind = ZHAN_EXTERN_MEMORY;
  OK(zhan_memory_new(store, &limits, &item.of.memory));
  OK(zhan_memory_grow(store, item.of.memory, 4, NULL));
  OK(zhan_extern_type(store, item, &found));
  CHECK(found.limits.min == 7 && found.limits.max == 10 && found.limits.page_log2 == 0);
  CHECK(found.limits.custom_page && found.limits.is64 && !found.limits.shared);

  item.kind = ZHAN_EXTERN_GLOBAL;
  OK(zhan_global_new(store, number, true, &value, &item.of.global));
  OK(zhan_extern_type(store, item, &found));
  CHECK(found.is_mutable && is_type(found.value, ZHAN_F32, 0, 0) && found.func == NULL);

  item.kind = ZHAN_EXTERN_TAG;
  OK(zhan_tag_new(store, type, &item.of.tag));
  OK(zhan_extern_type(store, item, &found));
  zhan_functype_get(found.func, &params, &count, NULL, NULL);
  CHECK(count == 2 && params[0].kind == ZHAN_I64 && params[1].kind == ZHAN_F32);
  zhan_functype_drop(found.func);
  zhan_functype_drop(type);
  zhan_store_drop(store);
}

void test_reflection(void);
void test_reflection(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  zhan_module_t* module = load(engine, text);
  imports(module);
  exports(module);
  of_objects(engine);
  zhan_module_drop(module);
  zhan_engine_drop(engine);
}
