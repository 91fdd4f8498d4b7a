"""Rules across tables: what no schema of a single table can say.

A rule is a function of frames that yields problems; ``@rule("votes", ...)`` names the tables that it needs, and it is
run when all of them were read. Rows are counted as an editor counts lines: the header is line 1.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from .problems import Problem

Frames = Mapping[str, pd.DataFrame]
Rule = Callable[..., Iterator[Problem]]
_RULES: list[tuple[tuple[str, ...], Rule]] = []
_GENERAL: list[tuple[set[str], Rule]] = []

COUNCIL_SEATS = 47
VOTES = ("yes", "no", "abstain", "not_voting")
DATE_COLUMNS = ("date", "end_date", "start", "end", "as_of")


def rule(*tables: str) -> Callable[[Rule], Rule]:
    """Register a rule that takes the frames of ``tables``, in that order."""

    def register(function: Rule) -> Rule:
        _RULES.append((tables, function))
        return function

    return register


def every_table_with(*columns: str) -> Callable[[Rule], Rule]:
    """Register a rule for each table that has ``columns``; it takes the table's name and frame."""

    def register(function: Rule) -> Rule:
        _GENERAL.append((set(columns), function))
        return function

    return register


def check(frames: Frames, doubtful: Collection[str] = ()) -> list[Problem]:
    """Return the problems that the rules find in ``frames``; a rule whose tables were not read is left out.

    Tables in ``doubtful`` broke their own schema: a rule that stumbles over one of them is left out as well, since
    what it stumbled over has been told; what it finds only follows. A rule that stumbles over sound tables is a fault
    of ours and is raised.
    """
    runs: list[tuple[tuple[str, ...], partial[Iterator[Problem]]]] = [
        (tables, partial(function, *(frames[name] for name in tables)))
        for tables, function in _RULES
        if all(name in frames for name in tables)
    ]
    for columns, function in _GENERAL:
        tables_with = [name for name, frame in frames.items() if columns <= set(frame.columns)]
        runs += [((name,), partial(function, name, frames[name])) for name in tables_with]
    runs.append((tuple(frames), partial(stated_totals_recompute, frames)))
    found: list[Problem] = []
    for tables, run in runs:
        in_doubt = bool(set(tables) & set(doubtful))
        try:
            # The totals, which come last, rest on everything: where anything else was found, they follow from it.
            follows = in_doubt or (run.func is stated_totals_recompute and bool(found))
            found += [replace(problem, kind=run.func.__name__, follows=follows) for problem in run()]
        except Exception:
            if not in_doubt:
                raise
    return found


def _problem(table: str, index: Any, field: str, value: Any, text: str, remedy: str = "") -> Problem:
    line = int(index) + 2  # the header is line 1
    return Problem(f"data/{table}.csv", line, field, "" if pd.isna(value) else str(value), text, remedy)


@rule("resolutions", "votes")
def roll_call_adds_up(resolutions: pd.DataFrame, votes: pd.DataFrame) -> Iterator[Problem]:
    """The votes of a full roll call, counted, equal the totals that the text states."""
    counted: Any = votes.groupby(["symbol", "vote"]).size().unstack(fill_value=0)
    counted = counted.reindex(columns=list(VOTES), fill_value=0)
    for index, text in resolutions[resolutions.roll_call == "full"].iterrows():
        if text.symbol not in counted.index:
            remedy = "Add its roll call to data/votes.csv, or say that there is none in roll_call."
            yield _problem("resolutions", index, "roll_call", text.roll_call, "no vote on it in votes.", remedy)
            continue
        turned = _turned_vote(text, counted.loc[text.symbol], votes)
        for vote in VOTES:
            if pd.notna(text[vote]) and text[vote] != counted.at[text.symbol, vote]:
                told = f"the roll call of {text.symbol} does not add up: {counted.at[text.symbol, vote]} in votes."
                problem = _problem("resolutions", index, vote, text[vote], told, "Correct the total or the votes.")
                yield replace(problem, cause=turned)


def _turned_vote(text: Any, counted: Any, votes: pd.DataFrame) -> Problem | None:
    """Return the vote that is another by the totals of ``text``, or the rows of which one is; none if more differ."""
    surplus = {vote: counted[vote] - text[vote] for vote in VOTES if pd.notna(text[vote])}
    differing = {number: vote for vote, number in surplus.items() if number}
    if sorted(surplus.values()) != [-1, *(len(surplus) - 2) * [0], 1]:
        return None
    lines = votes.index[(votes.symbol == text.symbol) & (votes.vote == differing[1])] + 2
    cast, meant, totals = differing[1], differing[-1], f"by the totals of {text.symbol} in data/resolutions.csv"
    remedy = f"Write {meant!r}, or correct the totals."
    if len(lines) == 1:
        return Problem("data/votes.csv", int(lines[0]), "vote", cast, f"{totals}, this vote is {meant}.", remedy)
    rows = ", ".join(map(str, lines)) if len(lines) <= 12 else f"{lines[0]} to {lines[-1]}"
    told = f"{totals}, one of these {len(lines)} votes is {meant}: rows {rows}."
    return Problem("data/votes.csv", 0, "vote", cast, told, remedy)


@rule("resolutions", "votes")
def roll_call_is_announced(resolutions: pd.DataFrame, votes: pd.DataFrame) -> Iterator[Problem]:
    """Votes are kept only for a text whose totals say that its roll call is full."""
    full = set(resolutions.symbol[resolutions.roll_call == "full"])
    for index, vote in votes[~votes.symbol.isin(full)].drop_duplicates("symbol").iterrows():
        remedy = "Set roll_call to full there, with its four totals."
        yield _problem("votes", index, "symbol", vote.symbol, "resolutions gives no full roll call for it.", remedy)


@rule("resolutions", "votes")
def council_seats(resolutions: pd.DataFrame, votes: pd.DataFrame) -> Iterator[Problem]:
    """A full roll call of the Council has its 47 members, those not voting counted."""
    council = resolutions[(resolutions.body == "Council") & (resolutions.roll_call == "full")]
    cast = votes.groupby("symbol").size()
    for index, text in council.iterrows():
        if cast.get(text.symbol, 0) != COUNCIL_SEATS:
            told = f"{cast.get(str(text.symbol), 0)} votes; a full roll call of the Council has {COUNCIL_SEATS}."
            yield _problem("resolutions", index, "symbol", text.symbol, told, "Count members that did not vote too.")


@rule("votes", "resolutions", "council_memberships")
def votes_by_members(votes: pd.DataFrame, resolutions: pd.DataFrame, terms: pd.DataFrame) -> Iterator[Problem]:
    """A State votes in the Council only in a year in which it was a member."""
    dated = votes.merge(resolutions[["symbol", "body", "date"]], on="symbol", how="left")
    dated["year"] = dated.date.astype("str").str[:4]
    periods = zip(terms.iso3, terms.start_year.astype(int), terms.end_year.astype(int), strict=True)
    member = {(iso3, str(year)) for iso3, start, end in periods for year in range(start, end + 1)}
    for index, vote in dated[dated.body == "Council"].iterrows():
        if (vote.iso3, vote.year) not in member:
            told = f"voted on {vote.symbol} in {vote.year}, but was no member of the Council by council_memberships."
            yield _problem("votes", index, "iso3", vote.iso3, told, "Correct the State, or add its term with a source.")


@rule("votes", "states")
def voters_keep_their_group(votes: pd.DataFrame, states: pd.DataFrame) -> Iterator[Problem]:
    """The regional group of a vote is that of the State."""
    groups = states.set_index("iso3").regional_group
    expected = votes.iso3.map(groups)
    for index in votes.index[expected.notna() & (expected != votes.regional_group)]:
        told = f"{votes.iso3[index]} belongs to {expected[index]} by states."
        yield _problem("votes", index, "regional_group", votes.regional_group[index], told)


@rule("outline_paragraphs", "claims")
def every_paragraph_has_claims(paragraphs: pd.DataFrame, claims: pd.DataFrame) -> Iterator[Problem]:
    """Each of the 32 paragraphs of the outline is there, with at least one claim."""
    for number in sorted(set(range(1, 33)) - set(paragraphs.paragraph)):
        told = "the outline has 32 paragraphs; this one is missing."
        yield Problem("data/outline_paragraphs.csv", 0, "paragraph", str(number), told)
    for index in paragraphs.index[~paragraphs.paragraph.isin(claims.paragraph)]:
        number = paragraphs.paragraph[index]
        yield _problem("outline_paragraphs", index, "paragraph", number, "no claim of it in claims.")


@rule("claims")
def corrections_are_sourced(claims: pd.DataFrame) -> Iterator[Problem]:
    """A correction states the correct value and the document that says so."""
    for index, claim in claims[claims.verdict == "corrected"].iterrows():
        for field in ("correct_value", "source_id"):
            if pd.isna(claim[field]):
                yield _problem("claims", index, field, None, f"{claim.claim_id} is corrected without it.")


@rule("claims")
def kinds_fit_verdicts(claims: pd.DataFrame) -> Iterator[Problem]:
    """What the editors added, what is a judgement and what is a slip of language is told by kind and verdict alike."""
    for word in ("omission", "normative"):
        for index in claims.index[(claims.verdict == word) != (claims.kind == word)]:
            told = f"{claims.claim_id[index]} is of kind {claims.kind[index]}; both are {word} or neither is."
            yield _problem("claims", index, "verdict", claims.verdict[index], told)
    for index in claims.index[(claims.kind == "language_slip") & (claims.verdict != "corrected")]:
        yield _problem("claims", index, "verdict", claims.verdict[index], "a slip of language is corrected.")


@rule("claims", "outline_paragraphs")
def slips_stand_with_their_paragraph(claims: pd.DataFrame, paragraphs: pd.DataFrame) -> Iterator[Problem]:
    """A slip that has a claim of its own is one of those noted for its paragraph."""
    noted = paragraphs.set_index("paragraph").slips.fillna("")
    for index, claim in claims[claims.kind == "language_slip"].iterrows():
        slips = [slip.partition(" (")[0].strip() for slip in str(noted.get(claim.paragraph, "")).split(";")]
        if not any(slip and slip in str(claim.claim) for slip in slips):
            told = f"no slip of paragraph {claim.paragraph} in outline_paragraphs has these words."
            yield _problem("claims", index, "claim", claim.claim, told, "Add it there, with its correction.")


@rule("positions", "position_codings")
def every_position_is_coded_twice(positions: pd.DataFrame, codings: pd.DataFrame) -> Iterator[Problem]:
    """Each position carries one coding by each of the two coders."""
    coders = codings.groupby("position_id").coder.agg(set)
    for index, name in positions.position_id.items():
        missing = {"first", "second"} - coders.get(name, set())
        if missing:
            yield _problem("positions", index, "position_id", name, f"no {' or '.join(sorted(missing))} coding of it.")


@rule("submissions", "submission_states")
def joint_replies(submissions: pd.DataFrame, states: pd.DataFrame) -> Iterator[Problem]:
    """A reply is joint when, and only when, more than one State sent it."""
    senders = states.groupby("submission_id").size()
    for index, reply in submissions.iterrows():
        if bool(reply.joint) != (senders.get(reply.submission_id, 0) > 1):
            told = f"{senders.get(reply.submission_id, 0)} State(s) in submission_states."
            yield _problem("submissions", index, "joint", reply.joint, told)


@every_table_with("source_id", "confidence")
def only_background_has_no_source(table: str, frame: pd.DataFrame) -> Iterator[Problem]:
    """A row without a document is known, not confirmed: it says so."""
    for index in frame.index[frame.source_id.isna() & (frame.confidence != "background")]:
        remedy = "Name its source, or mark the row as background."
        yield _problem(table, index, "source_id", None, f"{frame.confidence[index]} without a source.", remedy)


@every_table_with()
def dates_are_days_of_the_calendar(table: str, frame: pd.DataFrame) -> Iterator[Problem]:
    """A date written as text is a year, a month or a day that there was: 2018-02-30 is none."""
    for column in frame.columns.intersection(list(DATE_COLUMNS)):
        if not pd.api.types.is_string_dtype(frame[column]):
            continue
        dates = frame[column].dropna()
        dates = dates[dates.str.match(r"\d{4}")]  # "undated" is a word of some schemas
        first_days = dates + dates.str.len().map({4: "-01-01", 7: "-01", 10: ""})
        impossible = pd.to_datetime(first_days, format="%Y-%m-%d", errors="coerce").isna()
        for index in dates.index[impossible]:
            remedy = "Write YYYY, YYYY-MM or YYYY-MM-DD."
            yield _problem(table, index, column, dates[index], "no day of the calendar.", remedy)


@every_table_with("date", "date_precision")
def dates_are_as_precise_as_they_say(table: str, frame: pd.DataFrame) -> Iterator[Problem]:
    """A date is as long as its precision says: a year, a month or a day."""
    dates = frame.date.dropna().astype("str").str[:10]
    stated = frame.date_precision.reindex(dates.index)
    expected = stated.map({"year": 4, "month": 7, "day": 10})
    for index in dates.index[expected.notna() & (expected != dates.str.len())]:
        told = f"the date has not the precision {stated[index]!r} that date_precision states."
        yield _problem(table, index, "date", dates[index], told)


@every_table_with()
def no_cell_is_a_formula(table: str, frame: pd.DataFrame) -> Iterator[Problem]:
    """No text begins as a formula: a spreadsheet program would run it, and files are published as they are."""
    for column in frame.columns[frame.dtypes == "str"]:
        for index, value in frame[column][frame[column].str.match(r"[=+@\t]|-(?![\d.]+$)", na=False)].items():
            told = "a spreadsheet program takes this for a formula."
            yield _problem(
                table, index, column, value, told, "Begin the text with a letter, a digit or a quotation mark."
            )


@rule("events")
def events_end_after_they_begin(events: pd.DataFrame) -> Iterator[Problem]:
    """The end of an event does not come before its beginning."""
    ended = events[events.end_date.notna()]
    for index, event in ended.iterrows():
        shorter = min(len(str(event.end_date)), len(str(event.date)))
        if str(event.end_date)[:shorter] < str(event.date)[:shorter]:
            yield _problem("events", index, "end_date", event.end_date, f"before its beginning, {event.date}.")


def stated_totals_recompute(frames: Frames) -> Iterator[Problem]:
    """A total that a source states is what the table gives when it is counted (``control_totals``)."""
    controls = frames.get("control_totals", pd.DataFrame(columns=["table"]))
    for index, control in controls[controls.table.isin(frames)].iterrows():
        frame = frames[str(control.table)]
        conditions = "" if pd.isna(control.conditions) else str(control.conditions)
        try:
            counted = int(_fitting(frame, conditions).sum())
        except (KeyError, TypeError, ValueError):
            remedy = "Write column=value or, for numbers, column=6..60, several with ; between them."
            yield _problem("control_totals", index, "conditions", conditions, f"not read on {control.table}.", remedy)
            continue
        if counted != control.expected:
            told = f"{counted} by the table {control.table}."
            remedy = "Find the row that is missing or doubled; change the total only with its source."
            yield _problem("control_totals", index, "expected", control.expected, told, remedy)


def _fitting(frame: pd.DataFrame, conditions: str) -> pd.Series[bool]:
    """Mark the rows that meet every condition: ``column=value`` or, for numbers, ``column=6..60``.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` for what names no column, or is neither.
    """
    fits = pd.Series(True, index=frame.index)
    for condition in filter(None, (part.strip() for part in conditions.split(";"))):
        column, value = condition.split("=")
        low, dots, high = value.partition("..")
        kept = frame[column].between(int(low), int(high)) if dots else frame[column].astype("str") == value
        fits &= kept.fillna(False).astype(bool)
    return fits
