;; SPDX-License-Identifier: Apache-2.0
;; A table of a million nodes where random places get new nodes, so that what survives lies
;; scattered between the dead: run(n) replaces 1,000 n of them. A node knows its number and the
;; node it replaced, which lets go of its own predecessor. The result is a sum over the table.
(module
  (type $node (sub final (struct (field $number i32) (field $old (mut (ref null 0))))))
  (type $table (array (mut (ref null $node))))
  (func (export "run") (param $n i32) (result i32)
    (local $table (ref $table)) (local $i i32) (local $random i32) (local $at i32) (local $sum i32)
    (local $old (ref null $node))
    (local.set $table (array.new_default $table (i32.const 1048576)))
    (local.set $n (i32.mul (local.get $n) (i32.const 1000)))
    (local.set $random (i32.const 88172645))
    (loop $fill
      (array.set $table (local.get $table) (local.get $i)
        (struct.new $node (local.get $i) (ref.null $node)))
      (br_if $fill
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
          (i32.const 1048576))))
    (loop $replace
      (local.set $random
        (i32.xor (local.get $random) (i32.shl (local.get $random) (i32.const 13))))
      (local.set $random
        (i32.xor (local.get $random) (i32.shr_u (local.get $random) (i32.const 17))))
      (local.set $random
        (i32.xor (local.get $random) (i32.shl (local.get $random) (i32.const 5))))
      (local.set $at (i32.and (local.get $random) (i32.const 1048575)))
      (local.set $old (array.get $table (local.get $table) (local.get $at)))
      (struct.set $node $old (local.get $old) (ref.null $node))
      (array.set $table (local.get $table) (local.get $at)
        (struct.new $node (local.get $n) (local.get $old)))
      (br_if $replace (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.set $i (i32.const 0))
    (loop $sum
      (local.set $old (array.get $table (local.get $table) (local.get $i)))
      (local.set $sum
        (i32.add (i32.mul (local.get $sum) (i32.const 31))
          (struct.get $node $number (local.get $old))))
      (br_if $sum
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
          (i32.const 1048576))))
    (i32.and (local.get $sum) (i32.const 0x7fffffff))))
