"""Paragraph numbers as in United Nations documents: counted through the whole study, each with its own address.

A chapter is a notebook directly in ``book/``; a narrative paragraph is one that stands in a section and not in a box,
a list or a table. Numbers follow the order of ``_toc.yml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def is_chapter(env: BuildEnvironment, docname: str) -> bool:
    """Say whether ``docname`` is a chapter of the study, whose paragraphs are counted."""
    return docname.startswith("book/") and docname.count("/") == 1 and env.doc2path(docname).endswith(".ipynb")


def narrative(document: nodes.document) -> Iterator[nodes.paragraph]:
    """Yield the paragraphs that carry a number, in the order of the page."""
    for paragraph in document.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section) and paragraph.astext().strip():
            yield paragraph


def _counts(env: BuildEnvironment) -> dict[str, int]:
    if not hasattr(env, "edition_paragraphs"):
        env.edition_paragraphs = {}  # type: ignore[attr-defined]
    return env.edition_paragraphs  # type: ignore[attr-defined]


def count(app: Sphinx, document: nodes.document) -> None:
    """Remember how many paragraphs a chapter has, when it is read."""
    if is_chapter(app.env, app.env.docname):
        _counts(app.env)[app.env.docname] = sum(1 for _ in narrative(document))


def forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _counts(env).pop(docname, None)


def merge(_app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    _counts(env).update({name: number for name, number in _counts(other).items() if name in docnames})


def first_numbers(env: BuildEnvironment) -> dict[str, int]:
    """Return the number of each chapter's first paragraph, in the order of the table of contents."""
    numbers, following = {}, 1
    for docname in _reading_order(env, env.config.root_doc, set()):
        if docname in _counts(env):
            numbers[docname] = following
            following += _counts(env)[docname]
    return numbers


def _reading_order(env: BuildEnvironment, docname: str, seen: set[str]) -> Iterator[str]:
    if docname not in seen:
        seen.add(docname)
        yield docname
        for child in env.toctree_includes.get(docname, []):
            yield from _reading_order(env, child, seen)


def renumber(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return what must be written again where numbers moved: all pages, since any may name a paragraph by number."""
    before: dict[str, Any] = getattr(env, "edition_first_numbers", {})
    env.edition_first_numbers = first_numbers(env)  # type: ignore[attr-defined]
    return sorted(env.found_docs) if before != env.edition_first_numbers else []  # type: ignore[attr-defined]


def number(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Give every narrative paragraph its number and its anchor ``para-N``."""
    first = app.env.edition_first_numbers.get(docname)  # type: ignore[attr-defined]
    if first is None or app.builder.format != "html":
        return
    for value, paragraph in enumerate(narrative(document), start=first):
        paragraph["ids"].insert(0, f"para-{value}")  # first, so that it is the address of the paragraph itself
        paragraph["classes"].append("ed-para")
        label = f'aria-label="Paragraph {value}, its address"'
        link = f'<a class="ed-para-number" href="#para-{value}" {label}>{value}.</a> '
        paragraph.insert(0, nodes.raw("", link, format="html", shipped=True))


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", count)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", renumber)
    app.connect("doctree-resolved", number)
