"""Which lists stand on a State's page, in which order, with which columns and drawings, and what each warns of.

Every key of a table that leads to a State has its list here (a test compares them with the schema). A new table with
such a key needs one entry of `LISTS`, nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from . import drawings, lists
from .drawings import Kind as Colour
from .lists import Column, Kind, figure, joined, plain, state, symbol, title, truth, when, words
from .record import Record, Row

VOTES = {
    "yes": Colour("in favour", "vote-yes"),
    "no": Colour("against", "vote-no"),
    "abstain": Colour("abstaining", "vote-abstain"),
    "not_voting": Colour("not voting", drawings.HOLLOW),
}
LETTERS = {"yes": "Y", "no": "N", "abstain": "A", "not_voting": "\u2013"}
STANCES = {
    "-2": Colour("strongly critical", "stance--2"),
    "-1": Colour("critical", "stance--1"),
    "0": Colour("neutral", "stance-0"),
    "1": Colour("supportive", "stance-1"),
    "2": Colour("strongly supportive", "stance-2"),
}
SAID = {
    "support": Colour("support", "stance-2"),
    "abstain": Colour("abstain", "stance-0"),
    "concern": Colour("concern", "stance--1"),
    "oppose": Colour("oppose", "stance--2"),
    "": Colour("not stated", drawings.HOLLOW),
}
RESPONSES = {"accepted": Colour("accepted", "main"), "noted": Colour("noted", "highlight")}
ADOPTED = {
    "without_vote": Colour("without a vote", "main"),
    "unanimous": Colour("unanimously", "kind-6"),
    "vote": Colour("by vote", "highlight"),
}
ROLES = {"main": Colour("main sponsor", "highlight"), "co": Colour("co-sponsor", "main")}
MEASURES = {"net flows": Colour("net flows", "context"), "grant equivalent": Colour("grant equivalent", "main")}
ACTS = {
    "signature": Colour("signature", drawings.HOLLOW),
    "party": Colour("became a party", "main"),
    "withdrawal": Colour("withdrawal", "highlight"),
}
ONE = {"": Colour("rows", "main")}
COUNCIL = (2006, 2025)

SERIES = {
    "MBC": "Mutually beneficial cooperation",
    "related": "Related texts of the same sponsor",
    "international_cooperation": "International cooperation",
    "country": "Texts on countries",
    "enhancement": "Enhancement of technical cooperation",
    "followup": "National follow-up",
    "fund": "Trust funds",
    "advisory_services": "Advisory services",
    "other": "Other texts",
}
INDICATORS = {"oda_total": "official development assistance", "oda_gni_share": "share of gross national income"}
ORGANISATIONS = {
    "ngo": "non-governmental organization",
    "nhri": "national human rights institution",
    "nhri_network": "network of national human rights institutions",
}
ATTRIBUTES = {
    "hrc_membership": "membership of the Council",
    "hrc_presidency": "presidency of the Council",
    "hrc_candidacy": "candidacy for the Council",
    "nhri_status": "status of the national human rights institution",
    "un_regional_group": "regional group",
    "un_member_since": "Member of the United Nations since",
    "oecd_dac_member": "member of the Development Assistance Committee",
    "reply_reported_in_outline_paragraphs": "paragraphs of the outline that report its reply",
}
THEMES = {
    "agreed_language": "agreed language",
    "win_win_origin": "origin in win-win",
    "technical_assistance_support": "support for technical assistance",
}

# Drawings of the lists ------------------------------------------------------------------------------------------------


def by_year(
    what: str, column: str, years: tuple[int, int], kinds: Mapping[str, Colour] = ONE, kind: str = ""
) -> lists.Draw:
    """Return what draws rows by the year that ``column`` begins with, coloured by the column ``kind``; or nothing."""

    def draw(_: Record, rows: Sequence[Row]) -> str:
        dated = [row for row in rows if row[column][:4].isdigit()]
        counts = Counter((int(row[column][:4]), row[kind] if kind else "") for row in dated)
        return drawings.columns(counts, _named(kinds, what), years, what) if counts else ""

    return draw


def by_category(what: str, column: str, kinds: Mapping[str, Colour] = ONE, kind: str = "") -> lists.Draw:
    """Return what draws rows by the words of ``column``, the most frequent first, coloured by the column ``kind``."""

    def draw(_: Record, rows: Sequence[Row]) -> str:
        totals = Counter(row[column] for row in rows)
        order = sorted(totals, key=lambda name: (-totals[name], name))
        counts = Counter((row[column], row[kind] if kind else "") for row in rows)
        shown = {
            (name.replace("_", " ") or "not stated", key): counts[name, key]
            for name in order
            for key in kinds
            if counts[name, key]
        }
        return drawings.bars(shown, _named(kinds, what), what)

    return draw


def _named(kinds: Mapping[str, Colour], what: str) -> Mapping[str, Colour]:
    return {"": Colour(what.lower(), "main")} if kinds is ONE else kinds


def _draw_votes(record: Record, rows: Sequence[Row]) -> str:
    series: dict[str, list[tuple[str, str]]] = {name: [] for name in SERIES}
    for row in sorted(rows, key=lambda row: record.one("resolutions", "symbol", row["symbol"])["date"]):
        text_row = record.one("resolutions", "symbol", row["symbol"])
        series[text_row["series"]].append((LETTERS[row["vote"]], row["vote"]))
    return drawings.cells(
        {SERIES[name]: cast for name, cast in series.items() if cast}, VOTES, "Votes in order of date"
    )


def _draw_sponsorships(record: Record, rows: Sequence[Row]) -> str:
    counts = Counter((int(record.one("resolutions", "symbol", row["symbol"])["date"][:4]), row["role"]) for row in rows)
    return drawings.columns(counts, ROLES, COUNCIL, "Texts sponsored")


def _draw_positions(record: Record, rows: Sequence[Row]) -> str:
    coders = sorted({coding["coder"] for row in rows for coding in _codings(record, row)})
    shown = {
        f"{coder.capitalize()} coding": [
            (coding["stance"].replace("-", "\u2212"), coding["stance"])
            for row in rows
            for coding in _codings(record, row)
            if coding["coder"] == coder
        ]
        for coder in coders
    }
    return drawings.cells(shown, STANCES, "Stance of each position, coded by AI models")


def _codings(record: Record, row: Row) -> list[Row]:
    return record.where("position_codings", "position_id", row["position_id"])


def _coding(coder: str) -> lists.Cell:
    def cell(record: Record, row: Row) -> str:
        for coding in _codings(record, row):
            if coding["coder"] == coder:
                theme = THEMES.get(coding["theme"], coding["theme"].replace("_", " "))
                return f"{escape(theme)}, {escape(coding['stance'].replace('-', chr(0x2212)))}"
        return lists.MISSING

    return cell


def _draw_memberships(_: Record, rows: Sequence[Row]) -> str:
    spans = [drawings.Span("", int(row["start_year"]), int(row["end_year"]) + 1, "") for row in rows]
    return drawings.timeline(spans, {"": Colour("periods", "main")}, COUNCIL, "Years proved by roll calls")


def _draw_acts(record: Record, rows: Sequence[Row]) -> str:
    order = [row["treaty"] for row in record.tables["treaties"]]
    ranked = sorted(rows, key=lambda row: (order.index(row["treaty"]), row["date"]))
    spans = [drawings.Span(row["treaty"], _year(row["date"]), _year(row["date"]), row["effect"]) for row in ranked]
    return drawings.timeline(spans, ACTS, (1965, 2022), "Acts under the treaties", side=88)


def _year(date: str) -> float:
    """Return a date as a year with its part, to a tenth."""
    return int(date[:4]) + (round((int(date[5:7]) - 1) / 12, 1) if len(date) > 4 else 0)


def _draw_aid(_: Record, rows: Sequence[Row]) -> str:
    totals = [row for row in rows if row["indicator"] == "oda_total" and row["year"]]
    if not totals:
        return ""
    sums = {(int(row["year"]), row["measure"]): float(row["value"]) for row in totals}
    return drawings.columns(sums, MEASURES, (2013, 2025), f"Official development assistance, {totals[0]['unit']},")


def _draw_presences(record: Record, rows: Sequence[Row]) -> str:
    dated = [row for row in rows if row["as_of"]]
    return by_year("Presences listed", "as_of", (2010, 2020))(record, dated)


def _draw_by_group(column: str, what: str) -> lists.Draw:
    def draw(record: Record, rows: Sequence[Row]) -> str:
        return by_category(what, column, RESPONSES, "response")(record, rows)

    return draw


# Cells of the lists ---------------------------------------------------------------------------------------------------


def _text_date(record: Record, row: Row) -> str:
    return when("date")(record, record.one("resolutions", "symbol", row["symbol"]))


def _amount(record: Record, row: Row) -> str:
    if not row["amount"]:
        return lists.MISSING
    bound = {"minimum": "at least ", "maximum": "at most ", "about": "about "}.get(row["amount_qualifier"], "")
    return f"{bound}{escape(row['currency'])} {figure('amount')(record, row)}"


def _value(record: Record, row: Row) -> str:
    bound = {"minimum": "at least ", "maximum": "at most ", "about": "about "}.get(row["qualifier"], "")
    return f"{bound}{figure('value')(record, row)}"


def _period(_: Record, row: Row) -> str:
    ends = [row[name] for name in ("period_start", "period_end") if row[name]]
    return escape(row["year"] or " to ".join(dict.fromkeys(ends))) or lists.MISSING


def _years(first: str, last: str) -> lists.Cell:
    return lambda _, row: (
        escape(" to ".join(dict.fromkeys(row[name] for name in (first, last) if row[name]))) or (lists.MISSING)
    )


def _reported(_: Record, row: Row) -> str:
    return f"in paragraphs {escape(row['summarised_in'])}" if row["summarised_in"] else "not reported"


def _treaty(record: Record, row: Row) -> str:
    full = record.one("treaties", "treaty", row["treaty"])["full_name"]
    return f'<abbr title="{escape(full)}">{escape(row["treaty"])}</abbr>'


def _votes_of(_: Record, row: Row) -> str:
    if not row["yes"]:
        return lists.MISSING
    return escape("\u2013".join(row[name] for name in ("yes", "no", "abstain") if row[name]))


TEXT = (Column("Text", symbol()), Column("Title", title(), prose=True), Column("Date", _text_date))
PROGRAMME = (
    Column("Field", words("sector", nhri="national human rights institution")),
    Column("Programme", plain("programme"), prose=True),
    Column("When", when("start", "end")),
    Column("Amount", _amount),
    Column("Kind", words("kind", listing="listing, not a project")),
)
PROGRAMME_NOTE = (
    "A programme in several countries has a row for each, so rows are not projects. The search of public pages was not"
    " complete; listings are marks on a map or in a policy."
)
DRAFT = (
    Column("Draft", plain("title"), prose=True),
    Column("Symbol", plain("symbol")),
    Column("Date", when("date")),
    Column("What became of it", words("outcome")),
)
REVIEW = (Column("Session", plain("session"), numeric=True), Column("Response", words("response")))
REVIEW_NOTE = (
    "Recommendations of sessions 1 to 20 of the universal periodic review that UPR Info labels technical assistance and"
    " cooperation. Labels and responses are its coding; nothing comparable was found for later sessions."
)
POSITION = (
    Column("Position", plain("paraphrase"), prose=True),
    Column("Basis", plain("basis")),
    Column("First coding: theme, stance", _coding("first")),
    Column("Second coding: theme, stance", _coding("second")),
)
BOARD = (Column("Session", plain("session")), Column("Date", when("start", "end")), Column("Theme", plain("theme")))
CODINGS = (("position_codings", "position_id", "position_id"),)

LANGUAGES = {
    "ar": "Arabic",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "ru": "Russian",
    "zh": "Chinese",
    "zxx": "",
}


def _in_its_language(_: Record, row: Row) -> str:
    """Return a name, marked as what it is for those who hear it read."""
    return f'<bdi lang="{escape(row["language"])}">{escape(row["name"])}</bdi>'


# The lists, by the headings under which they stand --------------------------------------------------------------------

LISTS: dict[str, tuple[Kind, ...]] = {
    "The concept of mutually beneficial cooperation": (
        Kind(
            "reply",
            "Reply to the Committee",
            "submission_states",
            "iso3",
            "Replies to the note verbale of 16 August 2018. They are known from the outline alone: none was seen.",
            (
                Column("Reported in the outline", _reported, prose=True),
                Column("Named in paragraph 2 of the outline", truth("listed_in_outline")),
                Column("Member of the Council at the vote on 37/23", truth("council_member_2018")),
                Column("Part in 37/23", words("role_on_37_23", co_sponsor="co-sponsor")),
            ),
            role="respondent",
        ),
        Kind(
            "positions",
            "Positions",
            "positions",
            "iso3",
            "Paraphrased by the editors, and coded twice by AI models; no person has coded them. Stance runs from"
            " \u22122 (strongly critical) to 2 (strongly supportive), as a rule towards the concept.",
            POSITION,
            _draw_positions,
            role="holder of a position",
            beside=CODINGS,
        ),
        Kind(
            "joint-positions",
            "Positions given jointly by another State",
            "positions",
            "joint_with",
            "A joint reply stands once for each State that gave it: these are the rows of the other.",
            (Column("Given by", state("iso3")), *POSITION),
            _draw_positions,
            beside=CODINGS,
        ),
        Kind(
            "statements",
            "Statements on the texts",
            "statements",
            "iso3",
            "Introductions, explanations of vote and comments. Several are known only from the press of one side.",
            (
                Column("Text", symbol()),
                Column("Date", when("date")),
                Column("Kind", words("kind")),
                Column("Stance", words("stance")),
                Column("Argument", plain("argument"), prose=True),
                Column("On behalf of", plain("on_behalf_of")),
            ),
            by_year("Statements", "date", (2017, 2025), SAID, "stance"),
            role="speaker",
            order="date",
        ),
        Kind(
            "mandate",
            "Part in the mandate of the Committee",
            "mandate_steps",
            "iso3",
            "Steps and circumstances of the mandate in paragraph 5 of resolution 37/23 that name the State.",
            (
                Column("Date", when("date")),
                Column("Matter", words("topic")),
                Column("Item", plain("item")),
                Column("What is known", plain("value"), prose=True),
                Column("Person", plain("actor")),
            ),
            by_year("Steps", "date", (2016, 2021)),
            order="date",
        ),
    ),
    "The Human Rights Council and the Commission": (
        Kind(
            "votes",
            "Votes",
            "votes",
            "iso3",
            "Votes in the complete roll calls of the Council on the texts of this study, while a member.",
            (*TEXT, Column("Vote", words("vote", yes="in favour", no="against", abstain="abstaining"))),
            _draw_votes,
            role="voter",
            order="symbol",
        ),
        Kind(
            "sponsorships",
            "Sponsorships",
            "sponsorships",
            "iso3",
            "Lists of sponsors are complete for A/HRC/RES/37/23 only: the number is a lower bound. A text sponsored by"
            " a group does not count for its members.",
            (
                *TEXT,
                Column("Part", words("role", main="main sponsor", co="co-sponsor")),
                Column("On behalf of", plain("on_behalf_of")),
            ),
            _draw_sponsorships,
            role="sponsor",
        ),
        Kind(
            "membership",
            "Membership of the Council",
            "council_memberships",
            "iso3",
            "Periods of years in which the State stands in a complete roll call of this edition. They are a lower"
            " bound: a year without a roll call proves nothing, and a term may begin before or end after.",
            (
                Column("Years", _years("start_year", "end_year")),
                Column("Roll calls", plain("roll_calls"), numeric=True),
            ),
            _draw_memberships,
            role="member of the Council",
        ),
        Kind(
            "drafts-sponsored",
            "Drafts put forward and not adopted",
            "drafts_not_adopted",
            "sponsor_iso3",
            "Drafts that were withdrawn and amendments that were not considered.",
            (*DRAFT, Column("Country concerned", state("iso3"))),
            by_year("Drafts", "date", COUNCIL),
        ),
        Kind(
            "texts-on-it",
            "Texts on the State",
            "resolutions",
            "country_iso3",
            "Texts of the Council and the Commission on assistance to the State or on its situation, as catalogued.",
            (
                Column("Text", symbol()),
                Column("Title", plain("title"), prose=True),
                Column("Date", when("date")),
                Column("Adopted", words("adopted")),
                Column("Yes\u2013no\u2013abstaining", _votes_of),
                Column("Instrument", words("instrument")),
            ),
            by_year("Texts", "date", (1985, 2025), ADOPTED, "adopted"),
            role="subject of a text",
            order="date",
        ),
        Kind(
            "drafts-on-it",
            "Drafts on the State that were not adopted",
            "drafts_not_adopted",
            "iso3",
            "Drafts that were withdrawn and amendments that were not considered.",
            (*DRAFT, Column("Put forward by", state("sponsor_iso3"))),
            by_year("Drafts", "date", COUNCIL),
        ),
    ),
    "Assistance given": (
        Kind(
            "given",
            "Programmes given",
            "assistance_programmes",
            "provider_iso3",
            PROGRAMME_NOTE,
            (Column("Recipient", state("recipient_iso3", "recipient")), *PROGRAMME),
            by_category("Programmes given by field", "sector"),
            role="provider",
        ),
        Kind(
            "aid",
            "Aid figures",
            "oda_figures",
            "iso3",
            "The measure of official development assistance changed in 2018, so the two parts are no one series. Other"
            " figures come from different searches and must not be added or compared.",
            (
                Column("Figure", words("indicator", **INDICATORS)),
                Column("Year", _period),
                Column("Value", _value, numeric=True),
                Column("Unit", plain("unit")),
                Column("Measure", joined(plain("measure"), plain("status"), by=", ")),
            ),
            _draw_aid,
        ),
        Kind(
            "programmes",
            "Part in programmes of the United Nations",
            "programme_figures",
            "iso3",
            "Pledges, contributions and experts are different measures and must not be added; a gap is a gap in what"
            " was found.",
            (
                Column("Programme", words("programme")),
                Column("Figure", words("indicator")),
                Column("Year", _period),
                Column("Value", _value, numeric=True),
                Column("Unit", plain("unit")),
            ),
            by_category("Figures by programme", "programme"),
        ),
        Kind(
            "contributions",
            "Contributions to the Office of the High Commissioner",
            "office_contributions",
            "iso3",
            "From two lists of latest contributions. They go to the Office as a whole; two equal lines are two"
            " payments.",
            (
                Column("List of", when("as_of")),
                Column("United States dollars", figure("amount_usd"), numeric=True),
                Column("As paid", joined(plain("currency"), figure("amount_original"))),
            ),
            by_year("Contributions", "as_of", (2023, 2024)),
            role="contributor to the Office",
        ),
        Kind(
            "organisations",
            "Organizations with their seat in the State",
            "organisations",
            "iso3",
            "A selection of organizations outside Governments that give technical assistance in human rights.",
            (
                Column("Organization", plain("name")),
                Column("Seat", plain("seat")),
                Column("Type", words("type", **ORGANISATIONS)),
                Column("What it does", plain("what"), prose=True),
                Column("Since", when("since")),
                Column("Example", plain("example")),
            ),
            by_category("Organizations by type", "type"),
        ),
    ),
    "Assistance received": (
        Kind(
            "received",
            "Programmes received",
            "assistance_programmes",
            "recipient_iso3",
            PROGRAMME_NOTE,
            (Column("Provider", state("provider_iso3")), *PROGRAMME),
            by_category("Programmes received by field", "sector"),
            role="recipient",
        ),
        Kind(
            "activities",
            "Activities of the Voluntary Fund and the technical cooperation programme",
            "fund_activities",
            "iso3",
            "The kinds (a) to (d) are those of paragraph 16 of the outline and were given by the editors. A proposal is"
            " no proof of payment.",
            (
                Column("Years", _years("year", "year_end")),
                Column("Activity", plain("what"), prose=True),
                Column("Kind", lambda _, row: f"({escape(row['kind'])})" if row["kind"] else lists.MISSING),
                Column("Stage", words("stage")),
                Column("Basis of funding", words("funding_basis", vftc_named="the source names the Fund")),
                Column("United States dollars", figure("amount_usd"), numeric=True),
            ),
            by_year("Activities", "year", (1988, 2024)),
            role="recipient",
        ),
        Kind(
            "presences",
            "Presences of the Office of the High Commissioner",
            "presences",
            "iso3",
            "One row is a presence on a dated list (2010, 2012, 2014, 2020), or a presence with a start or an end.",
            (
                Column("Presence", plain("name")),
                Column("Type", words("type")),
                Column("On the list of", when("as_of")),
                Column("Start", when("start")),
                Column("End", when("end")),
            ),
            _draw_presences,
            role="host of a presence",
        ),
        Kind(
            "funds",
            "Part in the trust funds",
            "fund_participants",
            "iso3",
            "Donors and beneficiaries in the lists that were seen, not in all; amounts are not published.",
            (
                Column("Fund", words("fund", VFTC="Voluntary Fund for Technical Cooperation")),
                Column("Part", words("role")),
                Column("As of", when("as_of")),
                Column("Session of the Council", plain("council_session"), numeric=True),
            ),
            by_category("Part in the trust funds", "role"),
            role="donor or beneficiary of a fund",
        ),
        Kind(
            "board",
            "Sessions of the Board of Trustees held in the State",
            "board_sessions",
            "iso3",
            "Sessions of the Board of the Voluntary Fund for Technical Cooperation, as far as known from the tenth on.",
            BOARD,
            by_year("Sessions", "start", (1998, 2025)),
        ),
        Kind(
            "board-second",
            "Sessions of the Board held in the State and another",
            "board_sessions",
            "iso3_second",
            "Sessions in two countries, of which this is the second.",
            (*BOARD, Column("First country", state("iso3"))),
            by_year("Sessions", "start", (1998, 2025)),
        ),
    ),
    "Treaties and national mechanisms": (
        Kind(
            "treaties",
            "Acts under the human rights treaties",
            "treaty_acts",
            "iso3",
            "Acts under the nine core treaties and their protocols: by the day to March 2015, then by the year alone,"
            " to June 2022.",
            (
                Column("Treaty", _treaty),
                Column("Act", words("action")),
                Column("Effect", words("effect")),
                Column("Date", when("date")),
            ),
            _draw_acts,
            order="date",
        ),
        Kind(
            "mechanisms",
            "National mechanisms for reporting and follow-up",
            "national_mechanisms",
            "iso3",
            "Mechanisms and tracking systems found (examples, no complete list), groups that the State joined, and"
            " support.",
            (
                Column("Name", plain("name"), prose=True),
                Column("What", words("type")),
                Column("Form", plain("form")),
                Column("Date", when("date")),
            ),
            by_category("Entries by type", "type"),
        ),
    ),
    "Technical assistance in the universal periodic review": (
        Kind(
            "upr-received",
            "Recommendations received",
            "upr_recommendations",
            "iso3",
            REVIEW_NOTE,
            (
                Column("Recommending State", state("recommending_iso3")),
                *REVIEW,
                Column("Issues", plain("issues"), prose=True),
            ),
            _draw_by_group("recommending_group", "Recommendations received by group of the recommending State"),
            role="State under review",
        ),
        Kind(
            "upr-made",
            "Recommendations made",
            "upr_recommendations",
            "recommending_iso3",
            REVIEW_NOTE,
            (Column("State under review", state("iso3")), *REVIEW, Column("Issues", plain("issues"), prose=True)),
            _draw_by_group("regional_group", "Recommendations made by group of the State under review"),
            role="recommending State",
        ),
    ),
    "Respondent States: further facts": (
        Kind(
            "attributes",
            "Facts gathered on the respondents",
            "state_attributes",
            "iso3",
            "Gathered for the nine States that the outline names as respondents; terms in the Council read from votes"
            " cast are background.",
            (
                Column("Fact", words("attribute", **ATTRIBUTES)),
                Column("Value", plain("value")),
                Column("Detail", plain("detail"), prose=True),
                Column("From", when("start", "end")),
            ),
        ),
    ),
    "Names": (
        Kind(
            "other-names",
            "Other names",
            "state_names",
            "iso3",
            "Names under which readers may look for the State: for finding it, and for nothing else. They imply no view"
            " on status.",
            (
                Column("Name", _in_its_language),
                Column("Kind", words("kind")),
                Column("Language", words("language", **LANGUAGES)),
            ),
        ),
    ),
}
KINDS = [kind for kinds in LISTS.values() for kind in kinds]
