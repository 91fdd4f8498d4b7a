"""``{edition}`version` ``: what CITATION.cff says of this edition, printed where a page needs it and typed nowhere.

Without a repository address or a DOI the page says so and what to do instead; none is ever invented.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from docutils.nodes import Node, system_message
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole
from sphinx.util.osutil import relative_uri

from ..text import date


def _binder(citation: dict[str, Any]) -> str:
    address = citation.get("repository-code")
    if not address:
        return "No public address of the repository is known yet: run it on your machine, or give Binder your own copy."
    return f"Give Binder the address {address}."


def _doi(citation: dict[str, Any]) -> str:
    return f"Its DOI is {citation['doi']}." if citation.get("doi") else "This version has no DOI."


FACTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "version": lambda citation: str(citation["version"]),
    "date": lambda citation: date(str(citation["date-released"])),
    "binder": _binder,
    "doi": _doi,
}


class EditionRole(SphinxRole):
    """Print one of ``FACTS``, or link the bibliography; an unknown name is an error that lists the known ones."""

    def run(self) -> tuple[list[Node], list[system_message]]:
        if self.text == "bibliography":
            here = self.env.app.builder.get_target_uri(self.env.docname)
            return [nodes.reference("", "BibTeX", refuri=relative_uri(here, "references.bib"))], []
        if self.text not in FACTS:
            message = f"no fact {self.text!r}; there are {', '.join(FACTS)} and bibliography"
            return [], [self.inliner.reporter.error(message, line=self.lineno)]
        self.env.note_dependency("CITATION.cff")
        citation = yaml.safe_load((Path(self.env.srcdir) / "CITATION.cff").read_text(encoding="utf-8"))
        return [nodes.Text(FACTS[self.text](citation))], []


def setup(app: Sphinx) -> None:
    app.add_role("edition", EditionRole())
