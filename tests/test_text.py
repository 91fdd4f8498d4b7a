"""Numbers, dates and lists as the United Nations writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from edition import data, text


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (text.number(1086), "1,086"),
        (text.number(20170260), "20,170,260"),
        (text.number(2.5), "3"),  # halves away from zero, not to the even neighbour
        (text.number(-0.25, 1), "-0.3"),
        (text.number(5.80, 1), "5.8"),
        (text.words(0), "zero"),
        (text.words(9), "nine"),
        (text.words(10), "10"),
        (text.words(1086), "1,086"),
        (text.ordinal(2), "second"),
        (text.ordinal(11), "11th"),
        (text.ordinal(22), "22nd"),
        (text.percent(0.9134), "91.3 per cent"),
        (text.percent(0.5), "50 per cent"),
        (text.percent(0.333, 0), "33 per cent"),
        (text.date("2018-03-23"), "23 March 2018"),
        (text.date("1949-03"), "March 1949"),
        (text.date("1953"), "1953"),
        (text.listing(["Canada"]), "Canada"),
        (text.listing(["Canada", "China", "France"]), "Canada, China and France"),
        (text.listing(["yes", "no"], "or"), "yes or no"),
        (text.listing([]), ""),
    ],
)
def test_style(made: str, expected: str) -> None:
    assert made == expected


@pytest.mark.parametrize("missing", [None, pd.NA, pd.NaT, float("nan")], ids=str)
@pytest.mark.parametrize("print_", [text.number, text.percent, text.date])
def test_a_missing_value_is_never_printed(print_: Callable[[Any], object], missing: Any) -> None:
    with pytest.raises(ValueError, match="not known"):
        print_(missing)


def test_only_whole_numbers_become_words() -> None:
    with pytest.raises(TypeError, match="whole"):
        text.words(2.5)  # type: ignore[arg-type]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What ``glue`` would display: pairs of data and metadata."""
    displayed: list[tuple[dict[str, Any], dict[str, Any]]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw, metadata: displayed.append((data, metadata)))
    return displayed


def test_glue_has_the_form_that_the_book_reads(shown: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    text.glue("votes", yes=28, one=1, share="60.9 per cent")
    stored = [data["application/papermill.record/text/plain"] for data, _ in shown]
    assert stored == ["'28'", "'one'", "'60.9 per cent'"]
    assert [metadata["scrapbook"]["name"] for _, metadata in shown] == ["yes", "one", "share"]
    assert all(metadata["edition"] == {"tables": ["votes"]} for _, metadata in shown)


@pytest.mark.parametrize("value", [0.5, float("nan"), pd.NA, None])
def test_glue_refuses_raw_floats_and_gaps(value: Any, shown: list[object]) -> None:
    with pytest.raises(ValueError, match="share="):
        text.glue("votes", share=value)
    assert not shown


def test_a_sentence_that_no_longer_holds_is_marked_on_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    text.expect(True, "that none voted against")
    assert not shown
    text.expect(False, "that <none> voted against")
    assert "To be revised: the text here says that &lt;none&gt; voted against" in shown[0].data


def test_states_stand_in_a_sentence_as_the_united_nations_writes_them(root: Path) -> None:
    names = text.short_names(data.load("states", root / "data").set_index("iso3").name)
    assert text.the(names[["IRN", "GMB", "GBR"]]) == "the Islamic Republic of Iran, the Gambia and the United Kingdom"
    assert text.the(["Netherlands (Kingdom of the) (88 per cent)"]) == "the Kingdom of the Netherlands (88 per cent)"
    assert text.the(names[["NGA", "DMA", "SSD"]], "or") == "Nigeria, Dominica or South Sudan"
    with_article = {iso3 for iso3, name in names.items() if text.the([name]).startswith("the ")}
    assert {"NER", "DOM", "SDN", "COG", "COD", "PHL", "BOL", "NLD", "USA"} <= with_article
    assert all("(" not in text.the([name]) for name in names)


@pytest.mark.parametrize(
    ("registered", "printed"),
    [
        ("paras 22-32", "paras. 22–32"),
        ("paras. 5 and 8-9", "paras. 5 and 8–9"),
        ("Arts 55-56", "Arts. 55–56"),
        ("art. 14(3)-(4)", "art. 14 (3)-(4)"),
        ("chs 7-12", "chaps. 7–12"),
        ("ch. IV, sec. A", "chap. IV, sec. A"),
        ("A/HRC/RES/S-1/1, 2018-03-22", "A/HRC/RES/S-1/1, 2018-03-22"),
        ("v.2/Data/CSVs/1-5.csv @ 986898e98047", "v.2/Data/CSVs/1-5.csv @ 986898e98047"),
    ],
)
def test_a_place_is_printed_in_the_style_of_the_united_nations(registered: str, printed: str) -> None:
    assert text.place(registered) == printed
