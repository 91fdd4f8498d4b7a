"""JupyterLab opens a chapter and runs it from the top, as a reader would: by its menu."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from browsing import laboratory, started
from playwright.sync_api import Page


@pytest.fixture
def desk(clone: Path, tmp_path: Path) -> Path:
    """A copy of the clone for a reader to work in: what other tests read stays as it is."""
    return shutil.copytree(clone, tmp_path / "desk")


@pytest.fixture
def chapter(desk: Path) -> Path:
    """The smallest chapter, with its outputs taken out, so that what is there later is new."""
    chapters = sorted((desk / "book").glob("*.ipynb"), key=lambda path: path.stat().st_size)
    if not chapters:
        pytest.skip("there is no chapter yet")
    notebook = nbformat.read(chapters[0], as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, chapters[0])
    return chapters[0]


@pytest.fixture
def lab(desk: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a JupyterLab that serves the copy, with the settings of nobody."""
    home = tmp_path / "home"
    home.mkdir()
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(home), "JUPYTER_DATA_DIR": str(home), "HOME": str(home)}
    with laboratory([sys.executable, "-m", "jupyterlab"], desk, home, environment) as address:
        yield address


@pytest.fixture
def page() -> Iterator[Page]:
    with started() as browser:
        yield browser.new_page()


def saved(page: Page, chapter: Path) -> list[nbformat.NotebookNode]:
    """The code cells of the chapter after it was saved in the browser."""
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1000)
    notebook = nbformat.read(chapter, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def test_a_chapter_runs_from_the_top(lab: str, chapter: Path, page: Page) -> None:
    page.goto(f"{lab}lab/tree/book/{chapter.name}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    # Before a kernel runs, the menu would ask for one.
    page.get_by_text("| Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).first.click()

    deadline = time.monotonic() + 180
    cells = saved(page, chapter)
    while any(cell.execution_count is None for cell in cells) and time.monotonic() < deadline:
        cells = saved(page, chapter)

    errors = [output.ename for cell in cells for output in cell.outputs if output.output_type == "error"]
    assert errors == []
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert any(cell.outputs for cell in cells)
