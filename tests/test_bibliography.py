"""The BibTeX file is what the register says, entry for entry."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from edition import bibliography, data


def test_the_committed_file_is_the_generated_one(root: Path) -> None:
    made = bibliography.bibtex(data.load("sources", root / "data"))
    assert (root / "book/references.bib").read_text("utf-8") == made, "run make book and commit book/references.bib"


def test_every_source_has_one_entry_with_balanced_braces(root: Path) -> None:
    sources = data.load("sources", root / "data")
    entries = bibliography.bibtex(sources).split("\n@")[1:]
    keys = [re.match(r"\w+\{([^,]+),", entry)[1] for entry in entries]  # type: ignore[index]
    assert keys == list(sources.source_id)
    for entry in entries:
        plain = re.sub(r"\\[{}]", "", entry)
        assert plain.count("{") == plain.count("}"), entry


def test_what_bibtex_would_misread_is_escaped() -> None:
    row = dict.fromkeys(("source_id", "symbol", "title", "author", "publisher", "date", "type", "url"), "")
    row |= {"source_id": "a-b", "title": "Rights & duties: 50% {sic}", "type": "report", "date": "1949-03"}
    made = bibliography.bibtex(pd.DataFrame([row]))
    assert r"title = {{Rights \& duties: 50\% \{sic\}}}" in made
    assert "@techreport{a-b," in made
    assert "year = {1949},\n  month = {3},\n  date = {1949-03}" in made
