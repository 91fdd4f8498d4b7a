"""Cells that follow one another share one button: what a notebook computes in steps, a reader opens at once."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

FOLDED = "tag_hide-input"


def join(_app: Sphinx, document: nodes.document) -> None:
    """Put the code of a folded cell that shows nothing before the code of the folded cell that follows it."""
    for cell in list(document.findall(_folded)):
        after = cell.next_node(descend=False, siblings=True)
        if after is not None and _folded(after) and not _parts(cell, "cell_code_output"):
            (code,), (more,) = _parts(cell, "cell_code_source"), _parts(after, "cell_code_source")
            more.insert(0, code.children)
            cell.parent.remove(cell)


def _folded(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code" and FOLDED in node["classes"]


def _parts(cell: nodes.Node, kind: str) -> list[nodes.Element]:
    return [part for part in cell.children if isinstance(part, nodes.Element) and part.get("nb_element") == kind]


def setup(app: Sphinx) -> None:
    # Before what is counted and numbered in a chapter.
    app.connect("doctree-read", join, priority=100)
