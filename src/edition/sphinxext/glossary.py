"""The glossary: a page made from ``data/glossary.csv``, and links to it from the first use of a term in each chapter.

``{glossary-terms}`` and ``{glossary-abbreviations}`` print the page. In chapters nothing is marked by hand: the first
place where a wording of a term stands becomes a link, with a card that shows the definition to whom points at it,
focuses it or touches it (``cards.css``). Headings, links, quoted code and tables are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from ..data import rows
from ..tables import scrolling
from ..text import place
from .paragraphs import is_chapter
from .sources import CONFIDENCE, DOUBTFUL, REGISTER_PAGE, register_of

GLOSSARY_PAGE = "book/glossary"
LEFT_ALONE = (nodes.reference, nodes.title, nodes.literal, nodes.raw, nodes.table, nodes.target)


@dataclass(frozen=True)
class Term:
    """One row of the glossary; every field is text, and may be empty but the key, the term and the definition."""

    term_id: str
    term: str
    abbreviation: str
    wordings: str
    definition: str
    source_id: str
    locator: str
    confidence: str
    note: str

    @property
    def head(self) -> str:
        """The term with its abbreviation: ``World Health Organization (WHO)``."""
        return f"{self.term} ({self.abbreviation})" if self.abbreviation else self.term


class term_link(nodes.Inline, nodes.TextElement):
    """The first use of a term on a page: ``term`` (a `Term`) and ``address`` of its entry."""


@cache
def read(path: Path) -> tuple[Term, ...]:
    """Return the glossary of ``path`` (``data/glossary.csv``), by the alphabet of the terms."""
    terms = [Term(**row) for row in rows(path.stem, path.parent)]
    return tuple(sorted(terms, key=lambda term: term.term.casefold()))


def glossary_of(app: Sphinx) -> tuple[Term, ...]:
    """Return the glossary of the book that ``app`` builds."""
    return read(Path(app.srcdir) / "data" / "glossary.csv")


def wordings(terms: tuple[Term, ...]) -> tuple[re.Pattern[str], dict[str, Term]]:
    """Return the pattern that finds any wording, longest first, and the term of each wording.

    A wording that begins with a small letter is found at the beginning of a sentence as well.
    """
    known = {wording: term for term in terms for wording in term.wordings.split(";")}
    known |= {wording[0].upper() + wording[1:]: term for wording, term in list(known.items())}
    longest = sorted(known, key=lambda wording: (-len(wording), wording))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])"), known


class GlossaryTerms(SphinxDirective):
    """Every term with its definition and source, under the anchor ``term-`` and its key."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency("data/glossary.csv")
        listed = nodes.definition_list(classes=["ed-glossary"])
        for term in glossary_of(self.env.app):
            head = nodes.term("", term.head, ids=[f"term-{term.term_id}"])
            meaning = nodes.paragraph("", "", nodes.Text(term.definition), *self._source(term))
            listed += nodes.definition_list_item("", head, nodes.definition("", meaning))
        return [listed]

    def _source(self, term: Term) -> Iterator[nodes.Node]:
        """Yield the line that says on what a definition rests."""
        line = nodes.inline(classes=["ed-glossary-source"])
        if term.source_id:
            source = register_of(self.env.app)[term.source_id]
            page = self.env.app.builder.get_relative_uri(self.env.docname, REGISTER_PAGE)
            link = nodes.reference("", source.label, refuri=f"{page}#{source.source_id}", internal=True)
            line += [nodes.Text("Source: "), link, nodes.Text(f", {place(term.locator)}." if term.locator else ".")]
        told = [term.note, f"Marked {term.confidence}: {CONFIDENCE[term.confidence]}."]
        line += nodes.Text(" " + " ".join(filter(None, told if term.confidence in DOUBTFUL else told[:1])))
        yield line


class GlossaryAbbreviations(SphinxDirective):
    """The abbreviations in alphabetical order, each leading to its term."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency("data/glossary.csv")
        named = sorted((term.abbreviation, term) for term in glossary_of(self.env.app) if term.abbreviation)
        rows = "".join(
            f'<tr><th scope="row"><a href="#term-{term.term_id}">{escape(abbreviation)}</a></th>'
            f"<td>{escape(term.term)}</td></tr>"
            for abbreviation, term in named
        )
        table = (
            '<table class="ed-table"><thead><tr><th scope="col">Abbreviation</th><th scope="col">Stands for</th></tr>'
            f"</thead><tbody>{rows}</tbody></table>"
        )
        return [nodes.raw("", scrolling(table, label="Abbreviations"), format="html", shipped=True)]


def link_first_uses(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Turn the first use of every term in a chapter into a link to its entry."""
    if app.builder.format != "html" or not is_chapter(app.env, docname):
        return
    page = app.builder.get_relative_uri(docname, GLOSSARY_PAGE)
    pattern, known = wordings(glossary_of(app))
    seen: set[Term] = set()
    for text in list(_prose(document)):
        text.parent.replace(text, list(_linked(text.astext(), pattern, known, seen, page)))


def _prose(document: nodes.document) -> Iterator[nodes.Text]:
    """Yield the texts of paragraphs in which a term may become a link, in the order of the page."""
    for paragraph in document.findall(nodes.paragraph):
        for text in paragraph.findall(nodes.Text):
            if not any(isinstance(above, LEFT_ALONE) for above in _above(text)):
                yield text


def _above(node: nodes.Node) -> Iterator[nodes.Node]:
    while (node := node.parent) is not None:
        yield node


def _linked(
    text: str, pattern: re.Pattern[str], known: dict[str, Term], seen: set[Term], page: str
) -> Iterator[nodes.Node]:
    """Yield ``text`` in parts, with a link for every term that is not yet ``seen``, and add it there."""
    at = 0
    for found in pattern.finditer(text):
        term = known[found[0]]
        if term in seen:
            continue
        seen.add(term)
        if found.start() > at:
            yield nodes.Text(text[at : found.start()])
        yield term_link("", found[0], term=term, address=f"{page}#term-{term.term_id}")
        at = found.end()
    if at < len(text):
        yield nodes.Text(text[at:])


def visit_html(self: HTML5Translator, node: term_link) -> None:
    term, card = node["term"], f"card-{node['term'].term_id}"
    self.body.append(
        f'<span class="ed-carded"><a class="ed-term" href="{escape(node["address"])}" aria-describedby="{card}">'
        f'{escape(node.astext())}</a><span class="ed-card" id="{card}"><b>{escape(term.head)}</b>'
        f"<br>{escape(term.definition)}</span></span>"
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_node(term_link, html=(visit_html, None))
    app.add_directive("glossary-terms", GlossaryTerms)
    app.add_directive("glossary-abbreviations", GlossaryAbbreviations)
    app.connect("doctree-resolved", link_first_uses)
