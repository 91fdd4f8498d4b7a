"""Small drawings without a kernel: plain SVG of a few kinds, named for those who cannot see them.

Each is 340 units wide, which a telephone shows whole, and takes the colours of `figures.PALETTE`, which the page turns
in the dark. A drawing shows what the table beside it says; it carries no fact of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from .figures import colour
from .text import number

WIDTH = 340
LINE = 15  # height of a line of text
INK, MUTED, GRID = colour("ink"), colour("muted"), colour("grid")
HOLLOW = "paper"  # drawn with an outline


@dataclass(frozen=True)
class Kind:
    """What a colour stands for: its name in words, and the name of the colour in the palette."""

    name: str
    colour: str


def svg(height: float, parts: Sequence[str], label: str) -> str:
    """Return a drawing of ``height`` units with its name for screen readers."""
    return (
        f'<div class="ed-chart ed-drawing"><svg role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {WIDTH} {_n(height)}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg></div>\n'
    )


def columns(
    counts: Mapping[tuple[int, str], float], kinds: Mapping[str, Kind], years: tuple[int, int], what: str
) -> str:
    """Return columns by year, stacked by kind. ``counts``: (year, key of a kind) -> how many, or how much.

    ``years`` are those that the axis shows at the least; ``what`` names what is counted, for the label.
    """
    first = min([years[0], *(year for year, _ in counts)])
    last = max([years[1], *(year for year, _ in counts)])
    sums: dict[int, float] = {}
    for (year, _), size in counts.items():
        sums[year] = sums.get(year, 0) + size
    most, step = max(sums.values()), WIDTH / (last - first + 1)
    used = [kind for key, kind in kinds.items() if any(name == key for _, name in counts)]
    parts, top = _legend(used)
    floor = top + 62
    parts += [_text(0, top + 9, _figure(most), MUTED), _line(0, top + 13, WIDTH, top + 13, GRID)]
    for year in sorted(sums):
        y = float(floor)
        for key, kind in kinds.items():
            if size := counts.get((year, key), 0):
                height = size / most * (floor - top - 14)
                y -= height
                parts.append(_rect((year - first) * step + 0.5, y, max(step - 1, 1.5), height, kind.colour))
    parts += [_line(0, floor, WIDTH, floor, MUTED), *_years(first, last, step, floor)]
    peak = max(sums, key=lambda year: (sums[year], -year))
    told = f"{_totals(counts.items(), kinds)}; most in {peak}, {_figure(most)}"
    return svg(floor + LINE, parts, f"{what} by year, {min(sums)} to {max(sums)}: {told}.")


def bars(counts: Mapping[tuple[str, str], float], kinds: Mapping[str, Kind], what: str) -> str:
    """Return one bar a category, stacked by kind. ``counts``: (category, key of a kind) -> how many."""
    sums: dict[str, float] = {}
    for (category, _), size in counts.items():
        sums[category] = sums.get(category, 0) + size
    most = max(sums.values())
    used = [kind for key, kind in kinds.items() if any(name == key for _, name in counts)]
    parts, y = _legend(used)
    for category, total in sums.items():
        parts.append(_text(0, y + 11, category, INK))
        x = 0.0
        for key, kind in kinds.items():
            if size := counts.get((category, key), 0):
                width = size / most * (WIDTH - 34)
                parts.append(_rect(x, y + LINE, width, 9, kind.colour))
                x += width
        parts.append(_text(x + 5, y + LINE + 9, _figure(total), MUTED))
        y += 2 * LINE + 1
    told = "; ".join(f"{category} {_figure(total)}" for category, total in sums.items())
    return svg(y, parts, f"{what}: {told}. In all, {_totals(counts.items(), kinds)}.")


def cells(rows: Mapping[str, Sequence[tuple[str, str]]], kinds: Mapping[str, Kind], what: str) -> str:
    """Return rows of squares, each with a sign. ``rows``: name of a row -> its squares, (sign, key of a kind)."""
    side, in_line = 17, WIDTH // 17
    used = [kind for key, kind in kinds.items() if any(key == cell[1] for row in rows.values() for cell in row)]
    parts, y = _legend(used)
    for name, row in rows.items():
        parts.append(_text(0, y + 11, name, MUTED))
        y += LINE
        for place, (sign, key) in enumerate(row):
            x, at = place % in_line * side, y + place // in_line * side
            hollow = kinds[key].colour == HOLLOW
            parts.append(_rect(x, at, side - 2, side - 2, kinds[key].colour))
            parts.append(_text(x + (side - 2) / 2, at + 11.5, sign, INK if hollow else colour("paper"), "middle"))
        y += -(-len(row) // in_line) * side + 3
    told = "; ".join(f"{name}: {_spread([key for _, key in row], kinds)}" for name, row in rows.items())
    return svg(y, parts, f"{what}. {told}.")


@dataclass(frozen=True)
class Span:
    """A bar (or, with one year, a point) of a row in `timeline`."""

    row: str
    first: float
    last: float
    kind: str


def timeline(spans: Sequence[Span], kinds: Mapping[str, Kind], years: tuple[int, int], what: str, side: int = 0) -> str:
    """Return spans and points on a line of years, one line a row; ``side`` is the room for the rows' names."""
    first = int(min([years[0], *(span.first for span in spans)]))
    last = int(max([years[1], *(span.last for span in spans)]))
    step = (WIDTH - side - 8) / (last + 1 - first)
    rows = list(dict.fromkeys(span.row for span in spans))
    used = [kind for key, kind in kinds.items() if any(span.kind == key for span in spans)]
    parts, top = _legend(used)
    for span in spans:
        y = top + rows.index(span.row) * LINE + 8
        x = side + 4 + (span.first - first) * step
        if span.last > span.first:
            parts.append(_rect(x, y - 3, (span.last - span.first) * step, 6, kinds[span.kind].colour))
        else:
            parts.append(_point(x, y, kinds[span.kind].colour))
    parts += [_text(0, top + n * LINE + 12, row, INK) for n, row in enumerate(rows) if side]
    floor = top + len(rows) * LINE + 4
    parts.append(_line(side, floor, WIDTH, floor, MUTED))
    parts += _years(first, last, step, floor, side + 4)
    told = f"{len(rows)} rows, " if side else ""
    ends = f"from {int(min(span.first for span in spans))} to {int(max(span.last for span in spans))}"
    return svg(floor + LINE, parts, f"{what}: {told}{_spread([span.kind for span in spans], kinds)}, {ends}.")


def _legend(kinds: Sequence[Kind]) -> tuple[list[str], int]:
    """Return the key to the colours and its height; one kind alone needs none."""
    parts: list[str] = []
    x, y = 0.0, 0
    for kind in kinds if len(kinds) > 1 else ():
        width = 22 + 6.1 * len(kind.name)
        if x and x + width > WIDTH:
            x, y = 0.0, y + LINE
        parts += [_rect(x, y + 1, 10, 10, kind.colour), _text(x + 14, y + 10, kind.name, MUTED)]
        x += width
    return parts, y + LINE + 4 if parts else 0


def _years(first: int, last: int, step: float, floor: float, left: float = 0) -> list[str]:
    """Return the years under an axis: as many as there is room for, at round years."""
    every = next(n for n in (1, 2, 5, 10, 20, 50) if n * step >= 34 or n == 50)
    places = {year: left + (year - first + 0.5) * step for year in range(first, last + 1) if year % every == 0}
    shown = {year: x for year, x in places.items() if 14 <= x <= WIDTH - 14} or {first: WIDTH / 2}
    return [_text(x, floor + 12, str(year), MUTED, "middle") for year, x in shown.items()]


def _totals(counts: Iterable[tuple[tuple[object, str], float]], kinds: Mapping[str, Kind]) -> str:
    sums = dict.fromkeys(kinds, 0.0)
    for (_, key), size in counts:
        sums[key] += size
    return ", ".join(f"{kind.name} {_figure(sums[key])}" for key, kind in kinds.items() if sums[key])


def _spread(keys: Sequence[str], kinds: Mapping[str, Kind]) -> str:
    return ", ".join(f"{kind.name} {keys.count(key)}" for key, kind in kinds.items() if key in keys)


def _figure(value: float) -> str:
    return number(value, 0 if value >= 100 or value == int(value) else 1)


def _n(value: float) -> str:
    """Return a length to a tenth of a unit, so that the same drawing has the same bytes on every machine."""
    return f"{value:.1f}".removesuffix(".0")


def _rect(x: float, y: float, width: float, height: float, name: str) -> str:
    if name == HOLLOW:
        box = f'x="{_n(x + 0.5)}" y="{_n(y + 0.5)}" width="{_n(width - 1)}" height="{_n(height - 1)}"'
        return f'<rect {box} fill="{colour(name)}" stroke="{MUTED}"/>'
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{colour(name)}"/>'


def _point(x: float, y: float, name: str) -> str:
    stroke = colour("main") if name == HOLLOW else colour(name)
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="3.5" fill="{colour(name)}" stroke="{stroke}"/>'


def _line(x: float, y: float, to_x: float, to_y: float, stroke: str) -> str:
    return f'<path d="M{_n(x)} {_n(y)}L{_n(to_x)} {_n(to_y)}" stroke="{stroke}"/>'


def _text(x: float, y: float, words: str, fill: str, anchor: str = "") -> str:
    placed = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{_n(x)}" y="{_n(y)}" fill="{fill}"{placed}>{escape(words)}</text>'
