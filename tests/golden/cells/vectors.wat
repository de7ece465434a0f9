;; Vectors lie in two slots; their instructions have cells of their own.
(module
  (global $g (mut v128) (v128.const i64x2 1 2))
  (func $add (param v128 v128) (result v128) (i32x4.add (local.get 0) (local.get 1)))
  (func $lanes (param v128 i32) (result i32)
    (i32x4.extract_lane 3 (i32x4.replace_lane 1 (local.get 0) (local.get 1))))
  (func $shuffle (param v128) (result v128)
    (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get 0) (global.get $g)))
  (func $choose (param v128 v128 i32) (result v128)
    (select (result v128) (local.get 0) (local.get 1) (local.get 2)))
  (func $keep (param v128) (local v128)
    (local.set 1 (v128.not (local.get 0)))
    (global.set $g (local.get 1))))
