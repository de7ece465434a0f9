#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the rounds of zhan-bench with a spawner that takes its times from a list."""

import hashlib
import pathlib
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bench"))
from zhanbench import cases, engines, measure  # noqa: E402


class Spawner:
    """Answers each command, whose first word is the engine's name, with its next time."""

    timeout = 1000
    late = False

    def __init__(self, times, output=b"5\n"):
        self.times, self.output, self.count, self.limits = times, output, {}, []

    def run(self, words, _folder, _pin, _stdin=None, seconds=None):
        name = words[0]
        number = self.count[name] = self.count.get(name, 0) + 1
        self.limits.append(seconds)
        listed = self.times[name]
        seconds = listed[min(number, len(listed)) - 1]
        usage = {"wall": seconds, "cpu": seconds, "rss": 1, "code": 0, "late": self.late}
        return usage, self.output, b""


def a_case(**more):
    case = cases.Case("one", "kernels", "cpu", pathlib.Path(__file__), invoke="run", **more)
    case.expect = {"sha256": hashlib.sha256(b"5").hexdigest()}
    return case


def an_engine(name, present=True):
    program = pathlib.Path("/bin/sh" if present else "/nowhere")
    return engines.Engine(name, name, program, lambda case, folder: [name])


def measurement(times, rounds=3, case=None, canaries=(), **more):
    case = case or a_case()
    chosen = [an_engine(name) for name in times]
    meta = {"cases": {case.name: {"class": case.group, "clock": case.clock}}}
    made = measure.Measurement(
        chosen, [case], Spawner(times), rounds, None, meta, lambda *_: None, **more
    )
    values = iter(canaries)
    made.canary = lambda: next(values, 1.0)
    made.run()
    return made


class RoundsTest(unittest.TestCase):
    def test_settled_cells_need_no_further_round(self):
        made = measurement({"zhan": [1.0], "peer": [2.0]})
        self.assertEqual(made.spawner.count, {"zhan": 3, "peer": 3})
        self.assertTrue(made.data["complete"])

    def test_only_what_is_unsettled_is_measured_again(self):
        made = measurement({"zhan": [1.0], "peer": [2.0, 2.2, 2.4, 2.01, 2.0]})
        self.assertEqual(made.spawner.count, {"zhan": 3, "peer": 4})
        self.assertEqual(measure.times(made.data, "one", "peer"), [2.0, 2.2, 2.4, 2.01])

    def test_there_is_an_end_to_further_rounds(self):
        made = measurement({"zhan": [2.0**-i for i in range(20)]})
        self.assertEqual(made.spawner.count["zhan"], 6)

    def test_disturbed_rounds_do_not_count_where_others_do(self):
        made = measurement({"zhan": [1.0, 0.5, 1.0, 1.0]}, canaries=[1.0, 1.2, 1.0, 1.0])
        self.assertEqual(measure.times(made.data, "one", "zhan"), [1.0, 1.0, 1.0])

    def test_disturbed_rounds_count_where_good_ones_are_few(self):
        made = measurement({"zhan": [3.0, 2.0]}, canaries=[1.0] + [1.2] * 9)
        self.assertEqual(len(made.data["rounds"]), 6)
        self.assertEqual(min(measure.times(made.data, "one", "zhan")), 2.0)

    def test_long_runs_of_peers_are_fewer(self):
        times = {"zhan": [9.0], "slow": [3.0], "slower": [20.0]}
        made = measurement(times, rounds=7)
        self.assertEqual(made.spawner.count, {"zhan": 7, "slow": 3, "slower": 1})

    def test_a_case_may_limit_its_rounds(self):
        made = measurement({"zhan": [9.0, 8.0, 7.0], "peer": [1.0]}, case=a_case(rounds=2))
        self.assertEqual(made.spawner.count, {"zhan": 2, "peer": 2})

    def test_no_round_begins_after_the_deadline(self):
        made = measurement({"zhan": [1.0]}, deadline=time.monotonic() - 1)
        self.assertEqual(made.data["rounds"], [])
        self.assertEqual(made.data["marks"]["one"]["zhan"], "no time was left")
        self.assertTrue(made.data["short_of_time"] and made.data["complete"])

    def test_the_end_of_the_budget_ends_a_run(self):
        made = measurement({"zhan": [1.0]}, deadline=time.monotonic() + 60)
        self.assertTrue(all(60 < seconds <= 65 for seconds in made.spawner.limits))
        made.spawner.late, made.deadline = True, time.monotonic() - 1
        self.assertIsNone(made.measure(a_case(), made.engines[0]))
        self.assertEqual(made.data["marks"], {})
        made.deadline = None
        made.measure(a_case(), made.engines[0])
        self.assertEqual(made.data["marks"]["one"]["zhan"], "stopped after 1000 s")

    def test_an_interruption_that_was_swallowed_still_ends_the_run(self):
        made = measurement({"zhan": [1.0]})
        with self.assertRaises(KeyboardInterrupt):
            made.interrupts.handle(2, None)
        made.data["rounds"].clear()
        with self.assertRaises(KeyboardInterrupt):
            made.run()

    def test_short_elapsed_times_are_the_best_of_many(self):
        case = a_case()
        case.clock = "wall"
        made = measurement({"zhan": [0.004, 0.003, 0.002, 0.005]}, rounds=1, case=case)
        self.assertEqual(measure.times(made.data, "one", "zhan")[0], 0.002)
        self.assertGreaterEqual(made.spawner.count["zhan"], measure.REPEATS)

    def test_what_the_program_reports_is_kept(self):
        case = a_case(inside=r"(\d+)")
        made = measurement({"zhan": [1.0]}, case=case)
        self.assertEqual(measure.inside(made.data, "one", "zhan"), 5.0)

    def test_why_an_engine_is_absent(self):
        absent = an_engine("gone", present=False)
        absent.absent = "absent: no cargo here"
        made = measure.Measurement([absent], [a_case()], Spawner({}), 1, None, {}, lambda *_: None)
        made.canary = lambda: 1.0
        made.run()
        self.assertEqual(made.data["marks"]["one"]["gone"], "absent: no cargo here")

    def test_wrong_output_of_ours_stops_the_run(self):
        made = measurement({"zhan": [1.0]})
        made.spawner.output = b"6\n"
        with self.assertRaises(measure.WrongOutput) as raised:
            made.measure(a_case(), made.engines[0])
        self.assertIn("zhan printed\n6\n--- expected\n5", str(raised.exception))

    def test_wrong_output_of_a_peer_is_marked(self):
        made = measurement({"zhan": [1.0], "peer": [1.0]})
        made.spawner.output = b"6\n"
        made.measure(a_case(), made.engines[1])
        self.assertEqual(made.data["marks"]["one"]["peer"], "wrong output")


class SaveTest(unittest.TestCase):
    def test_a_file_is_replaced_whole(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "run.json"
            measure.save(path, {"a": 1})
            measure.save(path, {"a": 2})
            self.assertEqual(path.read_text(), '{\n "a": 2\n}\n')
            self.assertEqual(list(path.parent.iterdir()), [path])

    def test_a_folder_that_cannot_be_written_is_said(self):
        measure.save(pathlib.Path("/nowhere/run.json"), {})


if __name__ == "__main__":
    unittest.main()
