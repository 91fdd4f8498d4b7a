"""Tables: inert, well formed, written as the United Nations writes numbers, and readable back."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pandas as pd
import pytest

from edition import text
from edition.tables import FILLS, Link, table

FRAME = pd.DataFrame(
    {
        "state": ["Chile", "Côte d'Ivoire", "<script>alert(1)</script>"],
        "year": [2018.0, None, 2021.0],
        "amount": [1086.5, None, -3.25],
        "texts": pd.array([1086, None, 0], dtype="Int64"),
        "document": [Link("A/HRC/37/1", "https://example.org/?a=1&b=2"), None, "none"],
        "day": pd.to_datetime(pd.Series(["2018-03-23", None, "2020-01-02"])),
        "party": [True, False, None],
    }
)
TOLD: dict[str, Any] = {
    "id": "tbl-money",
    "caption": "Money by State",
    "sources": ["a-54-303"],
    "tables": ["activities"],
}


def cells(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]


def test_values_are_written_for_readers() -> None:
    gap = '<abbr title="not available">..</abbr>'
    link = '<a href="https://example.org/?a=1&amp;b=2">A/HRC/37/1</a>'
    _, first, second, third = cells(table(FRAME, **TOLD).html)
    assert first == ["Chile", "2018", "1,086.50", "1,086", link, "23 March 2018", "yes"]
    assert second == ["Côte d&#x27;Ivoire", gap, gap, gap, gap, gap, "no"]
    assert third == [
        "&lt;script&gt;alert(1)&lt;/script&gt;", "2021", "\u22123.25", "0", "none", "2 January 2020", gap,
    ]  # fmt: skip


def test_headers_name_columns_rows_and_units() -> None:
    html = table(FRAME, **TOLD, header={"amount": "Sum <b>"}, units={"amount": "US dollars"}).html
    assert 'data-column="amount" data-places="2" class="ed-num">Sum &lt;b&gt; <span class="ed-unit">US dollars' in html
    assert html.count('<th scope="row">') == len(FRAME)
    assert '<div class="ed-table-wrap" tabindex="0" role="region" aria-label="Money by State">' in html
    assert "<script" not in html


def test_a_table_that_fills_its_window_is_called_long() -> None:
    rows = pd.DataFrame({"year": range(2000, 2000 + FILLS)})
    assert 'class="ed-table-wrap ed-long"' in table(rows, **TOLD).html  # and a head
    assert 'class="ed-table-wrap"' in table(rows[1:], **TOLD).html


def test_formats_decimals_and_sides_can_be_set() -> None:
    options: dict[str, Any] = {
        "decimals": {"amount": 0},
        "formats": {"texts": lambda n: f"{n} texts"},
        "align": {"state": "center"},
    }
    html = table(FRAME, **TOLD, **options, footnote="A & B").html
    assert cells(html)[1][2:4] == ["1,087", "1086 texts"]
    assert '<th scope="row" class="ed-mid">Chile' in html
    assert '<p class="ed-table-note">A &amp; B</p>' in html


def test_the_csv_has_the_values_without_dressing_and_the_addresses() -> None:
    rows = list(csv.reader(io.StringIO(table(FRAME, **TOLD).facts["csv"])))
    assert rows[0] == ["state", "year", "amount", "texts", "document", "document (address)", "day", "party"]
    address = "https://example.org/?a=1&b=2"
    assert rows[1] == ["Chile", "2018", "1086.50", "1086", "A/HRC/37/1", address, "2018-03-23", "yes"]
    assert rows[2] == ["Côte d'Ivoire", "", "", "", "", "", "", "no"]
    assert rows[3][:3] == ["<script>alert(1)</script>", "2021", "-3.25"]


def test_long_tables_leave_the_rest_to_the_csv() -> None:
    made = table(pd.DataFrame({"n": range(412)}), **TOLD)
    assert "The first 200 of 412 rows; the CSV has them all." in made.html
    assert '<table class="ed-table" data-table="tbl-money" data-rows="412">' in made.html
    assert made.html.count("<tr>") == 201
    assert made.facts["csv"].count("\n") == 413
    assert made.plain == "Table tbl-money: Money by State (412 rows)"


def test_a_page_holds_at_most_200_rows_of_a_table() -> None:
    with pytest.raises(ValueError, match="max_rows must be 1 to 200"):
        table(FRAME, **TOLD, max_rows=201)


def test_headers_tell_the_page_how_to_write_what_comes_from_the_csv() -> None:
    html = table(FRAME, **TOLD).html
    assert '<th scope="col" data-column="amount" data-places="2" class="ed-num">' in html
    assert '<th scope="col" data-column="year" class="ed-num">' in html
    assert '<th scope="col" data-column="day" data-dates>' in html
    assert '<th scope="col" data-column="state">' in html


def test_an_empty_table_is_a_table() -> None:
    made = table(FRAME.head(0), **TOLD)
    assert len(cells(made.html)) == 1
    assert made.facts["csv"] == "state,year,amount,texts,document,day,party\n"


def test_metadata_tell_the_build_what_it_needs() -> None:
    bundle, metadata = table(FRAME, **TOLD)._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    csv_text = metadata["edition"].pop("csv")
    assert csv_text.startswith("state,year,")
    assert metadata == {"edition": {"kind": "table", **TOLD}}


def test_a_table_is_the_same_each_time() -> None:
    assert table(FRAME, **TOLD).html == table(FRAME.copy(), **TOLD).html


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "money"}, "its id must look like tbl-"),
        ({"caption": " "}, "tbl-money: caption is missing"),
        ({"sources": []}, "at least one source id"),
        ({"units": {"sum": "US dollars"}}, "no column sum; it has state, year"),
        ({"header": {"sum": "Sum"}}, "no column sum"),
    ],
)
def test_what_is_missing_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        table(FRAME, **{**TOLD, **change})


@pytest.mark.parametrize("href", ["javascript:alert(1)", "data:text/html,x", " https://example.org", "", "a b"])
def test_only_web_addresses_are_linked(href: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        Link("here", href)


def test_a_link_needs_words() -> None:
    with pytest.raises(ValueError, match="no text"):
        Link(" ", "https://example.org")
    assert Link("See", "../data/votes.csv#row-2")


def test_dates_in_words_sort_and_travel_as_dates() -> None:
    frame = pd.DataFrame({"event": ["a", "b", "c"], "when": ["1949-08", "1949-03-04", "1953"]})
    made = table(frame, **{**TOLD, "id": "tbl-when"}, formats={"when": text.date})
    assert 'data-sort="1949-08">August 1949<' in made.html
    assert 'data-sort="1949-03-04">4 March 1949<' in made.html
    assert ">1953<" in made.html
    assert made.facts["csv"].splitlines()[1:] == ["a,1949-08", "b,1949-03-04", "c,1953"]
