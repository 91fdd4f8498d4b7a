"""Relations between cells as data: each row of the table ``relations`` is a rule, and this is what judges it.

A relation says of the rows of a table (all, or those that meet ``where``) how ``left`` stands to ``right``. Rows that
differ with reason are listed in ``relation_exceptions``; one that no longer differs is told, so that the list stays
true. A package without the two tables has no relations.
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from .conditions import DAY, Cells, Frames, NotLoaded, Schemas, Unreadable
from .problems import Problem

TABLE, EXCEPTIONS = "relations", "relation_exceptions"
EVERY = "*"
"""Stands for every table that has the columns."""

Broken = dict[int, str]
"""The places of the rows that break a relation, and what stands against each (or nothing)."""
Excused = Mapping[str, Mapping[str, int]]
"""The exceptions of a relation: by table the keys of its rows, each with its line in the list."""


@dataclass(frozen=True)
class Relation:
    """One row of the table ``relations``; ``line`` is where it stands there."""

    line: int
    id: str
    table: str
    where: str
    left: tuple[str, ...]
    kind: str
    right: str
    meaning: str
    remedy: str

    @property
    def rights(self) -> tuple[str, ...]:
        return _parts(self.right)

    @property
    def field(self) -> str:
        """The column that is named when a row breaks the relation."""
        operands = (self.right,) if self.kind == "determines" else (*self.left, self.right)
        names = [_bare(term) for operand in operands for term in operand.split(" + ")]
        return next((name.partition(".")[0] for name in names if not _is_fixed(name)), "")

    def columns(self) -> set[str]:
        """Return the columns of its own table that the relation reads."""
        groups = re.compile(self.right).groupindex if self.kind == "matches" else ()
        return {_bare(term).partition(".")[0] for term in self._operands() if not _is_fixed(term)} | set(groups)

    def _operands(self) -> list[str]:
        where = [re.split(r"!?=", part)[0].strip() for part in self.where.split(";") if part.strip()]
        right = self.rights if self.kind in _COLUMNS_RIGHT else ()
        return [term for operand in (*self.left, *where, *right) for term in operand.split(" + ")]

    def tables(self, schemas: Schemas) -> set[str]:
        """Return the tables that the relation reads, through foreign keys as well."""
        if self.table == EVERY:
            return set(schemas)
        paths = {self.table} | (
            {right.partition(".")[0] for right in self.rights} if self.kind == "found in" else set()
        )
        for operand in self._operands():
            table, *columns = self.table, *_bare(operand).split(".")
            for column in columns[:-1]:
                keys = [key for key in schemas.get(table, {}).get("foreignKeys", []) if key["fields"] == [column]]
                table = (keys[0]["reference"]["resource"] or table) if keys else table
                paths.add(table)
        return paths


def read(frames: Frames) -> list[Relation]:
    """Return the relations that the package states."""
    if TABLE not in frames:
        return []
    rows = frames[TABLE].astype(object).fillna("").to_dict("records")
    return [
        Relation(
            line=line,
            id=row["relation_id"],
            table=row["table"],
            where=row["where"],
            left=_parts(row["left"]),
            kind=row["relation"],
            right=row["right"],
            meaning=row["meaning"],
            remedy=row["remedy"],
        )
        for line, row in enumerate(rows, start=2)
    ]


def exceptions(frames: Frames) -> dict[str, dict[str, dict[str, int]]]:
    """Return the keys of the rows that may differ, by relation and table, each with its line in the list."""
    found: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    if EXCEPTIONS in frames:
        rows = frames[EXCEPTIONS].astype(object).fillna("").to_dict("records")
        for line, row in enumerate(rows, start=2):
            found[row["relation_id"]][row["table"]][row["key"]] = line
    return found


def check(cells: Cells, doubtful: Collection[str] = (), about: Collection[str] | None = None) -> list[Problem]:
    """Return the rows that break a relation, and the relations that cannot be judged as they are written.

    A relation that needs a table which was not read is left out. Tables in ``doubtful`` broke their own schema; what
    stumbles over one of them is left out as well. ``about`` leaves out what none of these tables can break.
    """
    relations, excused = read(cells.frames), exceptions(cells.frames)
    if about is not None and not {TABLE, EXCEPTIONS} & set(about):
        relations = [relation for relation in relations if relation.tables(cells.schemas) & set(about)]
    found = [
        problem for relation in relations for problem in judge(cells, relation, excused.get(relation.id), doubtful)
    ]
    for relation in relations:
        found += _lost(cells, excused.get(relation.id, {}))
    return found


def judge(
    cells: Cells, relation: Relation, excused: Excused | None = None, doubtful: Collection[str] = ()
) -> list[Problem]:
    """Return the problems of one relation, its exceptions spared."""
    cells.asked = set()
    try:
        if relation.kind not in KINDS:
            raise Unreadable(f"{relation.kind!r} is no relation; there are {', '.join(KINDS)}.")
        of = tables(cells, relation)
        found = [problem for table in of for problem in _judge(cells, table, relation, (excused or {}).get(table))]
        follows = bool(cells.asked & set(doubtful))
        return [replace(problem, kind=relation.id, follows=follows) for problem in found]
    except (Unreadable, re.error) as error:
        return [] if cells.asked & set(doubtful) else [_not_read(relation, str(error))]
    except NotLoaded:
        return []


def _judge(cells: Cells, table: str, relation: Relation, excused: Mapping[str, int] | None) -> Iterator[Problem]:
    frame, rows = cells.frame(table), cells.fitting(table, relation.where)
    keys = cells.keys(table) if excused else []
    spared = {row for row in rows if keys[row] in excused} if excused else set()
    broken = KINDS[relation.kind](
        cells, table, relation, [row for row in rows if row not in spared] if spared else rows
    )
    shown = cells.text(table, relation.field) if broken else ()
    for row, against in broken.items():
        rule = f"{relation.meaning} {against}".strip()
        value = shown[row] or ""
        yield Problem(f"data/{table}.csv", int(frame.index[row]) + 2, relation.field, value, rule, relation.remedy)
    for row in spared:
        alone = [other for other in rows if other == row or other not in spared]
        if excused and not KINDS[relation.kind](cells, table, relation, alone):
            told = f"{table} keeps {relation.id} in this row: there is nothing to except."
            yield Problem(
                f"data/{EXCEPTIONS}.csv", excused[keys[row]], "key", keys[row], told, "Take the exception out."
            )


def tables(cells: Cells, relation: Relation) -> list[str]:
    """Return the tables whose rows the relation judges."""
    if relation.table != EVERY:
        return [relation.table]
    columns = relation.columns()
    return [name for name, frame in cells.frames.items() if columns <= set(frame.columns)]


def _not_read(relation: Relation, why: str) -> Problem:
    remedy = "Correct the relation, or the name that was changed."
    return Problem(f"data/{TABLE}.csv", relation.line, "relation_id", relation.id, f"cannot be judged: {why}", remedy)


def _lost(cells: Cells, excused: Excused) -> Iterator[Problem]:
    """Exceptions that name no row."""
    file, remedy = f"data/{EXCEPTIONS}.csv", "Write the key as the row has it, its parts joined by a comma and a blank."
    for table, keys in excused.items():
        if table not in cells.schemas:
            yield from (Problem(file, line, "table", table, "no table of this name.") for line in keys.values())
        elif table in cells.frames:
            there = set(cells.keys(table))
            for key in keys.keys() - there:
                yield Problem(file, keys[key], "key", key, f"no row of {table} has this key.", remedy)


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _bare(term: str) -> str:
    return re.sub(r"^\w+\((.*)\)$", r"\1", term.strip())


def _is_fixed(term: str) -> bool:
    return re.fullmatch(r"-?[\d.]+", term) is not None or DAY.fullmatch(term) is not None


# The kinds of relations. Each takes the places of the rows that are meant and returns those that break it. A missing
# value breaks no comparison: an empty cell says that nothing is known.


def _compare(holds: Callable[[str, str], bool]) -> Callable[[Cells, str, Relation, Sequence[int]], Broken]:
    return lambda cells, table, relation, rows: _against(
        relation, rows, cells.text(table, relation.left[0]), cells.text(table, relation.right), holds
    )


def _compare_numbers(holds: Callable[[float, float], bool]) -> Callable[[Cells, str, Relation, Sequence[int]], Broken]:
    return lambda cells, table, relation, rows: _against(
        relation, rows, cells.number(table, relation.left[0]), cells.number(table, relation.right), holds
    )


def _against(
    relation: Relation, rows: Sequence[int], ours: Sequence[Any], theirs: Sequence[Any], holds: Callable[..., bool]
) -> Broken:
    name = "the limit" if _is_fixed(relation.right) else " of its ".join(reversed(relation.right.split(".")))
    return {
        row: f"(Here {name} is {theirs[row] if isinstance(theirs[row], str) else format(theirs[row], 'g')}.)"
        for row in rows
        if ours[row] is not None and theirs[row] is not None and not holds(ours[row], theirs[row])
    }


@cache
def _agree(left: str, right: str) -> bool:
    """Dates are equal as far as both are known."""
    return left.startswith(right) or right.startswith(left)


@cache
def _not_after(left: str, right: str) -> bool:
    """Dates are compared as far as both are known: 2018 is not after 2018-03-23. What is no date is not compared."""
    length = min(len(left), len(right))
    return not (left[:4].isdigit() and right[:4].isdigit()) or left[:length] <= right[:length]


def _determines(cells: Cells, table: str, relation: Relation, rows: Sequence[int]) -> Broken:
    """Rows that agree in ``left`` agree in ``right``; those are named that differ from most of their kind."""
    groups, values = cells.joined(table, relation.left), cells.text(table, relation.right)
    counts: dict[str, Counter[str | None]] = defaultdict(Counter)
    for row in rows:
        if (group := groups[row]) is not None:
            counts[group][values[row]] += 1
    mixed = {group: count.most_common() for group, count in counts.items() if len(count) > 1}
    broken = {}
    for row in rows if mixed else ():
        if (group := groups[row]) is not None and group in mixed:
            (usual, most), (_, second), *_ = mixed[group]
            if most == second:
                broken[row] = f"(The rows with {group} differ from each other.)"
            elif values[row] != usual:
                broken[row] = f"(The other rows with {group} have {usual or 'no value'}.)"
    return broken


def _found_in(cells: Cells, table: str, relation: Relation, rows: Sequence[int]) -> Broken:
    """The values stand in the columns of another table, ``table.column; table.column``, in one row."""
    ours, other = cells.joined(table, relation.left), relation.rights[0].partition(".")[0]
    theirs = set(cells.joined(other, [place.partition(".")[2] for place in relation.rights]))
    return {row: "" for row in rows if ours[row] is not None and ours[row] not in theirs}


def _matches(cells: Cells, table: str, relation: Relation, rows: Sequence[int]) -> Broken:
    """The text is written in one way; a part of it that the pattern names after a column equals that column."""
    pattern = re.compile(relation.right)
    text = cells.text(table, relation.left[0])
    columns = {name: cells.text(table, name) for name in pattern.groupindex}
    broken = {}
    for row in rows:
        if (cell := text[row]) is not None:
            found = pattern.fullmatch(cell)
            differing = [name for name in columns if found and _differ(found[name], columns[name][row])]
            if not found:
                broken[row] = ""
            elif differing:
                broken[row] = f"(Here {differing[0]} is {columns[differing[0]][row]}.)"
    return broken


def _differ(ours: str | None, theirs: str | None) -> bool:
    return ours is not None and theirs is not None and ours != theirs


def _one_of(cells: Cells, table: str, relation: Relation, rows: Sequence[int]) -> Broken:
    text, words = cells.text(table, relation.left[0]), {None, *relation.rights}
    return {row: f"(It may be {' or '.join(relation.rights)}.)" for row in rows if text[row] not in words}


def _is_empty(cells: Cells, table: str, relation: Relation, rows: Sequence[int]) -> Broken:
    columns = [cells.text(table, operand) for operand in relation.left]
    return {row: "" for row in rows if any(column[row] is not None for column in columns)}


def _is_filled(cells: Cells, table: str, relation: Relation, rows: Sequence[int]) -> Broken:
    """One of the columns, at least, is filled."""
    columns = [cells.text(table, operand) for operand in relation.left]
    return {row: "" for row in rows if all(column[row] is None for column in columns)}


def _goes_with(cells: Cells, table: str, relation: Relation, rows: Sequence[int]) -> Broken:
    """Both are filled or both are empty."""
    ours, theirs = cells.text(table, relation.left[0]), cells.text(table, relation.right)
    return {row: "" for row in rows if (ours[row] is None) != (theirs[row] is None)}


def _unique(cells: Cells, table: str, relation: Relation, rows: Sequence[int]) -> Broken:
    keys = cells.joined(table, relation.left)
    counts = Counter(keys[row] for row in rows)
    return {row: f"(There are {counts[keys[row]]}.)" for row in rows if keys[row] is not None and counts[keys[row]] > 1}


def _rises_with(cells: Cells, table: str, relation: Relation, rows: Sequence[int]) -> Broken:
    """A greater number in ``right`` has no smaller ``left`` (a day, or a number); those out of the order are named."""
    days, order = cells.text(table, relation.left[0]), cells.number(table, relation.right)
    if any("-" in (days[row] or "") for row in rows):
        values: Sequence[Any] = [day if day and len(day) == 10 else None for day in days]
    else:
        values = cells.number(table, relation.left[0])
    known = sorted((order[row], values[row], row) for row in rows if None not in (order[row], values[row]))
    kept = in_order([value for _, value, _ in known])
    return {row: "" for place, (_, _, row) in enumerate(known) if place not in kept}


def in_order(values: Sequence[Any]) -> set[int]:
    """Return the places of the longest part of ``values`` that stands in order; the others are those to be moved."""
    ends: list[Any] = []
    chain: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        length = bisect_right(ends, value)
        before.append(chain[length - 1] if length else -1)
        ends[length : length + 1] = [value]
        chain[length : length + 1] = [place]
    kept, place = set(), chain[-1] if chain else -1
    while place >= 0:
        kept.add(place)
        place = before[place]
    return kept


def _apart(cells: Cells, table: str, relation: Relation, rows: Sequence[int]) -> Broken:
    """Periods, ``start; end`` in numbers, of rows that agree in ``left`` have nothing in common."""
    groups = cells.joined(table, relation.left)
    start, end = (cells.number(table, operand) for operand in relation.rights)
    known = [(groups[row], start[row], end[row], row) for row in rows]
    periods: list[Any] = sorted(period for period in known if None not in period)
    broken, last = {}, None
    for group, begins, ends, row in periods:
        if last and last[0] == group and begins <= last[1]:
            broken[row] = f"(Another of {group} ends in {last[1]:g}.)"
        last = (group, max(ends, last[1]) if last and last[0] == group else ends)
    return broken


KINDS: dict[str, Callable[[Cells, str, Relation, Sequence[int]], Broken]] = {
    "equals": _compare(operator.eq),
    "differs from": _compare(operator.ne),
    "agrees with": _compare(_agree),
    "not after": _compare(_not_after),
    "at most": _compare_numbers(operator.le),
    "less than": _compare_numbers(operator.lt),
    "determines": _determines,
    "found in": _found_in,
    "matches": _matches,
    "one of": _one_of,
    "is empty": _is_empty,
    "is filled": _is_filled,
    "goes with": _goes_with,
    "rises with": _rises_with,
    "unique": _unique,
    "apart": _apart,
}
_COLUMNS_RIGHT = {
    "equals",
    "differs from",
    "agrees with",
    "not after",
    "at most",
    "less than",
    "determines",
    "goes with",
    "rises with",
    "apart",
}
