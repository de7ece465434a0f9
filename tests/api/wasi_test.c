// SPDX-License-Identifier: Apache-2.0
#include <errno.h>

#include "check.h"

/* Copies standard input to standard output, then exits with the number of arguments. */
static const char* const copy_text =
    "(module"
    "(import \"wasi_snapshot_preview1\" \"fd_read\" (func $read (param i32 i32 i32 i32) (result "
    "i32)))"
    "(import \"wasi_snapshot_preview1\" \"fd_write\""
    "  (func $write (param i32 i32 i32 i32) (result i32)))"
    "(import \"wasi_snapshot_preview1\" \"args_sizes_get\""
    "  (func $args (param i32 i32) (result i32)))"
    "(import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))"
    "(memory (export \"memory\") 1)"
    "(data (i32.const 0) \"\\20\\00\\00\\00\\00\\04\\00\\00\")"
    "(func (export \"_start\")"
    "  (loop $more"
    "    (i32.store (i32.const 4) (i32.const 1024))"
    "    (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8))"
    "      (then (call $exit (i32.const 101))))"
    "    (i32.store (i32.const 4) (i32.load (i32.const 8)))"
    "    (if (i32.load (i32.const 8))"
    "      (then"
    "        (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12))"
    "          (then (call $exit (i32.const 102))))"
    "        (br $more))))"
    "  (drop (call $args (i32.const 16) (i32.const 20)))"
    "  (call $exit (i32.load (i32.const 16)))))";

/* Runs the program in a store with the context (taken); its exit code. */
static int32_t run(zhan_engine_t* engine, zhan_wasi_t* wasi) {
  zhan_linker_t* linker = zhan_linker_new(engine, 0);
  zhan_module_t* module = load(engine, copy_text);
  zhan_store_t* store = new_store(engine);
  zhan_pre_t* pre = NULL;
  zhan_instance_t instance;
  zhan_error_t* error;
  int32_t code;
  OK(zhan_linker_define_wasi(linker, ZHAN_WORLD_PREVIEW1));
  OK(zhan_linker_resolve(linker, module, &pre));
  OK(zhan_store_set_wasi(store, wasi));
  OK(zhan_pre_instantiate(pre, store, &instance));
  error = zhan_func_call(store, func_of(store, instance, "_start"), NULL, 0, NULL, 0);
  CHECK(zhan_error_kind(error) == ZHAN_ERROR_EXIT);
  code = zhan_error_code(error);
  zhan_error_drop(error);
  zhan_pre_drop(pre);
  zhan_store_drop(store);
  zhan_module_drop(module);
  zhan_linker_drop(linker);
  return code;
}

static void buffers(zhan_engine_t* engine) {
  zhan_wasi_t* wasi = zhan_wasi_new();
  zhan_str_t args[2];
  zhan_stream_t stream;
  zhan_bytes_t out;
  args[0] = str("program");
  args[1] = str("argument");
  memset(&stream, 0, sizeof(stream));
  OK(zhan_wasi_args(wasi, args, 2));
  stream.kind = ZHAN_STREAM_BYTES;
  stream.bytes = str("some text");
  OK(zhan_wasi_input(wasi, &stream));
  stream.kind = ZHAN_STREAM_BUFFER;
  stream.buffer = &out;
  OK(zhan_wasi_output(wasi, 1, &stream));
  CHECK(run(engine, wasi) == 2);
  CHECK(out.size == 9 && memcmp(out.data, "some text", 9) == 0);
  zhan_bytes_drop(&out);

  /* A buffer takes what it has room for. */
  wasi = zhan_wasi_new();
  stream.kind = ZHAN_STREAM_BYTES;
  OK(zhan_wasi_input(wasi, &stream));
  stream.kind = ZHAN_STREAM_BUFFER;
  stream.limit = 4;
  OK(zhan_wasi_output(wasi, 1, &stream));
  CHECK(run(engine, wasi) == 0);
  CHECK(out.size == 4 && memcmp(out.data, "some", 4) == 0);
  zhan_bytes_drop(&out);

  /* Nothing set: empty input. */
  CHECK(run(engine, zhan_wasi_new()) == 0);
}

struct Ends {
  int reads, ended;
  char written[16];
  size_t size;
};

static void end_ends(void* env) { ++((struct Ends*)env)->ended; }

static int32_t read_abc(void* env, uint8_t* bytes, size_t size, size_t* done) {
  struct Ends* ends = (struct Ends*)env;
  if (size == 0 || ends->reads == 3) return 0;
  bytes[0] = (uint8_t)("abc"[ends->reads++]);
  *done = 1;
  return 0;
}

static int32_t write_some(void* env, const uint8_t* bytes, size_t size, size_t* done) {
  struct Ends* ends = (struct Ends*)env;
  if (ends->size + size > sizeof(ends->written)) return ENOSPC;
  memcpy(ends->written + ends->size, bytes, size);
  ends->size += size;
  *done = size;
  return 0;
}

static int32_t read_fails(void* env, uint8_t* bytes, size_t size, size_t* done) {
  (void)env;
  (void)bytes;
  (void)size;
  (void)done;
  return EIO;
}

static void callbacks(zhan_engine_t* engine) {
  zhan_wasi_t* wasi = zhan_wasi_new();
  zhan_stream_t stream;
  struct Ends ends;
  memset(&ends, 0, sizeof(ends));
  memset(&stream, 0, sizeof(stream));
  stream.kind = ZHAN_STREAM_CALLBACK;
  stream.read = read_abc;
  stream.write = write_some;
  stream.env = &ends;
  stream.finalizer = end_ends;
  OK(zhan_wasi_input(wasi, &stream));
  OK(zhan_wasi_output(wasi, 1, &stream));
  CHECK(run(engine, wasi) == 0);
  CHECK(ends.size == 3 && memcmp(ends.written, "abc", 3) == 0);
  CHECK(ends.ended == 2);
  wasi = zhan_wasi_new();
  stream.read = read_fails;
  OK(zhan_wasi_input(wasi, &stream));
  CHECK(run(engine, wasi) == 101);
}

static void wrong_uses(void) {
  zhan_wasi_t* wasi = zhan_wasi_new();
  zhan_stream_t stream;
  zhan_virtual_t how;
  zhan_str_t bad, value = str("v");
  struct Ends ends;
  memset(&ends, 0, sizeof(ends));
  memset(&stream, 0, sizeof(stream));
  memset(&how, 0, sizeof(how));
  bad.data = "a\0b";
  bad.size = 3;
  FAILS(zhan_wasi_args(wasi, &bad, 1), ZHAN_ERROR_CONFIG, "NUL");
  FAILS(zhan_wasi_env(wasi, &bad, &value, 1), ZHAN_ERROR_CONFIG, "");
  bad = str("a=b");
  FAILS(zhan_wasi_env(wasi, &bad, &value, 1), ZHAN_ERROR_CONFIG, "a=b");
  FAILS(zhan_wasi_inherit(wasi, 1u << 20), ZHAN_ERROR_CONFIG, "mask");
  FAILS(zhan_wasi_inherit(wasi, ZHAN_INHERIT_NET), ZHAN_ERROR_UNSUPPORTED, "network");
  OK(zhan_wasi_inherit(wasi, ZHAN_INHERIT_ARGS | ZHAN_INHERIT_ENV | ZHAN_INHERIT_STDERR));
  FAILS(zhan_wasi_preopen(wasi, ZHAN_STR("no/such/dir"), ZHAN_STR("/"), ZHAN_DIR_READ),
        ZHAN_ERROR_IO, "no/such/dir");
  FAILS(zhan_wasi_preopen(wasi, ZHAN_STR("."), ZHAN_STR("/"), ZHAN_DIR_WRITE), ZHAN_ERROR_CONFIG,
        "reading");
  OK(zhan_wasi_preopen(wasi, ZHAN_STR("."), ZHAN_STR("/"), ZHAN_DIR_READ | ZHAN_DIR_WRITE));
  stream.kind = ZHAN_STREAM_CALLBACK;
  stream.env = &ends;
  stream.finalizer = end_ends;
  FAILS(zhan_wasi_input(wasi, &stream), ZHAN_ERROR_CONFIG, "input");
  FAILS(zhan_wasi_output(wasi, 1, &stream), ZHAN_ERROR_CONFIG, "output");
  FAILS(zhan_wasi_output(wasi, 1u << 30, &stream), ZHAN_ERROR_CONFIG, "large");
  CHECK(ends.ended == 3);
  stream.finalizer = NULL;
  stream.kind = ZHAN_STREAM_FD;
  stream.fd = -1;
  FAILS(zhan_wasi_input(wasi, &stream), ZHAN_ERROR_IO, "descriptor");
  stream.kind = ZHAN_STREAM_BUFFER;
  FAILS(zhan_wasi_input(wasi, &stream), ZHAN_ERROR_CONFIG, "input");
  how.what = 1u << 9;
  FAILS(zhan_wasi_virtual(wasi, &how), ZHAN_ERROR_CONFIG, "mask");
  how.what = ZHAN_CLOCK_CALLBACK;
  FAILS(zhan_wasi_virtual(wasi, &how), ZHAN_ERROR_CONFIG, "callback");
  zhan_wasi_drop(wasi);
  zhan_wasi_drop(NULL);
}

static uint64_t ticking(void* env, uint32_t clock) { return 1000 * ++*(uint64_t*)env + clock; }
static void fill_seven(void* env, uint8_t* bytes, size_t size) {
  (void)env;
  memset(bytes, 7, size);
}

/* Clock and random numbers that the guest sees, as eight bytes each. */
static void observe(zhan_engine_t* engine, const zhan_virtual_t* how, uint64_t* time,
                    uint64_t* random) {
  zhan_linker_t* linker = zhan_linker_new(engine, 0);
  zhan_module_t* module = load(engine,
                               "(module (import \"wasi_snapshot_preview1\" \"clock_time_get\""
                               "  (func $time (param i32 i64 i32) (result i32)))"
                               "(import \"wasi_snapshot_preview1\" \"random_get\" (func $random "
                               "(param i32 i32) (result i32)))"
                               "(memory (export \"memory\") 1)"
                               "(func (export \"look\") (result i32)"
                               "  (i32.or (call $time (i32.const 1) (i64.const 0) (i32.const 0))"
                               "          (call $random (i32.const 8) (i32.const 8)))))");
  zhan_store_t* store = new_store(engine);
  zhan_wasi_t* wasi = zhan_wasi_new();
  zhan_pre_t* pre = NULL;
  zhan_instance_t instance;
  zhan_memory_t memory;
  zhan_val_t result;
  OK(zhan_wasi_virtual(wasi, how));
  OK(zhan_store_set_wasi(store, wasi));
  OK(zhan_linker_define_wasi(linker, ZHAN_WORLD_PREVIEW1));
  OK(zhan_linker_resolve(linker, module, &pre));
  OK(zhan_pre_instantiate(pre, store, &instance));
  OK(zhan_func_call(store, func_of(store, instance, "look"), NULL, 0, &result, 1));
  CHECK(result.of.i32 == 0);
  memory = zhan_instance_export(store, instance, ZHAN_STR("memory")).of.memory;
  OK(zhan_memory_read(store, memory, 0, time, 8));
  OK(zhan_memory_read(store, memory, 8, random, 8));
  zhan_pre_drop(pre);
  zhan_module_drop(module);
  zhan_linker_drop(linker);
  zhan_store_drop(store);
}

static void virtual_worlds(zhan_engine_t* engine) {
  zhan_virtual_t how;
  uint64_t time = 0, random = 0, again = 0, ticks = 0;
  memset(&how, 0, sizeof(how));
  how.what = ZHAN_VIRTUAL_CLOCK | ZHAN_VIRTUAL_RANDOM;
  how.clock_start = 5000;
  how.clock_step = 10;
  how.seed = 1;
  observe(engine, &how, &time, &random);
  CHECK(time >= 5000 && time <= 5010);
  observe(engine, &how, &time, &again);
  CHECK(random == again);
  how.seed = 2;
  observe(engine, &how, &time, &again);
  CHECK(random != again);
  how.what = ZHAN_CLOCK_CALLBACK | ZHAN_RANDOM_CALLBACK;
  how.clock = ticking;
  how.random = fill_seven;
  how.env = &ticks;
  observe(engine, &how, &time, &random);
  CHECK(time == 1001 && random == 0x0707070707070707u);
}

static void without_context(zhan_engine_t* engine) {
  zhan_linker_t* linker = zhan_linker_new(engine, 0);
  zhan_module_t* module = load(engine, copy_text);
  zhan_store_t* store = new_store(engine);
  zhan_pre_t* pre = NULL;
  zhan_instance_t instance;
  FAILS(zhan_linker_define_wasi(linker, 1u << 7), ZHAN_ERROR_UNSUPPORTED, "preview 1");
  OK(zhan_linker_define_wasi(linker, 0));
  OK(zhan_linker_define_wasi(linker, ZHAN_WORLD_PREVIEW1));
  FAILS(zhan_linker_define_wasi(linker, ZHAN_WORLD_PREVIEW1), ZHAN_ERROR_LINK, "defined already");
  OK(zhan_linker_resolve(linker, module, &pre));
  OK(zhan_pre_instantiate(pre, store, &instance));
  FAILS(zhan_func_call(store, func_of(store, instance, "_start"), NULL, 0, NULL, 0),
        ZHAN_ERROR_HOST, "WASI context");
  zhan_pre_drop(pre);
  zhan_module_drop(module);
  zhan_linker_drop(linker);
  zhan_store_drop(store);
}

void test_wasi(void);
void test_wasi(void) {
  zhan_engine_t* engine = new_engine(NULL, NULL);
  buffers(engine);
  callbacks(engine);
  wrong_uses();
  virtual_worlds(engine);
  without_context(engine);
  zhan_engine_drop(engine);
}
