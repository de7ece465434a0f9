# SPDX-License-Identifier: Apache-2.0
"""A run's figures for readers: the picture that the README shows, and the table of the docs."""

import html
import pathlib

from zhanbench import report, stats
from zhanbench.cases import ROOT

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
    good = len(stats.good_rounds([r["canary"] for r in data["rounds"]]))
    short = "short form, " if meta["quick"] else ""
    return f"commit {meta['commit']}, {meta['date']}, {meta['cpu']}, {short}{good} rounds{report.load(data)}"


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


def markdown(data):
    names = columns(data)
    lines = [
        f"Measured at {caption(data)}.",
        "",
        "| class | " + " | ".join(names) + " |",
        "|---|" + "---|" * len(names),
    ]
    for group in report.groups(data):
        cells = (figure(data, group, e)[0] for e in names)
        lines.append(f"| {report.TITLES[group].split(' (')[0]} | " + " | ".join(cells) + " |")
    rows = list(report.collector_rows(data))
    if rows:
        lines += ["", "What the collector did:", "", "| " + " | ".join(report.COLLECTOR) + " |"]
        lines += ["|---|" + "---|" * (len(report.COLLECTOR) - 1)]
        lines += ["| " + " | ".join(row) + " |" for row in rows]
    head, rows = report.micro_rows(data)
    if rows:
        lines += ["", "| " + " | ".join(head) + " |", "|---|" + "---|" * (len(head) - 1)]
        lines += ["| " + " | ".join(row) + " |" for row in rows]
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
