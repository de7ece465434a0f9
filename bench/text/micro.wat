;; SPDX-License-Identifier: Apache-2.0
;; The module of the small measures: what bench/micro.cpp has as a string, for the other engines.
(module
  (import "host" "add" (func $add (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (table 16 funcref)
  (func (export "nothing"))
  (func (export "one") (param i32) (result i32) (local.get 0))
  (func (export "call_host") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (call $add (local.get $sum) (local.get $n)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "grow") (result i32) (memory.grow (i32.const 1))))
