"""Pages made from the data package itself: the register of sources with its back-links, and the data dictionary.

``{source-register}``, ``{data-tables}`` and ``{data-dictionary}`` stand in the pages of the apparatus; what they print
is read from the tables and their descriptor, so the pages cannot fall behind the data. Every document of the register
leads back to the paragraphs, figures, tables and claims that cite it, and to the tables whose rows rest on it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from ..data import SCHEMA, columns, covers_until, resources
from ..data import rows as rows_of
from ..downloads import PARQUET
from ..tables import scrolling
from ..text import date
from . import facets
from .citations import source_note
from .outputs import exhibits
from .paragraphs import narrative
from .sources import Source, register_of

DATA_ADDRESS = "data.html"  # the page of the dictionary, beside the register


@dataclass(frozen=True)
class Use:
    """One place that cites a source: a note (with the number of its paragraph on the page), an exhibit or a claim."""

    source_id: str
    kind: str
    anchor: str
    paragraph: int = -1


class source_register(nodes.General, nodes.Element):
    """Where the register of sources is printed."""


class SourceRegister(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        self.env.note_dependency("data/sources.csv")
        self.env.note_dependency(f"data/{SCHEMA}")
        return [source_register()]


class DataTables(SphinxDirective):
    """The list of tables: what each is, its rows, its warnings and its files."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(f"data/{SCHEMA}")
        data = Path(self.env.srcdir) / "data"
        rows = "".join(_file_row(resource, data) for resource in _resources(data))
        heads = ("Table", "What it holds", "Rows", "Before you use it", "Files")
        return [nodes.raw("", _html_table("The tables of the data package", heads, rows), format="html", shipped=True)]


class DataDictionary(SphinxDirective):
    """One section a table: what it holds, its warnings, its columns, and the files."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(f"data/{SCHEMA}")
        data = Path(self.env.srcdir) / "data"
        return [_table_section(resource, data, self.state.document) for resource in _resources(data)]


def _resources(data: Path) -> list[dict[str, Any]]:
    """Return the tables of the package as its descriptor describes them, in its order."""
    return list(resources(data).values())


def _columns(resource: dict[str, Any]) -> set[str]:
    return {field["name"] for field in resource["schema"]["fields"]}


def _count(resource: dict[str, Any], data: Path) -> int:
    return len(rows_of(resource["name"], data))


def _warnings(resource: dict[str, Any]) -> str:
    return ", ".join(word.replace("_", " ") for word in resource.get("edition:warnings", []))


def _files(resource: dict[str, Any]) -> str:
    """Return links to the table as CSV, the record itself, and as Parquet, made at the build (see ``downloads``)."""
    name, path = escape(resource["name"]), escape(resource["path"])
    csv_file = f'<a href="../../data/{path}" download aria-label="{name} as CSV">CSV</a>'
    return (
        f'{csv_file} <a href="../../data/{PARQUET}/{name}.parquet" download aria-label="{name} as Parquet">Parquet</a>'
    )


def _file_row(resource: dict[str, Any], data: Path) -> str:
    name = escape(resource["name"])
    return (
        f'<tr><th scope="row"><a href="#table-{name}">{name}</a></th><td>{escape(resource["title"])}</td>'
        f'<td class="ed-num">{_count(resource, data):,}</td><td>{escape(_warnings(resource))}</td>'
        f"<td>{_files(resource)}</td></tr>"
    )


def _html_table(label: str, heads: Sequence[str], rows: str) -> str:
    cells = "".join(f'<th scope="col"{_NUMERIC.get(head, "")}>{escape(head)}</th>' for head in heads)
    table = f'<table class="ed-table"><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>'
    return scrolling(table, label=label)


def _dates(resource: dict[str, Any]) -> str:
    """Return the sentence on how far a table's rows reach, and when they were last compared with their source."""
    until, checked = covers_until(resource), resource.get("edition:checked_on", "")
    told = [f"The rows reach to {date(until)}."] if until else []
    told += [f"They were last compared with their source in full in {date(checked)}."] if checked else []
    return f"<p>{escape(' '.join(told))}</p>" if told else ""


_NUMERIC = {"Rows": ' class="ed-num"'}


def _table_section(resource: dict[str, Any], data: Path, document: nodes.document) -> nodes.section:
    name = resource["name"]
    section = nodes.section(ids=[f"table-{name}"], names=[f"table-{name}"])
    section += nodes.title(text=resource["title"])
    document.note_explicit_target(section)
    key = ", ".join(resource["schema"].get("primaryKey", []))
    warnings = _warnings(resource)
    html = [
        f"<p>{escape(resource['description'])}</p>",
        _dates(resource),
        f'<p class="ed-table-facts"><span>Table: {escape(name)}</span> <span>{_files(resource)}</span> '
        f"<span>{_count(resource, data):,} rows</span> <span>Key: {escape(key)}</span>",
        f" <span>Before you use it: {escape(warnings)}</span></p>" if warnings else "</p>",
        _fields(resource),
    ]
    section += nodes.raw("", "\n".join(html), format="html", shipped=True)
    return section


def _fields(resource: dict[str, Any]) -> str:
    references = {
        field: key["reference"]["resource"]
        for key in resource["schema"].get("foreignKeys", [])
        for field in key["fields"]
    }
    rows = "".join(_field_row(field, references.get(field["name"])) for field in resource["schema"]["fields"])
    return _html_table(f"Columns of {resource['title']}", ("Column", "Type", "What it holds"), rows)


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


def _uses(env: BuildEnvironment) -> dict[str, list[Use]]:
    if not hasattr(env, "edition_uses"):
        env.edition_uses = {}  # type: ignore[attr-defined]
    return env.edition_uses  # type: ignore[attr-defined]


def collect(app: Sphinx, document: nodes.document) -> None:
    """Remember, for each page, which source is cited at which anchor."""
    found: list[Use] = []
    numbers = {id(paragraph): place for place, paragraph in enumerate(narrative(document))}
    for note in document.findall(source_note):
        place = numbers.get(id(_paragraph_of(note)), -1)
        found += [Use(source_id, "note", f"ref-{note['number']}", place) for source_id in note["sources"]]
    for kind in ("figure", "table"):
        found += [
            Use(source_id, kind, about["id"]) for about in exhibits(document, kind) for source_id in about["sources"]
        ]
    for node in document.findall(lambda node: isinstance(node, nodes.Element) and "uses" in node):
        found += [Use(source_id, name, anchor) for source_id, anchor, name in node["uses"]]  # type: ignore[index]
    _uses(app.env)[app.env.docname] = found


def _paragraph_of(node: nodes.Node) -> nodes.Node | None:
    """Return the paragraph that holds a note, or nothing."""
    while node is not None and not isinstance(node, nodes.paragraph):
        node = node.parent
    return node


def forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _uses(env).pop(docname, None)


def merge(_app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    _uses(env).update({name: found for name, found in _uses(other).items() if name in docnames})


def print_register(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Replace the mark by the register: one entry a document, sorted by label, with all that rests on it."""
    for mark in list(document.findall(source_register)):
        cited: dict[str, dict[str, list[Use]]] = {}
        for page in _reading_order(app.env):
            for use in _uses(app.env).get(page, []):
                cited.setdefault(use.source_id, {}).setdefault(page, []).append(use)
        rows = rows_by_source(Path(app.srcdir) / "data")
        entries = sorted(register_of(app).values(), key=lambda source: (source.label.casefold(), source.source_id))
        html = [
            _entry(source, _links(app, docname, cited.get(source.source_id, {})), rows.get(source.source_id, {}))
            for source in entries
        ]
        bar = facets.bar(".ed-register > div", "type", "table", "use")
        mark.replace_self(
            nodes.raw("", f'{bar}<dl class="ed-register">{"".join(html)}</dl>', format="html", shipped=True)
        )


def _reading_order(env: BuildEnvironment) -> list[str]:
    """Return the pages that cite sources, chapters in the order of their paragraphs, then the others by name."""
    first = env.edition_first_numbers  # type: ignore[attr-defined]
    return sorted(_uses(env), key=lambda page: (first.get(page, sys.maxsize), page))


def rows_by_source(data: Path) -> dict[str, dict[str, int]]:
    """Return, for each source, how many rows of each table name it; tables in the order of their names."""
    found: dict[str, Counter[str]] = {}
    for resource in sorted(_resources(data), key=lambda resource: str(resource["name"])):
        if resource["name"] != "sources" and "source_id" in _columns(resource):
            for source_id in filter(None, columns(resource["name"], data)["source_id"]):
                found.setdefault(source_id, Counter())[resource["name"]] += 1
    return {source_id: dict(tables) for source_id, tables in found.items()}


def _links(app: Sphinx, docname: str, cited: Mapping[str, Sequence[Use]]) -> str:
    """Return links to the paragraphs, figures, tables and claims that cite a source, grouped by page."""
    here, parts = app.builder.get_target_uri(docname), []
    for page, uses in cited.items():
        uri = relative_uri(here, app.builder.get_target_uri(page))
        places = dict.fromkeys(_place(app.env, page, use) for use in uses)
        links = ", ".join(f'<a href="{uri}#{anchor}">{escape(name)}</a>' for name, anchor in places)
        parts.append(f"{escape(app.env.titles[page].astext())}: {links}")
    return "; ".join(parts)


def _place(env: BuildEnvironment, page: str, use: Use) -> tuple[str, str]:
    """Return the name of a place and its anchor: ``para. 12``, ``figure 3``, or the note where nothing is counted."""
    if use.kind in ("figure", "table"):
        number = env.toc_fignumbers[page][use.kind][use.anchor]
        return f"{use.kind} {'.'.join(map(str, number))}", use.anchor
    first = env.edition_first_numbers.get(page)  # type: ignore[attr-defined]
    if use.kind == "note" and first is not None and use.paragraph >= 0:
        return f"para. {first + use.paragraph}", f"para-{first + use.paragraph}"
    return (f"note {use.anchor.removeprefix('ref-')}" if use.kind == "note" else use.kind), use.anchor


def _entry(source: Source, links: str, rows: Mapping[str, int]) -> str:
    title = f"<cite>{escape(source.full_title)}</cite>. " if source.full_title else ""
    makers = ", ".join(dict.fromkeys(name for name in (source.author, source.publisher) if name))
    told = f"{title}{escape(makers)}{'. ' if makers else ''}{escape(source.kind)}."
    cited = f'<span class="ed-cited">Cited in {links}</span>' if links else ""
    tables = ", ".join(
        f'<a href="{DATA_ADDRESS}#table-{name}">{name}</a>&nbsp;{number:,}' for name, number in rows.items()
    )
    data = f'<span class="ed-cited">Rows: {tables}</span>' if rows else ""
    use = "|".join(word for word, used in (("in the text", links), ("in the data", rows)) if used) or "named only"
    facet = facets.attributes(type=source.type.replace("_", " "), table="|".join(rows), use=use)
    return f'<div{facet}><dt id="{source.source_id}">{source.link()}</dt><dd>{told} {cited}{data}</dd></div>'


def setup(app: Sphinx) -> None:
    app.add_node(source_register)
    app.add_directive("source-register", SourceRegister)
    app.add_directive("data-tables", DataTables)
    app.add_directive("data-dictionary", DataDictionary)
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("doctree-resolved", print_register)
