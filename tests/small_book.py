"""A book of four pages in the place of the whole, for tests that harm one."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat

CONTENTS = """format: jb-book
root: book/index
chapters: [{file: book/votes}, {file: book/apparatus/sources}, {file: book/apparatus/data}]
"""
PAGES = {
    "index": "# A small book\n\nIts {doc}`votes`.",
    "apparatus/sources": "# Sources\n\n```{source-register}\n```",
    "apparatus/data": "# Data\n\n```{data-dictionary}\n```",
}


def write_small_book(clone: Path) -> None:
    """Put four pages in the place of the book; the chapter is written by `write_chapter`."""
    shutil.rmtree(clone / "book")
    (clone / "book/apparatus").mkdir(parents=True)
    for name, text in PAGES.items():
        (clone / f"book/{name}.md").write_text(text + "\n", encoding="utf-8")
    (clone / "book/redirects.csv").write_text("old,new\n")
    (clone / "_toc.yml").write_text(CONTENTS)


def write_chapter(clone: Path, code: str, name: str = "votes") -> Path:
    path = clone / f"book/{name}.ipynb"
    cells = [nbformat.v4.new_markdown_cell("# Votes", id="title"), nbformat.v4.new_code_cell(code, id="code")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path
