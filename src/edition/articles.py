"""The articles of the built site as trees of elements, without what only a screen can use.

The PDF and the EPUB are made from these: what they print is what the pages print.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

import tinyhtml5  # type: ignore[import-untyped]
import yaml

XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"

# What a page has for the screen alone: controls, the box that copies citations, folded code, the copy for Lab, cards
# that open at a pointer (a book has the note and the glossary), and the figures behind a chart, which are files of the
# data package.
_CONTROLS = frozenset(XHTML + name for name in ("script", "button", "form", "dialog", "template", "nav", "noscript"))
_SCREEN = frozenset(
    (
        *("headerlink", "d-print-none", "ed-cite", "ed-lab-caption", "ed-chart-controls"),
        *("ed-chart-table", "ed-card"),
    )
)
# The description of a link is its card.
_ATTRIBUTES = ("tabindex", "title", "download", "hidden", "style", "aria-describedby")
# Pages of buttons and files, which lead nowhere on paper.
_FOR_SCREEN = ("cite",)


class ArticleError(Exception):
    """The site does not hold what a book is made of; the message names the page."""


@dataclass(frozen=True)
class Article:
    """One page of the book: its name without ``book/`` and suffix, the part it stands in, its title and its tree."""

    name: str
    part: str
    title: str
    root: Element


def read(clone: Path, site: Path) -> list[Article]:
    """Return the pages that ``_toc.yml`` lists, in its order, from the pages of ``site``.

    The front page, which is a door and no text, the page of citations, and pages in further folders (registers of
    hundreds of pages) are left to the site. Raises ``ArticleError`` for a page that is not there or has no article.
    """
    listed = [(name, part) for name, part in _listed(clone) if name not in _FOR_SCREEN]
    return [_article(site, name, part) for name, part in listed if name.split("/")[0] in (name, "apparatus")]


def _listed(clone: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the part of each page of the table of contents but the first."""
    contents = yaml.safe_load((clone / "_toc.yml").read_text(encoding="utf-8"))
    for part in contents["parts"]:
        for page in _pages(part.get("chapters", [])):
            yield page.removeprefix("book/"), part["caption"]


def _pages(entries: list[dict[str, object]]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry.get("file"), str):
            yield str(entry["file"])
        sections = entry.get("sections", [])
        yield from _pages(sections) if isinstance(sections, list) else ()


def _article(site: Path, name: str, part: str) -> Article:
    page = site / "book" / f"{name}.html"
    if not page.is_file():
        raise ArticleError(f"The site has no page book/{name}.html, which _toc.yml lists.")
    # The parser is slow: it is given the article alone, without the data of charts.
    html = re.search(r'<article class="bd-article".*</article>', page.read_text(encoding="utf-8"), re.DOTALL)
    tree = tinyhtml5.parse(re.sub(r"<script\b.*?</script>", "", html[0], flags=re.DOTALL)) if html else None
    found = None if tree is None else next(tree.iter(XHTML + "article"))
    heading = None if found is None else next(found.iter(XHTML + "h1"), None)
    if found is None or heading is None:
        raise ArticleError(f"book/{name}.html has no article with a heading.")
    prune(found, _is_for_screen)
    prune(found, _is_empty_cell)
    _tidy(found)
    return Article(name, part, text(heading), found)


def classes(element: Element) -> list[str]:
    """Return the classes of ``element``."""
    return element.get("class", "").split()


def text(element: Element) -> str:
    """Return the words of ``element``, with single spaces."""
    return " ".join("".join(element.itertext()).split())


def prune(root: Element, unwanted: Callable[[Element], bool]) -> None:
    """Take every ``unwanted`` element out of ``root``; the words behind it stay."""
    for parent in list(root.iter()):
        for child in list(parent):
            if unwanted(child):
                replace(parent, child, [])


def replace(parent: Element, child: Element, others: list[Element]) -> None:
    """Put ``others`` in the place of ``child``; the words behind it stay behind the last."""
    place = list(parent).index(child)
    parent.remove(child)
    for number, other in enumerate(others):
        parent.insert(place + number, other)
    if not child.tail:
        return
    if others:
        others[-1].tail = (others[-1].tail or "") + child.tail
    elif place:
        parent[place - 1].tail = (parent[place - 1].tail or "") + child.tail
    else:
        parent.text = (parent.text or "") + child.tail


def unwrap(element: Element, kept: str = "span") -> None:
    """Turn ``element`` into a plain ``kept`` without attributes but its class: a link into its words."""
    element.tag = XHTML + kept
    for name in set(element.attrib) - {"class"}:
        del element.attrib[name]


def resolve(page: str, address: str) -> tuple[str, str] | None:
    """Return the page and the anchor to which a link on ``page`` leads; None for one that leads out of the site."""
    if re.match(r"[a-z]+:", address):
        return None
    path, _, anchor = address.partition("#")
    place = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    return place.removesuffix(".html"), anchor


def sections(page: Article) -> Iterator[tuple[str, str]]:
    """Yield anchor and title of each section of ``page``."""
    for section in page.root.iter(XHTML + "section"):
        heading = section.find(XHTML + "h2")
        if heading is not None and section.get("id"):
            yield section.attrib["id"], text(heading)


def plain(root: Element) -> None:
    """Take the namespaces off the names of ``root`` and what stands in it: a drawing keeps its own as an attribute."""
    for element in root.iter():
        if element.tag == SVG + "svg":
            element.set("xmlns", SVG[1:-1])
        element.tag = element.tag.rpartition("}")[2]
        for name in [name for name in element.attrib if name.startswith("{")]:
            element.set(f"xlink:{name.rpartition('}')[2]}", element.attrib.pop(name))


def is_narrow(element: Element) -> bool:
    """Return whether ``element`` is the second drawing of a chart, for telephones."""
    return "ed-narrow" in classes(element)


def _is_for_screen(element: Element) -> bool:
    if not isinstance(element.tag, str):  # a comment
        return True
    names = classes(element)
    is_code = element.tag == XHTML + "details" and "hide" in names
    is_rest = element.tag == XHTML + "tbody" and "hidden" in element.attrib
    return element.tag in _CONTROLS or is_code or is_rest or not _SCREEN.isdisjoint(names)


def _is_empty_cell(element: Element) -> bool:
    return "cell" in classes(element) and not text(element)


def _tidy(root: Element) -> None:
    """Take off what a screen asks for, and what stands under an exhibit but its sources and tables."""
    for element in root.iter():
        if element.tag.startswith(SVG):
            continue
        if element.text and "std-numref" in classes(element):  # "Figure 3" stays on one line
            element.text = element.text.replace(" ", "\N{NO-BREAK SPACE}")
        if "ed-exhibit-foot" in classes(element):
            for link in [child for child in element if child.tag == XHTML + "a"]:
                replace(element, link, [])
        for link in [child for child in element if "download" in child.attrib]:
            unwrap(link)
        if element.tag == XHTML + "details":  # what a screen folds is open in a book
            unwrap(element)
        elif element.tag == XHTML + "summary":
            unwrap(element)
            element.text = f"{text(element)}: "
        for name in _ATTRIBUTES:
            element.attrib.pop(name, None)
        if element.get("role") == "region":
            del element.attrib["role"], element.attrib["aria-label"]
