"""Each rule across tables: it holds on the record, and a broken row is named by file, row, field and rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from edition import data, rules

Frames = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def record(root: Path) -> Frames:
    return data.load_all(root / "data")


def set_cell(
    table: str, where: Callable[[pd.DataFrame], pd.Series], field: str, value: object
) -> Callable[[Frames], int]:
    """Return a change of the first row that fits; the change returns the row's line."""

    def change(frames: Frames) -> int:
        frame = frames[table].copy()
        index = frame.index[where(frame)][0]
        frame.loc[index, field] = value
        frames[table] = frame
        return int(index) + 2

    return change


def drop_row(table: str, where: Callable[[pd.DataFrame], pd.Series]) -> Callable[[Frames], int]:
    """Return a change that takes the first fitting row out; rows below keep their index, so 0 is returned."""

    def change(frames: Frames) -> int:
        frames[table] = frames[table].drop(frames[table].index[where(frames[table])][0])
        return 0

    return change


BROKEN = {
    "a total that the roll call does not give": (
        set_cell("resolutions", lambda f: f.symbol == "A/HRC/RES/43/21", "no", 15),
        ("data/resolutions.csv", "no", "does not add up"),
    ),
    "a vote that left the roll call": (
        drop_row("votes", lambda f: f.symbol == "A/HRC/RES/46/13"),
        ("data/resolutions.csv", "symbol", "full roll call of the Council has 47"),
    ),
    "a full roll call that is nowhere": (
        set_cell("resolutions", lambda f: f.symbol == "A/HRC/RES/46/30", "roll_call", "full"),
        ("data/resolutions.csv", "roll_call", "no vote on it"),
    ),
    "votes on a text that announces none": (
        set_cell("resolutions", lambda f: f.symbol == "A/HRC/RES/37/23", "roll_call", "none"),
        ("data/votes.csv", "symbol", "no full roll call"),
    ),
    "a vote by a State that was no member": (
        set_cell("votes", lambda f: (f.symbol == "A/HRC/RES/37/23") & (f.iso3 == "TUN"), "iso3", "MAR"),
        ("data/votes.csv", "iso3", "no member"),
    ),
    "a vote in another regional group": (
        set_cell("votes", lambda f: f.iso3 == "CHN", "regional_group", "African States"),
        ("data/votes.csv", "regional_group", "belongs to Asia-Pacific States"),
    ),
    "a paragraph of the outline without claims": (
        set_cell("claims", lambda f: f.paragraph == 13, "paragraph", 14),
        None,  # paragraph 13 has more than one claim: one less still holds
    ),
    "a correction without its value": (
        set_cell("claims", lambda f: f.verdict == "corrected", "correct_value", None),
        ("data/claims.csv", "correct_value", "is corrected without it"),
    ),
    "a correction without its source": (
        set_cell("claims", lambda f: f.verdict == "corrected", "source_id", None),
        ("data/claims.csv", "source_id", "is corrected without it"),
    ),
    "a position coded once": (
        drop_row("position_codings", lambda f: f.coder == "second"),
        ("data/positions.csv", "position_id", "no second coding"),
    ),
    "a joint reply of one State": (
        set_cell("submissions", lambda f: ~f.joint, "joint", True),
        ("data/submissions.csv", "joint", "1 State(s)"),
    ),
    "an event that ends before it begins": (
        set_cell("events", lambda f: f.end_date.notna(), "end_date", "1900"),
        ("data/events.csv", "end_date", "before its beginning"),
    ),
    "a date shorter than its precision": (
        set_cell("events", lambda f: f.date_precision == "day", "date", "1949"),
        ("data/events.csv", "date", "precision"),
    ),
    "a day that no calendar has": (
        set_cell("events", lambda f: f.date_precision == "day", "date", "2018-02-30"),
        ("data/events.csv", "date", "no day of the calendar"),
    ),
    "a confirmed row without a source": (
        set_cell("statements", lambda f: f.confidence == "primary", "source_id", None),
        ("data/statements.csv", "source_id", "without a source"),
    ),
    "an omission that passes for a statement of the outline": (
        set_cell("claims", lambda f: f.kind == "omission", "kind", "fact"),
        ("data/claims.csv", "verdict", "both are omission or neither"),
    ),
    "a judgement that is confirmed": (
        set_cell("claims", lambda f: f.kind == "normative", "verdict", "confirmed"),
        ("data/claims.csv", "verdict", "both are normative or neither"),
    ),
    "a slip of language that is not corrected": (
        set_cell("claims", lambda f: f.kind == "language_slip", "verdict", "partly"),
        ("data/claims.csv", "verdict", "a slip of language is corrected"),
    ),
    "a slip of language that its paragraph does not have": (
        set_cell("claims", lambda f: f.kind == "language_slip", "claim", '"informations"'),
        ("data/claims.csv", "claim", "no slip of paragraph"),
    ),
    "a count that the record does not give": (
        drop_row("upr_recommendations", lambda f: f.response == "accepted"),
        ("data/control_totals.csv", "expected", "by the table"),
    ),
    "a condition on a column that is not there": (
        set_cell("control_totals", lambda f: f.conditions.notna(), "conditions", "no_such_column=accepted"),
        ("data/control_totals.csv", "conditions", "not read on"),
    ),
    "a range that has no end": (
        set_cell("control_totals", lambda f: f.conditions.notna(), "conditions", "year=6..x"),
        ("data/control_totals.csv", "conditions", "not read on"),
    ),
    "a condition with two signs": (
        set_cell("control_totals", lambda f: f.conditions.notna(), "conditions", "vote=yes=no"),
        ("data/control_totals.csv", "conditions", "not read on"),
    ),
}


def test_the_record_keeps_every_rule(record: Frames) -> None:
    assert not rules.check(record)


@pytest.mark.parametrize(("change", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_row_is_named(
    record: Frames, change: Callable[[Frames], int], told: tuple[str, str, str] | None
) -> None:
    frames = dict(record)
    line = change(frames)
    found = rules.check(frames)
    if told is None:
        assert not found
        return
    file, field, rule = told
    fitting = [problem for problem in found if (problem.file, problem.field) == (file, field) and rule in str(problem)]
    assert fitting, "\n".join(map(str, found)) or "no problem was found"
    assert not line or line in {problem.row for problem in fitting} or file != f"data/{_table(change)}.csv"


def _table(change: Callable[[Frames], int]) -> str:
    return str(change.__closure__[-2].cell_contents) if change.__closure__ else ""


def test_every_paragraph_needs_a_claim(record: Frames) -> None:
    claims = record["claims"]
    found = rules.check({**record, "claims": claims[claims.paragraph != 13]})
    assert [(problem.file, problem.row, problem.field) for problem in found] == [
        ("data/outline_paragraphs.csv", 14, "paragraph")
    ]


def test_every_rule_was_broken_here() -> None:
    """A rule that no test breaks might never fire; each one's words stand in the cases above or in the test beside."""
    names = {function.__name__ for _, function in [*rules._RULES, *rules._GENERAL]} | {"stated_totals_recompute"}
    assert names == {
        "roll_call_adds_up",
        "roll_call_is_announced",
        "council_seats",
        "votes_by_members",
        "voters_keep_their_group",
        "every_paragraph_has_claims",
        "corrections_are_sourced",
        "kinds_fit_verdicts",
        "slips_stand_with_their_paragraph",
        "every_position_is_coded_twice",
        "joint_replies",
        "events_end_after_they_begin",
        "no_cell_is_a_formula",  # in test_security
        "only_background_has_no_source",
        "dates_are_as_precise_as_they_say",
        "dates_are_days_of_the_calendar",
        "stated_totals_recompute",
    }
