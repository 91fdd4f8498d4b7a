"""Rules across tables: what no schema of a single table can say.

Three kinds. Relations between cells are data (``edition.relations``). Rules of every data package stand here: order,
sources, dates, the lists that speak of other tables. What only this study knows, and no relation can say, stands in
``edition.study_rules``: a rule is a function of frames that yields problems; ``@rule("votes", ...)`` names its tables.
Rows are counted as an editor counts lines: the header is line 1.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from . import relations
from .conditions import Cells, Frames, Schemas, Unreadable
from .data import SCHEMA
from .problems import Problem

Rule = Callable[..., Iterator[Problem]]
_RULES: list[tuple[tuple[str, ...], Rule]] = []
_GENERAL: list[tuple[set[str], Rule]] = []
_LISTS: list[tuple[str, Rule]] = []

DATE_COLUMNS = ("date", "end_date", "start", "end", "as_of")


def rule(*tables: str) -> Callable[[Rule], Rule]:
    """Register a rule that takes the frames of ``tables``, in that order."""

    def register(function: Rule) -> Rule:
        _RULES.append((tables, function))
        return function

    return register


def every_table_with(*columns: str) -> Callable[[Rule], Rule]:
    """Register a rule for each table that has ``columns``; it takes the table's name and frame."""

    def register(function: Rule) -> Rule:
        _GENERAL.append((set(columns), function))
        return function

    return register


def list_of_tables(table: str) -> Callable[[Rule], Rule]:
    """Register a rule for a table that speaks of other tables; it takes the cells of all."""

    def register(function: Rule) -> Rule:
        _LISTS.append((table, function))
        return function

    return register


def check(frames: Frames, schemas: Schemas, doubtful: Collection[str] = ()) -> list[Problem]:
    """Return the problems that the rules find in ``frames``; a rule whose tables were not read is left out.

    ``schemas`` are those of all tables that the package describes. A rule that names a table which is not among them
    is told, since it would not run. Tables in ``doubtful`` broke their own schema: a rule that stumbles over one of
    them is left out, since what it stumbled over has been told; what it finds only follows. A rule that stumbles over
    sound tables is a fault of ours and is raised.
    """
    return judge(Cells(frames, schemas), doubtful)


def judge(cells: Cells, doubtful: Collection[str] = (), about: Collection[str] | None = None) -> list[Problem]:
    """Return what ``check`` does; ``about`` leaves out what none of these tables can break."""
    found = [*lost_tables(cells.schemas), *relations.check(cells, doubtful, about)]
    for tables, run in runs(cells):
        if about is None or set(tables) & set(about):
            in_doubt = bool(set(tables) & set(doubtful))
            try:
                # Totals and conflicts, which come last, rest on everything: where anything else was found, they follow.
                follows = in_doubt or (len(tables) == len(cells.frames) and bool(found))
                found += [replace(problem, kind=run.func.__name__, follows=follows) for problem in run()]
            except Exception:
                if not in_doubt:
                    raise
    return found


Run = tuple[tuple[str, ...], "partial[Iterator[Problem]]"]


def runs(cells: Cells) -> Iterator[Run]:
    """Yield what is run beside the relations, each with the tables that it reads, first that of which it tells."""
    from . import study_rules  # noqa: F401  # its rules register themselves

    frames = cells.frames
    for tables, function in _RULES:
        if all(name in frames for name in tables):
            yield tables, partial(function, *(frames[name] for name in tables))
    for columns, function in _GENERAL:
        for name, frame in frames.items():
            if columns <= set(frame.columns):
                yield (name,), partial(function, name, frame)
    for name in frames:
        yield (name,), partial(no_cell_is_a_formula, cells, name)
    for table, function in _LISTS:
        if table in frames:
            yield (table, *(name for name in frames if name != table)), partial(function, cells)


def problem(table: str, index: Any, field: str, value: Any, text: str, remedy: str = "") -> Problem:
    """Return what is wrong with the row ``index`` of ``table``."""
    line = int(index) + 2  # the header is line 1
    return Problem(f"data/{table}.csv", line, field, "" if pd.isna(value) else str(value), text, remedy)


def lost_tables(schemas: Schemas) -> Iterator[Problem]:
    """A rule that names a table which is not there, beside one that is, would never be judged.

    It is asked of packages that state their relations: of others, the rules of this study are none.
    """
    for tables, function in _RULES if relations.TABLE in schemas else ():
        lost = [name for name in tables if name not in schemas]
        if lost and len(lost) < len(tables):
            told = f"no table of this name is described, but the rule {function.__name__} needs it."
            remedy = "Restore its name, or change the rule with it."
            yield Problem(f"data/{SCHEMA}", 0, "name", lost[0], told, remedy)


def _names(schema: Any) -> set[str]:
    return {field["name"] for field in schema["fields"]}


def no_cell_is_a_formula(cells: Cells, table: str) -> Iterator[Problem]:
    """No text begins as a formula: a spreadsheet program would run it, and files are published as they are."""
    frame = cells.frames[table]
    for column in frame.columns[frame.dtypes == "str"]:
        for place, value in enumerate(cells.text(table, column)):
            if value and value[0] in "=+@\t-" and not re.match(r"-[\d.]+$", value):
                told = "a spreadsheet program takes this for a formula."
                remedy = "Begin the text with a letter, a digit or a quotation mark."
                yield problem(table, frame.index[place], column, value, told, remedy)


@every_table_with("source_id", "confidence")
def only_background_has_no_source(table: str, frame: pd.DataFrame) -> Iterator[Problem]:
    """A row without a document is known, not confirmed: it says so."""
    for index in frame.index[frame.source_id.isna() & (frame.confidence != "background")]:
        remedy = "Name its source, or mark the row as background."
        yield problem(table, index, "source_id", None, f"{frame.confidence[index]} without a source.", remedy)


@every_table_with()
def dates_are_days_of_the_calendar(table: str, frame: pd.DataFrame) -> Iterator[Problem]:
    """A date written as text is a year, a month or a day that there was: 2018-02-30 is none."""
    for column in frame.columns.intersection(list(DATE_COLUMNS)):
        if not pd.api.types.is_string_dtype(frame[column]):
            continue
        dates = frame[column].dropna()
        dates = dates[dates.str.match(r"\d{4}")]  # "undated" is a word of some schemas
        first_days = dates + dates.str.len().map({4: "-01-01", 7: "-01", 10: ""})
        impossible = pd.to_datetime(first_days, format="%Y-%m-%d", errors="coerce").isna()
        for index in dates.index[impossible]:
            remedy = "Write YYYY, YYYY-MM or YYYY-MM-DD."
            yield problem(table, index, column, dates[index], "no day of the calendar.", remedy)


@every_table_with("date", "date_precision")
def dates_are_as_precise_as_they_say(table: str, frame: pd.DataFrame) -> Iterator[Problem]:
    """A date is as long as its precision says: a year, a month or a day."""
    dates = frame.date.dropna().astype("str").str[:10]
    stated = frame.date_precision.reindex(dates.index)
    expected = stated.map({"year": 4, "month": 7, "day": 10})
    for index in dates.index[expected.notna() & (expected != dates.str.len())]:
        told = f"the date has not the precision {stated[index]!r} that date_precision states."
        yield problem(table, index, "date", dates[index], told)


@list_of_tables("control_totals")
def stated_totals_recompute(cells: Cells) -> Iterator[Problem]:
    """A total that a source states is what the table gives when it is counted."""
    for index, control in cells.frames["control_totals"].iterrows():
        table, conditions = str(control.table), "" if pd.isna(control.conditions) else str(control.conditions)
        if table not in cells.schemas:
            yield _no_table("control_totals", index, table)
        elif table in cells.frames:
            try:
                counted = len(cells.fitting(table, conditions))
            except Unreadable as error:
                remedy = "Write column=value or, for numbers, column=6..60, several with ; between them."
                told = f"not read on {table}: {error}"
                yield problem("control_totals", index, "conditions", conditions, told, remedy)
                continue
            if counted != control.expected:
                told = f"{counted} by the table {table}."
                remedy = "Find the row that is missing or doubled; change the total only with its source."
                yield problem("control_totals", index, "expected", control.expected, told, remedy)


@list_of_tables("conflicts")
def conflicts_name_cells(cells: Cells) -> Iterator[Problem]:
    """A conflict names a cell that is there, and the value chosen is the one that stands in it."""
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    for index, conflict in cells.frames["conflicts"].iterrows():
        table, key, field = str(conflict.table), str(conflict.key), str(conflict.field)
        if table not in cells.schemas:
            yield _no_table("conflicts", index, table)
            continue
        if table not in cells.frames or not set(cells.schemas[table]["primaryKey"]) <= set(cells.frames[table]):
            continue
        if table not in rows:
            rows[table] = {key: row for row, key in enumerate(cells.keys(table))}
        if key not in rows[table]:
            remedy = "Write the key as the row has it, its parts joined by a comma and a blank."
            yield problem("conflicts", index, "key", key, f"no row of {table} has this key.", remedy)
        elif field not in _names(cells.schemas[table]):
            yield problem("conflicts", index, "field", field, f"{table} has no column of this name.")
        elif field in cells.frames[table]:
            stands = cells.text(table, field)[rows[table][key]] or ""
            chosen = "" if pd.isna(conflict.chosen_value) else str(conflict.chosen_value)
            if not _same(stands, chosen):
                told = f"{table} has {stands!r} there."
                yield problem("conflicts", index, "chosen_value", chosen, told, "Write the value as the table has it.")


def _same(stands: str, chosen: str) -> bool:
    if stands == chosen:
        return True
    try:
        return float(stands) == float(chosen)
    except ValueError:
        return False


def _no_table(table: str, index: Any, name: str) -> Problem:
    remedy = "Correct the name; the tables are those of data/datapackage.json."
    return problem(table, index, "table", name, "no table of this name.", remedy)
