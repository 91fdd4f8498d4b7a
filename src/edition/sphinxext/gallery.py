"""A page with one chart of each type as readers get it, and a small picture of every chart: for quick looking.

It is made at each build as ``gallery.html`` and stands in no table of contents: whoever changes the look of charts
opens it and sees what became of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.osutil import relative_uri

from .. import figures
from .outputs import FOLDER, exhibits

PAGE = "gallery"
TITLE = "Gallery of charts"


def gallery(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page, when the book has charts: its name, what it holds and the template of all pages."""
    if app.builder.format != "html":
        return
    types: dict[str, list[str]] = {}
    for page in _pages(app.env):
        for about in exhibits(app.env.get_doctree(page), "figure"):
            place = f"{relative_uri(app.builder.get_target_uri(PAGE), app.builder.get_target_uri(page))}#{about['id']}"
            shown = types.setdefault(figures.chart_type(about["html"]), [])
            shown.append(_example(about, place, _number(app.env, page, about["id"]), whole=not shown))
    if types:
        body = "".join(f"<h2>{escape(name)}</h2>\n{''.join(shown)}" for name, shown in sorted(types.items()))
        yield PAGE, {"title": TITLE, "body": f"<h1>{TITLE}</h1>\n{body}"}, "page.html"


def _pages(env: BuildEnvironment) -> list[str]:
    """Return the pages in the order of the book."""
    return [page for page in env.toctree_includes.get(env.config.root_doc, []) if page in env.all_docs]


def _number(env: BuildEnvironment, page: str, id: str) -> str:
    number = env.toc_fignumbers.get(page, {}).get("figure", {}).get(id)
    return f"Figure {'.'.join(map(str, number))}" if number else "Figure"


def _example(about: dict[str, Any], place: str, number: str, *, whole: bool) -> str:
    """Return a chart with the way to its place: the first of a type whole and alive, the others as pictures."""
    way = f'<figcaption><a href="{escape(place)}">{number}. {escape(about["title"])}</a></figcaption>'
    if whole:
        chart = figures.on_page(about["html"], f"{FOLDER}/{about['id']}.json")
        return f'<figure class="ed-exhibit ed-exhibit-figure" id="{escape(about["id"])}">{way}{chart}</figure>\n'
    picture = f'<img src="{FOLDER}/{escape(about["id"])}.svg" alt="" loading="lazy">'
    return f'<figure class="ed-thumbnail">{way}{picture}</figure>\n'


def setup(app: Sphinx) -> None:
    app.connect("html-collect-pages", gallery)
