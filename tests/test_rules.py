"""Each rule across tables: it holds on the record, and a broken row is named by file, row, field and rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from edition import data, rules
from edition.conditions import Cells

Frames = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def record(root: Path) -> Frames:
    return data.load_all(root / "data")


@pytest.fixture(scope="module")
def schemas(root: Path) -> dict[str, Any]:
    return {name: resource["schema"] for name, resource in data.resources(root / "data").items()}


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
        ("data/votes.csv", "regional_group", "regional_group of its iso3 is Asia-Pacific States"),
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
        ("data/events.csv", "date", "does not end before it begins"),
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
    "a term with a roll call too many": (
        set_cell("council_memberships", lambda f: f.iso3 == "CHN", "roll_calls", 40),
        ("data/council_memberships.csv", "roll_calls", "roll calls of CHN in votes"),
    ),
    "a term that ends a year late": (
        set_cell("council_memberships", lambda f: (f.iso3 == "TUN") & (f.end_year == 2019), "end_year", 2020),
        ("data/council_memberships.csv", "end_year", "has one in each of its years"),
    ),
    "a sponsor that votes against its text": (
        set_cell("sponsorships", lambda f: f.symbol == "A/HRC/RES/37/23", "iso3", "USA"),
        ("data/sponsorships.csv", "iso3", "USA voted against A/HRC/RES/37/23"),
    ),
    "fewer co-sponsors than are listed": (
        set_cell("resolutions", lambda f: f.symbol == "A/HRC/RES/37/23", "n_cosponsors", 1),
        ("data/resolutions.csv", "n_cosponsors", "are listed in sponsorships"),
    ),
    "a year with fewer texts than it has": (
        set_cell("adoption_by_year", lambda f: (f.year == 2018) & (f.adopted == "without_vote"), "texts", 1),
        ("data/adoption_by_year.csv", "texts", "such texts of 2018 stand in resolutions"),
    ),
    "a stance that the vote belies": (
        set_cell("statements", lambda f: f.stance == "oppose", "stance", "abstain"),
        ("data/statements.csv", "stance", "voted no on"),
    ),
    "a respondent that was no member": (
        set_cell("submission_states", lambda f: f.iso3 == "CHN", "council_member_2018", False),
        ("data/submission_states.csv", "council_member_2018", "CHN was member in 2018"),
    ),
    "a respondent that did not sponsor": (
        set_cell("submission_states", lambda f: f.iso3 == "JPN", "role_on_37_23", "co_sponsor"),
        ("data/submission_states.csv", "role_on_37_23", "JPN is no sponsor"),
    ),
    "a party that signs later": (
        set_cell(
            "treaty_acts",
            lambda f: (f.iso3 == "AFG") & (f.treaty == "CAT") & (f.effect == "party"),
            "date",
            "1985-01-01",
        ),
        ("data/treaty_acts.csv", "date", "after it became a party"),
    ),
    "a share that does not recompute": (
        set_cell("upr_figures", lambda f: f.indicator == "technical_assistance_accepted_share", "value", 50),
        (
            "data/upr_figures.csv",
            "value",
            "technical_assistance_accepted and technical_assistance_recommendations give",
        ),
    ),
    "a count of recommendations that does not recompute": (
        set_cell("upr_figures", lambda f: f.indicator == "technical_assistance_recommendations", "value", 5000),
        ("data/upr_figures.csv", "value", "the recommendations of the table upr_recommendations give"),
    ),
    "a sum of sessions that does not add up": (
        set_cell(
            "upr_figures", lambda f: (f.indicator == "recommendations_total") & (f.session == "1-20"), "value", 41067
        ),
        ("data/upr_figures.csv", "value", "its sessions give 41066"),
    ),
    "a count of responses that the recommendations do not give": (
        set_cell("upr_responses", lambda f: f.technical_assistance & (f.accepted > 0), "accepted", 900),
        ("data/upr_responses.csv", "accepted", "such recommendations in upr_recommendations"),
    ),
    "a part that is not its share": (
        set_cell("programme_figures", lambda f: (f.detail == "UNDP") & (f.year == 1995), "share_pct", 72.6),
        ("data/programme_figures.csv", "share_pct", "per cent of expenditure_by_source of 1995"),
    ),
    "a total that is not the sum of its parts": (
        set_cell(
            "programme_figures",
            lambda f: (f.detail == "total") & (f.year == 1995) & f.share_pct.notna(),
            "value",
            1129300000,
        ),
        ("data/programme_figures.csv", "value", "the parts of expenditure_by_source of 1995 make"),
    ),
    "donors that do not add up": (
        set_cell("office_figures", lambda f: (f.indicator == "donors_total") & (f.period == "2018"), "value", 98),
        ("data/office_figures.csv", "value", "63 States and 26 others gave in 2018"),
    ),
    "fewer donors than States that gave": (
        set_cell("office_figures", lambda f: (f.indicator == "donors_total") & (f.period == "2013"), "value", 7),
        ("data/office_figures.csv", "value", "70 States and 0 others gave in 2013"),
    ),
    "shares that do not make a whole": (
        set_cell("office_figures", lambda f: f.indicator == "share_of_income_regular_budget", "value", 88),
        ("data/office_figures.csv", "value", "it does not make 100"),
    ),
    "a total of a table that is not there": (
        set_cell("control_totals", lambda f: f.table == "states", "table", "nations"),
        ("data/control_totals.csv", "table", "no table of this name"),
    ),
    "a conflict of a table that is not there": (
        set_cell("conflicts", lambda f: f.table == "claims", "table", "claim"),
        ("data/conflicts.csv", "table", "no table of this name"),
    ),
    "a conflict of half a key": (
        set_cell("conflicts", lambda f: f.table == "panels", "key", "item10-2012"),
        ("data/conflicts.csv", "key", "no row of panels has this key"),
    ),
    "a conflict of a column that is not there": (
        set_cell("conflicts", lambda f: f.table == "panels", "field", "first year"),
        ("data/conflicts.csv", "field", "panels has no column of this name"),
    ),
    "a chosen value that the table does not have": (
        set_cell("conflicts", lambda f: f.key == "E018", "chosen_value", "14 August 1949"),
        ("data/conflicts.csv", "chosen_value", "events has"),
    ),
    "a condition with two signs": (
        set_cell("control_totals", lambda f: f.conditions.notna(), "conditions", "vote=yes=no"),
        ("data/control_totals.csv", "conditions", "not read on"),
    ),
}


def test_the_record_keeps_every_rule(record: Frames, schemas: dict[str, Any]) -> None:
    assert not rules.check(record, schemas)


@pytest.mark.parametrize(("change", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_row_is_named(
    record: Frames, schemas: dict[str, Any], change: Callable[[Frames], int], told: tuple[str, str, str] | None
) -> None:
    frames = dict(record)
    line = change(frames)
    about = {_table(change), *([] if told is None else [Path(told[0]).stem])}
    found = rules.judge(Cells(frames, schemas), about=about)
    if told is None:
        assert not found
        return
    file, field, rule = told
    fitting = [problem for problem in found if (problem.file, problem.field) == (file, field) and rule in str(problem)]
    assert fitting, "\n".join(map(str, found)) or "no problem was found"
    assert not line or line in {problem.row for problem in fitting} or file != f"data/{_table(change)}.csv"


def _table(change: Callable[[Frames], int]) -> str:
    return str(change.__closure__[-2].cell_contents) if change.__closure__ else ""


def test_every_paragraph_needs_a_claim(record: Frames, schemas: dict[str, Any]) -> None:
    claims = record["claims"]
    found = rules.check({**record, "claims": claims[claims.paragraph != 13]}, schemas)
    found = [problem for problem in found if problem.file == "data/outline_paragraphs.csv"]
    assert [(problem.file, problem.row, problem.field) for problem in found] == [
        ("data/outline_paragraphs.csv", 14, "paragraph")
    ]


def test_every_rule_was_broken_here() -> None:
    """A rule that no test breaks might never fire; each one's words stand in the cases above or in the test beside."""
    registered = [*rules._RULES, *rules._GENERAL, *rules._LISTS]
    names = {function.__name__ for _, function in registered}
    assert names == {
        "roll_call_adds_up",
        "roll_call_is_announced",
        "council_seats",
        "votes_by_members",
        "terms_rest_on_roll_calls",
        "sponsors_do_not_vote_against",
        "sponsors_are_counted",
        "years_hold_their_texts",
        "stances_fit_votes",
        "respondents_are_as_told",
        "signatures_come_first",
        "computed_figures_recompute",
        "responses_count_recommendations",
        "parts_make_up_the_whole",
        "donors_add_up",
        "every_paragraph_has_claims",
        "corrections_are_sourced",
        "kinds_fit_verdicts",
        "slips_stand_with_their_paragraph",
        "every_position_is_coded_twice",
        "joint_replies",
        "only_background_has_no_source",
        "dates_are_as_precise_as_they_say",
        "dates_are_days_of_the_calendar",
        "stated_totals_recompute",
        "conflicts_name_cells",
    }


def test_a_table_under_another_name_is_told(record: Frames, schemas: dict[str, Any]) -> None:
    """Rules that name it would not run: that must not pass in silence."""
    renamed = {"ballots" if name == "votes" else name: schema for name, schema in schemas.items()}
    frames = {"ballots" if name == "votes" else name: frame for name, frame in record.items()}
    found = rules.check(frames, renamed)
    descriptor = [problem for problem in found if problem.file == "data/datapackage.json"]
    assert {problem.value for problem in descriptor} == {"votes"}
    assert any("roll_call_adds_up" in problem.rule for problem in descriptor)
    stated = [problem for problem in found if problem.file == "data/relations.csv"]
    assert any("no table 'votes' in the data package" in problem.rule for problem in stated)
