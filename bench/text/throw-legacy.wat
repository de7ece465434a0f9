;; SPDX-License-Identifier: Apache-2.0
;; throw.wat in the older encoding of exceptions, for the same result.
(module
  (tag $odd (param i32))
  (func $deep (param $i i32) (result i32)
    (if (i32.and (local.get $i) (i32.const 1)) (then (throw $odd (local.get $i))))
    (local.get $i))
  (func $middle (param $i i32) (result i32)
    (i32.add (call $deep (local.get $i)) (i32.const 1)))
  (func (export "run") (param $n i32) (result i32)
    (local $sum i32)
    (local.set $n (i32.mul (local.get $n) (i32.const 2000)))
    (loop $again
      (local.set $sum
        (i32.add (i32.mul (local.get $sum) (i32.const 31))
          (try (result i32)
            (do (call $middle (local.get $n)))
            (catch $odd))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.and (local.get $sum) (i32.const 0x7fffffff))))
