"""Launch buttons lead where they say, and are not there when there is nowhere to lead."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from small_book import write_chapter, write_small_book

from edition import notebooks, site
from edition.sphinxext.launch import binder

BUTTON = re.compile(r'<a href="([^"]+)"[^>]*class="[^"]*btn-launch-binder-button')


@pytest.mark.parametrize(
    ("repository", "start"),
    [
        ("https://github.com/some/book", "https://mybinder.org/v2/gh/some/book/HEAD?"),
        ("https://github.com/some/book.git", "https://mybinder.org/v2/gh/some/book/HEAD?"),
        ("https://gitlab.com/some/group/book", "https://mybinder.org/v2/gl/some%2Fgroup%2Fbook/HEAD?"),
        (
            "https://codeberg.org/some/book",
            "https://mybinder.org/v2/git/https%3A%2F%2Fcodeberg.org%2Fsome%2Fbook/HEAD?",
        ),
    ],
)
def test_the_form_of_an_address(repository: str, start: str) -> None:
    assert binder(repository, "book/actors.ipynb") == f"{start}urlpath=lab%2Ftree%2Fbook%2Factors.ipynb"


def test_without_an_address_there_is_no_button_and_no_mention_of_the_service(built: Path, root: Path) -> None:
    if "\nrepository-code:" in (root / "CITATION.cff").read_text("utf-8"):
        pytest.skip("the edition has an address")
    for page in built.rglob("*.html"):
        html = page.read_text("utf-8")
        assert not BUTTON.search(html), page.name
        assert "mybinder.org" not in html, page.name


@pytest.fixture(scope="module")
def addressed(copy_clone: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    clone = copy_clone(tmp_path_factory.mktemp("addressed") / "clone")
    chapters = ("votes", "apparatus/coding")
    guide = clone / "book/reading-guide.md"
    guide.write_text(re.sub(r"\]\([a-z-]+\.md\)", "](index.md)", guide.read_text("utf-8")), encoding="utf-8")
    write_small_book(clone, chapters, ["reading-guide"])
    for name in chapters:
        write_chapter(clone, "1 + 1", name)
    citation = clone / "CITATION.cff"
    told = re.sub(r"(?m)^repository-code:.*\n", "", citation.read_text("utf-8"))
    citation.write_text(f"{told}repository-code: https://github.com/some/book\n", encoding="utf-8")
    site.publish(clone)
    return clone


def test_every_notebook_has_its_button_and_the_button_its_notebook(addressed: Path) -> None:
    found = {}
    for page in sorted((addressed / "_build/html").rglob("*.html")):
        for address in BUTTON.findall(page.read_text("utf-8")):
            parts = urlsplit(unescape(address))
            assert (parts.scheme, parts.netloc, parts.path) == ("https", "mybinder.org", "/v2/gh/some/book/HEAD")
            place = unquote(parse_qs(parts.query)["urlpath"][0])
            assert place.startswith("lab/tree/")
            notebook = addressed / place.removeprefix("lab/tree/")
            assert notebook.is_file(), address
            assert notebook.with_suffix("").relative_to(addressed) == page.with_suffix("").relative_to(
                addressed / "_build/html"
            )
            found[notebook] = page
    assert sorted(found) == notebooks.notebooks(addressed)


def test_the_reading_guide_says_what_to_do_without_binder(addressed: Path, built: Path) -> None:
    for site_ in (addressed / "_build/html", built):
        guide = (site_ / "book/reading-guide.html").read_text("utf-8")
        assert "When Binder does not answer" in guide
        assert "make lab" in re.sub(r"<[^>]+>", "", guide)
