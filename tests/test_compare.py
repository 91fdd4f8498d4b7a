"""What is published and what the code gives are held against each other whole: values, names, captions, downloads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from edition import cli, compare, notebooks

CODE = """import edition as ed
import pandas as pd
ed.glue("apples", n_apples=3, n_pears=4)
frame = pd.DataFrame({"fruit": ["apple", "pear"], "kilograms": [10, 12]})
ed.table(frame, id="tbl-fruit", caption="All that was picked", sources=["Orchard."])"""


def _swap_names(outputs: list[Any]) -> None:
    first, second = (output.metadata.scrapbook for output in outputs[:2])
    first.name, second.name = second.name, first.name


def _caption(outputs: list[Any]) -> None:
    outputs[2].metadata.edition.caption = "Half of what was picked"


def _letter(outputs: list[Any]) -> None:
    about = outputs[2].metadata.edition
    about.csv = about.csv.replace("pear", "bear")


def _value(outputs: list[Any]) -> None:
    outputs[0].data["application/papermill.record/text/plain"] = "'nine'"


HARM: dict[str, tuple[Callable[[list[Any]], None], list[str]]] = {
    "names": (
        _swap_names,
        [
            "code cell {n}, number n_pears, name: {} “n_pears”, {} “n_apples”",
            "code cell {n}, number n_apples, name: {} “n_apples”, {} “n_pears”",
        ],
    ),
    "caption": (
        _caption,
        [
            "code cell {n}, table tbl-fruit, metadata/edition/caption: "
            "{} “Half of what was picked”, {} “All that was picked”"
        ],
    ),
    "download": (_letter, ["code cell {n}, table tbl-fruit, metadata/edition/csv, line 3: {} “bear,12”, {} “pear,12”"]),
    "value": (_value, ["code cell {n}, number n_apples, value: {} “'nine'”, {} “'three'”"]),
    "lost": (
        lambda outputs: outputs.pop(),
        ["code cell {n}, table tbl-fruit, output 3: {} nothing, {} “Table tbl-fruit: "],
    ),
    "planted": (
        lambda outputs: outputs.append(nbformat.v4.new_output("display_data", {"text/plain": "planted"})),
        ["code cell {n}, output 4: {} “planted”, {} nothing"],
    ),
}


@pytest.fixture
def harmed(small: Path) -> Path:
    """The small clone, its chapter of cells that store two numbers and a table; all but the first are harmed."""
    cells = [nbformat.v4.new_code_cell(CODE, id=f"cell{number}") for number in range(len(HARM) + 1)]
    path = small / "book/fruit.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    list(notebooks.run([path], small))
    notebook = notebooks.read(path)
    for cell, (change, _) in zip(notebook.cells[1:], HARM.values(), strict=True):
        change(cell.outputs)
    nbformat.write(notebook, path)
    return small


def expected(stored: str, again: str) -> list[str]:
    lines = ((number, line) for number, (_, lines) in enumerate(HARM.values(), start=2) for line in lines)
    return [line.format(stored, again, n=number) for number, line in lines]


def test_pytest_tells_what_is_stored_and_not_given(harmed: Path, root: Path) -> None:
    """As `make test` does: nbval with this package's plugin, in one execution."""
    command = ["-m", "edition.kernels", "-m", "pytest", "--nbval", "book", "-p", "edition.nbval_outputs", "-q"]
    done = subprocess.run([sys.executable, *command], cwd=harmed, capture_output=True, text=True)
    assert f"{len(HARM)} failed, 1 passed" in done.stdout, done.stdout
    assert [told for told in expected("stored", "re-executed") if f"fruit.ipynb, {told}" not in done.stdout] == []
    assert "edition.nbval_outputs" in (root / "conftest.py").read_text(), "where pytest finds the plugin"


def test_a_command_tells_what_a_re_execution_gives(harmed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in harmed.rglob("*") if path.is_file()}
    assert cli.main(["compare"]) == 1
    head, *lines = capsys.readouterr().out.splitlines()
    assert head == f"book/fruit.ipynb: {len(lines)} difference(s)"
    for line, told in zip(lines, expected("published", "yours"), strict=True):
        assert line.startswith(f"  {told}")
    assert before == {path: path.read_bytes() for path in harmed.rglob("*") if path.is_file()}
    list(notebooks.run([harmed / "book/fruit.ipynb"], harmed))
    assert cli.main(["compare", "fruit"]) == 0
    assert capsys.readouterr().out == "book/fruit.ipynb: same as published\n"
    assert cli.main(["compare", "book/nuts.ipynb"]) == 1
    assert capsys.readouterr().err == "No chapter is called book/nuts.ipynb; there are fruit.\n"


@pytest.mark.parametrize(
    ("stored", "again", "told"),
    [
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, ("metadata/a/b/2", "“2”", "“3”")),
        ({"a": 1}, {"a": 1.0}, ("metadata/a", "“1”", "“1.0”")),
        ({"a": 1}, {"a": True}, ("metadata/a", "“1”", "“True”")),
        ({}, {"a": "x"}, ("metadata", "nothing", "“{'a': 'x'}”")),
        ({"b": 1}, {"a": "x", "b": 1}, ("metadata/a", "nothing", "“x”")),
        ({"a": "1\n2"}, {"a": "1\n2\n3"}, ("metadata/a, line 3", "nothing", "“3”")),
        ({"a": "1\n2 "}, {"a": "1\n2"}, ("metadata/a, line 2", "“2 ”", "“2”")),
        ({"a": "x" * 90 + "1"}, {"a": "x" * 90 + "2"}, ("metadata/a", f"“…{'x' * 30}1”", f"“…{'x' * 30}2”")),
    ],
)
def test_the_place_is_told(stored: dict[str, Any], again: dict[str, Any], told: tuple[str, str, str]) -> None:
    old, new = ({"output_type": "display_data", "data": {}, "metadata": metadata} for metadata in (stored, again))
    found = compare.outputs(4, [old], [new])
    assert [(one.cell, one.place, one.stored, one.again) for one in found] == [(4, *told)]
    assert compare.outputs(4, [old], [old]) == []


def test_a_count_of_executions_is_no_difference() -> None:
    output = {"output_type": "execute_result", "data": {"text/plain": "1"}, "execution_count": 1}
    assert not compare.outputs(1, [{**output, "metadata": {}}], [{**output, "execution_count": 9}])


def test_outputs_in_a_cell_without_code_are_told() -> None:
    code = {"cell_type": "code", "source": "1", "outputs": []}
    empty = {**code, "source": " "}
    planted = {**empty, "outputs": [{"output_type": "display_data", "data": {}}]}
    found = compare.cells([({"cell_type": "markdown"}, {}), (code, code), (planted, empty)])
    assert [(one.cell, one.place) for one in found] == [(1, "output 1")]
