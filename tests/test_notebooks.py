"""Staleness and execution: exactly what changed is executed again, and a failure loses nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest

from edition import notebooks
from edition.notebooks import NotebookError


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
    ("file", "reason"),
    [
        ("data/apples.csv", ["table apples changed"]),
        ("data/pears.csv", []),  # not loaded by the notebook
        ("src/edition/text.py", ["src/edition changed"]),
        ("src/edition/cli.py", []),  # not imported by a kernel
        ("requirements.lock", ["the lock changed"]),
    ],
)
def test_what_makes_a_notebook_stale(executed: Path, file: str, reason: list[str]) -> None:
    with open(executed / file, "a") as changed:
        changed.write("c,3\n" if file.endswith(".csv") else "\n# changed\n")
    assert list(notebooks.stale(executed).values()) == ([reason] if reason else [])


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


def test_a_failing_notebook_is_named_and_left_as_it_was(executed: Path) -> None:
    _cell(executed, "1 / 0")
    before = (executed / "book/fruit.ipynb").read_bytes()
    with pytest.raises(NotebookError, match=r"fruit\.ipynb: a cell failed with ZeroDivisionError"):
        list(notebooks.run([executed / "book/fruit.ipynb"], executed))
    assert (executed / "book/fruit.ipynb").read_bytes() == before
    assert not list((executed / "book").glob("*.tmp"))


def test_kernel_modules_are_what_a_kernel_can_import(root: Path) -> None:
    """The digest covers every module that the names of ``edition`` lead to, and none that they do not."""

    import edition

    reached: set[str] = set()
    waiting = {"__init__", *edition._HOME.values()}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        tree = ast.parse((root / f"src/edition/{module}.py").read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level == 1:
                found = {node.module} if node.module else {alias.name for alias in node.names}
                waiting |= {name for name in found if name and (root / f"src/edition/{name}.py").is_file()} - reached
    # rules is reached from data.check alone, which no notebook calls.
    assert reached - {"rules"} == set(notebooks.KERNEL_MODULES)


BOOK = sorted(Path(__file__).resolve().parent.parent.joinpath("book").rglob("*.ipynb"))


@pytest.mark.parametrize("path", BOOK, ids=[path.stem for path in BOOK])
def test_no_committed_notebook_is_stale(path: Path, root: Path) -> None:
    reasons = notebooks.why_stale(path, root)
    assert not reasons, f"{path.name} is stale ({', '.join(reasons)}): run make book and commit the notebook"


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
