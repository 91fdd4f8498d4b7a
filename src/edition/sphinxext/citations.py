"""``{src}`a-hrc-res-37-23, para. 5` ``: a note that stands beside its sentence and leads to the document.

Several documents are parted by semicolons. On wide screens the note stands in the right margin; on narrow ones it opens
in place when its number is followed (``:target``), so it needs no script and works on paper. Pointed at or focused, the
number also shows the source card: every particular of each document, at every mention.

A claim that rests on what is not confirmed, or on sources that differ, is marked in the text. The mark is computed:
it stands where all rows that the data take from that place are so graded; ``{src}`id, place; background` `` sets it by
hand where a sentence goes beyond the rows. See ``data/README.md`` for the grades.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.nodes import Node, system_message
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole
from sphinx.writers.html5 import HTML5Translator

from ..text import place
from .sources import CONFIDENCE, Source, doubt, graded, parse, register_of


class source_note(nodes.Inline, nodes.Element):
    """A numbered note: ``number`` on its page, ``html`` of its text, ``card`` of its particulars, ``doubt`` or none."""


class SourceRole(SphinxRole):
    """Read ``id, locator; id, locator`` and leave a note; an unknown id is an error that names the line."""

    def run(self) -> tuple[list[Node], list[system_message]]:
        register = register_of(self.env.app)
        self.env.note_dependency("data/sources.csv")
        cited = parse(self.text)
        unknown = [citation.source_id for citation in cited if citation.source_id not in register]
        if unknown:
            text = f"no source {', '.join(unknown)} in data/sources.csv: register it there, or correct the id"
            return [], [self.inliner.reporter.error(text, line=self.lineno)]
        seen: set[str] = self.env.temp_data.setdefault("edition_cited", set())
        data = Path(self.env.srcdir) / "data"
        parts = [_print(register[c.source_id], c.locator, first=c.source_id not in seen) for c in cited]
        seen.update(citation.source_id for citation in cited)
        note = source_note(number=self.env.new_serialno("edition-source") + 1, html="; ".join(parts) + ".")
        note["card"] = "".join(_card(register[c.source_id], c.locator, graded(data, c.source_id)) for c in cited)
        note["doubt"] = next(filter(None, (c.doubt or doubt(data, c.source_id, c.locator) for c in cited)), "")
        note["sources"] = [citation.source_id for citation in cited]
        return [note], []


def _print(source: Source, locator: str, first: bool) -> str:
    """Return label and locator; at its first mention on a page a document is also named in full."""
    where = f", {escape(place(locator))}" if locator else ""
    if not first:
        return f"{source.link()}{where}"
    kind = f' <span class="ed-note-kind">({escape(source.kind)})</span>'
    if not source.symbol:
        return f"{source.link(source.title)}{where}{kind}"
    return f"{source.link()}{where} <cite>{escape(source.title)}</cite>{kind}"


def _card(source: Source, locator: str, confidence: str) -> str:
    """Return a document in full: symbol or title as a link, title, kind and date, place, confidence."""
    name = source.link() if source.symbol else source.link(source.title)
    title = f"<cite>{escape(source.title)}</cite>" if source.symbol else ""
    where = f"Place: {escape(place(locator))}" if locator else ""
    rows = f"Confidence of the rows that rest on it: {confidence}" if confidence else "No row of a table rests on it"
    lines = (f"<b>{name}</b>", title, escape(source.kind), where, rows)
    return f'<span class="ed-card-source">{"<br>".join(line for line in lines if line)}</span>'


def _mark(word: str) -> str:
    """Return the visible mark of a claim that is not confirmed."""
    return f' <span class="ed-doubt">[{CONFIDENCE[word]}]</span>' if word else ""


def visit_html(self: HTML5Translator, node: source_note) -> None:
    number, mark = node["number"], _mark(node["doubt"])
    self.body.append(
        f'<span class="ed-carded"><sup class="ed-ref"><a id="ref-{number}" href="#note-{number}" role="doc-noteref"'
        f' aria-label="Source {number}">{number}</a></sup>'
        f'<span class="ed-card" role="note" aria-label="Source {number} in full">{node["card"]}</span></span>{mark}'
        f'<span class="ed-note" id="note-{number}" role="note">'
        f'<a class="ed-note-back" href="#ref-{number}" aria-label="Source {number}, back to the text">{number}</a> '
        f"{node['html']}</span>"
    )
    raise nodes.SkipNode


def add_script(app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doc: object) -> None:
    """Give the pages that have cards, and no others, the script for them."""
    if 'class="ed-carded"' in context.get("body", ""):
        app.add_js_file("cards.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.add_role("src", SourceRole())
    app.add_node(source_note, html=(visit_html, None))
    app.add_css_file("cards.css")
    app.connect("html-page-context", add_script)
