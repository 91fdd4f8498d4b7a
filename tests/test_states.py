"""The pages of States and of texts: their counts against the tables, their escapes, their reuse, their time."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import random
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from docutils import nodes

import edition
from edition import data, lists, record, resolutions, shell, statelists, states
from edition.sphinxext import statelinks

WEIGHT = 150_000  # bytes of a page, compressed
SECONDS = 5.0  # of the processor, for all pages: the room is 20


@pytest.fixture(scope="module")
def tables(root: Path) -> record.Record:
    return record.read(root / "data")


class Lists(HTMLParser):
    """What a page says of its lists: the count in the heading, the count in the contents, the rows of the table."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.contents: dict[str, int] = {}
        self.rows: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.labels: dict[str, str] = {}
        self._count = self._table = self._link = self._section = ""
        self._in_contents = self._in_body = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.attributes |= set(told)
        if tag == "section":
            self._section = told.get("id", "")
        elif tag == "nav" and told.get("class") == "ed-lists":
            self._in_contents = True
        elif tag == "a" and self._in_contents:
            self._link = told["href"].removeprefix("#")
        elif tag == "span" and told.get("class") == "ed-count":
            self._count = told.get("data-list") or f">{self._link}"
        elif tag == "table":
            self._table = told.get("data-table", "")
        elif tag == "tbody":
            self._in_body = True
        elif tag == "tr" and self._in_body and self._table:
            self.rows[self._table] += 1
        elif tag == "svg":
            self.labels[self._section] = told["aria-label"]

    def handle_endtag(self, tag: str) -> None:
        self._in_contents &= tag != "nav"
        self._in_body &= tag != "tbody"
        if tag == "table":
            self._table = ""

    def handle_data(self, text: str) -> None:
        if self._count.startswith(">"):
            self.contents[self._count[1:]] = int(text)
        elif self._count:
            self.counts[self._count] = int(text)
        self._count = ""


@cache
def page(path: Path) -> tuple[str, Lists]:
    html = path.read_text("utf-8")
    return html, Lists(html)


# Counts ---------------------------------------------------------------------------------------------------------------


def test_every_key_that_leads_to_a_state_has_its_list(root: Path) -> None:
    keys = {
        (name, key["fields"][0])
        for name, resource in data.resources(root / "data").items()
        for key in resource["schema"].get("foreignKeys", [])
        if key["reference"]["resource"] == "states"
    }
    assert {(kind.table, kind.key) for kind in statelists.KINDS} == keys
    assert len({kind.id for kind in statelists.KINDS}) == len(statelists.KINDS)


def test_every_column_of_codes_of_states_is_such_a_key(root: Path) -> None:
    """A column that holds only codes of States, whatever it is called, must be declared in the schema."""
    codes = set(edition.load("states").iso3)
    for name, resource in data.resources(root / "data").items():
        keys = {key["fields"][0] for key in resource["schema"].get("foreignKeys", [])}
        frame = edition.load(name)
        for column in frame.columns:
            held = set(frame[column].dropna().astype(str))
            if name != "states" and held and held <= codes:
                assert column in keys, f"{name}.{column}"


@pytest.mark.parametrize("kind", statelists.KINDS, ids=lambda kind: kind.id)
def test_each_count_of_each_state_equals_that_of_the_table(built: Path, kind: lists.Kind) -> None:
    counted = edition.load(kind.table)[kind.key].value_counts()
    for iso3 in edition.load("states").iso3:
        html, seen = page(built / f"book/states/{iso3.lower()}.html")
        expected = int(counted.get(iso3, 0))
        places = (seen.counts, seen.contents, seen.rows)
        assert [place.get(kind.id, 0) for place in places] == [expected] * 3, (iso3, kind.id)
        none = [unescape(line) for line in re.findall(r'<p class="ed-none">No record in the tables: (.*?)\.</p>', html)]
        assert (expected == 0) == any(kind.title in line.split("; ") for line in none), (iso3, kind.id)


def test_each_csv_of_a_state_holds_its_rows_as_they_stand(built: Path, root: Path) -> None:
    held = {
        name: list(csv.reader(io.StringIO((root / "data" / resource["path"]).read_text("utf-8"))))
        for name, resource in data.resources(root / "data").items()
    }
    files = 0
    for kind in statelists.KINDS:
        header, *rows = held[kind.table]
        place = header.index(kind.key)
        for iso3 in edition.load("states").iso3:
            expected = sorted(row for row in rows if row[place] == iso3)
            file = built / f"_exhibits/states/{iso3.lower()}-{kind.id}.csv"
            assert file.is_file() == bool(expected), file.name
            if expected:
                files += 1
                head, *found = csv.reader(io.StringIO(file.read_text("utf-8")))
                assert (head, sorted(found)) == (header, expected), file.name
    assert files == len(list((built / "_exhibits/states").iterdir()))


def test_there_is_a_page_for_each_state_and_text_and_no_other(built: Path) -> None:
    states_there = {path.stem for path in (built / "book/states").glob("*.html")} - {"index"}
    assert states_there == set(edition.load("states").iso3.str.lower())
    texts = edition.load("resolutions")
    described = set(edition.load("provisions_of_texts").symbol) | set(edition.load("statements").symbol.dropna())
    chosen = texts[(texts.adopted == "vote") | texts.series.isin(["MBC", "related"]) | texts.symbol.isin(described)]
    texts_there = {path.stem for path in (built / "book/resolutions").glob("*.html")} - {"index"}
    assert texts_there == {re.sub(r"\W+", "-", symbol.lower()).strip("-") for symbol in chosen.symbol}
    assert texts_there >= {lists.slug(symbol) for symbol in edition.load("votes").symbol}


def test_a_roll_call_is_counted_by_vote_and_group_as_in_the_table(built: Path) -> None:
    votes = edition.load("votes")
    groups = votes.groupby(["symbol", "regional_group"]).vote.value_counts().unstack(fill_value=0)
    for symbol, cast in votes.groupby("symbol"):
        html, seen = page(built / f"book/resolutions/{lists.slug(str(symbol))}.html")
        assert seen.counts["roll-call"] == seen.rows["roll-call"] == len(cast)
        rows = re.findall(r'<tr><th scope="row">([^<]+)</th>((?:<td class="ed-num">\d+</td>){4})</tr>', html)
        shown = {group: [int(n) for n in re.findall(r">(\d+)<", cells)] for group, cells in rows}
        expected = groups.loc[symbol][["yes", "no", "abstain", "not_voting"]]
        assert shown == {group: row.tolist() for group, row in expected.iterrows() if row.sum()}, symbol
        words = {"yes": "in favour", "no": "against", "abstain": "abstaining", "not_voting": "not voting"}
        for vote, count in cast.vote.value_counts().items():
            assert f"{words[str(vote)]} {count}" in seen.labels["roll-call"], symbol


@pytest.mark.parametrize("kind", resolutions.LISTS, ids=lambda kind: kind.id)
def test_each_count_of_each_text_equals_that_of_the_table(built: Path, kind: lists.Kind) -> None:
    counted = edition.load(kind.table)[kind.key].value_counts()
    for row in edition.load("resolutions").itertuples():
        path = built / f"book/resolutions/{lists.slug(str(row.symbol))}.html"
        if path.is_file():
            seen = page(path)[1]
            expected = int(counted.get(row.symbol, 0))
            places = (seen.counts, seen.contents, seen.rows)
            assert [place.get(kind.id, 0) for place in places] == [expected] * 3, (row.symbol, kind.id)


def test_drawings_say_what_the_tables_say(built: Path) -> None:
    """The votes of each member by kind, and the responses to its recommendations, are those of the tables."""
    votes = edition.load("votes").groupby("iso3").vote.value_counts().unstack(fill_value=0)
    for iso3, cast in votes.iterrows():
        label = page(built / f"book/states/{str(iso3).lower()}.html")[1].labels["votes"]
        for vote, words in (("yes", "in favour"), ("no", "against"), ("abstain", "abstaining")):
            assert sum(int(n) for n in re.findall(rf"{words} (\d+)", label)) == cast[vote], (iso3, vote)
    upr = edition.load("upr_recommendations")
    for key, section in (("iso3", "upr-received"), ("recommending_iso3", "upr-made")):
        for iso3, rows in upr.groupby(key):
            label = page(built / f"book/states/{str(iso3).lower()}.html")[1].labels[section]
            for response, count in rows.response.value_counts().items():
                assert re.search(rf"{response} {count}\b", label), (iso3, section)


def test_both_codings_stand_beside_each_position(built: Path) -> None:
    positions = edition.load("positions").dropna(subset="iso3")
    codings = edition.load("position_codings").set_index(["position_id", "coder"])
    for iso3, rows in positions.groupby("iso3"):
        html = unescape(page(built / f"book/states/{str(iso3).lower()}.html")[0])
        section = html[html.index('<section id="positions"') :]
        for position in rows.position_id:
            paraphrase = positions.set_index("position_id").paraphrase[position]
            after = section[section.index(paraphrase) :].partition("</tr>")[0]
            cells = re.findall(r"<td>[^<]*, (−?\d)</td>", after)
            stances = [str(codings.stance[position, coder]).replace("-", "−") for coder in ("first", "second")]
            assert cells[:2] == stances, position


# The finders ----------------------------------------------------------------------------------------------------------


def test_the_finder_names_every_state_once_in_order_with_its_roles(built: Path) -> None:
    html = (built / "book/states/index.html").read_text("utf-8")
    found = re.findall(r'<li data-group="([^"]+)" data-role="([^"]*)"><a href="(\w+)\.html">([^<]+)</a>', html)
    frame = edition.load("states").sort_values("sort_name", key=lambda names: names.str.casefold())
    assert [unescape(name) for *_, name in found] == frame.name.tolist()
    roles = {
        "voter": ("votes", "iso3"),
        "sponsor": ("sponsorships", "iso3"),
        "provider": ("assistance_programmes", "provider_iso3"),
        "respondent": ("submission_states", "iso3"),
        "recommending State": ("upr_recommendations", "recommending_iso3"),
    }
    for role, (table, column) in roles.items():
        assert {iso3.upper() for _, said, iso3, _ in found if role in said.split("|")} == set(
            edition.load(table)[column].dropna()
        ), role
    received = set(edition.load("assistance_programmes").recipient_iso3) | set(edition.load("fund_activities").iso3)
    assert {iso3.upper() for _, said, iso3, _ in found if "recipient" in said.split("|")} == {
        iso3 for iso3 in received if not pd.isna(iso3)
    }


def test_the_list_of_texts_leads_to_every_page_of_one(built: Path) -> None:
    html = (built / "book/resolutions/index.html").read_text("utf-8")
    linked = re.findall(r'<li data-series="[^"]+" data-mode="[^"]+" data-body="[^"]+"><a href="([^"]+)\.html">', html)
    assert len(linked) == len(set(linked))
    assert set(linked) == {path.stem for path in (built / "book/resolutions").glob("*.html")} - {"index"}


def test_a_page_turns_to_its_neighbours_and_keeps_nothing_of_the_page_that_lent_the_shell(built: Path) -> None:
    html = page(built / "book/states/bel.html")[0]
    turns = dict(re.findall(r'<a class="(left-prev|right-next)" href="(\w+\.html)"', html))
    assert turns == {"left-prev": "blr.html", "right-next": "blz.html"}
    assert "<title>Belgium &#8212; Technical assistance" in html
    assert 'href="index.html"' in html
    assert not re.search(r'rel="(canonical|prev|next)"|finder\.js', html)
    assert re.findall(r'"@type":"WebPage","name":"([^"]+)"', html) == ["Belgium"]
    assert re.findall(r'<meta name="citation_title" content="([^"]+)"', html) == ["Belgium"]
    resolution = page(built / "book/resolutions/a-hrc-res-43-21.html")[0]
    turns = dict(re.findall(r'<a class="(left-prev|right-next)" href="([\w-]+\.html)"', resolution))
    assert turns == {"left-prev": "a-hrc-res-37-23.html", "right-next": "a-hrc-res-46-13.html"}


def test_no_page_is_heavy(built: Path) -> None:
    sizes = {
        path.name: len(gzip.compress(path.read_bytes()))
        for folder in ("states", "resolutions")
        for path in (built / "book" / folder).glob("*.html")
    }
    assert max(sizes.values()) <= WEIGHT, max(sizes, key=lambda name: sizes[name])


def test_every_drawing_has_a_name_and_colours_of_the_palette(built: Path) -> None:
    from edition.figures import PALETTE

    known = {light for light, _ in PALETTE.values()}
    drawings = 0
    for path in (built / "book/states").glob("*.html"):
        for attributes, content in re.findall(r"<svg ([^>]*)>(.*?)</svg>", page(path)[0], re.S):
            drawings += 1
            assert re.search(r'role="img" aria-label="[^"]{10,}"', attributes), path.name
            assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', content)) <= known, path.name
    assert drawings > 1000


# Escapes --------------------------------------------------------------------------------------------------------------

POISON = """<script>alert(1)</script><img src=x onerror=alert(2)>"'&"""


def poisoned(tables: record.Record, root: Path) -> record.Record:
    """Return the record with markup in every cell of text that is no key, no code, no date and no address."""
    bad = record.Record(copy.deepcopy(tables.tables), tables.references)
    for name, resource in data.resources(root / "data").items():
        schema = resource["schema"]
        keys = {*schema.get("primaryKey", []), *tables.references[name], "source_url", "url", "iso3", "agenda_item"}
        keys |= {key for _, columns in tables.references.items() for other, key in columns.values() if other == name}
        free = [
            field["name"]
            for field in schema["fields"]
            if field["type"] == "string"
            and "enum" not in field.get("constraints", {})
            and field["name"] not in keys
            and not re.search(r"date|start|end|since|as_of|year", field["name"])
        ]
        for row in bad.tables[name]:
            row.update({column: POISON + row[column] for column in free})
    return bad


def test_what_stands_in_a_table_cannot_become_markup(tables: record.Record, root: Path) -> None:
    bad = poisoned(tables, root)
    made = [*states.pages(bad), *resolutions.pages(bad)]
    articles = [(one.path, one.make()[0]) for one in made] + [
        ("finder", states.finder(bad)),
        ("texts", resolutions.finder(bad)),
    ]
    assert sum(article.count("&lt;script&gt;") for _, article in articles) > 10_000
    for path, article in articles:
        seen = Lists(article)
        assert seen.tags["script"] == seen.tags["img"] == 0, path
        assert not [name for name in seen.attributes if name.startswith("on")], path
    frame = shell.Shell('<title>x &#8212; y</title><article class="bd-article">\n</article>')
    whole = frame.around("", shell.Page("", POISON, "", lambda: ("", {}), ()), "0")
    assert Lists(whole).tags["script"] == 0


# Reuse ----------------------------------------------------------------------------------------------------------------

FRAME = shell.Shell(
    '<title>States &#8212; Book</title><footer class="prev-next-footer"></footer>'
    '<article class="bd-article">\n</article>'
)


def all_pages(tables: record.Record) -> list[shell.Page]:
    return [*states.pages(tables), *resolutions.pages(tables)]


def write(tables: record.Record, site: Path, last: Path | None = None, only: set[str] | None = None) -> set[str]:
    pages = [page for page in all_pages(tables) if only is None or page.path in only]
    made = shell.write(pages, FRAME, site, last)
    assert len(made) == len(set(made))
    return set(made)


def contents(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def first(tables: record.Record, tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("first")
    assert len(write(tables, site)) == len(edition.load("states")) + len(resolutions.texts(tables))
    return site


def test_the_same_tables_give_the_same_bytes_and_nothing_is_made_again(
    tables: record.Record, root: Path, first: Path, tmp_path: Path
) -> None:
    assert write(record.read(root / "data"), tmp_path / "again") == contents(first).keys() - {
        name for name in contents(first) if name.endswith(".csv")
    }
    assert contents(tmp_path / "again") == contents(first)
    assert write(tables, tmp_path / "taken", first) == set()
    assert contents(tmp_path / "taken") == contents(first)


TOUCHED = sorted({kind.table for kind in (*statelists.KINDS, *resolutions.LISTS)} | {"position_codings"})
EVERYWHERE = ["sources", "states", "resolutions", "treaties"]  # any page may show a row of these


def own_pages(tables: record.Record, table: str, row: record.Row, site: Path) -> set[str]:
    """Return the pages of ``site`` on which a row of ``table`` stands."""
    if table == "position_codings":
        position = next(one for one in tables.tables["positions"] if one["position_id"] == row["position_id"])
        return own_pages(tables, "positions", position, site)
    own = {f"book/states/{row[kind.key].lower()}.html" for kind in statelists.KINDS if kind.table == table}
    own |= {f"book/resolutions/{lists.slug(row[kind.key])}.html" for kind in resolutions.LISTS if kind.table == table}
    return {path for path in own if (site / path).is_file()}


@pytest.fixture(scope="module")
def before(tables: record.Record) -> dict[str, str]:
    """The digest of each page, by its path."""
    return {page.path: page.digest for page in all_pages(tables)}


@pytest.mark.parametrize("table", sorted({*TOUCHED, *EVERYWHERE}))
def test_a_changed_row_makes_its_pages_again_and_no_others(
    root: Path, first: Path, before: dict[str, str], tmp_path: Path, table: str
) -> None:
    """A page is made again when its digest changed: of those whose digest stays, some are made to compare them."""
    tables = record.read(root / "data")
    shown = {row["source_id"] for row in tables.tables["votes"]}
    row = next(
        row
        for row in reversed(tables.tables[table])
        if (table != "sources" or row["source_id"] in shown)
        and (table in EVERYWHERE or own_pages(tables, table, row, first))
    )
    column = {"states": "name", "sources": "title", "resolutions": "title", "treaties": "full_name"}.get(table)
    column = column or ("reason" if table == "position_codings" else "note")
    row[column] += " changed"
    made = {page.path for page in all_pages(tables) if page.digest != before[page.path]}
    assert made, "the row that was changed is on no page"
    if table not in EVERYWHERE:
        assert made == own_pages(tables, table, row, first)
    kept = sorted(before.keys() - made)
    write(tables, tmp_path, only=set(kept if table in EVERYWHERE else random.Random(6).sample(kept, 20)))
    assert contents(tmp_path).items() <= contents(first).items()


def test_what_is_made_again_stands_beside_what_is_taken(root: Path, first: Path, tmp_path: Path) -> None:
    tables = record.read(root / "data")
    row = tables.tables["votes"][-1]
    row["note"] += " changed"
    own = own_pages(tables, "votes", row, first)
    looked_at = own | {"book/states/jpn.html", "book/resolutions/a-hrc-res-37-23.html"}
    assert write(tables, tmp_path / "next", first, looked_at) == own
    write(tables, tmp_path / "whole", None, looked_at)
    assert contents(tmp_path / "next") == contents(tmp_path / "whole")


def test_a_lost_file_is_made_again(tables: record.Record, first: Path, tmp_path: Path) -> None:
    shutil.copytree(first, tmp_path / "last")
    (tmp_path / "last/_exhibits/states/chn-votes.csv").unlink()
    (tmp_path / "last/book/states/jpn.html").write_text("half a page")
    assert write(tables, tmp_path / "next", tmp_path / "last") == {"book/states/chn.html", "book/states/jpn.html"}
    assert contents(tmp_path / "next") == contents(first)


def test_two_texts_cannot_share_a_page(root: Path) -> None:
    tables = record.read(root / "data")
    (row,) = [row for row in tables.tables["resolutions"] if row["symbol"] == "A/HRC/RES/37/23"]
    tables.tables["resolutions"].append({**row, "symbol": "A.HRC.RES.37.23"})
    with pytest.raises(ValueError, match=r"book/resolutions/a-hrc-res-37-23\.html"):
        list(resolutions.pages(tables))


def test_a_theme_without_the_parts_that_are_exchanged_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>x &#8212; y</title>")
    with pytest.raises(ValueError, match="no part like"):
        shell.Shell.of(tmp_path / "index.html")


# Time -----------------------------------------------------------------------------------------------------------------


def few(tables: record.Record, number: int) -> record.Record:
    """Return the record with some of the States, from every part of the alphabet, and with no row of another.

    What others refer to, such as a text that a State has put forward, stays; the State is taken out of it.
    """
    chosen = {"", *(row["iso3"] for row in states.in_order(tables)[:: len(tables.tables["states"]) // number][:number])}
    asked_for = {other for columns in tables.references.values() for other, _ in columns.values()} - {"states"}

    def left(name: str, row: record.Row) -> Iterator[record.Row]:
        others = [column for column in state_keys(tables)[name] if row[column] not in chosen]
        if not others or name in asked_for:
            yield row | dict.fromkeys(others, "")

    kept = {name: [one for row in rows for one in left(name, row)] for name, rows in tables.tables.items()}
    return record.Record(kept, tables.references)


def state_keys(tables: record.Record) -> dict[str, list[str]]:
    """Return the columns of each table in which a State stands."""
    keys = {
        name: [c for c, (other, _) in columns.items() if other == "states"]
        for name, columns in tables.references.items()
    }
    return keys | {"states": ["iso3"]}


def times(tables: record.Record, factor: int) -> record.Record:
    """Return the record with ``factor`` times the States, each with its rows."""
    keys = state_keys(tables)

    def copies(name: str) -> Iterator[record.Row]:
        for number in range(factor):
            for row in tables.tables[name]:
                if number and not any(row[column] for column in keys[name]):
                    continue  # it belongs to no State
                own = {column: row[column] + str(number) * bool(row[column]) for column in keys[name]}
                if name == "resolutions" and number:
                    own["symbol"] = f"{row['symbol']} [{number}]"  # a key stays a key
                yield row | own

    more = {name: list(copies(name)) if keys[name] else rows for name, rows in tables.tables.items()}
    return record.Record(more, tables.references)


def steps(tables: record.Record, site: Path) -> int:
    """Return how many lines of code run to make the pages of all States, digests included.

    Lines are counted and not seconds: what else the machine does changes the time, never the count.
    """
    count = 0

    def trace(*_: object) -> Callable[..., object]:
        nonlocal count
        count += 1
        return trace

    fresh = record.Record(tables.tables, tables.references)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        made = shell.write(states.pages(fresh), FRAME, site)
    finally:
        sys.settrace(before)
    assert len(made) == len(tables.tables["states"])
    return count


def test_ten_times_the_states_take_at_most_ten_times_the_work(tables: record.Record, tmp_path: Path) -> None:
    """Of 20, 40 and 200 States; there are about 200.

    What a State more costs is the same from 20 to 40 as up to 200: work for each pair of States would show, however
    much of the work does not depend on their number.
    """
    some = few(tables, 20)
    # The most comes first: what is looked up or imported once weighs least there.
    ten, two, one = (steps(times(some, factor), tmp_path / str(factor)) for factor in (10, 2, 1))
    assert one > 100_000  # the pages were really made under the eyes of the count
    assert ten <= 10 * one
    assert ten - one <= 9.01 * (two - one)  # one line for each pair would be 28,800 more: a two-hundredth


def test_all_pages_are_made_in_seconds(root: Path, tmp_path: Path) -> None:
    start = time.process_time()
    write(record.read(root / "data"), tmp_path)
    assert time.process_time() - start <= SECONDS


# States named in the text ---------------------------------------------------------------------------------------------


def linked(tables: record.Record, *children: nodes.Node) -> list[tuple[str, str]]:
    paragraph = nodes.paragraph("", "", *children)
    before = paragraph.astext()
    statelinks.link_paragraph(paragraph, statelinks.names_of(tables), lambda address: address)
    assert paragraph.astext() == before
    states_linked = [one for one in paragraph.findall(nodes.reference) if "ed-state" in one["classes"]]
    return [(one.astext(), one["refuri"].removeprefix("book/states/").removesuffix(".html")) for one in states_linked]


NAMES = [
    ("Guinea-Bissau, Papua New Guinea, Equatorial Guinea and Guinea", ["gnb", "png", "gnq", "gin"]),
    ("Nigeria and the Niger", ["nga", "ner"]),
    ("the Democratic Republic of the Congo, then the Congo", ["cod", "cog"]),
    ("Dominica and the Dominican Republic", ["dma", "dom"]),
    ("the Democratic People’s Republic of Korea and the Republic of Korea", ["prk", "kor"]),
    ("South Sudan and the Sudan", ["ssd", "sdn"]),
    ("Côte d'Ivoire or Côte d’Ivoire", ["civ"]),
    ("the Islamic Republic of Iran and Iran (Islamic Republic of)", ["irn"]),
    ("the Bolivarian Republic of Venezuela", ["ven"]),
    ("the United States paid a million United States dollars", ["usa"]),
    ("a million United States dollars", []),
    ("Northern Ireland, and Ireland", ["irl"]),
    ("the United Kingdom of Great Britain and Northern Ireland", ["gbr"]),
    ("the Kingdom of the Netherlands", ["nld"]),
    ("the Japan International Cooperation Agency", []),
    ("Romania, not Oman; Somalia, not Mali", ["rou", "omn", "som", "mli"]),
    ("Chinese, Malian and Jordanian", []),
    ("China voted; China spoke; China-led", ["chn"]),
    ("the resolution “Assistance to Somalia” was put", []),
    ('the resolution "Assistance to Somalia" on Somalia', ["som"]),
    ("the United Republic of Tanzania, the Republic of Moldova and North Macedonia", ["tza", "mda", "mkd"]),
]


@pytest.mark.parametrize(("text", "codes"), NAMES, ids=[text for text, _ in NAMES])
def test_a_name_is_found_whole_once_and_not_in_another(tables: record.Record, text: str, codes: list[str]) -> None:
    assert [code for _, code in linked(tables, nodes.Text(text))] == codes


def test_every_name_of_the_table_is_found(tables: record.Record) -> None:
    for row in tables.tables["states"]:
        found = linked(tables, nodes.Text(f"As {row['name']} said, it was so."))
        assert found == [(row["name"], row["iso3"].lower())]


def test_code_links_and_titles_stay_and_quotations_may_hold_other_parts(tables: record.Record) -> None:
    parts = [
        nodes.literal("", "China"),
        nodes.emphasis("", "Assistance to Japan"),
        nodes.reference("", "Chad", refuri="x"),
        nodes.Text(" “Help to "),
        nodes.strong("", "Peru"),
        nodes.Text("” and Fiji"),
    ]
    assert linked(tables, *parts) == [("Fiji", "fji")]


def test_a_computed_list_of_states_comes_apart_and_its_figures_still_lead_to_the_data(tables: record.Record) -> None:
    inner = nodes.inline("", "Chile (81 per cent) and Mexico", classes=["pasted-text"])
    computed = nodes.reference("", "", inner, refuri="data.html#table-votes", classes=["ed-number"])
    paragraph = nodes.paragraph("", "", nodes.Text("Except "), computed, nodes.Text("."))
    statelinks.link_paragraph(paragraph, statelinks.names_of(tables), lambda address: address)
    assert paragraph.astext() == "Except Chile (81 per cent) and Mexico."
    assert [(one.astext(), one["refuri"]) for one in paragraph.findall(nodes.reference)] == [
        ("Chile", "book/states/chl.html"),
        (" (81 per cent) and ", "data.html#table-votes"),
        ("Mexico", "book/states/mex.html"),
    ]


def test_cells_that_are_a_name_or_a_symbol_become_links_and_others_stay(tables: record.Record) -> None:
    html = (
        '<th scope="row">Japan</th><td>Japan and Peru</td><td class="x">C&#xF4;te d&#x27;Ivoire</td>'
        "<td>A/HRC/RES/37/23</td><td>A/HRC/RES/1/1</td><td><a href='y'>Chad</a></td>"
    )
    made = statelinks.link_cells(html, tables, lambda address: f"../{address}")
    assert re.findall(r'href="([^"]+)"', made) == [
        "../book/states/jpn.html",
        "../book/states/civ.html",
        "../book/resolutions/a-hrc-res-37-23.html",
    ]
    assert re.sub(r'<a href="\.\.[^>]*>([^<]*)</a>', r"\1", made) == html


def test_no_state_named_in_a_chapter_is_without_its_link(built: Path, tables: record.Record) -> None:
    names = statelinks.names_of(tables)
    mentioned = 0
    for path in (built / "book").glob("*.html"):
        for html in re.findall(r'<p class="ed-para"[^>]*>(.*?)</p>', path.read_text("utf-8"), re.S):
            soup = BeautifulSoup(html, "html.parser")
            for aside in soup.select(".ed-note, .ed-card, cite"):
                aside.decompose()
            text = str(soup)
            there = set(re.findall(r'href="states/(\w+)\.html"', text))
            told = unescape(re.sub(r"<[^>]+>", "", text))
            named = {iso3.lower() for _, _, iso3 in statelinks.mentions(told, names, set())}
            assert named == there, (path.name, told[:80])
            mentioned += len(named)
    assert mentioned > 200


def test_rows_stand_in_the_order_that_people_count_in() -> None:
    symbols = ["A/HRC/RES/35/21", "A/HRC/RES/35/8", "A/HRC/RES/4/7", "A/HRC/RES/35/31"]
    assert sorted(symbols, key=lists.natural) == [symbols[2], symbols[1], symbols[0], symbols[3]]
    assert sorted(["1", "10", "2", "PP1", "PP10", "PP2"], key=lists.natural) == ["PP1", "PP2", "PP10", "1", "2", "10"]
    assert sorted(["2018-03", "", "2018"], key=lists.natural) == ["", "2018", "2018-03"]
