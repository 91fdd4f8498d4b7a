"""What a chapter brings that must not be printed is refused by the build, each with its notebook, cell and reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from small_book import write_small_book

from edition import site

CHART = '<div id="v"></div><script>vegaEmbed("#v", {})</script>'
# What a Markdown cell holds, and the words with which it is refused.
PROSE = {
    "Before.\n\n<script>f()</script>": "<script> is not printed.",
    "A word <b onclick='f()'>in bold</b>.": "onclick= on <b> is not printed.",
    '<iframe src="x.html"></iframe>': "<iframe> is not printed.",
    "<form><input></form>": "<form> is not printed.",
    '<meta http-equiv="refresh" content="0; url=x">': "<meta> is not printed.",
    "```{raw} html\n<b>a</b>\n```": "{raw} is not printed.",
    "![A picture](https://www.un.org/a.png)": "https://www.un.org/a.png would be fetched from outside the site.",
    '<a href="ftp://un.org/x">A link</a>': "an address may begin with http:, https: or mailto:, not with ftp:",
    "![Drawn](images/drawn.svg)": "the picture book/images/drawn.svg holds <script>: save it without.",
}
# What a code cell stored, and the words.
OUTPUTS = {
    "<p>one</p><iframe></iframe>": "<iframe> is not printed.",
    CHART: "a chart shown by itself, which would ask another host for its library. Give it to ed.figure(",
}
FINE = "<b>Bold</b>, [a link](https://www.un.org/en), [mail](mailto:someone), <details>folded</details>"


def chapter(path: Path, prose: list[str], outputs: list[str]) -> None:
    cells = [nbformat.v4.new_markdown_cell(text, id=f"prose-{n}") for n, text in enumerate(prose)]
    for number, html in enumerate(outputs):
        shown = nbformat.v4.new_output("display_data", {"text/html": html, "text/plain": "shown"})
        cells.append(nbformat.v4.new_code_cell("1", id=f"code-{number}", outputs=[shown]))
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.fixture(scope="module")
def refused(copy_clone: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the build of a small book says that holds one of each."""
    clone = copy_clone(tmp_path_factory.mktemp("guard") / "clone")
    write_small_book(clone, ("votes", "edition", "other"))
    (clone / "book/images").mkdir()
    (clone / "book/images/drawn.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>f()</script></svg>")
    chapter(clone / "book/votes.ipynb", [f"# Votes\n\n{FINE}", *PROSE], list(OUTPUTS))
    chapter(clone / "book/edition.ipynb", ["# A page called edition\n\n(twice)=\nA paragraph."], [])
    chapter(
        clone / "book/other.ipynb", ["# Another\n\n(twice)=\nA paragraph.\n\n:::{include} ../CITATION.cff\n:::"], []
    )
    with pytest.raises(site.SiteError) as told:
        site.publish(clone)
    assert not (clone / "_build/html").exists()
    return str(told.value)


@pytest.mark.parametrize("number", range(len(PROSE)))
def test_prose_is_refused_by_notebook_cell_and_reason(refused: str, number: int) -> None:
    words = list(PROSE.values())[number]
    assert re.search(rf"book/votes\.ipynb, cell {number + 2}, line \d+: {re.escape(words)}", refused), refused


@pytest.mark.parametrize("number", range(len(OUTPUTS)))
def test_an_output_is_refused_by_notebook_cell_and_reason(refused: str, number: int) -> None:
    cell, words = len(PROSE) + 2 + number, list(OUTPUTS.values())[number]
    assert re.search(rf"book/votes\.ipynb, cell {cell}\b.*{re.escape(words)}", refused), refused


def test_what_is_fine_is_not_told(refused: str) -> None:
    assert "votes.ipynb, cell 1," not in refused


def test_two_things_in_one_place_are_told(refused: str) -> None:
    assert "book/edition#edition and book/index#edition have one citation edition: rename one of them" in refused
    assert "book/edition and book/other have one label twice: rename one of them" in refused


def test_no_file_is_read_into_a_page(refused: str) -> None:
    assert "other.ipynb" in refused
    assert re.search(r"other\.ipynb.*include.*disabled", refused), refused
