"""A filter for long registers: the place of its bar, which ``static/facets.js`` fills on the pages that have one."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

SCRIPT = "facets.js"


def bar(items: str, *names: str) -> str:
    """Return the place of a filter for the elements that the selector ``items`` finds, by the facets ``names``."""
    return f'<div class="ed-facets" data-items="{escape(items)}" data-facets="{escape(" ".join(names))}"></div>'


def attributes(**values: str) -> str:
    """Return the attributes that put an element under its value of each facet; several are parted by ``|``."""
    return "".join(f' data-{name}="{escape(value)}"' for name, value in values.items())


def add_script(app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doc: nodes.document | None) -> None:
    if 'class="ed-facets"' in context.get("body", ""):
        app.add_js_file(SCRIPT, type="module")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add_script)
