"""The book as one PDF, made by WeasyPrint from the articles of the site: cover, contents, chapters, apparatus.

Tagged (PDF/UA-1), with bookmarks, page numbers and running heads; paragraphs, figures and tables carry the numbers of
the pages, notes stand at the foot of the sheet.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from html import escape
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from . import articles, columns, fonts, imprint
from .articles import SVG, XHTML, Article
from .citing import Edition

STYLE = Path(__file__).with_name("print") / "pdf.css"
SHORT_ROWS = 13  # a table with no more rows is not broken
ROOM, WIDE = 160, 247  # millimetres between the margins of a sheet: upright, and turned for a table of many columns
CHART_SCALE = 0.2  # millimetres a unit: the 13 units of a chart's letters become 7.4 points
SMALLEST = 6.5 * 25.4 / 72  # millimetres: a chart with smaller letters is drawn larger where it finds room
CHART_PLACE = (ROOM, 200)  # millimetres: no chart is larger
LIBRARIES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")  # packages of Debian and Ubuntu
_DRAW = """
import sys, weasyprint
page = weasyprint.HTML(string=sys.stdin.read())
page.write_pdf(sys.argv[1], pdf_variant="pdf/ua-1", pdf_identifier=sys.argv[2].encode(), custom_metadata=False)
"""


class PdfError(Exception):
    """The PDF could not be made; the message says what is missing."""


def missing() -> str:
    """Return in one line what this machine lacks for a PDF; empty when it can be made."""
    done = subprocess.run([sys.executable, "-c", "import weasyprint"], capture_output=True, text=True)
    if "OSError" in done.stderr:
        return f"WeasyPrint needs Pango: install it (on Debian and Ubuntu: apt-get install {' '.join(LIBRARIES)})."
    return "WeasyPrint is not installed: run make release." if done.returncode else ""


def make(edition: Edition, pages: Sequence[Article]) -> bytes:
    """Return the PDF of ``pages``. Raises ``PdfError`` or ``FontError`` with one line for people."""
    document = html(edition, pages)
    strange = fonts.missing([re.sub(r"<[^>]*>", "", document)])
    if strange:
        raise PdfError(f"{fonts.FAMILY} has no sign for {' '.join(strange)}: write it otherwise in the PDF.")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "book.pdf"
        environment = {**os.environ, "FONTCONFIG_FILE": str(fonts.install(Path(folder))), "TZ": "UTC"}
        done = subprocess.run(
            [sys.executable, "-c", _DRAW, str(target), f"{edition.title} {edition.named}"],
            input=document,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        if done.returncode or done.stderr.strip():
            raise PdfError(f"WeasyPrint: {(done.stderr.strip().splitlines() or ['ended without a word'])[-1]}")
        return target.read_bytes()


def html(edition: Edition, pages: Sequence[Article]) -> str:
    """Return the book as one HTML document, links within it leading to their places in it."""
    pages = deepcopy(pages)  # the trees are changed
    for page in pages:
        articles.prune(page.root, articles.is_narrow)
    names = _anchors(pages)
    for page in pages:
        _link(page, names)
        _lay_out(page)
    contents = _contents(pages)
    bodies = [f'<article id="{_slug(page.name)}">{_inner(page.root)}</article>' for page in pages]
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(edition.title)}</title>"
        f'<meta name="author" content="{escape(", ".join(name.natural for name in edition.authors))}">'
        f'<meta name="description" content="{escape(edition.abstract)}">'
        f'<meta name="keywords" content="{escape(", ".join(edition.keywords))}">'
        f'<meta name="dcterms.created" content="{edition.released}T00:00:00Z">'
        f'<meta name="dcterms.modified" content="{edition.released}T00:00:00Z">'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body>"
        f"{_cover(edition)}{contents}{''.join(bodies)}</body></html>"
    )


def _cover(edition: Edition) -> str:
    title, _, subtitle = edition.title.partition(": ")
    return (
        f'<section class="cover"><p class="cover-title">{escape(title)}</p>'
        f'<p class="cover-subtitle">{escape(subtitle[:1].upper() + subtitle[1:])}</p>'
        f'<p class="cover-version">{escape(edition.heading)}</p>'
        f'<p class="cover-notice">{escape(imprint.NOTICE)}</p>'
        f'<p class="cover-cite"><strong>How to cite</strong><br>{escape(imprint.how_to_cite(edition))}</p>'
        f"<p>{escape(imprint.LICENCES)}</p></section>"
    )


def _contents(pages: Sequence[Article]) -> str:
    """Return the table of contents: parts, chapters and their sections, each with the number of its page."""
    lines, part = [], ""
    for page in pages:
        if page.part != part:
            part = page.part
            lines.append(f'<p class="contents-part">{escape(part)}</p>')
        lines.append(_entry("chapter", _slug(page.name), page.title))
        if page.name.split("/")[0] != "apparatus":
            lines += [_entry("section", anchor, title) for anchor, title in articles.sections(page)]
    return f'<section class="contents"><h1>Contents</h1>{"".join(lines)}</section>'


def _entry(kind: str, anchor: str, title: str) -> str:
    return f'<p class="contents-{kind}"><a href="#{escape(anchor)}">{escape(title)}</a></p>'


def _slug(name: str) -> str:
    return name.replace("/", "-")


def _anchors(pages: Sequence[Article]) -> dict[tuple[str, str], str]:
    """Return the anchor in the book of each anchor of a page: its own name where no other page has it."""
    ids = [(page.name, element.attrib["id"]) for page in pages for element in page.root.iter() if element.get("id")]
    times = Counter(anchor for _, anchor in ids)
    taken = {_slug(page.name) for page in pages}
    shared = {anchor for anchor, number in times.items() if number > 1} | taken
    return {(name, anchor): f"{_slug(name)}-{anchor}" if anchor in shared else anchor for name, anchor in ids}


def _link(page: Article, names: dict[tuple[str, str], str]) -> None:
    """Give the anchors of a page their names in the book, and lead links there; one that leads nowhere is unmade."""
    pages = {name for name, _ in names}
    for element in page.root.iter():
        if element.get("id"):
            element.set("id", names[page.name, element.attrib["id"]])
        place = articles.resolve(page.name, element.get("href", "")) if element.tag == XHTML + "a" else None
        if place in names:
            element.set("href", f"#{names[place]}")
        elif place and place[0] in pages and not place[1]:
            element.set("href", f"#{_slug(place[0])}")
        elif place:
            articles.unwrap(element)


def _lay_out(page: Article) -> None:
    """Tell the sheet what it cannot see: which tables are short, how wide columns are, how large a chart is drawn."""
    _spell_once(page.root)
    for element in list(page.root.iter()):
        if "ed-exhibit-table" in articles.classes(element):
            lines = [_cells(line) for line in element.iter(XHTML + "tr")]
            if columns.narrowest(lines) > ROOM:
                element.set("class", f"{element.attrib['class']} wide")
            elif len(lines) <= SHORT_ROWS:
                element.set("class", f"{element.attrib['class']} short")
            for table in element.iter(XHTML + "table"):
                _share(table, WIDE if "wide" in articles.classes(element) else ROOM)
        elif "ed-table" in articles.classes(element) and "style" not in element.attrib:  # in no exhibit
            _share(element, ROOM)
        elif element.tag == SVG + "svg":
            # The description in words: a tagged PDF takes it from the drawing's own title.
            title = Element(SVG + "title")
            title.text = element.attrib.pop("aria-label")
            element.insert(0, title)
            width, height = float(element.attrib["width"]), float(element.attrib["height"])
            letters = [float(word.attrib["font-size"].removesuffix("px")) for word in element.iter(SVG + "text")]
            scale = max(CHART_SCALE, SMALLEST / min(letters, default=13))
            scale = min(scale, CHART_PLACE[0] / width, CHART_PLACE[1] / height)
            element.set("style", f"width: {width * scale:.1f}mm; height: {height * scale:.1f}mm")


def _spell_once(root: Element) -> None:
    """Mark the links of notes whose address an earlier note of the chapter has spelled out."""
    spelled: set[str] = set()
    for note in [element for element in root.iter() if "ed-note" in articles.classes(element)]:
        for link in [link for link in note.iter(XHTML + "a") if "external" in articles.classes(link)]:
            if link.attrib["href"] in spelled:
                link.set("class", f"{link.attrib['class']} spelled")
            spelled.add(link.attrib["href"])


def _share(table: Element, room: int) -> None:
    """Give the columns of ``table`` their widths."""
    found = columns.widths([_cells(line) for line in table.iter(XHTML + "tr")], room)
    group = Element(XHTML + "colgroup")
    for width in found:
        SubElement(group, XHTML + "col", {"style": f"width: {width}mm"})
    table.insert(0, group)
    table.set("style", f"width: {sum(found)}mm; table-layout: fixed")


def _cells(line: Element) -> list[columns.Cell]:
    return [(articles.text(cell), cell.get("scope") == "col") for cell in line]


def _inner(root: Element) -> str:
    """Return what stands in ``root`` as HTML."""
    articles.plain(root)
    return "".join(tostring(child, encoding="unicode", method="html") for child in root)
