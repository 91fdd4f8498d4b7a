"""A chapter in JupyterLab is the chapter of the page: read, run from the top, compared, played with and put back."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from browsing import started
from labreading import LONG, RAW, Reading, Visit, desk_in_lab, figures, on_page, read
from playwright.sync_api import Browser, Page, expect

CHAPTERS = ("book/introduction.ipynb", "book/findings.ipynb")  # findings cites paragraphs and other notebooks
GIT = ["git", "-c", "user.name=A reader", "-c", "user.email=reader@example.org"]


@pytest.fixture(scope="module")
def desk(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone for a reader to work in, with its history: what other tests read stays as it is."""
    folder = shutil.copytree(clone, tmp_path_factory.mktemp("lab") / "desk", ignore=shutil.ignore_patterns("_build"))
    (folder / ".gitignore").write_text("_build/\n.ipynb_checkpoints/\n__pycache__/\n")
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "As published"]):
        subprocess.run([*GIT, *command], cwd=folder, check=True)
    return folder


def changed(desk: Path) -> str:
    done = subprocess.run(["git", "status", "--porcelain"], cwd=desk, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def lab(desk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that serves the copy, with the settings of nobody."""
    with desk_in_lab(desk, tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as chromium:
        yield chromium


@pytest.fixture(scope="module", params=CHAPTERS)
def chapter(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def reading(lab: str, browser: Browser, chapter: str) -> Reading:
    return read(browser, lab, chapter)[0]


def test_every_paragraph_is_that_of_the_page(reading: Reading, browser: Browser, built: Path, chapter: str) -> None:
    page = on_page(browser, (built / chapter.replace(".ipynb", ".html")).read_text("utf-8"))
    assert len(page) > 20
    assert reading.texts == page
    assert reading.after == page


def test_no_role_is_left_as_it_was_written(reading: Reading) -> None:
    assert [text for text in (*reading.texts, *reading.after) if RAW.search(text)] == []


def test_every_drawing_is_seen_and_lives_when_it_was_run(reading: Reading, root: Path, chapter: str) -> None:
    count = figures(root / chapter)
    assert [drawing for drawing in reading.drawings if not (drawing["width"] and drawing["alt"])] == []
    assert len(reading.drawings) == reading.charts == count > 0


def test_a_run_gives_what_is_published(reading: Reading) -> None:
    assert reading.verdict.startswith("Same as published: ")


def test_nothing_is_said_asked_for_or_changed(reading: Reading, desk: Path) -> None:
    assert reading.errors == []
    assert reading.foreign == []
    assert not reading.dirty
    assert changed(desk) == ""


# Playing


@pytest.fixture
def page(lab: str, browser: Browser) -> Iterator[Page]:
    """A small chapter, at rest."""
    shown = Visit(browser, lab, "book/introduction.ipynb").stand()
    yield shown
    shown.close()


def edit(page: Page, cell: str, old: str, new: str) -> None:
    """Change words in the source of a cell, as typing them would."""
    page.evaluate(
        """([id, old, now]) => {
          const cell = reading.panel().content.widgets.find((cell) => cell.model.id === id);
          const source = cell.model.sharedModel.getSource();
          if (!source.includes(old)) throw new Error(`no ${old} in ${id}`);
          cell.model.sharedModel.setSource(source.replace(old, now));
        }""",
        [cell, old, new],
    )


# One number of a cell that glues several, changed.
TWELVE = ("introduction-04", "str(counts[vote])", 'str(12 if vote == "yes" else counts[vote])')


def run_cells(page: Page, through: str) -> None:
    """Run the cells from the top to the one that is named."""
    page.evaluate(
        """async (id) => {
          const { content } = reading.panel();
          content.activeCellIndex = content.widgets.findIndex((cell) => cell.model.id === id) + 1;
          content.deselectAll();
          await window.jupyterapp.commands.execute("notebook:run-all-above");
        }""",
        through,
    )


def test_a_number_follows_its_cell_and_the_verdict_says_so(page: Page, desk: Path) -> None:
    edit(page, *TWELVE)
    run_cells(page, "introduction-04")
    box = page.locator(".ed-box").first
    expect(box).to_contain_text("adopted by 12 votes", timeout=LONG)
    verdict = page.locator(".ed-verdict")
    expect(verdict).to_contain_text("1 difference from what is published so far", timeout=LONG)
    expect(verdict.locator("tbody tr")).to_have_text(["number yes_37_232812"])
    assert changed(desk) == ""


def test_a_value_that_is_missing_or_older_is_told_in_the_sentence(page: Page) -> None:
    edit(page, "introduction-04", "_37_23", "_37_24")
    run_cells(page, "introduction-04")
    box = page.locator(".ed-box").first
    expect(box).to_contain_text("[yes_37_23: no cell has computed it; run the chapter from the top]", timeout=LONG)
    expect(box).to_contain_text("[older than a cell above it: run the cells below]", timeout=LONG)


def test_back_to_the_published_chapter(page: Page, desk: Path) -> None:
    edit(page, *TWELVE)
    run_cells(page, "introduction-04")
    expect(page.locator(".ed-box").first).to_contain_text("adopted by 12 votes", timeout=LONG)
    page.evaluate("reading.panel().context.save()")
    page.wait_for_function("!reading.panel().context.model.dirty", timeout=LONG)
    assert changed(desk) != ""
    page.get_by_role("button", name="Published").click()
    page.get_by_role("button", name="Back to the published chapter").click()
    expect(page.locator(".ed-box").first).not_to_contain_text("adopted by 12 votes", timeout=LONG)
    page.wait_for_function("!reading.panel().context.model.dirty", timeout=LONG)
    page.wait_for_timeout(500)
    assert changed(desk) == ""


def test_code_is_folded_at_the_reader_s_wish(page: Page, desk: Path) -> None:
    code = page.locator(".jp-CodeCell .jp-Cell-inputWrapper").first
    expect(code).to_be_visible()
    page.get_by_role("button", name="Code", exact=True).click()
    expect(code).to_be_hidden()
    expect(page.locator(".jp-MarkdownCell").first).to_be_visible()
    assert changed(desk) == ""


def test_cells_that_glue_show_names_and_values(page: Page) -> None:
    glued = page.locator(".ed-glued", has_text="yes_37_23")
    expect(glued).to_have_text(["yes_37_2328"])


def test_the_contents_are_those_of_the_page(page: Page, built: Path, browser: Browser) -> None:
    page.evaluate("window.jupyterapp.commands.execute('toc:show-panel')")
    listed = page.locator(".jp-TableOfContents .jp-tocItem-content")
    expect(listed.first).to_be_visible(timeout=LONG)
    html = (built / "book/introduction.html").read_text("utf-8")
    other = browser.new_page()
    headings = other.evaluate(
        """html => [...new DOMParser().parseFromString(html, "text/html")
          .querySelectorAll("article.bd-article :is(h1, h2, h3):not(.ed-cite *)")]
          .map((heading) => heading.firstChild.textContent.trim())""",
        html,
    )
    other.close()
    assert [text.strip() for text in listed.all_inner_texts()] == headings


# Where nothing was made ready


def test_without_trust_a_drawing_is_a_picture_with_its_text(desk: Path, browser: Browser, tmp_path: Path) -> None:
    """A reader who opens a notebook that Lab does not trust sees the drawings, not their labels run together."""
    path = desk / "book/stranger.ipynb"
    notebook = nbformat.read(desk / "book/introduction.ipynb", as_version=4)
    notebook.metadata["stranger"] = True  # another content, which nobody signed
    nbformat.write(notebook, path)
    try:
        with desk_in_lab(desk, tmp_path / "home", ready=False) as address:
            page = Visit(browser, address, "book/stranger.ipynb").stand()
            drawings: list[dict[str, Any]] = page.evaluate("reading.drawings()")
            text = page.locator(".jp-Notebook").inner_text()
            page.close()
    finally:
        path.unlink()
    assert len(drawings) == figures(desk / "book/introduction.ipynb") > 0
    assert all(drawing["width"] and drawing["alt"] for drawing in drawings)
    assert "024681012" not in text.replace("\n", "")


def test_what_lab_is_told_is_small(desk: Path) -> None:
    book = json.loads((desk / "_build/lab/book.json").read_text("utf-8"))
    assert set(book) == {
        *("numbers", "paragraphs", "cells", "values", "doubts", "sources", "glossary", "made", "facts", "places")
    }
    assert len(json.dumps(book)) < 1_500_000
