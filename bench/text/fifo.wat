;; SPDX-License-Identifier: Apache-2.0
;; A queue of a million nodes: run(n) adds 1,000 n more at its end and takes as many from its
;; front, so that every object survives for the same time. The result is a sum of those taken.
(module
  (type $node (sub final (struct (field $number i32) (field $next (mut (ref null 0))))))
  (func (export "run") (param $n i32) (result i32)
    (local $front (ref $node)) (local $end (ref $node)) (local $new (ref $node))
    (local $i i32) (local $sum i32)
    (local.set $front (struct.new $node (i32.const 0) (ref.null $node)))
    (local.set $end (local.get $front))
    (local.set $n (i32.add (i32.mul (local.get $n) (i32.const 1000)) (i32.const 1000000)))
    (loop $step
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (local.set $new (struct.new $node (local.get $i) (ref.null $node)))
      (struct.set $node $next (local.get $end) (local.get $new))
      (local.set $end (local.get $new))
      (if (i32.gt_u (local.get $i) (i32.const 1000000))
        (then
          (local.set $sum
            (i32.add (i32.mul (local.get $sum) (i32.const 31))
              (struct.get $node $number (local.get $front))))
          (local.set $front
            (ref.as_non_null (struct.get $node $next (local.get $front))))))
      (br_if $step (i32.lt_u (local.get $i) (local.get $n))))
    (i32.and (local.get $sum) (i32.const 0x7fffffff))))
