/* SPDX-License-Identifier: Apache-2.0 */
/* Checks for the tests of the C interface: they report and go on. */
#ifndef ZHAN_TESTS_API_CHECK_H
#define ZHAN_TESTS_API_CHECK_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zhan/zhan.h>

extern int check_failures;

#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      ++check_failures;                                               \
    }                                                                 \
  } while (0)

/* The call must succeed; if it does not, its message is shown. */
#define OK(call) check_ok((call), #call, __FILE__, __LINE__)
/* The call must fail with this kind, and its message contain the text. */
#define FAILS(call, kind, text) check_fails((call), (kind), (text), #call, __FILE__, __LINE__)

static inline zhan_str_t str(const char* text) {
  zhan_str_t made;
  made.data = text;
  made.size = strlen(text);
  return made;
}

static inline bool str_is(zhan_str_t text, const char* expected) {
  return text.size == strlen(expected) && memcmp(text.data, expected, text.size) == 0;
}

static inline bool contains(zhan_str_t text, const char* part) {
  const size_t size = strlen(part);
  size_t i;
  for (i = 0; i + size <= text.size; ++i)
    if (memcmp(text.data + i, part, size) == 0) return true;
  return false;
}

static inline bool check_ok(zhan_error_t* error, const char* call, const char* file, int line) {
  zhan_str_t message = zhan_error_message(error);
  if (error == NULL) return true;
  fprintf(stderr, "%s:%d: %s: %.*s\n", file, line, call, (int)message.size, message.data);
  ++check_failures;
  zhan_error_drop(error);
  return false;
}

static inline void check_fails(zhan_error_t* error, zhan_error_kind_t kind, const char* text,
                               const char* call, const char* file, int line) {
  zhan_str_t message = zhan_error_message(error);
  if (zhan_error_kind(error) != kind || !contains(message, text)) {
    fprintf(stderr, "%s:%d: %s: wanted kind %d with \"%s\", found kind %d: %.*s\n", file, line,
            call, (int)kind, text, (int)zhan_error_kind(error), (int)message.size, message.data);
    ++check_failures;
  }
  zhan_error_drop(error);
}

static inline zhan_engine_t* new_engine(const char* key, const char* value) {
  zhan_config_t* config = zhan_config_new();
  zhan_engine_t* engine = NULL;
  if (key != NULL) OK(zhan_config_set(config, str(key), str(value)));
  OK(zhan_engine_new(config, &engine));
  if (engine == NULL) exit(1);
  return engine;
}

static inline zhan_module_t* load(zhan_engine_t* engine, const char* text) {
  zhan_module_t* module = NULL;
  OK(zhan_module_new(engine, text, strlen(text), ZHAN_STR("test"), &module));
  if (module == NULL) exit(1);
  return module;
}

static inline zhan_store_t* new_store(zhan_engine_t* engine) {
  zhan_store_t* store = NULL;
  OK(zhan_store_new(engine, NULL, NULL, &store));
  if (store == NULL) exit(1);
  return store;
}

/* An instance of a module without imports. */
static inline zhan_instance_t instantiate(zhan_store_t* store, zhan_engine_t* engine,
                                          const char* text) {
  zhan_module_t* module = load(engine, text);
  zhan_instance_t instance;
  OK(zhan_instance_new(store, module, NULL, 0, &instance));
  zhan_module_drop(module);
  return instance;
}

static inline zhan_func_t func_of(zhan_store_t* store, zhan_instance_t instance, const char* name) {
  zhan_extern_t item = zhan_instance_export(store, instance, str(name));
  CHECK(item.kind == ZHAN_EXTERN_FUNC);
  return item.of.func;
}

static inline zhan_val_t i32_val(int32_t value) {
  zhan_val_t made;
  memset(&made, 0, sizeof(made));
  made.kind = ZHAN_I32;
  made.of.i32 = value;
  return made;
}

static inline zhan_val_t null_val(uint8_t kind) {
  zhan_val_t made;
  memset(&made, 0, sizeof(made));
  made.kind = kind;
  return made;
}

static inline zhan_functype_t* signature(const char* text) {
  zhan_functype_t* type = NULL;
  OK(zhan_functype_parse(str(text), &type));
  return type;
}

/* Counts how often it is run: the data is an int. */
static inline void count_up(void* data) { ++*(int*)data; }

#endif /* ZHAN_TESTS_API_CHECK_H */
