"""``{src}`a-hrc-res-37-23, para. 5` ``: a note that stands beside its sentence and leads to the document.

Several documents are parted by semicolons. On wide screens the note stands in the right margin; on narrow ones it opens
in place when its number is followed (``:target``), so it needs no script and works on paper.
"""

from __future__ import annotations

from html import escape

from docutils import nodes
from docutils.nodes import Node, system_message
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole
from sphinx.writers.html5 import HTML5Translator

from .sources import Source, register_of


class source_note(nodes.Inline, nodes.Element):
    """A numbered note: ``number`` on its page, ``html`` of its text."""


class SourceRole(SphinxRole):
    """Read ``id, locator; id, locator`` and leave a note; an unknown id is an error that names the line."""

    def run(self) -> tuple[list[Node], list[system_message]]:
        register = register_of(self.env.app)
        self.env.note_dependency("data/sources.csv")
        cited = [_split(part) for part in self.text.split(";")]
        unknown = [source_id for source_id, _ in cited if source_id not in register]
        if unknown:
            text = f"no source {', '.join(unknown)} in data/sources.csv: register it there, or correct the id"
            return [], [self.inliner.reporter.error(text, line=self.lineno)]
        seen: set[str] = self.env.temp_data.setdefault("edition_cited", set())
        parts = [_print(register[source_id], locator, first=source_id not in seen) for source_id, locator in cited]
        seen.update(source_id for source_id, _ in cited)
        note = source_note(number=self.env.new_serialno("edition-source") + 1, html="; ".join(parts) + ".")
        note["sources"] = [source_id for source_id, _ in cited]
        return [note], []


def _split(part: str) -> tuple[str, str]:
    source_id, _, locator = part.strip().partition(",")
    return source_id.strip(), locator.strip()


def _print(source: Source, locator: str, first: bool) -> str:
    """Return label and locator; at its first mention on a page a document is also named in full."""
    place = f", {escape(locator)}" if locator else ""
    if not first:
        return f"{source.link()}{place}"
    kind = f' <span class="ed-note-kind">({escape(source.kind)})</span>'
    if not source.symbol:
        return f"{source.link(source.title)}{place}{kind}"
    return f"{source.link()}{place} <cite>{escape(source.title)}</cite>{kind}"


def visit_html(self: HTML5Translator, node: source_note) -> None:
    number = node["number"]
    self.body.append(
        f'<sup class="ed-ref"><a id="ref-{number}" href="#note-{number}" role="doc-noteref"'
        f' aria-label="Source {number}">{number}</a></sup>'
        f'<span class="ed-note" id="note-{number}" role="note">'
        f'<a class="ed-note-back" href="#ref-{number}" aria-label="Source {number}, back to the text">{number}</a> '
        f"{node['html']}</span>"
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_role("src", SourceRole())
    app.add_node(source_note, html=(visit_html, None))
