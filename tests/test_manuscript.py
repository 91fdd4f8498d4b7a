"""The likeliest mistakes in the book's own files, and the line that each must give before anything is built."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
import small_data

from edition import cli, data, manuscript, problems

Mistake = Callable[[Path], object]

CONTENTS = "format: jb-book\nroot: book/index\nchapters:\n  - file: book/votes\n  - file: book/actors\n"
CITATION = "title: A book\nversion: 0.1.0\ndate-released: 2026-01-02\nauthors:\n  - name: Somebody\n"
CODE = 'import edition as ed\ned.glue("votes", n_votes=len(ed.load("votes")))\ned.figure(chart, id="fig-votes")'
PROSE = """(first)=
There were {glue:text}`n_votes` votes{src}`a-hrc-res-37-23, para. 3`, as {numref}`fig-votes` shows.

```python
A role is written {src}`no-such-source` here, which is only quoted, as is ``{src}`this` ``.
```
"""


def write_notebook(path: Path, prose: str, code: str) -> None:
    cells = [
        nbformat.v4.new_markdown_cell("# A chapter", id="title"),
        nbformat.v4.new_code_cell(code, id="code"),
        nbformat.v4.new_markdown_cell(prose, id="prose"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    """A book of three pages and the register of sources."""
    small_data.cut(root / "data", tmp_path / "data", ("sources",))
    (tmp_path / "book").mkdir()
    (tmp_path / "book/index.md").write_text("# A book\n\nIts {doc}`votes`.\n")
    (tmp_path / "_toc.yml").write_text(CONTENTS)
    (tmp_path / "_config.yml").write_text("title: A book\n")
    (tmp_path / "CITATION.cff").write_text(CITATION)
    write_notebook(tmp_path / "book/votes.ipynb", PROSE, CODE)
    write_notebook(tmp_path / "book/actors.ipynb", "(second)=\nOthers.\n", "1 + 1")
    data.package.cache_clear()
    return tmp_path


def text(file: str, old: str, new: str) -> Mistake:
    """Other words in a file."""

    def make(clone: Path) -> None:
        path = clone / file
        before = path.read_text("utf-8")
        assert old in before
        path.write_text(before.replace(old, new, 1), encoding="utf-8")

    return make


def prose(old: str, new: str) -> Mistake:
    """Other words in the last cell of the chapter on votes."""

    def make(clone: Path) -> None:
        assert old in PROSE
        write_notebook(clone / "book/votes.ipynb", PROSE.replace(old, new, 1), CODE)

    return make


def another(file: str, content: str = "# Another page\n") -> Mistake:
    def make(clone: Path) -> None:
        (clone / file).parent.mkdir(exist_ok=True)
        (clone / file).write_text(content)

    return make


def notebook(change: Callable[[str], str]) -> Mistake:
    """The file of a notebook as another text."""

    def make(clone: Path) -> None:
        path = clone / "book/votes.ipynb"
        path.write_text(change(path.read_text("utf-8")), encoding="utf-8")

    return make


QUOTED = "the role is not followed by a word between two ` signs, and would be printed as it is typed."
CONFLICT = "two versions of these lines stand here: git left a conflict."
REMEDY = "Keep the right one, and take out the lines that begin with <<<<<<<, ======= and >>>>>>>."
MARKS = "<<<<<<< HEAD\nx: 1\n=======\nx: 2\n>>>>>>> other\n"

MISTAKES: dict[str, tuple[Mistake, str]] = {
    # Settings
    "a conflict in the contents": (
        text("_toc.yml", "chapters", f"{MARKS}chapters"),
        f"_toc.yml, row 3: {CONFLICT} {REMEDY}",
    ),
    "a conflict in the citation": (
        text("CITATION.cff", "authors", f"{MARKS}authors"),
        f"CITATION.cff, row 4: {CONFLICT} {REMEDY}",
    ),
    "a tab in the contents": (
        text("_toc.yml", "  - file: book/actors", "\t- file: book/actors"),
        "_toc.yml, row 5: a tab at the beginning of the line. Indent with blanks.",
    ),
    "a colon forgotten": (
        text("CITATION.cff", "version: 0.1.0", "version 0.1.0"),
        "CITATION.cff, row 3: not valid YAML (…). Look at that line and the one before it: a colon, a quotation mark "
        "or an indent is wrong.",
    ),
    "a day that is none": (
        text("CITATION.cff", "2026-01-02", "2026-13-01"),
        "CITATION.cff, row 3, column date-released has '2026-13-01': no day of the calendar, which is written "
        "YYYY-MM-DD. Correct it.",
    ),
    "the settings gone": (
        lambda clone: (clone / "_config.yml").unlink(),
        "_config.yml: the file is missing. Restore it.",
    ),
    # Contents and names
    "a chapter misspelt": (
        text("_toc.yml", "book/actors", "book/actor"),
        "_toc.yml, row 5 has 'book/actor': there is no such page. Did you mean 'book/actors'?",
    ),
    "a chapter that is nowhere": (
        text("_toc.yml", "  - file: book/actors", "  - file: book/actors\n  - file: book/regional-courts"),
        "_toc.yml, row 6 has 'book/regional-courts': there is no such page. Add the page, or take the line out.",
    ),
    "a chapter listed twice": (
        text("_toc.yml", "  - file: book/actors", "  - file: book/actors\n  - file: book/actors"),
        "_toc.yml, row 5 has 'book/actors': the page is listed twice. Take one of the lines out.",
    ),
    "a chapter not listed": (
        another("book/courts.md"),
        "book/courts.md: it is not in _toc.yml. Add the line - file: book/courts",
    ),
    "a name with blanks": (
        another("book/My Chapter.md"),
        "book/My Chapter.md: the name of a page is its address: small letters, digits and hyphens. Call it "
        "my-chapter.md.",
    ),
    "a name that is taken": (
        another("book/edition.md"),
        "book/edition.md: a page of this name would take the place of the files that cite the whole edition. Choose "
        "another name.",
    ),
    "a page twice": (
        another("book/votes.md"),
        "book/votes.md: book/votes.ipynb has the same address. Rename one of them.",
    ),
    # Notebooks
    "a conflict in a notebook": (
        notebook(lambda all: all.replace('   "id": "code"', f'{MARKS}   "id": "code"')),
        f"book/votes.ipynb, row …: {CONFLICT} Keep one whole version of the file (git checkout --ours or --theirs), "
        "then make run.",
    ),
    "a notebook cut off": (
        notebook(lambda all: all[: len(all) // 2]),
        "book/votes.ipynb, row …: not a notebook (…). Restore the file from git: its end is missing, or it was edited "
        "as text.",
    ),
    "no notebook": (
        notebook(lambda all: json.dumps({"metadata": {}})),
        "book/votes.ipynb: not a notebook (it has no cells). Restore the file from git.",
    ),
    # Prose
    "typographic quotes": (
        prose("{glue:text}`n_votes`", "{glue:text}‘n_votes’"),
        f"book/votes.ipynb, cell 3, line 2 has '…': {QUOTED} Write {{glue:text}}`...` with the sign ` on both "
        "sides, no ‘ or ’.",
    ),
    "a role not closed": (
        prose("para. 3`,", "para. 3, "),
        f"book/votes.ipynb, cell 3, line 2 has '…': {QUOTED} Write {{src}}`...` with the sign ` on both sides, no "
        "‘ or ’.",
    ),
    "a number misspelt": (
        prose("`n_votes`", "`n_vote`"),
        "book/votes.ipynb, cell 3, line 2 has 'n_vote': no code cell of this page glues a value of this name. Did you "
        "mean 'n_votes'?",
    ),
    "a source misspelt in prose": (
        prose("a-hrc-res-37-23", "a-hrc-res-3723"),
        "book/votes.ipynb, cell 3, line 2 has 'a-hrc-res-3723': no row of data/sources.csv has this source_id. Did you "
        "mean 'a-hrc-res-37-23'?",
    ),
    "a figure misspelt": (
        prose("`fig-votes`", "`fig-vote`"),
        "book/votes.ipynb, cell 3, line 2 has 'fig-vote': no figure or table has this id. Did you mean 'fig-votes'?",
    ),
    "a label of two chapters": (
        prose("(first)=", "(second)="),
        "book/votes.ipynb, cell 3, line 1 has 'second': book/actors.ipynb has the same label. Choose another.",
    ),
    "a figure of two chapters": (
        lambda clone: write_notebook(clone / "book/actors.ipynb", "Others.", CODE),
        "book/votes.ipynb has 'fig-votes': book/actors.ipynb has a figure or table of the same id. Choose another.",
    ),
}


def told(clone: Path) -> list[str]:
    return problems.report(manuscript.check(clone))


@pytest.mark.parametrize(("mistake", "expected"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_in_one_line(clone: Path, mistake: Mistake, expected: str) -> None:
    mistake(clone)
    line, *rest = told(clone)
    assert re.fullmatch(".*".join(map(re.escape, expected.split("…"))), line), line
    assert all("problem(s) in" in other for other in rest), rest


def test_the_sound_book_holds(clone: Path, root: Path) -> None:
    assert told(clone) == []
    assert told(root) == []


def test_the_check_tells_of_book_and_data_together(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(clone)
    assert cli.main(["check"]) == 0
    prose("`n_votes`", "`n_vote`")(clone)
    small_data.cell("sources", 5, "url", "www.un.org/x")(clone / "data")
    data.package.cache_clear()
    assert cli.main(["check"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ", 1)[0] for line in lines] == ["book/votes.ipynb,", "data/sources.csv,", "2"]


def test_names_that_the_outputs_hold_are_known(clone: Path) -> None:
    """A name that the code puts together cannot be read off it, but its stored output tells it."""
    path = clone / "book/votes.ipynb"
    prose("`n_votes`", "`computed`")(clone)
    assert told(clone)
    found: Any = json.loads(path.read_text("utf-8"))
    about = {"scrapbook": {"name": "computed"}}
    found["cells"][1]["outputs"] = [{"output_type": "display_data", "data": {}, "metadata": about}]
    path.write_text(json.dumps(found))
    assert told(clone) == []
