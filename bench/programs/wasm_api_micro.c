// SPDX-License-Identifier: Apache-2.0
// The small measures through the common C interface for WebAssembly, as wasmtime's library has it:
// micro MODULE prints nanoseconds as JSON. The package that ships the library has no headers, so
// what is used here is declared here.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct wasm_engine_t wasm_engine_t;
typedef struct wasm_store_t wasm_store_t;
typedef struct wasm_module_t wasm_module_t;
typedef struct wasm_instance_t wasm_instance_t;
typedef struct wasm_func_t wasm_func_t;
typedef struct wasm_functype_t wasm_functype_t;
typedef struct wasm_extern_t wasm_extern_t;
typedef struct wasm_valtype_t wasm_valtype_t;
typedef struct wasm_trap_t wasm_trap_t;

typedef struct {
  uint8_t kind;  // 0 is i32
  union {
    int32_t i32;
    int64_t i64;
  } of;
} wasm_val_t;

typedef struct {
  size_t size;
  wasm_val_t* data;
} wasm_val_vec_t;
typedef struct {
  size_t size;
  char* data;
} wasm_byte_vec_t;
typedef struct {
  size_t size;
  wasm_extern_t** data;
} wasm_extern_vec_t;
typedef struct {
  size_t size;
  wasm_valtype_t** data;
} wasm_valtype_vec_t;

typedef wasm_trap_t* (*wasm_func_callback_t)(const wasm_val_vec_t*, wasm_val_vec_t*);

wasm_engine_t* wasm_engine_new(void);
wasm_store_t* wasm_store_new(wasm_engine_t*);
void wasm_store_delete(wasm_store_t*);
wasm_module_t* wasm_module_new(wasm_store_t*, const wasm_byte_vec_t*);
void wasm_module_delete(wasm_module_t*);
wasm_valtype_t* wasm_valtype_new(uint8_t kind);
void wasm_valtype_vec_new(wasm_valtype_vec_t*, size_t, wasm_valtype_t* const*);
wasm_functype_t* wasm_functype_new(wasm_valtype_vec_t*, wasm_valtype_vec_t*);
wasm_func_t* wasm_func_new(wasm_store_t*, const wasm_functype_t*, wasm_func_callback_t);
wasm_extern_t* wasm_func_as_extern(wasm_func_t*);
wasm_func_t* wasm_extern_as_func(wasm_extern_t*);
wasm_instance_t* wasm_instance_new(wasm_store_t*, const wasm_module_t*, const wasm_extern_vec_t*,
                                   wasm_trap_t**);
void wasm_instance_delete(wasm_instance_t*);
void wasm_instance_exports(const wasm_instance_t*, wasm_extern_vec_t*);
wasm_trap_t* wasm_func_call(const wasm_func_t*, const wasm_val_vec_t*, wasm_val_vec_t*);

// The exports of the module, in its order.
enum { Memory, Nothing, One, CallHost, Grow, Exports };

static void need(int condition, const char* what) {
  if (condition) return;
  fprintf(stderr, "%s failed\n", what);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static wasm_trap_t* add(const wasm_val_vec_t* arguments, wasm_val_vec_t* results) {
  results->data[0] = (wasm_val_t){0, {arguments->data[0].of.i32 + arguments->data[1].of.i32}};
  return NULL;
}

static wasm_func_t* host_function(wasm_store_t* store) {
  wasm_valtype_t* pair[2] = {wasm_valtype_new(0), wasm_valtype_new(0)};
  wasm_valtype_t* one[1] = {wasm_valtype_new(0)};
  wasm_valtype_vec_t parameters, results;
  wasm_valtype_vec_new(&parameters, 2, pair);
  wasm_valtype_vec_new(&results, 1, one);
  return wasm_func_new(store, wasm_functype_new(&parameters, &results), add);
}

// A store is made for each instance, since instances die with their store.
struct World {
  wasm_store_t* store;
  wasm_instance_t* instance;
  wasm_extern_vec_t exports;
};

static struct World make(wasm_engine_t* engine, const wasm_module_t* module) {
  struct World world = {wasm_store_new(engine), NULL, {0, NULL}};
  wasm_extern_t* imports[1] = {wasm_func_as_extern(host_function(world.store))};
  wasm_extern_vec_t vector = {1, imports};
  world.instance = wasm_instance_new(world.store, module, &vector, NULL);
  need(world.instance != NULL, "instantiation");
  return world;
}

static void drop(struct World* world) {
  wasm_instance_delete(world->instance);
  wasm_store_delete(world->store);
}

static void call(struct World* world, int name, int argument, int arguments, int results) {
  if (world->exports.data == NULL) wasm_instance_exports(world->instance, &world->exports);
  need(world->exports.size == Exports, "finding the exports");
  wasm_val_t in = {0, {argument}}, out = {0, {0}};
  const wasm_val_vec_t given = {(size_t)arguments, &in};
  wasm_val_vec_t taken = {(size_t)results, &out};
  need(wasm_func_call(wasm_extern_as_func(world->exports.data[name]), &given, &taken) == NULL,
       "a call");
}

static double best_call(struct World* world, int count, const int what[4]) {
  double best = 1e18;
  for (int batch = 0; batch < 20; ++batch) {
    const double start = now();
    for (int i = 0; i < count; ++i) call(world, what[0], what[1], what[2], what[3]);
    const double spent = (now() - start) / count;
    if (spent < best) best = spent;
  }
  return best;
}

static double best_instance(wasm_engine_t* engine, const wasm_module_t* module, int grow) {
  double best = 1e18;
  for (int batch = 0; batch < 20; ++batch) {
    const int count = grow ? 500 : 200;
    struct World world = make(engine, module);
    if (grow) call(&world, Grow, 0, 0, 1);
    const double start = now();
    for (int i = 0; i < count; ++i) {
      if (grow) {
        call(&world, Grow, 0, 0, 1);
      } else {
        drop(&world);
        world = make(engine, module);
      }
    }
    const double spent = (now() - start) / count;
    drop(&world);
    if (spent < best) best = spent;
  }
  return best;
}

int main(int argc, char** argv) {
  need(argc == 2, "usage: wasm_api_micro MODULE, which");
  FILE* file = fopen(argv[1], "rb");
  need(file != NULL, "opening the module");
  static char bytes[65536];
  const wasm_byte_vec_t binary = {fread(bytes, 1, sizeof bytes, file), bytes};
  wasm_engine_t* engine = wasm_engine_new();
  wasm_module_t* module = wasm_module_new(wasm_store_new(engine), &binary);
  need(module != NULL, "compiling");
  struct World world = make(engine, module);
  const int nothing[] = {Nothing, 0, 0, 0}, one[] = {One, 7, 1, 1}, host[] = {CallHost, 1000, 1, 1};
  printf("{\"call_nothing\": %.2f, \"call_with_a_value\": %.2f, \"call_the_host\": %.2f, ",
         best_call(&world, 20000, nothing), best_call(&world, 20000, one),
         best_call(&world, 50, host) / 1000);
  printf("\"instantiate\": %.1f, \"grow_memory\": %.1f}\n", best_instance(engine, module, 0),
         best_instance(engine, module, 1));
  return 0;
}
