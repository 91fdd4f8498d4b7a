"""What the first page of the book says, in the PDF and in the EPUB: what it is, how to cite it, its licences."""

from __future__ import annotations

from . import citing
from .citing import Edition

NOTICE = (
    "This is an unofficial research edition. It is not a document of the United Nations, and no organization has "
    "endorsed it. Positions and provisions were coded by AI models; no person has coded them yet."
)
LICENCES = "Text, figures and data: CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). Code: MIT."


def reference(edition: Edition) -> str:
    """Return the edition as a footnote names it."""
    return citing.un(citing.whole(edition), edition)


def how_to_cite(edition: Edition) -> str:
    """Return the reference, what it lacks, and what to cite in its place for the words of a document."""
    return (
        f"{reference(edition)} {edition.standing} Cite paragraphs by their numbers: they are the same here and on the "
        "pages. For what a United Nations document says, cite that document."
    )
