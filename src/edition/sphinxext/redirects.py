"""Old addresses keep working: ``book/redirects.csv`` says where each has gone, the build writes the pages that lead on.

A row is an old address and its new one, from the site's first folder: ``book/old.html,book/new.html`` for a page,
``book/page.html#old,book/page.html#new`` for a part of it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from html import escape
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.logging import getLogger
from sphinx.util.osutil import relative_uri

from .. import paths

TABLE = "book/redirects.csv"
SCRIPT = '<script defer src="{root}_static/moved.js"></script>'
PAGE = """<!DOCTYPE html>
<html lang="en">
  <head>
    <title>This page has moved</title>
    <meta name="robots" content="noindex" />
    <meta http-equiv="refresh" content="0; url={address}" />
    <link rel="stylesheet" href="{root}_static/cite.css" />
    {script}
  </head>
  <body><main class="ed-moved-page"><h1>This page has moved</h1>
  <p>You find it at <a href="{address}">{name}</a>.</p>
  {parts}
  <p>An unofficial research edition. It is not a document of the United Nations.</p></main></body>
</html>
"""


def read(table: Path) -> dict[str, str]:
    """Return the new address of each old one."""
    with open(table, encoding="utf-8", newline="") as file:
        return {row["old"]: row["new"] for row in csv.DictReader(file)}


def faults(moved: dict[str, str], pages: dict[str, str]) -> Iterator[str]:
    """Yield what is wrong with the table, told by its old addresses; ``pages`` are HTML by their address."""
    for old, new in moved.items():
        if reason := next(filter(None, map(_misplaced, (old, new))), ""):
            yield f"{old} to {new}: {reason}"
            continue
        page, _, anchor = new.partition("#")
        if page not in pages:
            yield f"{old} is to lead to {new}, and there is no such page"
        elif anchor and f'id="{anchor}"' not in pages[page]:
            yield f"{old} is to lead to {new}, and that page has no part of that name"
        page, _, anchor = old.partition("#")
        if page in pages and not anchor:
            yield f"{old} is a page of the book: it cannot have moved"
        elif page in pages and f'id="{anchor}"' in pages[page]:
            yield f"{old} is a part of a page of the book: it cannot have moved"
        elif page not in pages and anchor and page not in moved:
            yield f"{old} is a part of a page that is gone: say where the page has moved, too"


def _misplaced(address: str) -> str:
    """Say why an address cannot be one of a page of the book; it decides where a file is written."""
    page, _, _ = address.partition("#")
    if not page.startswith("book/") or not page.endswith(".html"):
        return f"{address} is no page of the book: an address reads book/name.html, or book/name.html#part"
    return paths.fault(page)


def mended(moved: dict[str, str], pages: dict[str, str]) -> dict[str, str]:
    """Return the pages to write by their address: those that lead on, and those of which parts have moved."""
    written = {}
    for page in dict.fromkeys(old.partition("#")[0] for old in moved):
        parts = {old.partition("#")[2]: new for old, new in moved.items() if old.startswith(f"{page}#")}
        notes = "\n".join(_note(page, anchor, new) for anchor, new in parts.items())
        root = relative_uri(page, "")
        script = SCRIPT.format(root=root)
        if page in pages:
            html = pages[page].replace("</article>", f"{notes}\n</article>", 1)
            written[page] = html.replace("</head>", f"{script}\n</head>", 1)
        else:
            address, name = escape(_way(page, moved[page])), escape(moved[page])
            written[page] = PAGE.format(address=address, name=name, root=root, script=script, parts=notes)
    return written


def _note(page: str, anchor: str, new: str) -> str:
    link = f'<a href="{escape(_way(page, new))}">{escape(new)}</a>'
    return f'<p class="ed-moved" id="{escape(anchor)}">This part has moved: {link}.</p>'


def _way(page: str, new: str) -> str:
    """Return the address of ``new`` as seen from ``page``; Sphinx's own function drops the part."""
    target, mark, anchor = new.partition("#")
    return relative_uri(page, target) + mark + anchor


def write(app: Sphinx, failure: Exception | None) -> None:
    """Write the pages of old addresses beside the others, before these are finished."""
    moved = read(Path(app.srcdir) / TABLE)
    if failure is not None or app.builder.format != "html" or not moved:
        return
    out = Path(app.outdir)
    files = [file for file in sorted(out.rglob("*.html")) if "_static" not in file.parts]
    pages = {file.relative_to(out).as_posix(): file.read_text(encoding="utf-8") for file in files}
    found = list(faults(moved, pages))
    for fault in found:
        getLogger(__name__).warning("%s: %s", TABLE, fault)
    for address, html in mended(moved, pages).items() if not found else ():
        file = paths.within(out, address)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(html, encoding="utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write, priority=800)  # pages.py finishes every page at 900
