// SPDX-License-Identifier: Apache-2.0
// Start code for a WASI C library that comes without: constructors, main, destructors,
// and proc_exit only for a code other than 0.
extern void __wasm_call_ctors(void);
extern void __wasm_call_dtors(void);
extern int __main_void(void);

__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit"),
               noreturn)) extern void
leave(int code);

__attribute__((export_name("_start"))) void _start(void) {
  __wasm_call_ctors();
  int code = __main_void();
  __wasm_call_dtors();
  if (code != 0) {
    leave(code);
  }
}
