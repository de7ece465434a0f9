# SPDX-License-Identifier: Apache-2.0
"""The page of a measurement: one file, light and dark, on a desk and on a phone."""

import html
import math
import statistics

from zhanbench import report
from zhanbench.measure import inside, peak, times

STYLE = """
:root{--bg:#fff;--fg:#1a1c20;--dim:#5b6270;--line:#d9dde4;--slow:#5b8fc7;--fast:#d0673f;
--loss:#a93a12;--panel:#f6f7f9}
@media (prefers-color-scheme:dark){:root{--bg:#14161a;--fg:#e6e8ec;--dim:#9aa3b2;--line:#30353f;
--slow:#4b7fb8;--fast:#d9774f;--loss:#ff9e7a;--panel:#1b1e24}}
*{box-sizing:border-box}body{margin:0 auto;max-width:76rem;padding:1rem;background:var(--bg);
color:var(--fg);font:16px/1.5 system-ui,sans-serif}h1{margin:.3rem 0;font-size:1.6rem}
h2{margin:2.2rem 0 .5rem;font-size:1.2rem}h3{margin:0 0 .3rem;font-size:1rem}.dim{color:var(--dim)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(21rem,100%),1fr));gap:1rem}
.charts section{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:.8rem}
svg{width:100%;height:auto;max-width:30rem;display:block}svg text{fill:var(--fg);
font:13px system-ui,sans-serif}svg .tick{fill:var(--dim);font-size:11px}
.slow{fill:var(--slow)}.fast{fill:var(--fast)}.grid{stroke:var(--line)}.axis{stroke:var(--fg)}
.ci{stroke:var(--fg)}.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;
white-space:nowrap}th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:right;
vertical-align:top}th:first-child,td:first-child{text-align:left;position:sticky;left:0;
background:var(--bg)}.loss{color:var(--loss)}.mark{color:var(--dim);font-style:italic}
small{color:var(--dim);font-size:.78rem}.words td{text-align:left}
code,pre{font-size:.85rem;overflow-x:auto}pre{padding:.6rem;border:1px solid var(--line)}
"""
LEFT, RIGHT, ROW = 118, 316, 22  # where the bars begin and end, and the height of a row


def span(rows):
    """The powers of two around all values: the ends of a logarithmic axis."""
    values = [v for _, mean, _ in rows for v in mean] + [1.0]
    return math.floor(math.log2(min(values)) - 0.1), math.ceil(math.log2(max(values)) + 0.1)


def place(value, low, high):
    return LEFT + (math.log2(value) - low) / (high - low) * (RIGHT - LEFT)


def axis(low, high, height):
    """Lines at the powers of two, few enough to be read; the strong one is Zhan."""
    step = max(1, math.ceil((high - low) / 6))
    parts = []
    for power in range(low - low % step, high + 1, step):
        if power < low:
            continue
        x = place(2.0**power, low, high)
        name = "Zhan" if power == 0 else f"{2**power}×" if power > 0 else f"1/{2**-power}"
        parts.append(
            f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="18" y2="{height}"/>'
            f'<text class="tick" x="{x:.1f}" y="12" text-anchor="middle">{name}</text>'
        )
    x = place(1.0, low, high)
    parts.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="18" y2="{height}"/>')
    return "".join(parts)


def bar(name, mean, share, y, low, high):
    value, bottom, top = mean
    begin, end = sorted((place(1.0, low, high), place(value, low, high)))
    return (
        f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{html.escape(name)}</text>'
        f'<rect x="{begin:.1f}" y="{y + 1}" width="{max(end - begin, 1.5):.1f}" height="15" rx="2" '
        f'class="{"fast" if value < 1 else "slow"}"/>'
        f'<line class="ci" x1="{place(bottom, low, high):.1f}" x2="{place(top, low, high):.1f}" '
        f'y1="{y + 8.5}" y2="{y + 8.5}"/>'
        f'<text x="398" y="{y + 13}" text-anchor="end">{value:.2f}×'
        f'<tspan class="tick">{html.escape(share)}</tspan></text>'
    )


def chart(rows):
    """Bars from the line of Zhan: to the right slower than it, to the left faster."""
    low, high = span(rows)
    height = 24 + ROW * len(rows)
    bars = "".join(
        bar(name, mean, share, 22 + ROW * i, low, high)
        for i, (name, mean, share) in enumerate(rows)
    )
    label = "time relative to Zhan: " + ", ".join(f"{n} {m[0]:.2f}" for n, m, _ in rows)
    return (
        f'<svg viewBox="0 0 400 {height}" role="img" aria-label="{html.escape(label)}">'
        f"{axis(low, high, height)}{bars}</svg>"
    )


def chart_rows(data, group):
    rows = []
    for engine in report.others(data):
        mean, used, total = report.class_geomean(data, group, engine)
        if mean:
            rows.append((engine, mean, "" if used == total else f" {used}/{total}"))
    return sorted(rows, key=lambda r: r[1][0])


def charts(data):
    parts = []
    for group in report.groups(data):
        rows = chart_rows(data, group)
        if rows:
            title = html.escape(report.TITLES[group])
            parts.append(f"<section><h3>{title}</h3>{chart(rows)}</section>")
    return f'<div class="charts">{"".join(parts)}</div>'


def details(data, case, engine):
    """The small print of a cell: times, memory, and what else is known."""
    measured, memory = times(data, case, engine), peak(data, case, engine)
    lines = [
        f"{report.milliseconds(min(measured))} ms, median "
        f"{report.milliseconds(statistics.median(measured))}",
        f"{memory / 1024:.1f} MB",
    ]
    if data["meta"]["cases"][case]["class"] in report.READING:
        lines.append(f"{report.speed(data, case, engine):.1f} MB/s")
    figure = inside(data, case, engine)
    if figure is not None:
        lines.append(f"its own figure {figure:.0f}")
    return "<br>".join(lines)


def html_cell(data, case, engine):
    value = report.cell(data, case, engine)
    if isinstance(value, str):
        return f'<td class="mark" title="{html.escape(value)}">{report.short(value)}</td>'
    loss = ' class="loss"' if value[2] < 1 else ""
    return (
        f"<td><span{loss}>{value[0]:.2f}×</span> <small>{value[1]:.2f}–{value[2]:.2f}<br>"
        f"{details(data, case, engine)}</small></td>"
    )


def our_cell(data, case):
    if not times(data, case, "zhan"):
        mark = data["marks"].get(case, {}).get("zhan", "no time")
        return f'<td class="mark" title="{html.escape(mark)}">{report.short(mark)}</td>'
    return f"<td><small>{details(data, case, 'zhan')}</small></td>"


def table(head, rows, kind=""):
    first = "".join(f"<th>{html.escape(h)}</th>" for h in head)
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    return f'<div class="wide"><table class="{kind}"><tr>{first}</tr>{body}</table></div>'


def plain_rows(rows):
    return [[f"<td>{html.escape(str(text))}</td>" for text in row] for row in rows]


def class_section(data, group):
    engines = report.shown_engines(data)
    rows = [
        [f"<td>{html.escape(case)}</td>", our_cell(data, case)]
        + [html_cell(data, case, e) for e in engines]
        for case in report.class_cases(data, group)
    ]
    title = html.escape(report.TITLES[group])
    return f"<h2>{title}</h2>{table(['case', 'zhan', *engines], rows)}"


def other_sections(data):
    parts = []
    rows = plain_rows(report.collector_rows(data))
    if rows:
        parts.append(f"<h2>What Zhan's collector did</h2>{table(report.COLLECTOR, rows)}")
        parts.append(
            '<p class="dim">One run of each case: the share of its time spent in pauses, '
            "how many collections there were, how long they took, what was allocated.</p>"
        )
    head, rows = report.micro_rows(data)
    if rows:
        parts.append(f"<h2>Small things (nanoseconds)</h2>{table(head, plain_rows(rows))}")
        parts.append(
            '<p class="dim">Through the interface that each engine has: C++ for Zhan, JavaScript '
            "for node and bun, Go for wazero.</p>"
        )
    return "".join(parts)


def engine_section(data):
    rows = [
        (name, e["title"], e["version"] or e.get("absent") or "", e["command"])
        for name, e in data["meta"]["engines"].items()
    ]
    head = ["name", "engine", "version", "command (first case)"]
    return f"<h2>Engines</h2>{table(head, plain_rows(rows), 'words')}"


def html_report(data):
    """One file without anything outside it."""
    lines = "<br>".join(map(html.escape, report.summary_lines(data)))
    sections = "".join(class_section(data, g) for g in report.groups(data))
    again = "make bench-quick" if data["meta"]["quick"] else "make bench"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Zhan: speed beside its peers</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>
<body><h1>Zhan beside its peers</h1><p class="dim">{lines}</p>
<p>Time relative to Zhan, as the geometric mean of each class, on a logarithmic scale. A bar to the
right of the strong line is an engine that takes longer than Zhan; one to the left, in the other
colour, is faster. The thin line in a bar is the 95 % interval; “8/10” counts the cases that the
engine could run.</p>{charts(data)}
<p>In the tables each figure is a multiple of Zhan's best time, with its interval; <span
class="loss">coloured</span> where Zhan is slower beyond the interval. Below it: the best time and the
median of the rounds, and the peak of memory.</p>
{sections}{other_sections(data)}{engine_section(data)}
<h2>How to repeat it</h2><pre>git checkout {html.escape(data['meta']['commit'])}
{again}</pre><p class="dim">Engines take turns case by case and round by round. Processor time is
that of the whole process on one processor, start, compilation and reading included; elapsed time
has no pinning. Every output is compared with a recorded one.</p></body></html>
"""
