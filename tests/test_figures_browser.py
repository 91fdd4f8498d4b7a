"""Charts and tables in a real browser, under the policy that the site sets: still first, then alive, for everyone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest
from browsing import CHROMIUM, served
from playwright.sync_api import Browser, Page, expect

import edition
from edition import figures, text
from edition.figures import colour, figure
from edition.tables import Link, Table, table

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: set EDITION_CHROMIUM to its path")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
)
STATIC = Path(edition.__file__).parent / "static"
TOLD: dict[str, Any] = {"caption": "How to read it.", "alt": "Eleven said yes.", "sources": ["a-hrc-res-37-23"]}
FRAME = pd.DataFrame(
    {"organ": ["Assembly", "Council", "Council"], "year": [1949, 1953, 2018], "event": ["Plan", "Vote", "Text"]}
)


def timeline() -> str:
    organs = ["Assembly", "Council"]
    pick = alt.selection_point(
        fields=["organ"],
        bind=alt.binding_select(options=[None, *organs], labels=["all organs", *organs], name="Organ "),
    )
    chart = alt.Chart(FRAME).mark_point(size=200)
    chart = chart.encode(
        x=alt.X("year:Q", scale=alt.Scale(zero=False), axis=alt.Axis(format="d")),
        y="organ:N",
        color=alt.value(colour("main")),
        opacity=alt.condition(pick, alt.value(1), alt.value(0.125)),
        tooltip=[alt.Tooltip("event:N", title="Event"), "year:Q"],
    ).add_params(pick)
    return figure(chart, id="fig-line", title="Three events", **TOLD).html


def broken() -> str:
    chart = alt.Chart(FRAME).mark_bar().encode(x="count():Q", y="organ:N")
    return figure(chart, id="fig-broken", title="A broken chart", **TOLD).html


def placed(html: str, folder: Path) -> str:
    """Write what makes a chart live to its file, as the site does, and return the rest; that of one is spoiled."""
    (id,) = re.findall('data-figure="([^"]+)"', html)
    address = f"_exhibits/{id}.json"
    (folder / address).write_bytes(b"{" if id == "fig-broken" else figures.figure_files(html)["json"])
    return figures.on_page(html, address)


def wide_table() -> str:
    rows = {"state": [f"State {n:02}" for n in range(20)], "amount": [n * 100.0 if n != 3 else None for n in range(20)]}
    more = {f"column_{n}": ["a long enough text"] * 20 for n in range(6)}
    link = {"document": [Link("A/1", "https://example.org/")] * 20}
    return table(pd.DataFrame(rows | more | link), id="tbl-wide", caption="A wide table", sources=["x"]).html


LONG = pd.DataFrame(
    {
        "state": [f'State "{n:03}", of\nthe list' for n in range(250)],
        "amount": [n * 1000.5 if n != 210 else None for n in range(250)],
        "since": ["2018-03-23" if n % 2 else "1949-08" for n in range(250)],
        "document": [Link(f"A/{n}", f"https://example.org/{n}") for n in range(250)],
    }
)


def with_foot(id: str, html: str, files: str) -> str:
    return f'<figure class="ed-exhibit" id="{id}">{html}<div class="ed-exhibit-foot">{files}</div></figure>'


def chosen() -> str:
    bars = alt.Chart(FRAME).mark_bar().encode(x="count():Q", y="year:O")
    bars = bars.encode(color=alt.Color("organ:N", scale=figures.theme_scale(["Assembly", "Council"])))
    html = figure(bars, id="fig-legend", title="Who acted", **TOLD).html
    return with_foot("fig-legend", html, '<a href="_exhibits/fig-legend.svg">SVG</a>')


def long_table(id: str) -> Table:
    return table(LONG, id=id, caption=f"A long table, {id}", sources=["x"], formats={"since": text.date})


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve one page with charts, a broken one among them, and tables from the loopback interface."""
    folder = tmp_path_factory.mktemp("site")
    figures.static_bundle(folder / "vega.js")
    for name in ("figures.js", "tables.js", "fold.js", "figures.css"):
        shutil.copy(STATIC / name, folder)
    (folder / "palette.css").write_text(figures.palette_css())
    (folder / "_exhibits").mkdir()
    (folder / "_exhibits/tbl-long.csv").write_text(long_table("tbl-long").facts["csv"], newline="")
    long = "".join(
        with_foot(id, long_table(id).html, f'<a href="_exhibits/{id}.csv">Data (CSV)</a>')
        for id in ("tbl-long", "tbl-gone")
    )
    line, spoiled, legend = (placed(html, folder) for html in (timeline(), broken(), chosen()))
    (folder / "index.html").write_text(
        '<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>Figures</title>'
        '<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<link rel="stylesheet" href="figures.css"><link rel="stylesheet" href="palette.css">'
        '<script type="module" src="figures.js"></script></head>'
        f"<body><main>{line}{wide_table()}{spoiled}{legend}{long}</main></body></html>"
    )
    with served(folder) as address:
        yield address


def opened(browser: Browser, address: str, *, width: int = 900, **options: Any) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 700}, **options).new_page()
    page.set_default_timeout(30_000)
    page.goto(address)
    return page


def alive(page: Page) -> Page:
    expect(page.locator("[data-figure=fig-line] [data-live]")).to_have_count(1)
    return page


def test_without_scripts_the_drawing_and_its_data_are_there(browser: Browser, address: str) -> None:
    page = opened(browser, address, java_script_enabled=False)
    chart = page.locator("[data-figure=fig-line]")
    expect(chart.get_by_role("img", name="Eleven said yes.")).to_be_visible()
    expect(chart.locator(".ed-wide .ed-chart-controls")).to_be_hidden()
    chart.get_by_text("Data of this chart").click()
    expect(chart.get_by_role("cell", name="Plan")).to_be_visible()


PLACE = "JSON.stringify(document.querySelector('[data-figure=fig-line] .ed-wide').getBoundingClientRect())"


def test_the_live_chart_takes_the_same_place_under_the_policy(browser: Browser, address: str) -> None:
    page = browser.new_context(viewport={"width": 900, "height": 700}).new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: complaints.append(request.url) if address not in request.url else None)
    page.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ window.before = {PLACE} }})")
    page.goto(address)
    alive(page)
    assert page.evaluate(PLACE) == page.evaluate("window.before")
    live = page.locator("[data-figure=fig-line] .ed-wide svg")
    expect(live).to_have_attribute("role", "img")
    expect(live).to_have_attribute("aria-label", "Eleven said yes.")
    assert [complaint for complaint in complaints if not complaint.startswith("data:")] == []


def test_the_tooltip_tells_what_is_under_the_pointer(browser: Browser, address: str) -> None:
    page = alive(opened(browser, address))
    page.locator("[data-figure=fig-line] .ed-wide .mark-symbol.role-mark path").first.hover()
    expect(page.locator("#ed-tooltip")).to_contain_text("Plan")
    expect(page.locator("#ed-tooltip")).to_be_visible()


def test_the_filter_is_labelled_and_works_from_the_keyboard(browser: Browser, address: str) -> None:
    page = alive(opened(browser, address))
    choice = page.locator("[data-figure=fig-line] .ed-wide").get_by_label("Organ")
    choice.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    marks = page.locator("[data-figure=fig-line] .ed-wide .mark-symbol.role-mark path")
    expect(choice).to_have_value("Assembly")
    expect(marks.nth(1)).to_have_attribute("opacity", "0.125")
    assert marks.nth(0).get_attribute("opacity") in (None, "1")


@pytest.mark.parametrize("scripts", [True, False])
def test_drawings_follow_the_theme_at_once(browser: Browser, address: str, scripts: bool) -> None:
    page = opened(browser, address, java_script_enabled=scripts)
    if scripts:
        alive(page)
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
    else:
        page.route("**/", lambda route: route.fulfill(body=route.fetch().text().replace('"light"', '"dark"', 1)))
        page.goto(address)
    mark = page.locator("[data-figure=fig-line] .ed-wide .mark-symbol.role-mark path").first
    dark = figures.PALETTE["main"][1]
    expect(mark).to_have_css("fill", f"rgb({int(dark[1:3], 16)}, {int(dark[3:5], 16)}, {int(dark[5:], 16)})")
    page.emulate_media(media="print")
    expect(mark).to_have_css("fill", "rgb(47, 93, 138)")
    expect(page.locator("[data-figure=fig-line] .ed-chart-table")).to_be_hidden()


def test_a_telephone_gets_its_own_drawing_and_nothing_overflows(browser: Browser, address: str) -> None:
    page = alive(opened(browser, address, width=360))
    chart = page.locator("[data-figure=fig-line]")
    expect(chart.locator(".ed-narrow svg")).to_be_visible()
    expect(chart.locator(".ed-wide")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    sizes = chart.locator(".ed-narrow svg text").evaluate_all(
        "all => all.map(t => parseFloat(getComputedStyle(t).fontSize) * Math.hypot(t.getCTM().a, t.getCTM().b))"
    )
    assert min(sizes) >= 11


def test_a_chart_that_fails_stays_as_it_was(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    chart = page.locator("[data-figure=fig-broken]")
    chart.scroll_into_view_if_needed()
    with page.expect_console_message(lambda message: "stays still" in message.text):
        page.reload()
        chart.scroll_into_view_if_needed()
    expect(chart.locator(".ed-wide svg")).to_be_visible()
    expect(chart.locator("[data-live]")).to_have_count(0)


def test_tables_sort_and_filter_from_the_keyboard(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    frame = page.locator("table[data-table=tbl-wide]")
    amount = frame.get_by_role("columnheader", name="Amount")
    amount.get_by_role("button").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(amount).to_have_attribute("aria-sort", "descending")
    expect(frame.get_by_role("rowheader").first).to_have_text("State 19")
    expect(frame.get_by_role("rowheader").last).to_have_text("State 03")  # no figure: last, whichever the way
    page.get_by_label("Filter rows").first.fill("state 1 1,1")
    expect(frame.locator("tbody tr:visible")).to_have_count(1)
    expect(page.locator(".ed-filter output").first).to_have_text("1 of 20 rows")


def test_wide_tables_scroll_by_themselves_and_keep_the_rows_names(browser: Browser, address: str) -> None:
    page = opened(browser, address, width=360)
    wrap = page.get_by_role("region", name="A wide table")
    wrap.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('[aria-label=\"A wide table\"]').scrollLeft > 100")
    box = wrap.get_by_role("rowheader").first.bounding_box()
    assert box is not None
    assert 0 <= box["x"] < 40
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_legend_is_chosen_from_by_pointer_and_by_keyboard(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    chart = page.locator("#fig-legend .ed-wide")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_attribute("data-live", "true")
    bars = chart.locator(".mark-rect.role-mark path")
    shown = "all => all.map((bar) => Number(bar.getAttribute('opacity') ?? 1)).sort().join(' ')"
    assert bars.evaluate_all(shown) == "1 1 1"
    chart.locator(".role-legend-symbol path").first.click()
    assert bars.evaluate_all(shown) == "0.15 0.15 1"
    council = chart.get_by_role("group", name="Show one entry of the legend").get_by_role("button", name="Council")
    council.focus()
    expect(council).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(council).to_have_attribute("aria-pressed", "true")
    assert bars.evaluate_all(shown) == "0.15 1 1"
    page.keyboard.press("Enter")
    expect(council).to_have_attribute("aria-pressed", "false")
    assert bars.evaluate_all(shown) == "1 1 1"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_drawing_is_saved_as_a_picture_on_white(browser: Browser, address: str, theme: str) -> None:
    page = opened(browser, address)
    page.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", theme)
    with page.expect_download() as saving:
        page.locator("#fig-legend").get_by_role("button", name="PNG").press("Enter")
    assert saving.value.suggested_filename == "fig-legend.png"
    content = saving.value.path().read_bytes()
    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20], "big") == 2 * figures.WIDTH
    corner = """async (bytes) => {
      const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
      const paper = new OffscreenCanvas(image.width, image.height).getContext("2d");
      paper.drawImage(image, 0, 0);
      return [...paper.getImageData(0, 0, 1, 1).data];
    }"""
    assert page.evaluate(corner, list(content)) == [255, 255, 255, 255]


def test_rows_that_only_the_csv_has_come_when_asked_for(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    place = page.locator("#tbl-long")
    rows = place.locator("tbody tr")
    expect(rows).to_have_count(200)
    place.get_by_role("button", name="Show all 250 rows").press("Enter")
    expect(rows).to_have_count(250)
    expect(place.locator(".ed-table-cut, .ed-rest")).to_have_count(0)
    inside, outside = (rows.nth(n).evaluate("row => row.outerHTML") for n in (199, 201))
    assert outside == inside.replace("199,099.5", "201,100.5").replace("199", "201")
    assert 'data-sort="2018-03-23">23 March 2018<' in outside
    expect(rows.nth(210).get_by_role("cell").first).to_have_text("..")
    expect(rows.nth(200).get_by_role("cell").nth(1)).to_have_text("August 1949")


def test_sorting_and_filtering_look_at_all_rows(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    place = page.locator("#tbl-long")
    place.get_by_label("Filter rows").fill("24")
    expect(place.locator("output")).to_have_text(re.compile(r"^\d+ of 250 rows$"))
    page.reload()
    amount = place.get_by_role("columnheader", name="Amount").get_by_role("button")
    amount.press("Enter")
    amount.press("Enter")
    expect(place.get_by_role("rowheader").first).to_contain_text("249")


def test_a_csv_that_cannot_be_read_is_told(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    place = page.locator("#tbl-gone")
    place.get_by_role("button", name="Show all 250 rows").click()
    expect(place.locator("output")).to_have_text("The other rows cannot be read here; the CSV below has them all.")
    expect(place.locator("tbody tr")).to_have_count(200)
    expect(place.locator(".ed-table-cut")).to_be_visible()
