;; SPDX-License-Identifier: Apache-2.0
;; A table of $size slots; of every eight new nodes one goes to a random slot, the others die at
;; once: survivors lie scattered among the dead. run(steps, size) answers a sum over the table.
(module
  (type $node (struct (field i64)))
  (type $slots (array (mut (ref null $node))))
  (func (export "run") (param $steps i64) (param $size i32) (result i64)
    (local $t (ref $slots)) (local $x i64) (local $i i64) (local $sum i64) (local $at i32)
    (local $n (ref null $node))
    (local.set $t (array.new_default $slots (local.get $size)))
    (local.set $x (i64.const 88172645463325252))
    (loop $step
      (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 6364136223846793005))
        (i64.const 1442695040888963407)))
      (local.set $n (struct.new $node (local.get $i)))
      (if (i32.eqz (i32.and (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 61)))
          (i32.const 7)))
        (then (array.set $slots (local.get $t)
          (i32.rem_u (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 29))) (local.get $size))
          (local.get $n))))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $step (i64.lt_u (local.get $i) (local.get $steps))))
    (loop $look
      (local.set $n (array.get $slots (local.get $t) (local.get $at)))
      (if (i32.eqz (ref.is_null (local.get $n)))
        (then (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31))
          (struct.get $node 0 (local.get $n))))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $look (i32.lt_u (local.get $at) (local.get $size))))
    (local.get $sum)))
