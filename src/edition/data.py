"""The only door to the data package: its cells as the file holds them, its tables typed by the schema, and the check.

``data/datapackage.json`` is the one schema. Everything here is read from it; no table is known by name.

Whoever reads a cell reads it through ``columns``: a file that is written in another way than the descriptor says (a
spreadsheet's ``TRUE``, a blank after a name) is refused there, so that no two readers can understand it differently.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import paths

if TYPE_CHECKING:
    from .problems import Problem

SCHEMA = "datapackage.json"

Columns = Mapping[str, Sequence[str]]

# How a value of each type is written. Python itself would take 1_000, digits of other scripts and NaN for numbers, and
# more digits than 64 bits hold.
WRITTEN = {
    "integer": re.compile(r"0|-?[1-9][0-9]{0,17}"),
    "number": re.compile(r"(?=-?[0-9.]{1,16}$)-?(0|[1-9][0-9]*)(\.[0-9]+)?"),
    "boolean": re.compile(r"true|false"),
    "year": re.compile(r"[0-9]{4}"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "string": re.compile(r".*", re.DOTALL),
}
_INVISIBLE = (
    r"\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ue000-\uf8ff\U000e0000-\U0010ffff"
)
_BLANKS = r"\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
# French sets a blank that does not break beside some of its signs: there it is meant.
UNCLEAN = re.compile(rf"(?P<invisible>[{_INVISIBLE}])|(?P<blank>(?<!«)[{_BLANKS}](?![:;!?»]))|(?P<doubled> {{2,}})")


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
    """Return the descriptor of the data package in ``root``; raises ``DataError`` when it cannot be used at all."""
    text = (root / SCHEMA).read_text(encoding="utf-8")
    try:
        return _held(json.loads(text))
    except json.JSONDecodeError as error:
        told = f"not valid JSON ({error.msg}). A sign is missing there, or just before, or one is too many."
        if re.search(r"^[<>]{7} ", text, re.MULTILINE):
            told = "git left a conflict: keep the right lines, and take out those that git added."
        raise DataError(f"data/{SCHEMA}, line {error.lineno}: {told}") from error


def _held(descriptor: dict[str, Any]) -> dict[str, Any]:
    """Return the descriptor if each of its tables is a file of ``data/`` itself. Raises ``DataError``."""
    for resource in descriptor.get("resources", []):
        for key in ("name", "path"):
            value = str(resource.get(key, ""))
            if value and ("/" in value or paths.fault(value)):
                told = f"data/{SCHEMA}: the table {resource.get('name')!r} has the {key} {value!r}."
                raise DataError(f"{told} Name a file of data/ itself, in letters, digits, hyphens and points.")
    return descriptor


def resources(root: Path) -> dict[str, dict[str, Any]]:
    """Return the descriptor of each table by its name; raises ``DataError`` for one without name, path or columns."""
    try:
        found = {resource["name"]: resource for resource in package(root)["resources"]}
        if found and all(resource["path"] and resource["schema"]["fields"] for resource in found.values()):
            return found
    except (KeyError, TypeError):
        pass
    raise DataError(f"data/{SCHEMA} does not describe each table by name, path and schema: make check says which.")


def covers_until(resource: dict[str, Any]) -> str:
    """Return the last date of which the rows of a table can speak, as long as it is precise; empty where not said."""
    return str(resource.get("edition:covers_until", ""))


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
    return frame(columns(name, root), tables[name]["schema"]["fields"])


def columns(name: str, root: Path) -> Columns:
    """Return the cells of a table by its columns, as text and in the order of the file; an empty cell is unknown.

    Raises ``DataError`` when the file is not written as the descriptor says.
    """
    resource = resources(root)[name]
    types = tuple((field["name"], field["type"]) for field in resource["schema"]["fields"])
    try:
        return _columns((root / resource["path"]).read_bytes(), types)
    except (OSError, ValueError, KeyError, csv.Error) as error:
        told = "is not written as its description says: make check names the row and what to do."
        raise DataError(f"data/{resource['path']} {told}") from error


@lru_cache(maxsize=128)
def _columns(content: bytes, types: tuple[tuple[str, str], ...]) -> Columns:
    """Return the cells of a file by column. Raises ``ValueError`` or ``csv.Error`` where they are not as ``types`` say.

    Many pages read the same tables: whatever reads the same bytes again finds them judged.
    """
    header, *lines = cells(content.decode("utf-8"))
    if header != [name for name, _ in types] or any(len(line) != len(header) for line in lines):
        raise ValueError("other columns")
    values = list(zip(*lines, strict=True)) if lines else [()] * len(header)
    if not all(well_written(column, kind) for column, (_, kind) in zip(values, types, strict=True)):
        raise ValueError("other cells")
    return dict(zip(header, values, strict=True))


def rows(name: str, root: Path) -> list[dict[str, str]]:
    """Return the rows of a table, each with the text of its cells by column. Raises ``DataError`` as ``columns``."""
    found = columns(name, root)
    return [dict(zip(found, values, strict=True)) for values in zip(*found.values(), strict=True)]


def cells(text: str) -> list[list[str]]:
    """Return the cells of each line of a CSV, the line of names first. Raises ``csv.Error`` for quotes that are odd."""
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def well_written(values: Iterable[str], kind: str) -> bool:
    """Say whether the cells of a column are plain text, and written as values of the type ``kind`` are."""
    distinct = set(values) - {""}
    whole = "\n".join(distinct)
    return (
        unicodedata.is_normalized("NFC", whole)
        and not UNCLEAN.search(whole)
        and not any(value[0] == " " or value[-1] == " " or "\n" in value for value in distinct)
        and all(map(WRITTEN[kind].fullmatch, distinct))
        and (kind != "date" or all(map(is_day, distinct)))
    )


def is_day(text: str) -> bool:
    """Say whether ``2018-03-23`` is a day of the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def frame(found: Columns, fields: list[dict[str, Any]]) -> pd.DataFrame:
    """Return columns of well-written cells as a frame, typed as ``fields`` say."""
    return pd.DataFrame({field["name"]: _typed(found[field["name"]], field["type"]) for field in fields})


def _typed(values: Sequence[str], kind: str) -> Any:
    """Return the cells of one column in a nullable type, so that a missing whole number never turns into a float."""
    if kind in ("integer", "year"):
        return pd.array([int(value) if value else None for value in values], dtype="Int64")
    if kind == "number":
        return pd.array([float(value) if value else None for value in values], dtype="Float64")
    if kind == "boolean":
        return pd.array([value == "true" if value else None for value in values], dtype="boolean")
    text = pd.Series([value or None for value in values], dtype="str")
    return pd.to_datetime(text, format="%Y-%m-%d") if kind == "date" else text


def load_all(root: Path | None = None) -> dict[str, pd.DataFrame]:
    """Return every table by its name."""
    root = root or folder()
    return {name: load(name, root) for name in resources(root)}


def check(root: Path | None = None) -> list[Problem]:
    """Return every problem of the data package in ``root``, causes first; an empty list means that all rules hold."""
    from . import checking

    return checking.check(root or folder())
