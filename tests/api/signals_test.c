/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE 1
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "check.h"

static const char* const text =
    "(module (memory 1) (func (export \"load\") (param i32) (result i32)"
    "  (i32.load (local.get 0))))";

static volatile sig_atomic_t ours, theirs;
static sigjmp_buf back;

/* A program's own handler: what is not a trap is its own affair. */
static void handler(int sig, siginfo_t* info, void* context) {
  if (zhan_fault_handle(sig, info, context)) {
    ours = ours + 1;
    return;
  }
  theirs = theirs + 1;
  siglongjmp(back, 1);
}

static void install(struct sigaction* old) {
  struct sigaction action;
  memset(&action, 0, sizeof(action));
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  CHECK(sigaction(SIGSEGV, &action, old) == 0);
}

/* An access of the program's own that faults. */
static void fault(void) {
  volatile char* page =
      (volatile char*)mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(page != MAP_FAILED);
  if (sigsetjmp(back, 1) == 0) *page = 1;
  munmap((void*)page, 4096);
}

static void traps(zhan_engine_t* engine, int rounds) {
  zhan_store_t* store = new_store(engine);
  zhan_instance_t instance = instantiate(store, engine, text);
  zhan_val_t address = i32_val(70000), result;
  int i;
  for (i = 0; i < rounds; ++i)
    FAILS(zhan_func_call(store, func_of(store, instance, "load"), &address, 1, &result, 1),
          ZHAN_ERROR_TRAP, "out of bounds memory access");
  address = i32_val(65532);
  OK(zhan_func_call(store, func_of(store, instance, "load"), &address, 1, &result, 1));
  zhan_store_drop(store);
}

/* signals=embedder: the library installs nothing, the program asks it. */
static void embedder(void) {
  struct sigaction old, now;
  zhan_engine_t* engine;
  CHECK(sigaction(SIGSEGV, NULL, &old) == 0);
  engine = new_engine("signals", "embedder");
  CHECK(sigaction(SIGSEGV, NULL, &now) == 0);
  CHECK(now.sa_handler == old.sa_handler);
  install(&old);
  traps(engine, 3);
  CHECK(ours == 0 || ours == 3); /* none where bounds are compared */
  CHECK(theirs == 0);
  fault();
  CHECK(theirs == 1);
  CHECK(sigaction(SIGSEGV, &old, NULL) == 0);
  zhan_engine_drop(engine);
}

/* signals=own, after the program's handler: faults that are no traps go on to it. */
static void chained(void) {
  struct sigaction old;
  zhan_engine_t* engine;
  install(&old);
  ours = theirs = 0;
  engine = new_engine(NULL, NULL);
  traps(engine, 3);
  CHECK(ours == 0 && theirs == 0);
  fault();
  CHECK(theirs == 1);
  traps(engine, 1);
  zhan_engine_drop(engine);
}

/* signals=off: every access is compared, no handler is needed. */
static void off(void) {
  struct sigaction old, now;
  zhan_engine_t* engine;
  CHECK(sigaction(SIGSEGV, NULL, &old) == 0);
  engine = new_engine("signals", "off");
  traps(engine, 3);
  CHECK(sigaction(SIGSEGV, NULL, &now) == 0);
  CHECK(now.sa_handler == old.sa_handler);
  zhan_engine_drop(engine);
}

void test_signals(void);
void test_signals(void) {
  off();
  embedder();
  chained();
}
