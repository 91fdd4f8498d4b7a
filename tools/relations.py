"""Which relations hold between columns? Each is decided in docs/relations.csv: rule, exception or chance.

    .venv/bin/python tools/relations.py            lists what is found and not decided, and what was decided and is gone
    .venv/bin/python tools/relations.py --write    adds what is new to docs/relations.csv, to be decided there

Found are, with enough rows behind them and in at least 99 of 100: a column that determines another, two columns that
are equal (also through a foreign key), two dates in order, and a column whose values all stand in another table.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edition import data, relations
from edition.conditions import Cells, Texts

ROOT = Path(__file__).resolve().parent.parent
DECIDED = ROOT / "docs/relations.csv"
ENOUGH = 20  # rows behind a relation
HOLDS = 0.99
SAME = 0.95  # a column in which more rows than this hold one value says little
FREE = ("note",)  # free text
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
HEADER = ("table", "left", "relation", "right", "rows", "breaking", "decision", "reason")
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, order=True)
class Found:
    """One relation that holds, or nearly; ``rows`` are behind it and ``breaking`` of them break it."""

    table: str
    left: str
    relation: str
    right: str
    rows: int
    breaking: int

    @property
    def name(self) -> tuple[str, str, str, str]:
        return self.table, self.left, self.relation, self.right


def cells(root: Path) -> Cells:
    schemas = {name: resource["schema"] for name, resource in data.resources(root).items()}
    return Cells(data.load_all(root), schemas)


def found(record: Cells) -> list[Found]:
    """Return every relation that is found in the tables of the record, but for those that state the relations."""
    tables = [name for name in record.frames if name not in (relations.TABLE, relations.EXCEPTIONS)]
    within = [one for table in tables for one in (*dependencies(record, table), *compared(record, table))]
    return sorted([*within, *inclusions(record, tables)])


def dependencies(record: Cells, table: str) -> Iterator[Found]:
    """Yield the columns of a table that determine another, what follows from two of them left out."""
    columns = [name for name in record.frames[table].columns if name not in FREE]
    codes = {name: coded(record.text(table, name)) for name in columns}
    holds: dict[tuple[str, str], Found] = {}
    for left in columns:
        for right in columns:
            if left != right and (counted := dependency(codes[left], codes[right])):
                holds[left, right] = Found(table, left, "determines", right, *counted)
    rank = {name: place for place, name in enumerate(columns)}
    for (left, right), one in holds.items():
        middle = [other for other in columns if (left, other) in holds and (other, right) in holds]
        if not any((other, left) not in holds or rank[other] < rank[left] for other in middle):
            yield one


def dependency(left: Codes, right: Codes) -> tuple[int, int] | None:
    """Return the rows behind a dependency and those that break it, or nothing where it does not hold."""
    known = left >= 0
    groups, sizes = np.unique(left[known], return_counts=True)
    shared = known & np.isin(left, groups[sizes > 1])
    behind = int(shared.sum()) - int((sizes > 1).sum())
    if behind < ENOUGH or np.unique(right[shared], return_counts=True)[1].max() > SAME * shared.sum():
        return None
    pairs, counts = np.unique(left[shared] * (right.max() + 2) + right[shared] + 1, return_counts=True)
    owner = pairs // (right.max() + 2)
    most = np.zeros(owner.max() + 1, dtype=np.int64)
    np.maximum.at(most, owner, counts)
    breaking = int(shared.sum() - most.sum())
    return (behind, breaking) if breaking <= (1 - HOLDS) * shared.sum() else None


def coded(texts: Texts) -> Codes:
    numbers: dict[str, int] = {}
    return np.array([-1 if text is None else numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int64)


def compared(record: Cells, table: str) -> Iterator[Found]:
    """Yield pairs of columns, of one row or through a foreign key, that are equal or whose dates are in order."""
    own = [name for name in record.frames[table].columns if name not in FREE]
    paths = [
        f"{key['fields'][0]}.{name}"
        for key in record.schemas[table].get("foreignKeys", [])
        for name in record.frames[key["reference"]["resource"] or table].columns
        if name not in (*FREE, *key["reference"]["fields"])
    ]
    for place, left in enumerate(own):
        for right in (*own[place + 1 :], *paths):
            yield from comparison(table, left, right, record.text(table, left), record.text(table, right))


def comparison(table: str, left: str, right: str, ours: Texts, theirs: Texts) -> Iterator[Found]:
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None]
    if len(pairs) < ENOUGH or len({a for a, _ in pairs}) < 3:
        return
    differing = sum(a != b for a, b in pairs)
    if differing <= (1 - HOLDS) * len(pairs):
        yield Found(table, left, "equals", right, len(pairs), differing)
        return
    if not (DATE.fullmatch(pairs[0][0]) and DATE.fullmatch(pairs[0][1])):
        return
    if all(DATE.fullmatch(a) and DATE.fullmatch(b) for a, b in pairs):
        signs = [compare(a, b) for a, b in pairs]
        for relation, sign in (("not after", 1), ("not before", -1)):
            breaking = signs.count(sign)
            if breaking <= (1 - HOLDS) * len(pairs):
                yield Found(table, left, relation, right, len(pairs), breaking)


def compare(left: str, right: str) -> int:
    length = min(len(left), len(right))
    return (left[:length] > right[:length]) - (left[:length] < right[:length])


def inclusions(record: Cells, tables: list[str]) -> Iterator[Found]:
    """Yield the columns of words whose values all stand in a column of another table that no foreign key names."""
    values = {
        (table, name): {text for text in record.text(table, name) if text and not text.replace(".", "").isdigit()}
        for table in tables
        for name in record.frames[table].columns
        if name not in (*FREE, "source_url", "confidence")
    }
    keys = {
        (table, key["fields"][0], key["reference"]["resource"] or table, key["reference"]["fields"][0])
        for table in tables
        for key in record.schemas[table].get("foreignKeys", [])
    }
    whole = {
        (table, name): words
        for (table, name), words in values.items()
        if len(words) >= ENOUGH and len(words) == sum(text is not None for text in record.text(table, name))
    }
    referred = {(table, name): place[2:] for place in keys for table, name in [place[:2]]}
    for (table, name), words in values.items():
        for (other, column), known in whole.items():
            lost = len(words - known)
            enough = table != other and len(words) >= 10 and lost <= (1 - HOLDS) * len(words)
            named = (table, name, other, column) in keys or referred.get((table, name)) == referred.get(
                (other, column), 0
            )
            if enough and not named:
                yield Found(table, name, "found in", f"{other}.{column}", len(words), lost)


def decided() -> dict[tuple[str, str, str, str], dict[str, str]]:
    with open(DECIDED, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["table"], row["left"], row["relation"], row["right"]): row for row in rows}


def undecided(now: list[Found], rows: dict[tuple[str, str, str, str], dict[str, str]]) -> list[str]:
    """Return in words what is found and not decided, and what was decided and is not found any more."""
    names = {one.name for one in now}
    place = "docs/relations.csv"
    new = [f"{' '.join(one.name)} ({one.rows} rows): decide it in {place}." for one in now if one.name not in rows]
    gone = [f"{' '.join(name)}: not found any more; take it out of {place}." for name in rows if name not in names]
    open_ = [f"{' '.join(name)}: not decided yet." for name, row in rows.items() if row["decision"] not in DECISIONS]
    return new + gone + open_


DECISIONS = ("rule", "exception", "chance")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="bring docs/relations.csv up to date")
    now, rows = found(cells(ROOT / "data")), decided() if DECIDED.exists() else {}
    if parser.parse_args().write:
        with open(DECIDED, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, HEADER, lineterminator="\n")
            writer.writeheader()
            for one in now:
                told = rows.get(one.name, {"decision": "", "reason": ""})
                writer.writerow(vars(one) | {"decision": told["decision"], "reason": told["reason"]})
        rows = decided()
    lines = undecided(now, rows)
    print("\n".join([*lines, f"{len(now)} relations found, {len(lines)} to decide."]))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
