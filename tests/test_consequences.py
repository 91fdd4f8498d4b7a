"""What a change of data changes: the sentences, tables and charts that rest on it, and not a byte more.

In a copy of the clone one vote is turned and one programme of assistance is taken out. The chapters that read neither
table are not stale; two that do are executed again, and their outputs compared, one by one, with the committed ones.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from edition import notebooks

VOTE = ("data/votes.csv", "A/HRC/RES/37/23,DEU,abstain,", "A/HRC/RES/37/23,DEU,yes,")
PROGRAMME = re.compile(r"^asp-125,JPN,NPL,.*\n", re.M)  # ballot boxes for the election of 2008 in Nepal


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


@pytest.fixture(scope="module")
def mutated(copy_clone: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with both changes, in which the introduction and the chapter on actors were executed again."""
    clone = copy_clone(tmp_path_factory.mktemp("mutated") / "clone")
    name, old, new = VOTE
    text = (clone / name).read_text("utf-8")
    assert text.count(old) == 1
    (clone / name).write_text(text.replace(old, new), "utf-8")
    programmes = clone / "data/assistance_programmes.csv"
    text, taken = PROGRAMME.subn("", programmes.read_text("utf-8"))
    assert taken == 1
    programmes.write_text(text, "utf-8")
    assert set(notebooks.stale(clone)) == {
        path
        for path in notebooks.notebooks(clone)
        if {"votes", "assistance_programmes"} & set(notebooks.tables_read(notebooks.read(path)))
    }
    assert list(notebooks.run([clone / "book/introduction.ipynb", clone / "book/actors.ipynb"], clone))
    return clone


def test_chapters_that_read_neither_table_are_not_touched(mutated: Path, root: Path) -> None:
    executed = ("introduction.ipynb", "actors.ipynb")
    same = [path.relative_to(root) for path in notebooks.notebooks(root) if path.name not in executed]
    assert len(same) > 8
    for path in same:
        assert (mutated / path).read_bytes() == (root / path).read_bytes(), path
    stale = {path.stem for path in notebooks.stale(mutated)}
    assert {"findings", "mutually-beneficial-cooperation"} <= stale
    assert not {"definition-and-history", "high-commissioner"} & stale


def test_one_vote_changes_what_is_said_of_it_and_nothing_else(mutated: Path, root: Path) -> None:
    before, after = (read(clone / "book/introduction.ipynb") for clone in (root, mutated))
    values = changed(before.values, after.values)
    assert values == {
        *("yes_37_23", "abstain_37_23", "abstainers", "groups_yes"),
        *("n_yes", "n_abstained", "n_supporters"),  # of the respondents, of which Germany is one
    }
    assert (before.values["yes_37_23"], after.values["yes_37_23"]) == ("28", "29")
    assert changed(before.exhibits, after.exhibits) == {"fig-adoption-37-23", "fig-replies", "tbl-nine"}
    _only_sentences_with(values, before, after, root / "book/introduction.ipynb")
    # What stands in words and no longer holds is said to be so, in its place.
    assert before.warnings == []
    assert [warning.partition("says that ")[2][:40] for warning in after.warnings] == [
        "the members from Eastern European States",
        "these are the respondents that sponsored",
    ]


def test_one_programme_changes_what_is_counted_from_it_and_nothing_else(mutated: Path, root: Path) -> None:
    before, after = (read(clone / "book/actors.ipynb") for clone in (root, mutated))
    values = changed(before.values, after.values)
    assert values == {
        *("n_rows", "n_entries", "n_once", "n_named", "count_most"),
        *("n_japan", "n_japan_sa", "n_election", "n_other"),  # in South Asia, on elections, not on law
        "n_abstained",  # the vote of Germany, which this chapter reads too
    }
    assert (before.values["n_japan"], after.values["n_japan"]) == ("40", "39")
    assert changed(before.exhibits, after.exhibits) == {
        *("fig-japan-projects", "tbl-japan-projects", "fig-providers", "fig-recipients"),
        "fig-respondents",
    }
    _only_sentences_with(values, before, after, root / "book/actors.ipynb")


def _only_sentences_with(values: set[str], before: Chapter, after: Chapter, path: Path) -> None:
    """Check that the paragraphs that differ are those in which one of ``values`` stands."""
    source = [cell.source for cell in notebooks.read(path).cells if cell.cell_type == "markdown"]
    written = "\n\n".join(source).split("\n\n")
    rest = [bool(values & set(re.findall(r"\{glue:text\}`([^`]+)`", paragraph))) for paragraph in written]
    differ = [one != other for one, other in zip(before.paragraphs, after.paragraphs, strict=True)]
    assert differ == rest
    assert any(differ)
    assert not all(differ)
