"""The pages of States and of texts, made beside the book when its own pages are finished, and the finders of both.

``{state-finder}`` and ``{text-finder}`` print the lists; the page on which a list stands lends its shell to the others.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.logging import getLogger
from sphinx.util.osutil import relative_uri

from .. import built, citing, record, resolutions, shell, states
from . import cite, metadata

FINDERS = {states.FOLDER: states, resolutions.FOLDER: resolutions}


class StateFinder(SphinxDirective):
    """Every State with its group and roles."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", states.finder(record.read(Path(self.env.srcdir) / "data")), format="html", shipped=True)]


class TextFinder(SphinxDirective):
    """Every text that has a page."""

    def run(self) -> list[nodes.Node]:
        return [
            nodes.raw("", resolutions.finder(record.read(Path(self.env.srcdir) / "data")), format="html", shipped=True)
        ]


def add_script(app: Sphinx, page: str, _template: str, _context: dict[str, Any], _doc: nodes.document | None) -> None:
    """Give the finders, and no other page, their script."""
    if page.removesuffix("/index") in FINDERS:
        app.add_js_file("finder.js", type="module")


def make_pages(app: Sphinx, failure: Exception | None) -> None:
    """Make the pages of States and of texts, and take over from the last site those whose rows did not change."""
    if failure is not None or app.builder.format != "html":
        return
    clone, out = Path(app.srcdir), Path(app.outdir)
    last = clone / built.SITE if built.noted(clone) else None  # no page is taken over from a site of another origin
    tables = record.read(clone / "data")
    for folder, module in FINDERS.items():
        if (out / folder / "index.html").is_file():
            frame = shell.Shell.of(out / folder / "index.html")
            pages = [citable(app, page) for page in module.pages(tables)]
            for page in pages:
                if page.path.removesuffix(".html") in app.env.found_docs:
                    getLogger(__name__).warning("%s is made from data/: name the chapter otherwise", page.path)
            shell.write(pages, frame, out, last)


def citable(app: Sphinx, page: shell.Page) -> shell.Page:
    """Return a page with its citation beneath, its files for reference managers, and its description for machines."""
    edition = cite.edition_of(app)
    key = page.path.removeprefix("book/").removesuffix(".html").replace("/", "-")
    work = citing.Work(key, "page", page.title, path=page.path)
    front = relative_uri(page.path, app.builder.get_target_uri(app.config.root_doc))
    described = metadata.part(work, edition, "page", page.description, front)
    head = metadata.head(work, edition, "page", page.description, relative_uri(page.path, ""), described, [])
    block, files = cite.block(app, page.path, work, {}), cite.files(work, edition)

    def make() -> tuple[str, dict[str, bytes]]:
        article, beside = page.make()
        return article + block, beside | files

    digest = sha256(f"{page.digest}{head}{block}".encode()).hexdigest()
    return replace(page, head=head, digest=digest, make=make, files=(*page.files, *files))


def setup(app: Sphinx) -> None:
    app.add_directive("state-finder", StateFinder)
    app.add_directive("text-finder", TextFinder)
    app.add_css_file("profiles.css")
    app.connect("html-page-context", add_script)
    app.connect("build-finished", make_pages, priority=950)  # after pages.finish, whose page is the shell
