"""Shared fixtures: this clone, a small clone to break, and the site built once from a copy, for all workers."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import browsing
import nbformat
import pytest
from playwright.sync_api import Browser, expect
from schedule import pytest_addoption, pytest_collection_modifyitems, pytest_terminal_summary
from sharing import digests, once
from small_book import CODE, write_chapter, write_small_book

from edition import site

__all__ = ["pytest_addoption", "pytest_collection_modifyitems", "pytest_terminal_summary"]  # hooks
ROOT = Path(__file__).resolve().parent.parent
expect.set_options(timeout=30_000)  # a browser beside other tests can be slow, and that is no fault of a page


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of this clone; tests only read it."""
    return ROOT


@pytest.fixture(scope="session")
def copy_clone() -> Callable[[Path], Path]:
    """Copies what a site is made of to a new folder, and returns the folder."""

    def copy(target: Path) -> Path:
        target.mkdir(parents=True)
        for name in site.INPUTS:
            source = ROOT / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
                shutil.copytree(source, target / name, ignore=ignored)
            else:
                shutil.copy2(source, target / name)
        return target

    return copy


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what all workers of this run share; see sharing.py."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def clone(copy_clone: Callable[[Path], Path], shared: Path) -> Path:
    """A copy of this clone, in a folder whose name has a space and a letter that is not ASCII; tests only read it."""
    place = shared / "copy" / "édition one"
    once(shared / "copied", lambda: copy_clone(place))
    return place


@pytest.fixture(scope="session")
def built(clone: Path, shared: Path) -> Iterator[Path]:
    """The site of the copy, built from the stored outputs as they are: nothing is executed. Tests only read it."""
    html, noted = clone / "_build/html", shared / "built.json"
    once(shared / "built", lambda: noted.write_text(json.dumps(digests(site.publish(clone)))))
    yield html
    assert digests(html) == json.loads(noted.read_text()), "a test changed the site that all tests share"


@pytest.fixture(scope="session")
def published(copy_clone: Callable[[Path], Path], shared: Path) -> Path:
    """A clone with all of the data and a book of four pages, executed and built, where a path has other letters.

    It is made once for all workers; a test that does harm does it to a copy.
    """
    place = shared / "small" / "étude no 1"

    def make() -> None:
        copy_clone(place)
        write_small_book(place)
        write_chapter(place, CODE)
        site.build(place, say=lambda text: None)

    once(shared / "published", make)
    return place


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    with browsing.started() as chromium:
        yield chromium


SMALL_SCHEMA = {
    "profile": "tabular-data-package",
    "name": "small",
    "resources": [
        {
            "name": name,
            "path": f"{name}.csv",
            "title": name,
            "description": name,
            "profile": "tabular-data-resource",
            "schema": {
                "fields": [{"name": "key", "type": "string"}, {"name": "value", "type": "integer"}],
                "primaryKey": ["key"],
            },
        }
        for name in ("apples", "pears")
    ],
}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of one notebook and two tables, of which the notebook reads one."""
    for folder in ("data", "book", "src/edition"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "data/datapackage.json").write_text(json.dumps(SMALL_SCHEMA))
    for name in ("apples", "pears"):
        (tmp_path / f"data/{name}.csv").write_text("key,value\na,1\nb,2\n")
    for module in (ROOT / "src/edition").glob("*.*"):
        shutil.copy2(module, tmp_path / "src/edition")
    for name in ("requirements.lock", "_toc.yml"):
        (tmp_path / name).write_text("")
    code = 'import edition as ed\nint(ed.load("apples").value.sum())'
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbformat.write(notebook, tmp_path / "book/fruit.ipynb")
    monkeypatch.chdir(tmp_path)
    return tmp_path
