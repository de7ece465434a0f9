// SPDX-License-Identifier: Apache-2.0
/* Structs, arrays and i31 made, read and written by the host, and their types. */
#include "check.h"

static const char* const text =
    "(module"
    " (type $point (struct (field $x (mut i32)) (field $y (mut i64)) (field f32) (field f64)))"
    " (type $packed (struct (field (mut i8)) (field (mut i16))))"
    " (type $node (struct (field (mut (ref null $node))) (field (mut externref))"
    "   (field (mut anyref)) (field (mut funcref)) (field (mut v128))))"
    " (type $strict (struct (field (ref $point))))"
    " (type $bytes (array (mut i8))) (type $longs (array (mut i64)))"
    " (type $vectors (array (mut v128))) (type $nodes (array (mut (ref null $node))))"
    " (type $fixed (array (ref $point)))"
    " (rec (type $described (descriptor $desc) (struct))"
    "   (type $desc (describes $described) (struct)))"
    " (global (export \"point\") (mut (ref null $point)) (ref.null $point))"
    " (global (export \"packed\") (mut (ref null $packed)) (ref.null $packed))"
    " (global (export \"node\") (mut (ref null $node)) (ref.null $node))"
    " (global (export \"strict\") (mut (ref null $strict)) (ref.null $strict))"
    " (global (export \"bytes\") (mut (ref null $bytes)) (ref.null $bytes))"
    " (global (export \"longs\") (mut (ref null $longs)) (ref.null $longs))"
    " (global (export \"vectors\") (mut (ref null $vectors)) (ref.null $vectors))"
    " (global (export \"nodes\") (mut (ref null $nodes)) (ref.null $nodes))"
    " (global (export \"fixed\") (mut (ref null $fixed)) (ref.null $fixed))"
    " (global (export \"described\") (mut (ref null $described)) (ref.null $described))"
    " (func (export \"sum\") (param (ref $point)) (result i64)"
    "   (i64.add (i64.extend_i32_s (struct.get $point $x (local.get 0)))"
    "     (struct.get $point $y (local.get 0))))"
    " (func (export \"id\") (param anyref) (result anyref) (local.get 0))"
    " (func (export \"external\") (param anyref) (result externref)"
    "   (extern.convert_any (local.get 0)))"
    " (func (export \"internal\") (param externref) (result anyref)"
    "   (any.convert_extern (local.get 0)))"
    " (func (export \"signed\") (param (ref $packed)) (result i32)"
    "   (struct.get_s $packed 0 (local.get 0)))"
    " (func (export \"churn\") (param i32)"
    "   (loop $l (drop (struct.new_default $packed))"
    "    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"
    " (func $f (export \"f\")))";

static zhan_store_t* store;
static zhan_instance_t instance;

static zhan_valtype_t type_named(const char* name) {
  zhan_extern_t item = zhan_instance_export(store, instance, str(name));
  zhan_externtype_t type;
  memset(&type, 0, sizeof(type));
  OK(zhan_extern_type(store, item, &type));
  return type.value;
}

static zhan_val_t val_i64(int64_t value) {
  zhan_val_t made;
  memset(&made, 0, sizeof(made));
  made.kind = ZHAN_I64;
  made.of.i64 = value;
  return made;
}

static zhan_val_t val_ref(uint8_t kind, zhan_ref_t ref) {
  zhan_val_t made;
  memset(&made, 0, sizeof(made));
  made.kind = kind;
  made.of.ref = ref;
  return made;
}

/* A point (x, y, 1.5, 2.5). */
static zhan_ref_t point(int32_t x, int64_t y) {
  zhan_val_t fields[4];
  zhan_ref_t made;
  fields[0] = i32_val(x);
  fields[1] = val_i64(y);
  memset(&fields[2], 0, 2 * sizeof(fields[2]));
  fields[2].kind = ZHAN_F32;
  fields[2].of.f32 = 1.5f;
  fields[3].kind = ZHAN_F64;
  fields[3].of.f64 = 2.5;
  OK(zhan_struct_new(store, type_named("point"), fields, 4, &made));
  return made;
}

static void structs(void) {
  zhan_ref_t made = point(-7, 1000), none;
  zhan_val_t out, arg = val_ref(ZHAN_ANY, made), value = val_i64(50);
  uint32_t length;
  OK(zhan_struct_get(store, made, 0, &out));
  CHECK(out.kind == ZHAN_I32 && out.of.i32 == -7);
  OK(zhan_struct_get(store, made, 2, &out));
  CHECK(out.kind == ZHAN_F32 && out.of.f32 == 1.5f);
  OK(zhan_struct_get(store, made, 3, &out));
  CHECK(out.kind == ZHAN_F64 && out.of.f64 == 2.5);
  OK(zhan_struct_set(store, made, 1, &value));
  OK(zhan_func_call(store, func_of(store, instance, "sum"), &arg, 1, &out, 1));
  CHECK(out.of.i64 == 43);

  FAILS(zhan_struct_get(store, made, 4, &out), ZHAN_ERROR_BOUNDS, "field 4");
  FAILS(zhan_struct_set(store, made, 4, &value), ZHAN_ERROR_BOUNDS, "struct of 4");
  value.kind = ZHAN_F32;
  FAILS(zhan_struct_set(store, made, 2, &value), ZHAN_ERROR_TYPE, "not mutable");
  FAILS(zhan_struct_set(store, made, 0, &value), ZHAN_ERROR_TYPE, "i32");
  memset(&none, 0, sizeof(none));
  FAILS(zhan_struct_get(store, none, 0, &out), ZHAN_ERROR_TYPE, "null");
  FAILS(zhan_array_len(store, made, &length), ZHAN_ERROR_TYPE, "no array");
  zhan_ref_drop(made);
  FAILS(zhan_struct_get(store, made, 0, &out), ZHAN_ERROR_WRONG_STORE, "dropped");
}

static void struct_values(void) {
  zhan_val_t fields[5], out;
  zhan_ref_t made, other;
  int i, host = 0;
  FAILS(zhan_struct_new(store, type_named("strict"), NULL, 0, &made), ZHAN_ERROR_TYPE,
        "value 1 has no default");
  CHECK(made.root == 0 && made.item == 0);
  fields[0] = null_val(ZHAN_ANY);
  FAILS(zhan_struct_new(store, type_named("strict"), fields, 1, &made), ZHAN_ERROR_TYPE, "null");
  FAILS(zhan_struct_new(store, type_named("strict"), fields, 2, &made), ZHAN_ERROR_TYPE,
        "1 fields, given 2");
  OK(zhan_struct_new(store, type_named("node"), NULL, 0, &made));
  fields[0] = val_ref(ZHAN_ANY, made);
  FAILS(zhan_struct_new(store, type_named("strict"), fields, 1, &other), ZHAN_ERROR_TYPE,
        "value 1 must be of type");
  for (i = 0; i < 4; ++i) {
    OK(zhan_struct_get(store, made, (size_t)i, &out));
    CHECK(out.kind == (i == 1 ? ZHAN_EXTERN : i == 3 ? ZHAN_FUNC : ZHAN_ANY));
    CHECK(i == 3 ? out.of.func.store == 0 : out.of.ref.root == 0);
  }
  /* A node of itself, a host value, an i31, a function and a vector. */
  fields[1] = null_val(ZHAN_EXTERN);
  OK(zhan_externref_new(store, &host, NULL, &fields[1].of.ref));
  fields[2] = null_val(ZHAN_ANY);
  OK(zhan_i31_new(store, -5, &fields[2].of.ref));
  fields[3] = null_val(ZHAN_FUNC);
  fields[3].of.func = func_of(store, instance, "f");
  fields[4] = null_val(ZHAN_V128);
  for (i = 0; i < 16; ++i) fields[4].of.v128[i] = (uint8_t)(i * 3);
  OK(zhan_struct_new(store, type_named("node"), fields, 5, &other));
  OK(zhan_store_collect(store));
  OK(zhan_struct_get(store, other, 0, &out));
  CHECK(zhan_ref_same(out.of.ref, made));
  zhan_vals_drop(&out, 1);
  OK(zhan_struct_get(store, other, 1, &out));
  CHECK(zhan_externref_data(store, out.of.ref) == &host);
  zhan_vals_drop(&out, 1);
  OK(zhan_struct_get(store, other, 3, &out));
  CHECK(out.of.func.item == fields[3].of.func.item);
  OK(zhan_struct_get(store, other, 4, &out));
  CHECK(memcmp(out.of.v128, fields[4].of.v128, 16) == 0);
  fields[4].of.v128[7] = 99;
  OK(zhan_struct_set(store, other, 4, &fields[4]));
  OK(zhan_struct_get(store, other, 4, &out));
  CHECK(memcmp(out.of.v128, fields[4].of.v128, 16) == 0);
  zhan_vals_drop(fields, 5);
  zhan_ref_drop(other);
}

static void packed_fields(void) {
  zhan_val_t fields[2], out, arg;
  zhan_ref_t made;
  fields[0] = i32_val(-1);
  fields[1] = i32_val(0x12345);
  OK(zhan_struct_new(store, type_named("packed"), fields, 2, &made));
  OK(zhan_struct_get(store, made, 0, &out));
  CHECK(out.kind == ZHAN_I32 && out.of.i32 == 255);
  OK(zhan_struct_get(store, made, 1, &out));
  CHECK(out.of.i32 == 0x2345);
  arg = val_ref(ZHAN_ANY, made);
  OK(zhan_func_call(store, func_of(store, instance, "signed"), &arg, 1, &out, 1));
  CHECK(out.of.i32 == -1);
  zhan_ref_drop(made);
}

static void arrays(void) {
  zhan_ref_t made, one = point(1, 2);
  zhan_val_t values[3], out;
  uint32_t length = 0;
  int i;
  for (i = 0; i < 3; ++i) values[i] = val_i64(i * 1000000000000);
  OK(zhan_array_new(store, type_named("longs"), 3, values, 3, &made));
  OK(zhan_array_len(store, made, &length));
  CHECK(length == 3);
  OK(zhan_array_get(store, made, 2, &out));
  CHECK(out.kind == ZHAN_I64 && out.of.i64 == 2000000000000);
  OK(zhan_array_set(store, made, 0, &out));
  OK(zhan_array_get(store, made, 0, &out));
  CHECK(out.of.i64 == 2000000000000);
  FAILS(zhan_array_get(store, made, 3, &out), ZHAN_ERROR_BOUNDS, "element 3");
  FAILS(zhan_array_get(store, made, UINT64_MAX, &out), ZHAN_ERROR_BOUNDS, "array of 3");
  values[0] = i32_val(1);
  FAILS(zhan_array_set(store, made, 0, values), ZHAN_ERROR_TYPE, "i64");
  FAILS(zhan_struct_get(store, made, 0, &out), ZHAN_ERROR_TYPE, "no struct");
  zhan_ref_drop(made);

  values[0] = i32_val(300);
  OK(zhan_array_new(store, type_named("bytes"), 100000, values, 1, &made)); /* all alike */
  OK(zhan_array_get(store, made, 99999, &out));
  CHECK(out.of.i32 == 44);
  zhan_ref_drop(made);
  OK(zhan_array_new(store, type_named("vectors"), 2, NULL, 0, &made));
  values[0] = null_val(ZHAN_V128);
  values[0].of.v128[15] = 7;
  OK(zhan_array_set(store, made, 1, values));
  OK(zhan_array_get(store, made, 1, &out));
  CHECK(out.of.v128[15] == 7 && out.of.v128[0] == 0);
  zhan_ref_drop(made);
  OK(zhan_array_new(store, type_named("nodes"), 0, NULL, 0, &made));
  OK(zhan_array_len(store, made, &length));
  CHECK(length == 0);
  zhan_ref_drop(made);

  FAILS(zhan_array_new(store, type_named("fixed"), 2, NULL, 0, &made), ZHAN_ERROR_TYPE, "default");
  FAILS(zhan_array_new(store, type_named("longs"), 5, values, 3, &made), ZHAN_ERROR_TYPE,
        "given 3");
  values[0] = val_ref(ZHAN_ANY, one);
  OK(zhan_array_new(store, type_named("fixed"), 2, values, 1, &made));
  FAILS(zhan_array_set(store, made, 0, values), ZHAN_ERROR_TYPE, "not mutable");
  OK(zhan_array_get(store, made, 1, &out));
  CHECK(zhan_ref_same(out.of.ref, one));
  zhan_vals_drop(&out, 1);
  zhan_ref_drop(made);
  zhan_ref_drop(one);
}

static void numbers(void) {
  zhan_ref_t made, none;
  zhan_val_t arg, out;
  int32_t value = 5;
  memset(&none, 0, sizeof(none));
  OK(zhan_i31_new(store, -3, &made));
  arg = val_ref(ZHAN_ANY, made);
  OK(zhan_func_call(store, func_of(store, instance, "id"), &arg, 1, &out, 1));
  OK(zhan_i31_get(store, out.of.ref, &value));
  CHECK(value == -3 && zhan_ref_same(out.of.ref, made));
  zhan_vals_drop(&out, 1);
  zhan_ref_drop(made);
  OK(zhan_i31_new(store, (int32_t)0x40000000, &made));
  OK(zhan_i31_get(store, made, &value));
  CHECK(value == -0x40000000);
  zhan_ref_drop(made);
  FAILS(zhan_i31_get(store, none, &value), ZHAN_ERROR_TYPE, "no i31");
  CHECK(value == 0);
}

static void types(zhan_engine_t* engine) {
  zhan_store_t* other = new_store(engine);
  zhan_valtype_t type, wanted = type_named("point");
  zhan_ref_t made = point(1, 2), number, host, none;
  zhan_val_t arg = val_ref(ZHAN_ANY, made), out;
  memset(&none, 0, sizeof(none));
  type = zhan_ref_type(store, made);
  CHECK(type.kind == ZHAN_ANY && type.heap == ZHAN_HEAP_DEFINED && type.type == wanted.type);
  CHECK(type.flags == ZHAN_EXACT);
  /* What it names can be used to make another one. */
  OK(zhan_func_call(store, func_of(store, instance, "external"), &arg, 1, &out, 1));
  CHECK(out.kind == ZHAN_EXTERN && zhan_ref_type(store, out.of.ref).type == wanted.type);
  arg = out;
  OK(zhan_func_call(store, func_of(store, instance, "internal"), &arg, 1, &out, 1));
  CHECK(zhan_ref_same(out.of.ref, made));
  zhan_vals_drop(&out, 1);
  zhan_vals_drop(&arg, 1);
  OK(zhan_i31_new(store, 1, &number));
  type = zhan_ref_type(store, number);
  CHECK(type.kind == ZHAN_ANY && type.heap == 0x6c && type.flags == 0);
  OK(zhan_externref_new(store, NULL, NULL, &host));
  type = zhan_ref_type(store, host);
  CHECK(type.kind == ZHAN_EXTERN && type.heap == 0x6f);
  CHECK(zhan_ref_type(store, none).kind == ZHAN_NONE);
  CHECK(zhan_ref_type(other, made).kind == ZHAN_NONE);
  CHECK(zhan_ref_type(NULL, made).kind == ZHAN_NONE);

  arg = val_ref(ZHAN_ANY, number); /* an i31 is no point */
  FAILS(zhan_func_call(store, func_of(store, instance, "sum"), &arg, 1, &out, 1), ZHAN_ERROR_TYPE,
        "i31");
  FAILS(zhan_struct_get(other, made, 0, &out), ZHAN_ERROR_WRONG_STORE, "another store");
  FAILS(zhan_struct_new(store, type_named("bytes"), NULL, 0, &none), ZHAN_ERROR_TYPE,
        "not a type of structs");
  FAILS(zhan_array_new(store, wanted, 0, NULL, 0, &none), ZHAN_ERROR_TYPE, "not a type of arrays");
  FAILS(zhan_struct_new(store, type_named("described"), NULL, 0, &none), ZHAN_ERROR_TYPE,
        "descriptor");
  type.kind = ZHAN_I32;
  FAILS(zhan_struct_new(store, type, NULL, 0, &none), ZHAN_ERROR_TYPE, "not a type of structs");
  wanted.type = 0x7fffffff;
  FAILS(zhan_struct_new(store, wanted, NULL, 0, &none), ZHAN_ERROR_TYPE, "no type of this number");
  FAILS(zhan_struct_new(NULL, wanted, NULL, 0, &none), ZHAN_ERROR_CONFIG, "");
  zhan_ref_drop(made);
  zhan_ref_drop(number);
  zhan_ref_drop(host);
  zhan_store_drop(other);
}

/* A list made by the host while the guest makes garbage. */
static void many(void) {
  zhan_val_t fields[5], out, work = i32_val(2000);
  zhan_ref_t head, next;
  int i;
  memset(&head, 0, sizeof(head));
  for (i = 1; i < 5; ++i) fields[i] = null_val(i == 1 ? ZHAN_EXTERN : ZHAN_ANY);
  fields[3] = null_val(ZHAN_FUNC);
  fields[4] = null_val(ZHAN_V128);
  for (i = 0; i < 300; ++i) {
    fields[0] = val_ref(ZHAN_ANY, head);
    OK(zhan_i31_new(store, i, &fields[2].of.ref));
    OK(zhan_struct_new(store, type_named("node"), fields, 5, &next));
    zhan_ref_drop(fields[2].of.ref);
    zhan_ref_drop(head);
    head = next;
    OK(zhan_func_call(store, func_of(store, instance, "churn"), &work, 1, NULL, 0));
  }
  for (i = 299; i >= 0; --i) {
    int32_t value = -1;
    OK(zhan_struct_get(store, head, 2, &out));
    OK(zhan_i31_get(store, out.of.ref, &value));
    CHECK(value == i);
    zhan_vals_drop(&out, 1);
    OK(zhan_struct_get(store, head, 0, &out));
    zhan_ref_drop(head);
    head = out.of.ref;
  }
  CHECK(head.root == 0);
}

/* The limit is an error of the call; the store goes on. */
static void limit(void) {
  zhan_store_limits_t limits;
  zhan_ref_t held[64], made;
  int count = 0;
  memset(&limits, 0, sizeof(limits));
  limits.heap_bytes = 4 << 20;
  OK(zhan_store_set_limits(store, &limits));
  FAILS(zhan_array_new(store, type_named("longs"), UINT32_MAX, NULL, 0, &made),
        ZHAN_ERROR_NO_MEMORY, "memory");
  while (count < 64) {
    zhan_error_t* error = zhan_array_new(store, type_named("bytes"), 200000, NULL, 0, &held[count]);
    if (error != NULL) {
      CHECK(zhan_error_kind(error) == ZHAN_ERROR_NO_MEMORY);
      zhan_error_drop(error);
      break;
    }
    ++count;
  }
  CHECK(count > 5 && count < 64);
  while (count > 0) zhan_ref_drop(held[--count]);
  made = point(4, 5);
  zhan_ref_drop(made);
}

void test_gc_objects(void);
void test_gc_objects(void) {
  static const char* const modes[] = {"0", "1", "7"};
  int i;
  for (i = 0; i < 3; ++i) {
    zhan_engine_t* engine = new_engine("gc-stress", modes[i]);
    store = new_store(engine);
    instance = instantiate(store, engine, text);
    structs();
    struct_values();
    packed_fields();
    arrays();
    numbers();
    types(engine);
    many();
    limit();
    zhan_store_drop(store);
    zhan_engine_drop(engine);
  }
}
