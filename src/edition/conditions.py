"""Which rows of a table are meant: conditions as a cell writes them, and columns reached through foreign keys.

``adopted=vote; session=6..60`` marks the rows that meet both. A column may lead on through a foreign key:
``symbol.body=Council`` asks the row that ``symbol`` refers to.

Cells are texts as the file writes them, or None. Tables are small and rules many, so that plain lists are several
times quicker here than columns of pandas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

Frames = Mapping[str, pd.DataFrame]
Schemas = Mapping[str, Mapping[str, Any]]
Texts = Sequence[str | None]

_TERM = re.compile(r"(?:(?P<function>year|slug|number)\()?(?P<path>\w+(?:\.\w+)*)(?(function)\))")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Unreadable(ValueError):
    """A condition or an operand that names no column, or is written in no known way; the message says which."""


class NotLoaded(LookupError):
    """A table of the package could not be read; that was told of elsewhere."""


class Cells:
    """The cells of every table by column, each column worked out once; also those reached through foreign keys.

    ``schemas`` are those of all tables that the package describes, ``frames`` the tables that were read.
    """

    def __init__(self, frames: Frames, schemas: Schemas) -> None:
        self.frames, self.schemas = frames, schemas
        self.asked: set[str] = set()
        """The tables that were looked into, so that one may know what a rule rests on."""
        self._columns: dict[tuple[str, str], Texts] = {}
        self._texts: dict[tuple[str, str], Texts] = {}
        self._numbers: dict[tuple[str, str], Sequence[float | None]] = {}
        self._rows: dict[tuple[str, str], Sequence[int]] = {}

    def with_frame(self, table: str, frame: pd.DataFrame) -> Cells:
        """Return these cells with one of the tables changed."""
        other = Cells({**self.frames, table: frame}, self.schemas)
        other._columns = {place: column for place, column in self._columns.items() if place[0] != table}
        return other

    def with_cell(self, table: str, column: str, row: int, text: str | None) -> Cells:
        """Return these cells with one of them changed."""
        changed = list(self._column(table, column))
        changed[row] = text
        other = Cells(self.frames, self.schemas)
        other._columns = self._columns | {(table, column): changed}
        return other

    def frame(self, table: str) -> pd.DataFrame:
        """Return a table. Raises ``Unreadable`` if it is not described, ``NotLoaded`` if it was not read."""
        if table not in self.schemas:
            raise Unreadable(f"no table {table!r} in the data package.")
        self.asked.add(table)
        if table not in self.frames:
            raise NotLoaded(table)
        return self.frames[table]

    def text(self, table: str, operand: str) -> Texts:
        """Return ``operand`` for each row of ``table``.

        It is a column, a path, a day such as ``2026-11-30``, or one of these as ``year(...)``, ``slug(...)`` or
        ``number(...)``, which is the first number in it. Raises ``Unreadable``.
        """
        self.asked.add(table)
        if (table, operand) not in self._texts:
            self._texts[table, operand] = self._read(table, operand)
        return self._texts[table, operand]

    def number(self, table: str, operand: str) -> Sequence[float | None]:
        """Return ``operand`` as numbers, what is none as None: an operand of ``text``, a number, or a sum ``a + b``."""
        self.asked.add(table)
        if (table, operand) not in self._numbers:
            self._numbers[table, operand] = self._sum(table, operand.split(" + "))
        return self._numbers[table, operand]

    def joined(self, table: str, operands: Sequence[str]) -> Texts:
        """Return one text a row of several operands, as a key is written; None where one of them is missing."""
        parts = [self.text(table, operand) for operand in operands]
        if len(parts) == 1:
            return parts[0]
        return [None if None in row else ", ".join(row) for row in zip(*parts, strict=True)]

    def keys(self, table: str) -> list[str]:
        """Return each row's primary key as one text: ``A/HRC/RES/37/23, TUN``."""
        parts = [self.text(table, name) for name in self.schemas[table]["primaryKey"]]
        return [", ".join(part or "" for part in row) for row in zip(*parts, strict=True)]

    def fitting(self, table: str, conditions: str) -> Sequence[int]:
        """Return the places of the rows that meet every condition, separated by semicolons.

        ``column=value``, ``column=a|b``, ``column=A/HRC/*`` (``*`` any text, ``?`` one letter), ``column=6..60`` for
        numbers, ``column=*`` for filled and ``column=`` for empty cells; ``!=`` says the contrary.
        Raises ``Unreadable``.
        """
        self.asked.add(table)
        if (table, conditions) not in self._rows:
            rows: Sequence[int] = range(len(self.frame(table)))
            for condition in filter(None, (part.strip() for part in conditions.split(";"))):
                column, sign, wanted = condition.partition("=")
                if not sign or "=" in wanted:
                    raise Unreadable(f"{condition!r} is no condition.")
                rows = self._meeting(table, column.rstrip("!").strip(), wanted.strip(), column.endswith("!"), rows)
            self._rows[table, conditions] = rows
        return self._rows[table, conditions]

    def _meeting(self, table: str, column: str, wanted: str, contrary: bool, rows: Sequence[int]) -> list[int]:
        low, dots, high = wanted.partition("..")
        if dots:
            if not (_NUMBER.fullmatch(low) and _NUMBER.fullmatch(high)):
                raise Unreadable(f"{wanted!r} is no range of numbers.")
            numbers, least, most = self.number(table, column), float(low), float(high)
            return [row for row in rows if _within(least, numbers[row], most) != contrary]
        meets, cells = cache(_matcher(wanted)), self.text(table, column)
        return [row for row in rows if meets(cells[row]) != contrary]

    def _read(self, table: str, operand: str) -> Texts:
        if DAY.fullmatch(operand):
            return [operand] * len(self.frame(table))
        found = _TERM.fullmatch(operand)
        if not found:
            raise Unreadable(f"{operand!r} is neither a column nor year(column) or the like.")
        cells = self._path(table, found["path"])
        if not found["function"]:
            return cells
        change = cache(_FUNCTIONS[found["function"]])
        return [None if cell is None else change(cell) for cell in cells]

    def _path(self, table: str, path: str) -> Texts:
        column, _, rest = path.partition(".")
        if rest:
            return self._follow(table, column, rest)
        return self._column(table, column)

    def _column(self, table: str, column: str) -> Texts:
        if (table, column) not in self._columns:
            frame = self.frame(table)
            if column not in frame:
                raise Unreadable(f"no column {column!r} in {table}.")
            self._columns[table, column] = texts(frame[column])
        return self._columns[table, column]

    def _follow(self, table: str, column: str, rest: str) -> Texts:
        """Return what ``rest`` is in the rows that ``column`` refers to."""
        for key in self.schemas[table].get("foreignKeys", []):
            if key["fields"] == [column]:
                other = key["reference"]["resource"] or table
                names, values = self.text(other, key["reference"]["fields"][0]), self.text(other, rest)
                known = dict(zip(reversed(names), reversed(values), strict=True)) | {None: None}
                return [known.get(cell) for cell in self.text(table, column)]
        raise Unreadable(f"{column!r} of {table} refers to no table.")

    def _sum(self, table: str, terms: list[str]) -> list[float | None]:
        rows = len(self.frame(table))
        parts = [
            [float(term)] * rows if _NUMBER.fullmatch(term) else [_number(cell) for cell in self.text(table, term)]
            for term in terms
        ]
        return [None if None in row else sum(row) for row in zip(*parts, strict=True)]


def texts(column: pd.Series[Any]) -> list[str | None]:
    """Return the cells of a typed column as a file writes them: ``2018-03-23``, ``true``, ``12``, or None."""
    if pd.api.types.is_datetime64_dtype(column.dtype):
        days = column.to_numpy().astype("datetime64[D]").astype(str).tolist()
        return [None if day == "NaT" else day for day in days]
    cells = column.astype(object).tolist()
    if pd.api.types.is_bool_dtype(column.dtype):
        return [None if _missing(cell) else str(cell).lower() for cell in cells]
    if pd.api.types.is_float_dtype(column.dtype):
        return [None if _missing(cell) else f"{cell:.12g}" for cell in cells]
    return [None if _missing(cell) else str(cell) for cell in cells]


def _missing(cell: Any) -> bool:
    return cell is pd.NA or cell is None or cell is np.nan or cell != cell


@cache
def _number(cell: str | None) -> float | None:
    return float(cell) if cell is not None and _NUMBER.fullmatch(cell) else None


def _within(least: float, number: float | None, most: float) -> bool:
    return number is not None and least <= number <= most


def _matcher(wanted: str) -> Callable[[str | None], bool]:
    if wanted in ("", "*"):
        return lambda cell: (cell is not None) == bool(wanted)
    like = "|".join(re.escape(part).replace(r"\*", ".*").replace(r"\?", ".") for part in wanted.split("|"))
    pattern = re.compile(like, re.DOTALL)
    return lambda cell: cell is not None and pattern.fullmatch(cell) is not None


_FUNCTIONS: dict[str, Callable[[str], str | None]] = {
    "year": lambda cell: cell[:4] if re.match(r"\d{4}", cell) else None,
    "slug": lambda cell: re.sub(r"[^a-z0-9]+", "-", cell.lower()).strip("-"),
    "number": lambda cell: found.group() if (found := re.search(r"\d+", cell)) else None,
}
