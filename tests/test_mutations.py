"""What `make check` catches: a thousand random mistakes, of the kinds that people make, over all tables.

Each mistake is made in a row of its own; it is caught when a problem names its row, or its key. Kinds that the schema
or a rule forbids must be caught without exception. What no schema can know (a wrong number that is a number, another
word in free text) is measured and told in data/README.md, so that reviewers look where the checks do not.
"""

from __future__ import annotations

import csv
import json
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from edition import data
from edition.problems import Problem

Row = dict[str, str]
Tables = dict[str, list[Row]]

SEED = 3723
PER_KIND = 100
ALWAYS_CAUGHT = {
    "row doubled",
    "key left out",
    "State unknown",
    "source unknown",
    "word outside its vocabulary",
    "letters in a number",
    "date impossible",
    "vote turned",
}


@dataclass(frozen=True)
class Field:
    table: str
    name: str
    type: str
    is_key: bool
    required: bool
    vocabulary: tuple[str, ...]
    refers_to: str


def fields_of(descriptor: dict[str, Any]) -> Iterator[Field]:
    for resource in descriptor["resources"]:
        schema = resource["schema"]
        references = {
            name: key["reference"]["resource"] for key in schema.get("foreignKeys", []) for name in key["fields"]
        }
        for field in schema["fields"]:
            limits = field.get("constraints", {})
            yield Field(
                resource["name"],
                field["name"],
                field["type"],
                field["name"] in schema["primaryKey"],
                bool(limits.get("required")),
                tuple(limits.get("enum", ())),
                references.get(field["name"], ""),
            )


def _turn(row: Row, _field: Field) -> str:
    return "abstain"  # one way only: two turned votes must not make up for each other


def _plus_one(row: Row, field: Field) -> str:
    value = row[field.name]
    return str(int(value) + 1) if "." not in value else str(float(value) + 1)


def _slip(row: Row, field: Field) -> str:
    """Two neighbouring letters change places, as in hurried typing."""
    text = row[field.name]
    middle = len(text) // 2
    return text[: middle - 1] + text[middle] + text[middle - 1] + text[middle + 1 :]


Choice = Callable[[Field], bool]
Change = Callable[[Row, Field], str]
KINDS: dict[str, tuple[Choice, Change]] = {
    "key left out": (lambda f: f.is_key, lambda row, f: ""),
    "required cell left out": (lambda f: f.required and not f.is_key, lambda row, f: ""),
    "other cell left out": (lambda f: not f.required and not f.is_key, lambda row, f: ""),
    "State unknown": (lambda f: f.refers_to == "states", lambda row, f: "QQQ"),
    "another State": (lambda f: f.refers_to == "states" and not f.is_key, lambda row, f: "TUV"),
    "source unknown": (lambda f: f.refers_to == "sources", lambda row, f: "no-such-document"),
    "word outside its vocabulary": (lambda f: bool(f.vocabulary), lambda row, f: row[f.name] + "x"),
    "letters in a number": (lambda f: f.type in ("integer", "number", "year"), lambda row, f: row[f.name] + "O"),
    "another number": (lambda f: f.type in ("integer", "number") and not f.is_key, _plus_one),
    "date impossible": (lambda f: f.name == "date" and f.type in ("date", "string"), lambda row, f: "2018-02-30"),
    "vote turned": (lambda f: f.table == "votes" and f.name == "vote", _turn),
    "slip in free text": (lambda f: f.name in ("title", "claim", "paraphrase", "argument", "note"), _slip),
}

# Rules compare tables that can be read: these are made where no other mistake hides them.
ALONE = ({"vote turned", "another number", "another State"}, {"date impossible"})


class Package:
    """A copy of the data package whose rows can be changed and checked."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.folder = folder
        self.descriptor = json.loads((source / data.SCHEMA).read_text("utf-8"))
        shutil.copytree(source, folder)
        self.paths = {resource["name"]: resource["path"] for resource in self.descriptor["resources"]}
        self.keys = {resource["name"]: resource["schema"]["primaryKey"] for resource in self.descriptor["resources"]}
        self.rows: Tables = {name: self._read(name) for name in self.paths}

    def _read(self, name: str) -> list[Row]:
        with open(self.folder / self.paths[name], encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def check(self, changed: Tables) -> list[Problem]:
        """Return the problems with ``changed`` tables in place; the others stay as they are."""
        for name, rows in changed.items():
            self._write(name, rows)
        try:
            return data.check(self.folder)
        finally:
            for name in changed:
                self._write(name, self.rows[name])

    def _write(self, name: str, rows: list[Row]) -> None:
        with open(self.folder / self.paths[name], "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(self.rows[name][0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def label(self, name: str) -> str:
        return f"data/{self.paths[name]}"


@dataclass(frozen=True)
class Mistake:
    kind: str
    table: str
    line: int
    names: tuple[str, ...]  # the key of the row: a problem elsewhere that names it has caught it too


def _caught(mistake: Mistake, package: Package, problems: list[Problem]) -> bool:
    return any(
        (problem.file == package.label(mistake.table) and problem.row == mistake.line)
        or any(len(name) > 3 and name in f"{problem.value} {problem.rule}" for name in mistake.names)
        for problem in problems
    )


def _cells(package: Package, draw: random.Random, kinds: set[str]) -> tuple[Tables, list[Mistake]]:
    """Make one mistake of each of ``kinds`` in rows of their own, ``PER_KIND`` times."""
    changed: Tables = {name: [dict(row) for row in rows] for name, rows in package.rows.items()}
    fields = list(fields_of(package.descriptor))
    used: set[tuple[str, int]] = set()
    made: list[Mistake] = []
    for kind, (fits, change) in ((kind, KINDS[kind]) for kind in sorted(kinds)):
        # A changed key of a table that others refer to would be told a thousand times and drown the rest.
        places = [
            (field, number)
            for field in fields
            if fits(field) and not (field.is_key and field.table in ("sources", "states", "resolutions"))
            for number, row in enumerate(package.rows[field.table])
            if row[field.name].strip() and change(row, field) != row[field.name]
        ]
        draw.shuffle(places)
        taken = 0
        for field, number in places:
            if taken == PER_KIND:
                break
            if (field.table, number) not in used:
                used.add((field.table, number))
                row = changed[field.table][number]
                names = tuple(package.rows[field.table][number][name] for name in package.keys[field.table])
                row[field.name] = change(row, field)
                made.append(Mistake(kind, field.table, number + 2, names))
                taken += 1
    return changed, made


def _rows(package: Package, draw: random.Random, kind: str) -> tuple[Tables, list[Mistake]]:
    """Double or lose whole rows, spread over all tables."""
    changed: Tables = {name: [dict(row) for row in rows] for name, rows in package.rows.items()}
    made: list[Mistake] = []
    for name in sorted(draw.choices(sorted(changed), k=PER_KIND)):
        row = draw.choice(package.rows[name])
        names = tuple(row[key] for key in package.keys[name])
        if kind == "row doubled":
            changed[name].append(dict(row))
            made.append(Mistake(kind, name, len(changed[name]) + 1, names))
        elif row in changed[name]:
            changed[name].remove(row)
            made.append(Mistake(kind, name, 0, names))
    return changed, made


@pytest.fixture(scope="module")
def shares(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int]]:
    """By kind of mistake: how many were caught, and how many were made."""
    package = Package(root / "data", tmp_path_factory.mktemp("mutated") / "data")
    draw = random.Random(SEED)
    caught: Counter[str] = Counter()
    made: dict[str, int] = defaultdict(int)
    for changed, mistakes in (
        _cells(package, draw, set(KINDS).difference(*ALONE)),
        *(_cells(package, draw, kinds) for kinds in ALONE),
        _rows(package, draw, "row doubled"),
        _rows(package, draw, "row lost"),
    ):
        problems = package.check(changed)
        for mistake in mistakes:
            made[mistake.kind] += 1
            caught[mistake.kind] += _caught(mistake, package, problems)
    return {kind: (caught[kind], number) for kind, number in made.items()}


def test_a_thousand_mistakes_were_made(shares: dict[str, tuple[int, int]]) -> None:
    for kind, (caught, made) in shares.items():
        print(f"{kind:30} {caught:4} of {made:4} caught")
    assert sum(made for _, made in shares.values()) >= 1000


@pytest.mark.parametrize("kind", sorted(ALWAYS_CAUGHT))
def test_what_the_schema_forbids_is_always_caught(kind: str, shares: dict[str, tuple[int, int]]) -> None:
    caught, made = shares[kind]
    assert caught == made, f"{made - caught} of {made} mistakes of the kind {kind!r} went through"


def test_what_cannot_be_caught_is_told(shares: dict[str, tuple[int, int]], root: Path) -> None:
    """Every kind that goes through at times is listed for reviewers."""
    told = (root / "data/README.md").read_text("utf-8")
    for kind, (caught, made) in shares.items():
        if caught < made:
            assert kind in told, f"data/README.md does not tell that {kind!r} is caught in {caught} of {made} cases"
