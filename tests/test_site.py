"""The site: whole or not at all, the same to the byte wherever it is built, and never with stale or bad input."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sharing import digests

from edition import data, notebooks, site
from edition.built import note, noted

CopyClone = Callable[[Path], Path]


def test_the_entry_and_every_chapter_are_there(built: Path) -> None:
    for page in ("index.html", "book/index.html", "book/reading-guide.html", "book/apparatus/data.html"):
        assert (built / page).is_file(), page
    for notebook in notebooks.notebooks(built.parent.parent):
        page = notebook.relative_to(built.parent.parent).with_suffix(".html")
        assert (built / page).is_file(), page


def test_two_clones_give_the_same_bytes(built: Path, copy_clone: CopyClone, tmp_path: Path) -> None:
    again = site.publish(copy_clone(tmp_path / "elsewhere"))
    first, second = digests(built), digests(again)
    assert first.keys() == second.keys()
    assert not [name for name in first if first[name] != second[name]]


def test_no_path_of_this_machine_is_in_the_site(built: Path, clone: Path) -> None:
    machine = [str(place).encode() for place in (clone, sys.prefix)]
    for path in built.rglob("*"):
        if path.is_file() and path.suffix in (".html", ".js", ".json", ".csv"):
            content = path.read_bytes()
            assert not [place for place in machine if place in content], path.relative_to(built)


def test_every_table_can_be_downloaded(built: Path, root: Path) -> None:
    for name, resource in data.resources(root / "data").items():
        assert (built / "data" / resource["path"]).read_bytes() == (root / "data" / resource["path"]).read_bytes(), name


def test_every_exhibit_has_its_files(built: Path) -> None:
    exhibits = re.compile(r'<figure class="ed-exhibit ed-exhibit-(figure|table)" id="([a-z0-9-]+)"')
    seen = 0
    for page in (built / "book").glob("*.html"):
        for kind, name in exhibits.findall(page.read_text("utf-8")):
            seen += 1
            assert (built / "_exhibits" / f"{name}.csv").stat().st_size, name
            assert kind == "table" or (built / "_exhibits" / f"{name}.svg").stat().st_size, name
    assert seen > 20


def test_every_page_says_that_it_is_unofficial(built: Path) -> None:
    for page in (built / "book").rglob("*.html"):
        assert "It is not a document of the United Nations" in page.read_text("utf-8"), page.name


def test_paragraphs_are_numbered_through_the_study(built: Path) -> None:
    """One row of numbers over all chapters in the order of the contents, without a gap or a double."""
    order = re.findall(r"file: (book/[a-z-]+)$", (built.parent.parent / "_toc.yml").read_text("utf-8"), re.M)
    numbers = [
        int(number)
        for name in order
        for number in re.findall(r'id="para-(\d+)"', (built / f"{name}.html").read_text("utf-8"))
    ]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 50


@pytest.fixture
def fresh(published: Path, tmp_path: Path) -> Path:
    """A small book that is executed and built, to do harm to: what is told of a build is told of any book."""
    return shutil.copytree(published, tmp_path / "clone", symlinks=True)


def test_a_site_published_from_other_pages_is_not_taken_for_the_last_build(fresh: Path) -> None:
    """A release, or a build that ended between the site and its note: what was built before must be built again."""
    note(fresh, site.inputs_digest(fresh))
    site.publish(fresh)
    assert noted(fresh) == {}


def test_bad_data_is_refused_and_the_last_site_stays(fresh: Path) -> None:
    before = digests(fresh / "_build/html")
    votes = fresh / "data/votes.csv"
    votes.write_text(votes.read_text("utf-8").replace(",abstain,", ",perhaps,", 1), encoding="utf-8")
    with pytest.raises(site.SiteError, match=r"data/votes\.csv, row \d+, column vote has 'perhaps'"):
        site.build(fresh, say=lambda text: None)
    assert digests(fresh / "_build/html") == before


def test_a_warning_is_an_error_and_the_last_site_stays(fresh: Path) -> None:
    before = digests(fresh / "_build/html")
    with open(fresh / "book/index.md", "a", encoding="utf-8") as page:
        page.write("\nSee {numref}`fig-that-is-nowhere` and {src}`no-such-document, para. 1`.\n")
    with pytest.raises(site.SiteError) as refused:
        site.publish(fresh)
    assert "fig-that-is-nowhere" in str(refused.value)
    assert "no-such-document" in str(refused.value)
    assert str(fresh) not in str(refused.value)
    assert digests(fresh / "_build/html") == before


def test_nothing_changed_is_quick_and_said(fresh: Path) -> None:
    said: list[str] = []
    note(fresh, site.inputs_digest(fresh))
    site.build(fresh, said.append)
    assert said == ["Nothing changed since the last build."]
