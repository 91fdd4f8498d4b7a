"""What machines read in a page's head: its description, citation tags, Open Graph, schema.org and Signposting links.

Only what is true is told. A tag that needs an address or a DOI is there when CITATION.cff has one, else it is left out.
"""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from textwrap import shorten
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from .. import citing
from ..citing import Edition, Name, Work
from . import paragraphs
from .cite import FOLDER, edition_of, json_in_html, page_work, table_works
from .numbers import DATA_PAGE

LICENSE = "https://creativecommons.org/licenses/by/4.0/"
DESCRIPTION_LENGTH = 300  # characters: two or three sentences
SCHEMA = "https://schema.org"
_TYPES = {"edition": "Book", "chapter": "Chapter", "data": "DataCatalog", "page": "WebPage"}


def kind_of(app: Sphinx, docname: str) -> str:
    """Return what a page is: the edition, a chapter, the data, or another page."""
    if docname == app.config.root_doc:
        return "edition"
    if docname == DATA_PAGE:
        return "data"
    return "chapter" if paragraphs.is_chapter(app.env, docname) else "page"


def description(document: nodes.document, chapter: bool) -> str:
    """Return what a page says of itself: a chapter's findings, else its paragraphs, in whole sentences."""
    boxes = [box for box in document.findall(nodes.admonition) if "findings" in box["classes"]]
    start: nodes.Element = boxes[0] if boxes and chapter else document
    text = " ".join(" ".join(_text(paragraph).split()) for paragraph in start.findall(nodes.paragraph))
    text = re.sub(r" \((?:Figure|Table) [^()]*\)", "", text)
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z“])", text)
    told = sentences[0]
    for sentence in sentences[1:]:
        if len(told) + len(sentence) >= DESCRIPTION_LENGTH:
            break
        told += f" {sentence}"
    return shorten(told, DESCRIPTION_LENGTH, placeholder=" …") if told else ""


def _text(node: nodes.Node) -> str:
    """Return what a reader sees of a node, without the notes and numbers that the build adds as HTML."""
    if isinstance(node, nodes.Text):
        return str(node)
    if isinstance(node, nodes.raw):
        return ""
    return "".join(_text(child) for child in node.children)


# Tags


def tags(work: Work, edition: Edition, told: str, chapter: bool) -> list[tuple[str, str, str]]:
    """Return the ``meta`` elements of a page as (attribute, name, content), empty ones left out."""
    address = edition.address(work.path) if edition.url else ""
    meta = [
        ("name", "description", told),
        ("name", "citation_title", work.title),
        *(("name", "citation_author", name.inverted) for name in edition.authors),
        ("name", "citation_publication_date", edition.issued.replace("-", "/")),
        ("name", "citation_inbook_title", edition.title if work.kind != "edition" else ""),
        ("name", "citation_language", "en"),
        ("name", "citation_doi", edition.doi),
        ("name", "citation_public_url", address),
        ("property", "og:title", work.title),
        ("property", "og:description", told),
        ("property", "og:type", "book" if work.kind == "edition" else "article" if chapter else "website"),
        ("property", "og:site_name", edition.title),
        ("property", "og:locale", "en_GB"),
        ("property", "og:url", address),
    ]
    return [one for one in meta if one[2]]


def links(work: Work, edition: Edition, kind: str, root: str, items: list[str]) -> list[dict[str, str]]:
    """Return the ``link`` elements by which machines find their way: https://signposting.org.

    ``root`` leads from the page to the site's first folder; ``items`` are the files that the page stands for.
    """
    found = [{"rel": "cite-as", "href": edition.doi_address}]
    found += [
        {"rel": "describedby", "type": media, "href": f"{root}{FOLDER}/{work.key}.{suffix}"}
        for _, suffix, media, _ in citing.FORMATS.values()
        if suffix
    ]
    found += [{"rel": "item", "type": "text/csv", "href": f"{root}{file}"} for file in items]
    found += [{"rel": "author", "href": name.orcid} for name in edition.authors]
    found += [{"rel": "license", "href": LICENSE}, {"rel": "type", "href": f"{SCHEMA}/{_TYPES[kind]}"}]
    return [link for link in found if link["href"]]


# schema.org


def _person(name: Name) -> dict[str, str]:
    kind = "Organization" if name.literal else "Person"
    person = {"@type": kind, "name": name.natural, "familyName": name.family, "givenName": name.given}
    return {key: value for key, value in {**person, "@id": name.orcid}.items() if value}


def _common(edition: Edition) -> dict[str, Any]:
    return {
        "author": [_person(name) for name in edition.authors],
        **({"datePublished": edition.issued} if edition.issued else {"creativeWorkStatus": "Draft"}),
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "license": LICENSE,
        "version": edition.named,
    }


def book(edition: Edition, told: str, chapters: list[tuple[str, str]], data: str) -> dict[str, Any]:
    """Return the edition as a ``Book``; ``chapters`` are (title, address) in order, ``data`` is the data's address."""
    known = {"identifier": edition.doi_address, "url": edition.address() if edition.url else ""}
    return {
        "@context": SCHEMA,
        "@type": "Book",
        "name": edition.title,
        "description": edition.abstract or told,
        "keywords": list(edition.keywords),
        **_common(edition),
        **{name: value for name, value in known.items() if value},
        "hasPart": [
            *(
                {"@type": "Chapter", "position": at, "name": name, "url": url}
                for at, (name, url) in enumerate(chapters, 1)
            ),
            {"@type": "DataCatalog", "name": "Data", "url": data},
        ],
    }


def part(work: Work, edition: Edition, kind: str, told: str, front: str, position: int = 0) -> dict[str, Any]:
    """Return a chapter or another page as a part of the book whose front page is at ``front``."""
    known = {"description": told, "position": position, "url": edition.address(work.path) if edition.url else ""}
    return {
        "@context": SCHEMA,
        "@type": _TYPES[kind],
        "name": work.title,
        **{name: value for name, value in known.items() if value},
        **_common(edition),
        "isPartOf": {"@type": "Book", "name": edition.title, "url": front},
    }


def datasets(catalogue: dict[str, Any], tables: list[tuple[Work, str, str]], root: str) -> dict[str, Any]:
    """Return the page of the data with one ``Dataset`` a table: (work, description, file) each, its digest included."""
    listed = [
        {
            "@type": "Dataset",
            "@id": f"#{work.key}",
            "name": work.title,
            "description": f"{told} A table of: {catalogue['isPartOf']['name']}.",
            "license": LICENSE,
            "version": catalogue["version"],
            "distribution": {
                "@type": "DataDownload",
                "contentUrl": f"{root}data/{file}",
                "encodingFormat": "text/csv",
                "sha256": work.sha256,
            },
        }
        for work, told, file in tables
    ]
    return {**catalogue, "dataset": listed}


def _described(app: Sphinx, docname: str, kind: str, told: str) -> dict[str, Any]:
    edition, work, here = edition_of(app), page_work(app, docname), app.builder.get_target_uri(docname)
    chapters = list(paragraphs.first_numbers(app.env))

    def to(page: str) -> str:
        return relative_uri(here, app.builder.get_target_uri(page))

    if kind == "edition":
        return book(edition, told, [(app.env.titles[page].astext(), to(page)) for page in chapters], to(DATA_PAGE))
    position = chapters.index(docname) + 1 if docname in chapters else 0
    described = part(work, edition, kind, told, to(app.config.root_doc), position)
    return datasets(described, _tables(app), relative_uri(here, "")) if kind == "data" else described


def _tables(app: Sphinx) -> list[tuple[Work, str, str]]:
    package = json.loads((Path(app.srcdir) / "data" / "datapackage.json").read_text(encoding="utf-8"))
    works = table_works(app)
    return [(next(works), resource["description"], resource["path"]) for resource in package["resources"]]


# The head of a page


def head(work: Work, edition: Edition, kind: str, told: str, root: str, described: Any, items: list[str]) -> str:
    """Return the lines for the head of a page; ``described`` is its schema.org description."""
    lines = [
        f'<meta {by}="{name}" content="{escape(text)}" />'
        for by, name, text in tags(work, edition, told, kind == "chapter")
    ]
    for link in links(work, edition, kind, root, items):
        lines.append("<link " + " ".join(f'{name}="{escape(value)}"' for name, value in link.items()) + " />")
    lines.append(f'<script type="application/ld+json">{json_in_html(described)}</script>')
    return "".join(f"\n    {line}" for line in lines)


def add(app: Sphinx, page: str, _template: str, context: dict[str, Any], doc: nodes.document | None) -> None:
    """Write all of it into the head of a page of the book."""
    if doc is None:
        return
    kind, edition, work = kind_of(app, page), edition_of(app), page_work(app, page)
    told, root = description(doc, kind == "chapter"), relative_uri(app.builder.get_target_uri(page), "")
    items = [f"data/{file}" for _, _, file in _tables(app)] if kind == "data" else []
    lines = head(work, edition, kind, told, root, _described(app, page, kind, told), items)
    context["metatags"] = context.get("metatags", "") + lines


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add, priority=950)
