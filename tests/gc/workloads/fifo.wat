;; SPDX-License-Identifier: Apache-2.0
;; A queue of $size nodes: each step adds one at the end and takes one from the front. run(steps,
;; size) answers a sum over what was taken and what is left.
(module
  (type $node (struct (field i64) (field (mut (ref null $node)))))
  (func (export "run") (param $steps i64) (param $size i32) (result i64)
    (local $first (ref $node)) (local $last (ref $node)) (local $new (ref $node))
    (local $i i64) (local $sum i64) (local $at (ref null $node))
    (local.set $first (struct.new $node (i64.const 0) (ref.null $node)))
    (local.set $last (local.get $first))
    (loop $step
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (local.set $new (struct.new $node (local.get $i) (ref.null $node)))
      (struct.set $node 1 (local.get $last) (local.get $new))
      (local.set $last (local.get $new))
      (if (i64.gt_u (local.get $i) (i64.extend_i32_u (local.get $size)))
        (then
          (local.set $sum (i64.add (local.get $sum) (struct.get $node 0 (local.get $first))))
          (local.set $first (ref.as_non_null (struct.get $node 1 (local.get $first))))))
      (br_if $step (i64.lt_u (local.get $i) (local.get $steps))))
    (local.set $at (local.get $first))
    (loop $look
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31))
        (struct.get $node 0 (local.get $at))))
      (br_if $look (i32.eqz (ref.is_null
        (local.tee $at (struct.get $node 1 (local.get $at)))))))
    (local.get $sum)))
