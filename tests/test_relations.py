"""Relations as data: each kind judges, each relation of the record names a row that breaks it, exceptions stay true."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pandas as pd
import pytest

from edition import data, relations
from edition.conditions import Cells, Unreadable, texts
from edition.relations import KINDS, Relation

ROOT = Path(__file__).resolve().parent.parent
with open(ROOT / "data/relations.csv", encoding="utf-8", newline="") as file:
    IDS = [row["relation_id"] for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def record() -> Cells:
    frames = data.load_all(ROOT / "data")
    return Cells(frames, {name: resource["schema"] for name, resource in data.resources(ROOT / "data").items()})


@pytest.fixture(scope="module")
def stated(record: Cells) -> dict[str, Relation]:
    return {relation.id: relation for relation in relations.read(record.frames)}


HIGH, LOW = ("9999-12-31", "99999999"), ("0001-01-01", "-99999999")


def breaks(cells: Cells, table: str, relation: Relation, spared: Collection[str]) -> Iterator[tuple[int, Cells]]:
    """Yield one changed cell at a time, its place and all cells with it, made so that the relation breaks."""
    keys = cells.keys(table)
    rows = [row for row in cells.fitting(table, relation.where) if keys[row] not in spared]
    for column, row, text in islice(made(cells, table, relation, rows), 250):
        yield row, cells.with_cell(table, column, row, text)


def made(cells: Cells, table: str, relation: Relation, rows: list[int]) -> Iterator[tuple[str, int, str | None]]:
    left, right = relation.left[0], relation.right
    match relation.kind:
        case "is empty":
            yield from ((left, row, "1") for row in rows[:1])
        case "is filled":
            filled = [(row, [c for c in relation.left if cells.text(table, c)[row] is not None]) for row in rows]
            yield from ((columns[0], row, None) for row, columns in filled if len(columns) == 1)
        case "goes with":
            yield from ((left, row, None if cells.text(table, left)[row] else "1") for row in rows[:1])
        case "determines":
            groups = pairs(cells.joined(table, relation.left), rows)
            values = ["?", *cells.text(table, right)[::20]]
            yield from ((right, max(group), text) for group in groups[:9] for text in values)
            if not groups:
                lefts, rights = cells.text(table, relation.left[-1]), cells.text(table, right)
                others = [row for row in rows if lefts[rows[0]] and rights[row] != rights[rows[0]]]
                yield from ((relation.left[-1], row, lefts[rows[0]]) for row in others)
        case "matches":
            known = [row for row in rows if cells.text(table, left)[row]][:1]
            for column, text in [(left, "?"), (left, "12"), *((name, "?") for name in re.compile(right).groupindex)]:
                yield from ((column, row, text) for row in known)
        case "unique":
            for column in relation.left:
                others = [other for other in relation.left if other != column]
                groups = pairs(cells.joined(table, others), rows) if others else [rows]
                yield from ((column, group[0], cells.text(table, column)[group[1]]) for group in groups)
        case "apart":
            start, end = relation.rights
            groups = pairs(cells.joined(table, relation.left), rows)
            yield from ((start, group[1], cells.text(table, end)[group[0]]) for group in groups)
        case "rises with":
            known = [row for row in rows if cells.text(table, left)[row] and cells.number(table, right)[row]]
            yield from (
                (left, row, LOW[0]) for row in sorted(known, key=lambda row: cells.number(table, right)[row] or 0)[-1:]
            )
        case "differs from":
            yield from ((left, row, cells.text(table, right)[row]) for row in rows if cells.text(table, right)[row])
        case _:
            yield from compared(cells, table, relation, rows)


def compared(cells: Cells, table: str, relation: Relation, rows: list[int]) -> Iterator[tuple[str, int, str | None]]:
    """Set the left side high, or the right one low; or lead to another row of the table that is referred to."""
    alone = relation.kind in ("one of", "found in")
    sides = [(relation.left[0], ("?", "?"))] if alone else [(relation.left[0], HIGH), (relation.right, LOW)]
    numbers = relation.kind in ("at most", "less than")
    known = [
        row
        for row in rows
        if all(term.isdigit() or cells.text(table, term)[row] for side, _ in sides for term in side.split(" + "))
    ]
    for side, ends in sides:
        column = re.sub(r"\w+\((.*)\)", r"\1", side.split(" + ")[0])
        if column in cells.frames[table].columns:
            yield from ((column, row, ends[numbers and "(" not in side]) for row in known[:1])
        elif "." in column:
            column = column.partition(".")[0]
            (key,) = (key for key in cells.schemas[table]["foreignKeys"] if key["fields"] == [column])
            others = cells.text(key["reference"]["resource"] or table, key["reference"]["fields"][0])
            yield from ((column, row, other) for row in known[:1] for other in others)


def pairs(groups: Sequence[str | None], rows: list[int]) -> list[list[int]]:
    """Return the rows of each group that has more than one."""
    found: dict[str, list[int]] = {}
    for row in rows:
        if (group := groups[row]) is not None:
            found.setdefault(group, []).append(row)
    return [group for group in found.values() if len(group) > 1]


@pytest.mark.parametrize("name", IDS)
def test_a_row_that_breaks_a_relation_is_named(name: str, record: Cells, stated: dict[str, Relation]) -> None:
    relation = stated[name]
    excused = relations.exceptions(record.frames).get(name)
    assert not relations.judge(record, relation, excused), "it holds today"
    seen = False
    for table in relations.tables(record, relation):
        problem, changed = None, False
        for row, cells in breaks(record, table, relation, (excused or {}).get(table, ())):
            changed = True
            found = relations.judge(cells, relation, excused)
            problem = next((one for one in found if (one.file, one.row) == (f"data/{table}.csv", row + 2)), None)
            if problem:
                assert relation.meaning in problem.rule
                assert problem.field in record.frames[table].columns
                assert problem.remedy
                break
        assert problem or not changed, f"nothing in {table} breaks it"
        seen = seen or changed
    assert seen, "it judges no row of any table"


def of(kind: str, left: str, right: str = "", where: str = "", table: str = "acts") -> Relation:
    parts = tuple(part.strip() for part in left.split(";"))
    return Relation(2, "trial", table, where, parts, kind, right, "Meaning.", "Remedy.")


@pytest.fixture
def small() -> Cells:
    """Two tables of a few rows, one of which refers to the other."""
    acts = pd.DataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "text": ["t1", "t1", "t2", None],
            "day": ["2001-05-01", "2001", "1999-12-31", None],
            "end": ["2001-06", "2000-12-31", None, None],
            "number": pd.array([1, 2, 3, None], dtype="Int64"),
            "last": pd.array([1, 2, 4, None], dtype="Int64"),
            "kind": ["x", "x", "y", "y"],
            "true": pd.array([True, False, None, True], dtype="boolean"),
        }
    ).astype({"id": "str", "text": "str", "day": "str", "end": "str", "kind": "str"})
    laws = pd.DataFrame({"text": ["t1", "t2"], "adopted": pd.to_datetime(["2001-01-01", "2000-01-01"])})
    key = {"fields": ["text"], "reference": {"resource": "laws", "fields": ["text"]}}
    return Cells(
        {"acts": acts, "laws": laws.astype({"text": "str"})},
        {"acts": {"primaryKey": ["id"], "foreignKeys": [key]}, "laws": {"primaryKey": ["text"]}},
    )


@pytest.mark.parametrize(
    ("relation", "rows"),
    [
        (of("equals", "number", "last"), [2]),
        (of("equals", "kind", "text"), [0, 1, 2]),
        (of("differs from", "number", "last"), [0, 1]),
        (of("agrees with", "year(day)", "text.adopted"), [2]),
        (of("not after", "text.adopted", "day"), [2]),
        (of("not after", "day", "end"), [1]),
        (of("not after", "day", "2001-04-30"), [0]),
        (of("at most", "number", "2"), [2]),
        (of("at most", "number + last", "6"), [2]),
        (of("less than", "number", "last"), [0, 1]),
        (of("determines", "text", "kind"), []),
        (of("determines", "kind", "number"), [0, 1, 2, 3]),
        (of("determines", "text; kind", "day"), [0, 1]),
        (of("found in", "text", "laws.text"), []),
        (of("found in", "kind", "laws.text"), [0, 1, 2, 3]),
        (of("matches", "day", r"\d{4}-\d{2}-\d{2}"), [1]),
        (of("matches", "text", r"t(?P<number>\d)"), [1, 2]),
        (of("one of", "kind", "x; z"), [2, 3]),
        (of("one of", "true", "true"), [1]),
        (of("is empty", "text; day", "", "kind=y"), [2]),
        (of("is filled", "text", ""), [3]),
        (of("is filled", "end; text", ""), [3]),
        (of("goes with", "end", "text"), [2]),
        (of("rises with", "number", "last"), []),
        (of("rises with", "day", "number"), [0]),
        (of("unique", "text"), [0, 1]),
        (of("apart", "kind", "number; last"), []),
        (of("apart", "true", "number; last"), []),
        (of("equals", "kind", "id", "number=2..3; kind!=y"), [1]),
        (of("is empty", "id", "", "day=2001*"), [0, 1]),
        (of("is empty", "id", "", "day=2001-??-01|1999-12-31"), [0, 2]),
        (of("is empty", "id", "", "text.adopted=2000-01-01"), [2]),
        (of("is empty", "id", "", "text="), [3]),
    ],
    ids=lambda value: f"{value.kind} {value.right} {value.where}" if isinstance(value, Relation) else None,
)
def test_each_kind_names_the_rows_that_break_it(small: Cells, relation: Relation, rows: list[int]) -> None:
    found = relations.judge(small, relation)
    assert [problem.row - 2 for problem in found] == rows, "\n".join(map(str, found))


def test_every_kind_has_its_trial() -> None:
    trials = test_each_kind_names_the_rows_that_break_it.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {relation.kind for relation, _ in trials} == set(KINDS)


def test_most_of_a_group_is_taken_for_right(small: Cells) -> None:
    changed = small.with_cell("acts", "text", 2, "t1")
    (found,) = relations.judge(changed, of("determines", "text", "kind"))
    assert (found.row, found.field, found.value) == (4, "kind", "y")
    assert "The other rows with t1 have x" in found.rule


def test_periods_of_one_group_that_meet_are_told(small: Cells) -> None:
    (found,) = relations.judge(small.with_cell("acts", "last", 0, "2"), of("apart", "kind", "number; last"))
    assert (found.row, found.field) == (3, "kind")


@pytest.mark.parametrize(
    ("relation", "told"),
    [
        (of("equals", "nothing", "id"), "no column 'nothing' in acts"),
        (of("equals", "id", "id", table="acta"), "no table 'acta'"),
        (of("equals", "id", "kind.name"), "'kind' of acts refers to no table"),
        (of("alike", "id", "id"), "'alike' is no relation; there are equals"),
        (of("equals", "id", "id", "day"), "'day' is no condition"),
        (of("equals", "id", "id", "number=1..x"), "no range of numbers"),
        (of("found in", "id", "lost.text"), "no table 'lost'"),
        (of("matches", "id", "("), "cannot be judged"),
        (of("equals", "id", "upper(kind)"), "neither a column nor"),
    ],
)
def test_a_relation_that_cannot_be_judged_is_told_in_its_own_row(small: Cells, relation: Relation, told: str) -> None:
    (found,) = relations.judge(small, relation)
    assert (found.file, found.row, found.value) == ("data/relations.csv", 2, "trial")
    assert told in found.rule


def test_a_table_that_was_not_read_leaves_its_relations_out(small: Cells) -> None:
    cells = Cells({"acts": small.frames["acts"]}, small.schemas)
    assert not relations.judge(cells, of("not after", "text.adopted", "day"))


def test_what_stumbles_over_a_doubtful_table_was_told_before(small: Cells) -> None:
    assert not relations.judge(small, of("equals", "nothing", "id"), doubtful=["acts"])


def listed(small: Cells, *rows: tuple[str, str, str]) -> Cells:
    """Return the cells with the relation ``kinds`` and with exceptions to it."""
    names = ["relation_id", "table", "where", "left", "relation", "right", "meaning", "remedy"]
    table = pd.DataFrame([["kinds", "acts", None, "kind", "one of", "x", "Meaning.", "Remedy."]], columns=names)
    exceptions = pd.DataFrame([[*row, "Reason."] for row in rows], columns=["relation_id", "table", "key", "reason"])
    frames = {**small.frames, "relations": table, "relation_exceptions": exceptions}
    return Cells(frames, small.schemas)


def test_an_exception_spares_its_row_alone(small: Cells) -> None:
    (found,) = relations.check(listed(small, ("kinds", "acts", "c")))
    assert (found.file, found.row) == ("data/acts.csv", 5)
    assert not relations.check(listed(small, ("kinds", "acts", "c"), ("kinds", "acts", "d")))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("kinds", "acts", "a"), "there is nothing to except"),
        (("kinds", "acts", "z"), "no row of acts has this key"),
        (("kinds", "acta", "c"), "no table of this name"),
    ],
)
def test_an_exception_that_spares_nothing_is_told(small: Cells, row: tuple[str, str, str], told: str) -> None:
    found = relations.check(listed(small, ("kinds", "acts", "c"), ("kinds", "acts", "d"), row))
    assert [(problem.file, problem.row) for problem in found] == [("data/relation_exceptions.csv", 4)]
    assert told in found[0].rule


def test_cells_are_told_as_the_file_writes_them(root: Path) -> None:
    with open(root / "data/votes.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    frame = data.load("votes", root / "data")
    for column in frame.columns:
        assert texts(frame[column]) == [row[column] or None for row in rows]
    assert texts(data.load("states", root / "data").un_member_since)[0] == "1946-11-19"
    assert set(texts(data.load("states", root / "data").dac_member)) == {"true", None}


def test_the_longest_part_in_order_is_kept() -> None:
    assert relations.in_order([1, 2, 9, 3, 4, 4]) == {0, 1, 3, 4, 5}
    assert relations.in_order([]) == set()


def test_a_sum_knows_no_column_that_is_not_there(small: Cells) -> None:
    with pytest.raises(Unreadable, match="nothing"):
        small.number("acts", "number + nothing")
