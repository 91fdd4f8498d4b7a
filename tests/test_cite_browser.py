"""Citations on the built site: what machines read in a page, what readers copy, versions, and addresses that moved.

``known`` is a small site of a later version, imagined: it has a DOI, an address, an edition before it, and pages that
moved. What it must say, it says on a page of any book.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from browsing import CHROMIUM, served
from playwright.sync_api import Browser, Page, expect
from small_book import write_chapter, write_small_book
from visiting import AXE, RUN_AXE

from edition import citing, data, downloads, notebooks, releases, site, versions
from edition.sphinxext import metadata, redirects

in_browser = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: set EDITION_CHROMIUM to its path")

DOI, ADDRESS, LATER = "10.5281/zenodo.1234567", "https://example.org/edition/", "0.2.0"
MOVED = {
    "book/council.html": "book/human-rights-council.html",
    "book/council.html#fig-old": "book/findings.html#cite-this",
    "book/introduction.html#old-part": "book/introduction.html#cite-this",
    "book/introduction.html#gone-part": "book/legal-basis.html#cite-this",
}
CHAPTER = "book/introduction.html"
CHAPTERS = ("introduction", "human-rights-council", "findings", "legal-basis")
FIGURE = """import altair as alt, pandas as pd, edition as ed
frame = pd.DataFrame({"who": ["a", "b"], "n": [1, 2]})
chart = alt.Chart(frame).mark_bar().encode(x="n:Q", y="who:N")
told = {"caption": "How to read it.", "alt": "One and two.", "sources": ["a-hrc-res-37-23"], "tables": ["votes"]}
ed.figure(chart, id="fig-two", title="Two is more than one", **told)"""


@pytest.fixture(scope="module")
def known(copy_clone: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    clone = copy_clone(tmp_path_factory.mktemp("known") / "clone")
    write_small_book(clone, CHAPTERS, ["cite", "apparatus/changes"])
    for name in CHAPTERS:
        write_chapter(clone, FIGURE if name == "introduction" else "1 + 1", name)
    list(notebooks.run([clone / "book/introduction.ipynb"], clone))
    citation = clone / "CITATION.cff"
    told = citation.read_text("utf-8")
    told = re.sub(r"^version: .*$", f"version: {LATER}\ndoi: {DOI}\nurl: {ADDRESS}", told, flags=re.MULTILINE)
    citation.write_text(told, encoding="utf-8")
    log = clone / "CHANGELOG.md"
    entry = f"## [{LATER}] - 2026-12-01\n\n### Data\n\n- Two rows.\n\n## [0.1.0]"
    log.write_text(log.read_text("utf-8").replace("## [0.1.0]", entry), encoding="utf-8")
    comparison = {
        "old": {"name": "v0.1.0", "version": "0.1.0"},
        "new": {"name": "HEAD", "version": LATER},
        "text_compared": True,
        "tables": {
            "votes": {
                "status": "changed", "key": ["symbol", "iso3"], "columns_added": [], "columns_removed": [],
                "added": [{"symbol": "A"}, {"symbol": "B"}], "removed": [], "changed": [],
            }
        },
        "numbers": [{"page": "book/x.ipynb", "name": "n", "old": "one", "new": "two"}],
        "sentences": [],
        "exhibits": [],
    }  # fmt: skip
    (clone / "book/apparatus/changes").mkdir(exist_ok=True)
    (clone / f"book/apparatus/changes/{LATER}.json").write_text(json.dumps(comparison))
    rows = "".join(f"{old},{new}\n" for old, new in MOVED.items())
    (clone / redirects.TABLE).write_text(f"old,new\n{rows}", encoding="utf-8")
    releases.record(clone)
    return site.publish(clone)


# What machines read


@dataclass
class Head(HTMLParser):
    """Collects the tags of a page that machines read, and the data in its scripts."""

    metas: list[tuple[str, str]] = field(default_factory=list)
    links: list[dict[str, str]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self.script = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self.metas.append((told.get("name") or told.get("property") or "", told.get("content", "")))
        elif tag == "link":
            self.links.append(told)
        elif tag == "script" and "json" in told.get("type", ""):
            self.script = told.get("id") or told["type"]

    def handle_data(self, text: str) -> None:
        if self.script:
            self.data[self.script] = json.loads(text)
            self.script = ""

    def named(self, name: str) -> list[str]:
        return [content for other, content in self.metas if other == name]

    def related(self, rel: str) -> list[str]:
        return [link["href"] for link in self.links if link.get("rel") == rel]


def head(page: Path) -> Head:
    found = Head()
    found.feed(page.read_text("utf-8"))
    return found


def book_pages(built: Path) -> list[Path]:
    return [page for page in sorted((built / "book").rglob("*.html")) if "ed-moved-page" not in page.read_text("utf-8")]


def test_every_page_describes_itself_truly(built: Path, root: Path) -> None:
    edition = releases.edition(root)
    described = set()
    for page in book_pages(built):
        found = head(page)
        (told,) = found.named("description")
        assert 40 <= len(told) <= metadata.DESCRIPTION_LENGTH, page.name
        assert not re.search(r"[<>{}`]|PARANUMBER", told), page.name
        assert found.named("og:description") == [told]
        described.add(told)
        assert found.named("citation_title") == found.named("og:title")
        assert found.named("citation_author") == [name.inverted for name in edition.authors]
        assert found.named("citation_publication_date") == [edition.issued.replace("-", "/")] * bool(edition.issued)
        assert found.named("og:image") == []
        for absent in ("citation_doi", "citation_public_url", "citation_pdf_url", "og:url"):
            assert found.named(absent) == [], (page.name, absent)
        assert found.related("cite-as") == []
        assert len(found.related("describedby")) == 3
        assert found.related("license") == [metadata.LICENSE]
        described_by = [(page.parent / href).resolve() for href in found.related("describedby")]
        assert all(file.is_file() for file in described_by), page.name
        assert not re.search(r"doi\.org", json.dumps(found.data)), page.name
    assert len(described) == len(book_pages(built))


def test_the_book_its_chapters_and_its_tables_are_told_in_schema_org(built: Path, root: Path) -> None:
    book = head(built / "book/index.html").data["application/ld+json"]
    assert (book["@context"], book["@type"]) == ("https://schema.org", "Book")
    chapters = [part for part in book["hasPart"] if part["@type"] == "Chapter"]
    assert [part["position"] for part in chapters] == list(range(1, len(chapters) + 1))
    for part in chapters:
        told = head(built / "book" / part["url"]).data["application/ld+json"]
        assert (told["@type"], told["name"], told["position"]) == ("Chapter", part["name"], part["position"])
        assert told["isPartOf"]["name"] == book["name"]
    page = built / "book/apparatus/data.html"
    catalogue = head(page).data["application/ld+json"]
    assert catalogue["@type"] == "DataCatalog"
    assert [one["name"] for one in catalogue["dataset"]] == [
        resource["title"] for resource in data.resources(root / "data").values()
    ]
    for one in catalogue["dataset"]:
        file = (page.parent / one["distribution"]["contentUrl"]).resolve()
        assert one["distribution"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest(), one["name"]
        assert len(one["description"]) >= 50
        assert f'id="{one["@id"][1:]}"' in page.read_text("utf-8")
    assert len(head(page).related("item")) == len(catalogue["dataset"])


def test_every_exhibit_page_and_table_has_its_citation_files(built: Path, root: Path) -> None:
    cite = (built / "book/cite.html").read_text("utf-8")
    exhibits = set()
    for page in sorted((built / "book").glob("*.html")):
        exhibits |= set(re.findall(r'<figure class="ed-exhibit [a-z-]+" id="([^"]+)"', page.read_text("utf-8")))
    keys = exhibits | {f"table-{name}" for name in data.resources(root / "data")} | {"edition", "introduction"}
    assert len(exhibits) > 50
    for key in keys:
        assert f'id="cite-{key}"' in cite, key
        (item,) = json.loads((built / "_cite" / f"{key}.json").read_text("utf-8"))
        assert item["version"] == releases.edition(root).named
        assert (built / "_cite" / f"{key}.ris").read_bytes().endswith(b"\r\nER  - \r\n")
        assert (built / "_cite" / f"{key}.bib").read_text("utf-8").startswith("@misc{")
    for name, resource in data.resources(root / "data").items():
        digest = hashlib.sha256((root / "data" / resource["path"]).read_bytes()).hexdigest()
        assert digest in (built / "_cite" / f"table-{name}.bib").read_text("utf-8")


def test_numbers_of_figures_are_those_that_the_page_prints(built: Path) -> None:
    html = (built / CHAPTER).read_text("utf-8")
    printed = dict(
        re.findall(r'id="((?:fig|tbl)-[^"]+)">\s*<figcaption>\s*<span class="caption-number">(\w+ \d+)', html)
    )
    told = head(built / CHAPTER).data["ed-cite-data"]["works"]
    assert printed
    assert {name: work["name"].capitalize() for name, work in told.items() if name in printed} == printed


def test_a_site_without_doi_or_address_says_so_on_every_page(built: Path, root: Path) -> None:
    for page in book_pages(built):
        html = page.read_text("utf-8")
        assert releases.edition(root).standing in html, page.name
        cited = html[html.index('id="cite-this"') : html.index("</article>")]
        assert not re.search(r"doi\.org|https?://", cited), page.name


def test_with_a_doi_and_an_address_all_show_them(known: Path) -> None:
    for page in book_pages(known):
        address = page.relative_to(known).as_posix()
        found, html = head(page), page.read_text("utf-8")
        front = address == "book/index.html"
        here = f"{ADDRESS}{LATER}/" + ("" if front else address)
        assert found.named("citation_doi") == [DOI]
        assert found.related("cite-as") == [f"https://doi.org/{DOI}"]
        assert found.named("citation_public_url") == found.named("og:url") == [here]
        assert f"The DOI of this version is {DOI}." in html
        assert "has no DOI" not in html
        for work in found.data["ed-cite-data"]["works"].values():
            assert all(DOI in text and here in text for text in work["texts"]), (address, work["name"])
            assert work["address"].startswith(here)
    book = head(known / "book/index.html").data["application/ld+json"]
    assert (book["identifier"], book["version"]) == (f"https://doi.org/{DOI}", LATER)
    assert "not released" not in (known / "book/index.html").read_text("utf-8")


def test_what_is_no_release_says_so_in_every_place(built: Path, root: Path) -> None:
    """Heads, citations in all forms, descriptions for machines and the catalogue, with the digest of the data."""
    told = releases.edition(root)
    if not told.data:
        pytest.skip("this tree is a release")
    words = f"after {told.version}, not released, data {told.data}"
    assert told.named == words
    for page in book_pages(built):
        html, found = page.read_text("utf-8"), head(page)
        assert releases.MARK not in html, page.name
        assert f">Version {words} <a href=" in html, page.name
        assert found.data["application/ld+json"]["version"] == words, page.name
        assert all(words in text for work in found.data["ed-cite-data"]["works"].values() for text in work["texts"])
        cited = html[html.index('id="cite-this"') :]
        assert not re.search(rf"[Vv]ersion {re.escape(told.version)}[^.\d]", cited), page.name
        for address in re.findall(r'href="([^"]*)">What changed since</a>', html):
            place, _, anchor = address.partition("#")
            told_there = (page.parent / place).resolve() if place else page
            assert f'id="{anchor}"' in told_there.read_text("utf-8"), page.name
        assert html.count("What changed since</a>") == 2, page.name
    files = list((built / "_cite").iterdir())
    assert not [file.name for file in files if words not in file.read_text("utf-8")]
    for name in ("ro-crate-metadata.json", "croissant.json", "dataset.jsonld"):
        text = (built / "data" / name).read_text("utf-8")
        assert words in text or told.semantic in text, name
        assert f'"{told.version}"' not in text, name
    assert json.loads((built / versions.FILE).read_text("utf-8"))["this"] == f"after {told.version}"
    with zipfile.ZipFile(built / "data" / downloads.ARCHIVE) as package:
        for descriptor in ((built / "data/datapackage.json").read_bytes(), package.read("data/datapackage.json")):
            assert json.loads(descriptor)["version"] == told.semantic


# Versions and changes


def test_every_page_prints_the_version_and_the_site_lists_it(built: Path, root: Path) -> None:
    this = versions.name(releases.edition(root))
    for page in book_pages(built):
        root_of = "../" * (len(page.relative_to(built).parts) - 1)
        mark = f'<p class="ed-version" data-version="{this}" data-root="{root_of}">'
        assert mark in page.read_text("utf-8"), page.name
    told = json.loads((built / versions.FILE).read_text("utf-8"))
    (only,) = told["versions"]
    assert (told["this"], only["version"], only["path"]) == (this, this, "./")


def site_of(folder: Path, version: str) -> None:
    folder.mkdir(parents=True)
    entry = {"version": version, "date": f"2026-01-{len(version):02}", "path": "./"}
    (folder / versions.FILE).write_text(json.dumps({"this": version, "versions": [entry]}))


def test_sites_under_one_roof_are_told_of_each_other(tmp_path: Path) -> None:
    for version in ("0.2.0", "0.10.0", "0.1.0"):
        site_of(tmp_path / version, version)
    site_of(tmp_path / "latest", "0.10.0")
    for _again in range(2):
        assert versions.share(tmp_path) == ["0.10.0", "0.2.0", "0.1.0"]
    for folder in ("0.1.0", "latest"):
        told = json.loads((tmp_path / folder / versions.FILE).read_text())
        assert [one["path"] for one in told["versions"]] == ["../0.10.0/", "../0.2.0/", "../0.1.0/"]
    assert told["this"] == "0.10.0"
    with pytest.raises(versions.VersionsError, match="holds no folder named after the version"):
        versions.share(tmp_path / "0.1.0")


def test_the_page_of_changes_shows_each_release(known: Path, built: Path) -> None:
    html = (known / "book/apparatus/changes.html").read_text("utf-8")
    assert re.search(
        r'id="version-0-2-0".*Two rows\..*<code>votes</code>: rows: 2 added.*id="version-0-1-0"', html, re.S
    )
    assert "<del>one</del> <ins>two</ins>" in html
    assert json.loads((known / f"_changes/{LATER}.json").read_text())["new"]["version"] == LATER
    first = (built / "book/apparatus/changes.html").read_text("utf-8")
    assert first.count("This is the first release: there is none before it to compare with.") == 1
    assert not (built / "_changes").exists()


# Old addresses


PAGES = {"book/a.html": '<article id="x"></article>', "book/b.html": '<article id="y"></article>'}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("book/gone.html", "book/c.html", "there is no such page"),
        ("book/gone.html", "book/a.html#y", "no part of that name"),
        ("book/a.html", "book/b.html", "it cannot have moved"),
        ("book/a.html#x", "book/b.html#y", "it cannot have moved"),
        ("book/gone.html#x", "book/b.html#y", "say where the page has moved"),
    ],
)
def test_a_redirect_that_leads_nowhere_or_hides_a_page_is_refused(old: str, new: str, fault: str) -> None:
    (found,) = redirects.faults({old: new}, PAGES)
    assert fault in found
    assert found.startswith(old)


def test_the_committed_redirects_hold(built: Path, root: Path) -> None:
    moved = redirects.read(root / redirects.TABLE)
    for old, new in moved.items():
        page, _, anchor = old.partition("#")
        html = (built / page).read_text("utf-8")
        assert urlsplit(new).path.rsplit("/", 1)[-1] in html
        assert not anchor or f'id="{anchor}"' in html


def test_an_old_page_leads_on_without_a_script(known: Path) -> None:
    html = (known / "book/council.html").read_text("utf-8")
    assert '<meta http-equiv="refresh" content="0; url=human-rights-council.html" />' in html
    assert '<a href="human-rights-council.html">' in html
    assert "Content-Security-Policy" in html
    part = (known / CHAPTER).read_text("utf-8")
    assert re.search(r'<p class="ed-moved" id="gone-part">.*?<a href="legal-basis.html#cite-this">', part)


# In a browser


@pytest.fixture(scope="module")
def address(built: Path, known: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve two versions side by side, each knowing of the other."""
    roof = tmp_path_factory.mktemp("roof")
    now = json.loads((built / versions.FILE).read_text("utf-8"))["this"]
    shutil.copytree(built, roof / now, copy_function=os.link)
    (roof / now / versions.FILE).unlink()  # what follows changes it: not in the site that all tests share
    shutil.copy(built / versions.FILE, roof / now)
    shutil.copytree(known, roof / LATER)
    versions.share(roof)
    (roof / "alone").symlink_to(built)
    (roof / "old").symlink_to(now)
    (roof / now / "book/reading-guide.html").rename(roof / now / "book/only-here.html")
    with served(roof) as address:
        yield address


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Any]:
    contexts = []

    def open_page(name: str, width: int = 1280, clipboard: bool = True, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        if clipboard:
            context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(urljoin(address, name))
        return page

    yield open_page
    for context in contexts:
        context.close()


def pasted(page: Page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


def citation_of(page: Page, style: int = 0) -> str:
    told = page.evaluate("JSON.parse(document.getElementById('ed-cite-data').textContent)")
    return told["works"]["para"]["texts"][style].replace(told["mark"], "3")


@in_browser
def test_one_click_copies_a_paragraphs_address_or_citation(opened: Any) -> None:
    page = opened(f"alone/{CHAPTER}")
    assert page.locator(".ed-para-tools").count() == 0, "nothing is there until a reader points"
    paragraph = page.locator("#para-3")
    paragraph.hover()
    page.get_by_role("button", name="Copy the address of paragraph 3").click()
    expect(page.get_by_role("status").filter(has_text="Address copied")).to_have_count(1)
    assert pasted(page).endswith(f"alone/{CHAPTER}#para-3")
    page.get_by_role("button", name="Copy the citation of paragraph 3").click()
    expect(page.get_by_role("status").filter(has_text="Citation copied")).to_have_count(1)
    assert pasted(page) == citation_of(page)
    assert pasted(page).endswith("para. 3.")
    page.locator("#para-1").hover()
    assert page.locator(".ed-para-tools").count() == 1, "one set of tools serves the page"


@in_browser
def test_one_key_copies_a_paragraphs_address_or_citation(opened: Any) -> None:
    page = opened(f"alone/{CHAPTER}")
    page.locator("#para-3 .ed-para-number").focus()
    page.keyboard.press("c")
    expect(page.get_by_role("status").filter(has_text="Citation copied")).to_have_count(1)
    assert pasted(page) == citation_of(page)
    page.keyboard.press("l")
    expect(page.get_by_role("status").filter(has_text="Address copied")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Cite paragraph 3")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    assert page.evaluate("document.activeElement.closest('.ed-para').id") == "para-3", "the focus comes back"


@in_browser
def test_a_finger_finds_the_tools_at_the_number(opened: Any) -> None:
    page = opened(f"alone/{CHAPTER}", width=360, has_touch=True, is_mobile=True)
    before = page.locator("#para-4").bounding_box()["y"] - page.locator("#para-3").bounding_box()["y"]
    page.locator("#para-3 .ed-para-number").tap()
    cite = page.get_by_role("button", name="Copy the citation of paragraph 3")
    box = cite.bounding_box()
    assert box["height"] >= 44
    assert box["width"] >= 44
    assert page.locator("#para-4").bounding_box()["y"] - page.locator("#para-3").bounding_box()["y"] == before
    cite.tap()
    expect(cite).to_have_text("Copied")
    assert pasted(page) == citation_of(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@in_browser
def test_a_figure_is_cited_from_its_foot_in_every_format(opened: Any, root: Path) -> None:
    page = opened(f"alone/{CHAPTER}")
    figure = page.locator(".ed-exhibit-figure").first
    figure.get_by_role("link", name="Cite", exact=True).click()
    dialog = page.locator("dialog.ed-cite-dialog")
    expect(dialog).to_be_visible()
    labels = ["Address", *(name for name, _, _, _ in citing.FORMATS.values())]
    assert dialog.locator("pre").evaluate_all("all => all.map(one => one.ariaLabel)") == labels
    name = figure.get_attribute("id")
    dialog.get_by_role("button", name="Copy: RIS").click()
    expect(page.get_by_role("status").filter(has_text="RIS copied")).to_have_count(1)
    assert pasted(page).replace("\r\n", "\n").startswith("TY  - FIGURE\n")
    assert f"#{name}" in dialog.locator("pre").first.inner_text()
    assert releases.edition(root).standing in dialog.inner_text()
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE, {"rules": {"color-contrast": {"enabled": True}}}) == []


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tools_and_the_page_of_citations_are_readable(opened: Any, scheme: str) -> None:
    page = opened(f"alone/{CHAPTER}", color_scheme=scheme)
    page.locator("#para-3").hover()
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE.replace("axe.run(", "axe.run('#para-3, #cite-this', "), {}) == []


@in_browser
def test_without_a_clipboard_the_text_is_shown_to_be_copied_by_hand(browser: Browser, address: str) -> None:
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page = context.new_page()
    page.goto(urljoin(address, f"alone/{CHAPTER}"))
    page.locator("#para-3 .ed-para-number").focus()
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="Cite paragraph 3")
    expect(dialog).to_contain_text("para. 3.")
    assert dialog.get_by_role("button").all_inner_texts() == ["Close"]
    context.close()


@in_browser
def test_without_scripts_numbers_and_citations_are_links(opened: Any, address: str) -> None:
    page = opened(f"alone/{CHAPTER}", java_script_enabled=False)
    page.locator("#para-3 .ed-para-number").click()
    assert page.url.endswith("#para-3")
    page.locator(".ed-exhibit-foot").get_by_role("link", name="Cite", exact=True).first.click()
    assert "/book/cite.html#cite-fig-" in page.url
    page.goto(urljoin(address, f"alone/{CHAPTER}"))
    page.locator('a[href="#cite-this"]').click()
    expect(page.locator("#cite-this")).to_be_in_viewport()
    expect(page.locator(".ed-version")).to_have_text(re.compile(r"^Version "))


@in_browser
def test_an_entry_of_the_page_cite_that_is_linked_to_is_open(opened: Any) -> None:
    page = opened("alone/book/cite.html#cite-table-votes")
    expect(page.locator("#cite-table-votes .ed-cite-text").first).to_be_visible()
    assert "SHA-256" in page.locator("#cite-table-votes").inner_text()
    assert page.locator("details.ed-cite-one[open]").count() == 1


@in_browser
def test_a_version_alone_offers_no_choice(opened: Any) -> None:
    page = opened(f"alone/{CHAPTER}")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".ed-version select")).to_have_count(0)
    expect(page.locator(".ed-older")).to_have_count(0)


def ends_with(address: str) -> re.Pattern[str]:
    return re.compile(re.escape(address) + "$")


@in_browser
def test_readers_go_from_one_version_to_the_same_page_of_another(opened: Any) -> None:
    page = opened(f"old/{CHAPTER}", width=1280)
    expect(page.locator(".ed-older")).to_contain_text(f"Version {LATER} is newer")
    choice = page.get_by_label("Version")
    assert choice.locator("option").all_inner_texts()[0].startswith(LATER)
    choice.select_option(label=choice.locator("option").first.inner_text())
    page.wait_for_url(f"**/{LATER}/{CHAPTER}")
    expect(page.locator(".ed-version select")).to_have_count(1)
    expect(page.locator(".ed-older")).to_have_count(0)


@in_browser
def test_a_page_that_another_version_lacks_leads_to_its_front_page(opened: Any) -> None:
    page = opened("old/book/only-here.html")
    page.get_by_role("link", name=f"Version {LATER} is newer").click()
    expect(page).to_have_url(ends_with(f"/{LATER}/book/index.html"))


@in_browser
def test_from_a_file_a_page_works_and_names_its_version(browser: Browser, built: Path) -> None:
    page = browser.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto((built / CHAPTER).as_uri())
    expect(page.locator(".ed-version")).to_contain_text("Version")
    page.locator("#para-3 .ed-para-number").focus()
    expect(page.get_by_role("button", name="Copy the citation of paragraph 3")).to_be_visible()
    assert not [error for error in errors if "versions.json" in error]
    page.close()


WITH_A_PARAGRAPH = ("book/council.html#para-1", "book/human-rights-council.html#para-1")


@in_browser
@pytest.mark.parametrize(("old", "new"), [*MOVED.items(), WITH_A_PARAGRAPH])
def test_old_addresses_lead_on(opened: Any, old: str, new: str) -> None:
    page = opened(f"{LATER}/{old}")
    expect(page).to_have_url(ends_with(f"/{LATER}/{new}"))


@in_browser
def test_an_old_page_leads_on_without_scripts(opened: Any) -> None:
    page = opened(f"{LATER}/book/council.html", java_script_enabled=False)
    expect(page).to_have_url(ends_with(f"/{LATER}/book/human-rights-council.html"))
