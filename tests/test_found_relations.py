"""What holds between columns by machine is decided: docs/relations.csv and the tables of today fit each other."""

from __future__ import annotations

import csv
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def miner() -> ModuleType:
    return tool("relations")


@pytest.fixture(scope="module")
def now(miner: ModuleType) -> list[object]:
    found = miner.found(miner.cells(ROOT / "data"))
    assert len(found) > 100
    return list(found)


def test_every_relation_found_is_decided_and_every_decision_is_found(miner: ModuleType, now: list[object]) -> None:
    assert miner.undecided(now, miner.decided()) == []


def test_a_relation_that_nobody_decided_is_told(miner: ModuleType, now: list[object]) -> None:
    rows = miner.decided()
    name = ("votes", "regional_group", "equals", "iso3.regional_group")
    del rows[name]
    assert [line.split(" (")[0] for line in miner.undecided(now, rows)] == [" ".join(name)]


def test_a_decision_that_no_longer_occurs_is_told(miner: ModuleType, now: list[object]) -> None:
    rows = miner.decided() | {("votes", "vote", "determines", "iso3"): {"decision": "chance"}}
    assert miner.undecided(now, rows) == [
        "votes vote determines iso3: not found any more; take it out of docs/relations.csv."
    ]


def test_a_decision_left_open_is_told(miner: ModuleType, now: list[object]) -> None:
    rows = miner.decided()
    name = next(iter(rows))
    rows[name] = rows[name] | {"decision": ""}
    assert miner.undecided(now, rows) == [f"{' '.join(name)}: not decided yet."]


def test_each_decision_has_a_reason_and_each_rule_is_there(miner: ModuleType) -> None:
    with open(ROOT / "data/relations.csv", encoding="utf-8", newline="") as file:
        stated = {row["relation_id"] for row in csv.DictReader(file)}
    code = "".join((ROOT / "src/edition" / name).read_text("utf-8") for name in ("rules.py", "study_rules.py"))
    for row in miner.decided().values():
        assert row["reason"], row
        if row["decision"] in ("rule", "exception"):
            for name in re.sub(r";.*", "", row["reason"]).split(", "):
                known = f"def {name.removeprefix('(function) ')}(" in code if name.startswith("(") else name in stated
                assert known, f"{name} of {row} is no rule"


def test_dependencies_that_follow_from_others_are_left_out(miner: ModuleType) -> None:
    """section -> title -> chapter: that the section determines the chapter needs no decision of its own."""
    names = {one.name for one in miner.found(miner.cells(ROOT / "data"))}
    assert ("panels", "panel_id", "determines", "theme") in names
    assert ("panels", "panel_id", "determines", "mandating_resolution") not in names
