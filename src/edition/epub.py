"""The book as EPUB 3, from the articles of the site: one file a page, drawings inline, notes at each chapter's end."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from copy import deepcopy
from html import escape
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from . import archives, articles, fonts, imprint
from .articles import SVG, XHTML, Article
from .citing import Edition

STYLE = Path(__file__).with_name("print") / "epub.css"
_PAGE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><meta charset="utf-8"/><title>{title}</title><link rel="stylesheet" href="{root}style.css"/></head>
<body{kind}>{body}</body>
</html>
"""
_CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">{identifier}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:language>en</dc:language>
{creators}
<dc:date>{released}</dc:date>
<dc:description>{abstract}</dc:description>
{subjects}
<dc:rights>{rights}</dc:rights>
<meta property="dcterms:modified">{released}T00:00:00Z</meta>
<meta property="schema:version">{version}</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">readingOrder</meta>
<meta property="schema:accessibilityFeature">structuralNavigation</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityHazard">none</meta>
<meta property="schema:accessibilitySummary">Every chart has a description in words, computed from the same data.
Tables have heads of rows and columns. Paragraphs, figures and tables carry the numbers of the edition.</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="style" href="style.css" media-type="text/css"/>
<item id="regular" href="regular.ttf" media-type="font/ttf"/>
<item id="bold" href="bold.ttf" media-type="font/ttf"/>
<item id="cover" href="cover.xhtml" media-type="application/xhtml+xml"/>
{items}
</manifest>
<spine>
<itemref idref="cover"/><itemref idref="nav"/>
{spine}
</spine>
</package>
"""


def make(edition: Edition, pages: Sequence[Article], time: int) -> bytes:
    """Return the EPUB of ``pages``, its files dated ``time`` (seconds since 1970, UTC)."""
    pages = deepcopy(pages)  # the trees are changed
    files = {
        "nav.xhtml": _page("Contents", _nav(pages)),
        "cover.xhtml": _page(edition.title, _cover(edition), ' epub:type="titlepage"'),
        "package.opf": _package(edition, pages),
        "style.css": STYLE.read_text(encoding="utf-8"),
    }
    anchors = {(page.name, element.get("id", "")) for page in pages for element in page.root.iter()}
    for page in pages:
        _link(page, anchors)
        _gather_notes(page.root)
        articles.plain(page.root)
        body = "".join(tostring(child, encoding="unicode") for child in page.root)
        files[f"{page.name}.xhtml"] = _page(page.title, body, root="../" * page.name.count("/"))
    content = {f"EPUB/{name}": text.encode() for name, text in files.items()}
    # Drawings are measured in these: with other letters, labels would run out of them.
    letters = fonts.fonts()
    content |= {"EPUB/regular.ttf": letters["Regular"], "EPUB/bold.ttf": letters["Bold"]}
    content |= {"META-INF/container.xml": _CONTAINER.encode(), "mimetype": b"application/epub+zip"}
    return archives.zipped(content, time, first="mimetype")


def _page(title: str, body: str, kind: str = "", root: str = "") -> str:
    return _PAGE.format(title=escape(title), body=body, kind=kind, root=root)


def _package(edition: Edition, pages: Sequence[Article]) -> str:
    items = [
        f'<item id="{_id(page)}" href="{page.name}.xhtml" media-type="application/xhtml+xml"{_properties(page)}/>'
        for page in pages
    ]
    identifier = (
        f"https://doi.org/{edition.doi}" if edition.doi else uuid5(NAMESPACE_URL, imprint.reference(edition)).urn
    )
    return _PACKAGE.format(
        identifier=identifier,
        title=escape(edition.title),
        creators="\n".join(f"<dc:creator>{escape(author.natural)}</dc:creator>" for author in edition.authors),
        released=edition.released,
        rights=escape(imprint.LICENCES),
        version=escape(edition.named),
        abstract=escape(edition.abstract),
        subjects="\n".join(f"<dc:subject>{escape(word)}</dc:subject>" for word in edition.keywords),
        items="\n".join(items),
        spine="\n".join(f'<itemref idref="{_id(page)}"/>' for page in pages),
    )


def _id(page: Article) -> str:
    return f"page-{page.name.replace('/', '-')}"


def _properties(page: Article) -> str:
    return ' properties="svg"' if next(page.root.iter(SVG + "svg"), None) is not None else ""


def _cover(edition: Edition) -> str:
    return (
        f"<h1>{escape(edition.title)}</h1><p>{escape(edition.heading)}</p>"
        f'<p class="notice">{escape(imprint.NOTICE)}</p>'
        f"<p><strong>How to cite</strong><br/>{escape(imprint.how_to_cite(edition))}</p>"
        f"<p>{escape(imprint.LICENCES)}</p>"
    )


def _nav(pages: Sequence[Article]) -> str:
    """Return the table of contents as EPUB asks for it: parts, chapters, sections."""
    parts: dict[str, list[str]] = {}
    for page in pages:
        inner = "".join(
            f'<li><a href="{page.name}.xhtml#{escape(anchor)}">{escape(title)}</a></li>'
            for anchor, title in (() if page.name.startswith("apparatus/") else articles.sections(page))
        )
        sections = f"<ol>{inner}</ol>" if inner else ""
        chapter = f'<li><a href="{page.name}.xhtml">{escape(page.title)}</a>{sections}</li>'
        parts.setdefault(page.part, []).append(chapter)
    lines = [f"<li><span>{escape(part)}</span><ol>{''.join(chapters)}</ol></li>" for part, chapters in parts.items()]
    first = pages[0].name
    return (
        f'<nav epub:type="toc" id="toc" role="doc-toc"><h1>Contents</h1><ol>{"".join(lines)}</ol></nav>'
        '<nav epub:type="landmarks" hidden="hidden"><h2>Landmarks</h2><ol>'
        '<li><a epub:type="titlepage" href="cover.xhtml">Title page</a></li>'
        '<li><a epub:type="toc" href="#toc">Contents</a></li>'
        f'<li><a epub:type="bodymatter" href="{first}.xhtml">Beginning</a></li></ol></nav>'
    )


def _link(page: Article, anchors: set[tuple[str, str]]) -> None:
    """Lead the links between pages to the book's own files; one that leads nowhere is unmade."""
    pages = {name for name, _ in anchors}
    for element in page.root.iter(XHTML + "a"):
        place = articles.resolve(page.name, element.get("href", ""))
        if place is None:
            continue
        name, anchor = place
        if place in anchors or (name in pages and not anchor):
            file = posixpath.relpath(f"{name}.xhtml", posixpath.dirname(page.name) or ".")
            element.set("href", f"{'' if name == page.name else file}{f'#{anchor}' if anchor else ''}")
        else:
            articles.unwrap(element)


def _gather_notes(root: Element) -> None:
    """Move the notes of a chapter from beside their sentences to its end."""
    notes = []
    for parent, note in list(_notes(root)):
        articles.replace(parent, note, [])
        note.tag, note.tail = XHTML + "li", None
        note.attrib.pop("role", None)
        notes.append(note)
    if notes:
        section = SubElement(root, XHTML + "section", {"epub:type": "endnotes", "role": "doc-endnotes"})
        SubElement(section, XHTML + "h2").text = "Notes"
        SubElement(section, XHTML + "ol", {"class": "notes"}).extend(notes)
    for link in root.iter(XHTML + "a"):
        if link.get("role") == "doc-noteref":
            link.set("epub:type", "noteref")


def _notes(root: Element) -> Iterator[tuple[Element, Element]]:
    for parent in root.iter():
        for child in parent:
            if "ed-note" in articles.classes(child):
                yield parent, child
