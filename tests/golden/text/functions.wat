;; Calls, control, folded and plain forms.
(module $functions
  (import "env" "log" (func $log (param $value i32)))
  (import "env" "both" (func (param i64 f32) (result i32 i32)))
  (func $factorial (export "factorial") (param $n i64) (result i64)
    (if (result i64) (i64.eqz (local.get $n))
      (then (i64.const 1))
      (else
        (i64.mul (local.get $n)
          (call $factorial (i64.sub (local.get $n) (i64.const 1)))))))
  (func $count (param $from i32) (local $at i32) (local f64 f64)
    local.get $from
    local.set $at
    block $done
      loop $next
        local.get $at
        i32.eqz
        br_if $done
        (call $log (local.get $at))
        (local.set $at (i32.sub (local.get $at) (i32.const 1)))
        br $next
      end
    end)
  (func $switch (param i32) (result i32)
    (block $default
      (block $one
        (block $zero
          (br_table $zero $one $default (local.get 0)))
        (return (i32.const 10)))
      (return (i32.const 11)))
    i32.const 12)
  (func $pick (param i32 i32 i32) (result i32)
    (select (local.get 0) (local.get 1) (local.get 2))
    (select (result i32) (i32.const 1) (local.get 2))
    return)
  (func $pair (result i32 i32)
    (call 1 (i64.const 1) (f32.const 0x1.8p3))
    (block (param i32 i32) (result i32 i32) nop))
  (func $unreachable (result f64)
    unreachable
    f64.add
    (drop)
    (f64.const -nan:0x4000000000001)))
