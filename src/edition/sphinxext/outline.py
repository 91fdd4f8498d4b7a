"""The outline claim by claim: ``{outline-claims}`` prints every claim of ``data/claims.csv`` under its paragraph.

It is read as text, not as a table: a claim, its verdict, the reading proposed, why, the document and the chapter that
treats it. Each claim and each paragraph of the outline has an address; ``static/facets.js`` adds the filter.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from ..data import rows
from ..text import place
from . import facets
from .sources import REGISTER_PAGE, register_of

Row = dict[str, str]

TABLES = ("claims", "outline_paragraphs")
UNNUMBERED = "MBC"
# What a value beside the claim is: another reading, or else what the record has.
READINGS = dict.fromkeys(("partly", "corrected", "internal_inconsistency"), "Reading proposed")


class outline_claims(nodes.General, nodes.Element):
    """Where the claims of one section are printed: ``section`` is its numeral, ``uses`` are their sources."""


class OutlineClaims(SphinxDirective):
    """One section for each section of the outline that has paragraphs, in their order."""

    def run(self) -> list[nodes.Node]:
        for name in TABLES:
            self.env.note_dependency(f"data/{name}.csv")
        bar = nodes.raw("", facets.bar(".ed-claims > li", "verdict", "kind", "section"), format="html", shipped=True)
        return [bar, *(self._section(numeral, title) for numeral, title in sections(Path(self.env.srcdir)))]

    def _section(self, numeral: str, title: str) -> nodes.section:
        name = f"outline-{numeral.lower()}"
        section = nodes.section(ids=[name], names=[name])
        section += nodes.title(text=heading(numeral, title))
        section += outline_claims(section=numeral, uses=list(uses(Path(self.env.srcdir), numeral)))
        self.state.document.note_explicit_target(section)
        return section


def paragraphs(clone: Path) -> list[Row]:
    """Return the rows of ``outline_paragraphs`` in the order of the outline."""
    return sorted(rows("outline_paragraphs", clone / "data"), key=lambda row: int(row["paragraph"]))


def claims(clone: Path, paragraph: str) -> list[Row]:
    """Return the claims of one paragraph, what the editors added last."""
    found = [row for row in rows("claims", clone / "data") if row["paragraph"] == paragraph]
    return sorted(found, key=lambda row: (row["kind"] == "omission", row["claim_id"]))


def sections(clone: Path) -> list[tuple[str, str]]:
    """Return numeral and title of each section of the outline that has paragraphs."""
    pairs = ((row["section"], row["section_title"]) for row in paragraphs(clone))
    return list(dict.fromkeys(pairs))


def heading(numeral: str, title: str) -> str:
    """Return the heading of a section; that on the concept carries no number in the outline."""
    return title if numeral == UNNUMBERED else f"{numeral}. {title}"


def anchor(claim: Row) -> str:
    """Return the address of a claim on its page: ``claim-h-p01a``."""
    return f"claim-{claim['claim_id'].lower()}"


def uses(clone: Path, numeral: str) -> Iterator[tuple[str, str, str]]:
    """Yield source, address and name of each claim of a section, for the back-links of the register."""
    for paragraph in paragraphs(clone):
        if paragraph["section"] == numeral:
            for claim in claims(clone, paragraph["paragraph"]):
                yield claim["source_id"], anchor(claim), f"claim {claim['claim_id']}"


def print_claims(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Replace each mark by the paragraphs of its section with their claims."""
    clone = Path(app.srcdir)
    for mark in list(document.findall(outline_claims)):
        own = [row for row in paragraphs(clone) if row["section"] == mark["section"]]
        html = "".join(_paragraph(app, docname, row, claims(clone, row["paragraph"])) for row in own)
        mark.replace_self(nodes.raw("", html, format="html", shipped=True))


def _paragraph(app: Sphinx, docname: str, paragraph: Row, own: list[Row]) -> str:
    number = paragraph["paragraph"]
    pages = dict.fromkeys(row["treated_in"] for row in [paragraph, *own])
    links = ", ".join(_chapter(app, docname, page) for page in pages)
    section = heading(paragraph["section"], paragraph["section_title"])
    items = "".join(_claim(app, docname, row, section) for row in own)
    return (
        f'<section class="ed-outline-para" id="outline-{number}"><h4>Paragraph {number}'
        f' <a class="headerlink" href="#outline-{number}" aria-label="Address of paragraph {number}">#</a></h4>'
        f'<p>{escape(paragraph["subject"])} <span class="ed-claim-foot">Treated in {links}.</span></p>'
        f'<ul class="ed-claims">{items}</ul></section>'
    )


def _chapter(app: Sphinx, docname: str, page: str) -> str:
    target = f"book/{page}"
    address = relative_uri(app.builder.get_target_uri(docname), app.builder.get_target_uri(target))
    title = app.env.titles[target].astext()
    return f'<a href="{address}">{escape(title)}</a>'


def _claim(app: Sphinx, docname: str, claim: Row, section: str) -> str:
    verdict, kind = (claim[name].replace("_", " ") for name in ("verdict", "kind"))
    facet = facets.attributes(verdict=verdict, kind=kind, section=section)
    given = READINGS.get(claim["verdict"], "In the record")
    reading = f'<p class="ed-reading"><span>{given}:</span> {escape(claim["correct_value"])}</p>'
    marks = "" if kind == verdict else f" <span>{escape(kind)}</span>"
    told = " ".join(_sentence(claim[name]) for name in ("explanation", "note") if claim[name])
    return (
        f'<li id="{anchor(claim)}"{facet}><p class="ed-verdict"><strong>{escape(verdict)}</strong>{marks}</p>'
        f'<p class="ed-claim">{escape(claim["claim"])}</p>{reading if claim["correct_value"] else ""}'
        f'{f"<p>{escape(told)}</p>" if told else ""}<p class="ed-claim-foot">{_foot(app, docname, claim)}</p></li>'
    )


def _foot(app: Sphinx, docname: str, claim: Row) -> str:
    """Return document, place and confidence, and the claim's own address."""
    here = app.builder.get_target_uri(docname)
    page = relative_uri(here, app.builder.get_target_uri(REGISTER_PAGE))
    source = register_of(app)[claim["source_id"]]
    where = f", {escape(place(claim['locator']))}" if claim["locator"] else ""
    link = f'<a href="{page}#{source.source_id}">{escape(source.label)}</a>{where}'
    return f'{link} ({escape(claim["confidence"])}). <a href="#{anchor(claim)}">{escape(claim["claim_id"])}</a>'


def _sentence(words: str) -> str:
    return words if words.endswith((".", "?", "!")) else f"{words}."


def setup(app: Sphinx) -> None:
    app.add_node(outline_claims)
    app.add_directive("outline-claims", OutlineClaims)
    app.connect("doctree-resolved", print_claims)
