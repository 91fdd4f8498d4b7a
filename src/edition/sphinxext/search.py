"""What can be found on each page, gathered while pages are written, and the files in which the search box finds it.

Sphinx's own index, which knows words and no addresses within a page, is not made. Its page stays, as the page of all
results.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from .. import findable, record
from .outputs import exhibits
from .paragraphs import is_chapter, narrative

FOLDER = "_findable"  # beside the pages as they were written, so that a page that is not built again keeps its own
EXHIBITS = ("figure", "table")


def leave_out_the_index(app: Sphinx) -> None:
    """Have the builder of pages make no index and no page of its own for it."""
    if app.builder.format == "html":
        app.builder.search = False  # type: ignore[attr-defined]


def results_page(_app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    yield "search", {"title": "Search"}, "search.html"


def gather(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Write down what can be found on a page, once everything on it has its number and its words."""
    if app.builder.format != "html":
        return
    numbered = is_chapter(app.env, docname)
    contents = findable.PageContents(
        page=app.builder.get_target_uri(docname),
        title=app.env.titles[docname].astext(),
        chapter=numbered,
        sections=list(_sections(document)),
        exhibits=list(_exhibits(app, document, docname)),
        paragraphs=list(_paragraphs(app, document, docname)),
        text="" if numbered else " ".join(map(said, narrative(document))),
    )
    file = Path(app.outdir) / FOLDER / f"{docname}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(contents), ensure_ascii=False), encoding="utf-8")


def _sections(document: nodes.document) -> Iterator[tuple[str, str]]:
    """Yield anchor and title of every section below the page's own."""
    for section in document.findall(nodes.section):
        title = section.next_node(nodes.title)
        if not isinstance(section.parent, nodes.document) and title is not None:
            yield section["ids"][0], said(title)


def _exhibits(app: Sphinx, document: nodes.document, docname: str) -> Iterator[tuple[str, str, str, str, str]]:
    numbers = app.env.toc_fignumbers.get(docname, {})
    for kind in EXHIBITS:
        for about in exhibits(document, kind):
            number = ".".join(map(str, numbers[kind][about["id"]]))
            title = about.get("title") or about["caption"]
            yield kind, about["id"], number, title, about["caption"] if about.get("title") else ""


def _paragraphs(app: Sphinx, document: nodes.document, docname: str) -> Iterator[tuple[str, str]]:
    first = app.env.edition_first_numbers.get(docname)  # type: ignore[attr-defined]
    for number, paragraph in enumerate(narrative(document), start=first) if first is not None else ():
        yield str(number), said(paragraph)


def said(node: nodes.Node) -> str:
    """Return the words of a paragraph as they are read: no notes, no numbers in the margin, no markup."""
    words = (str(text) for text in node.findall(nodes.Text) if not isinstance(text.parent, nodes.raw))
    return " ".join("".join(words).split())


def write(app: Sphinx, failure: Exception | None) -> None:
    """Join what was gathered with what the record knows, and write it for the search box."""
    if failure is not None or app.builder.format != "html":
        return
    out, clone = Path(app.outdir), Path(app.srcdir)
    known = record.read(clone / "data")
    pages = [findable.PageContents(**json.loads(_file(out, name).read_text("utf-8"))) for name in _in_order(app, out)]
    entries = [entry for page in pages for entry in findable.of_page(page)]
    entries += [*findable.of_record(known, _uses(app)), *findable.of_tables(clone / "data")]
    for name, script in findable.scripts(entries, findable.sections()).items():
        (out / "_static" / name).write_text(script, encoding="utf-8", newline="\n")
    shutil.rmtree(out / FOLDER)


def _file(out: Path, docname: str) -> Path:
    return out / FOLDER / f"{docname}.json"


def _in_order(app: Sphinx, out: Path) -> list[str]:
    """Return the pages that were written: chapters in the order of their paragraphs, then the others by name."""
    first = app.env.edition_first_numbers  # type: ignore[attr-defined]
    names = [name for name in app.env.found_docs if _file(out, name).is_file()]
    return sorted(names, key=lambda name: (first.get(name, len(names) * 10_000), name))


def _uses(app: Sphinx) -> Counter[str]:
    """Return how many places of the book cite each document."""
    registered = getattr(app.env, "edition_uses", {})
    return Counter(use.source_id for uses in registered.values() for use in uses)


def setup(app: Sphinx) -> None:
    app.add_css_file("search.css")
    app.connect("builder-inited", leave_out_the_index)
    app.connect("html-collect-pages", results_page)
    app.connect("doctree-resolved", gather, priority=800)  # when paragraphs have their numbers and references words
    app.connect("build-finished", write, priority=960)  # after pages.finish, which reads the words of scripts
