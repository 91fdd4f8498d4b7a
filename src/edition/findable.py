"""What a reader can find, and the two files in which the pages find it.

An entry is whatever has an address of its own: a page, a section, a figure or table, a numbered paragraph, a State, a
text, a document of the register, a term, a table of data, a person. Its names come from the record and the pages alone;
how a few words are matched with them is the matter of ``static/ranking.js``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import data, lists, resolutions, states
from .record import Record
from .sphinxext.sources import REGISTER_PAGE, Source
from .statelists import KINDS

TITLES, TEXTS = "search-titles.js", "search-texts.js"
DATA_PAGE, GLOSSARY_PAGE = "book/apparatus/data.html", "book/glossary.html"
REGISTER = f"{REGISTER_PAGE}.html"
PROLIFIC = 20
BODIES = {"Council": "Human Rights Council HRC", "Commission": "Commission on Human Rights CHR"}
# What readers call a list of a State's or a text's page beside its title.
ALSO = {
    "votes": "voted vote roll call",
    "roll-call": "votes voted vote in favour against abstained abstention",
    "sponsors": "sponsorship co-sponsors",
    "statements": "explanation of vote debate said",
    "provisions": "text paragraphs operative preamble",
    "received": "assistance projects received recipient",
    "upr-received": "UPR universal periodic review",
    "upr-made": "UPR universal periodic review",
    "treaties": "ratification ratified signed party conventions",
}
_NUMBERED = re.compile(r"([IVXLC]+)\. (.+)")
_SYMBOL_END = re.compile(r"(?:[A-Z]+-)?\d+/\d+$")


@dataclass(frozen=True)
class Entry:
    """One thing to be found: where it stands (page and anchor), its names, title first, and what else belongs to it.

    ``uses`` says how often the edition leads to it; ``text`` is read in full, and shown as an excerpt. ``further`` are
    names that come with the texts, after the first answer: those in other scripts.
    """

    kind: str
    page: str
    anchor: str
    names: tuple[str, ...]
    more: str = ""
    uses: int = 0
    text: str = ""
    further: tuple[str, ...] = ()


@dataclass(frozen=True)
class PageContents:
    """What a page of the book holds: its title, sections (anchor, title), exhibits (kind, anchor, number, title,
    caption), its numbered paragraphs (number, text), and its text where paragraphs have no numbers."""

    page: str
    title: str
    chapter: bool
    sections: Sequence[Sequence[str]] = ()
    exhibits: Sequence[Sequence[str]] = ()
    paragraphs: Sequence[Sequence[str]] = ()
    text: str = ""


def of_page(contents: PageContents) -> Iterator[Entry]:
    """Yield a page and what stands on it, in the order of the page's lists."""
    page, numbered = contents.page, _NUMBERED.match(contents.title)
    stem = page.rpartition("/")[2].removesuffix(".html").replace("-", " ")
    called = (numbered[2], f"Chapter {numbered[1]}", f"Section {numbered[1]}") if numbered else ()
    names = _filled((contents.title, *called, stem))
    yield Entry("chapter" if contents.chapter else "page", page, "", names, text=contents.text)
    for anchor, title in contents.sections:
        yield Entry("section", page, anchor, (title,))
    for kind, anchor, number, title, caption in contents.exhibits:
        yield Entry(kind, page, anchor, (title, f"{kind.capitalize()} {number}"), text=caption)
    for number, text in contents.paragraphs:
        yield Entry("paragraph", page, f"para-{number}", (f"Paragraph {number}", number), text=text)


def of_record(record: Record, uses: Mapping[str, int]) -> Iterator[Entry]:
    """Yield what the record alone knows; ``uses``: document -> how many places of the book cite it."""
    yield from _states(record)
    yield from _texts(record, uses)
    yield from _documents(record, uses)
    yield from _terms(record)
    yield from _people(record)


def _states(record: Record) -> Iterator[Entry]:
    for row in states.in_order(record):
        others = [other["name"] for other in record.where("state_names", "iso3", row["iso3"])]
        names = _filled((row["name"], row["iso3"], *filter(_is_latin, others)))
        further = tuple(name for name in others if not _is_latin(name))
        page = f"{states.FOLDER}/{row['iso3'].lower()}.html"
        yield Entry("state", page, "", names, row["regional_group"], further=further)


def _is_latin(name: str) -> bool:
    return "LATIN" in unicodedata.name(name[0])


def _texts(record: Record, uses: Mapping[str, int]) -> Iterator[Entry]:
    for row in resolutions.texts(record):
        short = _SYMBOL_END.search(row["symbol"])
        kind = row["doc_type"].replace("_", " ")
        called = f"{kind} {short[0]}" if short else ""
        names = (row["symbol"], row["title"], called, row["date"][:4], row["draft_symbol"])
        more = f"{kind} {BODIES.get(row['body'], row['body'])} {row['topic']}"
        page = f"{resolutions.FOLDER}/{lists.slug(row['symbol'])}.html"
        yield Entry("text", page, "", _filled(names), more, 1 + uses.get(lists.slug(row["symbol"]), 0))


def _documents(record: Record, uses: Mapping[str, int]) -> Iterator[Entry]:
    """Yield the documents of the register that have no page of their own."""
    paged = {row["symbol"] for row in resolutions.texts(record)}
    wrote = Counter(row["author"] for row in record.tables["sources"])
    for row in record.tables["sources"]:
        if row["symbol"] not in paged:
            source = Source(**{name: row[name] for name in Source.__dataclass_fields__})
            author = source.author if wrote[source.author] <= PROLIFIC else ""  # organs have hundreds
            names = _filled((source.symbol, source.title, source.short_title, author))
            made = " ".join(filter(None, ("" if author else source.author, source.date[:4])))
            told = ". ".join(filter(None, (source.kind, source.publisher)))
            yield Entry("document", REGISTER, source.source_id, names, made, uses.get(source.source_id, 0), told)


def _terms(record: Record) -> Iterator[Entry]:
    for row in record.tables["glossary"]:
        names = (row["term"], row["abbreviation"], *row["wordings"].split(";"))
        yield Entry("term", GLOSSARY_PAGE, f"term-{row['term_id']}", _filled(names), text=row["definition"])


def _people(record: Record) -> Iterator[Entry]:
    """Yield who spoke on a text or sat on a panel that it mandated, where the text has a page."""
    spoke = [(row["person"], row["symbol"], "statements", row["date"]) for row in record.tables["statements"]]
    sat = [(row["participant"], row["mandating_resolution"], "panels", row["date"]) for row in record.tables["panels"]]
    seen = set()
    for person, symbol, anchor, date in (*spoke, *sat):
        if person and symbol and lists.has_page(record, symbol) and (person, symbol) not in seen:
            seen.add((person, symbol))
            page = f"{resolutions.FOLDER}/{lists.slug(symbol)}.html"
            yield Entry("person", page, anchor, (person,), f"{symbol} {date[:4]}")


def of_tables(root: Any) -> Iterator[Entry]:
    """Yield the tables of the data package ``root``, as its descriptor names them."""
    for name, resource in data.resources(root).items():
        yield Entry(
            "data",
            DATA_PAGE,
            f"table-{name}",
            (resource["title"], name.replace("_", " ")),
            "data table dataset CSV download",
        )


def _filled(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


# Files ----------------------------------------------------------------------------------------------------------------


def sections() -> dict[str, list[tuple[str, str, str]]]:
    """Return, for State and text pages, the lists that stand on them: anchor, title, and other words for it."""
    return {
        "state": [(kind.id, kind.title, ALSO.get(kind.id, "")) for kind in KINDS],
        "text": [(kind.id, kind.title, ALSO.get(kind.id, "")) for kind in resolutions.LISTS],
    }


def scripts(entries: Sequence[Entry], headings: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, str]:
    """Return the two files that the pages load, by name: what things are called, and what is read of them in full.

    Paragraphs come last, each chapter's as a span of numbers: their texts, a hundred times as long, are in the second.
    """
    better = {(entry.page, entry.anchor) for entry in entries if entry.kind != "section"}
    entries = [one for one in entries if one.kind != "section" or (one.page, one.anchor) not in better]
    named = [entry for entry in entries if entry.kind != "paragraph"]
    numbered = [entry for entry in entries if entry.kind == "paragraph"]
    pages = list(dict.fromkeys(entry.page for entry in (*named, *numbered)))
    at = {page: place for place, page in enumerate(pages)}
    kinds = list(dict.fromkeys(entry.kind for entry in named))
    titles = {
        "pages": pages,
        "sections": headings,
        "entries": [[kind, [_row(one, at) for one in named if one.kind == kind]] for kind in kinds],
        "paragraphs": [[at[page], *span] for page, span in _spans(numbered).items()],
    }
    ordered = [one for kind in kinds for one in named if one.kind == kind] + numbered
    texts = [[place, one.text, *one.further] for place, one in enumerate(ordered) if one.text or one.further]
    return {TITLES: _module("titles", titles), TEXTS: _module("texts", texts)}


def _row(entry: Entry, at: Mapping[str, int]) -> list[Any]:
    """Return page, anchor (none where it follows from the first name), uses, what else belongs to it, and names."""
    anchor = "" if entry.anchor == lists.slug(entry.names[0]) else entry.anchor
    kept = 0 if anchor == "" and entry.anchor else anchor
    return [at[entry.page], kept, entry.uses, entry.more, *entry.names]


def _spans(paragraphs: Iterable[Entry]) -> dict[str, tuple[int, int]]:
    """Return the first and the last number of each page's paragraphs, which follow each other without a gap."""
    spans: dict[str, tuple[int, int]] = {}
    for entry in paragraphs:
        number = int(entry.names[1])
        spans[entry.page] = (spans.get(entry.page, (number, 0))[0], number)
    return spans


def _module(name: str, value: Any) -> str:
    return f"export const {name} = {json.dumps(value, ensure_ascii=False, separators=(',', ':'))};\n"
