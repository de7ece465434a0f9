;; SPDX-License-Identifier: Apache-2.0
;; Binary trees: run(depth) builds and counts trees of every second depth up to `depth`, about as
;; many nodes for each depth, while one tree of the full depth stays alive. A node has two
;; references and nothing else. The result is the count of all nodes, below 2^31.
(module
  (type $node (sub final (struct (field $left (ref null 0)) (field $right (ref null 0)))))
  (func $make (param $depth i32) (result (ref $node))
    (if (i32.eqz (local.get $depth))
      (then (return (struct.new $node (ref.null $node) (ref.null $node)))))
    (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
    (struct.new $node (call $make (local.get $depth)) (call $make (local.get $depth))))
  (func $count (param $tree (ref null $node)) (result i32)
    (if (ref.is_null (local.get $tree)) (then (return (i32.const 0))))
    (i32.add (i32.const 1)
      (i32.add (call $count (struct.get $node $left (local.get $tree)))
        (call $count (struct.get $node $right (local.get $tree))))))
  (func (export "run") (param $most i32) (result i32)
    (local $kept (ref $node)) (local $depth i32) (local $rounds i32) (local $sum i32)
    (local.set $sum (call $count (call $make (i32.add (local.get $most) (i32.const 1)))))
    (local.set $kept (call $make (local.get $most)))
    (local.set $depth (i32.const 4))
    (loop $depths
      (local.set $rounds
        (i32.shl (i32.const 1)
          (i32.add (i32.sub (local.get $most) (local.get $depth)) (i32.const 4))))
      (loop $again
        (local.set $sum (i32.add (local.get $sum) (call $count (call $make (local.get $depth)))))
        (br_if $again
          (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
      (br_if $depths
        (i32.le_s (local.tee $depth (i32.add (local.get $depth) (i32.const 2)))
          (local.get $most))))
    (i32.and (i32.add (local.get $sum) (call $count (local.get $kept)))
      (i32.const 0x7fffffff))))
