#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the reports of zhan-bench, on a measurement that is made up."""

import pathlib
import re
import sys
import unittest
from html.parser import HTMLParser
from xml.etree import ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bench"))
from zhanbench import extras, page, publish, report  # noqa: E402

ACCOUNT = {k: 2000000 for k in ("pause_total", "pause_p50", "pause_p99", "pause_longest")}
ACCOUNT |= {"minor": 3, "major": 1, "allocated": 64000000, "peak": 8000000, "wall": 8000000}


def run(cpu, **more):
    return {"wall": cpu * 1.5, "cpu": cpu, "rss": 4096, **more}


def engine(title, present=True):
    reason = "" if present else "absent: still being fetched when time was up"
    return {
        "title": title,
        "version": "1 <b>",
        "command": "run",
        "present": present,
        "absent": reason,
    }


def measurement(fast=0.25, slow=4.0):
    """Two classes, one engine that is faster than zhan, one slower, one that is not there."""
    cases = {
        "fib": {"class": "kernels", "clock": "cpu", "bytes": 100},
        "gemm": {"class": "kernels", "clock": "cpu", "bytes": 100},
        "parse": {"class": "compile", "clock": "cpu", "bytes": 5000000},
    }
    rows = {
        "fib": {"zhan": run(1.0), "wasmtime": run(fast), "wasmi": run(slow)},
        "gemm": {"zhan": run(2.0, inside=77.0), "wasmtime": run(2 * fast)},
        "parse": {"zhan": run(0.5), "wasmtime": run(5.0)},
    }
    names = {"zhan": "Zhan", "wasmtime": "w & t", "wasmi": "wasmi"}
    engines = {n: engine(t) for n, t in names.items()} | {"node": engine("V8", False)}
    meta = {
        "commit": "abc",
        "dirty": False,
        "date": "today",
        "cpu": "a <processor>",
        "cores": 2,
        "quick": "quick",
        "load": 3.25,
        "engines": engines,
        "cases": cases,
    }
    marks = {"gemm": {"wasmi": "exit code 1: <odd>"}, "parse": {"wasmi": "does not apply"}}
    rounds = [{"canary": 1.0, "runs": rows}, {"canary": 1.01, "runs": rows}]
    return {"meta": meta, "rounds": rounds, "marks": marks, "gc": {"fib": ACCOUNT}}


class Balance(HTMLParser):
    """Notes whether every element that is opened is closed in its order."""

    VOID = {"meta", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


class TextTest(unittest.TestCase):
    def test_ratios_marks_and_means(self):
        text = report.text_report(measurement())
        self.assertRegex(text, r"fib +1000 +0\.25 +4\.00")
        self.assertRegex(text, r"gemm +2000 +0\.25 +fails")
        self.assertRegex(text, r"geomean +0\.25 +4\.00 \(1\)")
        self.assertIn("gemm on wasmi: exit code 1", text)
        self.assertIn("absent: node: still being fetched", text)
        self.assertIn("load average 3.2", text)

    def test_megabytes_a_second(self):
        self.assertRegex(report.text_report(measurement()), r"MB/s +10\.0 +1\.0 +-")

    def test_the_collector(self):
        self.assertRegex(report.text_report(measurement()), r"fib +25 % +3 +1 +2\.00 +2\.00")

    def test_the_small_measures(self):
        data = measurement()
        data["micro"] = {"zhan": dict.fromkeys(extras.MICRO, 1.5), "node": {"instantiate": 9.0}}
        text = report.text_report(data)
        self.assertRegex(text, r"call from the host, no values +1\.5 +-")
        self.assertRegex(text, r"instantiate .*1\.5 +9\.0")

    def test_a_run_that_was_cut_short_says_so(self):
        data = measurement()
        self.assertNotIn("was up", report.text_report(data).splitlines()[2])
        data["short_of_time"] = True
        self.assertIn("was up", report.text_report(data).splitlines()[2])

    def test_short_words_for_marks(self):
        for mark, word in (
            ("absent: still being fetched", "fetching"),
            ("absent", "absent"),
            ("stopped after 3 s", "hangs"),
            ("wrong output", "WRONG"),
            ("no time was left", "no time"),
            ("does not apply", "-"),
        ):
            self.assertEqual(report.short(mark), word)

    def test_verdicts_need_more_than_scatter(self):
        self.assertEqual(report.verdict([1.0, 1.0, 1.1], [1.1, 1.2]), "slower")
        self.assertEqual(report.verdict([1.1, 1.2], [1.0, 1.0, 1.1]), "faster")
        self.assertEqual(report.verdict([1.0, 1.5, 1.6], [1.3, 1.4]), "")
        self.assertEqual(report.verdict([1.0, 1.0], [1.01, 1.0]), "")

    def test_means_that_moved(self):
        same = report.compare_means(measurement(), measurement())
        self.assertEqual(same[1], 0)
        text, moved = report.compare_means(measurement(), measurement(fast=0.26, slow=4.4))
        self.assertEqual(moved, 1)
        self.assertIn("most: 10.0% (kernels, wasmi)", text)


class PageTest(unittest.TestCase):
    def test_the_page_is_whole_and_alone(self):
        text = page.html_report(measurement())
        balance = Balance()
        balance.feed(text)
        self.assertEqual((balance.open, balance.wrong), ([], []))
        self.assertNotRegex(text, r'(?:src|href|url)[=(]"?http')
        for word in ("prefers-color-scheme:dark", "width=device-width", "git checkout abc"):
            self.assertIn(word, text)
        self.assertIn("a &lt;processor&gt;", text)
        self.assertNotIn("<odd>", text)

    def test_bars_lie_on_the_side_of_who_is_faster(self):
        rows = page.chart_rows(measurement(), "kernels")
        self.assertEqual([r[0] for r in rows], ["wasmtime", "wasmi"])
        self.assertEqual([r[2] for r in rows], ["", " 1/2"])
        svg = page.chart(rows)
        line = float(re.search(r'class="axis" x1="([\d.]+)"', svg)[1])
        bars = re.findall(r'<rect x="([\d.]+)" y="\d+" width="([\d.]+)".*?class="(\w+)"', svg)
        (x1, w1, kind1), (x2, w2, kind2) = bars
        self.assertEqual((kind1, kind2), ("fast", "slow"))
        self.assertAlmostEqual(float(x1) + float(w1), line, delta=0.2)
        self.assertAlmostEqual(float(x2), line, delta=0.2)
        self.assertAlmostEqual(float(w1), float(w2), delta=0.2)

    def test_extreme_ratios_stay_within_the_picture(self):
        for value in (0.0001, 0.99, 1.0, 1.01, 30000.0):
            svg = page.chart([("x", (value, value, value), "")])
            for x, width in re.findall(r'<rect x="([\d.]+)" y="\d+" width="([\d.]+)"', svg):
                self.assertGreaterEqual(float(x), page.LEFT - 0.1)
                self.assertLessEqual(float(x) + float(width), page.RIGHT + 1.6)

    def test_the_picture_and_the_table(self):
        data = measurement()
        root = ElementTree.fromstring(publish.picture(data))
        text = "".join(root.itertext())
        for word in ("abc", "0.25×", "4.00× 1/2", "load average 3.2", "Kernels"):
            self.assertIn(word, text)
        self.assertIn("| Kernels | 4.00× 1/2 | 0.25× |", publish.markdown(data))

    def test_objects_are_told_case_by_case(self):
        data = measurement()
        self.assertNotIn("case by case", publish.markdown(data))
        data["meta"]["cases"]["fib"]["class"] = "gc"
        data["meta"]["cases"]["gemm"]["class"] = "gc"
        text = publish.markdown(data)
        self.assertIn("| case | zhan, ms | wasmi | wasmtime |", text)
        self.assertIn("| fib | 1000 | 4.00× | 0.25× |", text)
        self.assertIn("| gemm | 2000 | fails | 0.25× |", text)

    def test_an_empty_measurement_has_a_page(self):
        data = measurement() | {"rounds": [], "marks": {}, "gc": {}}
        self.assertIn("</html>", page.html_report(data))
        self.assertEqual(report.cell(data, "fib", "wasmi"), "zhan has no time")
        ElementTree.fromstring(publish.picture(data))


if __name__ == "__main__":
    unittest.main()
