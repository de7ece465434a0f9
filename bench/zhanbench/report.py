# SPDX-License-Identifier: Apache-2.0
"""What a measurement says: the table on a terminal, and the difference of two of them."""

import statistics

from zhanbench import stats
from zhanbench.extras import MICRO
from zhanbench.measure import inside, times

TITLES = {
    "start-up": "Start-up (elapsed, process to exit)",
    "kernels": "Kernels (processor time)",
    "coremark": "CoreMark (processor time)",
    "real": "Real programs (processor time)",
    "simd": "SIMD kernels (processor time)",
    "memory64": "64-bit memories (processor time)",
    "gc": "Collected objects (processor time)",
    "exceptions": "Exceptions (processor time)",
    "threads": "Threads (elapsed)",
    "compile": "Bytes to a module ready to run (processor time)",
    "large": "Large modules: validation (processor time)",
}
# What was measured in these classes is a speed of reading, so megabytes a second are told too.
READING = ("compile", "large")


def class_cases(data, group):
    return [n for n, c in data["meta"]["cases"].items() if c["class"] == group]


def groups(data):
    return [g for g in TITLES if class_cases(data, g)]


def others(data):
    return [e for e in data["meta"]["engines"] if e != "zhan"]


def cell(data, case, engine):
    """(ratio, low, high) against zhan, or the text of the mark."""
    theirs, ours = times(data, case, engine), times(data, case, "zhan")
    if theirs and ours:
        return stats.ratio(theirs, ours)
    return data["marks"].get(case, {}).get(engine, "no time" if ours else "zhan has no time")


def class_geomean(data, group, engine):
    """((ratio, low, high) or None, cases with both times, cases)."""
    names = class_cases(data, group)
    pairs = [(times(data, n, engine), times(data, n, "zhan")) for n in names]
    pairs = [(a, b) for a, b in pairs if a and b]
    return stats.geomean_ratio(pairs), len(pairs), len(names)


def milliseconds(seconds):
    ms = seconds * 1000
    return f"{ms:.2f}" if ms < 10 else f"{ms:.1f}" if ms < 100 else f"{ms:.0f}"


def short(mark):
    """A mark for a narrow column."""
    for begin, word in (
        ("absent: still", "fetching"),
        ("absent", "absent"),
        ("does not apply", "-"),
        ("stopped", "hangs"),
        ("wrong", "WRONG"),
        ("no module", "no file"),
        ("no time was left", "no time"),
        ("exit", "fails"),
    ):
        if mark.startswith(begin):
            return word
    return "-"


def speed(data, case, engine):
    """Megabytes of module a second, or None."""
    measured = times(data, case, engine)
    return data["meta"]["cases"][case]["bytes"] / 1e6 / min(measured) if measured else None


def load(data):
    """How busy the machine was when the run began, where that is known."""
    average = data["meta"].get("load")
    return "" if average is None else f", load average {average:.1f}"


def summary_lines(data):
    rounds = data["rounds"]
    good = stats.good_rounds([r["canary"] for r in rounds])
    meta = data["meta"]
    dirty = " with changes" if meta["dirty"] else ""
    lines = [
        f"commit {meta['commit']}{dirty}, {meta['date']}, {meta['cpu']}, {meta['cores']} cores",
        f"{len(rounds)} rounds, in {len(rounds) - len(good)} the canary was more than 5 % off"
        f"{load(data)}",
    ]
    if data.get("short_of_time"):
        lines.append("the time for this run was up before every cell had been measured often enough")
    return lines


def shown_engines(data):
    return [e for e in others(data) if data["meta"]["engines"][e]["present"]]


def class_table(data, group, engines):
    lines = [
        "",
        TITLES[group],
        f"{'case':<20}{'zhan ms':>10}" + "".join(f"{e[:13]:>15}" for e in engines),
    ]
    for case in class_cases(data, group):
        ours = times(data, case, "zhan")
        mark = short(data["marks"].get(case, {}).get("zhan", ""))
        row = f"{case:<20}{milliseconds(min(ours)) if ours else mark:>10}"
        for engine in engines:
            value = cell(data, case, engine)
            row += f"{short(value) if isinstance(value, str) else f'{value[0]:.2f}':>15}"
        lines.append(row)
        lines += below_case(data, group, case, engines)
    row = f"{'geomean':<30}"
    for engine in engines:
        mean, used, total = class_geomean(data, group, engine)
        text = "-" if mean is None else f"{mean[0]:.2f}" + ("" if used == total else f" ({used})")
        row += f"{text:>15}"
    return [*lines, row]


def below_case(data, group, case, engines):
    """A second line for a case: MB/s, or what the program reported itself."""
    if group in READING:
        values, what, form = [speed(data, case, e) for e in ("zhan", *engines)], "MB/s", ".1f"
    elif data["meta"]["cases"][case].get("reports"):
        values = [inside(data, case, e) for e in ("zhan", *engines)]
        what, form = "its own figure", ".0f"
    else:
        return []
    texts = ["-" if v is None else format(v, form) for v in values]
    return [f"{'  ' + what:<20}{texts[0]:>10}" + "".join(f"{t:>15}" for t in texts[1:])]


def collector_rows(data):
    """(case, share of the run, minor, major, p50, p99, longest in ms, MB allocated, MB at most)"""
    for case, a in data.get("gc", {}).items():
        yield (
            case,
            f"{100 * a['pause_total'] / a['wall']:.0f} %",
            str(a["minor"]),
            str(a["major"]),
            *(f"{a[k] / 1e6:.2f}" for k in ("pause_p50", "pause_p99", "pause_longest")),
            *(f"{a[k] / 1e6:.0f}" for k in ("allocated", "peak")),
        )


COLLECTOR = "case,share,minor,major,p50 ms,p99 ms,longest,MB given,MB peak".split(",")


def micro_rows(data):
    """The columns and the rows of the small measures, in nanoseconds."""
    engines = list(data.get("micro", {}))
    rows = [
        [text, *(f"{data['micro'][e][key]:.1f}" if key in data["micro"][e] else "-" for e in engines)]
        for key, text in MICRO.items()
    ]
    return ["measure", *engines], rows if engines else []


def plain_table(title, head, rows, first, width):
    rows = list(rows)
    lines = [f"{r[0]:<{first}}" + "".join(f"{t:>{width}}" for t in r[1:]) for r in [head, *rows]]
    return ["", title, *lines] if rows else []


def text_report(data):
    """One table a class: zhan in milliseconds, the others as multiples of zhan's time."""
    engines = shown_engines(data)
    lines = [
        *summary_lines(data),
        "best of the rounds; x: how many times as long as zhan (above 1 zhan is faster)",
    ]
    for group in groups(data):
        lines += class_table(data, group, engines)
    lines += plain_table("What Zhan's collector did", COLLECTOR, collector_rows(data), 20, 10)
    lines += plain_table("Small things (nanoseconds)", *micro_rows(data), 42, 14)
    absent = [e for e in others(data) if not data["meta"]["engines"][e]["present"]]
    if absent:
        reasons = (data["meta"]["engines"][e].get("absent", "absent") for e in absent)
        named = (e + r.removeprefix("absent") for e, r in zip(absent, reasons))
        lines += ["", "absent: " + ", ".join(named)]
    complaints = [
        f"{case} on {engine}: {text}"
        for case, marks in data["marks"].items()
        for engine, text in marks.items()
        if text.startswith(("exit", "wrong", "stopped"))
    ]
    return "\n".join(lines + ([""] + complaints if complaints else []))


def verdict(before, after):
    """Two best times differ when 2 % lie between them and the worse one's best time is beyond what
    the other one usually takes."""
    if min(after) > max(1.02 * min(before), statistics.median(before)):
        return "slower"
    if min(before) > max(1.02 * min(after), statistics.median(after)):
        return "faster"
    return ""


def compare_report(old, new):
    """Our own times in two files: (text, cases slower beyond the interval)."""
    lines = [
        *(
            f"{word} {data['meta']['commit']}{load(data)}"
            for word, data in (("old", old), ("new", new))
        ),
        f"{'case':<22}{'old ms':>10}{'new ms':>10}{'new/old':>10}  95 % interval",
    ]
    slower = 0
    for group in groups(new):
        pairs = []
        for case in class_cases(new, group):
            if case not in old["meta"]["cases"]:
                continue
            before, after = times(old, case, "zhan"), times(new, case, "zhan")
            if not before or not after:
                continue
            pairs.append((after, before))
            value, low, high = stats.ratio(after, before)
            word = verdict(before, after)
            slower += word == "slower"
            lines.append(
                f"{case:<22}{milliseconds(min(before)):>10}"
                f"{milliseconds(min(after)):>10}{value:>10.3f}"
                f"  {low:.3f}-{high:.3f}  {word}".rstrip()
            )
        mean = stats.geomean_ratio(pairs)
        if mean:
            lines.append(
                f"{'geomean of ' + group:<42}{mean[0]:>10.3f}  {mean[1]:.3f}-{mean[2]:.3f}"
            )
    return "\n".join(lines), slower


def compare_means(old, new, limit=0.05):
    """The geomeans of two runs side by side: (text, how many moved by more than the limit)."""
    engines = [e for e in shown_engines(new) if e in old["meta"]["engines"]]
    lines = [f"{'geomean, new/old':<22}" + "".join(f"{e[:13]:>15}" for e in engines)]
    changes = {}
    for group in groups(new):
        row = f"{group:<22}"
        for engine in engines:
            before, after = class_geomean(old, group, engine), class_geomean(new, group, engine)
            if before[0] and after[0] and before[1] == after[1]:
                change = changes[group, engine] = after[0][0] / before[0][0]
                row += f"{change:>15.3f}"
            else:
                row += f"{'-':>15}"
        lines.append(row)
    moved = [k for k, c in changes.items() if max(c, 1 / c) > 1 + limit]
    if changes:
        group, engine = max(changes, key=lambda k: max(changes[k], 1 / changes[k]))
        most = max(changes[group, engine], 1 / changes[group, engine]) - 1
        lines.append(f"most: {most:.1%} ({group}, {engine}); over {limit:.0%}: {len(moved)}")
    return "\n".join(lines), len(moved)
