#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of zhan-bench as a program, with a stand-in for zhan and tiny cases."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CLANGS = ("clang-22", "clang-21", "clang-20", "clang-19")
BUILDS = any(shutil.which(c) for c in CLANGS)


@unittest.skipUnless(BUILDS, "no clang for the kernels")
class BenchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cache = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.cache.cleanup()

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def environment(self, behaviour):
        keep = {k: v for k, v in os.environ.items() if k not in ("ZHAN_WASM3", "ZHAN_WAMR")}
        return {
            **keep,
            "ZHAN": str(HERE / "peer.py"),
            "PEER": behaviour,
            "ZHAN_GUESTS": self.cache.name,
            "XDG_CACHE_HOME": self.cache.name,
        }

    def command(self, *arguments):
        return [
            str(ROOT / "bench" / "zhan-bench"),
            "--smoke",
            "--no-fetch",
            "--engines",
            "zhan,wasm3,native",
            "--cases",
            "fib,icall",
            "--rounds",
            "2",
            *map(str, arguments),
        ]

    def bench(self, *arguments, behaviour=""):
        return subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            env=self.environment(behaviour),
            check=False,
        )

    def test_table_file_and_page(self):
        saved, page = self.path / "run.json", self.path / "page"
        done = self.bench("--json", saved, "--html", page)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("geomean", done.stdout)
        self.assertIn("absent: wasm3", done.stdout)
        self.assertNotIn("\x1b", done.stdout)
        data = json.loads(saved.read_text())
        self.assertTrue(data["complete"])
        self.assertGreaterEqual(len(data["rounds"]), 2)
        run = data["rounds"][0]["runs"]["fib"]["zhan"]
        self.assertGreater(run["wall"], 0)
        self.assertGreater(run["rss"], 1000)
        text = (page / "index.html").read_text()
        self.assertIn("prefers-color-scheme:dark", text)
        self.assertIn("<svg", text)
        self.assertNotRegex(text, r'(?:src|href)="http')
        self.assertIn("stand-in 1", text)
        self.assertIn(data["meta"]["commit"], (page / "bench.svg").read_text())

    def test_wrong_output_of_ours_shows_both(self):
        done = self.bench(behaviour="wrong")
        self.assertEqual(done.returncode, 1)
        self.assertIn("WRONG OUTPUT OF ZHAN", done.stderr)
        self.assertIn("--- expected", done.stderr)

    def test_a_crash_is_a_marked_cell_and_fails(self):
        done = self.bench(behaviour="crash")
        self.assertEqual(done.returncode, 1)
        self.assertIn("fib on zhan: exit code -6", done.stdout)
        self.assertIn("geomean", done.stdout)

    def test_a_hang_is_stopped(self):
        start = time.monotonic()
        done = self.bench("--timeout", "0.3", behaviour="hang")
        self.assertLess(time.monotonic() - start, 20)
        self.assertIn("stopped after 0.3 s", done.stdout)

    def test_an_interrupted_run_continues(self):
        saved = self.path / "run.json"
        process = subprocess.Popen(
            self.command("--json", saved, "--rounds", "200"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment(""),
        )
        while not saved.exists() and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=60)[1]
        self.assertEqual(process.returncode, 130, errors)
        first = json.loads(saved.read_text())
        self.assertNotIn("complete", first)
        done = self.bench("--json", saved)
        self.assertIn("continuing", done.stderr)
        last = json.loads(saved.read_text())
        self.assertTrue(last["complete"])
        self.assertEqual(last["rounds"][0]["runs"]["fib"], first["rounds"][0]["runs"]["fib"])

    def test_a_full_disk_is_said_and_the_run_goes_on(self):
        done = self.bench("--json", self.path / "nowhere" / "run.json")
        self.assertIn("cannot write", done.stderr)
        self.assertIn("geomean", done.stdout)

    def test_compare_two_runs(self):
        saved = self.path / "run.json"
        self.bench("--json", saved)
        slow = json.loads(saved.read_text())
        for rnd in slow["rounds"]:
            for runs in rnd["runs"].values():
                runs["zhan"]["cpu"] *= 3
        (self.path / "slow.json").write_text(json.dumps(slow))
        tool = str(ROOT / "bench" / "zhan-bench")
        same = subprocess.run([tool, "compare", saved, saved], capture_output=True, text=True)
        self.assertIn("1.000", same.stdout)
        done = subprocess.run(
            [tool, "compare", saved, self.path / "slow.json"], capture_output=True, text=True
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("3.000", done.stdout)
        self.assertIn("slower", done.stdout)

    def test_bad_usage(self):
        self.assertEqual(self.bench("--rounds", "0").returncode, 2)
        self.assertIn("no engine nothing", self.bench("--engines", "nothing").stderr)
        self.assertIn("no case matches", self.bench("--cases", "nothing").stderr)


if __name__ == "__main__":
    unittest.main()
