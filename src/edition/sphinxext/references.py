"""``{para}`consent` ``: the number of a paragraph of any chapter, by the label that stands before it.

A paragraph is labelled as MyST labels anything, by a line ``(consent)=`` before it, and printed as ``para. 123``;
several labels, parted by commas, as ``paras. 12, 15 and 19``, in the order of the study. The label is an address of the
paragraph as well (``legal-basis.html#consent``), for tables of notebooks, which know no numbers.
"""

from __future__ import annotations

from docutils import nodes
from docutils.nodes import Node, system_message
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxRole
from sphinx.util.logging import getLogger

from . import paragraphs


class paragraph_reference(nodes.Inline, nodes.Element):
    """Where numbers of paragraphs are printed: ``labels``, in the order of the source."""


class ParagraphRole(SphinxRole):
    def run(self) -> tuple[list[Node], list[system_message]]:
        reference = paragraph_reference(labels=[label.strip() for label in self.text.split(",")])
        self.set_source_info(reference)
        return [reference], []


def _labels(env: BuildEnvironment) -> dict[str, dict[str, int]]:
    """Return, for each chapter, the place of each labelled paragraph among its numbered ones, from 0."""
    if not hasattr(env, "edition_labels"):
        env.edition_labels = {}  # type: ignore[attr-defined]
    return env.edition_labels  # type: ignore[attr-defined]


def collect(app: Sphinx, document: nodes.document) -> None:
    """Remember the labels of a chapter's paragraphs, when it is read."""
    if not paragraphs.is_chapter(app.env, app.env.docname):
        return
    found = _labels(app.env)[app.env.docname] = {}
    for place, paragraph in enumerate(paragraphs.narrative(document)):
        for label in paragraph["names"]:
            found[label] = place
            if label not in paragraph["ids"]:
                message = f"the label {label} is the address of a heading already: choose another"
                getLogger(__name__).warning(message, location=paragraph)


def forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _labels(env).pop(docname, None)


def merge(_app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    _labels(env).update({name: found for name, found in _labels(other).items() if name in docnames})


def places(env: BuildEnvironment) -> dict[str, tuple[str, int]]:
    """Return the page and the number of every labelled paragraph of the study."""
    first = paragraphs.first_numbers(env)
    return {
        label: (page, first[page] + place)
        for page, found in sorted(_labels(env).items())
        if page in first
        for label, place in found.items()
    }


def resolve(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Print every reference of a page; an unknown label is a warning that names it, and so an error of the build."""
    known = None
    for reference in list(document.findall(paragraph_reference)):
        known = known if known is not None else places(app.env)
        unknown = [label for label in reference["labels"] if label not in known]
        if unknown:
            message = f"no paragraph is labelled {', '.join(unknown)}: put the line ({unknown[0]})= before it"
            getLogger(__name__).warning(message, location=reference)
        found = sorted({known[label] for label in reference["labels"] if label in known}, key=lambda place: place[1])
        reference.replace_self(_printed(app, docname, found))


def _printed(app: Sphinx, docname: str, found: list[tuple[str, int]]) -> list[Node]:
    """Return ``para. 12`` or ``paras. 12, 15 and 19``, each number a link."""
    printed: list[Node] = [nodes.Text("paras. " if len(found) > 1 else "para. ")]
    for position, (page, number) in enumerate(found):
        if position:
            printed.append(nodes.Text(" and " if position == len(found) - 1 else ", "))
        there = "" if page == docname else app.builder.get_relative_uri(docname, page)
        link = nodes.reference("", str(number), refuri=f"{there}#para-{number}", internal=True, classes=["ed-para-ref"])
        printed.append(link)
    return printed


def setup(app: Sphinx) -> None:
    app.add_node(paragraph_reference)
    app.add_role("para", ParagraphRole())
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("doctree-resolved", resolve)
