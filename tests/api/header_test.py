#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""zhan.h keeps the rules that its introduction states: each function has its own documentation,
errors come one way, names follow one scheme."""

import os
import pathlib
import re
import sys
import unittest

SOURCE = pathlib.Path(os.environ["ZHAN_SOURCE"])
HEADER = (SOURCE / "include" / "zhan" / "zhan.h").read_text(encoding="utf-8")
FUNCTION = re.compile(r"(/\*(?:(?!\*/).)*\*/)?\nZHAN_API ([^;(]*?)(zhan_\w+)\(([^;]*)\);", re.DOTALL)
KINDS = set(re.findall(r"ZHAN_ERROR_(\w+)", HEADER)) - {"NONE"}


def functions():
    return [(name, (comment or "").replace("\n *", " "), result.strip(), arguments)
            for comment, result, name, arguments in FUNCTION.findall(HEADER)]


class Header(unittest.TestCase):
    def test_every_function_is_found(self):
        self.assertEqual(len(functions()), HEADER.count("\nZHAN_API "))
        self.assertGreaterEqual(len(functions()), 103)  # of the first release; none goes away

    def test_every_function_has_documentation(self):
        for name, comment, _, _ in functions():
            self.assertRegex(comment, r"\w+ \w+", name)

    def test_errors_come_one_way(self):
        """What may fail returns an error object; out-pointers stand last."""
        makers = {"zhan_error_new"}
        for name, _, result, arguments in functions():
            if result == "zhan_error_t*" and name not in makers:
                self.assertNotIn("zhan_error_t* error", arguments, name)
            if result != "zhan_error_t*":
                self.assertNotRegex(arguments, r"\*\* out$", name)

    def test_kinds_of_errors_exist(self):
        for name, comment, result, _ in functions():
            named = re.search(r"Errors: (.*?)(Threads:|\*/)", comment)
            if named is None:
                continue
            self.assertEqual(result, "zhan_error_t*", name)
            for word in re.findall(r"\b[A-Z][A-Z_]{3,}\b", named[1]):
                self.assertIn(word, KINDS | {"NULL", "NET"}, f"{name}: {word}")

    def test_ownership_is_told(self):
        """Out-parameters that are objects say whose they are."""
        owned = r"caller's|one count|count|as above|same|lent|error|Lends"
        for name, comment, _, arguments in functions():
            if re.search(r"zhan_(engine|module|store|pre|functype|bytes|ref)_t\*+ out$", arguments):
                self.assertRegex(comment, owned, name)

    def test_pairs(self):
        names = {name for name, _, _, _ in functions()}
        for shared in ("engine", "module", "functype", "pre"):
            self.assertLessEqual({f"zhan_{shared}_keep", f"zhan_{shared}_drop"}, names)
        for owner in ("config", "linker", "store", "wasi", "error"):
            self.assertIn(f"zhan_{owner}_drop", names)
            self.assertNotIn(f"zhan_{owner}_keep", names)
        for name, _, result, arguments in functions():
            if name.endswith("_drop"):
                self.assertEqual(result, "void", name)
            if name.endswith("_keep") and name != "zhan_ref_keep":
                self.assertEqual(result + " ", arguments.split("*")[0] + "* ", name)

    def test_only_what_c_knows(self):
        includes = set(re.findall(r"#include (\S+)", HEADER))
        self.assertEqual(includes, {"<stdbool.h>", "<stddef.h>", "<stdint.h>"})
        self.assertNotRegex(HEADER, r"\binline\b")

    def test_every_function_is_called_by_a_test(self):
        folder = SOURCE / "tests" / "api"
        tests = "".join(p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.[ch]")))
        for name, _, _, _ in functions():
            self.assertIn(f"{name}(", tests)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
