"""A button on every notebook's page that opens it in Binder, when the repository has an address.

The address is `repository-code` of CITATION.cff and nothing else: without it there is no button, and none is invented.
Nothing is loaded from Binder: the button is a link, which a reader follows or not.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from docutils import nodes
from sphinx.application import Sphinx

from .cite import edition_of

BINDER = "https://mybinder.org/v2"
# What Binder calls the hosts that it knows; it takes any other repository by its whole address.
HOSTS = {"github.com": "gh", "gitlab.com": "gl"}


def binder(repository: str, page: str) -> str:
    """Return the address at which Binder opens the notebook ``page`` (its path in the repository) in JupyterLab."""
    parts = urlsplit(repository)
    host = (parts.hostname or "").removeprefix("www.")
    name = parts.path.strip("/").removesuffix(".git")
    if host == "github.com":
        place = f"gh/{quote(name)}"
    elif host in HOSTS:
        place = f"{HOSTS[host]}/{quote(name, safe='')}"
    else:
        place = f"git/{quote(repository, safe='')}"
    return f"{BINDER}/{place}/HEAD?urlpath={quote(f'lab/tree/{page}', safe='')}"


def add_button(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doc: nodes.document | None) -> None:
    """Put the button first in the bar of a notebook's page."""
    repository = app.config.edition_repository
    if not repository or page not in app.env.found_docs or not app.env.doc2path(page).endswith(".ipynb"):
        return
    button = {"type": "link", "url": binder(repository, f"{page}.ipynb"), "label": "launch-binder-button"}
    told = {"text": "Binder", "icon": None, "tooltip": "Run this page in Binder: opens mybinder.org"}
    context.setdefault("header_buttons", []).insert(0, {**button, **told})


def read_address(app: Sphinx, config: Any) -> None:
    config.edition_repository = edition_of(app).repository


def setup(app: Sphinx) -> None:
    app.add_config_value("edition_repository", "", "html")
    app.connect("config-inited", read_address)
    # Before `pages.choose`, after the theme.
    app.connect("html-page-context", add_button, priority=890)
