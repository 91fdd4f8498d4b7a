"""The only door to the data package: load a table typed by its schema, and validate the whole with words for people.

``data/datapackage.json`` is the one schema. Everything here is read from it; no table is known by name.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

SCHEMA = "datapackage.json"

# Nullable pandas types, so that a missing whole number stays missing and never turns into a float.
_DTYPES = {
    "string": "str",
    "any": "str",
    "integer": "Int64",
    "year": "Int64",
    "number": "Float64",
    "boolean": "boolean",
}
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with the data, told to the person who can mend it.

    ``row`` is the line of the CSV as an editor counts it (the header is line 1); 0 stands for the file as a whole.
    """

    file: str
    row: int
    field: str
    value: str
    rule: str
    remedy: str = ""

    def __str__(self) -> str:
        place = self.file + (f", row {self.row}" if self.row else "") + (f", field {self.field}" if self.field else "")
        shown = f" has {self.value!r}" if self.value else ""
        return f"{place}{shown}: {self.rule}" + (f" {self.remedy}" if self.remedy else "")


class DataError(Exception):
    """The data package cannot be read at all; the message says what is wrong and what to do."""


def folder() -> Path:
    """Return the folder of the data package: the nearest ``data/`` at or above the working folder, else this clone's.

    Raises ``DataError`` when there is none.
    """
    here = Path.cwd()
    for place in (here, *here.parents, *Path(__file__).resolve().parents):
        if (place / "data" / SCHEMA).is_file():
            return place / "data"
    raise DataError(f"No data/{SCHEMA} at or above {here}: run this inside a clone of the edition.")


@cache
def package(root: Path) -> dict[str, Any]:
    """Return the descriptor of the data package in ``root``."""
    try:
        return json.loads((root / SCHEMA).read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise DataError(f"data/{SCHEMA}, line {error.lineno}: not valid JSON ({error.msg}).") from error


def resources(root: Path) -> dict[str, dict[str, Any]]:
    """Return the descriptor of each table by its name."""
    return {resource["name"]: resource for resource in package(root)["resources"]}


def load(name: str, root: Path | None = None) -> pd.DataFrame:
    """Return the table ``name``: one row a fact, columns typed by the schema, in the order of the file.

    Whole numbers, booleans and dates are nullable; days are ``datetime64``; dates of mixed precision stay text
    (``1949``, ``1949-03``, ``1949-03-04``), as the schema says. Raises ``KeyError`` for a name that is no table.

    >>> load("votes").query("symbol == 'A/HRC/RES/37/23'").vote.value_counts()
    """
    root = root or folder()
    tables = resources(root)
    if name not in tables:
        raise KeyError(f"no table {name!r} in the data package; it holds {', '.join(sorted(tables))}")
    fields = tables[name]["schema"]["fields"]
    types = {field["name"]: field["type"] for field in fields}
    frame = pd.read_csv(
        root / tables[name]["path"],
        dtype={column: _DTYPES[kind] for column, kind in types.items() if kind in _DTYPES},
        keep_default_na=False,
        na_values=[""],
        encoding="utf-8",
        true_values=["true"],
        false_values=["false"],
    )
    days = [column for column, kind in types.items() if kind == "date"]
    return frame.assign(**{column: pd.to_datetime(frame[column], format="%Y-%m-%d") for column in days})


def load_all(root: Path | None = None) -> dict[str, pd.DataFrame]:
    """Return every table by its name."""
    root = root or folder()
    return {name: load(name, root) for name in resources(root)}


def check(root: Path | None = None) -> list[Problem]:
    """Return every problem of the data package in ``root``, sorted by place; an empty list means that all rules hold.

    Three layers: the bytes of the files; the schema of each table (types, constraints, keys; mostly by frictionless)
    for files that are plain text; the rules across tables (``edition.rules``) for tables that can be read at all.
    """
    from . import rules

    root = root or folder()
    problems = [problem for resource in resources(root).values() for problem in _bytes(root, resource)]
    unreadable = {problem.file for problem in problems}
    problems += _schema(root, skip=unreadable)
    problems += _references(root, skip=unreadable)
    doubtful = {name for name, resource in resources(root).items() if _label(resource) in {p.file for p in problems}}
    frames = dict(_readable(root, unreadable, doubtful))
    problems += rules.check(frames, doubtful)
    return sorted(set(problems))


def _readable(root: Path, unreadable: set[str], doubtful: set[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the tables that load; one that does not has been told of already, else its error is ours."""
    for name, resource in resources(root).items():
        if _label(resource) not in unreadable:
            try:
                yield name, load(name, root)
            except (ValueError, KeyError):
                if name not in doubtful:
                    raise


def _label(resource: dict[str, Any]) -> str:
    return f"data/{resource['path']}"


def _bytes(root: Path, resource: dict[str, Any]) -> Iterator[Problem]:
    """What a schema does not see: a missing or empty file, a byte-order mark, foreign line ends or encodings."""
    file, path = _label(resource), root / resource["path"]
    if not path.is_file():
        yield Problem(file, 0, "", "", "the file is missing.", f"Restore it, or take its table out of data/{SCHEMA}.")
        return
    content = path.read_bytes()
    if not content.strip():
        yield Problem(file, 0, "", "", "the file is empty.", "It needs at least the line of column names.")
        return
    if content.startswith(_BOM):
        yield Problem(file, 1, "", "", "the file starts with a byte-order mark.", "Save it as UTF-8 without BOM.")
    if b"\r" in content:
        line = content[: content.index(b"\r")].count(b"\n") + 1
        yield Problem(file, line, "", "", "Windows line ends.", "Save the file with Unix line ends (LF).")
    if not content.endswith(b"\n"):
        yield Problem(file, content.count(b"\n") + 1, "", "", "the last line does not end.", "Add a line end.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        yield Problem(file, line, "", "", "not UTF-8 text.", "Save the file as UTF-8.")
        return
    reader = csv.reader(io.StringIO(text))
    for number, _row in enumerate(reader, start=1):
        if reader.line_num != number:
            yield Problem(file, number, "", "", "a cell holds a line break.", "Write each row on one line.")
            return


def _schema(root: Path, skip: set[str]) -> Iterator[Problem]:
    """Types, constraints and primary keys as the descriptor states them, judged by frictionless."""
    from frictionless import Checklist, Package, system

    descriptor = package(root)
    kept = [resource for resource in descriptor["resources"] if _label(resource) not in skip]
    schemas = {resource["name"]: resource["schema"] for resource in kept}
    with system.use_context(trusted=True):
        judged = Package.from_descriptor({**descriptor, "resources": kept}, basepath=str(root))
        for resource in judged.resources:
            resource.schema.foreign_keys = []  # _references looks them up
        report = judged.validate(Checklist(), limit_errors=10_000)
    for error in report.errors:
        yield Problem(f"data/{SCHEMA}", 0, "", "", f"{error.title}: {error.note}")
    for task in report.tasks:
        for error in task.errors:
            yield _explain(f"data/{task.place}", error, schemas[task.name])


def _references(root: Path, skip: set[str]) -> Iterator[Problem]:
    """Foreign keys, looked up once: frictionless reads a table anew for each that leads to it, half of its time."""
    kept = {name: resource for name, resource in resources(root).items() if _label(resource) not in skip}
    rows = {name: _rows(root / resource["path"]) for name, resource in kept.items()}
    for name, resource in kept.items():
        for key in resource["schema"].get("foreignKeys", []):
            fields, target, columns = key["fields"], key["reference"]["resource"] or name, key["reference"]["fields"]
            if target not in rows:
                continue  # its own problem has been told
            known = {tuple(row.get(column, "") for column in columns) for row in rows[target].values()}
            for line, row in rows[name].items():
                cells = tuple(row.get(field, "") for field in fields)
                if any(cells) and cells not in known:
                    told = f"ForeignKey Error: not found in {target} as {', '.join(columns)}."
                    remedy = "Register it there first, or correct the spelling."
                    yield Problem(_label(resource), line, ", ".join(fields), ", ".join(cells), told, remedy)


def _rows(path: Path) -> dict[int, dict[str, str]]:
    """Return the cells of each line by their columns; each row stands on one line."""
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return {line: dict(zip(header, cells, strict=False)) for line, cells in enumerate(rows, start=2)}


_REMEDIES = {
    "primary-key": "Keep one row for each key; a second value belongs in data/conflicts.csv.",
    "missing-label": "Restore the column.",
    "extra-label": f"Describe the column in data/{SCHEMA}, or take it out.",
    "incorrect-label": f"Column names and their order must equal data/{SCHEMA}.",
    "blank-row": "Take the empty line out.",
}


def _explain(file: str, error: Any, schema: dict[str, Any]) -> Problem:
    """Turn frictionless's error into ours: the same place, the rule in its words, and what to do."""
    told = error.to_dict()
    if error.type == "primary-key":  # it tells the row alone
        cells = dict(zip((field["name"] for field in schema["fields"]), told["cells"], strict=False))
        told |= {"fieldNames": schema["primaryKey"], "fieldCells": [cells.get(name) for name in schema["primaryKey"]]}
    row = told.get("rowNumber") or (1 if error.type.endswith("label") else 0)
    field = told.get("fieldName") or told.get("label") or ", ".join(told.get("fieldNames", []))
    value = told.get("cell") or ", ".join(map(str, told.get("fieldCells") or []))
    return Problem(file, row, field, str(value), f"{error.title}: {error.note}.", _REMEDIES.get(error.type, ""))
