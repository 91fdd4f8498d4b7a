"""How this edition and its parts are cited: BibTeX, RIS, CSL-JSON, Chicago and the footnotes of the United Nations.

What is known of the edition comes from CITATION.cff: the version, the date, a DOI and an address where there are any.
Nothing is invented: without a DOI or an address a citation has none. Text in, text out; pages know nothing of formats.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import yaml

from .text import date, listing

NOT_RELEASED = "not released"
DIGITS = 12  # of a digest by which readers know the data
# Stands for a paragraph's number in a page's ready-made citations: letters alone, which no format escapes.
PARAGRAPH = "PARANUMBER"

_RIS_TYPES = {"edition": "BOOK", "figure": "FIGURE", "data": "DATA"}
_CSL_TYPES = {"edition": "book", "figure": "figure", "data": "dataset"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# BibTeX counts every brace, one after a backslash as well: a single one would end the entry, or the whole file.
_TEX = str.maketrans(
    {sign: f"\\{sign}" for sign in "&%$#_"}
    | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}", "\\": r"\textbackslash{}"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)
_LINE_ENDS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")  # whatever some reader takes for one


class CitationError(ValueError):
    """CITATION.cff cannot be used; the message says what it lacks."""


@dataclass(frozen=True)
class Name:
    """An author: an entity by its ``literal`` name, a person by ``family`` and ``given``."""

    literal: str = ""
    family: str = ""
    given: str = ""
    orcid: str = ""

    @property
    def inverted(self) -> str:
        return self.literal or ", ".join(part for part in (self.family, self.given) if part)

    @property
    def natural(self) -> str:
        return self.literal or " ".join(part for part in (self.given, self.family) if part)


@dataclass(frozen=True)
class Edition:
    """What CITATION.cff says: ``released`` is an ISO date; ``doi``, ``url`` and ``repository`` are empty when unknown.

    ``url`` is the folder on the web in which each version stands under its number (``URL/0.1.0/book/...``). ``data`` is
    empty for a release; of a tree that is none it is the digest of the data, and ``doi_before`` the DOI of the release.
    """

    title: str
    authors: tuple[Name, ...]
    version: str
    released: str
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    doi: str = ""
    url: str = ""
    repository: str = ""
    data: str = ""
    doi_before: str = ""

    @property
    def named(self) -> str:
        """Return what follows the word "version": a release by its number, anything else as standing after one."""
        return f"after {self.version}, {NOT_RELEASED}, data {self.data}" if self.data else self.version

    @property
    def issued(self) -> str:
        """Return the ISO date on which this came out; empty for what is not released."""
        return "" if self.data else self.released

    @property
    def in_words(self) -> str:
        """Return version and date as a sentence takes them: ``version 1.2.3, 4 March 2026``."""
        return f"version {self.named}" + (f", {date(self.issued)}" if self.issued else "")

    @property
    def heading(self) -> str:
        """Return the same as a line of its own: ``Version 1.2.3, 4 March 2026``."""
        return f"V{self.in_words[1:]}"

    @property
    def semantic(self) -> str:
        """Return the version as Semantic Versioning writes it, for formats that take no other."""
        return f"{self.version}+{NOT_RELEASED.replace(' ', '-')}.data.{self.data}" if self.data else self.version

    @property
    def slug(self) -> str:
        """Return the version as keys and names of files take it."""
        return f"after-{self.version}-{self.data}" if self.data else self.version

    def address(self, path: str = "") -> str:
        """Return where ``path`` of this version stands, else the repository, else nothing."""
        return f"{self.url.rstrip('/')}/{self.version}/{path}" if self.url else self.repository

    @property
    def doi_address(self) -> str:
        return f"https://doi.org/{self.doi}" if self.doi else ""

    @property
    def standing(self) -> str:
        """Return what this version has and lacks, in words for the reader who cites it."""
        if self.data:
            before = f", whose DOI is {self.doi_before}" if self.doi_before else ""
            told = f"This is no release: it stands after version {self.version}{before}."
            return f"{told} Only a release can be cited as a version."
        doi = f"The DOI of this version is {self.doi}." if self.doi else "This version has no DOI."
        lacking = "" if self.url or self.repository else " No public address of it is known yet."
        return doi + lacking


@dataclass(frozen=True)
class Work:
    """What is cited: the edition, or a part of it.

    ``kind`` is edition, page, paragraph, figure, table or data; ``locator`` finds the part in the edition
    (``figure 3``, ``para. 12``); ``path`` is its address from the site's first folder; ``sha256`` is that of a file.
    """

    key: str
    kind: str
    title: str = ""
    locator: str = ""
    path: str = ""
    sha256: str = ""


def read(cff: str) -> Edition:
    """Return what a CITATION.cff says; raises ``CitationError`` when a citation cannot be made from it."""
    told = yaml.safe_load(cff)
    lacking = [name for name in ("title", "version", "date-released", "authors") if not told.get(name)]
    if lacking:
        raise CitationError(f"CITATION.cff has no {listing(lacking)}: every citation needs it.")
    doi = told.get("doi") or next((one["value"] for one in told.get("identifiers", []) if one["type"] == "doi"), "")
    return Edition(
        title=told["title"],
        authors=tuple(_name(author) for author in told["authors"]),
        version=str(told["version"]),
        released=str(told["date-released"]),
        abstract=" ".join(str(told.get("abstract", "")).split()),
        keywords=tuple(told.get("keywords", ())),
        doi=re.sub(r"^(https?://(dx\.)?doi\.org/|doi:)", "", str(doi)),
        url=told.get("url", ""),
        repository=told.get("repository-code", ""),
    )


def _name(author: dict[str, Any]) -> Name:
    parts = (author.get(name, "") for name in ("name-particle", "family-names", "name-suffix"))
    family = " ".join(part for part in parts if part)
    return Name(author.get("name", ""), family, author.get("given-names", ""), author.get("orcid", ""))


def whole(edition: Edition) -> Work:
    """Return the edition itself as what is cited."""
    return Work("edition", "edition", edition.title, path="")


def _title(work: Work) -> str:
    """Return a part's title for formats that have no place of their own for a paragraph or a figure's number."""
    return f"{work.title} ({work.locator})" if work.locator else work.title


def _key(work: Work, edition: Edition) -> str:
    # Without the digest: a key is typed by hand.
    version = f"after-{edition.version}" if edition.data else edition.version
    return f"edition-{version}" + ("" if work.kind == "edition" else f"-{work.key}")


# Plain text


def chicago(work: Work, edition: Edition) -> str:
    """Return an entry of a bibliography after the Chicago Manual of Style."""
    first, *others = edition.authors
    *leading, last = first.inverted, *(name.natural for name in others)
    authors = f"{', '.join(leading)}, and {last}" if leading else last
    parts = [_stopped(authors)]
    if work.kind == "edition":
        parts.append(f"{edition.title}. Version {edition.named}.")
    else:
        place = f", {work.locator}" if work.locator else ""
        digest = f" (SHA-256: {work.sha256})" if work.sha256 else ""
        parts.append(f"“{_stopped(work.title)}” In {edition.title}, version {edition.named}{place}{digest}.")
    if edition.issued:
        day, month, year = date(edition.issued).split()
        parts.append(f"{month} {day}, {year}.")
    parts += [f"{address}." for address in (edition.address(work.path), edition.doi_address) if address]
    return " ".join(parts)


def un(work: Work, edition: Edition) -> str:
    """Return a footnote in the editorial style of the United Nations."""
    title = edition.title if work.kind == "edition" else f"“{work.title}”, in {edition.title}"
    place = f", {work.locator}" if work.locator else ""
    digest = f", SHA-256: {work.sha256}" if work.sha256 else ""
    doi = f", DOI: {edition.doi}" if edition.doi else ""
    authors = listing(name.natural for name in edition.authors)
    issued = f" ({date(edition.issued)})" if edition.issued else ""
    note = f"{authors}, {title}, version {edition.named}{issued}{place}{digest}{doi}."
    address = edition.address(work.path)
    return f"{note} Available at {address}." if address else note


def _stopped(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


# For reference managers


def bibtex(work: Work, edition: Edition) -> str:
    """Return one BibTeX entry, ``@misc``: the type that every style prints without a publisher, and none is known.

    The book and the version stand in ``howpublished``, where styles print them.
    """
    year, month, _ = edition.issued.split("-") if edition.issued else ("", "", "")
    version = f"version {edition.named}"
    names = (f"{{{tex(name.literal)}}}" if name.literal else tex(name.inverted) for name in edition.authors)
    fields = {
        "author": " and ".join(names),
        "title": f"{{{tex(_title(work))}}}",
        "howpublished": version.capitalize() if work.kind == "edition" else f"In: {tex(edition.title)}, {version}",
        "year": year,
        "month": _MONTHS[int(month) - 1] if month else "",
        "date": edition.issued,
        "note": f"SHA-256: {work.sha256}" if work.sha256 else "",
        "doi": edition.doi,
        "url": bibtex_address(edition.address(work.path)),
    }
    # A month is a macro of the style, and so stands without braces.
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}" for name, value in fields.items() if value]
    return f"@misc{{{_key(work, edition)},\n" + ",\n".join(lines) + "\n}\n"


def tex(text: str) -> str:
    """Return text as TeX and BibTeX print it: on one line, no sign of theirs left to act, every brace paired."""
    return one_line(text).translate(_TEX)


def bibtex_address(address: str) -> str:
    """Return an address for BibTeX, which prints it as it stands: what would end the entry is written in per cent."""
    return re.sub(r"[{}\\\s]", lambda sign: quote(sign[0]), address)


def one_line(text: str) -> str:
    return _LINE_ENDS.sub(" ", text)


def ris(work: Work, edition: Edition) -> str:
    """Return one RIS record: lines of ``XX  - value``, ended as the format asks by carriage return and line feed."""
    part = work.kind != "edition"
    lines = [
        ("TY", _RIS_TYPES.get(work.kind, "CHAP")),
        *(("AU", name.inverted) for name in edition.authors),
        ("TI", _title(work)),
        ("T2", edition.title if part else ""),
        ("PY", edition.issued[:4]),
        ("DA", f"{edition.issued.replace('-', '/')}/" if edition.issued else ""),
        ("ET", f"Version {edition.named}"),
        ("LA", "en"),
        ("N1", f"SHA-256: {work.sha256}" if work.sha256 else ""),
        ("DO", edition.doi),
        ("UR", edition.address(work.path)),
    ]
    return ris_record(lines)


def ris_record(tags: Iterable[tuple[str, str]]) -> str:
    """Return one record of RIS, a tag a line, empty ones left out, with the line ends that the format asks for."""
    told = [f"{tag}  - {one_line(value).strip()}" for tag, value in tags if value]
    return "\r\n".join([*told, "ER  - ", ""])


def csl_json(work: Work, edition: Edition) -> str:
    """Return a CSL-JSON list of one item."""
    people = [
        {"family": name.family, "given": name.given} if name.family and name.given else {"literal": name.natural}
        for name in edition.authors
    ]
    item = {
        "id": _key(work, edition),
        "type": _CSL_TYPES.get(work.kind, "chapter"),
        "title": _title(work),
        "container-title": "" if work.kind == "edition" else edition.title,
        "author": people,
        "issued": {"date-parts": [[int(part) for part in edition.issued.split("-")]]} if edition.issued else {},
        "version": edition.named,
        "language": "en",
        "note": f"SHA-256: {work.sha256}" if work.sha256 else "",
        "DOI": edition.doi,
        "URL": edition.address(work.path),
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False) + "\n"


Format = Callable[[Work, Edition], str]
# The name that readers see, the end of the file's name (none for plain text), its media type and the function.
FORMATS: dict[str, tuple[str, str, str, Format]] = {
    "un": ("United Nations footnote", "", "", un),
    "chicago": ("Chicago", "", "", chicago),
    "bibtex": ("BibTeX", "bib", "application/x-bibtex", bibtex),
    "ris": ("RIS", "ris", "application/x-research-info-systems", ris),
    "csl": ("CSL-JSON", "json", "application/vnd.citationstyles.csl+json", csl_json),
}


def every(work: Work, edition: Edition) -> dict[str, str]:
    """Return ``work`` in each of ``FORMATS``."""
    return {name: function(work, edition) for name, (_, _, _, function) in FORMATS.items()}
