"""Plausible wrong values: the quick measurement says what the whole check says, and its page is of this data."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from test_found_relations import tool

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def mutations() -> ModuleType:
    return tool("mutations")


@pytest.fixture(scope="module")
def record(mutations: ModuleType) -> Any:
    return mutations.Record(ROOT / "data")


def test_the_quick_way_agrees_with_the_whole_check(mutations: ModuleType, record: Any) -> None:
    made, found = mutations.measured(record, 1)
    assert 0.25 < len(found) / len(made) < 1
    assert mutations.proved(record, made, found, 4) == []


def test_the_changes_are_the_same_each_time(mutations: ModuleType, record: Any) -> None:
    made = list(mutations.mutations(record, 3))
    assert made == list(mutations.mutations(record, 3))
    assert all(mutation.new and mutation.new != mutation.old for mutation in made)
    assert {mutation.table for mutation in made} == set(record.rows)


@pytest.mark.parametrize("old", ["true", "A/HRC/RES/37/23", "Geneva", "12.5", "2018-03-23"])
def test_a_variation_is_another_value_of_the_same_form(mutations: ModuleType, old: str) -> None:
    new = mutations.variation(old, random.Random(1))
    assert new != old
    assert old == "true" or sorted(re.sub(r"\d", "", new)) == sorted(re.sub(r"\d", "", old))


def test_the_page_tells_of_each_table_measured_and_of_none_without_a_rule() -> None:
    page = (ROOT / "docs/mutations.md").read_text("utf-8")
    share = re.search(r"changes are caught: (\d+) per cent", page)
    assert share
    assert int(share[1]) >= 35
    assert "Tables in which none is caught today: none." in page
    with open(ROOT / "docs/mutations.csv", encoding="utf-8", newline="") as file:
        tables = {row["table"] for row in csv.DictReader(file)}
    assert tables <= {path.stem for path in (ROOT / "data").glob("*.csv")}, "measure anew: tools/mutations.py"
    assert set(re.findall(r"^\| ([a-z_]+) \|", page, re.M)) - {"table"} == tables
