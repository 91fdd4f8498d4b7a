"""The apparatus: claims of the outline, the register and its back-links, the coding: whole, and leading somewhere."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from browsing import CHROMIUM, served, started
from playwright.sync_api import Page, expect

from edition import data, notebooks

Row = dict[str, str]


def rows(root: Path, table: str) -> list[Row]:
    with open(root / "data" / f"{table}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def exhibits(notebook: Path) -> Iterator[dict[str, Any]]:
    """Yield the facts of every figure and table that a notebook shows."""
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            about = output.get("metadata", {}).get("edition", {})
            if "id" in about:
                yield {**about, "html": "".join(output["data"]["text/html"])}


class Anchors(HTMLParser):
    """Reads the ids of a page and the internal links from it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"]] if given.get("id") else []  # type: ignore[list-item]
        if tag == "a" and given.get("href") and "class" not in given:
            self.links.append(str(given["href"]))


@pytest.fixture(scope="module")
def pages(built: Path) -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in (built / "book/apparatus").glob("*.html")}


def test_every_paragraph_and_every_claim_of_the_outline_is_printed_once(root: Path, pages: dict[str, str]) -> None:
    ids = Counter(Anchors(pages["outline"]).ids)
    assert [f"outline-{number}" for number in range(1, 33) if ids[f"outline-{number}"] != 1] == []
    claims = rows(root, "claims")
    assert [claim["claim_id"] for claim in claims if ids[f"claim-{claim['claim_id'].lower()}"] != 1] == []
    plain = unescape(re.sub(r"<[^>]+>", "", pages["outline"]))
    for claim in claims:
        for field in ("claim", "correct_value", "explanation"):
            assert claim[field] in plain, f"{claim['claim_id']}: its {field} is not on the page"


def test_a_claim_stands_under_its_paragraph_with_its_verdict(root: Path, pages: dict[str, str]) -> None:
    kept = {row["claim_id"]: row for row in rows(root, "claims")}
    seen = 0
    for part in re.split(r'<section class="ed-outline-para" id="outline-', pages["outline"])[1:]:
        number = part.partition('"')[0]
        for name, verdict in re.findall(r'<li id="claim-([^"]+)" data-verdict="([^"]+)"', part):
            claim = kept[next(key for key in kept if key.lower() == name)]
            assert (claim["paragraph"], claim["verdict"].replace("_", " ")) == (number, verdict)
            seen += 1
    assert seen == len(kept)


def test_links_within_the_apparatus_lead_to_a_place(built: Path, pages: dict[str, str]) -> None:
    known: dict[Path, set[str]] = {}
    for name, html in pages.items():
        here = built / "book/apparatus" / f"{name}.html"
        for link in Anchors(html).links:
            if re.match(r"https?:", link):
                continue
            address, _, anchor = link.partition("#")
            target = (here.parent / address).resolve() if address else here
            assert target.is_file(), f"{name}: {link}"
            if anchor and target.suffix == ".html":
                if target not in known:
                    known[target] = set(Anchors(target.read_text("utf-8")).ids)
                assert anchor in known[target], f"{name}: {link}"


def entries(html: str) -> dict[str, str]:
    """Return the entry of each source in the register."""
    found = re.findall(r'<dt id="([a-z0-9-]+)">(.*?)</dd></div>', html, re.S)
    return dict(found)


def test_the_register_counts_the_rows_that_rest_on_each_source(root: Path, pages: dict[str, str]) -> None:
    expected: dict[str, dict[str, int]] = {}
    for name, resource in data.resources(root / "data").items():
        if name != "sources" and "source_id" in {field["name"] for field in resource["schema"]["fields"]}:
            counted = data.load(name, root / "data").source_id.value_counts()
            for source_id, number in counted.items():
                expected.setdefault(str(source_id), {})[name] = int(number)
    printed = entries(pages["sources"])
    assert set(printed) == {row["source_id"] for row in rows(root, "sources")}
    for source_id, entry in printed.items():
        told = re.findall(r'data\.html#table-(\w+)">\w+</a>&nbsp;([\d,]+)', entry)
        counted = {name: int(number.replace(",", "")) for name, number in told}
        assert counted == expected.get(source_id, {}), source_id


def test_the_register_leads_back_to_every_exhibit_and_claim(root: Path, pages: dict[str, str]) -> None:
    printed = entries(pages["sources"])
    seen = 0
    for notebook in notebooks.notebooks(root):
        page = notebook.relative_to(root / "book").with_suffix(".html").as_posix()
        page = page.removeprefix("apparatus/") if page.startswith("apparatus/") else f"../{page}"
        for about in exhibits(notebook):
            for source_id in about["sources"]:
                address = f"{'' if page == 'sources.html' else page}#{about['id']}"
                assert f'href="{address}">' in printed[source_id], f"{source_id}: {address}"
                seen += 1
    assert seen > 500
    for claim in rows(root, "claims"):
        assert f'href="outline.html#claim-{claim["claim_id"].lower()}"' in printed[claim["source_id"]]


def test_every_exhibit_that_uses_the_codes_is_computed_again(root: Path) -> None:
    uses = {
        about["id"]
        for notebook in (root / "book").glob("*.ipynb")
        for about in exhibits(notebook)
        if "position_codings" in about["tables"]
    }
    (table,) = [one for one in exhibits(root / "book/apparatus/coding.ipynb") if one["id"] == "tbl-coding-uses"]
    assert set(re.findall(r'href="\.\./[\w-]+\.html#([a-z-]+)"', table["html"])) == uses


def test_every_table_that_grades_its_rows_is_counted(root: Path) -> None:
    grading = {
        name
        for name, resource in data.resources(root / "data").items()
        if "confidence" in {field["name"] for field in resource["schema"]["fields"]}
    }
    for about in exhibits(root / "book/apparatus/sources.ipynb"):
        assert set(about["tables"]) == grading, f"{about['id']}: {sorted(set(about['tables']) ^ grading)}"


def test_the_pages_say_that_no_person_has_coded(pages: dict[str, str]) -> None:
    plain = " ".join(re.sub(r"<[^>]+>", " ", pages["coding"]).split())
    assert "Both codings were made by AI models" in plain
    assert "No person has coded any of the" in plain


def test_the_script_of_the_filter_is_loaded_where_there_is_one(built: Path) -> None:
    for page in (built / "book").rglob("*.html"):
        html = page.read_text("utf-8")
        assert ('class="ed-facets"' in html) == ("facets.js" in html), page.name


def test_no_page_of_the_apparatus_is_heavy(pages: dict[str, str]) -> None:
    weights = {name: len(gzip.compress(html.encode(), mtime=0)) for name, html in pages.items()}
    assert max(weights.values()) < 150_000, weights


@pytest.fixture(scope="module")
def opened(built: Path) -> Iterator[Any]:
    """Opens pages of the built site at the width of a telephone."""
    if not CHROMIUM:
        pytest.skip("no Chromium: set EDITION_CHROMIUM to its path")
    with served(built) as address, started() as browser:

        def page(name: str) -> Page:
            made = browser.new_page(viewport={"width": 360, "height": 800})
            made.goto(f"{address}book/apparatus/{name}")
            return made

        yield page


def test_claims_are_filtered_by_verdict_kind_and_section(root: Path, opened: Any) -> None:
    page = opened("outline.html")
    claims = rows(root, "claims")
    fitting = [claim for claim in claims if (claim["verdict"], claim["kind"]) == ("corrected", "organ")]
    page.get_by_label("Verdict", exact=True).select_option("corrected")
    page.get_by_label("Kind", exact=True).select_option("organ")
    expect(page.locator(".ed-claims > li:visible")).to_have_count(len(fitting))
    expect(page.locator(".ed-facets output")).to_have_text(f"{len(fitting)} of {len(claims)}")
    expect(page.locator("#outline-1")).to_be_hidden()
    page.get_by_label("Section", exact=True).select_option("II. Definition and history of technical assistance")
    second = [claim for claim in fitting if 3 <= int(claim["paragraph"]) <= 11]
    assert 0 < len(second) < len(fitting)
    expect(page.locator(".ed-claims > li:visible")).to_have_count(len(second))


def test_a_link_to_a_hidden_claim_shows_it(opened: Any) -> None:
    page = opened("outline.html")
    page.get_by_label("Verdict", exact=True).select_option("omission")
    expect(page.locator("#claim-h-p01a")).to_be_hidden()
    page.evaluate("location.hash = '#claim-h-p01a'")
    expect(page.locator("#claim-h-p01a")).to_be_visible()
    expect(page.get_by_label("Verdict", exact=True)).to_have_value("")


def test_sources_are_found_by_table_and_words(root: Path, opened: Any) -> None:
    page = opened("sources.html")
    named = {row["source_id"] for row in rows(root, "board_sessions")}
    page.get_by_label("Table", exact=True).select_option("board_sessions")
    expect(page.locator(".ed-register dt:visible")).to_have_count(len(named))
    page.locator(".ed-facets").get_by_label("Search").fill("no such words anywhere")
    expect(page.locator(".ed-register dt:visible")).to_have_count(0)
    expect(page.locator(".ed-facets output")).to_have_text(re.compile("^0 of "))
