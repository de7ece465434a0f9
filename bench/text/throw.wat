;; SPDX-License-Identifier: Apache-2.0
;; Exceptions that are thrown two calls below the one that catches them: run(n) throws 1,000 n, and
;; enters as many `try_table` that nothing leaves.
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
          (block $caught (result i32)
            (try_table (result i32) (catch $odd $caught)
              (call $middle (local.get $n))))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.and (local.get $sum) (i32.const 0x7fffffff))))
