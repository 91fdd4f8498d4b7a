"""Staleness and execution: exactly what changed is executed again, and a failure loses nothing."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from edition import inputs, notebooks
from edition.notebooks import NotebookError

EDITED = inputs.REASONS["outputs"]


@pytest.fixture
def executed(small: Path) -> Path:
    """The small clone with its notebook executed."""
    assert list(notebooks.run(notebooks.stale(small), small)) == [small / "book/fruit.ipynb"]
    return small


def _cell(clone: Path, source: str) -> None:
    path = clone / "book/fruit.ipynb"
    notebook = notebooks.read(path)
    notebook.cells[0].source = source
    nbformat.write(notebook, path)


def test_a_notebook_that_was_never_executed_is_stale(small: Path) -> None:
    assert notebooks.stale(small) == {small / "book/fruit.ipynb": ["it was never executed"]}


def test_execution_stores_outputs_and_leaves_nothing_stale(executed: Path) -> None:
    notebook = notebooks.read(executed / "book/fruit.ipynb")
    assert notebook.cells[0].outputs[0].data["text/plain"] == "3"
    assert notebook.metadata.language_info == {"name": "python"}, "Python's version differs between machines"
    assert not notebooks.stale(executed)


def test_execution_is_the_same_to_the_byte(executed: Path) -> None:
    path = executed / "book/fruit.ipynb"
    before = path.read_bytes()
    list(notebooks.run([path], executed))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("data/apples.csv", "c,3\n", ["table apples changed"]),
        ("data/pears.csv", "c,3\n", []),  # not loaded by the notebook
        ("src/edition/data.py", "\ndef load(name):\n    return name\n", ["what it uses of src changed"]),
        ("src/edition/data.py", "\ndef another():\n    return 1\n", []),  # not called by the notebook
        ("src/edition/data.py", "\nprint('hello')\n", ["what it uses of src changed"]),  # runs when it is imported
        ("src/edition/cli.py", "\nprint('hello')\n", []),  # not imported by a kernel
        ("requirements.lock", "plums==1.0\n", ["requirements.lock has other versions of packages"]),
        ("requirements.lock", "# a remark\n", []),
    ],
)
def test_what_makes_a_notebook_stale(executed: Path, file: str, text: str, reason: list[str]) -> None:
    with open(executed / file, "a") as changed:
        changed.write(text)
    assert list(notebooks.stale(executed).values()) == ([reason] if reason else [])


def _clear(notebook: NotebookNode) -> None:
    notebook.cells[0].update(outputs=[], execution_count=None)


def _plant(notebook: NotebookNode) -> None:
    output = nbformat.v4.new_output("display_data", {"text/plain": "planted"})
    notebook.cells.append(nbformat.v4.new_code_cell(outputs=[output], id="planted"))


HARM: dict[str, tuple[Callable[[NotebookNode], object], str]] = {
    "all outputs cleared": (_clear, "code cell 1 has no output"),
    "an output is gone": (lambda notebook: notebook.cells[0].outputs.clear(), EDITED),
    "a value": (lambda notebook: notebook.cells[0].outputs[0].data.update({"text/plain": "999"}), EDITED),
    "metadata": (lambda notebook: notebook.cells[0].outputs[0].metadata.update(edition={"id": "a"}), EDITED),
    "an output too many": (lambda notebook: notebook.cells[0].outputs.append(notebook.cells[0].outputs[0]), EDITED),
    "an output without code": (_plant, EDITED),
}


@pytest.mark.parametrize("harm", HARM)
def test_stored_outputs_that_were_touched_are_made_anew(executed: Path, harm: str) -> None:
    """What was executed and what is published are the same, or the chapter is executed again."""
    path = executed / "book/fruit.ipynb"
    notebook = notebooks.read(path)
    change, reason = HARM[harm]
    change(notebook)
    nbformat.write(notebook, path)
    assert notebooks.why_stale(path, executed) == [reason]
    list(notebooks.run([path], executed))
    assert not notebooks.stale(executed)
    assert [cell.outputs for cell in notebooks.read(path).cells if cell.outputs] == [
        [nbformat.v4.new_output("execute_result", {"text/plain": "3"}, execution_count=1)]
    ]


def test_what_it_rests_on_stands_beside_the_notebook(executed: Path) -> None:
    """A chapter's own file says nothing of the package: an edit there changes no chapter."""
    assert "edition" not in notebooks.read(executed / "book/fruit.ipynb").metadata
    recorded = json.loads((executed / inputs.FILE).read_text())
    assert {name: list(parts) for name, parts in recorded.items()} == {
        "fruit.ipynb": ["code", "lock", "outputs", "package", "table apples"]
    }


@pytest.mark.parametrize("content", [None, "<<<<<<< HEAD\n", "[]", '{"fruit.ipynb": 1}'])
def test_a_lost_or_damaged_record_is_made_anew(executed: Path, content: str | None) -> None:
    file = executed / inputs.FILE
    whole = file.read_bytes()
    file.unlink()
    if content:
        file.write_text(content)
    told = "book/inputs.json does not tell what its outputs rest on"
    assert notebooks.stale(executed) == {executed / "book/fruit.ipynb": [told]}
    list(notebooks.run(notebooks.stale(executed), executed))
    assert file.read_bytes() == whole


def test_a_notebook_that_is_gone_leaves_the_record(executed: Path) -> None:
    (executed / "book/fruit.ipynb").rename(executed / "book/greens.ipynb")
    list(notebooks.run(notebooks.stale(executed), executed))
    assert list(inputs.recorded(executed)) == ["greens.ipynb"]


def test_changed_code_is_stale(executed: Path) -> None:
    _cell(executed, 'import edition as ed\nlen(ed.load("apples"))')
    assert list(notebooks.stale(executed).values()) == [["its code changed"]]


def test_a_table_name_must_be_a_literal(small: Path) -> None:
    _cell(small, "name = 'apples'\nimport edition as ed\ned.load(name)")
    with pytest.raises(NotebookError, match="in quotes"):
        notebooks.stale(small)


@pytest.mark.parametrize(("code", "told"), [("%matplotlib inline", "line 1: "), ("a = 1\nprint((a)", "line 2: ")])
def test_code_that_is_no_python_is_placed(small: Path, code: str, told: str) -> None:
    _cell(small, code)
    with pytest.raises(NotebookError, match=rf"^fruit\.ipynb, code cell 1, {told}"):
        notebooks.stale(small)


@pytest.mark.parametrize("content", [b"[]", b"<<<<<<< HEAD", "café".encode("latin-1"), b"{}"])
def test_a_file_that_is_no_notebook_is_named(small: Path, content: bytes) -> None:
    (small / "book/fruit.ipynb").write_bytes(content)
    with pytest.raises(NotebookError, match=r"^fruit\.ipynb: not a readable notebook"):
        notebooks.stale(small)


def test_what_is_saved_during_an_execution_is_kept(executed: Path) -> None:
    _cell(executed, "1 + 1")
    chapter = executed / "book/fruit.ipynb"
    with pytest.raises(NotebookError, match=r"fruit\.ipynb: it was changed while it was executed"):
        list(notebooks.run([chapter], executed, hold=lambda: _cell(executed, "2 + 2")))
    assert notebooks.code_cells(notebooks.read(chapter))[0].source == "2 + 2"


def test_a_table_must_be_described(small: Path) -> None:
    _cell(small, 'import edition as ed\ned.load("plums")')
    with pytest.raises(NotebookError, match="plums"):
        notebooks.stale(small)


@pytest.mark.parametrize(
    "tag", ["nbval-ignore-output", "nbval-skip", "nbval-raises-exception", "raises-exception", "skip-execution"]
)
def test_a_tag_that_keeps_a_cell_from_being_compared_is_refused(small: Path, tag: str) -> None:
    path = small / "book/fruit.ipynb"
    notebook = notebooks.read(path)
    notebook.cells[0].metadata.tags = ["hide-input", tag]
    nbformat.write(notebook, path)
    for refuses in (notebooks.stale, lambda clone: list(notebooks.run([path], clone))):
        with pytest.raises(NotebookError, match=rf"^fruit\.ipynb, code cell 1: '{tag}' asks for an exception"):
            refuses(small)


@pytest.mark.parametrize("comment", ["# NBVAL_IGNORE_OUTPUT", "  #NBVAL_SKIP", "# PYTEST_VALIDATE_IGNORE_OUTPUT"])
def test_a_comment_that_keeps_a_cell_from_being_compared_is_refused(small: Path, comment: str) -> None:
    _cell(small, f"if True:\n    1\n{comment}")
    with pytest.raises(NotebookError, match=r"^fruit\.ipynb, code cell 1: '#.*' asks for an exception"):
        notebooks.stale(small)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("1 / 0", "code cell 2, line 1: ZeroDivisionError: division by zero"),
        ("a = 1\nf(0)", "code cell 2, line 2: ZeroDivisionError"),  # the cell that failed, not the one it called
        ("a = 1\nraise ValueError('bad')", "code cell 2, line 2: ValueError: bad"),
        ("import os\nos._exit(1)", "code cell 2: the kernel died in this cell"),
    ],
)
def test_the_cell_that_fails_is_named(small: Path, code: str, told: str) -> None:
    path = small / "book/fruit.ipynb"
    sources = ("def f(x):\n    return 1 / x", "", code, "3")
    cells = [nbformat.v4.new_code_cell(source, id=f"c{number}") for number, source in enumerate(sources)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    with pytest.raises(NotebookError, match=rf"^fruit\.ipynb, {told}"):
        list(notebooks.run([path], small))


def test_a_failing_notebook_is_named_and_left_as_it_was(executed: Path) -> None:
    _cell(executed, "1 / 0")
    before = (executed / "book/fruit.ipynb").read_bytes()
    with pytest.raises(NotebookError, match=r"^fruit\.ipynb, code cell 1, line 1: ZeroDivisionError"):
        list(notebooks.run([executed / "book/fruit.ipynb"], executed))
    assert (executed / "book/fruit.ipynb").read_bytes() == before
    assert not list((executed / "book").glob("*.tmp"))


BOOK = sorted(Path(__file__).resolve().parent.parent.joinpath("book").rglob("*.ipynb"))


@pytest.mark.parametrize("path", BOOK, ids=[path.stem for path in BOOK])
def test_no_committed_notebook_is_stale(path: Path, root: Path) -> None:
    reasons = notebooks.why_stale(path, root)
    told = f"{path.name} is stale ({', '.join(reasons)}): run make book and commit it with {inputs.FILE}"
    assert not reasons, told


@pytest.mark.parametrize("path", BOOK, ids=[path.stem for path in BOOK])
def test_outputs_are_stored_and_clean(path: Path) -> None:
    """Every code cell ran, in order, without an error or a warning; a cell that ends in a value shows it."""
    cells = notebooks.code_cells(notebooks.read(path))
    assert cells, f"{path.name} has no code: it belongs among the plain pages"
    for number, cell in enumerate(cells, start=1):
        place = f"{path.name}, code cell {number}"
        assert cell.execution_count == number, f"{place} was not executed in order"
        kinds = {output.output_type for output in cell.outputs}
        assert not kinds & {"error", "stream"}, f"{place} stores an error, a warning or printed text"
        if shows_something(cell.source):
            assert cell.outputs, f"{place} should show something and stores nothing"


@pytest.mark.parametrize("path", BOOK, ids=[path.stem for path in BOOK])
def test_rows_that_tie_keep_their_order_on_every_processor(path: Path) -> None:
    """Sorting by one column is not stable unless asked: NumPy takes the way that suits the processor."""
    calls = (node for cell in notebooks.code_cells(notebooks.read(path)) for node in ast.walk(ast.parse(cell.source)))
    sorts = [node for node in calls if isinstance(node, ast.Call) and notebooks.callee(node.func) == "sort_values"]
    loose = [ast.unparse(sort) for sort in sorts if not (sort.args and isinstance(sort.args[0], ast.List | ast.Name))]
    assert [sort for sort in loose if "kind='stable'" not in sort] == []


def shows_something(source: str) -> bool:
    """Say whether a cell ends in a value that is shown, or calls ``glue``; ``expect`` shows only what broke."""
    tree = ast.parse(source)
    last = tree.body[-1]
    glues = any(isinstance(node, ast.Call) and notebooks.callee(node.func) == "glue" for node in ast.walk(tree))
    if not isinstance(last, ast.Expr) or source.rstrip().endswith(";"):
        return glues
    return glues or not (isinstance(last.value, ast.Call) and notebooks.callee(last.value.func) == "expect")
