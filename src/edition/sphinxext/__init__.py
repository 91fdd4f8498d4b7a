"""The edition's Sphinx extension: paragraph numbers, source notes, numbered figures and tables, generated registers.

Each module has a ``setup(app)`` of its own and knows nothing of the others, but for the register of sources that
citations and figures both print from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from . import (
    changes,
    citations,
    cite,
    facts,
    metadata,
    numbers,
    outputs,
    pages,
    paragraphs,
    redirects,
    registers,
    scripts,
    versions,
)

STATIC = Path(__file__).resolve().parent.parent / "static"


def setup(app: Sphinx) -> dict[str, Any]:
    for module in (
        *(changes, citations, cite, facts, metadata, numbers, outputs, pages),
        *(paragraphs, redirects, registers, scripts, versions),
    ):
        module.setup(app)
    app.connect("config-inited", lambda _app, config: config.html_static_path.append(str(STATIC)))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
