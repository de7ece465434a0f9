;; Identifiers that need quotes, names that are taken, custom sections, hints.
(module $"a module" (@name "shown instead")
  (@custom "first" (before first) "\00\01")
  (@custom "between" (after func) "abc")
  (func $"needs quotes \"(\"" (param $"\u{3bb}" i32) (local.get $"λ") drop)
  (func (@name "twice") (param $p i32))
  (func (@name "twice") (param $p i32) (local (@name "p") i64)
    (@metadata.code.branch_hint "\00")
    (if (local.get $p)
      (then (block $b (block $b (br 1)))))
    (block $hidden
      (block $hidden
        local.get $p
        (@metadata.code.branch_hint "\01")
        br_if $hidden)))
  (@custom "producers" "\00"))
