"""A plugin of pytest beside nbval: of each cell that nbval executes, it compares everything that the cell stores.

nbval leaves out the metadata of outputs, what a cell gives beyond what is stored, and cells that were never executed.
See ``edition.compare``. One execution serves both; where nbval finds the outputs to differ, the places are told.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from itertools import takewhile
from typing import Any

import pytest

from . import compare


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the cell, by nbval's own kind of error, when what it stores is not what executing it gave."""
    from nbval.plugin import IPyNbCell

    with _compared(item) if isinstance(item, IPyNbCell) else nullcontext():
        return (yield)


@contextmanager
def _compared(cell: Any) -> Iterator[None]:
    from nbval.plugin import NbCellError

    verdict = None
    try:
        yield
    except NbCellError as error:
        if "outputs differ" not in str(error):
            raise  # it could not be executed
        verdict = error
    before = takewhile(lambda other: other is not cell.cell, cell.parent.nb.cells)
    number = sum(other.cell_type == "code" and bool(other.source.strip()) for other in [*before, cell.cell])
    if differences := compare.outputs(number, cell.cell.outputs, cell.test_outputs):
        told = "\n".join(f"{cell.path.name}, {difference}" for difference in differences)
        raise NbCellError(cell.cell_num, "What is stored is not what executing gives", cell.cell.source, told) from None
    if verdict:
        raise verdict
