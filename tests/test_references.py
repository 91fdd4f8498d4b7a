"""What stands behind a number, a term or a paragraph: source cards, marks of doubt, glossary, cross-references."""

from __future__ import annotations

import csv
import json
import re
from html import unescape
from pathlib import Path

import pytest

from edition.sphinxext import citations, glossary, sources
from edition.sphinxext.sources import Citation


def chapters(built: Path, root: Path) -> dict[str, str]:
    return {path.stem: (built / "book" / f"{path.stem}.html").read_text("utf-8") for path in root.glob("book/*.ipynb")}


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


# Source cards and marks of doubt


def test_a_note_is_read_part_by_part() -> None:
    assert citations.parse("a-b, para. 5; c-d; background; e, p. 2") == [
        Citation("a-b", "para. 5"),
        Citation("c-d", "", "background"),
        Citation("e", "p. 2"),
    ]


def test_a_word_of_doubt_alone_is_no_mark() -> None:
    assert citations.parse("background, para. 1") == [Citation("background", "para. 1")]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Rows that rest on three documents: one sure, one doubtful, one both."""
    (tmp_path / "facts.csv").write_text(
        "source_id,locator,confidence\n"
        "sure,p. 1,primary\nsure,p. 1,secondary\n"
        "doubtful,p. 1,background\ndoubtful,p. 2,background\n"
        "both,p. 1,conflicting\nboth,p. 2,primary\n"
    )
    (tmp_path / "places.csv").write_text("iso3,name\nFRA,France\n")
    columns = {"facts": ("source_id", "locator", "confidence"), "places": ("iso3", "name")}
    tables = [
        {"name": name, "path": f"{name}.csv", "schema": {"fields": [{"name": n, "type": "string"} for n in names]}}
        for name, names in columns.items()
    ]
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": tables}))
    return tmp_path


@pytest.mark.parametrize(
    ("source_id", "locator", "word"),
    [
        ("sure", "p. 1", ""),
        ("doubtful", "p. 1", "background"),
        ("doubtful", "whole text", "background"),
        ("both", "p. 1", "conflicting"),
        ("both", "p. 2", ""),
        ("both", "whole text", ""),
        ("unused", "p. 1", ""),
    ],
)
def test_doubt_is_computed_from_the_rows_of_the_place(data: Path, source_id: str, locator: str, word: str) -> None:
    assert sources.doubt(data, source_id, locator) == word


def test_grades_are_told_best_first(data: Path) -> None:
    assert sources.graded(data, "both") == "primary (1), conflicting (1)"
    assert sources.graded(data, "unused") == ""


def test_every_note_has_a_card_with_all_particulars(built: Path, root: Path) -> None:
    with open(root / "data/sources.csv", encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["source_id"] == "a-hrc-res-37-23")
    for name, html in chapters(built, root).items():
        notes, cards = re.findall(r'id="note-(\d+)"', html), re.findall(r'<a id="ref-(\d+)".*?class="ed-card"', html)
        assert notes == cards, name
    cards = re.findall(r'class="ed-card" role="note".*?</span></span>', chapters(built, root)["introduction"])
    told = text_of(next(card for card in cards if row["symbol"] in card))
    for part in (row["symbol"], row["title"], "23 March 2018", "Resolution", "Place:", "rows that rest on it: primary"):
        assert part in told, part
    assert f'href="{row["url"]}"' in cards[0]
    assert row["url"].startswith("https://docs.un.org/")


def test_what_rests_on_doubtful_rows_is_marked_and_nothing_else(built: Path, root: Path) -> None:
    for path in sorted(root.glob("book/*.ipynb")):
        cited = re.findall(r"\{src\}`([^`]*)`", path.read_text("utf-8"))
        marked = [
            any(
                c.doubt or sources.doubt(root / "data", c.source_id, c.locator) for c in citations.parse(unescape(note))
            )
            for note in cited
        ]
        html = (built / "book" / f"{path.stem}.html").read_text("utf-8")
        assert html.count('class="ed-doubt"') == sum(marked), path.stem
    assert "[sources differ]" in text_of((built / "book/high-commissioner.html").read_text("utf-8"))


# Glossary


def test_every_term_and_abbreviation_stands_on_the_page(built: Path, root: Path) -> None:
    html = (built / "book/glossary.html").read_text("utf-8")
    for term in glossary.read(root / "data/glossary.csv"):
        assert f'id="term-{term.term_id}"' in html, term.term_id
        assert term.definition in text_of(html), term.term_id
        if term.abbreviation:
            assert f'<a href="#term-{term.term_id}">{term.abbreviation}</a>' in html, term.abbreviation


def test_every_term_is_used_somewhere_and_linked_once_a_chapter(built: Path, root: Path) -> None:
    used: set[str] = set()
    for name, html in chapters(built, root).items():
        linked = re.findall(r'class="ed-term" href="glossary\.html#term-([a-z0-9-]+)"', html)
        assert len(linked) == len(set(linked)), name
        used.update(linked)
    whole = " ".join(text_of(html) for html in chapters(built, root).values())
    for term in glossary.read(root / "data/glossary.csv"):
        # An abbreviation may stand in a computed value or a table only, which are links or left alone.
        assert term.term_id in used or (term.abbreviation and term.abbreviation in whole), term.term_id


def test_the_first_use_is_linked_and_longer_wordings_win() -> None:
    def term(key: str, wordings: str) -> glossary.Term:
        return glossary.Term(key, key, "", wordings, "…", "", "", "background", "")

    pattern, known = glossary.wordings((term("fund", "fund"), term("special-fund", "Special Fund"), term("un", "UN")))
    found = [known[match[0]].term_id for match in pattern.finditer("Fund and special fund; Special Fund. UNESCO, UN.")]
    assert found == ["fund", "fund", "special-fund", "un"]


# Paragraphs


def test_references_name_the_paragraphs_that_carry_the_label(built: Path, root: Path) -> None:
    """Each ``{para}`` of a chapter, in order, leads to the number of the paragraph that the label stands before."""
    pages = chapters(built, root)
    number = {}
    for name, html in pages.items():
        for anchor, label in re.findall(r'id="para-(\d+)">(?:<span id="([a-z0-9-]+)"></span>)', html):
            number[label] = (name, int(anchor))
    count = 0
    for path in sorted(root.glob("book/*.ipynb")):
        for labels in re.findall(r"\{para\}`([^`]*)`", path.read_text("utf-8")):
            expected = sorted((number[label.strip()] for label in labels.split(",")), key=lambda place: place[1])
            printed = [str(n) for _, n in expected]
            words = (
                f"para. {printed[0]}" if len(printed) == 1 else f"paras. {', '.join(printed[:-1])} and {printed[-1]}"
            )
            assert words in text_of(pages[path.stem]), labels
            for page, n in expected:
                there = "" if page == path.stem else f"{page}.html"
                assert f'href="{there}#para-{n}"' in pages[path.stem], labels
            count += 1
    assert count >= 14, "the findings lead to the paragraphs that carry them"
