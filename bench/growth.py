"""`python -m bench.growth SQLITE.json POSTGRESQL.json`: how the programme grew, as a table and as a picture.

The two files are what `make bench ARGS="--only-scale --format json"` printed, without and with `--postgres`. The table
goes to standard output as Markdown, the picture to docs/images/growth.svg: for each thing that is asked the slowest
answer of twenty (95 %) by the number of activities, both on logarithmic axes.
"""

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from bench.site import ROOT

PICTURE = ROOT / "docs" / "images" / "growth.svg"
SHOWN = ("search cold", "search again", "suggestions", "filters", "near me", "calendar", "map", "related")
# Told apart by more than color: each line has its name at its end
COLORS = ("#1f2a6b", "#b3261e", "#0b7a75", "#a15c00", "#5b3fa0", "#2e6b2e", "#555555", "#8a2b6b")
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 460, 330, 56, 34, 40, 104
LOWEST, HIGHEST = 0.1, 10_000.0  # milliseconds


def main(paths: list[str]) -> None:
    runs = [json.loads(Path(path).read_text(encoding="utf-8")) for path in paths]
    print("\n".join(table(runs)))
    PICTURE.write_text(picture(runs), encoding="utf-8")


def table(runs: list[dict[str, Any]]) -> Iterator[str]:
    """Median and 95 % in milliseconds, and what else was measured, a column for each size and database."""
    columns = [(run["database"], one) for run in runs for one in run["scale"]]
    yield "| |" + "".join(f" {database}, {one['size']:,} |" for database, one in columns)
    yield "|---|" + "---:|" * len(columns)
    for name in columns[0][1]["milliseconds"]:
        cells = [one["milliseconds"][name] for _database, one in columns]
        yield f"| {name}, ms |" + "".join(f" {cell['p50']:,.1f} / {cell['p95']:,.1f} |" for cell in cells)
    for name, unit in (("indexing", "s"), ("reading", "s"), ("memory", "MB"), ("one change", "ms")):
        yield f"| {name}, {unit} |" + "".join(f" {one[name]:,.1f} |" for _database, one in columns)
    for name in columns[0][1]["pages"]:
        cells = [one["pages"][name] for _database, one in columns]
        yield f"| page “{name}”, a second |" + "".join(
            f" {cell['per_second']:,.0f} ({cell['ratio']:.2f}) |" for cell in cells
        )


def picture(runs: list[dict[str, Any]]) -> str:
    """A panel for each run."""
    width = WIDTH * len(runs)
    panels = "".join(
        f'<g transform="translate({place * WIDTH} 0)">{_panel(run)}</g>' for place, run in enumerate(runs)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="11"><title>95 % of the answers, in milliseconds, by the number of '
        f'activities</title><rect width="{width}" height="{HEIGHT}" fill="#ffffff"/>{panels}</svg>\n'
    )


def _panel(run: dict[str, Any]) -> str:
    sizes = [one["size"] for one in run["scale"]]
    parts = [
        f'<text x="{LEFT}" y="18" font-size="13" font-weight="bold">{escape(run["database"])}: 95 %, ms</text>'
    ]
    for power in range(round(math.log10(LOWEST)), round(math.log10(HIGHEST)) + 1):
        y = _y(10.0**power)
        parts.append(
            f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#d5d9e2"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:,g}</text>'
        )
    for size in sizes:
        parts.append(
            f'<text x="{_x(size, sizes):.1f}" y="{HEIGHT - 18}" text-anchor="middle">{size:,}</text>'
        )
    ends: list[float] = []
    lines = [(name, [one["milliseconds"][name]["p95"] for one in run["scale"]]) for name in SHOWN]
    colors = dict(zip(SHOWN, COLORS, strict=True))
    for name, values in sorted(lines, key=lambda line: -line[1][-1]):
        points = " ".join(
            f"{_x(size, sizes):.1f},{_y(ms):.1f}" for size, ms in zip(sizes, values, strict=True)
        )
        # Names that would lie on each other move down
        end = max(_y(values[-1]) + 4, ends[-1] + 12 if ends else 0)
        ends.append(end)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colors[name]}" stroke-width="2"/>'
            f'<text x="{WIDTH - RIGHT + 6}" y="{end:.1f}" fill="{colors[name]}">{name} {values[-1]:,.0f}</text>'
        )
    return "".join(parts)


def _x(size: int, sizes: list[int]) -> float:
    low, high = math.log10(sizes[0]), math.log10(sizes[-1])
    return LEFT + 14 + (math.log10(size) - low) / ((high - low) or 1) * (WIDTH - LEFT - RIGHT - 20)


def _y(milliseconds: float) -> float:
    share = (math.log10(max(milliseconds, LOWEST)) - math.log10(LOWEST)) / math.log10(HIGHEST / LOWEST)
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


if __name__ == "__main__":
    main(sys.argv[1:])
