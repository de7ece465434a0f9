;; SPDX-License-Identifier: Apache-2.0
;; Stands in for the two host functions that MicroPython's module imports besides WASI; a plain
;; script calls neither.
(module
  (func (export "host_call") (param i32 i32 i32 i32 i32 i32) (result i32) unreachable)
  (func (export "host_result_cap") (result i32) unreachable))
