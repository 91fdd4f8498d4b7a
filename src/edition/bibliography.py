"""The register of sources for reference managers, as BibTeX, RIS and CSL-JSON, made from ``sources``.

The site offers all three as ``references.*``; BibTeX, which other tools of writers read, is kept in ``book/`` as well.

Every document has one record under its ``source_id`` in each format. Formats made for journals know few of the kinds
of document of the United Nations: their symbol stands as number, and what fits no kind is put under a general one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from .citing import bibtex_address, ris_record, tex

HEAD = "% Generated from data/sources.csv by `edition build`: change it there.\n"

# BibTeX knows no resolution: what is neither article nor book is @misc or @techreport, which every style prints.
_KINDS = {"article": "article", "book": "book", "report": "techreport", "working_paper": "techreport"}

# Kind of document -> type in RIS, type in CSL. What is not here is GEN, and "document".
_OFFICIAL = ("GOVDOC", "document")
_TYPES = {
    "article": ("JOUR", "article-journal"),
    "book": ("BOOK", "book"),
    "dataset": ("DATA", "dataset"),
    "news": ("NEWS", "article-newspaper"),
    "report": ("RPRT", "report"),
    "statement": ("GEN", "speech"),
    "treaty": ("GOVDOC", "treaty"),
    "web_page": ("ELEC", "webpage"),
    "working_paper": ("RPRT", "report"),
    **dict.fromkeys(("decision", "declaration", "draft", "general_comment", "official_record"), _OFFICIAL),
    **dict.fromkeys(("parliamentary_record", "presidential_statement", "resolution"), _OFFICIAL),
}
_GENERAL = ("GEN", "document")
# In these the publisher is the journal or newspaper, which has a field of its own.
_IN_PERIODICALS = ("JOUR", "NEWS")

Row = Mapping[Hashable, str]


def write(sources: pd.DataFrame, folder: Path) -> None:
    """Write the register to ``folder`` in every format: ``references.bib``, ``.ris`` and ``.json``."""
    for suffix, make in FORMATS.items():
        (folder / f"references.{suffix}").write_text(make(sources), encoding="utf-8", newline="\n")


def bibtex(sources: pd.DataFrame) -> str:
    """Return one BibTeX entry a source, in the order of ``sources`` (columns as in the table of that name)."""
    return HEAD + "".join(_entry(source) for source in _rows(sources))


def ris(sources: pd.DataFrame) -> str:
    """Return one RIS record a source, in the order of ``sources``: a tag a line, from ``TY`` to ``ER``."""
    return "\r\n".join(ris_record(_tags(source)) for source in _rows(sources))


def csl_json(sources: pd.DataFrame) -> str:
    """Return the sources as a list in CSL-JSON, the format of citation styles, in the order of ``sources``."""
    items = [json.dumps(_item(source), ensure_ascii=False) for source in _rows(sources)]
    return "[\n" + ",\n".join(items) + "\n]\n"  # one a line: a change shows as one line


FORMATS: dict[str, Callable[[pd.DataFrame], str]] = {"bib": bibtex, "ris": ris, "json": csl_json}


def _rows(sources: pd.DataFrame) -> list[dict[Hashable, str]]:
    return sources.fillna("").to_dict("records")


def _entry(source: Row) -> str:
    year, *rest = source["date"].split("-") if source["date"] else [""]
    fields = {
        "author": f"{{{tex(source['author'])}}}" if source["author"] else "",
        "title": f"{{{tex(source['title'])}}}",
        "number": tex(source["symbol"]),
        "institution": tex(source["publisher"]),
        "year": year,
        "month": str(int(rest[0])) if rest else "",
        "date": source["date"],
        "url": bibtex_address(source["url"]),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"\n@{_KINDS.get(source['type'], 'misc')}{{{source['source_id']},\n" + ",\n".join(lines) + "\n}\n"


def _tags(source: Row) -> Iterator[tuple[str, str]]:
    kind, _ = _TYPES.get(source["type"], _GENERAL)
    year, month, day = [*source["date"].split("-"), "", "", ""][:3]
    yield "TY", kind
    yield "ID", source["source_id"]
    for author in _authors(source):
        yield "AU", author
    fields = {
        "TI": source["title"],
        "T2" if kind in _IN_PERIODICALS else "PB": source["publisher"],
        "M1": source["symbol"],
        "PY": year,
        "DA": f"{year}/{month}/{day}/" if year else "",
        "UR": source["url"],
    }
    yield from fields.items()


def _item(source: Row) -> dict[str, Any]:
    kind, csl = _TYPES.get(source["type"], _GENERAL)
    fields: dict[str, Any] = {
        "id": source["source_id"],
        "type": csl,
        "author": [_name(author) for author in _authors(source)],
        "title": source["title"],
        "container-title" if kind in _IN_PERIODICALS else "publisher": source["publisher"],
        "number": source["symbol"],
        "issued": {"date-parts": [[int(part) for part in source["date"].split("-")]]} if source["date"] else {},
        "URL": source["url"],
    }
    return {name: value for name, value in fields.items() if value}


def _authors(source: Row) -> list[str]:
    return [author.strip() for author in source["author"].split(";") if author.strip()]


def _name(author: str) -> dict[str, str]:
    """Return a person's name in its parts, anything else as it is: ``Family, Given`` has one word before its comma."""
    person = re.fullmatch(r"([\w'-]+), ([\w.'-]+(?: [\w.'-]+)*)", author)
    return {"family": person[1], "given": person[2]} if person else {"literal": author}
