;; SPDX-License-Identifier: Apache-2.0
;; Recursion whose frames hold objects while more are made below them. run(rounds, depth) answers a
;; sum over what each frame found unchanged when its callees were done.
(module
  (type $node (struct (field i64) (field (ref null $node))))
  (func $descend (param $depth i32) (param $up (ref null $node)) (result i64)
    (local $mine (ref $node)) (local $below i64)
    (local.set $mine (struct.new $node (i64.extend_i32_u (local.get $depth)) (local.get $up)))
    (drop (struct.new $node (i64.const -1) (local.get $mine)))
    (if (i32.eqz (local.get $depth)) (then (return (struct.get $node 0 (local.get $mine)))))
    (local.set $below
      (call $descend (i32.sub (local.get $depth) (i32.const 1)) (local.get $mine)))
    (drop (struct.new $node (i64.const -1) (local.get $mine)))
    (i64.add (i64.mul (local.get $below) (i64.const 31))
      (i64.add (struct.get $node 0 (local.get $mine))
        (if (result i64) (ref.is_null (struct.get $node 1 (local.get $mine)))
          (then (i64.const 0))
          (else (struct.get $node 0 (struct.get $node 1 (local.get $mine))))))))
  (func (export "run") (param $rounds i64) (param $depth i32) (result i64)
    (local $sum i64)
    (loop $again
      (local.set $sum (i64.add (local.get $sum)
        (call $descend (local.get $depth) (ref.null $node))))
      (local.set $rounds (i64.sub (local.get $rounds) (i64.const 1)))
      (br_if $again (i64.ne (local.get $rounds) (i64.const 0))))
    (local.get $sum)))
