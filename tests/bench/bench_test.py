#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of zhan-bench as a program, with a stand-in for zhan and tiny cases."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from xml.etree import ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CLANGS = ("clang-22", "clang-21", "clang-20", "clang-19")
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bench"))
from zhanbench import publish  # noqa: E402

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

    def engine(self, name):
        """Another stand-in, whose behaviour is $PEER_NAME."""
        program = self.path / name
        shutil.copy(HERE / "peer.py", program)
        program.chmod(0o755)
        return str(program)

    def environment(self, behaviour, **more):
        keep = {k: v for k, v in os.environ.items() if k not in ("ZHAN_WASM3", "ZHAN_WAMR")}
        return {
            **keep,
            "ZHAN": str(HERE / "peer.py"),
            "PEER": behaviour,
            "ZHAN_GUESTS": self.cache.name,
            "XDG_CACHE_HOME": self.cache.name,
            **more,
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

    def bench(self, *arguments, behaviour="", **more):
        return subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            env=self.environment(behaviour, **more),
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
        self.assertIn("--- zhan printed\n1\n--- expected\n2584", done.stderr)

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

    def peer(self, behaviour, *arguments):
        """A run beside a wasm3 that behaves so."""
        more = {"ZHAN_WASM3": self.engine("wasm3"), "PEER_WASM3": behaviour}
        return self.bench(*arguments, **more)

    def test_a_peer_that_crashes_hangs_or_errs_is_a_marked_cell(self):
        for behaviour, mark, text in (
            ("crash", "fails", "fib on wasm3: exit code -6"),
            ("wrong", "WRONG", "fib on wasm3: wrong output"),
            ("hang", "hangs", "fib on wasm3: stopped after 0.5 s"),
        ):
            with self.subTest(behaviour):
                done = self.peer(behaviour, "--timeout", "0.5")
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn(mark, done.stdout)
                self.assertIn(text, done.stdout)
                self.assertNotIn("on zhan", done.stdout)

    def test_a_peer_that_works_has_a_ratio_and_its_version(self):
        saved = self.path / "run.json"
        done = self.peer("slow", "--json", saved)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotIn("absent", done.stdout)
        data = json.loads(saved.read_text())
        self.assertEqual(data["meta"]["engines"]["wasm3"]["version"], "stand-in 1")
        self.assertIn("wasm3", data["rounds"][0]["runs"]["fib"])

    def test_what_does_not_fit_the_budget_is_marked(self):
        saved = self.path / "run.json"
        done = self.bench("--budget", "1", "--json", saved)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("no time", done.stdout)
        self.assertIn("the time for this run was up", done.stdout)
        self.assertTrue(json.loads(saved.read_text())["complete"])

    def test_a_killed_run_leaves_a_whole_file(self):
        saved = self.path / "run.json"
        process = subprocess.Popen(
            self.command("--json", saved, "--rounds", "200"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment(""),
        )
        while not saved.exists() and process.poll() is None:
            time.sleep(0.02)
        process.kill()
        process.wait()
        self.assertIn("rounds", json.loads(saved.read_text()))
        (self.path / "run.json.new").write_text('{"half')
        done = self.bench("--json", saved)
        self.assertIn("continuing", done.stderr)
        self.assertTrue(json.loads(saved.read_text())["complete"])

    def test_a_broken_file_starts_anew(self):
        saved = self.path / "run.json"
        for text in ('{"meta": {', "[]", '{"complete": false}'):
            saved.write_text(text)
            self.assertEqual(self.bench("--json", saved).returncode, 0)
            self.assertTrue(json.loads(saved.read_text())["complete"])

    @unittest.skipUnless(pathlib.Path("/dev/full").exists(), "no /dev/full")
    def test_a_full_disk_leaves_the_file_before(self):
        saved = self.path / "run.json"
        saved.write_text("{}")
        (self.path / "run.json.new").symlink_to("/dev/full")
        done = self.bench("--json", saved)
        self.assertIn("cannot write", done.stderr)
        self.assertIn("geomean", done.stdout)
        json.loads(saved.read_text())

    def test_the_collector_is_asked(self):
        saved = self.path / "run.json"
        done = self.bench("--cases", "trees-17", "--json", saved, "--html", self.path)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("What Zhan's collector did", done.stdout)
        self.assertEqual(json.loads(saved.read_text())["gc"]["trees-17"]["major"], 1000000)
        self.assertIn("collector did", (self.path / "index.html").read_text())

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
            for runs in rnd["runs"].values():  # a round may be for other engines alone
                if "zhan" in runs:
                    runs["zhan"]["cpu"] *= 3
        (self.path / "slow.json").write_text(json.dumps(slow))
        tool = str(ROOT / "bench" / "zhan-bench")
        same = subprocess.run([tool, "compare", saved, saved], capture_output=True, text=True)
        self.assertEqual(same.returncode, 0)
        self.assertIn("1.000", same.stdout)
        self.assertIn("most: 0.0%", same.stdout)
        done = subprocess.run(
            [tool, "compare", saved, self.path / "slow.json"], capture_output=True, text=True
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("3.000", done.stdout)
        self.assertIn("slower", done.stdout)
        self.assertIn("over 5%: 1", done.stdout)

    def test_publish(self):
        saved, docs = self.path / "run.json", self.path / "docs"
        self.peer("", "--json", saved)
        docs.mkdir()
        (docs / "performance.md").write_text(f"before\n{publish.BEGIN}\nold\n{publish.END}\nafter\n")
        data = json.loads(saved.read_text())
        publish.publish(data, docs)
        text = (docs / "performance.md").read_text()
        self.assertTrue(text.startswith("before") and text.endswith("after\n"))
        self.assertNotIn("old", text)
        self.assertIn("| Kernels |", text)
        picture = ElementTree.parse(docs / "bench.svg").getroot()
        self.assertIn(data["meta"]["commit"], "".join(picture.itertext()))
        before = text
        publish.publish(data, docs)
        self.assertEqual((docs / "performance.md").read_text(), before)

    def test_bad_usage(self):
        self.assertEqual(self.bench("--rounds", "0").returncode, 2)
        self.assertIn("no engine nothing", self.bench("--engines", "nothing").stderr)
        self.assertIn("no case matches", self.bench("--cases", "nothing").stderr)


if __name__ == "__main__":
    unittest.main()
