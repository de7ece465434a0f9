;; SPDX-License-Identifier: Apache-2.0
;; Continuations: many suspended generators at a time, and the cost of a turn.
;;   /usr/bin/time -v zhan run --feature stack-switching --invoke suspend generators.wat 1000000
;;   time zhan run --feature stack-switching --invoke turns generators.wat 10000000
(module
  (type $task (func))
  (type $k (cont $task))
  (type $start (func (param i64)))
  (type $k1 (cont $start))
  (tag $yield (param i64))
  (table $all 0 (ref null $k))

  (func $generator (param $i i64)
    (loop $next
      (suspend $yield (local.get $i))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br $next)))
  (elem declare func $generator $ping)

  ;; The next value of a generator, and the generator.
  (func $step (param $k (ref null $k)) (result i64 (ref null $k))
    (block $got (result i64 (ref $k))
      (resume $k (on $yield $got) (local.get $k))
      (unreachable)))

  ;; `count` generators that have been run to their first value, then each once more: the sum.
  (func (export "suspend") (param $count i32) (result i64)
    (local $i i32) (local $sum i64) (local $k (ref null $k))
    (drop (table.grow $all (ref.null $k) (local.get $count)))
    (loop $make
      (call $step (cont.bind $k1 $k (i64.extend_i32_u (local.get $i))
        (cont.new $k1 (ref.func $generator))))
      (local.set $k) (drop)
      (table.set $all (local.get $i) (local.get $k))
      (br_if $make (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (local.get $count))))
    (local.set $i (i32.const 0))
    (loop $again
      (call $step (table.get $all (local.get $i)))
      (local.set $k)
      (local.set $sum (i64.add (local.get $sum)))
      (table.set $all (local.get $i) (local.get $k))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (local.get $count))))
    (local.get $sum))

  ;; One generator, `count` values.
  (func (export "turns") (param $count i32) (result i64) (local $sum i64) (local $k (ref null $k))
    (local.set $k (cont.bind $k1 $k (i64.const 0) (cont.new $k1 (ref.func $generator))))
    (loop $next
      (block $got (result i64 (ref $k))
        (resume $k (on $yield $got) (local.get $k))
        (unreachable))
      (local.set $k)
      (local.set $sum (i64.add (local.get $sum)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (local.get $sum))

  ;; `count` generators, each made, run once and dropped.
  (func (export "drop") (param $count i32) (result i64) (local $sum i64)
    (loop $next
      (call $step (cont.bind $k1 $k (i64.extend_i32_u (local.get $count))
        (cont.new $k1 (ref.func $generator))))
      (drop)
      (local.set $sum (i64.add (local.get $sum)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (local.get $sum))

  ;; Two that switch to each other, `count` times.
  (rec (type $fs (func (param i32 (ref null $ks)))) (type $ks (cont $fs)))
  (tag $swap)
  (func $ping (type $fs)
    (loop $next
      (if (i32.eqz (local.get 0)) (then (return)))
      (switch $ks $swap (i32.sub (local.get 0) (i32.const 1)) (local.get 1))
      (local.set 1) (local.set 0)
      (br $next)))
  (func (export "switches") (param $count i32)
    (resume $ks (on $swap switch) (local.get $count) (cont.new $ks (ref.func $ping))
      (cont.new $ks (ref.func $ping)))))
