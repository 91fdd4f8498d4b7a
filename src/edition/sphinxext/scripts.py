"""What a page loads: the edition's style and its one script, and the files behind exhibits; no other host, ever."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from .. import figures, paths
from .outputs import FOLDER, exhibits

STYLES = ("edition.css", "figures.css")


def write_exhibit_files(app: Sphinx, document: nodes.document, _docname: str) -> None:
    """Write the figures behind every exhibit of a page as CSV, its chart as SVG, and what makes that live as JSON."""
    if app.builder.format != "html":
        return
    folder = Path(app.outdir) / FOLDER
    for about in exhibits(document):
        folder.mkdir(exist_ok=True)
        files = figures.figure_files(about["html"]) if about["kind"] == "figure" else {"csv": about["csv"].encode()}
        for suffix, content in files.items():
            paths.within(folder, f"{about['id']}.{suffix}").write_bytes(content)


def write_palette(app: Sphinx, failure: Exception | None) -> None:
    """Write the colours of charts as a stylesheet. The drawing library is written by ``edition.site``, meanwhile."""
    if failure is None and app.builder.format == "html":
        palette = figures.palette_css()
        (Path(app.outdir) / "_static" / "palette.css").write_text(palette, encoding="utf-8")


def setup(app: Sphinx) -> None:
    for style in (*STYLES, "palette.css"):
        app.add_css_file(style)
    app.add_js_file("figures.js", type="module")
    app.connect("doctree-resolved", write_exhibit_files)
    app.connect("build-finished", write_palette)
