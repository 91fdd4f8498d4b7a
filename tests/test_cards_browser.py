"""Source cards and glossary cards in a real browser: by pointer, by keyboard, by touch, and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import CHROMIUM
from playwright.sync_api import expect
from test_pages_browser import address, opened  # noqa: F401
from visiting import AXE, NARROW

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: set EDITION_CHROMIUM to its path")
PAGE = "book/introduction.html"
CARD = ".ed-carded:has(#ref-3) > .ed-card"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_number_shows_the_source_card_to_the_pointer(opened: Any, scripts: bool) -> None:  # noqa: F811
    page = opened(PAGE, java_script_enabled=scripts)
    expect(page.locator(CARD)).to_be_hidden()
    page.hover("#ref-3")
    expect(page.locator(CARD)).to_be_visible()
    expect(page.locator(CARD)).to_contain_text("A/HRC/RES/37/23")
    expect(page.locator(CARD)).to_contain_text("Confidence of the rows that rest on it: primary")
    page.hover(f"{CARD} a")  # the card stays while it is pointed at
    expect(page.locator(f"{CARD} a")).to_have_attribute("href", "https://docs.un.org/en/A/HRC/RES/37/23")
    page.mouse.move(5, 5)
    expect(page.locator(CARD)).to_be_hidden()


def test_the_keyboard_opens_a_card_reaches_its_link_and_puts_it_away(opened: Any) -> None:  # noqa: F811
    page = opened(PAGE)
    page.focus("#ref-3")
    expect(page.locator(CARD)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(f"{CARD} a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(CARD)).to_be_hidden()


def test_a_term_shows_its_definition_and_leads_to_it(opened: Any) -> None:  # noqa: F811
    page = opened(PAGE, java_script_enabled=False)
    term = page.locator("a.ed-term", has_text="note verbale")
    card = page.locator(".ed-carded:has(a.ed-term)", has_text="note verbale").locator(".ed-card").first
    term.focus()
    expect(card).to_contain_text("Formal note in the third person")
    described = term.get_attribute("aria-describedby")
    assert page.locator(f"#{described}").inner_text() == card.inner_text()
    page.keyboard.press("Enter")
    expect(page).to_have_url(page.url.partition("book/")[0] + "book/glossary.html#term-note-verbale")
    expect(page.locator("#term-note-verbale")).to_be_in_viewport()


def test_fingers_open_a_term_first_and_follow_it_next(opened: Any) -> None:  # noqa: F811
    page = opened(PAGE, width=NARROW, has_touch=True, is_mobile=True)
    term = page.locator("a.ed-term", has_text="note verbale")
    term.tap()
    card = page.locator(".ed-carded.ed-open > .ed-card")
    expect(card).to_be_visible()
    box = card.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    term.tap()
    page.wait_for_url("**/glossary.html#term-note-verbale")


def test_fingers_open_the_note_of_a_number_not_a_card_over_it(opened: Any) -> None:  # noqa: F811
    page = opened(PAGE, width=NARROW, has_touch=True, is_mobile=True)
    page.locator("#ref-3").tap()
    expect(page.locator("#note-3")).to_be_visible()
    expect(page.locator(CARD)).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [PAGE, "book/glossary.html"], ids=["an open card", "the glossary"])
def test_cards_and_the_glossary_are_accessible(opened: Any, name: str, scheme: Any) -> None:  # noqa: F811
    page = opened(name, color_scheme=scheme)
    part = ".ed-para:has(#ref-3)" if name == PAGE else "article"
    if name == PAGE:
        page.focus("#ref-3")
    page.evaluate(AXE)
    found = page.evaluate("part => axe.run(part, {resultTypes: ['violations']})", part)["violations"]
    assert not found, [(violation["id"], violation["nodes"][0]["html"][:200]) for violation in found]
