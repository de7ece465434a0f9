;; SPDX-License-Identifier: Apache-2.0
;; A WASI command: counts its arguments by asking for their sizes, then greets on standard output.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))

  (memory (export "memory") 1)
  (data $words (i32.const 64) "Hello from WebAssembly!\nArguments: ")

  ;; One vector {pointer, length} at 0; the number of bytes written goes to 8.
  (func $write (param $text i32) (param $size i32)
    (i32.store (i32.const 0) (local.get $text))
    (i32.store (i32.const 4) (local.get $size))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))

  ;; Decimal digits are put down backwards, ending before 48.
  (func $write_number (param $n i32)
    (local $at i32)
    (local.set $at (i32.const 48))
    (loop $digit
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at)
        (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10))))
      (br_if $digit
        (local.tee $n (i32.div_u (local.get $n) (i32.const 10)))))
    (call $write (local.get $at) (i32.sub (i32.const 48) (local.get $at))))

  (func (export "_start")
    (call $write (i32.const 64) (i32.const 35))
    ;; The program's own name is the first argument.
    (drop (call $args_sizes_get (i32.const 16) (i32.const 20)))
    (call $write_number (i32.sub (i32.load (i32.const 16)) (i32.const 1)))
    (i32.store8 (i32.const 12) (i32.const 10))
    (call $write (i32.const 12) (i32.const 1))))
