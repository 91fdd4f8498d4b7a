"""What a change of data changes: the sentences, tables and charts that rest on it, and not a byte more.

In a copy of the clone one vote is turned and one programme of assistance is taken out, both chosen by rule. The
chapters that read neither table are not stale; two that do are executed again, and their outputs compared, one by one,
with the committed ones. What must differ is what their code cells give here, without a kernel and without a drawing.
"""

from __future__ import annotations

import ast
import csv
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import pytest

import edition
from edition import notebooks, text

STUDIED = "A/HRC/RES/37/23"
EXECUTED = ("introduction", "actors")
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Chapter:
    """What a chapter says: computed values by name, exhibits by id, warnings, and its paragraphs as printed."""

    values: dict[str, str]
    exhibits: dict[str, str]
    warnings: list[str]
    paragraphs: list[str]


def read(path: Path) -> Chapter:
    notebook = notebooks.read(path)
    values, exhibits, warnings = {}, {}, []
    for cell in notebooks.code_cells(notebook):
        for output in cell.outputs:
            about = output.get("metadata", {})
            html = output.get("data", {}).get("text/html", "")
            if "scrapbook" in about:
                [text] = output.data.values()
                values[about["scrapbook"]["name"]] = ast.literal_eval(text)
            elif identity := re.search(r'"id": "((?:fig|tbl)-[a-z0-9-]+)"', json.dumps(about)):
                exhibits[identity[1]] = json.dumps(output, sort_keys=True)
            elif "ed-revise" in html:
                warnings.append(re.sub(r"<[^>]+>", "", html))
    source = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    printed = re.sub(r"\{glue:text\}`([^`]+)`", lambda found: values[found[1]], source)
    return Chapter(values, exhibits, warnings, printed.split("\n\n"))


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def turn_a_vote(rows: Rows) -> Rows:
    """Let the first State that abstained on the text of the study have voted for it."""
    next(row for row in rows if row["symbol"] == STUDIED and row["vote"] == "abstain")["vote"] = "yes"
    return rows


def lose_a_programme(rows: Rows) -> Rows:
    """Take out the first programme of the State that gave the most."""
    [(largest, _)] = Counter(row["provider_iso3"] for row in rows if row["provider_iso3"]).most_common(1)
    rows.remove(next(row for row in rows if row["provider_iso3"] == largest))
    return rows


CHANGES = {"votes": turn_a_vote, "assistance_programmes": lose_a_programme}


def rewrite(path: Path, change: Callable[[Rows], Rows]) -> None:
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0])
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(rows))


@pytest.fixture(scope="module")
def mutated(copy_clone: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with both changes, in which the introduction and the chapter on actors were executed again."""
    clone = copy_clone(tmp_path_factory.mktemp("mutated") / "clone")
    for table, change in CHANGES.items():
        rewrite(clone / f"data/{table}.csv", change)
    assert set(notebooks.stale(clone)) == {
        path for path in notebooks.notebooks(clone) if CHANGES.keys() & set(notebooks.tables_read(notebooks.read(path)))
    }
    assert list(notebooks.run([clone / f"book/{name}.ipynb" for name in EXECUTED], clone))
    return clone


@dataclass
class Computed:
    """What the code cells of a chapter give: numbers by name, exhibits by id, unmet expectations, tables of each."""

    values: dict[str, str] = field(default_factory=dict)
    exhibits: dict[str, str] = field(default_factory=dict)
    unmet: list[str] = field(default_factory=list)
    tables: dict[str, set[str]] = field(default_factory=dict)

    def glue(self, *tables: str, **values: Any) -> None:
        for name, value in values.items():
            self.values[name] = value if isinstance(value, str) else text.words(int(value))
            self.tables[name] = set(tables)

    def expect(self, holds: object, told: str) -> None:
        self.unmet += [] if bool(holds) else [told]

    def exhibit(self, shown: Any, **about: Any) -> None:
        self.exhibits[about["id"]] = repr([_as_text(part) for part in (shown, *about.values())])
        self.tables[about["id"]] = set(about.get("tables", ()))


def _as_text(part: Any) -> str:
    """Return a frame as its rows, a chart as its specification, a function by its name, anything else as written."""
    if hasattr(part, "to_csv"):
        return str(part.to_csv(index=False))  # a row that is gone moves the numbers of those below it
    if hasattr(part, "to_json"):
        return str(part.to_json())
    if isinstance(part, dict):
        return repr({name: _as_text(value) for name, value in part.items()})
    return getattr(part, "__name__", "") or repr(part)


def compute(clone: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> Computed:
    """Run the code cells of a chapter in this process, and take down what they glue, expect and show."""
    computed = Computed()
    monkeypatch.chdir(clone / "book")
    for door, function in (("glue", computed.glue), ("expect", computed.expect)):
        monkeypatch.setattr(edition, door, function, raising=False)
    for door in ("figure", "table"):
        monkeypatch.setattr(edition, door, computed.exhibit, raising=False)
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in notebooks.code_cells(notebooks.read(clone / f"book/{name}.ipynb")):
        exec(compile(cell.source, name, "exec"), names)
    return computed


def test_chapters_that_read_neither_table_are_not_touched(mutated: Path, root: Path) -> None:
    same = [path.relative_to(root) for path in notebooks.notebooks(root) if path.stem not in EXECUTED]
    assert same
    for path in same:
        assert (mutated / path).read_bytes() == (root / path).read_bytes(), path
    stale = set(notebooks.stale(mutated))
    reading = {
        path
        for path in notebooks.notebooks(mutated)
        if CHANGES.keys() & set(notebooks.tables_read(notebooks.read(path))) and path.stem not in EXECUTED
    }
    assert stale == reading


@pytest.mark.parametrize("name", EXECUTED)
def test_a_change_shows_in_what_is_computed_from_it_and_nowhere_else(
    name: str, mutated: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root / f"book/{name}.ipynb"
    before, after = (read(clone / f"book/{name}.ipynb") for clone in (root, mutated))
    old, new = (compute(clone, name, monkeypatch) for clone in (root, mutated))
    assert (before.values, after.values) == (old.values, new.values)
    values, exhibits = changed(before.values, after.values), changed(before.exhibits, after.exhibits)
    assert values
    assert exhibits == changed(old.exhibits, new.exhibits)
    assert exhibits
    for identity in values | exhibits:
        assert CHANGES.keys() & new.tables[identity], f"{identity} does not say that it rests on a table that changed"
    _only_sentences_with(values, before, after, path)
    # What stands in words and no longer holds is said to be so, in its place.
    assert before.warnings == old.unmet == []
    assert [warning.partition("says ")[2].partition(". The data")[0] for warning in after.warnings] == [
        escape(told) for told in new.unmet
    ]


def _only_sentences_with(values: set[str], before: Chapter, after: Chapter, path: Path) -> None:
    """Check that the paragraphs that differ are those in which one of ``values`` stands."""
    source = [cell.source for cell in notebooks.read(path).cells if cell.cell_type == "markdown"]
    written = "\n\n".join(source).split("\n\n")
    rest = [bool(values & set(re.findall(r"\{glue:text\}`([^`]+)`", paragraph))) for paragraph in written]
    differ = [one != other for one, other in zip(before.paragraphs, after.paragraphs, strict=True)]
    assert differ == rest
    assert any(differ)
    assert not all(differ)
