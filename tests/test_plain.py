"""Chapters as any notebook viewer shows them: every role written out, nothing garbled."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from edition import lab, plain
from edition.notebooks import notebooks

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
        ("({para}`one, two, three`)", "(paras. 9, 12 and 15)"),
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
    assert len(copies) == len(notebooks(root))
    for place, content in copies.items():
        notebook = nbformat.reads(content.decode(), as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                assert not re.findall(r"\{[a-z][\w:-]*\}`|:::|^\([^)]*\)=$|not computed", cell.source, re.M), place


def test_nbconvert_shows_each_drawing_as_a_picture_with_its_text(copies: dict[str, bytes], tmp_path: Path) -> None:
    """As nbviewer, which is made with it, does."""
    content = copies["book/introduction.ipynb"]
    (tmp_path / "introduction.ipynb").write_bytes(content)
    convert = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html"]
    done = subprocess.run([*convert, "introduction.ipynb"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "not able to be represented" not in done.stderr
    shown = (tmp_path / "introduction.html").read_text("utf-8")
    outputs = [output for cell in json.loads(content)["cells"] for output in cell.get("outputs", [])]
    figures = [output for output in outputs if output.get("metadata", {}).get("edition", {}).get("kind") == "figure"]
    pictures = [picture for picture in re.findall(r"<img[^>]*>", shown) if 'src="data:image/svg+xml' in picture]
    assert len(pictures) == len(figures) > 0
    assert all(re.search(r'alt="[^"]{20,}"', picture) for picture in pictures)
    assert "yes_37_23: 28" in shown
    assert "{glue" not in shown


def test_the_copies_keep_code_figures_and_tables(copies: dict[str, bytes], root: Path) -> None:
    place = "book/introduction.ipynb"
    theirs, ours = json.loads(copies[place]), json.loads((root / place).read_text("utf-8"))

    def kept(notebook: dict[str, Any]) -> list[Any]:
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        outputs = [output for cell in code for output in cell["outputs"] if "scrapbook" not in output["metadata"]]
        return [[cell["source"] for cell in code], outputs, notebook["metadata"]]

    assert kept(theirs) == kept(ours)


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
