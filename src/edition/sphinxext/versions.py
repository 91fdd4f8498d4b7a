"""The version of this edition on every page, and the script that offers the others where there are any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.osutil import relative_uri

from .. import versions
from .cite import changes_address, edition_of

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
TEMPLATE = "edition-version.html"


def place(_app: Sphinx, config: Config) -> None:
    """Put the version under the book's title, at the head of the contents: the theme's own bar with one thing more."""
    config.templates_path.append(str(TEMPLATES))
    config.html_sidebars = {"**": ["navbar-logo.html", TEMPLATE, "search-button-field.html", "sbt-sidebar-nav.html"]}


def tell(app: Sphinx, name: str, _template: str, context: dict[str, Any], _doc: object) -> None:
    edition = edition_of(app)
    page, mark, anchor = changes_address(app).partition("#")
    changes = relative_uri(app.builder.get_target_uri(name), page) + mark + anchor if page else ""
    told = {"version": versions.name(edition), "words": edition.heading, "changes": changes}
    context["edition_version"] = told


def setup(app: Sphinx) -> None:
    app.add_js_file("versions.js", loading_method="defer")
    app.connect("config-inited", place, priority=900)
    app.connect("html-page-context", tell)
