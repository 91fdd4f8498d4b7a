"""Chapters as any notebook viewer shows them: every role written out, nothing garbled."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter

from edition import lab, plain

BOOK: dict[str, Any] = {
    "values": {"book/a.ipynb": {"yes": "two"}, "book/apparatus/b.ipynb": {"share": "4 per cent"}},
    "numbers": {"fig-votes": ["Figure 3", "book/a.ipynb"]},
    "paragraphs": {"one": [12, "book/a.ipynb"], "two": [9, "book/a.ipynb"], "three": [15, "book/a.ipynb"]},
    "sources": {"doc-1": {"label": "DOC/1", "title": "A text", "kind": "Report, 2018", "url": "https://example.org/1"}},
    "doubts": {"doc-1, para. 2": "not confirmed"},
    "facts": {"version": "1.2.3"},
}


def written(markdown: str) -> str:
    return plain.Writer("book/a.ipynb", BOOK).text(markdown)


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("{glue:text}`yes` members", "two members"),
        ("{glue:text}`apparatus/b.ipynb::share:s`", "4 per cent"),
        ("{glue:text}`none`", "[none: not computed]"),
        ("see {numref}`fig-votes`", "see Figure 3"),
        ("({para}`one, two, three`)", "(paras 9, 12 and 15)"),
        ("{para}`one`", "para. 12"),
        ("{edition}`version`", "1.2.3"),
        ("{doc}`the page <page>`", "the page"),
        ("(label)=\nA paragraph.", "A paragraph."),
        (":::{admonition} Finds\n:class: findings\n- One\n- {glue:text}`yes`\n:::", "> **Finds**\n>\n> - One\n> - two"),
        ("```{code-block} python\nx = 1\n```", "```python\nx = 1\n```"),
        ("```{source-register}\n```", "*The page prints here the rows of `data/sources.csv`.*"),
    ],
)
def test_each_role_is_written_out(markdown: str, words: str) -> None:
    assert written(markdown) == words


def test_notes_are_numbered_and_listed_at_the_end() -> None:
    cells = [{"cell_type": "markdown", "source": "Said.{src}`doc-1, para. 1` Unsure.{src}`doc-1, para. 2; other`"}]
    made = plain.Writer("book/a.ipynb", BOOK).notebook({"cells": cells})
    assert made["cells"][0]["source"] == "Said. [1] Unsure. [2]"
    assert made["cells"][1]["source"].split("\n") == [
        "## Notes",
        "",
        "1. [DOC/1](https://example.org/1), para. 1 *A text* (Report, 2018).",
        "2. [DOC/1](https://example.org/1), para. 2 *A text* (Report, 2018); other.",
    ]


def test_a_claim_that_is_not_confirmed_says_so() -> None:
    assert written("Said.{src}`doc-1, para. 2`") == "Said. [1] [not confirmed]"


@pytest.fixture(scope="module")
def copies(root: Path) -> dict[str, bytes]:
    return plain.copies(root)


def test_no_role_is_left_in_any_chapter(copies: dict[str, bytes], root: Path) -> None:
    assert len(copies) == len(list((root / "book").rglob("*.ipynb")))
    for place, content in copies.items():
        notebook = nbformat.reads(content.decode(), as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                assert not re.findall(r"\{[a-z][\w:-]*\}`|:::|^\([^)]*\)=$|not computed", cell.source, re.M), place


def test_nbconvert_shows_each_drawing_as_a_picture_with_its_text(copies: dict[str, bytes]) -> None:
    """The same as nbviewer does, with what it does not trust taken out."""
    notebook = nbformat.reads(copies["book/introduction.ipynb"].decode(), as_version=4)
    shown, _ = HTMLExporter(sanitize_html=True).from_notebook_node(notebook)
    figures = [o for c in notebook.cells for o in c.get("outputs", []) if "fig-" in str(o.metadata.get("edition", ""))]
    pictures = re.findall(r'<img[^>]*alt="([^"]+)"[^>]*src="data:image/svg\+xml|<img[^>]*src="data:image/svg\+xml', shown)
    assert len(pictures) >= len(figures) > 0
    assert "{glue" not in shown


def test_the_copies_are_json_that_differs_in_nothing_else(copies: dict[str, bytes], root: Path) -> None:
    place = "book/introduction.ipynb"
    theirs = json.loads(copies[place])
    ours = json.loads((root / place).read_text("utf-8"))
    assert [c for c in theirs["cells"] if c["cell_type"] == "code"] == [
        c for c in ours["cells"] if c["cell_type"] == "code"
    ]
    assert theirs["metadata"] == ours["metadata"]


# What the book knows


def test_the_book_counts_as_the_pages_do(clone: Path, built: Path) -> None:
    book = lab.book(clone)
    html = {place: (built / place.replace(".ipynb", ".html")).read_text("utf-8") for place in book["values"]}
    on_pages = {
        anchor: f"{number}"
        for page in html.values()
        for anchor, number in re.findall(
            r'<figure class="ed-exhibit[^>]*id="([^"]+)">\s*<figcaption><span class="caption-number">(\w+ \d+) ', page
        )
    }
    assert {anchor: number for anchor, (number, _) in book["numbers"].items()} == on_pages
    assert on_pages
    for place, cells in book["cells"].items():
        numbers = [int(number) for number in re.findall(r'id="para-(\d+)"', html[place])]
        assert numbers[:1] == [min(cells.values())] or not numbers, place
    for label, (number, place) in book["paragraphs"].items():
        paragraph = html[place].index(f'id="{label}"')
        before = re.findall(r'id="para-(\d+)"', html[place][: paragraph + 400])
        assert str(number) in before[-2:], label
