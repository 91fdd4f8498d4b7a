"""The register of sources as pages print it: one entry a document, its label, its line and its address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from textwrap import shorten

from ..data import resources, rows
from ..text import date

REGISTER_PAGE = "book/apparatus/sources"

# How far a row of data can be trusted, best first, and what a page says of it.
CONFIDENCE = {
    "primary": "the document itself",
    "secondary": "as another text reports it",
    "background": "not confirmed",
    "conflicting": "sources differ",
}
DOUBTFUL = ("background", "conflicting")


@dataclass(frozen=True)
class Source:
    """One document of the register; every field is text and may be empty but the id and the title."""

    source_id: str
    symbol: str
    title: str
    short_title: str
    author: str
    publisher: str
    date: str
    type: str
    url: str

    @property
    def label(self) -> str:
        """The name under which a document is cited: its symbol where it has one, else a short title, else its title."""
        return self.symbol or self.short_title or shorten(self.title, width=60, placeholder=" …")

    @property
    def full_title(self) -> str:
        """The title, where the label does not say it already."""
        return "" if self.title == self.label else self.title

    @property
    def kind(self) -> str:
        """The type and date in words: ``Press release, 27 November 2003``."""
        parts = [self.type.replace("_", " ").capitalize(), date(self.date) if self.date else "undated"]
        return ", ".join(part for part in parts if part)

    def link(self, text: str = "") -> str:
        """Return ``text`` (or the label) as a link to the document, plain where no address is known; HTML-safe."""
        label = escape(text or self.label)
        return f'<a class="external" href="{escape(self.url)}">{label}</a>' if self.url else label


@cache
def register(path: Path) -> dict[str, Source]:
    """Return every source of ``path`` (``data/sources.csv``) by its id."""
    fields = Source.__dataclass_fields__
    return {row["source_id"]: Source(**{name: row[name] for name in fields}) for row in rows(path.stem, path.parent)}


def register_of(app: object) -> dict[str, Source]:
    """Return the register of the book that ``app`` builds."""
    return register(Path(app.srcdir) / "data" / "sources.csv")  # type: ignore[attr-defined]


@cache
def grades(data: Path) -> Mapping[tuple[str, str], Counter[str]]:
    """Count the rows of all tables of ``data`` by confidence, for each document and place in it.

    The key is ``(source_id, locator)``; ``(source_id, "")`` counts all rows that rest on the document.
    """
    counted: dict[tuple[str, str], Counter[str]] = {}
    for name in sorted(resources(data)):
        for row in rows(name, data):
            source_id, confidence = row.get("source_id"), row.get("confidence")
            if source_id and confidence:
                for locator in {"", row.get("locator") or ""}:
                    counted.setdefault((source_id, locator), Counter())[confidence] += 1
    return counted


def doubt(data: Path, source_id: str, locator: str) -> str:
    """Return ``background`` or ``conflicting`` where all that the data take from this place is so, else nothing.

    A place that no row names stands for its whole document.
    """
    counted = grades(data)
    found = counted.get((source_id, locator)) or counted.get((source_id, ""), Counter())
    return found.most_common(1)[0][0] if found and all(grade in DOUBTFUL for grade in found) else ""


def graded(data: Path, source_id: str) -> str:
    """Return the confidence of the rows that rest on a document in words: ``primary (8), secondary (1)``."""
    found = grades(data).get((source_id, ""), Counter())
    return ", ".join(f"{word} ({found[word]:,})" for word in CONFIDENCE if found[word])


@dataclass(frozen=True)
class Citation:
    """One document of a note: its id, the place in it, and the doubt set by hand (a word of `DOUBTFUL`, or nothing)."""

    source_id: str
    locator: str = ""
    doubt: str = ""


def parse(text: str) -> list[Citation]:
    """Return the documents of a note, in order; a part that is a word of `DOUBTFUL` belongs to the one before it."""
    found: list[Citation] = []
    for part in text.split(";"):
        source_id, _, locator = (piece.strip() for piece in part.partition(","))
        if source_id in DOUBTFUL and not locator and found:
            found[-1] = Citation(found[-1].source_id, found[-1].locator, source_id)
        else:
            found.append(Citation(source_id, locator))
    return found
