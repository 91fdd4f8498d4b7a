"""The edition's Sphinx extension: paragraph numbers, source notes, numbered figures and tables, generated registers.

Each module has a ``setup(app)`` of its own. A module imports from another only what both print: the register of
sources, an address to cite, a script.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

STATIC = Path(__file__).resolve().parent.parent / "static"
MODULES = (
    "cells",
    "changes",
    "citations",
    "cite",
    "facets",
    "facts",
    "gallery",
    "glossary",
    "guard",
    "highlighting",
    "incremental",
    "launch",
    "metadata",
    "numbers",
    "outline",
    "outputs",
    "pages",
    "paragraphs",
    "profiles",
    "quick",
    "redirects",
    "references",
    "registers",
    "scripts",
    "search",
    "statelinks",
    "versions",
)


def setup(app: Sphinx) -> dict[str, Any]:
    for name in MODULES:
        import_module(f".{name}", __name__).setup(app)
    app.connect("config-inited", lambda _app, config: config.html_static_path.append(str(STATIC)))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
