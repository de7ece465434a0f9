#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/fuzz with programs in the place of libFuzzer targets: counts, finds, broken ones."""

import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

QUIET = """#!/bin/sh
echo "fuzz: 12 modules" >&2
echo "stat::number_of_executed_units: 345" >&2
sleep 1
"""
FINDS = """#!/bin/sh
for word; do case $word in -artifact_prefix=*) prefix=${word#-artifact_prefix=};; esac; done
name=$(mktemp -u XXXXXX)
echo bytes > "${prefix}crash-$name"
echo "the assertion that failed" >&2
exit 77
"""
SAME = FINDS.replace("$(mktemp -u XXXXXX)", "always")
BROKEN = "#!/bin/sh\necho no such library >&2\nexit 127\n"


class Fuzz(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def target(self, name, text):
        path = self.folder / f"fuzz-{name}"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def run_fuzz(self, *more):
        done = subprocess.run([ROOT / "tools" / "fuzz", "--build", self.folder, *more],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_counts(self):
        self.target("one", QUIET)
        self.target("two", QUIET)
        code, out = self.run_fuzz("--minutes", "0.02")
        self.assertEqual(code, 0, out)
        self.assertRegex(out, r"fuzz-one: 345 executions, 0 found; 12 modules\n")
        self.assertIn("690 executions, 0 found", out)
        self.assertTrue((self.folder / "corpus" / "fuzz-two").is_dir())

    def test_a_seed_gives_the_same_choices_from_a_fresh_corpus(self):
        self.target("one", QUIET.replace("345", "1") + 'echo "fuzz: $*"\n')
        corpus = self.folder / "corpus" / "fuzz-one-7"
        corpus.mkdir(parents=True)
        (corpus / "of an earlier run").touch()
        code, out = self.run_fuzz("--minutes", "0.02", "--seed", "7")
        self.assertEqual(code, 0, out)
        self.assertIn(" -seed=7 ", out)
        self.assertEqual(list(corpus.iterdir()), [])

    def test_finds_are_kept_with_a_line_to_repeat_them(self):
        self.target("bad", FINDS)
        code, out = self.run_fuzz("--minutes", "0.1")
        self.assertEqual(code, 1, out)
        cases = [f for f in (self.folder / "found").iterdir() if f.suffix != ".txt"]
        self.assertEqual(len(cases), 5, "it stops after a few")
        for case in cases:
            note = case.with_name(case.name + ".txt").read_text(encoding="utf-8")
            self.assertIn(f"{self.folder}/fuzz-bad {case}", note.splitlines()[0])
            self.assertIn("the assertion that failed", note)
            self.assertIn(f"repeat: {self.folder}/fuzz-bad {case}", out)

    def test_the_same_case_again(self):
        self.target("bad", SAME)
        code, out = self.run_fuzz("--minutes", "1")
        self.assertEqual(code, 1)
        self.assertIn("fuzz-bad: 0 executions, 1 found\n", out)
        self.assertNotIn("failed without", out)

    def test_a_target_that_does_not_start(self):
        self.target("broken", BROKEN)
        code, out = self.run_fuzz("--minutes", "0.1")
        self.assertEqual(code, 1)
        self.assertIn("fuzz-broken failed without a case:\nno such library", out)

    def test_only_those_named(self):
        self.target("one", QUIET)
        self.target("bad", FINDS)
        code, out = self.run_fuzz("--minutes", "0.02", "one")
        self.assertEqual(code, 0, out)
        self.assertNotIn("fuzz-bad", out)

    def test_seeds_fill_an_empty_corpus(self):
        self.target("text", QUIET)
        self.run_fuzz("--minutes", "0.02")
        seeds = list((self.folder / "corpus" / "fuzz-text").iterdir())
        self.assertTrue(any(s.suffix == ".wat" for s in seeds))

    def test_wrong_use(self):
        self.target("one", QUIET)
        for arguments, message in ((("nothing",), "no target named nothing"),
                                   (("--minutes", "0"), "positive"),
                                   (("--minutes", "soon"), "invalid float")):
            code, out = self.run_fuzz(*arguments)
            self.assertEqual(code, 2)
            self.assertIn(message, out)


if __name__ == "__main__":
    unittest.main()
