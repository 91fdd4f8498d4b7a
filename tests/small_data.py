"""A few tables of the record as a data package of their own, which is checked in a moment, and ways to spoil one."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

Lines = list[list[str]]
Mistake = Callable[[Path], object]


def cut(source: Path, target: Path, tables: tuple[str, ...]) -> Path:
    """Copy ``tables`` of the package in ``source`` to ``target``, without the keys that lead to others."""
    target.mkdir(parents=True)
    package = json.loads((source / "datapackage.json").read_text("utf-8"))
    package["resources"] = [resource for resource in package["resources"] if resource["name"] in tables]
    for resource in package["resources"]:
        shutil.copy2(source / resource["path"], target)
        keys = resource["schema"].get("foreignKeys", [])
        resource["schema"]["foreignKeys"] = [key for key in keys if key["reference"]["resource"] in ("", *tables)]
    (target / "datapackage.json").write_text(json.dumps(package, indent=1), encoding="utf-8")
    return target


def read(package: Path, table: str) -> Lines:
    with open(package / f"{table}.csv", encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def write(package: Path, table: str, lines: Lines, sign: str = ",") -> None:
    with open(package / f"{table}.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=sign, lineterminator="\n").writerows(lines)


# Mistakes: each returns what makes it in a package


def cell(table: str, row: int, column: str, value: str | Callable[[str], str]) -> Mistake:
    """Another value in one cell; rows are counted as an editor counts lines."""

    def make(package: Path) -> None:
        lines = read(package, table)
        place = lines[0].index(column)
        lines[row - 1][place] = value if isinstance(value, str) else value(lines[row - 1][place])
        write(package, table, lines)

    return make


def rows(table: str, change: Callable[[Lines], Lines]) -> Mistake:
    """Other lines in the place of those of a table, the names among them."""
    return lambda package: write(package, table, change(read(package, table)))


def text(file: str, change: Callable[[str], str]) -> Mistake:
    """Another text in a file."""

    def make(package: Path) -> None:
        path = package / file
        path.write_bytes(change(path.read_bytes().decode("utf-8")).encode("utf-8"))

    return make


def described(table: str, change: Callable[[dict[str, Any]], object]) -> Mistake:
    """Another description of a table in the descriptor."""

    def make(package: Path) -> None:
        path = package / "datapackage.json"
        found = json.loads(path.read_text("utf-8"))
        change(next(resource for resource in found["resources"] if resource["name"] == table))
        path.write_text(json.dumps(found, indent=1), encoding="utf-8")

    return make


def column_sorted(table: str, column: str) -> Mistake:
    def alone(lines: Lines) -> Lines:
        place = lines[0].index(column)
        values = sorted(line[place] for line in lines[1:])
        return [lines[0], *([*old[:place], new, *old[place + 1 :]] for old, new in zip(lines[1:], values, strict=True))]

    return rows(table, alone)


def row_lost(table: str, column: str, value: str) -> Mistake:
    """The first row whose ``column`` is ``value`` is gone."""

    def lose(lines: Lines) -> Lines:
        place = next(n for n, line in enumerate(lines) if n and line[lines[0].index(column)] == value)
        return lines[:place] + lines[place + 1 :]

    return rows(table, lose)
