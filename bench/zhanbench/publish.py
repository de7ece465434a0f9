# SPDX-License-Identifier: Apache-2.0
"""A run's figures for readers: the picture that the README shows, and the table of the docs."""

import html
import pathlib

from zhanbench import report
from zhanbench.cases import ROOT
from zhanbench.measure import times

NAMES = ("wasm3", "wamr", "wasmi", "wazero", "winch", "wasmtime", "node")
BEGIN, END = "<!-- figures: bench/zhan-bench publish -->", "<!-- end of figures -->"


def columns(data):
    engines = data["meta"]["engines"]
    return [e for e in NAMES if e in engines and engines[e]["present"]]


def figure(data, group, engine):
    """(text, the ratio or None); 6/11 counts the cases that the engine could run."""
    mean, used, total = report.class_geomean(data, group, engine)
    if mean is None:
        return "–", None
    return f"{mean[0]:.2f}×" + ("" if used == total else f" {used}/{total}"), mean[0]


def caption(data):
    meta = data["meta"]
    short = "short form, " if meta["quick"] else ""
    return f"commit {meta['commit']}, {meta['date']}, {meta['cpu']}, {short}{len(data['rounds'])} rounds{report.load(data)}"


def svg_text(x, y, text, *attributes):
    return f'<text x="{x}" y="{y}"{"".join(f" {a}" for a in attributes)}>{html.escape(text)}</text>'


def svg_row(data, group, names, y):
    """One class: its name and each engine's geomean, in the colour of who is faster."""
    row = svg_text(14, y, report.TITLES[group].split(" (")[0])
    for column, engine in enumerate(names):
        text, value = figure(data, group, engine)
        kind = "none" if value is None else "loss" if value < 1 else "win"
        row += svg_text(330 + 92 * column, y, text, 'text-anchor="end"', f'class="{kind}"')
    return row


def picture(data):
    """A small picture, in the colours that the reader's system prefers."""
    names, groups = columns(data), report.groups(data)
    width, height = 260 + 92 * len(names), 84 + 24 * len(groups)
    style = (
        "text{fill:#1a1c20}.win{fill:#0b5cb0}.loss{fill:#a93a12}.none,.dim{fill:#5b6270}"
        "rect{fill:#fff;stroke:#d9dde4}@media(prefers-color-scheme:dark){text{fill:#e6e8ec}"
        ".win{fill:#7ab8f5}.loss{fill:#ff9e7a}.none,.dim{fill:#9aa3b2}"
        "rect{fill:#14161a;stroke:#30353f}}"
    )
    bold = 'font-weight="600"'
    title = "Time relative to Zhan, geometric means (above 1 Zhan is faster, below 1 slower)"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="system-ui,sans-serif" font-size="14"><style>{style}</style>',
        '<rect x="0.5" y="0.5" width="99.8%" height="99.5%" rx="6"/>',
        svg_text(14, 22, title, bold),
        *(svg_text(330 + 92 * i, 46, e, 'text-anchor="end"', bold) for i, e in enumerate(names)),
        *(svg_row(data, g, names, 70 + 24 * i) for i, g in enumerate(groups)),
        svg_text(14, height - 12, caption(data), 'font-size="11"', 'class="dim"'),
        "</svg>\n",
    ]
    return "\n".join(parts)


def grid(title, head, rows):
    """A table with a sentence before it; nothing where there are no rows."""
    rows = list(rows)
    if not rows:
        return []
    table = [head, ["---"] * len(head), *rows]
    return ["", title, "", *("| " + " | ".join(row) + " |" for row in table)]


def object_rows(data):
    """The cases of the class gc one by one: our time, and the multiples of those who can run it."""
    names = [e for e in columns(data) if report.class_geomean(data, "gc", e)[1]]
    rows = []
    for case in report.class_cases(data, "gc"):
        ours = times(data, case, "zhan")
        cells = (report.cell(data, case, e) for e in names)
        texts = (report.short(c) if isinstance(c, str) else f"{c[0]:.2f}×" for c in cells)
        if ours:
            rows.append([case, report.milliseconds(min(ours)), *texts])
    return ["case", "zhan, ms", *names], rows


def markdown(data):
    names = columns(data)
    means = [
        [report.TITLES[g].split(" (")[0], *(figure(data, g, e)[0] for e in names)]
        for g in report.groups(data)
    ]
    lines = [
        *grid(f"Measured at {caption(data)}.", ["class", *names], means)[1:],
        *grid("Collected objects, case by case:", *object_rows(data)),
        *grid("What the collector did:", report.COLLECTOR, report.collector_rows(data)),
        *grid("Small things, in nanoseconds:", *report.micro_rows(data)),
    ]
    return "\n".join(lines)


def between(text, new):
    """The text with what stands between the two marks replaced."""
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return f"{text[:begin]}\n\n{new}\n\n{text[end:]}"


def publish(data, docs=ROOT / "docs"):
    """Renews docs/bench.svg, which the README shows, and the figures of docs/performance.md."""
    docs = pathlib.Path(docs)
    page = docs / "performance.md"
    text = between(page.read_text(encoding="utf-8"), markdown(data))
    page.write_text(text, encoding="utf-8")
    (docs / "bench.svg").write_text(picture(data), encoding="utf-8")
    print(f"renewed {page} and {docs / 'bench.svg'}")
