// SPDX-License-Identifier: Apache-2.0
#include "check.h"

static void versions_and_features(void) {
  zhan_version_t numbers;
  zhan_str_t names[128];
  char text[64];
  size_t i, count, found = 0;
  zhan_str_t version = zhan_version(&numbers);
  snprintf(text, sizeof(text), "%u.%u.%u", numbers.major, numbers.minor, numbers.patch);
  CHECK(str_is(version, text));
  CHECK(numbers.abi == numbers.major);
  CHECK(str_is(zhan_version(NULL), text));

  count = zhan_features(NULL, 0);
  CHECK(count > 10 && count <= 128);
  CHECK(zhan_features(names, 128) == count);
  for (i = 0; i < count; ++i) found += str_is(names[i], "engine.interp") ? 1 : 0;
  CHECK(found == 1);
}

static void configurations(void) {
  zhan_config_t* config = zhan_config_new();
  zhan_engine_t* engine = NULL;
  OK(zhan_config_set(config, ZHAN_STR("fuel"), ZHAN_STR("on")));
  OK(zhan_config_set(config, ZHAN_STR("max-memory"), ZHAN_STR("64M")));
  FAILS(zhan_config_set(config, ZHAN_STR("fuell"), ZHAN_STR("on")), ZHAN_ERROR_CONFIG, "fuel");
  FAILS(zhan_config_set(config, ZHAN_STR("fuel"), ZHAN_STR("perhaps")), ZHAN_ERROR_CONFIG, "on");
  OK(zhan_engine_new(config, &engine));
  CHECK(zhan_engine_keep(engine) == engine);
  zhan_engine_drop(engine);
  zhan_engine_drop(engine);

  OK(zhan_engine_new(NULL, &engine));
  zhan_engine_drop(engine);
  zhan_config_drop(zhan_config_new());
  zhan_config_drop(NULL);
  zhan_engine_drop(NULL);
}

/* Stores and modules keep what they need of an engine. */
static void any_order_of_dropping(void) {
  zhan_engine_t* engine = new_engine("signals", "off");
  zhan_module_t* module = load(engine, "(module (func (export \"f\")))");
  zhan_store_t* store = new_store(engine);
  zhan_instance_t instance;
  zhan_engine_drop(engine);
  OK(zhan_instance_new(store, module, NULL, 0, &instance));
  zhan_module_drop(module);
  CHECK(zhan_instance_export(store, instance, ZHAN_STR("f")).kind == ZHAN_EXTERN_FUNC);
  zhan_store_drop(store);
}

static void text_to_binary(void) {
  zhan_bytes_t bytes;
  OK(zhan_wat_to_wasm(ZHAN_STR("(module)"), &bytes));
  CHECK(bytes.size == 8 && memcmp(bytes.data, "\0asm\1\0\0\0", 8) == 0);
  zhan_bytes_drop(&bytes);
  CHECK(bytes.data == NULL && bytes.size == 0);
  zhan_bytes_drop(&bytes);
  FAILS(zhan_wat_to_wasm(ZHAN_STR("(module\n  (fun))"), &bytes), ZHAN_ERROR_MALFORMED, "2:");
  CHECK(bytes.data == NULL);
}

void test_engine(void);
void test_engine(void) {
  versions_and_features();
  configurations();
  any_order_of_dropping();
  text_to_binary();
}
