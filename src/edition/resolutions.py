"""A page for each text that was voted, that bears on the concept, or whose contents are on record.

What it asks, who sponsored it, how each member and group voted, what was said, and which texts came before and after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from textwrap import shorten

from . import drawings, lists, shell, states, text
from .lists import Column, Kind, plain, slug, state, when, words
from .record import Record, Row
from .statelists import ROLES, SAID, SERIES, VOTES, by_category
from .tables import scrolling

FOLDER = "book/resolutions"
NO_GROUP = "No regional group"
VOTE_WORDS = {"yes": "in favour", "no": "against", "abstain": "abstaining", "not_voting": "not voting"}
MODES = {"without_vote": "without a vote", "unanimous": "unanimously", "vote": "by vote"}


def _draw_roll_call(_: Record, rows: Sequence[Row]) -> str:
    counts = Counter((row["regional_group"] or NO_GROUP, row["vote"]) for row in rows)
    groups = sorted({group for group, _ in counts})
    shown = {(group, vote): counts[group, vote] for group in groups for vote in VOTES if counts[group, vote]}
    return drawings.bars(shown, VOTES, "Votes by regional group")


def _draw_sponsors(record: Record, rows: Sequence[Row]) -> str:
    counts = Counter((_group_of(record, row), row["role"]) for row in rows)
    groups = sorted({group for group, _ in counts})
    shown = {(group, role): counts[group, role] for group in groups for role in ROLES if counts[group, role]}
    return drawings.bars(shown, ROLES, "Sponsors by regional group")


def _group_of(record: Record, row: Row) -> str:
    if not row["iso3"]:
        return "Groups and others"
    return record.one("states", "iso3", row["iso3"])["regional_group"] or NO_GROUP


LISTS = (
    Kind(
        "provisions",
        "What it says",
        "provisions_of_texts",
        "symbol",
        "Paragraphs restated in the words of the editors; they are no substitute for the text. Of some texts only the"
        " main paragraphs are given.",
        (
            Column("Paragraph", plain("paragraph")),
            Column("Kind", words("kind", preamble="preamble", operative="operative")),
            Column("Subject", plain("subject")),
            Column("In the words of the editors", plain("paraphrase"), prose=True),
            Column("Same idea in", plain("same_idea_in")),
        ),
        order="paragraph",
    ),
    Kind(
        "roll-call",
        "Roll call",
        "votes",
        "symbol",
        "Every member of the Council at the time, with the regional group in which it then sat.",
        (
            Column("State", state("iso3")),
            Column("Regional group", plain("regional_group")),
            Column("Vote", words("vote", **VOTE_WORDS)),
        ),
        _draw_roll_call,
        order="iso3",
    ),
    Kind(
        "sponsors",
        "Sponsors",
        "sponsorships",
        "symbol",
        "The list is complete for A/HRC/RES/37/23 only and partial for most other texts; a group stands in one row and"
        " not for each of its members.",
        (
            Column("Sponsor", state("iso3", "sponsor")),
            Column("Part", words("role", main="main sponsor", co="co-sponsor")),
            Column("On behalf of", plain("on_behalf_of")),
        ),
        _draw_sponsors,
        order="iso3",
    ),
    Kind(
        "statements",
        "Statements",
        "statements",
        "symbol",
        "Introductions, explanations of vote and comments, in the words of the editors. Several are known only from the"
        " press of one side.",
        (
            Column("Speaker", state("iso3", "speaker")),
            Column("Date", when("date")),
            Column("Kind", words("kind")),
            Column("Stance", words("stance")),
            Column("Argument", plain("argument"), prose=True),
            Column("On behalf of", plain("on_behalf_of")),
        ),
        by_category("Statements by stance", "stance", SAID, "stance"),
    ),
    Kind(
        "amendments",
        "Drafts and amendments that were not adopted",
        "drafts_not_adopted",
        "adopted_symbol",
        "Put forward in the same matter, and withdrawn or not considered.",
        (
            Column("Draft", plain("title"), prose=True),
            Column("Symbol", plain("symbol")),
            Column("Put forward by", state("sponsor_iso3")),
            Column("What became of it", words("outcome")),
        ),
    ),
    Kind(
        "panels",
        "Panels that it mandated",
        "panels",
        "mandating_resolution",
        "One row a participant; lists of panellists are not complete.",
        (
            Column("Participant", plain("participant")),
            Column("Institution", plain("institution")),
            Column("Part", words("role")),
            Column("Date", when("date")),
            Column("Theme", plain("theme"), prose=True),
        ),
    ),
    Kind(
        "events",
        "In the history of the subject",
        "events",
        "instrument_symbol",
        "Events of the history in section II that rest on this text.",
        (
            Column("Event", plain("title")),
            Column("Date", when("date", "end_date")),
            Column("What is known", plain("description"), prose=True),
        ),
    ),
)


def texts(record: Record) -> list[Row]:
    """Return the texts that have a page, in order of date and symbol."""
    found = [row for row in record.tables["resolutions"] if lists.has_page(record, row["symbol"])]
    return sorted(found, key=lambda row: (row["date"], row["symbol"]))


def pages(record: Record) -> Iterator[shell.Page]:
    """Yield a page for each of `texts`. Raises ``ValueError`` when two symbols would share a page."""
    code = states.code_digest(record)
    chosen = texts(record)
    names = Counter(slug(row["symbol"]) for row in chosen)
    shared = [name for name, count in names.items() if count > 1]
    if shared:
        raise ValueError(
            f"two texts would stand at {FOLDER}/{shared[0]}.html: give their symbols a difference in letters"
        )
    for row in chosen:
        yield _page(record, row, code)


def before(record: Record, row: Row) -> list[Row]:
    """Return the text that came before in the series, where one is on record."""
    return record.where("resolutions", "symbol", row["previous_symbol"]) if row["previous_symbol"] else []


def after(record: Record, row: Row) -> list[Row]:
    """Return the texts that name ``row`` as the one before them."""
    return record.where("resolutions", "previous_symbol", row["symbol"])


def _page(record: Record, row: Row, code: str) -> shell.Page:
    held = {kind.id: kind.rows(record, row["symbol"]) for kind in LISTS}
    around = [*before(record, row), *after(record, row)]
    used = [("resolutions", one) for one in (row, *around)]
    used += [pair for kind in LISTS for pair in kind.used(record, held[kind.id])]
    name = f"resolutions/{slug(row['symbol'])}"
    return shell.Page(
        path=f"book/{name}.html",
        title=row["symbol"],
        digest=record.digest(used, code),
        make=lambda: (_article(record, row, held, name), states.list_files(LISTS, held, name)),
        files=tuple(states.list_paths(LISTS, held, name)),
        previous=_neighbour(record, before(record, row)),
        following=_neighbour(record, after(record, row)),
        description=shorten(f"{row['symbol']}, {row['title']}", 200, placeholder=" …")
        + ": what it asks, its sponsors, the roll call by regional group, and statements on it.",
    )


def _neighbour(record: Record, found: Sequence[Row]) -> shell.Neighbour | None:
    """Return the first text of ``found`` that has a page, to turn to."""
    paged = [row["symbol"] for row in found if lists.has_page(record, row["symbol"])]
    return shell.Neighbour(paged[0], f"{slug(paged[0])}.html") if paged else None


def _article(record: Record, row: Row, held: Mapping[str, Sequence[Row]], name: str) -> str:
    parts = [
        f'<section id="text" class="ed-profile">\n<h1>{escape(row["symbol"])}{lists.headerlink("text")}</h1>\n',
        f'<p class="ed-lead">{escape(row["title"])}</p>\n',
        _facts(record, row),
        states.contents(LISTS, held),
    ]
    for kind in LISTS:
        rows = held[kind.id]
        if rows:
            extra = _by_group(rows) if kind.id == "roll-call" else ""
            parts.append(lists.section(record, kind, rows, name, extra, level=2))
    empty = [kind.title for kind in LISTS if not held[kind.id]]
    if empty:
        parts.append(f'<p class="ed-none">No record in the tables: {escape("; ".join(empty))}.</p>\n')
    return "".join(parts) + "</section>\n"


def _facts(record: Record, row: Row) -> str:
    links = {
        "Before it in the series": [lists.text_link(record, one["symbol"]) for one in before(record, row)],
        "After it in the series": [lists.text_link(record, one["symbol"]) for one in after(record, row)],
    }
    country = lists.state_link(record, row["country_iso3"]) if row["country_iso3"] else ""
    source = lists.source(record, row["source_id"])
    revised = ", revised before adoption" if row["revised_before_adoption"] == "true" else ""
    facts = {
        "Body": f"{'Human Rights Council' if row['body'] == 'Council' else 'Commission on Human Rights'}"
        + (f", session {escape(row['session'])}" if row["session"] else ""),
        "Date": escape(text.date(row["date"])) if row["date"] else "",
        "Agenda item": escape(row["agenda_item"]),
        "Series": escape(SERIES[row["series"]] + (f": {row['subseries']}" if row["subseries"] else "")),
        "State concerned": country,
        "Adopted": escape(MODES[row["adopted"]]) + _totals(row),
        "Draft": escape(row["draft_symbol"]) + revised,
        "Co-sponsors stated": escape(row["n_cosponsors"]),
        "Instrument": escape(row["instrument"].replace("_", " ")),
        **{head: "; ".join(found) or "none on record" for head, found in links.items()},
        "What it asks": escape(row["asks"]),
    }  # fmt: skip
    note = f'<p class="ed-list-note">{escape(row["note"])}</p>\n' if row["note"] else ""
    place = f", {escape(row['locator'])}" if row["locator"] else ""
    return (
        states.facts_list(facts)
        + note
        + f'<p class="ed-exhibit-foot"><span>Text: {source.link()}{place}</span> <span>Register: '
        f'<a href="../apparatus/sources.html#{source.source_id}">{escape(source.label)}</a></span> '
        '<span>Data: <a href="../apparatus/data.html#table-resolutions">resolutions</a></span></p>\n'
    )


def _totals(row: Row) -> str:
    counts = [f"{row[vote]} {VOTE_WORDS[vote]}" for vote in VOTES if row[vote]]
    if counts:
        return f": {escape(text.listing(counts))}"
    return "; no roll call was found" if row["adopted"] == "vote" else ""


def _by_group(rows: Sequence[Row]) -> str:
    """Return the roll call by regional group as a table."""
    counts = Counter((row["regional_group"] or NO_GROUP, row["vote"]) for row in rows)
    heads = "".join(f'<th scope="col" class="ed-num">{escape(name.capitalize())}</th>' for name in VOTE_WORDS.values())
    body = "".join(
        f'<tr><th scope="row">{escape(group)}</th>'
        + "".join(f'<td class="ed-num">{counts[group, vote]}</td>' for vote in VOTES)
        + "</tr>\n"
        for group in sorted({group for group, _ in counts})
    )
    table = (
        f'<table class="ed-table"><thead><tr><th scope="col">Regional group</th>{heads}</tr></thead>\n'
        f"<tbody>\n{body}</tbody></table>"
    )
    return f"{scrolling(table, label='Roll call by regional group')}\n"


# The list of texts ----------------------------------------------------------------------------------------------------


def finder(record: Record) -> str:
    """Return every text that has a page, latest first: a plain list, which the page's script can filter."""
    items = []
    for row in reversed(texts(record)):
        mode = MODES[row["adopted"]].capitalize()
        body = "Human Rights Council" if row["body"] == "Council" else "Commission on Human Rights"
        told = f"{text.date(row['date'])}; {SERIES[row['series']]}; {mode.lower()}{_totals(row)}"
        items.append(
            f'<li data-series="{escape(SERIES[row["series"]])}" data-mode="{mode}" data-body="{body}">'
            f'<a href="{slug(row["symbol"])}.html">{escape(row["symbol"])}</a> {escape(row["title"])}'
            f' <span class="ed-finder-told">{escape(told)}</span></li>'
        )
    return states.finder_list("texts", {"body": "Body", "series": "Series", "mode": "Adopted"}, items)
