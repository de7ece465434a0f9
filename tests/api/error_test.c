// SPDX-License-Identifier: Apache-2.0
#include "check.h"

static const int mine = 0, other = 0;

static void fields(void) {
  zhan_error_t* error = zhan_error_new(ZHAN_ERROR_EXIT, 3, ZHAN_STR("the end"));
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_EXIT);
  CHECK(zhan_error_code(error) == 3);
  CHECK(str_is(zhan_error_message(error), "the end"));
  CHECK(zhan_error_position(error) == ZHAN_NO_OFFSET);
  CHECK(zhan_error_frames(error, NULL, 0) == 0);
  CHECK(!zhan_error_exception(error, NULL, NULL, 0, NULL));
  zhan_error_drop(error);
  error = zhan_error_new(1000, 0, ZHAN_STR(""));
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_HOST);
  zhan_error_drop(error);
}

static void success_has_no_fields(void) {
  CHECK(zhan_error_kind(NULL) == ZHAN_ERROR_NONE);
  CHECK(zhan_error_code(NULL) == 0);
  CHECK(zhan_error_message(NULL).size == 0);
  CHECK(zhan_error_position(NULL) == ZHAN_NO_OFFSET);
  CHECK(zhan_error_payload(NULL, &mine) == NULL);
  zhan_error_drop(NULL);
}

static void payloads(void) {
  int first = 0, second = 0;
  zhan_error_t* error = zhan_error_new(ZHAN_ERROR_HOST, 0, ZHAN_STR("x"));
  CHECK(zhan_error_payload(error, &mine) == NULL);
  zhan_error_set_payload(error, &first, count_up, &mine);
  CHECK(zhan_error_payload(error, &mine) == &first);
  CHECK(zhan_error_payload(error, &other) == NULL);
  zhan_error_set_payload(error, &second, count_up, &other);
  CHECK(first == 1 && second == 0);
  CHECK(zhan_error_payload(error, &mine) == NULL);
  zhan_error_drop(error);
  CHECK(first == 1 && second == 1);
  zhan_error_set_payload(NULL, &first, count_up, &mine);
  CHECK(first == 2);
}

/* A trap shows the frames from the innermost on, with names and offsets. */
static void frames(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  zhan_store_t* store = new_store(engine);
  zhan_instance_t instance = instantiate(store, engine,
                                         "(module $m (func $inner unreachable)"
                                         "(func $outer (export \"f\") call $inner nop))");
  zhan_error_t* error = zhan_func_call(store, func_of(store, instance, "f"), NULL, 0, NULL, 0);
  zhan_frame_t list[4];
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_TRAP);
  CHECK(str_is(zhan_error_message(error), "unreachable"));
  CHECK(zhan_error_code(error) == 1);
  CHECK(zhan_error_frames(error, list, 4) == 2);
  CHECK(str_is(list[0].function, "inner") && list[0].function_index == 0);
  CHECK(str_is(list[1].function, "outer") && list[1].function_index == 1);
  CHECK(list[0].offset != ZHAN_NO_OFFSET && list[0].offset < list[1].offset);
  CHECK(list[0].left_out == 0 && list[1].left_out == 0);
  CHECK(list[0].instance.store == instance.store && list[0].instance.item == instance.item);
  zhan_error_drop(error);
  zhan_store_drop(store);
  zhan_engine_drop(engine);
}

static void endless_recursion(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  zhan_store_t* store = new_store(engine);
  zhan_instance_t instance =
      instantiate(store, engine, "(module (func $f (export \"f\") call $f))");
  zhan_error_t* error = zhan_func_call(store, func_of(store, instance, "f"), NULL, 0, NULL, 0);
  zhan_frame_t list[256];
  size_t i, count, left_out = 0;
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_TRAP);
  CHECK(zhan_error_code(error) == ZHAN_TRAP_STACK_EXHAUSTED);
  count = zhan_error_frames(error, list, 256);
  CHECK(count > 10 && count <= 256);
  for (i = 0; i < count; ++i) left_out += list[i].left_out != 0 ? 1 : 0;
  CHECK(left_out == 1);
  zhan_error_drop(error);
  zhan_store_drop(store);
  zhan_engine_drop(engine);
}

void test_error(void);
void test_error(void) {
  fields();
  success_has_no_fields();
  payloads();
  frames();
  endless_recursion();
}
