"""Figures and tables of notebooks as numbered, referable exhibits of the page.

``edition.figure`` and ``edition.table`` leave HTML with metadata (id, title, caption, sources, tables). Here they
become nodes that Sphinx numbers and that ``{numref}`` finds; the page adds number, caption and foot.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri
from sphinx.writers.html5 import HTML5Translator

from .. import figures
from ..data import SCHEMA, covers_until, resources
from ..text import date
from .sources import REGISTER_PAGE, register_of


class exhibit_figure(nodes.General, nodes.Element):
    """A chart of a notebook."""


class exhibit_table(nodes.General, nodes.Element):
    """A table of a notebook."""


FOLDER = "_exhibits"
FOLD_FROM = 7
"""Sources from which on the foot folds them: a list of dozens would stand between the reader and the text."""

_NODES: dict[str, type[nodes.Element]] = {"figure": exhibit_figure, "table": exhibit_table}


class OutputRenderer:
    """myst-nb's plugin: HTML outputs that carry the edition's metadata become exhibits, all others are left alone."""

    mime_priority_overrides = (("html", "text/html", 0),)

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        about = data.output_metadata.get("edition") if data.mime_type == "text/html" and not inline else None
        if not about or about.get("kind") not in _NODES:
            return None
        node = _NODES[about["kind"]]("", html=figures.drawn(data.string), about=dict(about))
        node["ids"], node["names"] = [about["id"]], [about["id"]]
        document = renderer.renderer.document
        document.note_explicit_target(node)
        return [node]


def _title(node: Any) -> str:
    """What ``{numref}`` prints for a name: the title of a figure, the caption of a table."""
    return node["about"].get("title") or node["about"]["caption"]


def visit_html(self: HTML5Translator, node: nodes.Element) -> None:
    about = node["about"]
    self.body.append(f'<figure class="ed-exhibit ed-exhibit-{about["kind"]}" id="{escape(about["id"])}">\n<figcaption>')
    self.add_fignumber(node)
    title = about.get("title")
    self.body.append(f'<span class="ed-exhibit-title">{escape(title or about["caption"])}</span>')
    if title:
        self.body.append(f'<span class="ed-exhibit-caption">{escape(about["caption"])}</span>')
    html = node["html"]
    if about["kind"] == "figure":
        html = figures.on_page(html, _uri(self, f"{FOLDER}/{about['id']}.json"))
    self.body.append(f"</figcaption>\n{html}\n{_foot(self, node)}</figure>\n")
    raise nodes.SkipNode


def depart_html(_self: HTML5Translator, _node: nodes.Element) -> None:
    """Nothing to close: the visit writes the whole exhibit."""


def _foot(self: HTML5Translator, node: Any) -> str:
    """Return what stands beneath an exhibit: documents, tables of the data package, files, code, address."""
    about = node["about"]
    tables = [_download(self, f"data/{name}.csv", name) + _reach(self, name) for name in about["tables"]]
    files = {"csv": "Data (CSV)"} | ({"svg": "SVG"} if about["kind"] == "figure" else {})
    parts = [
        _sources(self, about["sources"]),
        f"<span>{'Tables' if len(tables) > 1 else 'Table'}: {', '.join(tables)}</span>" if tables else "",
        *(_download(self, f"{FOLDER}/{about['id']}.{kind}", label) for kind, label in files.items()),
        f'<a href="#{escape(_code_id(about))}">Code</a>' if node.get("code") else "",
        f'<a href="#{escape(about["id"])}">Address</a>',
        f'<a href="{_uri(self, "book/cite.html")}#cite-{escape(about["id"])}" data-ed-cite>Cite</a>',
    ]
    return '<div class="ed-exhibit-foot">' + " ".join(part for part in parts if part) + "</div>\n"


def _reach(self: HTML5Translator, name: str) -> str:
    """Return how far the rows of a table reach, so that no reader takes the last row for the last event."""
    until = covers_until(resources(Path(self.builder.srcdir) / "data").get(name, {}))
    return f" (to {escape(date(until))})" if until else ""


def _download(self: HTML5Translator, path: str, label: str) -> str:
    return f'<a href="{_uri(self, path)}" download>{escape(label)}</a>'


def _sources(self: HTML5Translator, ids: list[str]) -> str:
    register = register_of(self.builder.app)
    page = self.builder.get_relative_uri(self.builder.current_docname, REGISTER_PAGE)
    links = [f'<a href="{page}#{source_id}">{escape(register[source_id].label)}</a>' for source_id in ids]
    if len(links) < FOLD_FROM:
        return f"<span>{'Sources' if len(links) > 1 else 'Source'}: {'; '.join(links)}</span>"
    told = f"Sources: {len(links)} documents"
    return f'<details class="ed-exhibit-sources"><summary>{told}</summary>{"; ".join(links)}</details>'


def _code_id(about: dict[str, Any]) -> str:
    return f"{about['id']}-code"


def link_code(_app: Sphinx, document: nodes.document) -> None:
    """Give the code that made an exhibit an address: following it opens the folded cell, also without a script."""
    for kind in _NODES.values():
        for node in document.findall(kind):
            code = next((found for found in map(_code_of, _ancestors(node)) if found is not None), None)
            if code is not None:
                code["ids"].append(_code_id(node["about"]))
                node["code"] = True


def _ancestors(node: nodes.Node) -> Iterator[nodes.Node]:
    while node.parent is not None:
        node = node.parent
        yield node


def _code_of(node: nodes.Node) -> nodes.Element | None:
    """Return the code of a notebook's cell, nothing when the node is no cell or shows no code."""
    if not isinstance(node, nodes.container) or node.get("nb_element") != "cell_code":
        return None
    parts = [part for part in node.children if isinstance(part, nodes.Element)]
    return next((part for part in parts if part.get("nb_element") == "cell_code_source"), None)


def _uri(self: HTML5Translator, path: str) -> str:
    return relative_uri(self.builder.get_target_uri(self.builder.current_docname), path)


def exhibits(document: nodes.document, kind: str = "") -> list[dict[str, Any]]:
    """Return what is known of the exhibits of a page (of one kind, or of all), its HTML included."""
    wanted = [node for name, node in _NODES.items() if kind in ("", name)]
    found = [node for one in wanted for node in document.findall(one) if isinstance(node, nodes.Element)]
    return [{**node["about"], "html": node["html"]} for node in found]


def refuse_unknown_sources(app: Sphinx, document: nodes.document) -> None:
    """Name every exhibit whose source or table is not registered, where it stands."""
    from sphinx.util.logging import getLogger

    register = register_of(app)
    if any(True for kind in _NODES.values() for _ in document.findall(kind)):
        app.env.note_dependency(f"data/{SCHEMA}")  # the foot says how far a table reaches
    for about in exhibits(document):
        unknown = [source_id for source_id in about["sources"] if source_id not in register]
        if unknown:
            message = f"{about['id']}: no source {', '.join(unknown)} in data/sources.csv"
            getLogger(__name__).warning(message, location=app.env.docname)


def setup(app: Sphinx) -> None:
    for kind, node in _NODES.items():
        app.add_enumerable_node(node, kind, _title, html=(visit_html, depart_html))
    app.connect("doctree-read", refuse_unknown_sources)
    app.connect("doctree-read", link_code)
