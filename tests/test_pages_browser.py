"""What readers do on the pages of the built site, in a browser: with and without scripts, by keyboard, on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from browsing import CHROMIUM, served
from playwright.sync_api import Browser, Page, expect
from visiting import NARROW, UNNAMED, WIDE

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: set EDITION_CHROMIUM to its path")

BOOK = Path(__file__).parent.parent
LISTED = re.findall(r"file: (book/[a-z-]+)$", (BOOK / "_toc.yml").read_text("utf-8"), re.M)
CHAPTERS = [f"{name}.html" for name in LISTED if (BOOK / f"{name}.ipynb").is_file()]


@pytest.fixture(scope="module")
def address(built: Path) -> Iterator[str]:
    """Serve the built site from the loopback interface."""
    with served(built) as address:
        yield address


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Any]:
    """Opens a page of the site; its context is closed after the test."""
    contexts = []

    def open_page(name: str, width: int = WIDE, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(urljoin(address, name))
        return page

    yield open_page
    for context in contexts:
        context.close()


# The policy -----------------------------------------------------------------------------------------------------------


def test_the_policy_stops_a_script_that_was_not_there(opened: Any) -> None:
    page = opened("book/index.html")
    page.evaluate("""() => {
      document.body.append(Object.assign(document.createElement("script"), { textContent: "window.done = 1" }));
      document.body.insertAdjacentHTML("beforeend", "<button id='x' onclick='window.done = 1'>x</button>");
      document.querySelector("#x").click();
    }""")
    assert page.evaluate("window.done") is None


# Figures --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_without_scripts_each_figure_and_table_is_there(opened: Any, chapter: str) -> None:
    page = opened(chapter, java_script_enabled=False)
    assert page.locator(".ed-exhibit").count() > 0
    figures = page.locator(".ed-exhibit-figure")
    for number in range(figures.count()):
        drawing = figures.nth(number).locator(".ed-chart-canvas > svg[role=img]").first
        assert (drawing.get_attribute("aria-label") or "").strip()
        box = drawing.bounding_box()
        assert box, f"figure {number} of {chapter} is not seen"
        assert min(box["width"], box["height"]) > 80
    assert page.locator(".ed-exhibit-table table thead th").count() >= page.locator(".ed-exhibit-table").count()
    expect(page.locator(".pst-js-only:visible")).to_have_count(0)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_chart_comes_alive_when_it_is_reached(opened: Any, chapter: str) -> None:
    page = opened(chapter)
    expect(page.locator("article .ed-exhibit").first).to_be_attached()
    shown = page.locator(".ed-chart-canvas:visible")
    for number in range(shown.count()):
        shown.nth(number).scroll_into_view_if_needed()
        expect(shown.nth(number)).to_have_attribute("data-live", "true")
    live = page.locator(".ed-chart-canvas:visible svg")
    assert live.count() == shown.count()
    assert live.evaluate_all(UNNAMED) == 0
    assert page.evaluate("document.documentElement.scrollWidth") == WIDE


# Each word of a drawing against what was painted under its middle and its ends; Vega hides a label by its opacity.
FAINT = """() => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const contrast = (...two) => two.map((rgb) => light(rgb) + 0.05).sort((a, b) => b - a).reduce((a, b) => a / b);
  const painted = (part) => {
    const { fill, fillOpacity } = getComputedStyle(part);
    if (!fill.startsWith("rgb")) return { rgb: [0, 0, 0], alpha: 0 };
    const [r, g, b, a = 1] = numbers(fill);
    let alpha = a * fillOpacity;
    for (let one = part; one.tagName !== "svg"; one = one.parentElement) alpha *= getComputedStyle(one).opacity;
    return { rgb: [r, g, b], alpha };
  };
  const over = ({ rgb, alpha }, ground) => rgb.map((c, n) => c * alpha + ground[n] * (1 - alpha));
  const page = numbers(getComputedStyle(document.body).backgroundColor).slice(0, 3);
  const holds = (mark, x, y) =>
    mark.isPointInFill(new DOMPoint(x, y).matrixTransform(mark.getScreenCTM().inverse()));
  const faint = [];
  let words = 0;
  for (const svg of document.querySelectorAll(".ed-chart-canvas svg")) {
    const marks = [];
    for (const part of svg.querySelectorAll("path, rect, circle, text")) {
      const paint = painted(part), box = part.getBoundingClientRect();
      if (!paint.alpha || !box.width) continue;
      if (part.tagName !== "text") { marks.push({ part, paint, box }); continue; }
      words += 1;
      for (const share of [0.15, 0.5, 0.85]) {
        const x = box.left + share * box.width, y = box.top + box.height / 2;
        const under = marks.filter(({ part, box }) =>
          x >= box.left && x <= box.right && y >= box.top && y <= box.bottom && holds(part, x, y));
        const ground = under.reduce((rgb, mark) => over(mark.paint, rgb), page);
        const found = contrast(over(paint, ground), ground);
        if (found < 4.5) faint.push(`${svg.closest("[id]")?.id}: ${part.textContent}, ${found.toFixed(2)}`);
      }
    }
  }
  return { words, faint };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_switch_changes_drawings_at_once_and_keeps_contrast(opened: Any, scheme: str) -> None:
    page = opened(CHAPTERS[0], color_scheme=scheme)
    html, switch = page.locator("html"), page.get_by_role("button", name="Colour mode")
    expect(html).to_have_attribute("data-theme", scheme)
    page.locator(".ed-chart-canvas:visible").first.scroll_into_view_if_needed()
    expect(page.locator(".ed-chart-canvas:visible").first).to_have_attribute("data-live", "true")
    grounds = set()
    for theme in ("light", "dark"):
        while html.get_attribute("data-theme") != theme:
            switch.press("Enter")
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        found = page.evaluate(FAINT)
        assert found["words"] > 20
        assert found["faint"] == [], theme
    assert len(grounds) == 2


@pytest.mark.parametrize(("scheme", "width"), [("light", WIDE), ("dark", WIDE), ("light", NARROW)])
def test_every_word_of_a_drawing_stands_out_from_what_lies_under_it(
    opened: Any, built: Path, scheme: str, width: int
) -> None:
    files = [*sorted((built / "book").glob("*.html")), *sorted((built / "book/apparatus").glob("*.html"))]
    drawn = [str(file.relative_to(built)) for file in files if "ed-chart-canvas" in file.read_text("utf-8")]
    assert set(CHAPTERS) <= set(drawn)
    for name in drawn:
        page = opened(name, width, color_scheme=scheme)
        found = page.evaluate(FAINT)
        page.close()
        assert found["words"] > 20, name
        assert found["faint"] == [], name


def test_the_choice_of_theme_is_kept(opened: Any) -> None:
    page = opened("book/index.html", color_scheme="light")
    html = page.locator("html")
    while html.get_attribute("data-mode") != "dark":
        page.get_by_role("button", name="Colour mode").press("Enter")
    page.reload(wait_until="commit")
    expect(html).to_have_attribute("data-theme", "dark")


def with_choice(opened: Any, **options: Any) -> Page:
    """Open the first chapter whose chart has a choice, with that chart alive."""
    for chapter in CHAPTERS:
        page: Page = opened(chapter, **options)
        charts = page.locator(".ed-chart-canvas:visible:has(.ed-chart-controls)")
        if charts.count():
            charts.first.scroll_into_view_if_needed()
            expect(charts.first).to_have_attribute("data-live", "true")
            return page
    raise AssertionError("no chart of the book offers a choice")


def test_a_choice_changes_the_chart_from_the_keyboard(opened: Any) -> None:
    page = with_choice(opened)
    chart = page.locator(".ed-chart-canvas[data-live]:visible:has(.ed-chart-controls)").first
    select = chart.locator("select").first
    expect(select).to_have_accessible_name(re.compile(r"\w"))
    svg = chart.locator("svg").element_handle()
    before = svg.inner_html()
    select.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(select).not_to_have_js_property("selectedIndex", 0)
    page.wait_for_function("([svg, before]) => svg.innerHTML !== before", arg=[svg, before])


def test_a_tooltip_tells_what_is_under_the_pointer(opened: Any) -> None:
    page = with_choice(opened)
    chart = page.locator(".ed-chart-canvas[data-live]:visible").first
    marks = chart.locator(".role-mark:is(.mark-symbol, .mark-rect, .mark-line) path")
    for number in range(min(marks.count(), 12)):  # a mark may lie under a label
        marks.nth(number).hover(force=True)
        if page.locator("#ed-tooltip.visible").count():
            break
    expect(page.locator("#ed-tooltip")).to_be_visible()
    expect(page.locator("#ed-tooltip")).to_contain_text(re.compile(r"\w"))


# Tables and notes -----------------------------------------------------------------------------------------------------


def test_a_table_is_sorted_from_the_keyboard(opened: Any) -> None:
    page = opened(CHAPTERS[0])
    table = page.locator(".ed-exhibit-table table").first
    header = table.get_by_role("columnheader").first
    cells = table.locator("tbody th")
    for way in ("ascending", "descending"):
        header.get_by_role("button").press("Enter")
        expect(header).to_have_attribute("aria-sort", way)
    there = cells.all_text_contents()
    header.get_by_role("button").press("Enter")
    assert cells.all_text_contents() != there


@pytest.mark.parametrize("scripts", [True, False])
def test_a_note_opens_in_place_on_a_telephone(opened: Any, scripts: bool) -> None:
    page = opened(CHAPTERS[0], NARROW, java_script_enabled=scripts)
    note = page.locator("#note-1")
    expect(note).to_be_hidden()
    page.locator("#ref-1").click()
    expect(note).to_be_visible()
    expect(page.locator("#note-2")).to_be_hidden()
    reference, opened_note = page.locator("#ref-1").bounding_box(), note.bounding_box()
    assert 0 < opened_note["y"] - reference["y"] < 400
    note.get_by_role("link", name="Source 1, back to the text").click()
    expect(note).to_be_hidden()


def test_notes_stand_in_the_margin_of_a_wide_page(opened: Any) -> None:
    page = opened(CHAPTERS[0], java_script_enabled=False)
    places = page.locator(".ed-para:has(.ed-note)").evaluate_all(
        "all => all.map(p => [p.getBoundingClientRect(), p.querySelector('.ed-note').getBoundingClientRect()])"
    )
    assert len(places) > 5
    for paragraph, note in places:
        assert note["x"] >= paragraph["x"] + paragraph["width"]
        assert note["x"] + note["width"] <= WIDE
        assert note["y"] >= paragraph["y"] - 5


def test_paragraph_numbers_hang_beside_the_text_clear_of_the_contents(opened: Any) -> None:
    page = opened(CHAPTERS[0])
    contents = page.locator("#pst-primary-sidebar").bounding_box()
    text = page.locator("article.bd-article h1").bounding_box()
    boxes = page.locator(".ed-para-number").evaluate_all("all => all.map(e => e.getBoundingClientRect())")
    assert len(boxes) > 5
    assert [box for box in boxes if box["x"] < contents["x"] + contents["width"]] == []
    assert [box for box in boxes if box["x"] + box["width"] > text["x"]] == []


def test_the_address_of_a_paragraph_leads_to_it(opened: Any) -> None:
    page = opened(CHAPTERS[0])
    number = page.locator(".ed-para-number").nth(5)
    number.click()
    anchor = number.get_attribute("href")
    assert page.url.endswith(anchor)
    expect(page.locator(f".ed-para{anchor}")).to_be_in_viewport()


# Keyboard and furniture -----------------------------------------------------------------------------------------------

FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const around = e.closest(":is(.bd-search, .skip-link)") ?? e;
  const ring = [style, getComputedStyle(around)].some((s) => s.outlineStyle !== "none" || s.boxShadow !== "none");
  return { what: e.tagName, kind: e.className, name: e.ariaLabel || e.textContent.trim() || e.title,
           seen: ring && box.width > 0, href: e.getAttribute("href") };
}"""


def test_the_keyboard_reaches_everything_and_is_seen(opened: Any) -> None:
    page = with_choice(opened)  # a chart's choice is there once the chart is alive, which may take a moment
    walk: list[dict[str, Any]] = []
    kinds = {"a table": "ed-sort", "a paragraph": "ed-para-number", "a scrolling table": "ed-table-wrap"}
    for _ in range(1500):
        page.keyboard.press("Tab")
        walk.append(page.evaluate(FOCUSED))
        reached = " ".join(step["kind"] for step in walk if isinstance(step["kind"], str))
        if all(kind in reached for kind in kinds.values()) and any(step["what"] == "SELECT" for step in walk):
            break
        if walk[-1]["what"] == "BODY":
            break
    assert walk[0]["href"] == "#main-content"
    assert {name for name, kind in kinds.items() if kind not in reached} == set()
    assert any(step["what"] == "SELECT" for step in walk), "no choice of a chart is reached"
    assert any((step["href"] or "").startswith("#note-") for step in walk), "no note is reached"
    assert [step for step in walk if not step["seen"] and step["what"] != "BODY"] == []
    assert [step for step in walk if not step["name"] and step["what"] in ("A", "BUTTON")] == []


def test_the_search_dialog_opens_and_finds_from_the_keyboard(opened: Any) -> None:
    page = opened(CHAPTERS[0])
    page.keyboard.press("Control+k")
    field = page.locator("#pst-search-dialog input")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    page.get_by_role("button", name="Search").first.press("Enter")
    page.keyboard.type("abstention")
    page.keyboard.press("Enter")
    expect(page.locator("#search-results li").first).to_be_visible()


def test_the_contents_open_and_close_on_a_telephone(opened: Any) -> None:
    page = opened(CHAPTERS[0], NARROW)
    contents = page.locator("#pst-primary-sidebar-modal")
    page.get_by_role("button", name="Contents of the book").press("Enter")
    expect(contents.get_by_role("link", name="Reading guide")).to_be_visible()
    page.keyboard.press("Escape")
    expect(contents).to_be_hidden()


def test_the_contents_fold_away_on_a_wide_page(opened: Any) -> None:
    page = opened(CHAPTERS[0])
    sidebar, button = page.locator("#pst-primary-sidebar"), page.get_by_role("button", name="Contents of the book")
    expect(sidebar).to_be_in_viewport()
    button.press("Enter")
    expect(sidebar).not_to_be_in_viewport()
    button.press("Enter")
    expect(sidebar).to_be_in_viewport()


def test_print_fullscreen_and_copy_work_under_the_policy(opened: Any) -> None:
    page = opened(CHAPTERS[0], permissions=["clipboard-read", "clipboard-write"])
    page.evaluate("window.print = () => (window.printed = true)")
    page.get_by_role("button", name="Print, or save as PDF").press("Enter")
    assert page.evaluate("window.printed")
    page.get_by_role("button", name="Fullscreen mode").press("Enter")
    page.wait_for_function("document.fullscreenElement !== null")
    page.get_by_role("button", name="Fullscreen mode").press("Enter")
    page.wait_for_function("document.fullscreenElement === null")
    cell = page.locator("details.hide:has(div.highlight)").first
    cell.locator("summary").press("Enter")
    button = cell.get_by_role("button").first
    button.press("Enter")
    expect(button).to_have_text("Copied")
    assert "import edition" in page.evaluate("navigator.clipboard.readText()")


# Paper ----------------------------------------------------------------------------------------------------------------


def test_paper_has_title_text_and_drawings_and_no_controls(opened: Any) -> None:
    page = opened(CHAPTERS[0], color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(page.locator("article h1")).to_be_visible()
    expect(page.locator(".ed-note").first).to_be_visible()
    expect(page.locator(".ed-chart-canvas svg:visible").first).to_be_visible()
    for control in ("button", "select", "input", "summary", "nav", "dialog"):
        expect(page.locator(f"{control}:visible:not(.ed-sort)")).to_have_count(0)
    assert page.evaluate("[...document.querySelectorAll('.ed-exhibit, .ed-note')].every(e => e.scrollWidth < 1280)")


def test_the_paper_of_a_chapter_is_drawn_in_lines_not_in_pictures(opened: Any) -> None:
    pdf = opened(CHAPTERS[0]).pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    assert b"/Subtype /Image" not in pdf
    assert b"/Subtype/Image" not in pdf
