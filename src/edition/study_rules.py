"""Rules that only this study knows and that no relation of its table can say: roll calls, terms, the outline, sums."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from .conditions import texts
from .problems import Problem
from .rules import problem, rule

COUNCIL_SEATS = 47
VOTES = ("yes", "no", "abstain", "not_voting")
STANCES = {"oppose": "no", "support": "yes", "abstain": "abstain"}
GROUPLESS = ("observer", "unknown")
SHARES = {  # a share in per cent, of what, in what, and its decimals
    "recommendations_accepted_share": ("recommendations_accepted", "recommendations_total", 1),
    "technical_assistance_accepted_share": (
        "technical_assistance_accepted",
        "technical_assistance_recommendations",
        1,
    ),
    "technical_assistance_share": ("technical_assistance_recommendations", "recommendations_total", 2),
}


@rule("resolutions", "votes")
def roll_call_adds_up(resolutions: pd.DataFrame, votes: pd.DataFrame) -> Iterator[Problem]:
    """The votes of a full roll call, counted, equal the totals that the text states."""
    counted: Any = votes.groupby(["symbol", "vote"]).size().unstack(fill_value=0)
    counted = counted.reindex(columns=list(VOTES), fill_value=0)
    for index, text in resolutions[resolutions.roll_call == "full"].iterrows():
        if text.symbol not in counted.index:
            remedy = "Add its roll call to data/votes.csv, or say that there is none in roll_call."
            yield problem("resolutions", index, "roll_call", text.roll_call, "no vote on it in votes.", remedy)
            continue
        turned = _turned_vote(text, counted.loc[text.symbol], votes)
        for vote in VOTES:
            if pd.notna(text[vote]) and text[vote] != counted.at[text.symbol, vote]:
                told = f"the roll call of {text.symbol} does not add up: {counted.at[text.symbol, vote]} in votes."
                found = problem("resolutions", index, vote, text[vote], told, "Correct the total or the votes.")
                yield replace(found, cause=turned)


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
        yield problem("votes", index, "symbol", vote.symbol, "resolutions gives no full roll call for it.", remedy)


@rule("resolutions", "votes")
def council_seats(resolutions: pd.DataFrame, votes: pd.DataFrame) -> Iterator[Problem]:
    """A full roll call of the Council has its 47 members, those not voting counted."""
    council = resolutions[(resolutions.body == "Council") & (resolutions.roll_call == "full")]
    cast = votes.groupby("symbol").size()
    for index, text in council.iterrows():
        if cast.get(text.symbol, 0) != COUNCIL_SEATS:
            told = f"{cast.get(str(text.symbol), 0)} votes; a full roll call of the Council has {COUNCIL_SEATS}."
            yield problem("resolutions", index, "symbol", text.symbol, told, "Count members that did not vote too.")


@rule("votes", "resolutions", "council_memberships")
def votes_by_members(votes: pd.DataFrame, resolutions: pd.DataFrame, terms: pd.DataFrame) -> Iterator[Problem]:
    """A State votes in the Council only in a year in which it was a member."""
    years = _years_of_council(resolutions)
    periods = zip(terms.iso3, terms.start_year.astype(int), terms.end_year.astype(int), strict=True)
    member = {(iso3, year) for iso3, start, end in periods for year in range(start, end + 1)}
    for index, symbol, iso3 in zip(votes.index, votes.symbol, votes.iso3, strict=True):
        if symbol in years and (iso3, years[symbol]) not in member:
            told = f"voted on {symbol} in {years[symbol]}, but was no member of the Council by council_memberships."
            yield problem("votes", index, "iso3", iso3, told, "Correct the State, or add its term with a source.")


@rule("council_memberships", "votes", "resolutions")
def terms_rest_on_roll_calls(terms: pd.DataFrame, votes: pd.DataFrame, resolutions: pd.DataFrame) -> Iterator[Problem]:
    """The roll calls counted in a term are those of its years in votes, and each of its years has one."""
    years = _years_of_council(resolutions)
    voted = Counter((iso3, years.get(symbol)) for symbol, iso3 in zip(votes.symbol, votes.iso3, strict=True))
    columns = (terms.index, terms.iso3, terms.start_year, terms.end_year, terms.roll_calls)
    for index, iso3, start, end, stated in zip(*columns, strict=True):
        by_year = [voted[iso3, year] for year in range(int(start), int(end) + 1)]
        if sum(by_year) != stated:
            told = f"{sum(by_year)} roll calls of {iso3} in votes, {start} to {end}."
            yield problem("council_memberships", index, "roll_calls", stated, told, "Correct the term or its count.")
        elif 0 in by_year:
            told = f"no roll call of {iso3} in {int(start) + by_year.index(0)}: a term has one in each of its years."
            yield problem("council_memberships", index, "end_year", end, told, "Correct the years of the term.")


def _years_of_council(resolutions: pd.DataFrame) -> dict[str, int]:
    council = resolutions[resolutions.body == "Council"].dropna(subset=["date"])
    return dict(zip(council.symbol, council.date.dt.year.tolist(), strict=True))


@rule("sponsorships", "votes")
def sponsors_do_not_vote_against(sponsorships: pd.DataFrame, votes: pd.DataFrame) -> Iterator[Problem]:
    """A State does not vote against a text that it sponsors."""
    against = {(symbol, iso3) for symbol, iso3, vote in _cells(votes, "symbol", "iso3", "vote") if vote == "no"}
    for index, symbol, iso3 in zip(sponsorships.index, sponsorships.symbol, sponsorships.iso3, strict=True):
        if (symbol, iso3) in against:
            told = f"{iso3} voted against {symbol} by votes."
            yield problem("sponsorships", index, "iso3", iso3, told, "Correct the sponsor, or its vote.")


@rule("resolutions", "sponsorships")
def sponsors_are_counted(resolutions: pd.DataFrame, sponsorships: pd.DataFrame) -> Iterator[Problem]:
    """A text has at least as many co-sponsors as are listed."""
    listed = Counter(sponsorships.symbol[sponsorships.role == "co"].tolist())
    for index, symbol, stated in zip(resolutions.index, resolutions.symbol, resolutions.n_cosponsors, strict=True):
        if pd.notna(stated) and stated < listed[symbol]:
            told = f"{listed[symbol]} are listed in sponsorships."
            yield problem("resolutions", index, "n_cosponsors", stated, told, "Correct the number or the list.")


@rule("adoption_by_year", "resolutions")
def years_hold_their_texts(years: pd.DataFrame, resolutions: pd.DataFrame) -> Iterator[Problem]:
    """The catalogue has at least as many texts of a body, a year and a mode of adoption as the table of texts."""
    held = Counter(zip(resolutions.body, resolutions.date.dt.year, resolutions.adopted, strict=True))
    for index, body, year, adopted, stated in zip(
        years.index, years.body, years.year, years.adopted, years.texts, strict=True
    ):
        if stated < held[body, year, adopted]:
            told = f"{held[body, year, adopted]} such texts of {year} stand in resolutions."
            yield problem("adoption_by_year", index, "texts", stated, told, "Correct the number or the texts.")


@rule("statements", "votes")
def stances_fit_votes(statements: pd.DataFrame, votes: pd.DataFrame) -> Iterator[Problem]:
    """Who opposes a text votes no, who supports it yes; a concern goes with any vote."""
    cast = {(symbol, iso3): vote for symbol, iso3, vote in _cells(votes, "symbol", "iso3", "vote")}
    for index, symbol, iso3, stance in zip(
        statements.index, statements.symbol, statements.iso3, statements.stance, strict=True
    ):
        vote = cast.get((symbol, iso3))
        if vote and STANCES.get(stance, vote) != vote:
            told = f"{iso3} voted {vote} on {symbol} by votes."
            yield problem("statements", index, "stance", stance, told, "Correct the stance, or the vote.")


@rule("submission_states", "council_memberships", "sponsorships")
def respondents_are_as_told(
    respondents: pd.DataFrame, terms: pd.DataFrame, sponsorships: pd.DataFrame
) -> Iterator[Problem]:
    """A State that replied was a member in 2018, and sponsored 37/23, as the tables of terms and sponsors say."""
    members = set(terms.iso3[(terms.start_year <= 2018) & (terms.end_year >= 2018)])
    sponsored = sponsorships[sponsorships.symbol == "A/HRC/RES/37/23"]
    roles = dict(zip(sponsored.iso3, sponsored.role.map({"main": "main_sponsor", "co": "co_sponsor"}), strict=True))
    for index, iso3, member, role in zip(
        respondents.index,
        respondents.iso3,
        respondents.council_member_2018,
        texts(respondents.role_on_37_23),
        strict=True,
    ):
        if bool(member) != (iso3 in members):
            told = f"by council_memberships {iso3} {'was' if iso3 in members else 'was no'} member in 2018."
            yield problem("submission_states", index, "council_member_2018", member, told)
        if role != roles.get(iso3):
            told = f"by sponsorships {iso3} is {roles.get(iso3, 'no sponsor')} of the text."
            yield problem("submission_states", index, "role_on_37_23", role, told)


@rule("treaty_acts")
def signatures_come_first(acts: pd.DataFrame) -> Iterator[Problem]:
    """A State signs a treaty before it becomes a party to it."""
    days = acts[acts.date.str.len() == 10]
    signed = days[days.effect == "signature"].groupby(["iso3", "treaty"]).date.min().to_dict()
    bound = days[days.effect == "party"]
    for index, iso3, treaty, date in zip(bound.index, bound.iso3, bound.treaty, bound.date, strict=True):
        if date < signed.get((iso3, treaty), date):
            told = f"{iso3} signed {treaty} on {signed[iso3, treaty]}, after it became a party."
            yield problem("treaty_acts", index, "date", date, told, "Correct one of the two dates.")


@rule("upr_figures", "upr_recommendations")
def computed_figures_recompute(figures: pd.DataFrame, recommendations: pd.DataFrame) -> Iterator[Problem]:
    """Figures of the review that were computed are what the recommendations and the other figures give."""
    computed = figures[figures.basis == "computed"]
    places = {
        (cycle, session, indicator): (index, value)
        for index, cycle, session, indicator, value in zip(
            computed.index, computed.cycle, computed.session, computed.indicator, computed.value, strict=True
        )
    }
    for (cycle, session, indicator), (index, value) in places.items():
        expected, how = _expected(cycle, session, indicator, places, recommendations)
        if expected is not None and abs(expected - value) > 1e-9:
            told = f"{how} give {expected:g}."
            yield problem("upr_figures", index, "value", f"{value:g}", told, "Correct the figure or its session.")


def _expected(
    cycle: str, session: str, indicator: str, places: dict[Any, Any], recommendations: pd.DataFrame
) -> tuple[float | None, str]:
    if indicator in SHARES:
        part, whole, decimals = SHARES[indicator]
        if (cycle, session, part) in places and (cycle, session, whole) in places:
            share = 100 * places[cycle, session, part][1] / places[cycle, session, whole][1]
            return round(share, decimals), f"{part} and {whole}"
        return None, ""
    first, last = _sessions(session, cycle)
    if indicator in ("technical_assistance_recommendations", "technical_assistance_accepted"):
        meant = recommendations[recommendations.session.between(first, last)]
        if indicator.endswith("accepted"):
            meant = meant[meant.response == "accepted"]
        return float(len(meant)), "the recommendations of the table upr_recommendations"
    parts = [places.get((one, str(number), indicator)) for number in range(first, last + 1) for one in ("1", "2")]
    known = [part[1] for part in parts if part]
    return (sum(known), "its sessions") if first < last == first + len(known) - 1 else (None, "")


def _sessions(session: str, cycle: str) -> tuple[int, int]:
    if session == "all":
        return (1, 12) if cycle == "1" else (13, 26)
    first, _, last = session.partition("-")
    return int(first), int(last or first)


@rule("upr_responses", "upr_recommendations")
def responses_count_recommendations(responses: pd.DataFrame, recommendations: pd.DataFrame) -> Iterator[Problem]:
    """Counts of the recommendations on technical assistance are those of the table that holds each of them."""
    held = Counter(_cells(recommendations, "action_category", "regional_group", "recommending_group", "response"))
    for row in responses[responses.technical_assistance].itertuples():
        if row.recommending_group in GROUPLESS:
            continue
        for response in ("accepted", "noted"):
            counted = held[row.action_category, row.regional_group, row.recommending_group, response]
            if counted != getattr(row, response):
                told = f"{counted} such recommendations in upr_recommendations."
                remedy = "Correct the count or the recommendations."
                yield problem("upr_responses", row.Index, response, getattr(row, response), told, remedy)


@rule("programme_figures")
def parts_make_up_the_whole(figures: pd.DataFrame) -> Iterator[Problem]:
    """Shares are those of the values in their sum, and a total that is stated is that sum (both within rounding)."""
    groups: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in figures[figures.share_pct.notna()].itertuples():
        groups[row.programme, row.indicator, row.year].append(row)
    for (_, indicator, year), rows in groups.items():
        parts = [row for row in rows if row.detail != "total"]
        whole = sum(row.value for row in parts)
        if len(parts) < 3:
            continue
        for row in rows:
            if row.detail == "total" and abs(row.value - whole) > len(parts) * 1000:
                told = f"the parts of {indicator} of {year} make {whole:g}."
                yield problem("programme_figures", row.Index, "value", f"{row.value:g}", told, "Correct part or total.")
            elif row.detail != "total" and abs(100 * row.value / whole - row.share_pct) > 0.15:
                told = f"{row.value:g} is {100 * row.value / whole:.1f} per cent of {indicator} of {year}."
                yield problem("programme_figures", row.Index, "share_pct", f"{row.share_pct:g}", told, "Correct one.")


@rule("office_figures")
def donors_add_up(figures: pd.DataFrame) -> Iterator[Problem]:
    """States and others that give make up the donors of a year; two shares of one whole make 100 per cent."""
    values = {
        (period, indicator): (index, value)
        for index, period, indicator, value in zip(
            figures.index, figures.period, figures.indicator, figures.value, strict=True
        )
    }
    for (period, indicator), (index, value) in values.items():
        states, others = values.get((period, "member_state_donors")), values.get((period, "non_state_donors"))
        if indicator == "donors_total" and states and value < states[1] + (others[1] if others else 0):
            told = f"{states[1]:g} States and {others[1] if others else 0:g} others gave in {period}."
            yield problem("office_figures", index, "value", f"{value:g}", told, "Correct the donors or their sum.")
        if indicator == "donors_total" and states and others and value > states[1] + others[1]:
            told = f"{states[1]:g} States and {others[1]:g} others gave in {period}."
            yield problem("office_figures", index, "value", f"{value:g}", told, "Correct the donors or their sum.")
        voluntary = values.get((period, indicator.replace("_regular_budget", "_voluntary")))
        if indicator in _REGULAR and voluntary and abs(value + voluntary[1] - 100) > 0.05:
            told = f"with {voluntary[1]:g} per cent from voluntary contributions in {period} it does not make 100."
            yield problem("office_figures", index, "value", f"{value:g}", told, "Correct one of the two shares.")


_REGULAR = (
    "share_of_income_regular_budget",
    "share_of_expenditure_regular_budget",
    "share_of_funding_regular_budget",
)


def _cells(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(frame[column] for column in columns), strict=True)


@rule("outline_paragraphs", "claims")
def every_paragraph_has_claims(paragraphs: pd.DataFrame, claims: pd.DataFrame) -> Iterator[Problem]:
    """Each of the 32 paragraphs of the outline is there, with at least one claim."""
    for number in sorted(set(range(1, 33)) - set(paragraphs.paragraph)):
        told = "the outline has 32 paragraphs; this one is missing."
        yield Problem("data/outline_paragraphs.csv", 0, "paragraph", str(number), told)
    for index in paragraphs.index[~paragraphs.paragraph.isin(claims.paragraph)]:
        number = paragraphs.paragraph[index]
        yield problem("outline_paragraphs", index, "paragraph", number, "no claim of it in claims.")


@rule("claims")
def corrections_are_sourced(claims: pd.DataFrame) -> Iterator[Problem]:
    """A correction states the correct value and the document that says so."""
    for index, claim in claims[claims.verdict == "corrected"].iterrows():
        for field in ("correct_value", "source_id"):
            if pd.isna(claim[field]):
                yield problem("claims", index, field, None, f"{claim.claim_id} is corrected without it.")


@rule("claims")
def kinds_fit_verdicts(claims: pd.DataFrame) -> Iterator[Problem]:
    """What the editors added, what is a judgement and what is a slip of language is told by kind and verdict alike."""
    for word in ("omission", "normative"):
        for index in claims.index[(claims.verdict == word) != (claims.kind == word)]:
            told = f"{claims.claim_id[index]} is of kind {claims.kind[index]}; both are {word} or neither is."
            yield problem("claims", index, "verdict", claims.verdict[index], told)
    for index in claims.index[(claims.kind == "language_slip") & (claims.verdict != "corrected")]:
        yield problem("claims", index, "verdict", claims.verdict[index], "a slip of language is corrected.")


@rule("claims", "outline_paragraphs")
def slips_stand_with_their_paragraph(claims: pd.DataFrame, paragraphs: pd.DataFrame) -> Iterator[Problem]:
    """A slip that has a claim of its own is one of those noted for its paragraph."""
    noted = paragraphs.set_index("paragraph").slips.fillna("")
    for index, claim in claims[claims.kind == "language_slip"].iterrows():
        slips = [slip.partition(" (")[0].strip() for slip in str(noted.get(claim.paragraph, "")).split(";")]
        if not any(slip and slip in str(claim.claim) for slip in slips):
            told = f"no slip of paragraph {claim.paragraph} in outline_paragraphs has these words."
            yield problem("claims", index, "claim", claim.claim, told, "Add it there, with its correction.")


@rule("positions", "position_codings")
def every_position_is_coded_twice(positions: pd.DataFrame, codings: pd.DataFrame) -> Iterator[Problem]:
    """Each position carries one coding by each of the two coders."""
    coders = codings.groupby("position_id").coder.agg(set)
    for index, name in positions.position_id.items():
        missing = {"first", "second"} - coders.get(name, set())
        if missing:
            yield problem("positions", index, "position_id", name, f"no {' or '.join(sorted(missing))} coding of it.")


@rule("submissions", "submission_states")
def joint_replies(submissions: pd.DataFrame, states: pd.DataFrame) -> Iterator[Problem]:
    """A reply is joint when, and only when, more than one State sent it."""
    senders = states.groupby("submission_id").size()
    for index, reply in submissions.iterrows():
        if bool(reply.joint) != (senders.get(reply.submission_id, 0) > 1):
            told = f"{senders.get(reply.submission_id, 0)} State(s) in submission_states."
            yield problem("submissions", index, "joint", reply.joint, told)
