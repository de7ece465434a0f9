// SPDX-License-Identifier: Apache-2.0
// Garbage: what references keep alive, when finalizers run, limits and statistics.
#include "check.h"

static const char* const module_text =
    "(module"
    " (type $s (struct (field (mut externref)) (field i64)))"
    " (global $kept (mut (ref null $s)) (ref.null $s))"
    " (func (export \"keep\") (param externref)"
    "  (global.set $kept (struct.new $s (local.get 0) (i64.const 5))))"
    " (func (export \"get\") (result externref) (struct.get $s 0 (global.get $kept)))"
    " (func (export \"drop\") (global.set $kept (ref.null $s)))"
    " (func (export \"churn\") (param i32)"
    "  (loop $l (drop (struct.new $s (ref.null extern) (i64.const 1)))"
    "   (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"
    " (func (export \"list\") (param i32) (local $head (ref null $t))"
    "  (loop $l (local.set $head (struct.new $t (local.get $head)))"
    "   (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"
    " (type $t (struct (field (ref null $t)))))";

static int finalized[4];
static int order[4];
static int count;

static void finalize(void* data) {
  const int number = (int)((int*)data - finalized);
  ++finalized[number];
  order[count++] = number;
}

static zhan_val_t number(int value) {
  zhan_val_t made;
  memset(&made, 0, sizeof(made));
  made.kind = ZHAN_I32;
  made.of.i32 = value;
  return made;
}

static void host_values(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_instance_t instance = instantiate(store, engine, module_text);
  zhan_val_t args[4], result = null_val(ZHAN_EXTERN), many = number(200000);
  int i;
  memset(finalized, 0, sizeof(finalized));
  count = 0;
  for (i = 0; i < 4; ++i) {
    args[i] = null_val(ZHAN_EXTERN);
    OK(zhan_externref_new(store, &finalized[i], finalize, &args[i].of.ref));
  }
  OK(zhan_func_call(store, func_of(store, instance, "keep"), &args[1], 1, NULL, 0));
  OK(zhan_func_call(store, func_of(store, instance, "churn"), &many, 1, NULL, 0));
  OK(zhan_store_collect(store));
  CHECK(count == 0); /* all are owned */
  for (i = 0; i < 3; ++i) zhan_vals_drop(&args[i], 1);
  OK(zhan_store_collect(store));
  CHECK(count == 2 && order[0] == 0 && order[1] == 2); /* 1 is in the guest's hands, 3 in ours */
  OK(zhan_func_call(store, func_of(store, instance, "get"), NULL, 0, &result, 1));
  CHECK(zhan_externref_data(store, result.of.ref) == &finalized[1]);
  CHECK(zhan_externref_data(store, args[3].of.ref) == &finalized[3]);
  OK(zhan_func_call(store, func_of(store, instance, "drop"), NULL, 0, NULL, 0));
  OK(zhan_store_collect(store));
  CHECK(count == 2); /* the result still owns it */
  zhan_vals_drop(&result, 1);
  OK(zhan_store_collect(store));
  CHECK(count == 3 && order[2] == 1);
  zhan_store_drop(store);
  CHECK(count == 4 && order[3] == 3);
  for (i = 0; i < 4; ++i) CHECK(finalized[i] == 1);
  zhan_vals_drop(&args[3], 1);
}

static void statistics(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_gc_stats_t stats;
  zhan_val_t many = number(1000000);
  zhan_instance_t instance = instantiate(store, engine, module_text);
  zhan_store_gc_stats(store, &stats);
  CHECK(stats.limit == 0 && stats.allocated == 0);
  OK(zhan_func_call(store, func_of(store, instance, "churn"), &many, 1, NULL, 0));
  zhan_store_gc_stats(store, &stats);
  CHECK(stats.minor > 0 && stats.allocated >= 24000000 && stats.peak < 32000000);
  CHECK(stats.pause_longest <= stats.pause_total && stats.used <= stats.peak);
  CHECK(stats.limit > stats.peak);
  OK(zhan_store_collect(store));
  zhan_store_gc_stats(store, &stats);
  CHECK(stats.major >= 1 && stats.used == 0);
  zhan_store_gc_stats(NULL, &stats);
  CHECK(stats.major == 0);
  zhan_store_drop(store);
}

static void limit(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_store_limits_t limits;
  zhan_val_t few = number(10000), many = number(10000000);
  zhan_instance_t instance = instantiate(store, engine, module_text);
  memset(&limits, 0, sizeof(limits));
  limits.heap_bytes = 4 << 20;
  OK(zhan_store_set_limits(store, &limits));
  OK(zhan_func_call(store, func_of(store, instance, "list"), &few, 1, NULL, 0));
  FAILS(zhan_func_call(store, func_of(store, instance, "list"), &many, 1, NULL, 0), ZHAN_ERROR_TRAP,
        "out of memory");
  OK(zhan_func_call(store, func_of(store, instance, "list"), &few, 1, NULL, 0));
  OK(zhan_func_call(store, func_of(store, instance, "churn"), &many, 1, NULL, 0));
  zhan_store_drop(store);
}

/* Host values alone, without a call in between. */
static void only_host_values(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_store_limits_t limits;
  zhan_gc_stats_t stats;
  int value = 0, i;
  memset(&limits, 0, sizeof(limits));
  limits.heap_bytes = 1 << 20;
  OK(zhan_store_set_limits(store, &limits));
  for (i = 0; i < 200000; ++i) {
    zhan_ref_t ref;
    if (!OK(zhan_externref_new(store, &value, NULL, &ref))) break;
    zhan_ref_drop(ref);
  }
  CHECK(i == 200000);
  zhan_store_gc_stats(store, &stats);
  CHECK(stats.minor + stats.major > 0);
  zhan_store_drop(store);
}

/* Host values by the number: found dead long before the heap is full. */
static int finalized_count;
static void count_finalized(void* data) {
  (void)data;
  ++finalized_count;
}

static void host_values_by_number(zhan_engine_t* engine) {
  zhan_store_t* store = new_store(engine);
  zhan_gc_stats_t stats;
  int i, most_alive = 0;
  finalized_count = 0;
  for (i = 0; i < 300000; ++i) {
    zhan_ref_t ref;
    if (!OK(zhan_externref_new(store, &i, count_finalized, &ref))) break;
    zhan_ref_drop(ref);
    if (i - finalized_count > most_alive) most_alive = i - finalized_count;
  }
  CHECK(most_alive <= 10000 && finalized_count > 200000);
  zhan_store_gc_stats(store, &stats);
  CHECK(stats.minor > 20 && stats.peak < 2 << 20);
  zhan_store_drop(store);
  CHECK(finalized_count == 300000);
}

void test_gc(void);
void test_gc(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  host_values(engine);
  statistics(engine);
  limit(engine);
  only_host_values(engine);
  host_values_by_number(engine);
  zhan_engine_drop(engine);
}
