;; SPDX-License-Identifier: Apache-2.0
;; Opens the file that its first argument names below descriptor 3, creating it if there is a second
;; argument, and exits with the errno.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $length (param $text i32) (result i32) (local $n i32)
    (loop $next
      (if (i32.load8_u (i32.add (local.get $text) (local.get $n))) (then
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br $next))))
    (local.get $n))
  (func (export "_start") (local $path i32)
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (drop (call $args (i32.const 16) (i32.const 1024)))
    (local.set $path (i32.load (i32.const 20)))
    (call $exit
      (call $open (i32.const 3) (i32.const 1) (local.get $path) (call $length (local.get $path))
        (i32.gt_u (i32.load (i32.const 0)) (i32.const 2))
        (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8)))))
