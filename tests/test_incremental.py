"""A build that continues the last one: only what changed is built, and the site is the one a full build makes."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sharing import digests
from small_book import CODE, write_chapter, write_small_book

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


SENTENCE = "\nA quagga is no zebra.\n"
TITLE, OTHER = "# More\n", "# A title that stands in every page's contents\n"


@pytest.fixture(scope="module")
def continued(copy_clone: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book whose last build can be continued; the tests change it one after the other."""
    clone = copy_clone(tmp_path_factory.mktemp("continued") / "clone")
    write_small_book(clone, chapters=("votes", "more"))
    write_chapter(clone, CODE)
    (clone / "book/more.md").write_text(f"{TITLE}\nOne sentence.\n", encoding="utf-8")
    site.publish(clone)
    return clone


def from_the_start(clone: Path) -> dict[str, str]:
    shutil.rmtree(clone / "_build/work")
    return digests(site.publish(clone))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text, f"{file.name} no longer holds {old!r}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_row_builds_all_pages(continued: Path, runs: list[bool]) -> None:
    votes = continued / "data/votes.csv"
    whole = votes.read_text("utf-8")
    votes.write_text(whole + whole.splitlines()[-1] + "\n", encoding="utf-8")
    site.publish(continued)
    assert runs == [False], "a table may show on any page"
    votes.write_text(whole, encoding="utf-8")


def test_a_sentence_builds_one_page(continued: Path, runs: list[bool]) -> None:
    before = digests(site.publish(continued))
    runs.clear()
    more = continued / "book/more.md"
    said = more.read_text("utf-8")
    more.write_text(said + SENTENCE, encoding="utf-8")
    after = digests(site.publish(continued))
    assert runs == [True]
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed >= {"book/more.html", "_static/search-texts.js"}
    assert "book/votes.html" not in changed
    assert after == from_the_start(continued), "built from the start it is the same"
    # A word that has gone leaves the index, too.
    more.write_text(said, encoding="utf-8")
    runs.clear()
    after = digests(site.publish(continued))
    assert runs == [True]
    assert "quagga" not in (continued / "_build/html/_static/search-texts.js").read_text("utf-8")
    assert after == before, "as the site that was built from the start"


def test_a_change_that_other_pages_show_builds_them_all(continued: Path, runs: list[bool]) -> None:
    change(continued / "book/more.md", TITLE, OTHER)
    after = digests(site.publish(continued))
    assert runs == [True, False], "tried, refused, and done from the start"
    assert "A title that stands" in (continued / "_build/html/book/votes.html").read_text("utf-8")
    assert after == from_the_start(continued)


def test_the_whole_book_comes_to_the_same_by_either_way(
    clone: Path, built: Path, tmp_path: Path, runs: list[bool]
) -> None:
    """With all that chapters know of each other: a sentence is taken away, and the site is the one of all tests."""
    ignored = shutil.ignore_patterns("work", "lock")
    copy = shutil.copytree(clone, tmp_path / "clone", symlinks=True, ignore=ignored)
    guide = copy / "book/reading-guide.md"
    said = guide.read_text("utf-8")
    guide.write_text(said + SENTENCE, encoding="utf-8")
    site.publish(copy)
    guide.write_text(said, encoding="utf-8")
    after = digests(site.publish(copy))
    assert runs == [False, True]
    assert after == digests(built)


def test_a_cache_of_another_place_or_package_is_not_used(continued: Path) -> None:
    work = continued / "_build/work"
    inputs = json.loads((work / site.CACHE).read_bytes())["inputs"]
    assert site._may_continue(work, inputs)
    for changed in (
        {**inputs, "place": "/elsewhere"},
        {**inputs, "files": {**inputs["files"], "src/edition/text.py": "0"}},
        {**inputs, "files": {**inputs["files"], "data/votes.csv": "0"}},
        {**inputs, "files": {**inputs["files"], "book/new.md": "0"}},
    ):
        assert not site._may_continue(work, changed)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what a build leaves for the next, in miniature."""
    work = tmp_path_factory.mktemp("work")
    for name in (site.LIBRARY, f"_build/{site.KEPT}/book/page.html", "_build/.doctrees/book/page.doctree"):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text("whole")
    site.remember(work, INPUTS)
    return work


INPUTS = {"python": "3", "place": "here", "files": {"book/page.md": "1"}}
HARM = {
    "a page": (f"_build/{site.KEPT}/book/page.html", b"<p>half a pa"),
    "what was read": ("_build/.doctrees/book/page.doctree", b"\x80"),
    "the library": (site.LIBRARY, b"half a li"),
    "the same letters": (site.LIBRARY, b"whole"),
    "the list, cut": (site.CACHE, b"["),
    "the list, empty": (site.CACHE, b"{}"),
    "one page more": (f"_build/{site.KEPT}/book/planted.html", b"planted"),
}


@pytest.mark.parametrize("name", HARM)
def test_a_cache_that_was_touched_or_brought_along_is_not_used(cache: Path, tmp_path: Path, name: str) -> None:
    site.remember(cache, INPUTS)
    assert site._may_continue(cache, INPUTS)
    assert not site._may_continue(shutil.copytree(cache, tmp_path / "copied"), INPUTS)
    file, content = HARM[name]
    (cache / file).write_bytes(content)
    assert not site._may_continue(cache, INPUTS)
    (cache / "_build" / site.KEPT / "book/planted.html").unlink(missing_ok=True)
