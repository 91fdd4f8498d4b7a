"""Every page of the built site, visited once at each width; what a visit found is then looked at test by test."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from browsing import CHROMIUM
from playwright.sync_api import Browser
from test_pages_browser import CHAPTERS, address
from visiting import Visit, visit

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: set EDITION_CHROMIUM to its path")
__all__ = ["address"]  # a fixture
# Pages made by the hundred from one template: a few, the same each time, stand for all (see test_states_browser.py).
MADE, SAMPLE = ("book/states", "book/resolutions"), 2


@pytest.fixture(scope="module")
def visits(browser: Browser, address: str, built: Path) -> list[Visit]:
    made = [path for folder in MADE for path in sorted((built / folder).glob("*.html")) if path.stem != "index"]
    left_out = set(made) - set(random.Random(37).sample(made, SAMPLE))
    pages = [path for path in built.rglob("*.html") if path not in left_out]
    names = sorted(path.relative_to(built).as_posix() for path in pages)
    return visit(browser, address, [name for name in names if name != "index.html"])


def told(visits: list[Visit], part: str) -> list[str]:
    return [f"{seen.page} at {seen.width}: {fault}" for seen in visits for fault in getattr(seen, part)]


def test_no_page_has_an_error_in_its_console(visits: list[Visit]) -> None:
    assert told(visits, "errors") == []


def test_no_page_asks_another_host(visits: list[Visit], address: str) -> None:
    assert [url for url in told(visits, "requests") if address not in url and ": data:" not in url] == []


def test_nothing_that_a_page_asks_for_is_missing(visits: list[Visit]) -> None:
    assert told(visits, "missing") == []


def test_the_policy_refuses_nothing_that_the_pages_do(visits: list[Visit]) -> None:
    assert told(visits, "refused") == []


def test_no_page_is_wider_than_its_window(visits: list[Visit]) -> None:
    assert [(seen.page, seen.width, seen.overflow) for seen in visits if seen.overflow > 0] == []


def test_what_is_not_laid_out_yet_keeps_its_place(visits: list[Visit]) -> None:
    assert told(visits, "moved") == []
    chapters = [seen for seen in visits if seen.page in CHAPTERS and seen.figures > 6]
    assert len(chapters) > 12
    assert all(seen.skipped > 2 for seen in chapters)


def test_axe_finds_nothing_in_either_theme(visits: list[Visit]) -> None:
    assert told(visits, "axe") == []


def test_every_drawing_has_a_role_and_a_name(visits: list[Visit]) -> None:
    assert sum(seen.figures for seen in visits) > 20
    assert [(seen.page, seen.unnamed) for seen in visits if seen.unnamed] == []


def test_no_chart_library_is_loaded_before_a_reader_scrolls(visits: list[Visit]) -> None:
    chapters = [seen for seen in visits if seen.page in CHAPTERS]  # a page of the apparatus may open with a chart
    first_screen = [seen for seen in chapters if any(url.endswith("/vega.js") for url in seen.requests)]
    assert [(seen.page, seen.width) for seen in first_screen] == []
