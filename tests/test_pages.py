"""The finished pages without a browser: their policy, their weight, what was left out, and that every link leads on."""

from __future__ import annotations

import gzip
import io
import posixpath
import re
from functools import cache
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pygments.style import Style
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES, Text, Token

from edition import site
from edition.sphinxext import highlighting, pages, stylesheets

KILOBYTE = 1000
CHAPTER_LIMIT = 250 * KILOBYTE  # compressed, before a reader scrolls


# Links that name a thing to machines and load nothing: https://signposting.org.
NAMING = {"author", "cite-as", "describedby", "item", "license", "type"}


class Reader(HTMLParser):
    """Collects what a page refers to and what can be referred to."""

    def __init__(self) -> None:
        super().__init__()
        self.references: list[tuple[str, str]] = []  # element, address
        self.anchors: list[str] = []
        self.handlers: list[str] = []
        self.icons: set[str] = set()
        self.metas: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "link" and told["rel"] in NAMING:
            tag = "naming link"
        self.references += [(tag, told[name]) for name in ("href", "src", "action", "poster") if name in told]
        self.anchors += [told[name] for name in ("id",) if told.get(name)]
        self.handlers += [name for name in told if name.startswith("on")]
        classes = set(told.get("class", "").split())
        if classes & {"fa-solid", "fas"}:
            self.icons |= {name for name in classes if name.startswith("fa-")} - {"fa-solid", "fa-lg"}
        if tag == "meta":
            self.metas[told.get("http-equiv") or told.get("name") or ""] = told.get("content", "")


@cache
def read(page: Path) -> Reader:
    reader = Reader()
    reader.feed(page.read_text("utf-8"))
    return reader


def html_pages(built: Path) -> list[Path]:
    return sorted(built.rglob("*.html"))


def chapters(built: Path) -> list[Path]:
    """Return the pages that show exhibits."""
    return [page for page in sorted((built / "book").glob("*.html")) if "ed-exhibit-figure" in page.read_text("utf-8")]


# Policy


def test_every_page_has_the_policy_and_it_allows_the_one_script_that_is_shipped(built: Path) -> None:
    for page in html_pages(built):
        html = page.read_text("utf-8")
        assert read(page).metas["Content-Security-Policy"] == pages.POLICY.format(hash=pages.script_hash(pages.THEME))
        assert html.index("Content-Security-Policy") < html.index("<script"), page.name


def test_a_script_that_stands_in_a_page_is_not_allowed_for_that() -> None:
    policy = pages.secured("<html><head></head><body><script>planted()</script></body></html>", "")
    assert policy.count("sha256-") == 1
    assert pages.script_hash("planted()") not in policy


def test_the_policy_allows_no_other_host_and_no_evaluated_code() -> None:
    assert "default-src 'none'" in pages.POLICY
    assert "unsafe-eval" not in pages.POLICY
    assert "script-src 'self' '{hash}';" in pages.POLICY
    assert not re.search(r"https?:|\*", pages.POLICY)


def test_one_script_stands_in_the_page_itself(built: Path) -> None:
    found = {code for page in html_pages(built) for code in pages.inline_scripts(page.read_text("utf-8"))}
    assert found == {pages.THEME}


def test_inline_scripts_are_those_that_run() -> None:
    html = (
        '<script>a()</script><script src="b.js"></script><script type="application/json">{"c": 1}</script>'
        '<script type="module">d()</script><script type="text/javascript">e()</script>'
    )
    assert pages.inline_scripts(html) == ["a()", "d()", "e()"]
    digest = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="  # of "abc", as the standard gives it
    assert pages.script_hash("abc") == digest


def test_no_button_carries_its_own_code(built: Path) -> None:
    for page in html_pages(built):
        assert read(page).handlers == [], page.name


def test_a_handler_of_the_theme_becomes_a_named_action(root: Path) -> None:
    button = pages.repaired('<button onclick="toggleFullScreen()"> <button onclick="window.print()">')
    actions = re.findall(r'data-ed-click="(\w+)"', button)
    assert actions == ["fullscreen", "print"]
    script = (root / "src/edition/static/page.js").read_text("utf-8")
    assert all(re.search(rf"^  {action}: ", script, re.M) for action in actions)


# What is loaded


def test_no_page_loads_from_another_host(built: Path) -> None:
    loading = {"script", "link", "img", "iframe", "source", "video", "audio", "object", "embed", "form", "image", "use"}
    for page in html_pages(built):
        foreign = [address for tag, address in read(page).references if tag in loading and urlsplit(address).netloc]
        assert foreign == [], page.name


def test_what_the_theme_ships_and_no_page_uses_is_gone(built: Path) -> None:
    """The whole list, so that an update of the theme cannot add a file unseen."""
    shipped = {path.relative_to(built / "_static").as_posix() for path in (built / "_static").rglob("*.*")}
    theirs = {"scripts/pydata-sphinx-theme.js", "scripts/sphinx-book-theme.js", "documentation_options.js"}
    searching = {"fold.js", "ranking.js", "search.js", "search-texts.js", "search-titles.js"}
    ours = {"book.css", "favicon.svg", "cards.js", "cite.js", "finder.js", "moved.js", "page.js", "versions.js"}
    ours |= {"facets.js", "figures.js", "tables.js", "vega.js"}
    assert shipped - {"design-tabs.js"} == theirs | searching | ours


STYLES = [get_style_by_name(f"a11y-high-contrast-{theme}") for theme in highlighting.THEMES]


@pytest.mark.parametrize("style", STYLES)
def test_code_has_the_colours_that_pygments_gives_it(style: type[Style]) -> None:
    """Whatever class a word gets: it looks as one of its own kind, and as text where it gets none."""
    kinds = {name: kind for kind, name in STANDARD_TYPES.items()} | {"": Text}
    unset = style.style_for_token(Token)
    for kind in STANDARD_TYPES:
        written = io.StringIO()
        highlighting.FewMarks(highlighting.few_marks(STYLES)).format([(kind, "word")], written)
        (name,) = re.findall(r"class=\"(\w+)\">word", written.getvalue()) or [""]
        own = style.style_for_token(kind)
        assert style.style_for_token(kinds[name]) == own or (not name and own == unset), kind


def test_code_is_marked_only_where_its_colour_changes(built: Path) -> None:
    for page in chapters(built):
        code = re.findall(r'<div class="highlight"><pre>.*?</pre>', page.read_text("utf-8"), re.DOTALL)
        assert code
        marks = re.findall(r'<span class="(\w+)">[^<]*</span>(?:<span class="(\w+)">)?', "".join(code))
        assert marks
        assert not [mark for mark, after in marks if mark == after or mark in ("n", "p", "w")], page.name


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in pages.REPAIRS])
def test_each_repair_of_the_theme_has_something_to_mend(written: list[str], pattern: str) -> None:
    """A new version of the theme may word otherwise what is looked for; the repair would end without a word."""
    assert any(re.search(pattern, html, re.DOTALL) for html in written)


@pytest.fixture(scope="module")
def written(built: Path) -> list[str]:
    """The pages as the theme wrote them."""
    return [page.read_text("utf-8") for page in html_pages(built.parent / "work/_build" / site.KEPT)]


@pytest.mark.parametrize("name", pages.SCRIPT_REPAIRS)
def test_a_script_of_the_theme_is_mended(built: Path, name: str) -> None:
    """The words to mend must be there: a new version of the theme may word them otherwise."""
    themes = [find_spec(theme) for theme in ("pydata_sphinx_theme", "sphinx_book_theme")]
    folders = [Path(theme.origin).parent / "theme" for theme in themes if theme and theme.origin]
    (shipped,) = (found for folder in folders for found in folder.rglob(Path(name).name))
    words, instead = pages.SCRIPT_REPAIRS[name]
    assert (built / name).read_text("utf-8") == shipped.read_text("utf-8").replace(words, instead)
    assert words in shipped.read_text("utf-8")


def test_a_page_loads_few_scripts(built: Path) -> None:
    for page in html_pages(built):
        addresses = [address for tag, address in read(page).references if tag == "script"]
        assert len({posixpath.basename(urlsplit(address).path) for address in addresses}) <= 9, page.name


def test_a_chapter_is_light_before_a_reader_scrolls(built: Path) -> None:
    for page in chapters(built):
        loading = {"script", "link"}
        own = {address for tag, address in read(page).references if tag in loading and not address.endswith(".html")}
        files = {page, built / "_static/tables.js"} | {page.parent / urlsplit(address).path for address in own}
        sizes = {file.name: len(gzip.compress(file.read_bytes(), 9)) for file in files}
        assert sum(sizes.values()) <= CHAPTER_LIMIT, sizes


def test_the_list_of_sources_is_the_heaviest_page(built: Path) -> None:
    """The page "Speed and growth" says so, where it tells which page grows with the chapters."""
    sizes = {page: len(gzip.compress(page.read_bytes(), 6)) for page in html_pages(built)}
    assert max(sizes, key=lambda page: sizes[page]) == built / "book/apparatus/sources.html"


# Icons and styles


def test_every_icon_is_drawn(built: Path, root: Path) -> None:
    drawn = set(re.findall(r"^\.(fa-[a-z-]+) \{", (root / "src/edition/static/page.css").read_text("utf-8"), re.M))
    used = set().union(*(read(page).icons for page in html_pages(built)))
    assert used
    assert used <= drawn


def test_the_one_sheet_has_the_editions_own_sheets_whole_and_loads_nothing(built: Path, root: Path) -> None:
    css = (built / stylesheets.SHEET).read_text("utf-8")
    for name in ("cite", "edition", "figures", "page", "profiles"):
        assert (root / f"src/edition/static/{name}.css").read_text("utf-8") in css, name
    assert not re.search(r"""url\((?!["']?data:)|@import|@font-face""", css)
    for page in html_pages(built):
        sheets = [address for tag, address in read(page).references if tag == "link" and ".css" in address]
        assert len(sheets) == (0 if page == built / "index.html" else 1), page.name


CASES = [
    (".used{a:b}", ".used{a:b}"),
    (".other{a:b}", ""),
    (".used,.other,#id{a:b}", ".used,#id{a:b}"),
    (".used .other{a:b}", ""),
    (".used>.other,.used:not(.other):hover::before{a:b}", ".used:not(.other):hover::before{a:b}"),
    (".used:is(.other,.more) p{a:b}", ".used:is(.other,.more) p{a:b}"),
    ("video{a:b}", ""),
    ("html[data-theme=dark] p{a:b}", "html[data-theme=dark] p{a:b}"),
    ('[data-x="a,.other"] p{a:b}', '[data-x="a,.other"] p{a:b}'),
    (r".m\:x{a:b}", ""),
    ("*,::after{a:b}", "*,::after{a:b}"),
    ("@media print{.other{a:b}}", ""),
    ("@media (min-width:1px){.used{a:b}.other{a:b}}", "@media (min-width:1px){.used{a:b}}"),
    ("@supports (a:b){@media print{p{a:b}}}", "@supports (a:b){@media print{p{a:b}}}"),
    ("@font-face{src:url(x.woff2)}@charset 'x';p{a:b}", "p{a:b}"),
    ('p{a:url(x.png)}p{a:url("data:x")}', 'p{a:none}\np{a:url("data:x")}'),
    ("/* no */p{a:b}", "p{a:b}"),
    ("/*! licence */p{a:b}", "/*! licence */\np{a:b}"),
    ("/*! licence */.other{a:b}", ""),
    ("@keyframes k{0%{a:b}}", "@keyframes k{0%{a:b}}"),
]


@pytest.mark.parametrize(("css", "kept"), CASES)
def test_rules_that_no_page_can_match_are_left_out(css: str, kept: str) -> None:
    known = stylesheets.used_names(['<p class="used" id="id">'], ["word"])
    assert stylesheets.trim(css, known).strip() == kept


def test_words_of_scripts_are_kept_and_imports_are_read() -> None:
    known = stylesheets.used_names(["<p>"], ['e.classList.add("is-open")'])
    assert stylesheets.trim(".is-open{a:b}", known).strip() == ".is-open{a:b}"
    imported = stylesheets.trim('@import "../basic.css";', known, lambda name: f"/* {name} */")
    assert imported.strip() == "/* ../basic.css */"


# Links


def target(page: Path, address: str, built: Path) -> tuple[Path, str] | None:
    """Return the file and the anchor that an address of a page leads to; nothing for another host."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    path = unquote(parts.path)
    file = built / posixpath.normpath((page.parent.relative_to(built) / path).as_posix()) if path else page
    return (file / "index.html" if file.is_dir() else file), unquote(parts.fragment)


def test_every_link_and_anchor_of_the_site_leads_somewhere(built: Path) -> None:
    broken, followed = [], 0
    for page in html_pages(built):
        for _, address in read(page).references:
            found = target(page, address, built)
            if found is None:
                continue
            followed += 1
            file, anchor = found
            if not file.is_file() or (anchor and file.suffix == ".html" and anchor not in anchors(file)):
                broken.append(f"{page.relative_to(built)}: {address}")
    assert broken == []
    assert followed > 1000


@cache
def anchors(page: Path) -> frozenset[str]:
    return frozenset(read(page).anchors)


def test_an_anchor_is_given_once_on_a_page(built: Path) -> None:
    for page in html_pages(built):
        found = read(page).anchors
        assert sorted({name for name in found if found.count(name) > 1}) == [], page.name


def test_every_page_has_a_language_a_title_and_one_heading(built: Path) -> None:
    for page in html_pages(built):
        html = page.read_text("utf-8")
        assert '<html lang="en"' in html, page.name
        assert re.search(r"<title>[^<]+</title>", html), page.name
        assert len(re.findall(r"<h1\b", html)) == 1, page.name
