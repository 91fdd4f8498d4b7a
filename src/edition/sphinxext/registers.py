"""Pages made from the data package itself: the register of sources with its back-links, and the data dictionary.

``{source-register}`` and ``{data-dictionary}`` stand in the pages of the apparatus; what they print is read from
``data/sources.csv`` and ``data/datapackage.json``, so the pages cannot fall behind the data.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from .citations import source_note
from .outputs import exhibits
from .sources import Source, register_of

Place = tuple[str, str]  # page and anchor


class source_register(nodes.General, nodes.Element):
    """Where the register of sources is printed."""


class SourceRegister(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        self.env.note_dependency("data/sources.csv")
        return [source_register()]


class DataDictionary(SphinxDirective):
    """One section a table: what it holds, its warnings, its columns, and the file."""

    def run(self) -> list[nodes.Node]:
        data = Path(self.env.srcdir) / "data"
        for file in sorted(data.glob("*.*")):  # the package says how many rows each table has
            self.env.note_dependency(f"data/{file.name}")
        package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
        return [_table_section(resource, data, self.state.document) for resource in package["resources"]]


def _table_section(resource: dict[str, Any], data: Path, document: nodes.document) -> nodes.section:
    name = resource["name"]
    section = nodes.section(ids=[f"table-{name}"], names=[f"table-{name}"])
    section += nodes.title(text=resource["title"])
    document.note_explicit_target(section)
    with open(data / resource["path"], encoding="utf-8", newline="") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    key = ", ".join(resource["schema"].get("primaryKey", []))
    warnings = ", ".join(word.replace("_", " ") for word in resource.get("edition:warnings", []))
    html = [
        f"<p>{escape(resource['description'])}</p>",
        f'<p class="ed-table-facts"><span>File: <a href="../../data/{escape(resource["path"])}" download>'
        f"{escape(resource['path'])}</a></span> <span>{rows:,} rows</span> <span>Key: {escape(key)}</span>",
        f" <span>Before you use it: {escape(warnings)}</span></p>" if warnings else "</p>",
        _fields(resource),
    ]
    section += nodes.raw("", "\n".join(html), format="html")
    return section


def _fields(resource: dict[str, Any]) -> str:
    references = {
        field: key["reference"]["resource"]
        for key in resource["schema"].get("foreignKeys", [])
        for field in key["fields"]
    }
    rows = "".join(_field_row(field, references.get(field["name"])) for field in resource["schema"]["fields"])
    label = f"Columns of {escape(resource['title'])}"
    return (
        f'<div class="ed-table-wrap" tabindex="0" role="region" aria-label="{label}"><table class="ed-table">'
        '<thead><tr><th scope="col">Column</th><th scope="col">Type</th><th scope="col">What it holds</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _field_row(field: dict[str, Any], reference: str | None) -> str:
    kind = field["type"] + (f", {field['unit']}" if field.get("unit") else "")
    values = field.get("constraints", {}).get("enum", [])
    told = escape(field.get("description", ""))
    told += f" One of: {escape(', '.join(map(str, values)))}." if values else ""
    told += f' Refers to <a href="#table-{reference}">{reference}</a>.' if reference else ""
    return (
        f'<tr><th scope="row"><code>{escape(field["name"])}</code></th><td>{escape(kind)}</td><td>'
        f"{escape(field.get('title', ''))}. {told}</td></tr>"
    )


def _uses(env: BuildEnvironment) -> dict[str, list[Place]]:
    if not hasattr(env, "edition_uses"):
        env.edition_uses = {}  # type: ignore[attr-defined]
    return env.edition_uses  # type: ignore[attr-defined]


def collect(app: Sphinx, document: nodes.document) -> None:
    """Remember, for each page, which source is cited at which anchor."""
    found: list[tuple[str, str]] = []
    for note in document.findall(source_note):
        found += [(source_id, f"ref-{note['number']}") for source_id in note["sources"]]
    for about in exhibits(document):
        found += [(source_id, about["id"]) for source_id in about["sources"]]
    _uses(app.env)[app.env.docname] = found


def forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _uses(env).pop(docname, None)


def merge(_app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    _uses(env).update({name: found for name, found in _uses(other).items() if name in docnames})


def print_register(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Replace the mark by the register: one entry a document, sorted by label, with the places that rest on it."""
    for mark in list(document.findall(source_register)):
        places: dict[str, list[Place]] = {}
        for page, found in sorted(_uses(app.env).items()):
            for source_id, anchor in found:
                places.setdefault(source_id, []).append((page, anchor))
        entries = sorted(register_of(app).values(), key=lambda source: (source.label.casefold(), source.source_id))
        html = [_entry(source, _links(app, docname, places.get(source.source_id, []))) for source in entries]
        mark.replace_self(nodes.raw("", f'<dl class="ed-register">{"".join(html)}</dl>', format="html"))


def _links(app: Sphinx, docname: str, places: Iterable[Place]) -> str:
    """Return numbered links to the places that cite a source, grouped by page."""
    here, pages = app.builder.get_target_uri(docname), {}  # type: ignore[var-annotated]
    for page, anchor in places:
        pages.setdefault(page, []).append(anchor)
    parts = []
    for page, anchors in pages.items():
        uri = relative_uri(here, app.builder.get_target_uri(page))
        title = app.env.titles[page].astext()
        links = " ".join(
            f'<a href="{uri}#{anchor}" aria-label="{escape(title)}, place {number}">{number}</a>'
            for number, anchor in enumerate(anchors, start=1)
        )
        parts.append(f"{escape(title)}: {links}")
    return "; ".join(parts)


def _entry(source: Source, links: str) -> str:
    title = f"<cite>{escape(source.full_title)}</cite>. " if source.full_title else ""
    makers = ", ".join(dict.fromkeys(name for name in (source.author, source.publisher) if name))
    told = f"{title}{escape(makers)}{'. ' if makers else ''}{escape(source.kind)}."
    cited = f'<span class="ed-cited">Cited in {links}</span>' if links else ""
    return f'<dt id="{source.source_id}">{source.link()}</dt><dd>{told} {cited}</dd>'


def setup(app: Sphinx) -> None:
    app.add_node(source_register)
    app.add_directive("source-register", SourceRegister)
    app.add_directive("data-dictionary", DataDictionary)
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("doctree-resolved", print_register)
