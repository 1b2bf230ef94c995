#!/usr/bin/env python3
"""Draws the output of a demo run as a picture of a terminal.

usage: CI=true make demo | tee run.txt; demo/record.py run.txt docs/demo.svg

Only what the run printed is drawn: nothing is added, lines that are too long are cut and marked.
"""
import re
import sys
from xml.sax.saxutils import escape

COLUMNS, ROWS = 118, 140
CELL, LINE, MARGIN = 7.8, 17, 18
COLOURS = {"title": "#e6edf3", "true": "#3fb950", "plain": "#adbac7", "dim": "#768390", "time": "#539bf5"}
BOLD = ' font-weight="600"'
TITLE = re.compile(r"^ *\d+\.\d s  (\d\.|The )")
TIMED = re.compile(r"^( *\d+\.\d s)  (.*)$")


def spans(line):
    """(text, colour, bold) pieces of one line."""
    timed = TIMED.match(line)
    if not timed:
        yield line, "dim" if line.startswith("   ") else "plain", False
        return
    time, rest = timed.groups()
    yield time + "  ", "time", False
    if TITLE.match(line):
        yield rest, "title", True
    elif rest.startswith("true:"):
        yield "true:", "true", True
        yield rest[5:], "plain", False
    else:
        yield rest, "plain", False


def draw(lines):
    width = COLUMNS * CELL + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN + 22
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        'role="img" aria-label="output of make demo">',
        '<rect width="100%" height="100%" rx="9" fill="#0d1117"/>',
        *(f'<circle cx="{MARGIN + 6 + 18 * i}" cy="18" r="5.5" fill="{c}"/>'
          for i, c in enumerate(("#ff5f56", "#ffbd2e", "#27c93f"))),
        '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="13">',
    ]
    for row, line in enumerate(lines):
        y = MARGIN + 36 + row * LINE
        pieces = "".join(
            f'<tspan fill="{COLOURS[colour]}"{BOLD if bold else ""}>{escape(text)}</tspan>'
            for text, colour, bold in spans(line))
        if pieces:
            out.append(f'<text x="{MARGIN}" y="{y}" xml:space="preserve">{pieces}</text>')
    return "\n".join(out + ["</g>", "</svg>", ""])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as run:
        text = re.sub(r"\x1b\[[0-9;]*m", "", run.read())
    lines = text.splitlines()
    first = next((i for i, line in enumerate(lines) if TIMED.match(line)), None)
    if first is None or not any("every sentence was true" in line for line in lines):
        sys.exit("record: this is no complete run of the demo")
    lines = [line if len(line) <= COLUMNS else line[: COLUMNS - 1] + "…" for line in lines[first:]]
    if len(lines) > ROWS:
        sys.exit(f"record: {len(lines)} lines do not fit into {ROWS}")
    with open(sys.argv[2], "w", encoding="utf-8") as picture:
        picture.write(draw(lines))


if __name__ == "__main__":
    main()
