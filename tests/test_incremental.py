"""A build that continues the last one: only what changed is built, and the site is the one a full build makes."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from test_site import digests

from edition import jupyterbook, site


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each run of Jupyter Book started from the pages of the last one."""
    seen: list[bool] = []
    real = jupyterbook.order

    def watched(process: subprocess.Popen[str], clone: Path, work: Path, time: int) -> None:
        seen.append((work / "_build/html").is_dir())
        real(process, clone, work, time)

    monkeypatch.setattr(jupyterbook, "order", watched)
    return seen


@pytest.fixture
def continued(clone: Path, built: Path, tmp_path: Path, runs: list[bool]) -> Path:
    """A clone whose last build can be continued: the folder of a build is part of what is compared."""
    copy = shutil.copytree(clone, tmp_path / "clone", symlinks=True, ignore=shutil.ignore_patterns("work", "lock"))
    site.publish(copy)
    runs.clear()
    return copy


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text, f"{file.name} no longer holds {old!r}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_chapter_is_read_again_for_the_grade_of_what_it_cites(continued: Path, runs: list[bool]) -> None:
    """Cards and marks of doubt stand in chapters whose notebooks did not change."""
    chapter = "book/introduction"
    before = (continued / f"_build/html/{chapter}.html").read_text("utf-8")
    cited = re.findall(r"\{src\}`([a-z0-9-]+)", (continued / f"{chapter}.ipynb").read_text("utf-8"))
    facts = continued / "data/facts.csv"
    rows = list(csv.DictReader(facts.read_text("utf-8").splitlines()))
    row = next(row for row in rows if row["source_id"] in cited and row["confidence"] == "primary")
    row["confidence"] = "conflicting"
    with open(facts, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    after = digests(site.publish(continued))
    assert runs == [True]
    assert (continued / f"_build/html/{chapter}.html").read_text("utf-8") != before
    assert after == from_the_start(continued)


def from_the_start(clone: Path) -> dict[str, str]:
    shutil.rmtree(clone / "_build/work")
    return digests(site.publish(clone))


def test_a_row_and_a_sentence_are_built_alone_and_the_same(continued: Path, runs: list[bool]) -> None:
    before = digests(continued / "_build/html")
    votes = continued / "data/votes.csv"
    votes.write_text(votes.read_text("utf-8") + votes.read_text("utf-8").splitlines()[-1] + "\n", encoding="utf-8")
    guide = continued / "book/reading-guide.md"
    said = guide.read_text("utf-8")
    guide.write_text(said + "\nA quagga is no zebra.\n", encoding="utf-8")
    after = digests(site.publish(continued))
    assert runs == [True]
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed >= {"book/reading-guide.html", "book/apparatus/data.html", "data/votes.csv", "searchindex.js"}
    assert any(name.startswith("book/states/") for name in changed), "the page of the State that voted"
    assert "book/introduction.html" not in changed
    assert after == from_the_start(continued)
    # A word that has gone leaves the index, too.
    guide.write_text(said, encoding="utf-8")
    runs.clear()
    after = digests(site.publish(continued))
    assert runs == [True]
    assert "quagga" not in (continued / "_build/html/searchindex.js").read_text("utf-8")
    assert after == from_the_start(continued)


def test_a_change_that_other_pages_show_builds_them_all(continued: Path, runs: list[bool]) -> None:
    guide = continued / "book/reading-guide.md"
    title = guide.read_text("utf-8").split("\n# ", 1)[-1].removeprefix("# ").split("\n", 1)[0]
    change(guide, f"# {title}", "# A title that stands in every page's contents")
    after = digests(site.publish(continued))
    assert runs == [True, False], "tried, refused, and done from the start"
    assert "A title that stands" in (continued / "_build/html/book/introduction.html").read_text("utf-8")
    assert after == from_the_start(continued)


def test_a_damaged_cache_or_one_of_another_place_or_package_is_not_used(continued: Path) -> None:
    work = continued / "_build/work"
    record = (work / site.CACHE).read_bytes()
    inputs = json.loads(record)["inputs"]
    assert site._may_continue(work, inputs)
    for changed in (
        {**inputs, "place": "/elsewhere"},
        {**inputs, "files": {**inputs["files"], "src/edition/text.py": "0"}},
        {**inputs, "files": {**inputs["files"], "data/sources.csv": "0"}},
        {**inputs, "files": {**inputs["files"], "book/new.md": "0"}},
    ):
        assert not site._may_continue(work, changed)
    doctree = next((work / "_build/.doctrees/book").glob("*.doctree"))
    for file, harm in (
        (work / "_build" / site.KEPT / "book/introduction.html", b"<p>half a pa"),
        (doctree, b"\x80"),
        (work / site.CACHE, b"["),
        (work / site.CACHE, b"{}"),
        (work / site.LIBRARY, b"half a li"),
    ):
        whole = file.read_bytes()
        file.write_bytes(harm)
        assert not site._may_continue(work, inputs), file.name
        file.write_bytes(whole)
    assert site._may_continue(work, inputs)
