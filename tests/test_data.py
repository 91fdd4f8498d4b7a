"""The data package: typed by its schema, and every mistake named so that its maker can mend it."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import small_data
from frictionless import Package, system

from edition import cli, data
from edition.problems import Problem

Rows = list[dict[str, str]]


TABLES = ("votes", "resolutions", "states", "sources", "council_memberships", "sponsorships", "statements", "events")


@pytest.fixture
def package(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some tables of the data package to break; the working folder is above it."""
    monkeypatch.chdir(tmp_path)
    return small_data.cut(root / "data", tmp_path / "data", TABLES)


def edit(package: Path, table: str, change: Callable[[Rows], Rows | None]) -> None:
    """Rewrite a table after ``change`` has altered its rows (in place, or by returning others)."""
    path = package / f"{table}.csv"
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows = change(rows) or rows
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def problems(package: Path) -> list[Problem]:
    data.package.cache_clear()
    return data.check(package)


def only(found: list[Problem], rule: str) -> Problem:
    """Return the one problem whose words hold ``rule``."""
    fitting = [problem for problem in found if rule.lower() in str(problem).lower()]
    assert fitting, "\n".join(map(str, found)) or "no problem was found"
    return fitting[0]


def test_the_data_hold(root: Path) -> None:
    started = time.process_time()
    found = data.check(root / "data")
    assert not found, "\n".join(map(str, found))
    assert time.process_time() - started < 10, "make check promises an answer within ten seconds"


def test_another_judge_agrees(root: Path) -> None:
    """Frictionless, which knows the standard and nothing of this edition, finds the package valid too."""
    with system.use_context(trusted=True):
        report = Package(str(root / "data" / data.SCHEMA)).validate()
    assert report.valid, report.to_summary()


def test_every_table_loads_with_the_types_of_its_schema(root: Path) -> None:
    for name, resource in data.resources(root / "data").items():
        frame = data.load(name, root / "data")
        fields = resource["schema"]["fields"]
        assert list(frame.columns) == [field["name"] for field in fields]
        for field in fields:
            expected = {"integer": "Int64", "year": "Int64", "number": "Float64", "boolean": "boolean"}
            kind = str(frame[field["name"]].dtype)
            assert kind == expected.get(field["type"], kind), f"{name}.{field['name']}"
            if field["type"] == "date":
                assert pd.api.types.is_datetime64_dtype(frame[field["name"]]), f"{name}.{field['name']}"


def test_every_file_of_the_folder_is_described(root: Path) -> None:
    """A table that nobody described would be published and checked by no one."""
    described = {resource["path"] for resource in data.resources(root / "data").values()}
    assert {path.name for path in (root / "data").glob("*.csv")} == described


def test_every_field_is_told(root: Path) -> None:
    for name, resource in data.resources(root / "data").items():
        assert resource["title"], name
        assert resource["description"], name
        for field in resource["schema"]["fields"]:
            assert field.get("title"), f"{name}.{field['name']} has no title"
            assert field.get("description"), f"{name}.{field['name']} has no words for readers"


def test_an_unknown_table_is_answered_with_the_known_ones(root: Path) -> None:
    with pytest.raises(KeyError, match="votes"):
        data.load("voets", root / "data")


def test_vote_by_a_state_that_was_no_member(package: Path) -> None:
    def swap(rows: Rows) -> None:
        votes = (row for row in rows if row["symbol"] == "A/HRC/RES/37/23")
        next(vote for vote in votes if vote["regional_group"] == "African States")["iso3"] = "MAR"

    edit(package, "votes", swap)  # Morocco sponsored the text and had no seat
    found = only(problems(package), "no member")
    assert (found.file, found.field, found.value) == ("data/votes.csv", "iso3", "MAR")
    assert found.row > 1


def test_unknown_state(package: Path) -> None:
    edit(package, "votes", lambda rows: rows[5].update(iso3="XXX"))
    found = only(problems(package), "states")
    assert (found.file, found.row, found.field, found.value) == ("data/votes.csv", 7, "iso3", "XXX")


def test_missing_column(package: Path) -> None:
    edit(package, "votes", lambda rows: [{k: v for k, v in row.items() if k != "vote"} for row in rows])
    found = only(problems(package), "vote")
    assert found.file == "data/votes.csv"
    assert str(found).endswith("the column is missing. Restore it.")


def test_duplicate_key(package: Path) -> None:
    edit(package, "sponsorships", lambda rows: [*rows, rows[0]])
    found = only(problems(package), "primary")
    assert found.file == "data/sponsorships.csv"
    assert found.row == len((package / "sponsorships.csv").read_text("utf-8").splitlines())
    assert found.field == "symbol, sponsor"
    assert found.value.startswith("A/")


def test_bad_date(package: Path) -> None:
    edit(package, "resolutions", lambda rows: rows[3].update(date="2018-13-45"))
    found = only(problems(package), "2018-13-45")
    assert (found.file, found.row, found.field) == ("data/resolutions.csv", 5, "date")


def test_a_roll_call_that_does_not_add_up(package: Path) -> None:
    def turn(rows: Rows) -> None:
        next(row for row in rows if row["symbol"] == "A/HRC/RES/43/21" and row["vote"] == "no").update(vote="yes")

    edit(package, "votes", turn)
    found = only(problems(package), "does not add up")
    assert found.file == "data/resolutions.csv"
    assert found.field in ("yes", "no")
    assert "A/HRC/RES/43/21" in found.rule


def test_a_source_nobody_registered(package: Path) -> None:
    edit(package, "votes", lambda rows: rows[0].update(source_id="no-such-document"))
    found = only(problems(package), "no-such-document")
    assert (found.file, found.row, found.field) == ("data/votes.csv", 2, "source_id")


def test_a_word_outside_the_vocabulary(package: Path) -> None:
    edit(package, "votes", lambda rows: rows[0].update(vote="perhaps"))
    found = only(problems(package), "perhaps")
    assert (found.row, found.field) == (2, "vote")


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda content: b"", "empty"),
        (lambda content: content.replace(b"\n", b"\r\n"), "Windows line ends"),
        (lambda content: b"\xef\xbb\xbf" + content, "byte-order mark"),
        (lambda content: content.rstrip(b"\n"), "does not end"),
        (lambda content: content + b"\xff\xfe\n", "not UTF-8"),
    ],
)
def test_files_that_are_not_plain(package: Path, break_it: Callable[[bytes], bytes], told: str) -> None:
    path = package / "votes.csv"
    path.write_bytes(break_it(path.read_bytes()))
    assert only(problems(package), told).file == "data/votes.csv"


def test_a_missing_file(package: Path) -> None:
    (package / "votes.csv").unlink()
    assert only(problems(package), "missing").file == "data/votes.csv"


def test_all_problems_at_once_and_exit_status_one(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(package, "votes", lambda rows: rows[5].update(iso3="XXX"))
    edit(package, "statements", lambda rows: rows[0].update(source_id="no-such-document"))
    (package / "events.csv").write_bytes(b"")
    data.package.cache_clear()
    assert cli.main(["check"]) == 1
    told = capsys.readouterr().err
    for file in ("data/votes.csv, row 7, column iso3", "data/statements.csv, row 2", "data/events.csv"):
        assert file in told
    assert "problem(s)" in told


def test_check_says_what_holds(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(root)
    assert cli.main(["check"]) == 0
    assert "no problem" in capsys.readouterr().out


def test_a_folder_without_data_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(data, "__file__", str(tmp_path / "elsewhere/data.py"))
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_schema_is_valid_json_or_the_line_is_named(package: Path) -> None:
    (package / "datapackage.json").write_text('{"name": "x",\n oops}')
    data.package.cache_clear()
    with pytest.raises(data.DataError, match=r"datapackage\.json, line 2"):
        data.check(package)
    data.package.cache_clear()


def test_the_package_carries_licence_and_version(root: Path) -> None:
    descriptor = json.loads((root / "data/datapackage.json").read_text("utf-8"))
    assert descriptor["licenses"][0]["name"] == "CC-BY-4.0"
    assert descriptor["version"]


def test_no_row_is_later_than_its_table_is_said_to_reach(root: Path) -> None:
    """What is printed under figures as the reach of a table: a date of the calendar that no row exceeds."""
    tables = data.resources(root / "data")
    dated = {name: data.covers_until(table) for name, table in tables.items() if data.covers_until(table)}
    assert {"resolutions", "votes", "treaty_acts", "upr_responses"} <= dated.keys()
    for name, until in dated.items():
        pd.Period(until)
        for column in {"date", "as_of", "year", "period_end"} & {
            field["name"] for field in tables[name]["schema"]["fields"]
        }:
            late = [row[column] for row in data.rows(name, root / "data") if row[column][: len(until)] > until]
            assert not late, f"{name}, {column}: {late} after {until}"


def test_what_was_checked_was_checked_after_it_happened(root: Path) -> None:
    for name, table in data.resources(root / "data").items():
        if checked := table.get("edition:checked_on"):
            assert data.covers_until(table)[:7] <= checked, name
