"""The finders and a few pages of States and texts in a real browser; the same few each time, drawn by a seed."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from browsing import CHROMIUM
from playwright.sync_api import Browser, Page, expect
from test_pages_browser import address, opened
from visiting import NARROW, Visit, visit

import edition

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: set EDITION_CHROMIUM to its path")
__all__ = ["address", "opened"]  # fixtures
FINDERS = ("book/states/index.html", "book/resolutions/index.html")


@pytest.fixture(scope="module")
def seen(browser: Browser, address: str, built: Path) -> list[Visit]:
    """The finders, the pages with most and least to show, and two more of each kind, at both widths."""
    names: list[str] = [*FINDERS, "book/states/chn.html", "book/states/vat.html"]
    for folder in ("book/states", "book/resolutions"):
        made = sorted(path.name for path in (built / folder).glob("*.html") if path.stem not in ("index", "chn", "vat"))
        names += [f"{folder}/{name}" for name in random.Random(6).sample(made, 2)]
    return visit(browser, address, names)


@pytest.mark.parametrize("part", ["errors", "missing", "refused", "axe"])
def test_nothing_is_wrong_with_a_page(seen: list[Visit], part: str) -> None:
    assert [(one.page, one.width, fault) for one in seen for fault in getattr(one, part)] == []


def test_no_page_is_wider_than_its_window_or_asks_another_host(seen: list[Visit], address: str) -> None:
    assert [(one.page, one.width) for one in seen if one.overflow > 0] == []
    assert [url for one in seen for url in one.requests if not url.startswith((address, "data:"))] == []


def shown(page: Page) -> list[str]:
    return page.locator(".ed-finder li:visible > a").all_text_contents()


def test_a_state_is_found_from_the_keyboard_by_its_name_group_and_role(opened: Any) -> None:
    page = opened("book/states/index.html")
    everyone = shown(page)
    assert len(everyone) == len(edition.load("states"))
    page.get_by_label("Words").focus()
    page.keyboard.type("cote")
    assert shown(page) == ["Côte d'Ivoire"]
    expect(page.locator(".ed-finder output")).to_have_text(f"1 of {len(everyone)} States")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    assert shown(page) == everyone
    page.keyboard.press("Tab")
    expect(page.get_by_label("Regional group")).to_be_focused()
    page.keyboard.type("Eastern")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Role")).to_be_focused()
    page.keyboard.type("voter")
    votes, states = edition.load("votes"), edition.load("states").set_index("iso3")
    expected = states.loc[sorted(set(votes.iso3))].query("regional_group == 'Eastern European States'")
    assert shown(page) == sorted(expected.name)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(sorted(expected.name)[0])


def test_a_text_is_found_by_its_series(opened: Any) -> None:
    page = opened("book/resolutions/index.html")
    page.get_by_label("Series").select_option("Mutually beneficial cooperation")
    assert shown(page) == ["A/HRC/RES/46/13", "A/HRC/RES/43/21", "A/HRC/RES/37/23"]
    page.get_by_label("Words").fill("no such words")
    assert shown(page) == []


@pytest.mark.parametrize("name", FINDERS)
def test_without_scripts_a_finder_is_a_plain_list(opened: Any, name: str) -> None:
    page = opened(name, java_script_enabled=False)
    assert len(shown(page)) == page.locator(".ed-finder li").count() > 50
    expect(page.locator(".ed-finder :is(input, select)")).to_have_count(0)


def test_without_scripts_a_profile_shows_its_drawings_and_tables(opened: Any) -> None:
    page = opened("book/states/chn.html", NARROW, java_script_enabled=False)
    drawings = page.locator(".ed-drawing > svg[role=img]")
    assert drawings.count() >= 8
    for number in range(drawings.count()):
        box = drawings.nth(number).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW
    assert page.locator(".ed-list table").count() == page.locator(".ed-list").count()


def test_a_drawing_follows_the_theme(opened: Any) -> None:
    page = opened("book/states/chn.html", color_scheme="dark")
    mark = page.locator('#votes svg [fill="#0072b2"]').first
    expect(mark).to_have_css("fill", "rgb(86, 180, 233)")
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    expect(mark).to_have_css("fill", "rgb(0, 114, 178)")
