;; SPDX-License-Identifier: Apache-2.0
;; Threads of a script: each has a store and sees the shared memories of the modules it names.

;; A message and its answer, waiting on both sides.
(module $Mem (memory (export "shared") 1 4 shared) (memory (export "own") 1))
(thread $T1 (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 10 shared)
    (func (export "serve") (result i32)
      (loop $again
        (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
        (br_if $again (i32.eqz (i32.atomic.load (i32.const 0)))))
      (i32.store (i32.const 16) (i32.mul (i32.load (i32.const 8)) (i32.const 2)))
      (i32.atomic.store (i32.const 4) (i32.const 1))
      (memory.atomic.notify (i32.const 4) (i32.const -1))))
  (assert_unlinkable (module (memory (import "mem" "own") 1)) "unknown import")
  (assert_unlinkable (module (memory (import "mem" "shared") 1 3 shared)) "incompatible import type")
  (invoke "serve"))
(thread $T2 (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 4 shared)
    (func (export "ask") (param i32) (result i32)
      (i32.store (i32.const 8) (local.get 0))
      (i32.atomic.store (i32.const 0) (i32.const 1))
      (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
      (loop $again
        (drop (memory.atomic.wait32 (i32.const 4) (i32.const 0) (i64.const -1)))
        (br_if $again (i32.eqz (i32.atomic.load (i32.const 4)))))
      (i32.load (i32.const 16))))
  (assert_return (invoke "ask" (i32.const 21)) (i32.const 42)))
(wait $T1)
(wait $T2)

;; The script's own modules go on with the memory.
(register "mem" $Mem)
(module
  (memory (import "mem" "shared") 1 4 shared)
  (func (export "add") (param i32) (result i64)
    (loop $again
      (drop (i64.atomic.rmw.add (i32.const 64) (i64.const 1)))
      (drop (i32.atomic.rmw8.add_u (i32.const 72) (i32.const 1)))
      (drop (i32.atomic.rmw16.xor_u (i32.const 74) (i32.const 0x8001)))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (i64.atomic.load (i32.const 64)))
  (func (export "small") (result i64) (i64.atomic.load (i32.const 72)))
  (func (export "size") (result i32) (memory.size)))
(thread $A1 (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 4 shared)
    (func (export "add") (param i32)
      (loop $again
        (drop (i64.atomic.rmw.add (i32.const 64) (i64.const 1)))
        (drop (i32.atomic.rmw8.add_u (i32.const 72) (i32.const 1)))
        (drop (i32.atomic.rmw16.xor_u (i32.const 74) (i32.const 0x8001)))
        (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "grow") (result i32) (memory.grow (i32.const 1))))
  (assert_return (invoke "add" (i32.const 30001)))
  (assert_return (invoke "grow") (i32.const 1)))
(thread $A2 (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 4 shared)
    (func (export "add") (param i32)
      (local i64)
      (loop $again
        (loop $exchange
          (local.set 1 (i64.load (i32.const 64)))
          (br_if $exchange
            (i64.ne (local.get 1)
              (i64.atomic.rmw.cmpxchg (i32.const 64) (local.get 1)
                (i64.add (local.get 1) (i64.const 1))))))
        (drop (i32.atomic.rmw8.sub_u (i32.const 72) (i32.const -1)))
        (drop (i32.atomic.rmw16.xor_u (i32.const 74) (i32.const 0x8001)))
        (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
  (assert_return (invoke "add" (i32.const 29999))))
(wait $A2)
(wait $A1)
(assert_return (invoke "add" (i32.const 1)) (i64.const 60001))
;; 60001 = 0x61 modulo 256; an odd number of exchanges.
(assert_return (invoke "small") (i64.const 0x8001_0061))
(assert_return (invoke "size") (i32.const 2))

;; Threads of threads; nobody waits for this one.
(thread $Outer (shared (module $Mem))
  (thread $Inner (shared (module $Mem))
    (register "m" $Mem)
    (module (memory (import "m" "shared") 1 4 shared)
      (func (export "f") (result i32) (i32.atomic.rmw.add (i32.const 128) (i32.const 5))))
    (assert_return (invoke "f") (i32.const 0)))
  (wait $Inner)
  (register "m" $Mem)
  (module (memory (import "m" "shared") 1 4 shared)
    (func (export "f") (result i32) (i32.atomic.rmw.add (i32.const 128) (i32.const 5))))
  (assert_return (invoke "f") (i32.const 5)))
