#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/dev understands its own options wherever they stand, and leaves the rest to ctest."""

import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import sys
import unittest
from unittest import mock

PROGRAM = pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "dev"


def load():
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("dev", str(PROGRAM))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("dev", loader))
    loader.exec_module(module)
    return module


DEV = load()


def parse(*words):
    with mock.patch.object(sys, "argv", ["tools/dev", *words]):
        return DEV.parse_arguments()


class Arguments(unittest.TestCase):
    def test_quick_before_and_after_the_preset(self):
        for words in (("asan", "--quick"), ("--quick", "asan")):
            options = parse("test", *words)
            self.assertEqual((options.preset, options.quick, options.ctest), ("asan", True, []))

    def test_the_rest_goes_to_ctest(self):
        options = parse("test", "tsan", "--quick", "--target", "zhan", "-j1", "-R", "engine/")
        self.assertEqual(options.ctest, ["-R", "engine/"])
        self.assertEqual((options.target, options.jobs, options.quick), (["zhan"], 1, True))

    def test_the_default_is_the_release_build(self):
        options = parse("test")
        self.assertEqual((options.preset, options.quick, options.ctest), ("release", False, []))

    def test_only_tests_take_further_arguments(self):
        for words in (("lint", "--quick"), ("build", "asan", "more"), ("test", "fast")):
            with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as end:
                parse(*words)
            self.assertEqual(end.exception.code, 2)


class Reports(unittest.TestCase):
    def test_counts_come_from_junit(self):
        text = ('<testsuite tests="4" failures="1" skipped="1" disabled="0">'
                '<testcase name="a" status="run"/><testcase name="b" status="run"/>'
                '<testcase name="c" status="fail"/>'
                '<testcase name="d" status="notrun"><skipped/></testcase></testsuite>')
        out = io.StringIO()
        with mock.patch.dict(DEV.os.environ, clear=True), contextlib.redirect_stdout(out):
            self.assertEqual(DEV.report(io.StringIO(text)), (2, 1))
        self.assertEqual(out.getvalue().splitlines(),
                         ["FAILED: c", "skipped: d", "1 skipped", "2 passed, 1 failed"])


if __name__ == "__main__":
    unittest.main()
