"""``{edition}`version` ``: what CITATION.cff says of this edition, printed where a page needs it and typed nowhere.

Without a repository address or a DOI the page says so and what to do instead; none is ever invented.
"""

from __future__ import annotations

from collections.abc import Callable

from docutils import nodes
from docutils.nodes import Node, system_message
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole
from sphinx.util.osutil import relative_uri

from .. import releases
from ..citing import Edition
from .cite import edition_of


def _binder(edition: Edition) -> str:
    if not edition.repository:
        return "No public address of the repository is known yet: run it on your machine, or give Binder your own copy."
    return f"Give Binder the address {edition.repository}."


def _doi(edition: Edition) -> str:
    if edition.data:
        return edition.standing
    return f"Its DOI is {edition.doi}." if edition.doi else "This version has no DOI."


FACTS: dict[str, Callable[[Edition], str]] = {
    "version": lambda edition: edition.in_words,
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
        for file in ("CITATION.cff", releases.FILE):
            self.env.note_dependency(file)
        return [nodes.Text(FACTS[self.text](edition_of(self.env.app)))], []


def setup(app: Sphinx) -> None:
    app.add_role("edition", EditionRole())
