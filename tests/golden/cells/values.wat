;; Operands are folded into the instruction that uses them; results stay in an accumulator or go
;; straight to a local.
(module
  (func $folded (param i32 i32) (result i32)
    (i32.add (local.get 0) (i32.mul (local.get 1) (i32.const 3))))
  (func $to_local (param i64 i64)
    (local.set 0 (i64.xor (local.get 0) (local.get 1)))
    (local.set 1 (i64.const 0x123456789abcdef)))
  (func $pending (param i32) (result i32)
    ;; the first read is of the old value
    (local.get 0)
    (local.set 0 (i32.const 7))
    (i32.sub (local.get 0)))
  (func $commuted (param f64 f64) (result f64)
    (f64.sub (f64.const 1) (f64.mul (f64.const 2) (f64.add (local.get 0) (local.get 1)))))
  (func $chosen (param i32 i32) (result i32)
    (select (local.get 0) (i32.const 5) (i32.lt_s (local.get 0) (local.get 1))))
  (func $not (param i64) (result i32)
    (i32.eqz (i64.lt_u (local.get 0) (i64.const 9))))
  (func $narrow (param i64) (result f32)
    (f32.convert_i32_s (i32.wrap_i64 (local.get 0))))
  (func $many (param i32 i64) (result i64 i32)
    (local.get 1) (local.get 0)))
