;; SPDX-License-Identifier: Apache-2.0
;; Exceptions of the older encoding: try with handlers, delegate, rethrow.

(module $m
  (tag $e (param i32))
  (tag $f (param i32 i64))
  (tag $none)
  (func $throw-odd (param i32) (result i32)
    (if (i32.and (local.get 0) (i32.const 1)) (then (throw $e (local.get 0))))
    (i32.mul (local.get 0) (i32.const 2)))

  (func (export "try") (param $n i32) (result i32) (local $sum i32)
    (loop $next
      (local.set $sum
        (i32.add (local.get $sum)
          (try (result i32)
            (do (i32.add (i32.const 1000) (call $throw-odd (local.get $n))))
            (catch $f (drop) (drop) (i32.const -1))
            (catch $e)
            (catch_all (i32.const -2)))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))

  ;; What a handler throws is not for its own try, nor for a sibling handler.
  (func (export "from-handler") (result i32)
    (try (result i32)
      (do
        (try (result i32)
          (do (throw $e (i32.const 1)))
          (catch $e (throw $e (i32.add (i32.const 1))))
          (catch_all (i32.const -1))))
      (catch $e (i32.add (i32.const 10)))))

  ;; Handlers see what locals the body has set, and operands below.
  (func (export "state") (param $a i32) (result i32)
    (local.get $a)
    (try (result i32)
      (do
        (local.set $a (i32.const 3000))
        (drop (call $throw-odd (i32.const 5)))
        (i32.const -1))
      (catch $e (i32.add (local.get $a))))
    (i32.add))

  ;; Tries without handlers, and with parameters.
  (func (export "bare") (result i32)
    (try (result i32)
      (do (try (do (throw $none))) (i32.const 1))
      (catch_all (i32.const 2))))
  (func (export "parameters") (param i32) (result i32)
    (local.get 0)
    (try (param i32) (result i32)
      (do (call $throw-odd))
      (catch $e (i32.add (i32.const 100)))))

  ;; rethrow names a handler by its label; the payload is the same again.
  (func (export "rethrow") (param i32) (result i32)
    (try $outer (result i32)
      (do
        (try (result i32)
          (do (throw $e (i32.const 40)))
          (catch $e
            (drop)
            (if (i32.eqz (local.get 0)) (then (rethrow 1)))
            (try (result i32)
              (do (throw $e (i32.const 50)))
              (catch_all
                (if (i32.eq (local.get 0) (i32.const 1)) (then (rethrow 1)))
                (if (i32.eq (local.get 0) (i32.const 2)) (then (rethrow 2)))
                (i32.const 60))))))
      (catch $e (i32.add (i32.const 1)))))
  (func (export "rethrow-uncaught") (try (do (throw $none)) (catch_all (rethrow 0))))
  ;; The body of a try in the handler may rethrow what the handler has.
  (func (export "rethrow-in-body") (result i32)
    (try (result i32)
      (do (throw $f (i32.const 6) (i64.const 7)))
      (catch $f
        (drop) (drop)
        (try (result i32)
          (do (rethrow 1))
          (catch $e)
          (catch $f (i32.wrap_i64) (i32.add))))))

  ;; delegate sends what the body throws to the try of its label, past those between.
  (func (export "delegate") (param i32) (result i32)
    (try $far (result i32)
      (do
        (try $near (result i32)
          (do
            (try (result i32)
              (do (call $throw-odd (local.get 0)))
              (delegate $far)))
          (catch_all (i32.const -1))))
      (catch $e (i32.add (i32.const 500)))))
  (func (export "delegate-near") (param i32) (result i32)
    (try $far (result i32)
      (do
        (try $near (result i32)
          (do (try (result i32) (do (call $throw-odd (local.get 0))) (delegate $near)))
          (catch $e (i32.add (i32.const 600)))))
      (catch_all (i32.const -1))))
  ;; To a block: as if thrown there. To the function: out of it, past every handler.
  (func (export "delegate-block") (result i32)
    (try (result i32)
      (do
        (block $b (result i32)
          (try (result i32)
            (do (try (result i32) (do (throw $e (i32.const 3))) (delegate $b)))
            (catch_all (i32.const -1)))))
      (catch $e (i32.add (i32.const 700)))))
  (func $delegate-out (result i32)
    (try (result i32)
      (do (try (result i32) (do (throw $e (i32.const 8))) (delegate 1)))
      (catch_all (i32.const -1))))
  (func (export "delegate-out") (result i32)
    (try (result i32) (do (call $delegate-out)) (catch $e (i32.add (i32.const 800)))))
  (func (export "delegate-uncaught") (result i32) (call $delegate-out))
  ;; To a try whose handler is running: its handlers are done.
  (func (export "delegate-from-handler") (result i32)
    (try (result i32)
      (do
        (try $t (result i32)
          (do (throw $none))
          (catch_all
            (try (result i32) (do (throw $e (i32.const 9))) (delegate $t)))))
      (catch $e (i32.add (i32.const 900)))))
  (func (export "delegate-twice") (result i32)
    (try $a (result i32)
      (do
        (try $b (result i32)
          (do (try (result i32) (do (try (result i32) (do (throw $e (i32.const 1))) (delegate 0)))
                (delegate $b)))
          (delegate $a)))
      (catch $e (i32.add (i32.const 1000)))))

  (func (export "trap") (param i32) (result i32)
    (try (result i32)
      (do (i32.div_s (i32.const 8) (local.get 0)))
      (catch_all (i32.const -1))))

  ;; Code that cannot be reached: bodies, handlers, whole tries.
  (func (export "dead") (param i32) (result i32)
    (try (result i32)
      (do
        (throw $e (local.get 0))
        (try (do (nop)) (catch_all (try (do (rethrow 1)) (delegate 0)))))
      (catch $e
        (return (i32.add (i32.const 5)))
        (try (do (nop)) (catch $none)))
      (catch_all
        (unreachable)
        (try (do (nop)) (delegate 0)))))
  ;; Only one of the parts comes to the end.
  (func (export "one-end") (param i32) (result i32)
    (try (result i32)
      (do (throw $e (local.get 0)))
      (catch $none (unreachable))
      (catch $e (i32.add (i32.const 5))))
    (i32.add (i32.const 1))))

(assert_return (invoke "try" (i32.const 6)) (i32.const 3033))
(assert_return (invoke "from-handler") (i32.const 12))
(assert_return (invoke "state" (i32.const 40)) (i32.const 3045))
(assert_return (invoke "bare") (i32.const 2))
(assert_return (invoke "parameters" (i32.const 4)) (i32.const 8))
(assert_return (invoke "parameters" (i32.const 5)) (i32.const 105))
(assert_return (invoke "rethrow" (i32.const 0)) (i32.const 41))
(assert_return (invoke "rethrow" (i32.const 1)) (i32.const 51))
(assert_return (invoke "rethrow" (i32.const 2)) (i32.const 41))
(assert_return (invoke "rethrow" (i32.const 3)) (i32.const 60))
(assert_exception (invoke "rethrow-uncaught"))
(assert_return (invoke "rethrow-in-body") (i32.const 13))
(assert_return (invoke "delegate" (i32.const 2)) (i32.const 4))
(assert_return (invoke "delegate" (i32.const 3)) (i32.const 503))
(assert_return (invoke "delegate-near" (i32.const 3)) (i32.const 603))
(assert_return (invoke "delegate-block") (i32.const 703))
(assert_return (invoke "delegate-out") (i32.const 808))
(assert_exception (invoke "delegate-uncaught"))
(assert_return (invoke "delegate-from-handler") (i32.const 909))
(assert_return (invoke "delegate-twice") (i32.const 1001))
(assert_trap (invoke "trap" (i32.const 0)) "integer divide by zero")
(assert_return (invoke "trap" (i32.const 2)) (i32.const 4))
(assert_return (invoke "dead" (i32.const 2)) (i32.const 7))
(assert_return (invoke "one-end" (i32.const 2)) (i32.const 8))
