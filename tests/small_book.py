"""A book of a few pages in the place of the whole, for tests that harm one or want it otherwise."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import nbformat

CODE = 'import edition as ed\nlen(ed.load("votes"))'  # of its chapter
PAGES = {
    "index": "# A small book\n\nIts {doc}`%s`.",
    "apparatus/sources": "# Sources\n\n```{source-register}\n```",
    "apparatus/data": "# Data\n\n```{data-dictionary}\n```",
}


def write_small_book(clone: Path, chapters: Sequence[str] = ("votes",), kept: Sequence[str] = ()) -> None:
    """Put a front page, ``chapters`` and two pages of the apparatus in the place of the book.

    The chapters are written by `write_chapter`. ``kept`` are further pages, which stay as they are in the book.
    """
    pages = PAGES | {name: (clone / f"book/{name}.md").read_text("utf-8") for name in kept}
    shutil.rmtree(clone / "book")
    for name, text in pages.items():
        page = clone / f"book/{name}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text((text % chapters[0] if name == "index" else text) + "\n", encoding="utf-8")
    (clone / "book/redirects.csv").write_text("old,new\n")
    listed = [f"{{file: book/{name}}}" for name in (*chapters, *kept, "apparatus/sources", "apparatus/data")]
    (clone / "_toc.yml").write_text(f"format: jb-book\nroot: book/index\nchapters: [{', '.join(listed)}]\n")


def write_chapter(clone: Path, code: str, name: str = "votes") -> Path:
    path = clone / f"book/{name}.ipynb"
    cells = [nbformat.v4.new_markdown_cell("# Votes", id="title"), nbformat.v4.new_code_cell(code, id="code")]
    python = {"language_info": {"name": "python"}}  # as a kernel leaves it: pages can be made without executing it
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=python), path)
    return path
