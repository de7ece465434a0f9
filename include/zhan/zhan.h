/* SPDX-License-Identifier: Apache-2.0 */
/* Zhan, a WebAssembly virtual machine: the C interface. C99 and C++11.
 *
 * Objects end in one of three ways.
 * - shared (counted, immutable after making): engine, module, functype, pre,
 *   shared_memory, interrupt. `_keep`
 * adds a count, `_drop` takes one away. Any thread, no locks needed.
 * - single owner: config, linker, store, wasi, error. `_drop` once, or given away to a function
 * that takes it. One thread at a time; may move between threads.
 * - handle (16 bytes by value, all zero = none): instance, func, memory, table, global, tag.
 * Nothing to end: lives as long as its store.
 *
 * NULL to any `_drop` is allowed. A function that takes an argument takes it on failure too.
 *
 * Errors. A function that can fail returns zhan_error_t*, NULL = success; the caller owns the error
 * and ends it with zhan_error_drop. Results go through out-pointers, which are set to zero first.
 * Link errors, traps, exit codes and interrupts all come this way. NO_MEMORY may come from every
 * such function.
 *
 * Threads. "Any" below: call it from any thread at any time. Otherwise a function follows its first
 * argument: shared objects from any thread, single owners from one thread at a time. A store that
 * another thread is using answers BUSY (best effort; functions without an error answer none, NULL
 * or 0).
 *
 * Handles are checked against the store they are used with, in every build: another store's is the
 * error WRONG_STORE. Every function with a store argument may return BUSY, POISONED and
 * WRONG_STORE.
 *
 * Borrowed pointers and strings live until the object they came from changes or ends; each function
 * names that object. Strings are UTF-8 with a length, lent for the call.
 *
 * Structures here never change within a major version; functions are only added. Enumerations are
 * int32: accept values you do not know. */
#ifndef ZHAN_ZHAN_H
#define ZHAN_ZHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define ZHAN_API __attribute__((visibility("default")))
#else
#define ZHAN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------- types */

typedef struct zhan_config zhan_config_t;               /* single owner */
typedef struct zhan_engine zhan_engine_t;               /* shared */
typedef struct zhan_functype zhan_functype_t;           /* shared */
typedef struct zhan_module zhan_module_t;               /* shared */
typedef struct zhan_store zhan_store_t;                 /* single owner */
typedef struct zhan_interrupt zhan_interrupt_t;         /* shared */
typedef struct zhan_linker zhan_linker_t;               /* single owner */
typedef struct zhan_pre zhan_pre_t;                     /* shared */
typedef struct zhan_shared_memory zhan_shared_memory_t; /* shared */
typedef struct zhan_wasi zhan_wasi_t;                   /* single owner */
typedef struct zhan_error zhan_error_t;                 /* single owner */
typedef struct zhan_caller zhan_caller_t;               /* lent to a callback until it returns */

/* Text: UTF-8, not terminated, lent. */
typedef struct zhan_str {
  const char* data;
  size_t size;
} zhan_str_t;

/* A zhan_str_t of a string literal. */
#ifdef __cplusplus
#define ZHAN_STR(literal) (zhan_str_t{"" literal, sizeof("" literal) - 1})
#else
#define ZHAN_STR(literal) ((zhan_str_t){"" literal, sizeof("" literal) - 1})
#endif

/* Bytes made by the library: end them with zhan_bytes_drop. */
typedef struct zhan_bytes {
  uint8_t* data;
  size_t size;
} zhan_bytes_t;

/* Called once with the pointer it came with, on whatever thread ends the owner. Must not throw. */
typedef void (*zhan_finalizer_t)(void* data);

/* Handles: {id of the store, item}. */
/* clang-format off */
typedef struct zhan_instance { uint64_t store, item; } zhan_instance_t;
typedef struct zhan_func { uint64_t store, item; } zhan_func_t;
typedef struct zhan_memory { uint64_t store, item; } zhan_memory_t;
typedef struct zhan_table { uint64_t store, item; } zhan_table_t;
typedef struct zhan_global { uint64_t store, item; } zhan_global_t;
typedef struct zhan_tag { uint64_t store, item; } zhan_tag_t;
/* clang-format on */

/* A reference to a host value, an object or an exception; opaque, all zero = null. Owned when it
 * comes from a call, a `_get` or a `_new` (end it with zhan_ref_drop or zhan_vals_drop); lent in
 * the arguments of a callback until that returns. */
typedef struct zhan_ref {
  uint64_t root, item;
} zhan_ref_t;

/* Kinds of values. */
typedef int32_t zhan_valkind_t;
enum {
  ZHAN_NONE = 0,
  ZHAN_I32 = 1,
  ZHAN_I64 = 2,
  ZHAN_F32 = 3,
  ZHAN_F64 = 4,
  ZHAN_V128 = 5,
  ZHAN_FUNC = 6,   /* of.func; store 0 = null */
  ZHAN_EXTERN = 7, /* of.ref */
  ZHAN_ANY = 8,    /* of.ref */
  ZHAN_EXN = 9     /* of.ref */
};

/* A value, 24 bytes. */
typedef struct zhan_val {
  uint8_t kind; /* ZHAN_I32 ... ZHAN_EXN */
  uint8_t zero[7];
  union {
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
    uint8_t v128[16]; /* little-endian */
    zhan_func_t func;
    zhan_ref_t ref;
  } of;
} zhan_val_t;

/* A raw value for functions without references; a v128 takes two, low half first. */
typedef union zhan_slot {
  int32_t i32;
  int64_t i64;
  float f32;
  double f64;
  uint64_t bits;
} zhan_slot_t;

/* Flags of a reference type. */
enum { ZHAN_NULLABLE = 1, ZHAN_EXACT = 2 };
/* zhan_valtype_t::heap of a type that a module defines; abstract heap types are their byte in the
 * binary format (0x70 func, 0x6f extern, 0x6e any ...). */
enum { ZHAN_HEAP_DEFINED = 1 };

/* The type of a value, 8 bytes. */
typedef struct zhan_valtype {
  uint8_t kind;  /* ZHAN_I32 ... ZHAN_EXN: of a reference, the hierarchy it belongs to */
  uint8_t flags; /* of a reference: ZHAN_NULLABLE, ZHAN_EXACT */
  uint8_t heap;  /* of a reference */
  uint8_t zero;
  uint32_t type; /* with ZHAN_HEAP_DEFINED: its number in the engine */
} zhan_valtype_t;

/* Initialisers of zhan_valtype_t. */
#define ZHAN_TYPE_I32 {ZHAN_I32, 0, 0, 0, 0}
#define ZHAN_TYPE_I64 {ZHAN_I64, 0, 0, 0, 0}
#define ZHAN_TYPE_F32 {ZHAN_F32, 0, 0, 0, 0}
#define ZHAN_TYPE_F64 {ZHAN_F64, 0, 0, 0, 0}
#define ZHAN_TYPE_V128 {ZHAN_V128, 0, 0, 0, 0}
#define ZHAN_TYPE_FUNCREF {ZHAN_FUNC, ZHAN_NULLABLE, 0x70, 0, 0}
#define ZHAN_TYPE_EXTERNREF {ZHAN_EXTERN, ZHAN_NULLABLE, 0x6f, 0, 0}
#define ZHAN_TYPE_ANYREF {ZHAN_ANY, ZHAN_NULLABLE, 0x6e, 0, 0}
#define ZHAN_TYPE_EXNREF {ZHAN_EXN, ZHAN_NULLABLE, 0x69, 0, 0}

/* Bounds of a memory in pages, or of a table in elements. Zero what you do not set. */
typedef struct zhan_limits {
  uint64_t min;
  uint64_t max; /* if has_max */
  bool has_max;
  bool is64;         /* 64-bit addresses */
  bool shared;       /* memories */
  bool custom_page;  /* memories: page_log2 counts; otherwise pages are 64 KiB */
  uint8_t page_log2; /* memories: 16, or 0 for pages of one byte */
  uint8_t zero[3];
  uint8_t spare[32];
} zhan_limits_t;

/* What can be imported and exported. */
typedef int32_t zhan_extern_kind_t;
enum {
  ZHAN_EXTERN_NONE = 0,
  ZHAN_EXTERN_FUNC = 1,
  ZHAN_EXTERN_TABLE = 2,
  ZHAN_EXTERN_MEMORY = 3,
  ZHAN_EXTERN_GLOBAL = 4,
  ZHAN_EXTERN_TAG = 5
};

/* A handle with its kind; all zero = none. */
typedef struct zhan_extern {
  zhan_extern_kind_t kind;
  int32_t zero;
  union {
    zhan_func_t func;
    zhan_table_t table;
    zhan_memory_t memory;
    zhan_global_t global;
    zhan_tag_t tag;
  } of;
} zhan_extern_t;

/* The type of an extern. */
typedef struct zhan_externtype {
  zhan_extern_kind_t kind;
  bool is_mutable; /* global */
  uint8_t zero[3];
  zhan_functype_t* func; /* func, tag: lent or owned, as the function says */
  zhan_valtype_t value;  /* global: its type; table: of its elements */
  zhan_limits_t limits;  /* memory, table */
} zhan_externtype_t;

typedef struct zhan_import {
  zhan_str_t module, name;
  zhan_externtype_t type;
  uint8_t spare[32];
} zhan_import_t;

typedef struct zhan_export {
  zhan_str_t name;
  zhan_externtype_t type;
  uint8_t spare[32];
} zhan_export_t;

/* A host function. `args` are lent; `results` hold values of the function's result kinds, zero, and
 * are to be set: the references in them are given to the library. Neither overlaps the other.
 * Return NULL, or an error, which the library takes: it ends the call and comes out of
 * zhan_func_call as the same object. Must not throw and must not longjmp over the caller. */
typedef zhan_error_t* (*zhan_callback_t)(void* env, zhan_caller_t* caller, const zhan_val_t* args,
                                         zhan_val_t* results);
/* The same on raw slots: arguments from slots[0] on, results are left there. */
typedef zhan_error_t* (*zhan_raw_callback_t)(void* env, zhan_caller_t* caller, zhan_slot_t* slots);

/* ---------------------------------------------------------------- process */

typedef struct zhan_version {
  uint32_t major, minor, patch;
  uint32_t abi; /* of this interface: the number in the library's file name */
} zhan_version_t;

/* The version as text, static and terminated; `out` may be NULL. Threads: any. */
ZHAN_API zhan_str_t zhan_version(zhan_version_t* out);

/* Fills up to `capacity` names of what this build can do: language features ("simd"), engines
 * ("engine.interp"), WASI worlds ("wasi.preview1"); returns how many there are. The names are
 * static. Threads: any. */
ZHAN_API size_t zhan_features(zhan_str_t* out, size_t capacity);

/* For programs with fault handlers of their own (option signals=embedder): call it first with the
 * arguments of the SA_SIGINFO handler. True: it was a trap of wasm code and has been dealt with,
 * return. Async-signal-safe. Threads: any. */
ZHAN_API bool zhan_fault_handle(int sig, void* info, void* context);

/* Text format to binary format; the bytes are the caller's. The module is not validated. Errors:
 * MALFORMED with line and column. Threads: any. */
ZHAN_API zhan_error_t* zhan_wat_to_wasm(zhan_str_t text, zhan_bytes_t* out);

/* Ends bytes made by the library and zeroes *bytes. Threads: any. */
ZHAN_API void zhan_bytes_drop(zhan_bytes_t* bytes);

/* Drops the owned references in an array of values and makes them null. Threads: any. */
ZHAN_API void zhan_vals_drop(zhan_val_t* vals, size_t count);

/* ---------------------------------------------------------------- configuration and engine */

/* All options at their initial values; the caller's. */
ZHAN_API zhan_config_t* zhan_config_new(void);
/* Sets an option: "fuel" "on", "max-memory" "64M", "feature.simd" "off" ... The same keys as
 * the command line's; `zhan run --set help` lists them. Errors: CONFIG, with the nearest key or
 * what the value may be; then nothing has changed. */
ZHAN_API zhan_error_t* zhan_config_set(zhan_config_t* config, zhan_str_t key, zhan_str_t value);
/* Ends a configuration that no engine has taken. */
ZHAN_API void zhan_config_drop(zhan_config_t* config);

/* Makes an engine, one count; takes the configuration (NULL = all initial). Installs the signal
 * handlers that turn faults into traps, unless the option `signals` says otherwise. Errors: CONFIG.
 * Threads: any. */
ZHAN_API zhan_error_t* zhan_engine_new(zhan_config_t* config, zhan_engine_t** out);
/* One more count; returns its argument. Threads: any. */
ZHAN_API zhan_engine_t* zhan_engine_keep(zhan_engine_t* engine);
/* Modules and stores keep what they need of it: the order of dropping is free. Threads: any. */
ZHAN_API void zhan_engine_drop(zhan_engine_t* engine);

/* The pool of an engine: places for memories that instances use one after the other. The options
 * pool-memories, pool-tables and pool-instances limit what all its stores may have at one time
 * (LIMIT beyond); pool-resident and pool-idle limit what waiting places keep. */
typedef struct zhan_pool_stats {
  uint64_t memories, tables, instances; /* of all stores now; one for each shared memory too */
  uint64_t idle_slots;                  /* places that hold the data of a module and wait */
  uint64_t idle_resident;               /* bytes that these keep */
  uint64_t watched_slots;               /* whose writes are learned by faults */
  uint64_t reused;                      /* memories that have been made from a waiting place */
  uint64_t spare[9];
} zhan_pool_stats_t;

/* All zero for NULL. Threads: any. */
ZHAN_API void zhan_engine_pool_stats(zhan_engine_t* engine, zhan_pool_stats_t* out);

/* ---------------------------------------------------------------- function types */

/* A function type, one count. It may be used with every engine. Errors: TYPE for a kind or heap
 * type that is none, and for types that a module defines (those come with the module's function
 * types); LIMIT above 1,000 parameters or results. Threads: any. */
ZHAN_API zhan_error_t* zhan_functype_new(const zhan_valtype_t* params, size_t param_count,
                                         const zhan_valtype_t* results, size_t result_count,
                                         zhan_functype_t** out);
/* The same from text: "(param i32 i64) (result f64)"; "" is a function of nothing. Errors:
 * MALFORMED with line and column; else as above. Threads: any. */
ZHAN_API zhan_error_t* zhan_functype_parse(zhan_str_t text, zhan_functype_t** out);
/* One more count; returns its argument. Threads: any. */
ZHAN_API zhan_functype_t* zhan_functype_keep(zhan_functype_t* type);
/* One count less; the last one ends the type. Threads: any. */
ZHAN_API void zhan_functype_drop(zhan_functype_t* type);
/* Lends both lists, as long as the type lives; any out-pointer may be NULL. Threads: any. */
ZHAN_API void zhan_functype_get(const zhan_functype_t* type, const zhan_valtype_t** params,
                                size_t* param_count, const zhan_valtype_t** results,
                                size_t* result_count);

/* ---------------------------------------------------------------- modules */

/* Decodes and validates a module in binary or text format; copies the bytes; one count. `name`
 * stands for the module in messages, and in backtraces if it has no name of its own; may be empty.
 * Errors: MALFORMED, INVALID, UNSUPPORTED (a feature that is off), LIMIT; with the position.
 * Threads: any.
 */
ZHAN_API zhan_error_t* zhan_module_new(zhan_engine_t* engine, const void* bytes, size_t size,
                                       zhan_str_t name, zhan_module_t** out);
/* The same from a file, which is mapped and must not change while the module lives; "-" is standard
 * input. Errors: IO with path and reason; else as above. Threads: any. */
ZHAN_API zhan_error_t* zhan_module_open(zhan_engine_t* engine, zhan_str_t path,
                                        zhan_module_t** out);
/* Whether the bytes are a valid module: NULL, or what is wrong as zhan_module_new says it. Bodies
 * are always looked at, also with validate=lazy. Threads: any. */
ZHAN_API zhan_error_t* zhan_module_validate(zhan_engine_t* engine, const void* bytes, size_t size);
/* One more count; returns its argument. Threads: any. */
ZHAN_API zhan_module_t* zhan_module_keep(zhan_module_t* module);
/* One count less; instances keep what they need of it. Threads: any. */
ZHAN_API void zhan_module_drop(zhan_module_t* module);
/* Fills up to `capacity` entries in module order and returns how many there are. Names and function
 * types in them are lent by the module. Threads: any. */
ZHAN_API size_t zhan_module_imports(const zhan_module_t* module, zhan_import_t* out,
                                    size_t capacity);
/* The same for exports. Threads: any. */
ZHAN_API size_t zhan_module_exports(const zhan_module_t* module, zhan_export_t* out,
                                    size_t capacity);
/* The module as it has been validated, to be kept; the bytes are the caller's. Errors: LIMIT above
 * 4 GiB. Threads: any. */
ZHAN_API zhan_error_t* zhan_module_serialize(const zhan_module_t* module, zhan_bytes_t* out);
/* The module again, faster than from its source; copies the bytes; one count. Only for bytes that
 * zhan_module_serialize made and nobody else could change: what they say has been validated is not
 * looked at again. No other function takes such bytes for a module. Errors: VERSION for bytes of
 * another version of the library, with other features or damaged. Threads: any. */
ZHAN_API zhan_error_t* zhan_module_deserialize(zhan_engine_t* engine, const void* bytes,
                                               size_t size, zhan_module_t** out);

/* ---------------------------------------------------------------- stores */

/* Most that the things of a store may take. Zero = as much as the engine allows. */
typedef struct zhan_store_limits {
  uint64_t memory_bytes;   /* all memories together */
  uint64_t table_elements; /* all tables together */
  uint64_t instances;
  uint64_t stack_bytes; /* set by the option stack-size when the store is made; here without effect
                           later */
  uint64_t heap_bytes;  /* objects of the garbage-collected heap */
  uint8_t spare[32];
} zhan_store_limits_t;

/* Makes a store, the caller's. `data` is for zhan_store_data; its finalizer (may be NULL) runs when
 * the store is dropped, and if this call fails. Errors: NO_MEMORY. */
ZHAN_API zhan_error_t* zhan_store_new(zhan_engine_t* engine, void* data, zhan_finalizer_t finalizer,
                                      zhan_store_t** out);
/* Ends a store with everything in it and runs the finalizers of host data: of references, then of
 * functions in order of making. Owned references and interrupts may live on. Not from a callback of
 * the same store: that ends the program. */
ZHAN_API void zhan_store_drop(zhan_store_t* store);
/* The data of zhan_store_new. */
ZHAN_API void* zhan_store_data(const zhan_store_t* store);
/* From now on; what exists stays. */
ZHAN_API zhan_error_t* zhan_store_set_limits(zhan_store_t* store,
                                             const zhan_store_limits_t* limits);
/* Instructions that may run from now on; then calls end with INTERRUPT (all fuel consumed). Errors:
 * CONFIG without the option fuel=on. */
ZHAN_API zhan_error_t* zhan_store_set_fuel(zhan_store_t* store, uint64_t fuel);
/* What is left, and what has been used since the last set_fuel; zero without fuel. Each out-pointer
 * may be NULL. */
ZHAN_API void zhan_store_fuel(zhan_store_t* store, uint64_t* left, uint64_t* used);
/* Calls end with INTERRUPT (deadline exceeded) once `nanoseconds` from now have passed, until a new
 * deadline is set; 0 = none. Kept by a thread of the library. */
ZHAN_API zhan_error_t* zhan_store_set_deadline(zhan_store_t* store, uint64_t nanoseconds);
/* Collects the garbage of the whole heap now and runs the finalizers of host values found dead,
 * unless the store is running. Owned references stay good. Errors: CONFIG, BUSY, POISONED. */
ZHAN_API zhan_error_t* zhan_store_collect(zhan_store_t* store);

/* What the garbage collector of a store has done so far: counts, nanoseconds, bytes. */
typedef struct zhan_gc_stats {
  uint64_t minor, major; /* collections of young objects; of all */
  uint64_t in_place;     /* minor ones that copied nothing */
  uint64_t pause_total;  /* nanoseconds */
  uint64_t pause_p50;    /* half of the pauses are no longer than this */
  uint64_t pause_p99;    /* 99 of 100 */
  uint64_t pause_longest;
  uint64_t allocated;      /* bytes handed out for objects, by the block */
  uint64_t survived;       /* bytes of lines kept by minor collections, copies left out */
  uint64_t copied;         /* bytes of survivors that moved */
  uint64_t words;          /* of stacks looked at, in all collections */
  uint64_t pinned;         /* objects found by words of stacks and by owned references */
  uint64_t logged;         /* old objects looked at because they were written to */
  uint64_t cards;          /* pieces of large objects, 512 bytes each, for the same reason */
  uint64_t table_elements; /* elements of tables looked at */
  uint64_t used;           /* bytes of blocks in use now */
  uint64_t peak, limit;    /* at most; allowed */
  uint64_t spare[8];
} zhan_gc_stats_t;

/* All zero while the store has no heap, for NULL, and while another thread is inside. */
ZHAN_API void zhan_store_gc_stats(zhan_store_t* store, zhan_gc_stats_t* out);

/* A new count of what interrupts the store's calls; it outlives the store. */
ZHAN_API zhan_interrupt_t* zhan_store_interrupt(zhan_store_t* store);
/* Ends the call that runs in the store (or the next one) with INTERRUPT; wakes blocked waits.
 * Nothing happens if the store is gone. Threads: any, at any time. */
ZHAN_API void zhan_interrupt_raise(zhan_interrupt_t* interrupt);
/* Ends a count; the store goes on. Threads: any. */
ZHAN_API void zhan_interrupt_drop(zhan_interrupt_t* interrupt);

/* ---------------------------------------------------------------- linking */

enum { ZHAN_LINKER_SHADOWING = 1 /* a later definition of a name replaces the earlier one */ };

/* An empty linker, the caller's. It may be used with any number of stores of the engine. */
ZHAN_API zhan_linker_t* zhan_linker_new(zhan_engine_t* engine, uint32_t flags);
/* Ends a linker; what it has resolved lives on. */
ZHAN_API void zhan_linker_drop(zhan_linker_t* linker);
/* Defines an extern of a store, for that store. Errors: LINK if the name is taken. */
ZHAN_API zhan_error_t* zhan_linker_define(zhan_linker_t* linker, zhan_store_t* store,
                                          zhan_str_t module, zhan_str_t name, zhan_extern_t item);
/* Defines a host function for any store. Takes env: its finalizer (may be NULL) runs when neither
 * the linker nor a pre nor a store uses the function. Stores on different threads call it at the
 * same time. Errors: LINK if the name is taken; TYPE. */
ZHAN_API zhan_error_t* zhan_linker_define_func(zhan_linker_t* linker, zhan_str_t module,
                                               zhan_str_t name, const zhan_functype_t* type,
                                               zhan_callback_t callback, void* env,
                                               zhan_finalizer_t finalizer);
/* The same on raw slots. Errors: also TYPE for a function with references. */
ZHAN_API zhan_error_t* zhan_linker_define_raw(zhan_linker_t* linker, zhan_str_t module,
                                              zhan_str_t name, const zhan_functype_t* type,
                                              zhan_raw_callback_t callback, void* env,
                                              zhan_finalizer_t finalizer);
/* Defines all exports of an instance under a module name, for its store. Errors: LINK for the first
 * name that is taken; those before it are defined. */
ZHAN_API zhan_error_t* zhan_linker_define_instance(zhan_linker_t* linker, zhan_store_t* store,
                                                   zhan_str_t module, zhan_instance_t instance);
/* Defines a shared memory for any store. Errors: LINK if the name is taken; WRONG_STORE for a
 * memory of another engine. */
ZHAN_API zhan_error_t* zhan_linker_define_shared_memory(zhan_linker_t* linker, zhan_str_t module,
                                                        zhan_str_t name,
                                                        zhan_shared_memory_t* memory);
enum {
  ZHAN_WORLD_PREVIEW1 = 1, /* wasi_snapshot_preview1 */
  ZHAN_WORLD_THREADS = 2   /* "wasi" "thread-spawn", see zhan_store_set_threads */
};
/* Defines the functions of WASI worlds (a mask). They use the context that zhan_store_set_wasi gave
 * to the calling store. Errors: LINK if a name is taken; UNSUPPORTED for other worlds. */
ZHAN_API zhan_error_t* zhan_linker_define_wasi(zhan_linker_t* linker, uint32_t worlds);
typedef int32_t zhan_unknown_t;
enum {
  ZHAN_UNKNOWN_ERROR = 0,   /* as at the beginning: LINK */
  ZHAN_UNKNOWN_TRAP = 1,    /* calling it is an error of kind LINK that names it */
  ZHAN_UNKNOWN_DEFAULTS = 2 /* returns zeros and nulls */
};
/* What function imports become that nothing defines. Errors: CONFIG for another value. */
ZHAN_API zhan_error_t* zhan_linker_define_unknown(zhan_linker_t* linker, zhan_unknown_t how);
/* Looks up every import of a module once; one count of the result. Later definitions do not change
 * it. Types of host functions are checked here, of what belongs to a store when it is instantiated.
 * Errors: LINK with names, what was wanted and found; WRONG_STORE if definitions of two stores are
 * needed. */
ZHAN_API zhan_error_t* zhan_linker_resolve(zhan_linker_t* linker, zhan_module_t* module,
                                           zhan_pre_t** out);

/* Makes an instance and runs its start function. Errors: WRONG_STORE if a definition of another
 * store or a store of another engine is used; LINK, LIMIT, NO_MEMORY, and those of a call. */
ZHAN_API zhan_error_t* zhan_pre_instantiate(zhan_pre_t* pre, zhan_store_t* store,
                                            zhan_instance_t* out);
/* One more count; returns its argument. Threads: any. */
ZHAN_API zhan_pre_t* zhan_pre_keep(zhan_pre_t* pre);
/* One count less; instances do not need it. Threads: any. */
ZHAN_API void zhan_pre_drop(zhan_pre_t* pre);

/* ---------------------------------------------------------------- instances and externs */

/* Makes an instance from imports in module order, and runs its start function. Errors: LINK with
 * what was wanted and found, LIMIT, NO_MEMORY, and those of a call. */
ZHAN_API zhan_error_t* zhan_instance_new(zhan_store_t* store, zhan_module_t* module,
                                         const zhan_extern_t* imports, size_t import_count,
                                         zhan_instance_t* out);
/* The export of a name, or none. */
ZHAN_API zhan_extern_t zhan_instance_export(zhan_store_t* store, zhan_instance_t instance,
                                            zhan_str_t name);
/* Fills up to `capacity` externs in module order (names: zhan_module_exports) and returns how many
 * there are. */
ZHAN_API size_t zhan_instance_exports(zhan_store_t* store, zhan_instance_t instance,
                                      zhan_extern_t* out, size_t capacity);
/* Lends the module until the store is dropped; NULL for a handle that is not of the store. */
ZHAN_API zhan_module_t* zhan_instance_module(zhan_store_t* store, zhan_instance_t instance);

/* The type of an extern; out->func, if set, is the caller's: end it with zhan_functype_drop. Limits
 * have the present size as min. */
ZHAN_API zhan_error_t* zhan_extern_type(zhan_store_t* store, zhan_extern_t item,
                                        zhan_externtype_t* out);
/* Whether both are the same object: a function has one handle, however it was reached. Threads:
 * any. */
ZHAN_API bool zhan_extern_same(zhan_extern_t a, zhan_extern_t b);

/* ---------------------------------------------------------------- functions */

/* Makes a host function of one store. Takes env: its finalizer (may be NULL) runs when the store is
 * dropped, or if this call fails. Errors: TYPE. */
ZHAN_API zhan_error_t* zhan_func_new(zhan_store_t* store, const zhan_functype_t* type,
                                     zhan_callback_t callback, void* env,
                                     zhan_finalizer_t finalizer, zhan_func_t* out);
/* Calls a function. Arguments are lent; references in results are the caller's. Errors: TYPE for a
 * wrong count or kind; TRAP with frames (code: the number of the trap), EXIT (code: the guest's
 * exit code), EXCEPTION, INTERRUPT (interrupted, deadline, fuel), what a callback returned; CONFIG
 * for a thread whose signal mask or floating-point environment is unfit. */
ZHAN_API zhan_error_t* zhan_func_call(zhan_store_t* store, zhan_func_t func, const zhan_val_t* args,
                                      size_t arg_count, zhan_val_t* results, size_t result_count);
/* The same for functions of numbers and vectors, without looking at kinds: arguments from slots[0]
 * on, results from slots[0] on; slot_count is at least the larger of both. Errors: TYPE for a
 * function with references or too few slots; else as above. */
ZHAN_API zhan_error_t* zhan_func_call_raw(zhan_store_t* store, zhan_func_t func, zhan_slot_t* slots,
                                          size_t slot_count);

/* The store that is running: the same pointer as everywhere else. */
ZHAN_API zhan_store_t* zhan_caller_store(zhan_caller_t* caller);
/* The instance whose code called, or none if the host did. */
ZHAN_API zhan_instance_t zhan_caller_instance(zhan_caller_t* caller);
/* An export of that instance by name, or none. */
ZHAN_API zhan_extern_t zhan_caller_export(zhan_caller_t* caller, zhan_str_t name);
/* Calls a function in place of the callback, which returns at once what this returns; results are
 * then not looked at, and chains use constant stack. The function must have the results of the
 * callback. Arguments are lent. Errors (to be returned all the same): TYPE for wrong arguments or
 * results, TRAP when the stack is exhausted. */
ZHAN_API zhan_error_t* zhan_caller_tail_call(zhan_caller_t* caller, zhan_func_t func,
                                             const zhan_val_t* args, size_t arg_count);

/* ---------------------------------------------------------------- memories */

/* Makes a memory. Errors: TYPE for bounds that no memory can have, LIMIT. */
ZHAN_API zhan_error_t* zhan_memory_new(zhan_store_t* store, const zhan_limits_t* limits,
                                       zhan_memory_t* out);
/* The first byte, until the next call into wasm or grow; NULL for a handle that is not of the
 * store. */
ZHAN_API uint8_t* zhan_memory_data(zhan_store_t* store, zhan_memory_t memory);
/* Its size in bytes; 0 for a handle that is not of the store. */
ZHAN_API uint64_t zhan_memory_size(zhan_store_t* store, zhan_memory_t memory);
/* Grows by a number of pages; the old number goes to `old` (may be NULL). Errors: LIMIT, and then
 * nothing has changed. */
ZHAN_API zhan_error_t* zhan_memory_grow(zhan_store_t* store, zhan_memory_t memory, uint64_t pages,
                                        uint64_t* old);
/* Copies bytes out of a memory. Errors: BOUNDS, and then nothing has been copied. */
ZHAN_API zhan_error_t* zhan_memory_read(zhan_store_t* store, zhan_memory_t memory, uint64_t offset,
                                        void* out, size_t size);
/* Copies bytes into a memory. Errors: BOUNDS, and then nothing has been copied. */
ZHAN_API zhan_error_t* zhan_memory_write(zhan_store_t* store, zhan_memory_t memory, uint64_t offset,
                                         const void* bytes, size_t size);

/* A linear memory that no store owns, for several stores of the engine at once, also on several
 * threads: *out is the caller's. `limits` must be shared and have a maximum; what the memory will
 * ever hold is reserved now, so it never moves. Errors: TYPE for bounds that no memory can have,
 * LIMIT (also of the option max-memory), NO_MEMORY. */
ZHAN_API zhan_error_t* zhan_shared_memory_new(zhan_engine_t* engine, const zhan_limits_t* limits,
                                              zhan_shared_memory_t** out);
/* One more count; returns its argument. Threads: any. */
ZHAN_API zhan_shared_memory_t* zhan_shared_memory_keep(zhan_shared_memory_t* memory);
/* One count less; stores keep what they use of it. Threads: any. */
ZHAN_API void zhan_shared_memory_drop(zhan_shared_memory_t* memory);
/* The memory as one of the store, which keeps it. Reads and writes by the host are not atomic.
 * Errors: WRONG_STORE for a memory of another engine. */
ZHAN_API zhan_error_t* zhan_memory_of_shared(zhan_store_t* store, zhan_shared_memory_t* memory,
                                             zhan_memory_t* out);

/* ---------------------------------------------------------------- tables, globals, tags */

/* Makes a table whose elements are `init` (lent). Errors: TYPE, LIMIT. */
ZHAN_API zhan_error_t* zhan_table_new(zhan_store_t* store, zhan_valtype_t element,
                                      const zhan_limits_t* limits, const zhan_val_t* init,
                                      zhan_table_t* out);
/* Its size in elements; 0 for a handle that is not of the store. */
ZHAN_API uint64_t zhan_table_size(zhan_store_t* store, zhan_table_t table);
/* A reference in `out` is the caller's. Errors: BOUNDS. */
ZHAN_API zhan_error_t* zhan_table_get(zhan_store_t* store, zhan_table_t table, uint64_t index,
                                      zhan_val_t* out);
/* The value is lent. Errors: BOUNDS, TYPE. */
ZHAN_API zhan_error_t* zhan_table_set(zhan_store_t* store, zhan_table_t table, uint64_t index,
                                      const zhan_val_t* value);
/* Grows by a number of elements, which become `init` (lent); the old number goes to `old` (may be
 * NULL). Errors: TYPE, LIMIT; then nothing has changed. */
ZHAN_API zhan_error_t* zhan_table_grow(zhan_store_t* store, zhan_table_t table, uint64_t count,
                                       const zhan_val_t* init, uint64_t* old);

/* Makes a global with a value (lent). Errors: TYPE. */
ZHAN_API zhan_error_t* zhan_global_new(zhan_store_t* store, zhan_valtype_t type, bool is_mutable,
                                       const zhan_val_t* value, zhan_global_t* out);
/* A reference in `out` is the caller's. */
ZHAN_API zhan_error_t* zhan_global_get(zhan_store_t* store, zhan_global_t global, zhan_val_t* out);
/* The value is lent. Errors: TYPE, also for a global that is not mutable. */
ZHAN_API zhan_error_t* zhan_global_set(zhan_store_t* store, zhan_global_t global,
                                       const zhan_val_t* value);
/* Makes a tag of exceptions; the type has no results. Errors: TYPE. */
ZHAN_API zhan_error_t* zhan_tag_new(zhan_store_t* store, const zhan_functype_t* type,
                                    zhan_tag_t* out);

/* ---------------------------------------------------------------- references */

/* Another owned reference to the same object, from an owned or lent one. Threads: that of the store
 * for a lent one, else any. */
ZHAN_API zhan_ref_t zhan_ref_keep(zhan_ref_t ref);
/* Ends an owned reference; null and lent ones are ignored. Threads: any, also when the store is
 * gone. */
ZHAN_API void zhan_ref_drop(zhan_ref_t ref);
/* Whether both are the same object of the same store, or both null. Threads: any. */
ZHAN_API bool zhan_ref_same(zhan_ref_t a, zhan_ref_t b);
/* A new reference to a host pointer, the caller's. Takes the pointer: its finalizer (may be NULL)
 * runs when the object dies, at the latest with the store, or if this call fails. Errors:
 * NO_MEMORY. */
ZHAN_API zhan_error_t* zhan_externref_new(zhan_store_t* store, void* data,
                                          zhan_finalizer_t finalizer, zhan_ref_t* out);
/* The pointer of such a reference; NULL for any other. */
ZHAN_API void* zhan_externref_data(zhan_store_t* store, zhan_ref_t ref);

/* ---------------------------------------------------------------- objects of the heap */

/* Types of structs and arrays are zhan_valtype_t with ZHAN_HEAP_DEFINED, from the types of a
 * module's functions, globals and tables, or from zhan_ref_type; they are those of the engine of
 * that module. References given to these functions are lent, those that come out of them owned, and
 * values follow the kinds of the fields: i8 and i16 are ZHAN_I32. WRONG_STORE stands also for a
 * reference that has been dropped. */

/* The most precise type of what a reference is to: a defined struct or array type (exact), i31, exn
 * or, for host values, extern. All zero for null and for references of other stores. */
ZHAN_API zhan_valtype_t zhan_ref_type(zhan_store_t* store, zhan_ref_t ref);
/* A reference that is the number itself, its upper bit dropped. */
ZHAN_API zhan_error_t* zhan_i31_new(zhan_store_t* store, int32_t value, zhan_ref_t* out);
/* Its number, with sign. Errors: TYPE for any other reference. */
ZHAN_API zhan_error_t* zhan_i31_get(zhan_store_t* store, zhan_ref_t ref, int32_t* out);
/* A new struct with `count` values for its fields, all of them, or with the defaults of all if
 * `fields` is NULL. May collect garbage. Errors: TYPE for what is no struct type or needs a
 * descriptor, for a wrong count, kind or type of a value, and for fields without default; NO_MEMORY
 * at the limit of the heap. */
ZHAN_API zhan_error_t* zhan_struct_new(zhan_store_t* store, zhan_valtype_t type,
                                       const zhan_val_t* fields, size_t count, zhan_ref_t* out);
/* The value of a field, counted from 0; packed ones without sign. Errors: TYPE, BOUNDS. */
ZHAN_API zhan_error_t* zhan_struct_get(zhan_store_t* store, zhan_ref_t ref, size_t field,
                                       zhan_val_t* out);
/* Errors: TYPE, also for a field that is not mutable; BOUNDS. */
ZHAN_API zhan_error_t* zhan_struct_set(zhan_store_t* store, zhan_ref_t ref, size_t field,
                                       const zhan_val_t* value);
/* A new array. `count` is that of `elements`: `length`, or 1 for an array of equal elements, or 0
 * for one of defaults. Otherwise as zhan_struct_new. */
ZHAN_API zhan_error_t* zhan_array_new(zhan_store_t* store, zhan_valtype_t type, uint32_t length,
                                      const zhan_val_t* elements, size_t count, zhan_ref_t* out);
/* Errors: TYPE. */
ZHAN_API zhan_error_t* zhan_array_len(zhan_store_t* store, zhan_ref_t ref, uint32_t* out);
/* The value of an element; packed ones without sign. Errors: TYPE, BOUNDS. */
ZHAN_API zhan_error_t* zhan_array_get(zhan_store_t* store, zhan_ref_t ref, uint64_t index,
                                      zhan_val_t* out);
/* Errors: TYPE, also for arrays that are not mutable; BOUNDS. */
ZHAN_API zhan_error_t* zhan_array_set(zhan_store_t* store, zhan_ref_t ref, uint64_t index,
                                      const zhan_val_t* value);

/* ---------------------------------------------------------------- errors */

typedef int32_t zhan_error_kind_t;
enum {
  ZHAN_ERROR_NONE = 0,
  ZHAN_ERROR_CONFIG = 1,
  ZHAN_ERROR_IO = 2,
  ZHAN_ERROR_MALFORMED = 3,
  ZHAN_ERROR_INVALID = 4,
  ZHAN_ERROR_UNSUPPORTED = 5,
  ZHAN_ERROR_LIMIT = 6,
  ZHAN_ERROR_LINK = 7,
  ZHAN_ERROR_TYPE = 8,
  ZHAN_ERROR_WRONG_STORE = 9,
  ZHAN_ERROR_BOUNDS = 10,
  ZHAN_ERROR_NO_MEMORY = 11,
  ZHAN_ERROR_TRAP = 12,
  ZHAN_ERROR_EXCEPTION = 13,
  ZHAN_ERROR_EXIT = 14,
  ZHAN_ERROR_INTERRUPT = 15,
  ZHAN_ERROR_HOST = 16,
  ZHAN_ERROR_BUSY = 17,
  ZHAN_ERROR_POISONED = 18,
  ZHAN_ERROR_VERSION = 19
};

/* Reasons of INTERRUPT, and one of TRAP that embedders ask for, as zhan_error_code gives them. */
enum {
  ZHAN_TRAP_STACK_EXHAUSTED = 21,
  ZHAN_INTERRUPT_FUEL = 26,
  ZHAN_INTERRUPT_RAISED = 27,
  ZHAN_INTERRUPT_DEADLINE = 28
};

/* No position. */
#define ZHAN_NO_OFFSET UINT64_MAX

/* One wasm or host function of a backtrace. */
typedef struct zhan_frame {
  zhan_str_t module, function; /* names, empty if unknown */
  uint32_t function_index;
  uint32_t zero;
  uint64_t offset;   /* of the instruction, from the module's first byte; or ZHAN_NO_OFFSET */
  uint64_t left_out; /* frames cut from the trace between the one before and this one */
  zhan_instance_t instance; /* none for host functions */
  uint8_t spare[32];
} zhan_frame_t;

/* Makes an error for a callback to return; the caller's. The message is copied. An unknown kind
 * becomes HOST. EXIT with a code ends the guest with that code. Wasm code cannot catch an error, of
 * whatever kind: exceptions come from zhan_error_new_exception. Threads: any. */
ZHAN_API zhan_error_t* zhan_error_new(zhan_error_kind_t kind, int32_t code, zhan_str_t message);
/* NONE for NULL. */
ZHAN_API zhan_error_kind_t zhan_error_kind(const zhan_error_t* error);
/* The number of the trap, the exit code, or the reason of an interrupt; 0 for other kinds. */
ZHAN_API int32_t zhan_error_code(const zhan_error_t* error);
/* One line with its position, lent by the error; empty for NULL. */
ZHAN_API zhan_str_t zhan_error_message(const zhan_error_t* error);
/* Byte offset in the module, or ZHAN_NO_OFFSET. */
ZHAN_API uint64_t zhan_error_position(const zhan_error_t* error);
/* Fills up to `capacity` frames, innermost first, and returns how many there are. Names in them are
 * lent by the error. */
ZHAN_API size_t zhan_error_frames(const zhan_error_t* error, zhan_frame_t* out, size_t capacity);
/* Puts an object of the embedder into the error, in place of an earlier one. Takes the pointer: its
 * finalizer (may be NULL) runs when the error is dropped. `owner`: an address that tells whose it
 * is. */
ZHAN_API void zhan_error_set_payload(zhan_error_t* error, void* payload, zhan_finalizer_t finalizer,
                                     const void* owner);
/* The payload if it was set with that owner, else NULL; lent by the error. */
ZHAN_API void* zhan_error_payload(const zhan_error_t* error, const void* owner);
/* Ends an error with its payload. */
ZHAN_API void zhan_error_drop(zhan_error_t* error);

/* An exception to throw from a callback, which returns it. Values are lent. An EXCEPTION that came
 * out of a call may be returned too: it is thrown on, the same object. Returned to another store's
 * code it ends that call with WRONG_STORE. Errors: TYPE for a wrong number or type of values. */
ZHAN_API zhan_error_t* zhan_error_new_exception(zhan_store_t* store, zhan_tag_t tag,
                                                const zhan_val_t* vals, size_t count,
                                                zhan_error_t** out);
/* Whether the error is an exception; then its tag, up to `capacity` values (references are the
 * caller's) and in `count` how many there are. Out-pointers may be NULL. Works also when the store
 * is gone. */
ZHAN_API bool zhan_error_exception(const zhan_error_t* error, zhan_tag_t* tag, zhan_val_t* vals,
                                   size_t capacity, size_t* count);

/* ---------------------------------------------------------------- WASI */

/* A context without arguments, environment and directories, whose input is empty and whose output
 * is thrown away; the caller's. */
ZHAN_API zhan_wasi_t* zhan_wasi_new(void);
/* Ends a context that no store has taken. */
ZHAN_API void zhan_wasi_drop(zhan_wasi_t* wasi);
/* Appends arguments; the first of all is the program's name. Errors: CONFIG for a NUL inside. */
ZHAN_API zhan_error_t* zhan_wasi_args(zhan_wasi_t* wasi, const zhan_str_t* args, size_t count);
/* Sets variables; a later value replaces the earlier one. Errors: CONFIG for a NUL inside, or a key
 * that is empty or contains '='. */
ZHAN_API zhan_error_t* zhan_wasi_env(zhan_wasi_t* wasi, const zhan_str_t* keys,
                                     const zhan_str_t* values, size_t count);
enum {
  ZHAN_INHERIT_STDIN = 1,
  ZHAN_INHERIT_STDOUT = 2,
  ZHAN_INHERIT_STDERR = 4,
  ZHAN_INHERIT_ARGS = 8,
  ZHAN_INHERIT_ENV = 16,
  ZHAN_INHERIT_NET = 32
};
/* Passes on what this process has (a mask). Errors: IO; UNSUPPORTED for NET. */
ZHAN_API zhan_error_t* zhan_wasi_inherit(zhan_wasi_t* wasi, uint32_t mask);

/* Called on the thread that runs the store. Put how many bytes were read (0 = end) or written into
 * *done; return 0, or an errno of this system. */
typedef int32_t (*zhan_read_callback_t)(void* env, uint8_t* bytes, size_t size, size_t* done);
typedef int32_t (*zhan_write_callback_t)(void* env, const uint8_t* bytes, size_t size,
                                         size_t* done);
typedef int32_t zhan_stream_kind_t;
enum {
  ZHAN_STREAM_NULL = 0,    /* empty; output is thrown away */
  ZHAN_STREAM_FD = 1,      /* a file descriptor, lent as long as the context is used */
  ZHAN_STREAM_BYTES = 2,   /* input: `bytes`, copied */
  ZHAN_STREAM_BUFFER = 3,  /* output: appended to *buffer, which you keep in place until the context
                              ends, and then end with zhan_bytes_drop; read it between calls */
  ZHAN_STREAM_CALLBACK = 4 /* input: `read`, output: `write` */
};
/* Where input comes from and output goes. Zero what you do not set. */
typedef struct zhan_stream {
  zhan_stream_kind_t kind;
  int32_t fd;
  zhan_str_t bytes;
  zhan_bytes_t* buffer;
  uint64_t limit; /* of a buffer, in bytes: more is "no space left"; 0 = 1 GiB */
  zhan_read_callback_t read;
  zhan_write_callback_t write;
  void* env; /* of callbacks; taken */
  zhan_finalizer_t finalizer;
  uint8_t spare[32];
} zhan_stream_t;
/* What the guest reads from descriptor 0. Errors: CONFIG for a kind that is no input, IO for a bad
 * fd. */
ZHAN_API zhan_error_t* zhan_wasi_input(zhan_wasi_t* wasi, const zhan_stream_t* from);
/* Where the guest's descriptor (1, 2 or another) goes. Errors: CONFIG for a kind that is no output,
 * IO for a bad fd. */
ZHAN_API zhan_error_t* zhan_wasi_output(zhan_wasi_t* wasi, uint32_t guest_fd,
                                        const zhan_stream_t* to);
enum { ZHAN_DIR_READ = 1, ZHAN_DIR_WRITE = 2 };
/* Lets the guest see a directory under a name; it cannot leave it, through ".." and symbolic links
 * neither. Rights: ZHAN_DIR_READ, or both. Errors: IO with path and reason; CONFIG. */
ZHAN_API zhan_error_t* zhan_wasi_preopen(zhan_wasi_t* wasi, zhan_str_t host, zhan_str_t guest,
                                         uint32_t rights);

/* Clocks: 0 = real time, 1 = monotonic, 2 and 3 = processor time of process and thread. */
typedef uint64_t (*zhan_clock_callback_t)(void* env, uint32_t clock);
typedef void (*zhan_random_callback_t)(void* env, uint8_t* bytes, size_t size);
enum {
  ZHAN_VIRTUAL_CLOCK = 1,  /* starts at clock_start, each reading adds clock_step, sleep is free */
  ZHAN_VIRTUAL_RANDOM = 2, /* the same numbers for the same seed on every machine */
  ZHAN_CLOCK_CALLBACK = 4,
  ZHAN_RANDOM_CALLBACK = 8
};
/* Zero what you do not set. */
typedef struct zhan_virtual {
  uint32_t what; /* a mask of the above */
  uint32_t zero;
  uint64_t clock_start, clock_step; /* nanoseconds */
  uint64_t seed;
  zhan_clock_callback_t clock;
  zhan_random_callback_t random;
  void* env; /* of callbacks; taken */
  zhan_finalizer_t finalizer;
  uint8_t spare[32];
} zhan_virtual_t;
/* Replaces clock and random numbers. Errors: CONFIG for a mask with unknown bits or without its
 * callback. */
ZHAN_API zhan_error_t* zhan_wasi_virtual(zhan_wasi_t* wasi, const zhan_virtual_t* how);

/* Takes the context for the store, in place of an earlier one. Not while wasm runs in it: BUSY. */
ZHAN_API zhan_error_t* zhan_store_set_wasi(zhan_store_t* store, zhan_wasi_t* wasi);

/* Lets the guest in the store start threads (wasi-threads): each is a store of its own, on a thread
 * of the library, with an instance of `pre` (kept), which must export "wasi_thread_start" of type
 * (i32, i32) -> () and import the memory as a shared one (zhan_linker_define_shared_memory). They
 * share the WASI context and the data of the store (set before), host functions are called on all
 * threads at once, and each thread gets half of the fuel left to the one that starts it. `most` are
 * the threads at one time beside the first, 0 = 1,000; one more, and the guest gets an errno. When
 * a thread traps, exits or fails, all others are stopped, those that wait too, and calls into this
 * store end with that error. Errors: LINK (no such export; an import that belongs to one store),
 * BUSY (it has threads already), WRONG_STORE. */
ZHAN_API zhan_error_t* zhan_store_set_threads(zhan_store_t* store, zhan_pre_t* pre, uint32_t most);
/* Stops the threads that the guest started and waits until they have ended; zhan_store_drop does it
 * too. A host function that blocks is waited for. Not from a callback. */
ZHAN_API void zhan_store_stop_threads(zhan_store_t* store);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* ZHAN_ZHAN_H */
