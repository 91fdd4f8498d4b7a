"""Cite this: under each page its own citation, one for each paragraph, figure and table, and a page that lists them.

The build writes every citation (``edition.citing``); the page's script copies them and fills in a paragraph's number.
Files for reference managers stand in ``_cite/``. Without JavaScript a page shows its citation and links the files, and
what stands in it is cited from the page "Cite".
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from .. import citing, paths, releases
from ..citing import Edition, Work
from . import paragraphs
from .numbers import DATA_PAGE
from .outputs import exhibits

CITE_PAGE = "book/cite"
CHANGES_PAGE = "book/apparatus/changes"
FOLDER = "_cite"
PRINTED = ("un", "chicago")  # shown in the page; the others are files


def edition_of(app: Sphinx) -> Edition:
    """Return what CITATION.cff says of the book that ``app`` builds; the digest of its data is filled in at the end."""
    if not hasattr(app, "edition_citation"):
        app.edition_citation = releases.on_pages(releases.edition(Path(app.srcdir)))  # type: ignore[attr-defined]
    return app.edition_citation  # type: ignore[attr-defined]


# What can be cited


def page_work(app: Sphinx, docname: str) -> Work:
    """Return a page as what is cited; the front page stands for the edition."""
    if docname == app.config.root_doc:
        return citing.whole(edition_of(app))
    key = docname.removeprefix("book/").replace("/", "-")
    return Work(key, "page", app.env.titles[docname].astext(), path=_address(app, docname))


def exhibit_works(app: Sphinx, docname: str) -> list[Work]:
    """Return the figures and tables of a page, with the numbers that they have in the book, in its order."""
    numbers = app.env.toc_fignumbers.get(docname, {})
    works = []
    for kind, name, title in _exhibits(app.env).get(docname, []):
        number = ".".join(map(str, numbers.get(kind, {}).get(name, ())))
        works.append(Work(name, kind, title, f"{kind} {number}", f"{_address(app, docname)}#{name}"))
    return works


def table_works(app: Sphinx) -> Iterator[Work]:
    """Yield the tables of the data package, each with the digest of its file."""
    data = Path(app.srcdir) / "data"
    for resource in json.loads((data / "datapackage.json").read_text(encoding="utf-8"))["resources"]:
        name, file = resource["name"], resource["path"]
        digest = hashlib.sha256((data / file).read_bytes()).hexdigest()
        address = f"{_address(app, DATA_PAGE)}#table-{name}"
        yield Work(f"table-{name}", "data", resource["title"], f"data table {file}", address, digest)


def paragraph_work(app: Sphinx, docname: str) -> Work:
    """Return any paragraph of a chapter, with a mark in the place of its number."""
    page, mark = page_work(app, docname), citing.PARAGRAPH
    return Work(f"{page.key}-para-{mark}", "paragraph", page.title, f"para. {mark}", f"{page.path}#para-{mark}")


def _address(app: Sphinx, docname: str) -> str:
    return app.builder.get_target_uri(docname)


def _exhibits(env: BuildEnvironment) -> dict[str, list[tuple[str, str, str]]]:
    if not hasattr(env, "edition_citable"):
        env.edition_citable = {}  # type: ignore[attr-defined]
    return env.edition_citable  # type: ignore[attr-defined]


def collect(app: Sphinx, document: nodes.document) -> None:
    """Remember the figures and tables of a page when it is read: kind, id and title."""
    found = [(about["kind"], about["id"], about.get("title") or about["caption"]) for about in exhibits(document)]
    _exhibits(app.env)[app.env.docname] = found


def forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _exhibits(env).pop(docname, None)


def merge(_app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    _exhibits(env).update({name: found for name, found in _exhibits(other).items() if name in docnames})


# How it is shown


def _plain(text: str, edition: Edition) -> str:
    """Return a plain citation as HTML: the book's title in italics, addresses as links."""
    html = escape(text).replace(escape(edition.title), f"<cite>{escape(edition.title)}</cite>", 1)
    return re.sub(r"https?://[^\s<]+[^\s<.]", lambda found: f'<a href="{found[0]}">{found[0]}</a>', html)


def _files(work: Work, root: str) -> str:
    links = [
        f'<a href="{root}{FOLDER}/{escape(work.key)}.{suffix}" download>{name}</a>'
        for name, suffix, _, _ in citing.FORMATS.values()
        if suffix
    ]
    return f'<span class="ed-cite-files">{" ".join(links)}</span>'


def _entry(work: Work, edition: Edition, root: str) -> str:
    """Return the plain citations of a work with the names of their styles, and its files."""
    rows = "".join(
        f'<dt>{citing.FORMATS[style][0]}</dt><dd class="ed-cite-text">{_plain(text, edition)}</dd>'
        for style, text in citing.every(work, edition).items()
        if style in PRINTED
    )
    return f'<dl class="ed-cite-styles">{rows}<dt>Files</dt><dd>{_files(work, root)}</dd></dl>'


def block(app: Sphinx, here: str, work: Work, parts: dict[str, Work]) -> str:
    """Return the citation of ``work`` for the end of the page ``here``, and those of its parts as data."""
    edition, root = edition_of(app), relative_uri(here, "")
    more, data = relative_uri(here, _address(app, CITE_PAGE)), _data(edition, {"": work} | parts)
    return (
        '<section class="ed-cite" id="cite-this" aria-labelledby="cite-title">'
        f'<h2 id="cite-title">Cite {_named(work)}</h2>\n'
        f"{_entry(work, edition, root)}\n"
        f'<p class="ed-cite-standing">{escape(edition.standing)} {_changes(app, here)}'
        f'<a href="{more}">Cite another part</a></p>'
        f'<script type="application/json" id="ed-cite-data">{json_in_html(data)}</script></section>\n'
    )


def changes_address(app: Sphinx) -> str:
    """Return where a book that is no release tells what changed since the last; empty where it does not."""
    known = edition_of(app).data and CHANGES_PAGE in app.env.found_docs
    return f"{_address(app, CHANGES_PAGE)}#version-unreleased" if known else ""


def _changes(app: Sphinx, here: str) -> str:
    page, mark, anchor = changes_address(app).partition("#")
    return f'<a href="{relative_uri(here, page)}{mark}{anchor}">What changed since</a> ' if page else ""


def json_in_html(value: Any) -> str:
    """Return JSON for a script element: no text can end the element, for "<" is written as a number."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _named(work: Work) -> str:
    """Return how a heading names what is cited."""
    if work.kind in ("edition", "page"):
        return f"this {work.kind}"
    return work.locator.replace("para.", "paragraph")


def _parts(app: Sphinx, docname: str) -> dict[str, Work]:
    """Return the parts of a page that can be cited by themselves: any paragraph, each figure and table."""
    numbered = docname in paragraphs.first_numbers(app.env)
    parts = {"para": paragraph_work(app, docname)} if numbered else {}
    return parts | {work.key: work for work in exhibit_works(app, docname)}


def _data(edition: Edition, works: dict[str, Work]) -> dict[str, Any]:
    """Return what the page's script copies: each part's name, its address if known for good, and its citations."""
    told = {
        name: {
            "name": _named(work),
            "address": edition.address(work.path) if edition.url else "",
            "texts": list(citing.every(work, edition).values()),
        }
        for name, work in works.items()
    }
    formats = [name for name, _, _, _ in citing.FORMATS.values()]
    return {"mark": citing.PARAGRAPH, "formats": formats, "standing": edition.standing, "works": told}


def add_block(app: Sphinx, page: str, _template: str, context: dict[str, Any], doc: nodes.document | None) -> None:
    """Put the citation under a page, and a way to it into the bar above; a page of no document has none."""
    if doc is None:
        context["script_files"] = [file for file in context["script_files"] if "cite.js" not in str(file.filename)]
        return
    context["body"] += block(app, _address(app, page), page_work(app, page), _parts(app, page))
    button = {
        "type": "link",
        "url": "#cite-this",
        "icon": "fas fa-quote-left",
        "label": "cite-button",
        "tooltip": "Cite",
        "text": None,
    }
    context["header_buttons"] = [button, *context.get("header_buttons", [])]


# The page "Cite"


class citations(nodes.General, nodes.Element):
    """Where the citations of the whole edition are printed."""


class Citations(SphinxDirective):
    """``{citations}``: the edition, then each page with its figures and tables, then the tables of data."""

    def run(self) -> list[nodes.Node]:
        for file in ("CITATION.cff", "data/datapackage.json"):
            self.env.note_dependency(file)
        return [citations()]


def print_citations(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Replace the mark by a section for the edition, one for each page that has citable parts, and one for the data."""
    for mark in list(document.findall(citations)):
        chapters = paragraphs.first_numbers(app.env)
        html = [_section(app, docname, "edition", "The edition", [citing.whole(edition_of(app))])]
        others = (page for page, found in sorted(_exhibits(app.env).items()) if found and page not in chapters)
        for page in [*chapters, *others]:
            work = page_work(app, page)
            html.append(_section(app, docname, work.key, work.title, [work, *exhibit_works(app, page)]))
        html.append(_section(app, docname, "data", "Tables of data", list(table_works(app))))
        mark.replace_self(nodes.raw("", "\n".join(html), format="html"))


def _section(app: Sphinx, docname: str, key: str, title: str, works: list[Work]) -> str:
    here, edition = _address(app, docname), edition_of(app)
    whole, entries = {"edition": "edition", "page": "page"}, []
    for work in works:
        name = (
            f"{work.locator[:1].upper()}{work.locator[1:]}. {work.title}" if work.locator else f"The {whole[work.kind]}"
        )
        page, mark, anchor = (work.path or _address(app, app.config.root_doc)).partition("#")
        link = f'<a href="{relative_uri(here, page)}{mark}{escape(anchor)}">{escape(name)}</a>'
        entries.append(
            f'<details class="ed-cite-one" id="cite-{escape(work.key)}"><summary>{escape(name)}</summary>'
            f"{_entry(work, edition, relative_uri(here, ''))}<p>{link}</p></details>"
        )
    return f'<section class="ed-cite-group" id="of-{key}"><h2>{escape(title)}</h2>\n{"".join(entries)}</section>'


# Files


def files(work: Work, edition: Edition) -> dict[str, bytes]:
    """Return the citation of ``work`` for reference managers: a file for each format, by its path in the site."""
    return {
        f"{FOLDER}/{work.key}.{suffix}": function(work, edition).encode()
        for _, suffix, _, function in citing.FORMATS.values()
        if suffix
    }


def write_files(app: Sphinx, failure: Exception | None) -> None:
    """Write each citation as a file for reference managers."""
    if failure is not None or app.builder.format != "html":
        return
    out, edition = Path(app.outdir), edition_of(app)
    (out / FOLDER).mkdir(exist_ok=True)
    works = [page_work(app, page) for page in sorted(app.env.found_docs)]
    works += [work for page in sorted(_exhibits(app.env)) for work in exhibit_works(app, page)]
    for work in [*works, *table_works(app)]:
        for path, content in files(work, edition).items():
            paths.within(out, path).write_bytes(content)


def remember(app: Sphinx, env: BuildEnvironment) -> None:
    """Keep with what pages know of each other whether this is a release: every page says it."""
    env.edition_is_release = not edition_of(app).data  # type: ignore[attr-defined]


def setup(app: Sphinx) -> None:
    app.connect("env-updated", remember)
    app.add_node(citations)
    app.add_directive("citations", Citations)
    app.add_css_file("cite.css")
    app.add_js_file("cite.js", loading_method="defer")
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("doctree-resolved", print_citations)
    # After the page has chosen its scripts by what stands in it.
    app.connect("html-page-context", add_block, priority=950)
    app.connect("build-finished", write_files)
