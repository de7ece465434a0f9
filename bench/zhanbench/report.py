# SPDX-License-Identifier: Apache-2.0
"""What a measurement says: the table on a terminal, the page, and the picture of the README."""

import html
import statistics

from zhanbench import stats
from zhanbench.measure import peak, times

ORDER = ["start-up", "kernels", "coremark", "real", "simd", "memory64", "large"]
TITLES = {
    "start-up": "Start-up (elapsed, process to exit)",
    "kernels": "Kernels (processor time)",
    "coremark": "CoreMark (processor time)",
    "real": "Real programs (processor time)",
    "simd": "SIMD kernels (processor time)",
    "memory64": "64-bit memories (processor time)",
    "large": "Large modules: validation (processor time)",
}


def class_cases(data, group):
    return [n for n, c in data["meta"]["cases"].items() if c["class"] == group]


def groups(data):
    return [g for g in ORDER if class_cases(data, g)]


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
        ("absent", "absent"),
        ("does not apply", "-"),
        ("stopped", "hangs"),
        ("wrong", "WRONG"),
        ("no module", "no file"),
        ("exit", "fails"),
    ):
        if mark.startswith(begin):
            return word
    return "-"


def summary_lines(data):
    rounds = data["rounds"]
    good = stats.good_rounds([r["canary"] for r in rounds])
    meta = data["meta"]
    dirty = " with changes" if meta["dirty"] else ""
    return [
        f"commit {meta['commit']}{dirty}, {meta['date']}, {meta['cpu']}, {meta['cores']} cores",
        f"{len(rounds)} rounds, {len(rounds) - len(good)} dropped because the canary was more "
        f"than 5 % off",
    ]


def text_report(data):
    """One table a class: zhan in milliseconds, the others as multiples of zhan's time."""
    lines = [
        *summary_lines(data),
        "x: how many times as long as zhan (above 1 zhan is faster, below 1 slower)",
    ]
    engines = [e for e in others(data) if data["meta"]["engines"][e]["present"]]
    for group in groups(data):
        lines += [
            "",
            TITLES[group],
            f"{'case':<20}{'zhan ms':>10}" + "".join(f"{e[:13]:>15}" for e in engines),
        ]
        for case in class_cases(data, group):
            ours = times(data, case, "zhan")
            row = f"{case:<20}" + (
                f"{milliseconds(statistics.median(ours)):>10}"
                if ours
                else f"{short(data['marks'].get(case, {}).get('zhan', '')):>10}"
            )
            for engine in engines:
                value = cell(data, case, engine)
                row += f"{short(value) if isinstance(value, str) else f'{value[0]:.2f}':>15}"
            lines.append(row)
        row = f"{'geomean':<30}"
        for engine in engines:
            mean, used, total = class_geomean(data, group, engine)
            text = (
                "-" if mean is None else f"{mean[0]:.2f}" + ("" if used == total else f" ({used})")
            )
            row += f"{text:>15}"
        lines.append(row)
    absent = [e for e in others(data) if not data["meta"]["engines"][e]["present"]]
    if absent:
        lines += ["", "absent: " + ", ".join(absent)]
    complaints = [
        f"{case} on {engine}: {text}"
        for case, marks in data["marks"].items()
        for engine, text in marks.items()
        if text.startswith(("exit", "wrong", "stopped"))
    ]
    return "\n".join(lines + ([""] + complaints if complaints else []))


STYLE = """
:root{--bg:#fff;--fg:#1a1c20;--dim:#5b6270;--line:#d9dde4;--us:#0b66c3;--them:#8d97a8;--bad:#b42318}
@media (prefers-color-scheme:dark){:root{--bg:#14161a;--fg:#e6e8ec;--dim:#9aa3b2;--line:#30353f;
--us:#5aa9f5;--them:#667084;--bad:#ff8a7a}}
*{box-sizing:border-box}body{margin:0 auto;max-width:70rem;padding:1rem;background:var(--bg);
color:var(--fg);font:16px/1.5 system-ui,sans-serif}h1{margin:.3rem 0;font-size:1.6rem}
h2{margin:2rem 0 .3rem;font-size:1.2rem}.dim{color:var(--dim)}svg{width:100%;height:auto;
max-width:46rem;display:block}svg text{fill:var(--fg);font:13px system-ui,sans-serif}
.us{fill:var(--us)}.them{fill:var(--them)}.axis{stroke:var(--dim);stroke-dasharray:3 3}
.ci{stroke:var(--fg)}.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;
white-space:nowrap}th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:right}
th:first-child,td:first-child{text-align:left;position:sticky;left:0;background:var(--bg)}
.loss{color:var(--bad)}.mark{color:var(--dim);font-style:italic}small{color:var(--dim)}
code,pre{font-size:.85rem;overflow-x:auto}pre{padding:.6rem;border:1px solid var(--line)}
"""


def bars(rows, width=640, label=190):
    """Horizontal bars of [(name, (value, low, high), is_us)]; the dashed line is zhan."""
    top = max([r[1][2] for r in rows] + [1.0])
    scale = (width - label - 70) / top
    height = 24 * len(rows) + 8
    out = [f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="times relative to zhan">']
    for index, (name, (value, low, high), us) in enumerate(rows):
        y = 6 + 24 * index
        out.append(
            f'<text x="{label - 8}" y="{y + 13}" text-anchor="end">{html.escape(name)}</text>'
            f'<rect x="{label}" y="{y}" width="{max(value * scale, 1):.1f}" height="17" rx="2" '
            f'class="{"us" if us else "them"}"/>'
        )
        if high > low:
            out.append(
                f'<line class="ci" x1="{label + low * scale:.1f}" '
                f'x2="{label + high * scale:.1f}" y1="{y + 8.5}" y2="{y + 8.5}"/>'
            )
        end = label + max(value, high) * scale + 6
        out.append(f'<text x="{end:.1f}" y="{y + 13}">{value:.2f}×</text>')
    line = label + scale
    out.append(f'<line class="axis" x1="{line:.1f}" x2="{line:.1f}" y1="0" y2="{height}"/></svg>')
    return "".join(out)


def class_rows(data, group):
    rows = [("Zhan", (1.0, 1.0, 1.0), True)]
    for engine in others(data):
        mean, used, total = class_geomean(data, group, engine)
        if mean:
            name = data["meta"]["engines"][engine]["title"]
            rows.append((name + ("" if used == total else f" ({used}/{total})"), mean, False))
    return sorted(rows, key=lambda r: r[1][0])


def html_cell(data, case, engine):
    value = cell(data, case, engine)
    if isinstance(value, str):
        return f'<td class="mark" title="{html.escape(value)}">{short(value)}</td>'
    mine = times(data, case, engine)
    memory = peak(data, case, engine)
    loss = ' class="loss"' if value[2] < 1 else ""
    return (
        f"<td{loss}>{value[0]:.2f}× <small>{value[1]:.2f}–{value[2]:.2f}<br>"
        f"{milliseconds(statistics.median(mine))} ms, min {milliseconds(min(mine))}, "
        f"{memory / 1024:.1f} MB</small></td>"
    )


def our_cell(data, case):
    ours = times(data, case, "zhan")
    if not ours:
        mark = data["marks"].get(case, {}).get("zhan", "no time")
        return f'<td class="mark" title="{html.escape(mark)}">{short(mark)}</td>'
    size = data["meta"]["cases"][case]["bytes"]
    speed = ""
    if data["meta"]["cases"][case]["class"] == "large":
        speed = f"<br>{size / 1e6 / statistics.median(ours):.0f} MB/s"
    return (
        f"<td>{milliseconds(statistics.median(ours))} ms <small>min {milliseconds(min(ours))}"
        f"<br>{peak(data, case, 'zhan') / 1024:.1f} MB{speed}</small></td>"
    )


def class_section(data, group):
    engines = [e for e in others(data) if data["meta"]["engines"][e]["present"]]
    head = "".join(f"<th>{html.escape(e)}</th>" for e in engines)
    body = "".join(
        f"<tr><td>{html.escape(case)}</td>{our_cell(data, case)}"
        + "".join(html_cell(data, case, e) for e in engines)
        + "</tr>"
        for case in class_cases(data, group)
    )
    return (
        f"<h2>{TITLES[group]}</h2>{bars(class_rows(data, group))}"
        f"<div class=wide><table><tr><th>case</th><th>zhan</th>{head}</tr>{body}</table></div>"
    )


def engine_table(data):
    rows = "".join(
        f"<tr><td>{html.escape(n)}</td><td>{html.escape(e['title'])}</td>"
        f"<td>{html.escape(e['version'] or ('absent' if not e['present'] else ''))}</td>"
        f"<td style='text-align:left'><code>{html.escape(e['command'])}</code></td></tr>"
        for n, e in data["meta"]["engines"].items()
    )
    return (
        "<h2>Engines</h2><div class=wide><table><tr><th>name</th><th>engine</th><th>version</th>"
        f"<th>command (first case)</th></tr>{rows}</table></div>"
    )


def html_report(data):
    """One file without anything outside it."""
    lines = "<br>".join(map(html.escape, summary_lines(data)))
    sections = "".join(class_section(data, g) for g in groups(data))
    again = "make bench-quick" if data["meta"]["quick"] else "make bench"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Zhan: speed beside its peers</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>
<body><h1>Zhan beside its peers</h1><p class="dim">{lines}</p>
<p>Bars: geometric mean of a class, time relative to Zhan. Longer is slower; the dashed line is Zhan,
so a bar that ends before it is an engine that is faster. The thin line in a bar is the 95 % interval.
In the tables each figure is a multiple of Zhan's median time with its interval; <span class="loss">red
</span> where Zhan is slower beyond the interval. “(8/10)” counts the cases that the engine could run.</p>
{sections}{engine_table(data)}
<h2>How to repeat it</h2><pre>git checkout {html.escape(data['meta']['commit'])}
{again}</pre><p class="dim">Engines take turns case by case and round by round. Processor time is
that of the whole process on one processor, start, compilation and reading included; elapsed time has no
pinning. Every output is compared with a recorded one.</p></body></html>
"""


def svg_text(x, y, text, *attributes):
    extra = "".join(f" {a}" for a in attributes)
    return f'<text x="{x}" y="{y}"{extra}>{html.escape(text)}</text>'


def readme_row(data, group, names, y):
    """One class: its name and the geomean of each engine, coloured by who is faster."""
    row = svg_text(12, y, TITLES[group].split(" (")[0])
    for column, engine in enumerate(names):
        mean = class_geomean(data, group, engine)[0]
        text = "–" if mean is None else f"{mean[0]:.2f}×"
        colour = "#b42318" if mean and mean[0] < 1 else "#0b66c3"
        row += svg_text(230 + 90 * column, y, text, 'text-anchor="end"', f'fill="{colour}"')
    return row


def readme_svg(data):
    """A small picture for the README: the geomeans of the main classes."""
    meta = data["meta"]
    present = {n for n, e in meta["engines"].items() if e["present"]}
    names = [e for e in ("wasm3", "wasmi", "wazero", "wasmtime", "node") if e in present]
    shown = [g for g in ("start-up", "kernels", "coremark", "real", "large") if g in groups(data)]
    width, height = 160 + 90 * len(names), 84 + 24 * len(shown)
    bold = 'font-weight="600"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="system-ui,sans-serif" font-size="14">',
        '<rect width="100%" height="100%" rx="6" fill="#fff" stroke="#d9dde4"/><g fill="#1a1c20">',
        svg_text(12, 20, "Time relative to Zhan (above 1 Zhan is faster)", bold),
        *(svg_text(230 + 90 * i, 42, e, 'text-anchor="end"', bold) for i, e in enumerate(names)),
        *(readme_row(data, g, names, 68 + 24 * i) for i, g in enumerate(shown)),
        svg_text(
            12,
            height - 10,
            f"commit {meta['commit']}, {meta['date']}, {meta['cpu']}",
            'font-size="11"',
            'fill="#5b6270"',
        ),
        "</g></svg>\n",
    ]
    return "".join(parts)


def compare_report(old, new):
    """Our own times in two files: (text, cases slower beyond the interval)."""
    lines = [
        f"old {old['meta']['commit']}  new {new['meta']['commit']}",
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
            slower += low > 1.02
            word = "  slower" if low > 1.02 else "  faster" if high < 0.98 else ""
            lines.append(
                f"{case:<22}{milliseconds(statistics.median(before)):>10}"
                f"{milliseconds(statistics.median(after)):>10}{value:>10.3f}"
                f"  {low:.3f}-{high:.3f}{word}"
            )
        mean = stats.geomean_ratio(pairs)
        if mean:
            lines.append(
                f"{'geomean of ' + group:<42}{mean[0]:>10.3f}  {mean[1]:.3f}-{mean[2]:.3f}"
            )
    return "\n".join(lines), slower
