;; Exceptions of the older form.
(module
  (tag $a (param i32))
  (tag $b)
  (func $catching (result i32)
    (try $outer (result i32)
      (do
        (try
          (do (throw $b))
          (delegate $outer))
        (i32.const 0))
      (catch $a)
      (catch_all
        (try (result i32)
          (do (rethrow $outer))
          (catch_all (i32.const 2)))))))
