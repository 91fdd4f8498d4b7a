"""The prose check: what it must find, what it must let pass, and that every page of the book keeps it."""

from __future__ import annotations

import csv
from pathlib import Path

import nbformat
import pytest

from edition import prose
from edition.notebooks import code_cells, read

TYPED = [
    "The text was adopted by 28 votes in favour.",
    "Some nine States replied.",
    "It cost 1,250,000 dollars.",
    "Seven replies came, two of them late.",
    "About 9.6 per cent of the sum.",
    "Half of the members abstained.",
    "Twenty-eight members voted in favour.",
    "In 2018 there were 13 of them.",
]
PASSING = [
    "On 23 March 2018 the Council adopted resolution 37/23 (A/HRC/RES/37/23).",
    "General Assembly resolutions 729 (VIII) and 926 (X) came before 574 A (XIX).",
    "Articles 55, 56 and 66 (2) of the Charter, paragraphs 22 to 30 of the outline, agenda item 10.",
    "The twenty-first session, from 6 to 10 August 2018, was followed by the forty-third session.",
    "In the 1950s, between 2018 and 2021, in the biennium 2012-2013.",
    "It rests on {glue:text}`yes_37_23` votes, as {numref}`fig-votes-2` shows.{src}`a-hrc-res-37-23, para. 5`",
    "The outline says “at least 4”.",
    "The first vote and the second one differ; no single reason is known.",
    "It received {glue:text}`income` million dollars.",
    "See [the table](../data/votes-2018.csv) and `n = 28`.",
    "## The votes\n\n(three-votes)=\n\nThe Council voted, as {para}`three-votes` says.",
]


@pytest.mark.parametrize("text", TYPED)
def test_typed_quantities_are_found(text: str) -> None:
    assert prose.typed_quantities(text)


@pytest.mark.parametrize("text", PASSING)
def test_names_and_dates_pass(text: str) -> None:
    assert not prose.typed_quantities(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It was adopted by {glue:text}`yes` votes to {glue:text}`no`, with {glue:text}`out` abstentions.", True),
        ("It passed by {glue:text}`yes` to {glue:text}`x.ipynb::no:s`, with many abstaining.", True),
        ("It was adopted by {glue:text}`yes` votes to none, with {glue:text}`many` abstentions.", False),
        ("{glue:text}`no` member did not vote, and {glue:text}`out` abstained.", False),
    ],
)
def test_votes_are_written_in_figures(text: str, found: bool) -> None:
    assert bool(prose.worded_votes(text, {"yes": "28", "no": "one", "out": "four", "many": "17"})) is found


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A clone with one chapter whose every part breaks a rule."""
    (tmp_path / "book").mkdir()
    (tmp_path / prose.EXCEPTIONS).write_text("page,words,reason\nbook/x.ipynb,known to all,a test\n")
    cells = [
        nbformat.v4.new_markdown_cell(
            "# Title\n\n:::{admonition} What it finds\nA box with no source.\n:::\n\nA fact with no source."
        ),
        nbformat.v4.new_markdown_cell("A fact.{src}`a-b`\n\nWhat is known to all.\n\n- a list\n\n| a | table |"),
        nbformat.v4.new_code_cell(
            'ed.figure(c, title=f"All {n} of 47 voted", caption="Three " "texts.", alt=describe())'
        ),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "book/x.ipynb")
    return tmp_path / "book/x.ipynb"


def test_a_chapter_is_read_cell_by_cell(page: Path) -> None:
    found = [(finding.rule, finding.text) for finding in prose.check(page, page.parent.parent)]
    assert found == [
        ("no source", "A fact with no source."),
        ("a quantity is typed in a title, caption or note", "All … of 47 voted"),
        ("a quantity is typed in a title, caption or note", "Three texts."),
    ]


BOOK = Path(__file__).resolve().parent.parent / "book"
PAGES = sorted(
    path for kind in ("*.md", "*.ipynb") for path in BOOK.rglob(kind) if ".ipynb_checkpoints" not in path.parts
)


@pytest.mark.parametrize("path", PAGES, ids=[path.stem for path in PAGES])
def test_no_quantity_is_typed_and_every_paragraph_has_its_source(path: Path, root: Path) -> None:
    found = prose.check(path, root)
    assert not found, "\n".join(map(str, found))


def test_every_exception_has_a_reason_and_is_needed(root: Path) -> None:
    with open(root / prose.EXCEPTIONS, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        assert len(row["reason"].split()) > 2, row
        text = (root / row["page"]).read_text("utf-8").replace("\\n", " ").replace("\n", " ")
        assert row["words"].split()[0] in text, f"{row['page']} no longer says “{row['words']}”: take the exception out"


@pytest.mark.parametrize("path", [path for path in PAGES if path.suffix == ".ipynb"], ids=lambda path: path.stem)
def test_cells_are_short_enough_to_be_read(path: Path) -> None:
    long = {cell.id: lines for cell in code_cells(read(path)) if (lines := cell.source.count("\n") + 1) > 20}
    assert not long, f"more than 20 lines: {long}"


@pytest.mark.parametrize("path", [path for path in PAGES if path.suffix == ".ipynb"], ids=lambda path: path.stem)
def test_lines_of_code_are_short_enough_to_be_read(path: Path) -> None:
    """A screen that shows the page shows the code without scrolling; a longer text is broken as code is."""
    lines = [line for cell in code_cells(read(path)) for line in cell.source.splitlines()]
    assert [line for line in lines if len(line) > 110] == []
