"""What a chapter may bring to a page: text, tables, pictures of this repository, links; nothing that acts or fetches.

Looked at where it is read, so that notebook and cell can be named; every fault is a warning, and warnings end a build.
What this package prints itself is marked as ``shipped`` and left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.logging import getLogger

from .. import markup, paths
from . import cite
from .outputs import exhibits

CELL = 10_000
"""MyST-NB counts a line of a notebook as this many for each cell before it, and one for each line in its cell."""
CHART = "a chart shown by itself, which would ask another host for its library. Give it to ed.figure(chart, id=...)."


class NoRaw(SphinxDirective):
    """``{raw}``, refused: it would put anything into a page."""

    has_content = True
    required_arguments, optional_arguments = 0, 100
    final_argument_whitespace = True
    option_spec = None

    def run(self) -> list[nodes.Node]:
        place = _place(self.env, self.lineno)
        _refuse(self.env, f"{place}{{raw}} is not printed. Write Markdown, or show a table or picture from a cell.")
        return []


def _place(env: BuildEnvironment, line: int | None) -> str:
    """Return where in a notebook a line of MyST-NB's count stands; a page of Markdown has only the line."""
    if not line:
        return ""
    cell, within = divmod(line, CELL) if env.doc2path(env.docname).endswith(".ipynb") else (0, line)
    return f"cell {cell}, line {within}: " if cell else f"line {within}: "


def _line(node: nodes.Node) -> int | None:
    """Return the line of a node, or of the nearest node around it that has one."""
    around: nodes.Node | None = node
    while around is not None and not around.line:
        around = around.parent
    return around.line if around is not None else None


def _refuse(env: BuildEnvironment, message: str) -> None:
    path = Path(env.doc2path(env.docname)).relative_to(env.srcdir)
    getLogger(__name__).warning("%s, %s", path.as_posix(), message)


def look(app: Sphinx, document: nodes.document) -> None:
    """Tell of everything in a page as it was read that must not be printed."""
    for node, reason in _found(app, document):
        _refuse(app.env, f"{_place(app.env, _line(node))}{reason}")


def _found(app: Sphinx, document: nodes.document) -> Iterator[tuple[nodes.Node, str]]:
    for raw in document.findall(nodes.raw):
        if "html" in raw.get("format", "").split() and not raw.get("shipped"):
            yield from ((raw, reason) for reason in _of_html(raw.astext()))
    for exhibit in document.findall(nodes.Element):
        if "about" in exhibit:
            yield from ((exhibit, f"{reason} is not printed.") for reason in markup.faults(exhibit["html"], True))
            if reason := paths.fault(exhibit["about"]["id"]):
                yield exhibit, f"the id {exhibit['about']['id']!r}: {reason}."
    for reference in document.findall(nodes.reference):
        if reason := markup.address_fault(reference.get("refuri", "")):
            yield reference, f"{reason}."
    for image in document.findall(nodes.image):
        yield from ((image, reason) for reason in _of_image(app, image["uri"]))


def _of_html(html: str) -> Iterator[str]:
    if "vega" in html.lower() and "<script" in html:
        yield CHART
        return
    yield from (f"{reason} is not printed. {markup.REMEDY}" for reason in markup.faults(html))


def _of_image(app: Sphinx, address: str) -> Iterator[str]:
    if reason := markup.address_fault(address, fetched=True):
        yield f"{reason}. Put the picture into book/images and name it there."
    if reason or not address.endswith(".svg"):
        return
    name, path = app.env.relfn2path(address, app.env.docname)
    if Path(path).is_file():
        for fault in markup.faults(Path(path).read_text(encoding="utf-8", errors="replace")):
            yield f"the picture {name} holds {fault}: save it without."


def told_apart(app: Sphinx, env: BuildEnvironment) -> None:
    """Tell of two things that would be written to one place, or found under one name."""
    owners = paths.Owners()
    for page in sorted(env.found_docs):
        works = [cite.page_work(app, page), *cite.exhibit_works(app, page)]
        names = [(f"{page}.html", page), *((f"citation {work.key}", f"{page}#{work.key}") for work in works)]
        names += [(f"label {label}", page) for label in _labels(env).get(page, ())]
        _tell(env, owners, names)
    _tell(env, owners, [(f"citation {work.key}", f"the table {work.key}") for work in cite.table_works(app)])


def _tell(env: BuildEnvironment, owners: paths.Owners, names: list[tuple[str, str]]) -> None:
    for name, owner in names:
        if holder := owners.clash(name, owner):
            getLogger(__name__).warning("%s and %s have one %s: rename one of them", holder, owner, name)


# Labels: Sphinx tells of a doubled one only where it has a title


def _labels(env: BuildEnvironment) -> dict[str, list[str]]:
    if not hasattr(env, "edition_labels"):
        env.edition_labels = {}  # type: ignore[attr-defined]
    return env.edition_labels  # type: ignore[attr-defined]


def collect(app: Sphinx, document: nodes.document) -> None:
    """Remember the labels that a page sets by hand; those of exhibits are told as exhibits."""
    shown = {about["id"] for about in exhibits(document)}
    explicit = [name for name, by_hand in document.nametypes.items() if by_hand and name not in shown]
    _labels(app.env)[app.env.docname] = sorted(explicit)


def forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _labels(env).pop(docname, None)


def merge(_app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    _labels(env).update({name: found for name, found in _labels(other).items() if name in docnames})


def no_files(app: Sphinx) -> None:
    """Let no directive read a file into a page: it could be any file of the machine that builds."""
    app.env.settings["file_insertion_enabled"] = False


def setup(app: Sphinx) -> None:
    app.add_directive("raw", NoRaw, override=True)
    app.connect("builder-inited", no_files)
    app.connect("doctree-read", look, priority=50)  # before anything is added
    app.connect("doctree-read", collect, priority=50)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-check-consistency", told_apart)
