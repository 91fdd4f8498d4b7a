"""A version names one content: what is not the released tree never calls itself by the version's number."""

from __future__ import annotations

import csv
import dataclasses
import json
import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest
from sharing import digests
from small_book import write_chapter, write_small_book
from test_citing import BARE, EACH, KNOWN

from edition import citing, epub, imprint, notebooks, pdf, releases, site, versions
from edition.citing import Edition, Work

DIGEST = "0123456789ab"
AFTER = dataclasses.replace(KNOWN, data=DIGEST, doi="", url="", doi_before=KNOWN.doi)
WORDS = f"after 1.2.3, not released, data {DIGEST}"


@EACH
@pytest.mark.parametrize("name", citing.FORMATS)
def test_a_citation_says_that_it_is_of_no_release(work: Work, name: str) -> None:
    text = citing.every(work, AFTER)[name]
    assert WORDS in text
    assert not any(told in text for told in ("2026", "March", "10.1234", "study/1.2.3")), (
        "date, DOI and address of 1.2.3"
    )
    assert KNOWN.repository in text


def test_a_book_says_that_it_is_of_no_release() -> None:
    for cover in (pdf._cover(AFTER), epub._cover(AFTER)):
        assert f"Version {WORDS}<" in cover
        assert escape(imprint.reference(AFTER)) in cover
        assert "This is no release: it stands after version 1.2.3, whose DOI is 10.1234/abc.5." in cover
    assert f'<meta property="schema:version">{WORDS}</meta>' in epub._package(AFTER, [])
    for cover in (pdf._cover(KNOWN), epub._cover(KNOWN)):
        assert "Version 1.2.3, 4 March 2026<" in cover
        assert "not released" not in cover


def test_names_of_files_and_versions_are_those_of_no_release(tmp_path: Path) -> None:
    assert (AFTER.slug, BARE.slug) == (f"after-1.2.3-{DIGEST}", "1.2.3")
    versions.write(tmp_path, AFTER)
    told = json.loads((tmp_path / versions.FILE).read_text())
    assert told == {"this": "after 1.2.3", "versions": [{"version": "after 1.2.3", "date": "", "path": "./"}]}
    assert sorted(("1.2.3", "1.10.0", "after 1.2.3", "1.2.4"), key=versions.order) == [
        *("1.2.3", "after 1.2.3", "1.2.4", "1.10.0")
    ]


@pytest.fixture
def clone(small: Path) -> Path:
    """A small clone that was released as version 1.2.3, without history."""
    citation = "title: T\nversion: 1.2.3\ndate-released: 2026-03-04\nauthors: [{name: A}]\ndoi: 10.1234/abc.5\n"
    (small / "CITATION.cff").write_text(citation)
    releases.record(small)
    return small


def test_a_tree_is_a_release_when_it_is_what_was_noted(clone: Path) -> None:
    assert releases.edition(clone) == citing.read((clone / "CITATION.cff").read_text())
    with open(clone / releases.FILE) as file:
        (row,) = csv.DictReader(file)
    assert (row["version"], row["date"], row["digest"]) == ("1.2.3", "2026-03-04", releases.content(clone))


@pytest.mark.parametrize(
    ("file", "same_data"),
    [
        ("data/pears.csv", False),
        ("data/datapackage.json", False),
        ("book/fruit.ipynb", True),
        ("book/new.md", True),
        ("src/edition/static/page.css", True),
        ("_toc.yml", True),
        ("requirements.lock", True),
    ],
)
def test_any_other_content_is_no_release(clone: Path, file: str, same_data: bool) -> None:
    before = releases.data_digest(clone)
    (clone / file).parent.mkdir(exist_ok=True)
    with open(clone / file, "a") as changed:
        changed.write("\n")
    told = releases.edition(clone)
    assert told.named == f"after 1.2.3, not released, data {releases.data_digest(clone)}"
    assert (told.data == before) == same_data
    assert (told.doi, told.doi_before) == ("", "10.1234/abc.5")


@pytest.mark.parametrize("change", ["version: 1.2.4", "version: 1.2.3\nabstract: More."])
def test_another_version_or_citation_is_no_release(clone: Path, change: str) -> None:
    citation = clone / "CITATION.cff"
    citation.write_text(citation.read_text().replace("version: 1.2.3", change))
    assert releases.edition(clone).data


def test_what_shows_on_no_page_takes_nothing_from_a_release(clone: Path) -> None:
    for name in ("book/inputs.json", "data/.DS_Store", "README.md", "tests/test_x.py", "_build/html/index.html"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text("more")
    assert not releases.edition(clone).data


def test_a_copy_in_another_place_says_the_same(clone: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(clone, tmp_path / "étude")
    assert releases.edition(copy) == releases.edition(clone)
    for place in (clone, copy):
        (place / "data/pears.csv").write_text("key,value\na,9\n")
    assert releases.edition(copy) == releases.edition(clone)
    assert releases.edition(copy).data


def test_the_digest_is_filled_in_where_pages_and_citations_stand(tmp_path: Path) -> None:
    (tmp_path / "_cite").mkdir()
    marked = citing.un(citing.whole(KNOWN), releases.on_pages(AFTER))
    assert releases.MARK in marked
    older = marked.replace(releases.MARK, "f" * citing.DIGITS)  # a page that was taken over from the last site
    (tmp_path / "a.html").write_bytes(f"{marked}\r\n{releases.MARK}".encode())
    (tmp_path / "_cite/a.ris").write_bytes(older.encode())
    releases.name_data(tmp_path, AFTER)
    assert (tmp_path / "a.html").read_bytes() == f"{citing.un(citing.whole(KNOWN), AFTER)}\r\n{releases.MARK}".encode()
    assert (tmp_path / "_cite/a.ris").read_bytes() == citing.un(citing.whole(KNOWN), AFTER).encode()
    assert releases.on_pages(KNOWN) == KNOWN


def test_the_first_change_after_a_release_shows_on_every_page(
    copy_clone: Callable[[Path], Path], tmp_path: Path
) -> None:
    """Also where a build continues the last one, and the page itself did not change."""
    clone = copy_clone(tmp_path / "clone")
    write_small_book(clone)
    list(notebooks.run([write_chapter(clone, "1 + 1")], clone))
    releases.record(clone)
    pages = site.publish(clone)
    told = releases.edition(clone)
    front = "book/index.html"
    assert not told.data
    assert "not released" not in (pages / front).read_text("utf-8")
    for value in ("abstain", "no"):
        votes = clone / "data/votes.csv"
        votes.write_text(votes.read_text("utf-8").replace(",yes,", f",{value},", 1), encoding="utf-8")
        site.publish(clone)
        after: Edition = releases.edition(clone)
        for page in (front, "book/votes.html", "book/apparatus/data.html"):
            assert f"Version {after.named}<" in (pages / page).read_text("utf-8")
    continued = digests(pages)
    shutil.rmtree(clone / "_build")
    assert digests(site.publish(clone)) == continued
