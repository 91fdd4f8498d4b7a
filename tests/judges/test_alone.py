"""The pages alone: opened from a folder, without a server, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

SEEN = """(kind) => [...document.querySelectorAll(`figure.ed-exhibit-${kind}`)].map((one) => {
  const shown = one.querySelector(kind === "figure" ? "svg" : "table");
  return Boolean(shown && shown.getBoundingClientRect().height > 20);
})"""


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    opened = browser.new_context(java_script_enabled=request.param, offline=True)
    yield opened
    opened.close()


def test_every_judged_page_is_whole_from_a_folder(context: BrowserContext, built: Path, judged: list[str]) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    exhibits = 0
    for name in judged:
        page.goto((built / name).as_uri())
        assert page.locator("h1").first.is_visible(), name
        # The one stylesheet is there: without it the article would be as wide as the window.
        assert page.evaluate("document.styleSheets.length") >= 1, name
        for kind in ("figure", "table"):
            seen = page.evaluate(SEEN, kind)
            assert all(seen), (name, kind, seen)
            exhibits += len(seen)
    assert exhibits > 20
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_the_book_can_be_read_from_its_entrance_to_its_end(context: BrowserContext, built: Path) -> None:
    page = context.new_page()
    page.goto((built / "index.html").as_uri())
    page.wait_for_url("**/book/index.html")
    turned = 0
    while (onward := page.locator("a.right-next")).count():
        address = str(onward.get_attribute("href"))
        onward.click()
        page.wait_for_url(f"**/{Path(address).name}")
        turned += 1
    assert turned >= 12
