"""The widths of printed columns: nothing is cut, no more room than needed, the fewest lines where room is short."""

from __future__ import annotations

import pytest

from edition import columns

LONG = "A title of many words that fills several lines wherever it is put, as titles of documents do"
KINDS = ("the document itself", "another text", "not confirmed")


def cells(*rows: tuple[str, ...]) -> list[list[columns.Cell]]:
    return [[(text, number == 0) for text in row] for number, row in enumerate(rows)]


def height(rows: list[list[columns.Cell]], widths: list[int]) -> int:
    """Return the lines of the whole table: those of the highest cell of each row."""
    return sum(
        max(
            columns._lines(text, bold, width - columns.PADDING) for (text, bold), width in zip(row, widths, strict=True)
        )
        for row in rows
    )


def test_a_small_table_is_as_wide_as_its_words() -> None:
    rows = cells(("State", "Votes"), ("China", "3"), ("Côte d’Ivoire", "12"))
    found = columns.widths(rows, 160)
    assert sum(found) < 40
    assert height(rows, found) == 3


def test_room_goes_where_it_saves_lines() -> None:
    rows = cells(("What it is", "Rests on", "Source"), *((LONG, kind, "A/HRC/RES/37/23") for kind in KINDS * 4))
    found = columns.widths(rows, 100)
    assert sum(found) <= 100
    shares = range(15, 70)
    others = [[first, second, 100 - first - second] for first in shares for second in shares if first + second < 85]
    fits = [each for each in others if min(a - b for a, b in zip(each, least(rows), strict=True)) >= 0]
    assert len(fits) > 100
    assert height(rows, found) == min(height(rows, each) for each in fits)


def least(rows: list[list[columns.Cell]]) -> list[int]:
    return columns._least(list(zip(*rows, strict=True)), r"\s+")


@pytest.mark.parametrize("room", [60, 90, 160])
def test_no_word_is_cut_where_the_longest_fit_side_by_side(room: int) -> None:
    rows = cells(("Text", "Responsibility"), (LONG, "representatives"), ("E/CN.4/RES/1989/71", LONG))
    assert all(width >= word for width, word in zip(columns.widths(rows, room), least(rows), strict=True))


def test_the_widest_column_alone_breaks_words_that_do_not_fit() -> None:
    rows = cells(("Column", "Key"), ("explanation", "assistance_programmes_" * 6))
    found = columns.widths(rows, 60)
    assert sum(found) <= 60
    assert found[0] >= least(rows)[0]


def test_letters_are_measured_in_the_font_of_the_book() -> None:
    assert columns._length("mm", False) > 2 * columns._length("ll", False)
    assert columns._length("Votes", True) > columns._length("Votes", False)
    assert columns._length("a" * 10, False) == pytest.approx(10 * 0.556 * columns.SIZE, rel=0.01)
