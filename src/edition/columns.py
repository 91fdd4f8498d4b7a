"""How wide the columns of a printed table are: as narrow as its words allow, and so that its rows take few lines.

A browser gives columns room by their longest cell; on paper, where nothing scrolls, one long title then squeezes the
columns beside it into ribbons of single words. Here every cell is measured in the letters it is printed with, and the
room is shared so that the sum of the cubes of the cells' lines is the least: high cells weigh most.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Sequence
from functools import cache

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from . import fonts

SIZE = 7.5 * 25.4 / 72  # millimetres an em: the size of letters of a table in print/pdf.css
PADDING = 3.6  # millimetres a cell has beside its words, with a little to spare

Cell = tuple[str, bool]  # its words, and whether they are bold


def widths(rows: Sequence[Sequence[Cell]], room: int) -> list[int]:
    """Return the width in whole millimetres of each column of ``rows``, together no more than ``room``.

    A table that needs less is given what it needs. Where the longest words of the columns do not fit side by side, the
    widest columns break theirs.
    """
    columns = list(zip(*rows, strict=True))
    most = [math.ceil(max(_length(*cell) for cell in column) + PADDING) for column in columns]
    if sum(most) <= room:
        return most
    least = _least(columns, r"\s+")
    if sum(least) > room:
        least = _least(columns, r"\s+|(?<=[-/])")
    if sum(least) > room:
        longest = max(length for length in range(room) if sum(min(width, length) for width in least) <= room)
        least = [min(width, longest) for width in least]
    return _shared(columns, least, most, room)


def narrowest(rows: Sequence[Sequence[Cell]]) -> int:
    """Return the width in millimetres at which no word of ``rows`` is broken."""
    return sum(_least(list(zip(*rows, strict=True)), r"\s+"))


def _least(columns: Sequence[Sequence[Cell]], cut: str) -> list[int]:
    """Return how wide each column is for the longest of its words, cut where ``cut`` matches."""
    return [
        math.ceil(max(_length(word, bold) for text, bold in column for word in re.split(cut, text)) + PADDING)
        for column in columns
    ]


def _shared(columns: Sequence[Sequence[Cell]], least: list[int], most: list[int], room: int) -> list[int]:
    """Return the widths between ``least`` and ``most`` that fit ``room`` at the least cost, by dynamic programming."""
    best: dict[int, tuple[float, list[int]]] = {0: (0, [])}  # room used -> cost so far, widths
    for column, low, high in zip(columns, least, most, strict=True):
        costs = {width: _cost(column, width) for width in range(low, min(high, room) + 1)}
        better: dict[int, tuple[float, list[int]]] = {}
        for used, (spent, chosen) in best.items():
            for width, cost in costs.items():
                total = used + width
                if total <= room and (total not in better or spent + cost < better[total][0]):
                    better[total] = (spent + cost, [*chosen, width])
        best = better
    return min(best.values(), key=lambda found: (found[0], sum(found[1])))[1]


def _cost(column: Sequence[Cell], width: int) -> int:
    return sum(_lines(text, bold, width - PADDING) ** 3 for text, bold in column)


def _lines(text: str, bold: bool, width: float) -> int:
    """Return on how many lines ``text`` is set in ``width`` millimetres, broken at spaces, hyphens and strokes."""
    lines, used = 1, 0.0
    for word in re.findall(r"[^\s/-]*[/-]|[^\s/-]+|\s+", text):
        length = _length(word, bold)
        if used + length > width and used and not word.isspace():
            lines, used = lines + 1, 0.0
        used += length
    return lines


@cache
def _length(text: str, bold: bool) -> float:
    """Return the length of ``text`` in millimetres."""
    return SIZE * sum(map(_advance(bold), text))


@cache
def _advance(bold: bool) -> Callable[[str], float]:
    """Return what tells the width of a letter, in ems."""
    font = TTFont(io.BytesIO(fonts.fonts()["Bold" if bold else "Regular"]))
    names, advances, em = font.getBestCmap(), font["hmtx"].metrics, font["head"].unitsPerEm
    return lambda letter: float(advances[names.get(ord(letter), ".notdef")][0]) / em
