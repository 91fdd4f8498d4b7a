"""What can be found: the entries, the two files that pages load, and that each entry leads somewhere."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edition import findable, record
from edition.findable import Entry, PageContents

FIRST_ANSWER = 60_000  # bytes, compressed: all that is loaded until the box answers for the first time
SCRIPTS = ("search.js", "ranking.js", "fold.js", findable.TITLES)


def content(script: str) -> Any:
    """Return what a written module exports."""
    found = re.fullmatch(r"export const \w+ = (.*);\n", script, re.DOTALL)
    assert found
    return json.loads(found[1])


PAGE = PageContents(
    page="book/apples.html",
    title="II. On apples",
    chapter=True,
    sections=[("kinds", "Kinds"), ("fig-red", "Red")],
    exhibits=[("figure", "fig-red", "1", "Red ones", "How many are red")],
    paragraphs=[("3", "An apple is round."), ("4", "A pear is not.")],
)


def test_a_page_gives_itself_and_what_stands_on_it() -> None:
    found = list(findable.of_page(PAGE))
    assert [entry.kind for entry in found] == ["chapter", "section", "section", "figure", "paragraph", "paragraph"]
    assert found[0].names == ("II. On apples", "On apples", "Chapter II", "Section II", "apples")
    assert found[3] == Entry("figure", PAGE.page, "fig-red", ("Red ones", "Figure 1"), text="How many are red")
    assert found[-1] == Entry("paragraph", PAGE.page, "para-4", ("Paragraph 4", "4"), text="A pear is not.")


def test_the_files_hold_every_entry_once() -> None:
    state = Entry("state", "book/states/xxx.html", "", ("Erewhon", "XXX"), "Nowhere", 2, further=("Эревон",))
    files = findable.scripts([*findable.of_page(PAGE), state], {"state": [("votes", "Votes", "")]})
    titles, texts = content(files[findable.TITLES]), content(files[findable.TEXTS])
    assert titles["pages"] == ["book/apples.html", "book/states/xxx.html"]
    rows = dict(titles["entries"])
    assert rows["section"] == [[0, 0, 0, "", "Kinds"]], "an anchor that follows from its title is left out"
    assert rows["figure"] == [[0, "fig-red", 0, "", "Red ones", "Figure 1"]], "and it is no section as well"
    assert rows["state"] == [[1, "", 2, "Nowhere", "Erewhon", "XXX"]]
    assert titles["paragraphs"] == [[0, 3, 4]]
    assert texts == [[2, "How many are red"], [3, "", "Эревон"], [4, "An apple is round."], [5, "A pear is not."]]


@pytest.fixture(scope="module")
def entries(root: Path) -> list[Entry]:
    known = record.read(root / "data")
    return [*findable.of_record(known, {}), *findable.of_tables(root / "data")]


def test_a_state_has_the_names_that_the_table_gives_it(root: Path, entries: list[Entry]) -> None:
    names = {entry.names[1]: {*entry.names, *entry.further} for entry in entries if entry.kind == "state"}
    with open(root / "data/state_names.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["name"] in names[row["iso3"]] for row in rows)
    assert {row["iso3"] for row in rows} == set(names), "each has its code of two letters"


def test_a_name_is_given_to_one_state_alone(root: Path) -> None:
    """Two States may share an adjective, and nothing else."""
    with open(root / "data/state_names.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] != "adjective"]
    owners: dict[str, set[str]] = {}
    for row in rows:
        owners.setdefault(row["name"].casefold(), set()).add(row["iso3"])
    assert {name: states for name, states in owners.items() if len(states) > 1} == {}


def test_each_text_stands_in_one_place(entries: list[Entry]) -> None:
    """A document with a page is found there, and not in the register as well."""
    symbols = [entry.names[0] for entry in entries if entry.kind in ("text", "document")]
    assert {symbol for symbol in symbols if symbols.count(symbol) > 1 and re.fullmatch(r"[A-Z]+/\S+", symbol)} == set()


# The built site -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def titles(built: Path) -> dict[str, Any]:
    return dict(content((built / "_static" / findable.TITLES).read_text("utf-8")))


def addresses(titles: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield page and anchor of every entry."""
    for _, rows in titles["entries"]:
        for page, anchor, _, _, name, *_ in rows:
            slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
            yield titles["pages"][page], slug if anchor == 0 else anchor
    for page, first, last in titles["paragraphs"]:
        yield from ((titles["pages"][page], f"para-{number}") for number in range(first, last + 1))


def test_every_entry_leads_to_a_place(built: Path, titles: dict[str, Any]) -> None:
    ids: dict[str, set[str]] = {}
    lost = []
    for page, anchor in addresses(titles):
        if page not in ids:
            ids[page] = set(re.findall(r'\sid="([^"]+)"', (built / page).read_text("utf-8")))
        if anchor and anchor not in ids[page]:
            lost.append(f"{page}#{anchor}")
    assert lost == []
    assert len(ids) > 250


def test_what_the_first_answer_needs_is_light(built: Path) -> None:
    sizes = {name: len(gzip.compress((built / "_static" / name).read_bytes(), 9)) for name in SCRIPTS}
    assert sum(sizes.values()) <= FIRST_ANSWER, sizes


def test_texts_are_what_a_reader_reads(built: Path) -> None:
    """No code, no card, no note, no number of the margin stands in an excerpt."""
    read = [row[1] for row in content((built / "_static" / findable.TEXTS).read_text("utf-8"))]
    assert len(read) > 300
    for text in read:
        assert not re.search(r"[<>{}`]|\bed\.|\bimport |^\d+\. |\d+\.\d+[A-Z]", text), text
    introduction = (built / "book/introduction.html").read_text("utf-8")
    first = re.search(r'<p class="ed-para" id="para-1">.*?</a> (.*?)</p>', introduction, re.DOTALL)
    assert first
    seen = re.sub(
        r'<span class="ed-card".*?</span>|<sup.*?</sup>|<span class="ed-note.*', "", first[1], flags=re.DOTALL
    )
    begun = " ".join(re.sub(r"<[^>]+>", "", seen).split())[:60]
    assert any(text.startswith(begun) for text in read), begun


def test_no_page_loads_an_index_before_it_is_asked(built: Path) -> None:
    for page in built.rglob("*.html"):
        html = page.read_text("utf-8")
        assert not re.search(r"<(?:script|link)[^>]*(?:search|ranking|fold)[\w-]*\.js", html), page.name
    assert not list(built.rglob("searchindex.js"))
    assert not (built / "_findable").exists()
