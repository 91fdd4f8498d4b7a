"""The tables as pages print them: every cell the text that stands in the file, rows found by key, and their digest.

The analysis loads typed frames through ``edition.load``; a page that only shows rows needs neither types nor pandas.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from . import data

Row = dict[str, str]
Reference = tuple[str, str]  # table and column that a foreign key leads to


@dataclass
class Record:
    """Every table by its name, one dict of texts a row, and where each column's foreign key leads."""

    tables: dict[str, list[Row]]
    references: dict[str, dict[str, Reference]]
    _indexes: dict[tuple[str, str], dict[str, list[Row]]] = field(default_factory=dict, repr=False)
    _prints: dict[tuple[int, int], str] = field(default_factory=dict, repr=False)

    def where(self, table: str, column: str, value: str) -> list[Row]:
        """Return the rows of ``table`` whose ``column`` is ``value``, in the order of the file.

        Raises ``KeyError`` for a table or a column that is not in the record.
        """
        if (table, column) not in self._indexes:
            index: dict[str, list[Row]] = {}
            for row in self.tables[table]:
                index.setdefault(row[column], []).append(row)
            self._indexes[table, column] = index
        return self._indexes[table, column].get(value, [])

    def one(self, table: str, column: str, value: str) -> Row:
        """Return the first such row. Raises ``KeyError`` when there is none."""
        found = self.where(table, column, value)
        if not found:
            raise KeyError(f"no {column} {value!r} in the table {table}")
        return found[0]

    def digest(self, rows: Iterable[tuple[str, Row]], *others: str) -> str:
        """Return one digest of ``rows`` (table and row), of the rows that they refer to, and of ``others``."""
        total = hashlib.sha256("\x1d".join(others).encode())
        for table, row in rows:
            total.update(f"\x1d{table}\x1d{self._print(table, row)}".encode())
        return total.hexdigest()[:16]

    def _print(self, table: str, row: Row, depth: int = 2) -> str:
        """Return the text of a row and of those that it refers to: a page shows their names, titles and links.

        Two steps lead from a vote to its text and from the text to the document.
        """
        if (id(row), depth) not in self._prints:
            parts = ["\x1f".join(row.values())]
            for column, (other, key) in self.references.get(table, {}).items() if depth else ():
                if row[column]:
                    parts += [self._print(other, found, depth - 1) for found in self.where(other, key, row[column])]
            self._prints[id(row), depth] = "\x1e".join(parts)
        return self._prints[id(row), depth]


def read(root: Path) -> Record:
    """Return the record in the data package ``root``: a folder with ``datapackage.json`` and its CSV files.

    Raises ``DataError`` for a table that is not written as its description says.
    """
    tables, references = {}, {}
    for name, resource in data.resources(root).items():
        tables[name] = data.rows(name, root)
        references[name] = {
            key["fields"][0]: (key["reference"]["resource"] or name, key["reference"]["fields"][0])
            for key in resource["schema"].get("foreignKeys", [])
        }
    return Record(tables, references)
