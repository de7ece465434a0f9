# SPDX-License-Identifier: Apache-2.0
"""Rounds of runs: every case on every engine, engines in turn, saved after each case."""

import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from zhanbench import cases as case_table
from zhanbench import stats

SHOWN = 2000
REPEATS, SHORT, ENOUGH = 25, 0.1, 0.6  # runs in a row of what is shorter than this; seconds
SETTLED = 1.02  # the second best time over the best one
FEW = 3  # with fewer good times than this, those of disturbed rounds count too
GRACE = 5.0  # seconds beyond the budget for the run that is under way
LONG = ((8.0, 1), (2.0, 3))  # runs of so many seconds scatter little: rounds of peers then


class Interrupts:
    """Ctrl-C as an exception, and remembered: one that is raised in a finalizer would be lost."""

    def __init__(self):
        self.seen = False

    def install(self):
        signal.signal(signal.SIGINT, self.handle)

    def handle(self, _number, _frame):
        self.seen = True
        raise KeyboardInterrupt

    def check(self):
        if self.seen:
            raise KeyboardInterrupt


class WrongOutput(Exception):
    """Zhan printed something else than what is recorded."""


class Spawner:
    """Starts processes through bench/programs/spawn.c."""

    def __init__(self, tool, timeout):
        self.tool = str(tool)
        self.timeout = timeout
        self.pinned = max(os.sched_getaffinity(0))

    def run(self, words, folder, pin, stdin=None, seconds=None):
        """What the process used, and its output: (usage, stdout, stderr)."""
        out, err = folder / ".out", folder / ".err"
        cpu = self.pinned if pin else -1
        command = [
            self.tool,
            str(self.timeout if seconds is None else seconds),
            str(cpu),
            str(stdin or os.devnull),
            str(out),
            str(err),
            *map(str, words),
        ]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        return json.loads(done.stdout), out.read_bytes(), err.read_bytes()


def save(path, data):
    """Whole or not at all: an interruption or a full disk leaves the file before."""
    if path is None:
        return
    temporary = path.with_name(path.name + ".new")
    try:
        with open(temporary, "w", encoding="utf-8") as out:
            json.dump(data, out, indent=1)
            out.write("\n")
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        print(f"zhan-bench: cannot write {path}: {error}", file=sys.stderr)


def git(*words):
    done = subprocess.run(
        ["git", *words], cwd=case_table.ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def processor():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return os.uname().machine


def describe(engines, cases, quick):
    """What a report says about the run, and what must be equal for a run to be resumed."""
    folder = pathlib.Path("FOLDER")
    sample = next((c for c in cases if not c.validate), cases[0])
    commands = {e.name: " ".join(map(str, e.command(sample, folder) or [])) for e in engines}
    home = str(pathlib.Path.home())
    root = str(case_table.ROOT)
    shown = {n: c.replace(root, ".").replace(home, "~") for n, c in commands.items()}
    return {
        "commit": git("rev-parse", "--short=10", "HEAD"),
        "dirty": bool(git("status", "--porcelain", "--", "src", "tools/zhan", "include")),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "system": " ".join(os.uname()[::2][:2]),
        "quick": quick,
        "engines": {
            e.name: {
                "title": e.title,
                "version": e.version_text(),
                "command": shown[e.name],
                "present": e.present(),
                "package": e.package,
                "absent": "" if e.present() else e.absent,
            }
            for e in engines
        },
        "cases": {
            c.name: {
                "class": c.group,
                "clock": c.clock,
                "args": c.args[:6],
                "reports": bool(c.inside),
                "bytes": c.module.stat().st_size if c.module.exists() else 0,
            }
            for c in cases
        },
    }


def readable(old, new):
    return same_run(old.get("meta", {}), new) and not old.get("complete")


def same_run(old, new):
    """A saved run may be continued when program, cases and engines are the same."""
    keys = ("commit", "dirty", "cpu", "quick", "cases")
    return all(old.get(k) == new[k] for k in keys) and {
        n: e["version"] for n, e in old.get("engines", {}).items()
    } == {n: e["version"] for n, e in new["engines"].items()}


class Measurement:
    """`data` is what is saved: meta, rounds of runs, and marks for cells that have no times.

    After the wanted rounds, further ones measure only the cells whose two best times are not close
    to each other: other work on the machine makes runs slower, never faster. `deadline` (of
    time.monotonic) ends a run early; what it has then is complete but for fewer rounds.
    """

    def __init__(self, engines, cases, spawner, rounds, path, meta, progress, deadline=None):
        self.engines, self.cases, self.spawner = engines, cases, spawner
        self.wanted, self.path, self.progress = rounds, path, progress
        self.deadline = deadline
        self.data = self.resumed(meta) or {"meta": meta, "rounds": [], "marks": {}}
        self.interrupts = Interrupts()
        self.right = {}  # the output of the first engine that was right
        self.started = time.monotonic()
        self.finished_here = 0

    def resumed(self, meta):
        try:
            old = json.loads(self.path.read_text(encoding="utf-8")) if self.path else None
        except (OSError, ValueError):
            return None
        if not isinstance(old, dict) or not readable(old, meta):
            return None
        print(f"continuing {self.path}", file=sys.stderr)
        return old

    def run(self):
        for case in self.cases:
            missing = case.missing()
            if missing:
                for engine in self.engines:
                    self.mark(case, engine, "no module (tools/guests/fetch)")
        number = 0
        while not self.enough(number) and not self.late():
            self.round(number)
            number += 1
        if self.late():
            self.data["short_of_time"] = True
            self.mark_unmeasured()
        self.data["complete"] = True
        save(self.path, self.data)

    def enough(self, number):
        if self.needed(number) and number < 2 * self.wanted:
            return False
        return number >= 2 * self.wanted or not any(
            self.wants(c, e, number) for c in self.cases for e in self.engines
        )

    def late(self):
        return self.deadline is not None and time.monotonic() > self.deadline

    def limit(self):
        """Seconds for one run: at the end of the budget fewer than it may take otherwise."""
        if self.deadline is None:
            return self.spawner.timeout
        return max(min(self.spawner.timeout, self.deadline - time.monotonic() + GRACE), 1.0)

    def mark_unmeasured(self):
        for case in self.cases:
            for engine in self.engines:
                if engine.name not in self.data["marks"].get(case.name, {}):
                    if not self.has_runs(case, engine):
                        self.mark(case, engine, "no time was left")

    def good(self):
        return stats.good_rounds([r["canary"] for r in self.data["rounds"]])

    def wants(self, case, engine, number):
        """Whether this round measures the cell."""
        if engine.name in self.data["marks"].get(case.name, {}):
            return False
        rounds = self.data["rounds"]
        runs = [rounds[i]["runs"].get(case.name, {}).get(engine.name) for i in self.good()]
        walls = [run["wall"] for run in runs if run]
        if case.rounds and len(walls) >= case.rounds:
            return False
        for seconds, most in LONG:
            if engine.name != "zhan" and len(walls) >= most and min(walls) > seconds:
                return False
        return self.needed(number) or not settled([run[case.clock] for run in runs if run])

    def needed(self, number):
        """Whether fewer rounds than wanted were undisturbed before this one."""
        return sum(i < number for i in self.good()) < self.wanted

    def round(self, number):
        rounds = self.data["rounds"]
        if number == len(rounds):
            rounds.append({"canary": self.canary(), "runs": {}})
        for index, case in enumerate(self.cases):
            if case.name in rounds[number]["runs"] or self.late():
                continue
            turn = (number + index) % len(self.engines)
            row = {}
            for engine in self.engines[turn:] + self.engines[:turn]:
                self.interrupts.check()
                wanted = self.wants(case, engine, number) and not self.late()
                run = self.measure(case, engine) if wanted else None
                if run:
                    row[engine.name] = run
            rounds[number]["runs"][case.name] = row
            self.finished_here += 1
            save(self.path, self.data)
            self.tell(number, case)

    def tell(self, number, case):
        done = sum(len(r["runs"]) for r in self.data["rounds"])
        total = len(self.cases) * max(self.wanted, len(self.data["rounds"]))
        spent = time.monotonic() - self.started
        left = spent / self.finished_here * (total - done)
        if self.deadline is not None:
            left = min(left, self.deadline - time.monotonic())
        self.progress(done, total, left, f"round {number + 1}, {case.name}")

    def canary(self):
        """The best of five short native runs: how fast the machine is just now."""
        program = case_table.guests_folder() / "bench" / "sieve-native"
        if not program.exists():
            return 1.0
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            return min(self.spawner.run([program, "60"], folder, True)[0]["cpu"] for _ in range(5))

    def mark(self, case, engine, text):
        self.data["marks"].setdefault(case.name, {})[engine.name] = text

    def measure(self, case, engine):
        if not engine.present():
            return self.mark(case, engine, engine.absent)
        with tempfile.TemporaryDirectory(prefix="zhan-bench-") as name:
            folder = pathlib.Path(name)
            for file in case.files or []:
                shutil.copy(file, folder)
            words = engine.command(case, folder)
            if words is None:
                return self.mark(case, engine, "does not apply")
            if engine.name == "wasmtime-warm" and not self.has_runs(case, engine):
                self.spawner.run(words, folder, False, case.stdin, self.limit())  # fills its cache
            usage, out, err = self.repeated(case, words, folder)
            files = {n: p.read_bytes() for n in case.outputs if (p := folder / n).is_file()}
        return self.judge(case, engine, usage, out, err, files)

    def repeated(self, case, words, folder):
        """Elapsed times of milliseconds scatter, so of several runs in a row the best counts."""
        pin = case.clock == "cpu"
        end = time.monotonic() + ENOUGH
        runs = [self.spawner.run(words, folder, pin, case.stdin, self.limit())]
        short = not pin and runs[0][0]["wall"] < SHORT
        while short and len(runs) < REPEATS and time.monotonic() < end:
            runs.append(self.spawner.run(words, folder, pin, case.stdin, self.limit()))
        return min(runs, key=lambda r: (r[0]["code"] == 0, r[0]["wall"]))

    def has_runs(self, case, engine):
        return any(engine.name in r["runs"].get(case.name, {}) for r in self.data["rounds"])

    def judge(self, case, engine, usage, out, err, files):
        if usage["late"] and self.late():
            return None  # the budget ended it, not its own slowness
        if usage["late"]:
            problem = f"stopped after {self.spawner.timeout:g} s"
        else:
            problem = case_table.check(case, usage["code"], out, err, files)
            if not problem:
                problem = self.disagreement(case, out)
        shown = case_table.result_of(case, out, err)[:SHOWN].decode(errors="replace")
        if problem and engine.name == "zhan" and problem.startswith("wrong"):
            raise WrongOutput(
                f"{case.name}: {problem}\n--- zhan printed\n{shown}\n"
                f"--- expected\n{self.wanted_output(case)}"
            )
        if problem:
            return self.mark(case, engine, problem)
        self.right.setdefault(case.name, shown)
        run = {k: usage[k] for k in ("wall", "cpu", "rss")}
        found = re.search(case.inside, out.decode(errors="replace")) if case.inside else None
        if found:
            run["inside"] = float(found[1])
        return run

    def wanted_output(self, case):
        """The text that is expected, or what another engine rightly printed, or the hash."""
        agreed = case.expect.get("agreed", b"")[:SHOWN].decode(errors="replace")
        known = case.expect.get("text") or agreed or self.right.get(case.name)
        return known or f"what has this hash: {case.expect}"

    def disagreement(self, case, out):
        """For outputs that vary but for some lines: all engines must agree on those."""
        if not case.expect.get("agree"):
            return ""
        result = case_table.result_of(case, out)
        agreed = case.expect.setdefault("agreed", result)
        return "" if result and result == agreed else "wrong output"


def settled(values):
    """Whether the best time was met twice."""
    best = sorted(values)[:2]
    return len(best) == 2 and best[1] <= best[0] * SETTLED


def times(data, case, engine):
    """The times of the good rounds by the clock of the case; of all rounds where fewer than three
    good ones have any, since the best of several is worth more than an undisturbed one."""
    clock = data["meta"]["cases"][case]["clock"]
    good = set(stats.good_rounds([r["canary"] for r in data["rounds"]]))
    runs = [
        (i, max(r["runs"][case][engine][clock], 1e-6))
        for i, r in enumerate(data["rounds"])
        if engine in r["runs"].get(case, {})
    ]
    chosen = [time for i, time in runs if i in good]
    return chosen if len(chosen) >= FEW else [time for _, time in runs]


def inside(data, case, engine):
    """The best figure that the program reported of itself, or None."""
    rounds = [r["runs"].get(case, {}).get(engine, {}) for r in data["rounds"]]
    return max((run["inside"] for run in rounds if "inside" in run), default=None)


def peak(data, case, engine):
    """The median peak memory in KiB, or None."""
    values = sorted(
        r["runs"][case][engine]["rss"] for r in data["rounds"] if engine in r["runs"].get(case, {})
    )
    return values[len(values) // 2] if values else None
