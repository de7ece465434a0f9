;; Structs, arrays, groups, references, casts, exceptions.
(module
  (type $point (struct (field $x (mut f64)) (field $y (mut f64))))
  (type $bytes (array (mut i8)))
  (rec
    (type $list (sub (struct (field $head i32) (field $tail (ref null $list)))))
    (type $sized (sub final $list (struct (field i32) (field (ref null $list)) (field $size i64)))))
  (type $callback (func (param (ref $point)) (result f64)))
  (tag $failed (param i32 (ref null $bytes)))
  (global $origin (ref $point) (struct.new $point (f64.const 0) (f64.const -0)))
  (global $table (ref $bytes) (array.new_fixed $bytes 3 (i32.const 1) (i32.const 2) (i32.const 3)))
  (func $norm (type $callback)
    (f64.sqrt
      (f64.add
        (f64.mul (struct.get $point $x (local.get 0)) (struct.get $point $x (local.get 0)))
        (f64.mul (struct.get $point $y (local.get 0)) (struct.get $point $y (local.get 0))))))
  (func $size (param $l (ref $list)) (result i64)
    (block $plain (result (ref $list))
      (return (struct.get $sized $size
        (br_on_cast_fail $plain (ref $list) (ref $sized) (local.get $l)))))
    drop
    (i64.const -1))
  (func $guarded (param $f (ref $callback)) (result f64)
    (block $caught (result i32 (ref null $bytes))
      (try_table (catch $failed $caught)
        (return (call_ref $callback (global.get $origin) (local.get $f))))
      unreachable)
    drop
    f64.convert_i32_s)
  (func (param anyref) (result i32)
    (i32.or (ref.test (ref $point) (local.get 0)) (ref.test (ref null i31) (local.get 0)))))
