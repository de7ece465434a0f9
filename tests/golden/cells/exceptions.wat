;; Entering a try makes no cell; what a throw looks up stands behind the code. A legacy handler that
;; is rethrown keeps the reference in a hidden slot behind the locals.
(module
  (tag $number (param i32)) (tag $plain)
  (func $may-throw (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (throw $number (i32.const 7))))
    (local.get 0))
  (func $clauses (param i32) (result i32) (local $e exnref)
    (block $plain
      (block $both (result i32 exnref)
        (try_table (result i32 exnref) (catch_ref $number $both) (catch $plain $plain)
          (try_table (result i32) (catch $number 3)
            (i32.add (i32.const 1) (call $may-throw (local.get 0))))
          (ref.null exn)))
      (local.set $e)
      (drop)
      (throw_ref (local.get $e)))
    (i32.const 2))
  (func $legacy (param i32) (result i32)
    (try $outer (result i32)
      (do
        (try (result i32)
          (do (call $may-throw (local.get 0)))
          (catch $number (i32.add (i32.const 1)))
          (catch_all (rethrow 0))))
      (catch_all
        (try (result i32) (do (call $may-throw (i32.const 3))) (delegate $outer))))))
