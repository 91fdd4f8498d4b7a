"""What the built pages offer at each exhibit, and the gallery that shows one chart of each type."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import nbformat
import pytest

EXHIBIT = re.compile(
    r'<figure class="ed-exhibit ed-exhibit-(figure|table)" id="([a-z0-9-]+)">(.*?)</figure>', re.DOTALL
)
FOOT = re.compile(r'<div class="ed-exhibit-foot">(.*?)</div>', re.DOTALL)


@pytest.fixture(scope="module")
def chapters(built: Path) -> dict[Path, list[tuple[str, str, str]]]:
    """Return the exhibits of each page that has some: kind, id and HTML."""
    found = {page: EXHIBIT.findall(page.read_text("utf-8")) for page in sorted((built / "book").glob("*.html"))}
    return {page: exhibits for page, exhibits in found.items() if exhibits}


def test_the_foot_gives_sources_tables_files_code_and_address(
    chapters: dict[Path, list[tuple[str, str, str]]], built: Path
) -> None:
    assert len(chapters) == 10
    for page, exhibits in chapters.items():
        for kind, name, html in exhibits:
            found = FOOT.search(html)
            assert found, name
            foot = found[1]
            words = re.findall(r"<a [^>]*>([^<]+)</a>", foot)
            wanted = ["Data (CSV)", *(["SVG"] if kind == "figure" else []), "Code", "Address"]
            assert [word for word in words if word in wanted] == wanted, name
            assert re.search(r"Sources?: ", foot), name
            assert re.search(r"<span>Tables?: <a ", foot), name
            for address in re.findall(r'href="([^"#]+)" download', foot):
                assert (page.parent / address).resolve().is_file(), (name, address)


def test_what_makes_a_chart_live_is_in_a_file_and_not_in_the_page(
    chapters: dict[Path, list[tuple[str, str, str]]], built: Path
) -> None:
    for page in (*chapters, built / "gallery.html"):
        html = page.read_text("utf-8")
        files = re.findall(r' data-spec="([^"]+)" data-figure="([^"]+)"', html)
        assert len(files) == html.count('<figure class="ed-exhibit ed-exhibit-figure"'), page.name
        assert "ed-chart-spec" not in html, page.name
        for address, name in files:
            wide, narrow = map(json.loads(page.parent.joinpath(address).read_text("utf-8")).get, ("wide", "narrow"))
            assert {"data", "marks"} <= wide.keys(), name
            assert (narrow is not None) == (
                "ed-has-narrow" in re.findall(f'<div class="([^"]+)"[^>]* data-figure="{name}"', html)[0]
            )


def test_the_code_of_an_exhibit_stands_in_the_fold_that_its_link_opens(
    chapters: dict[Path, list[tuple[str, str, str]]],
) -> None:
    for page, exhibits in chapters.items():
        html = page.read_text("utf-8")
        for _, name, _ in exhibits:
            place = html.index(f'id="{name}-code"')
            before = html[:place]
            assert before.count("<details") > before.count("</details>"), name
            assert f'"{name}"' in re.sub(r"<[^>]+>|&quot;", '"', html[place : html.index("</details>", place)]), name


def test_cells_that_follow_one_another_are_folded_together_and_none_is_lost(root: Path, built: Path) -> None:
    joined = 0
    for path in sorted((root / "book").glob("*.ipynb")):
        html = (built / f"book/{path.stem}.html").read_text("utf-8")
        cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        shown = [unescape(re.sub(r"<[^>]+>", "", code)) for code in re.findall(r"<pre>(.*?)</pre>", html, re.DOTALL)]
        assert [code.strip() for code in shown] == [cell.source.strip() for cell in cells], path.name
        folds = html.count('<details class="admonition hide')
        assert folds < len(cells), path.name
        assert not re.search(r"</details>\s*</div>\s*<div class=\"cell tag_hide-input", html), path.name
        joined += len(cells) - folds
    assert joined > 50


def test_many_sources_are_folded_and_few_are_not(chapters: dict[Path, list[tuple[str, str, str]]]) -> None:
    folded = 0
    for exhibits in chapters.values():
        for _, name, html in exhibits:
            sources = re.findall(r'href="[^"]*apparatus/sources.html#', html)
            inside = re.search(r"<summary>Sources: (\d+) documents</summary>", html)
            assert (inside is not None) == (len(sources) >= 7), name
            assert inside is None or int(inside[1]) == len(sources), name
            folded += inside is not None
    assert folded


def test_no_page_holds_more_than_200_rows_of_a_table(chapters: dict[Path, list[tuple[str, str, str]]]) -> None:
    for exhibits in chapters.values():
        for _, name, html in exhibits:
            for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
                assert table.count("<tr>") <= 201, name


def test_the_gallery_shows_each_type_and_leads_to_every_chart(
    chapters: dict[Path, list[tuple[str, str, str]]], built: Path
) -> None:
    html = (built / "gallery.html").read_text("utf-8")
    article = html[html.index("<article") : html.index("</article>")]
    types = re.findall(r"<h2>([^<]+)</h2>", article)
    assert types == sorted(set(types))
    assert {"Stacked bars", "Lines", "Tiles", "Marks with filters"} <= set(types)
    assert article.count('<figure class="ed-exhibit') == len(types)
    for page, exhibits in chapters.items():
        for kind, name, _ in exhibits:
            assert kind == "table" or f'href="book/{page.name}#{name}">Figure ' in article, name


def test_the_gallery_stands_in_no_table_of_contents(built: Path) -> None:
    for page in built.rglob("*.html"):
        assert (
            "gallery.html" not in re.sub(r'href="#[^"]*"', "", page.read_text("utf-8")) or page.name == "gallery.html"
        )
