"""What changed between two editions, found in folders, archives and commits; the changelog and the page of changes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from edition import changelog, cli, data, diff
from edition.sphinxext import changes


def fields(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "type": "string"} for name in names]


def glued(name: str, text: str) -> dict[str, Any]:
    mime = "application/papermill.record/text/plain"
    return {"data": {mime: repr(text)}, "metadata": {"scrapbook": {"name": name}}, "output_type": "display_data"}


def figure(name: str, title: str, html: str) -> dict[str, Any]:
    about = {"kind": "figure", "id": name, "title": title, "caption": "C.", "sources": ["s"], "tables": ["votes"]}
    return {"data": {"text/html": [html]}, "metadata": {"edition": about}, "output_type": "display_data"}


def cell(kind: str, source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": kind, "source": source.splitlines(keepends=True), "outputs": list(outputs)}


TEXT = """Of all members, {glue:text}`yes` voted in favour.{src}`a, para. 1` “It passed.” See No. 5 and {numref}`fig-a`.

- A [link](x.md)."""


def write(root: Path, votes: str, yes: str, title: str, html: str, text: str = TEXT) -> Path:
    """Write a clone of one table and two pages, of which the second reads a number of the first."""
    for folder in ("data", "book/apparatus"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    schema = {"fields": fields("symbol", "iso3", "vote"), "primaryKey": ["symbol", "iso3"]}
    resource = {"name": "votes", "path": "votes.csv", "schema": schema}
    (root / "data/datapackage.json").write_text(json.dumps({"version": "1", "resources": [resource]}))
    (root / "data/votes.csv").write_text(votes)
    cells = [cell("markdown", text), cell("code", "x", glued("yes", yes), figure("fig-a", title, html))]
    (root / "book/one.ipynb").write_text(json.dumps({"cells": cells}))
    (root / "book/index.md").write_text("# Title\n\nThe vote: {glue:text}`one.ipynb::yes:s` in favour.\n")
    return root


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    old = write(tmp_path / "old", "symbol,iso3,vote\nA,BEL,yes\nA,FRA,no\nA,ITA,\n", "nine", "Nine", "<p>9</p>")
    new = write(tmp_path / "new", "symbol,iso3,vote\nA,BEL,no\nA,ITA,\nA,JPN,yes\n", "ten", "Ten", "<p>10</p>")
    return old, new


def compared(old: Path | str, new: Path | str, clone: Path) -> dict[str, Any]:
    return diff.compare(diff.snapshot(str(old), clone), diff.snapshot(str(new), clone))


EXPECTED_ROWS = {
    "added": [{"symbol": "A", "iso3": "JPN", "vote": "yes"}],
    "removed": [{"symbol": "A", "iso3": "FRA", "vote": "no"}],
    "changed": [{"key": ["A", "BEL"], "fields": {"vote": ["yes", "no"]}}],
}


def test_rows_are_compared_by_key_with_old_and_new_values(sides: tuple[Path, Path], root: Path) -> None:
    found = compared(*sides, root)
    assert found["tables"].keys() == {"votes"}
    votes = found["tables"]["votes"]
    assert {name: votes[name] for name in EXPECTED_ROWS} == EXPECTED_ROWS
    assert (votes["status"], votes["columns_added"], votes["columns_removed"]) == ("changed", [], [])
    assert diff.summary(votes) == "rows: 1 added, 1 removed, 1 changed"


def test_numbers_sentences_and_figures_are_followed_into_the_pages_that_read_them(
    sides: tuple[Path, Path], root: Path
) -> None:
    found = compared(*sides, root)
    assert found["numbers"] == [{"page": "book/one.ipynb", "name": "yes", "old": "nine", "new": "ten"}]
    assert found["sentences"] == [
        {"page": "book/index.md", "old": "The vote: nine in favour.", "new": "The vote: ten in favour."},
        {
            "page": "book/one.ipynb",
            "old": "Of all members, nine voted in favour.",
            "new": "Of all members, ten voted in favour.",
        },
    ]
    (exhibit,) = found["exhibits"]
    assert (exhibit["id"], exhibit["status"], exhibit["parts"]) == ("fig-a", "changed", ["title", "content"])
    assert (exhibit["old"], exhibit["new"]) == ("Nine", "Ten")


def test_a_sentence_ends_where_a_reader_ends_it(sides: tuple[Path, Path]) -> None:
    notebook = json.loads((sides[0] / "book/one.ipynb").read_text())
    found = diff.sentences(notebook, "book/one.ipynb", {("book/one.ipynb", "yes"): "nine"})
    assert found == ["Of all members, nine voted in favour.", "“It passed.”", "See No. 5 and fig-a.", "A link."]


def test_sentences_that_came_or_went_are_not_paired_with_others(tmp_path: Path, root: Path) -> None:
    rows = "symbol,iso3,vote\n"
    old = write(tmp_path / "a", rows, "one", "T", "h", "Alpha beta gamma delta. The second stays.")
    new = write(tmp_path / "b", rows, "one", "T", "h", "The second stays. Quite another thing now follows here.")
    assert [(one["old"], one["new"]) for one in compared(old, new, root)["sentences"]] == [
        ("Alpha beta gamma delta.", None),
        (None, "Quite another thing now follows here."),
    ]


def test_tables_and_columns_come_and_go(sides: tuple[Path, Path], root: Path) -> None:
    old, new = sides
    package = json.loads((new / "data/datapackage.json").read_text())
    package["resources"][0]["schema"]["fields"] = fields("symbol", "iso3", "vote", "note")
    extra = {"name": "texts", "path": "texts.csv", "schema": {"fields": fields("symbol"), "primaryKey": ["symbol"]}}
    package["resources"].append(extra)
    (new / "data/datapackage.json").write_text(json.dumps(package))
    (new / "data/votes.csv").write_text("symbol,iso3,vote,note\nA,BEL,yes,x\nA,FRA,no,\nA,ITA,,\n")
    (new / "data/texts.csv").write_text("symbol\nA\n")
    forth, back = compared(old, new, root)["tables"], compared(new, old, root)["tables"]
    assert forth["texts"]["status"] == "added"
    assert back["texts"]["status"] == "removed"
    assert forth["votes"]["columns_added"] == back["votes"]["columns_removed"] == ["note"]
    assert {"key": ["A", "BEL"], "fields": {"note": [None, "x"]}} in forth["votes"]["changed"]
    assert diff.summary(forth["texts"]) == "new table; rows: 1 added"
    assert diff.summary(forth["votes"]) == "column added: note; rows: 3 changed"


def test_a_folder_an_archive_and_a_commit_are_the_same_edition(sides: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = sides
    archive = shutil.make_archive(str(tmp_path / "old-release"), "zip", old.parent, "old")
    clone = tmp_path / "clone"
    shutil.copytree(old, clone)
    git = ["git", "-C", str(clone), "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "old"], ["tag", "v1"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    expected = compared(old, new, clone)
    for place in (archive, "v1", "HEAD"):
        found = compared(place, new, clone)
        assert {**found, "old": None} == {**expected, "old": None}, place
        assert found["old"] == {"name": place, "version": "1"}
        assert compared(place, old, clone)["tables"] == {}


def test_a_data_package_alone_is_compared_by_its_rows(sides: tuple[Path, Path], root: Path) -> None:
    found = compared(sides[0] / "data", sides[1], root)
    assert found["tables"]["votes"]["added"] == EXPECTED_ROWS["added"]
    assert (found["text_compared"], found["numbers"], found["sentences"], found["exhibits"]) == (False, [], [], [])
    assert "not compared" in diff.text(found)


@pytest.mark.parametrize("place", ["no-such-tag", "--output=x", "v1; ls"])
def test_what_is_no_edition_is_named(place: str, root: Path) -> None:
    with pytest.raises(diff.DiffError, match="is no folder, no file, and no tag"):
        diff.snapshot(place, root)


def test_a_notebook_with_the_marks_of_a_conflict_is_named(root: Path, tmp_path: Path) -> None:
    for folder in ("data", "book"):
        shutil.copytree(root / folder, tmp_path / folder)
    (tmp_path / "book/findings.ipynb").write_text("<<<<<<< HEAD\n", encoding="utf-8")
    with pytest.raises(diff.DiffError, match=r"^book/findings\.ipynb is no readable notebook"):
        compared(root, tmp_path, root)


def test_a_folder_or_file_without_a_data_package_is_named(tmp_path: Path, root: Path) -> None:
    (tmp_path / "x.zip").write_text("no zip")
    with pytest.raises(diff.DiffError, match=r"holds no datapackage\.json"):
        diff.snapshot(str(tmp_path), root)
    with pytest.raises(diff.DiffError, match="is no zip archive"):
        diff.snapshot(str(tmp_path / "x.zip"), root)


def test_the_command_speaks_to_people_and_to_machines(
    sides: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = map(str, sides)
    assert cli.main(["diff", old, new]) == 0
    told = capsys.readouterr().out
    for line in ("A | BEL: vote: “yes” -> “no”", "    + A | JPN", "    - A | FRA", "one: yes: “nine” -> “ten”"):
        assert line in told
    assert "fig-a changed (title, content): Ten" in told
    assert cli.main(["diff", old, new, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"]["votes"]["removed"] == EXPECTED_ROWS["removed"]
    assert cli.main(["diff", old, "nowhere"]) == 1
    assert capsys.readouterr().err.startswith("nowhere is no folder")


def test_the_whole_package_is_compared_in_five_seconds(root: Path, tmp_path: Path) -> None:
    """Against itself with a row of each table gone and one changed; measured on the processor, not on the clock."""
    for folder in ("data", "book"):
        shutil.copytree(root / folder, tmp_path / folder)
    named = data.resources(root / "data")
    for resource in named.values():
        file = tmp_path / "data" / resource["path"]
        head, first, second, *rest = file.read_text("utf-8").splitlines()
        file.write_text("\n".join([head, f"{first}x", *rest, ""]), encoding="utf-8")
        assert second
    for page in (tmp_path / "book").glob("*.ipynb"):
        page.write_text(page.read_text("utf-8").replace(" the ", " that ", 40), encoding="utf-8")
    start = time.process_time()
    found = compared(root, tmp_path, root)
    assert time.process_time() - start < 5
    assert found["tables"].keys() == named.keys()
    assert found["sentences"]


# The changelog and the page


def test_the_changelog_carries_the_version_and_says_what_changed_where(root: Path) -> None:
    versions = changelog.read((root / "CHANGELOG.md").read_text("utf-8"))
    citation = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    released = [one for one in versions if one.number != changelog.UNRELEASED]
    assert (released[0].number, released[0].date) == (citation["version"], str(citation["date-released"]))
    for one in released:
        assert set(one.sections) == set(changelog.SECTIONS), one.number
        assert all(re.match(r"- \S", text) for text in one.sections.values()), one.number


def test_the_data_package_carries_the_version_of_the_citation(root: Path) -> None:
    citation = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    package = json.loads((root / "data/datapackage.json").read_text("utf-8"))
    assert package["version"] == citation["version"]


@pytest.mark.parametrize("text", ["## [1.0.0] - 2026-01-01\n\n### Fixed\n\n- x\n", "## [1.0.0] - 2026-01-01\n\nx\n"])
def test_a_change_that_is_neither_data_findings_nor_software_is_refused(text: str) -> None:
    with pytest.raises(changelog.ChangelogError, match=r"1\.0\.0: every change stands under one of Data, Findings"):
        changelog.read(text)


def test_a_comparison_is_printed_with_nothing_left_to_run(sides: tuple[Path, Path], root: Path) -> None:
    found = compared(*sides, root)
    found["sentences"].append({"page": "book/x.ipynb", "old": None, "new": "<script>alert(1)</script> & more."})
    html = changes.printed(found, "0.9.0", "../../_changes/1.0.0.json")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more." in html
    assert "<script" not in html
    assert "<code>votes</code>: rows: 1 added, 1 removed, 1 changed" in html
    assert "<del>nine</del> <ins>ten</ins>" in html
    same = compared(sides[0], sides[0], root)
    assert changes.printed(same, "0.9.0", "x").count("no change") == 4
