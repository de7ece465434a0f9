;; SPDX-License-Identifier: Apache-2.0
;; The binary-trees program: many short-lived trees beside a long-lived one. run(depth, least)
;; answers the sum of all counts of nodes.
(module
  (type $tree (struct (field (ref null $tree)) (field (ref null $tree))))
  (func $make (param $depth i32) (result (ref $tree))
    (if (result (ref $tree)) (local.get $depth)
      (then (struct.new $tree
        (call $make (i32.sub (local.get $depth) (i32.const 1)))
        (call $make (i32.sub (local.get $depth) (i32.const 1)))))
      (else (struct.new $tree (ref.null $tree) (ref.null $tree)))))
  (func $count (param $t (ref $tree)) (result i64)
    (local $left (ref null $tree))
    (local.set $left (struct.get $tree 0 (local.get $t)))
    (if (result i64) (ref.is_null (local.get $left))
      (then (i64.const 1))
      (else (i64.add (i64.const 1) (i64.add
        (call $count (ref.as_non_null (local.get $left)))
        (call $count (ref.as_non_null (struct.get $tree 1 (local.get $t)))))))))
  (func (export "run") (param $most i64) (param $least i32) (result i64)
    (local $long (ref $tree)) (local $depth i32) (local $n i32) (local $sum i64) (local $max i32)
    (local.set $max (i32.wrap_i64 (local.get $most)))
    (local.set $sum (call $count (call $make (i32.add (local.get $max) (i32.const 1)))))
    (local.set $long (call $make (local.get $max)))
    (local.set $depth (local.get $least))
    (loop $deeper
      (local.set $n (i32.shl (i32.const 1)
        (i32.add (i32.sub (local.get $max) (local.get $depth)) (local.get $least))))
      (loop $again
        (local.set $sum (i64.add (local.get $sum) (call $count (call $make (local.get $depth)))))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.set $depth (i32.add (local.get $depth) (i32.const 2)))
      (br_if $deeper (i32.le_u (local.get $depth) (local.get $max))))
    (i64.add (local.get $sum) (call $count (local.get $long)))))
