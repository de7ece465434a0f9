;; References are slots of 64 bits: null is 0, an i31 is odd.
(module
  (func $is_null (param externref) (result i32) (ref.is_null (local.get 0)))
  (func $or_null (param (ref null func)) (result (ref null func))
    (block $null
      (return (br_on_null $null (local.get 0))))
    (ref.null func))
  (func $sure (param (ref null func)) (result (ref func)) (ref.as_non_null (local.get 0)))
  (func $i31 (param i32) (result i32) (i31.get_s (ref.i31 (local.get 0))))
  (func $same (param i31ref i31ref) (result i32) (ref.eq (local.get 0) (local.get 1))))
