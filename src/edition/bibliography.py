"""The register of sources as BibTeX, for reference managers: ``book/references.bib`` is generated from ``sources``."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping

import pandas as pd

HEAD = "% Generated from data/sources.csv by `edition build`: change it there.\n"

# BibTeX knows no resolution: what is neither article nor book is @misc or @techreport, which every style prints.
_KINDS = {"article": "article", "book": "book", "report": "techreport", "working_paper": "techreport"}
_SPECIAL = re.compile(r"([&%$#_{}])")


def bibtex(sources: pd.DataFrame) -> str:
    """Return one BibTeX entry a source, in the order of ``sources`` (columns as in the table of that name)."""
    return HEAD + "".join(_entry(source) for source in sources.fillna("").to_dict("records"))


def _entry(source: Mapping[Hashable, str]) -> str:
    year, *rest = source["date"].split("-") if source["date"] else [""]
    fields = {
        "author": f"{{{_text(source['author'])}}}" if source["author"] else "",
        "title": f"{{{_text(source['title'])}}}",
        "number": _text(source["symbol"]),
        "institution": _text(source["publisher"]),
        "year": year,
        "month": str(int(rest[0])) if rest else "",
        "date": source["date"],
        "url": source["url"],
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"\n@{_KINDS.get(source['type'], 'misc')}{{{source['source_id']},\n" + ",\n".join(lines) + "\n}\n"


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
