;; SPDX-License-Identifier: Apache-2.0
;; The one import of as/exports.ts, as a module to preload under the name "env".
(module
  (func (export "abort") (param $message i32) (param $file i32) (param $line i32)
    (param $column i32)
    unreachable))
