"""A list of rows on a page: what it holds, how many, a small drawing, the table, its sources and its own CSV.

Cells are functions from the record and a row to HTML; everything that comes from a table is escaped here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from . import text
from .record import Record, Row
from .sphinxext.sources import Source
from .tables import scrolling

MISSING = '<abbr title="not available">..</abbr>'
Cell = Callable[[Record, Row], str]
Draw = Callable[[Record, Sequence[Row]], str]


@dataclass(frozen=True)
class Column:
    """A column of a list: its header and what stands in a cell.

    Cells may be ``numeric``, set right, or ``prose``, which needs room and takes the note of its row.
    """

    head: str
    cell: Cell
    numeric: bool = False
    prose: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of list: the rows of ``table`` whose ``key`` names the page's State or text, and how they are shown.

    ``note`` is what to know before use. ``role`` is what such a row makes of a State in the finder, if anything.
    ``beside`` are further tables that its cells read: (table, their column, column of the row).
    """

    id: str
    title: str
    table: str
    key: str
    note: str
    columns: tuple[Column, ...]
    draw: Draw | None = None
    role: str = ""
    beside: tuple[tuple[str, str, str], ...] = ()
    order: str = ""

    def rows(self, record: Record, value: str) -> list[Row]:
        """Return the rows of the page ``value``, in the order of the file or of ``order``; States by name."""
        rows = record.where(self.table, self.key, value)
        return sorted(rows, key=lambda row: _rank(record, row, self.order)) if self.order else rows

    def used(self, record: Record, rows: Sequence[Row]) -> list[tuple[str, Row]]:
        """Return, with their tables, ``rows`` and those that their cells read beside them."""
        further = [
            (table, other)
            for row in rows
            for table, column, own in self.beside
            for other in record.where(table, column, row[own])
        ]
        return [(self.table, row) for row in rows] + further


def _rank(record: Record, row: Row, column: str) -> list[tuple[bool, str, int]]:
    by_name = column.endswith("iso3") and row[column]
    return natural(record.one("states", "iso3", row[column])["sort_name"].casefold() if by_name else row[column])


def natural(value: str) -> list[tuple[bool, str, int]]:
    """Return a key by which 35/8 comes before 35/21 and PP2 before PP10; numbers without a word come last (PP2, 1)."""
    parts = re.findall(r"(\D*)(\d*)", value)[:-1]
    return [(not words, words, int(digits or 0)) for words, digits in parts]


# Cells ----------------------------------------------------------------------------------------------------------------


def plain(column: str) -> Cell:
    """A cell as it stands in the table."""
    return lambda _, row: escape(row[column]) or MISSING


def words(column: str, **names: str) -> Cell:
    """A code in words: ``not_voting`` as ``not voting``, or as ``names`` says."""
    return lambda _, row: escape(names.get(row[column], row[column].replace("_", " "))) or MISSING


def when(column: str, end: str = "") -> Cell:
    """A date, or a span of two, in words."""

    def cell(_: Record, row: Row) -> str:
        parts = [_date(row[name]) for name in (column, end) if name and row[name]]
        return _sortable(" to ".join(dict.fromkeys(parts)), row[column])

    return cell


def _date(value: str) -> str:
    return text.date(value) if re.fullmatch(r"\d{4}(-\d\d){0,2}", value) else value


def _sortable(shown: str, value: str) -> str:
    """Dates are written in words: what to sort them by goes before, for `_table` to put on the cell."""
    return f"\0{escape(value)}\0{escape(shown)}" if shown else MISSING


def figure(column: str) -> Cell:
    """A number with commas and as many decimals as it needs, two at the most."""

    def cell(_: Record, row: Row) -> str:
        if not row[column]:
            return MISSING
        value = float(row[column])
        places = next((n for n in (0, 1) if round(value, n) == round(value, 2)), 2)
        return text.number(value, places).replace("-", "\u2212")

    return cell


def truth(column: str) -> Cell:
    return lambda _, row: {"true": "yes", "false": "no"}.get(row[column], MISSING)


def joined(*cells: Cell, by: str = " ") -> Cell:
    """The cells that hold something, one after the other."""
    return lambda record, row: by.join(part for one in cells if (part := one(record, row)) != MISSING) or MISSING


def state(column: str, otherwise: str = "") -> Cell:
    """A State by its name, linked to its page; ``otherwise`` is the column that holds what is no State."""

    def cell(record: Record, row: Row) -> str:
        if row[column]:
            return state_link(record, row[column])
        return (escape(row[otherwise]) if otherwise else "") or MISSING

    return cell


def state_link(record: Record, iso3: str) -> str:
    return f'<a href="../states/{iso3.lower()}.html">{escape(record.one("states", "iso3", iso3)["name"])}</a>'


def symbol(column: str = "symbol") -> Cell:
    """A text by its symbol, linked to its page, or to the document where it has none."""

    def cell(record: Record, row: Row) -> str:
        return text_link(record, row[column]) if row[column] else MISSING

    return cell


def text_link(record: Record, name: str) -> str:
    if has_page(record, name):
        return f'<a href="../resolutions/{slug(name)}.html">{escape(name)}</a>'
    texts = record.where("resolutions", "symbol", name)
    return source(record, texts[0]["source_id"]).link(name) if texts else escape(name)


def title(column: str = "symbol") -> Cell:
    """The title of a text, after its symbol."""

    def cell(record: Record, row: Row) -> str:
        texts = record.where("resolutions", "symbol", row[column]) if row[column] else []
        return escape(texts[0]["title"]) if texts else MISSING

    return cell


def has_page(record: Record, name: str) -> bool:
    """Say whether a text has a page of its own: it was voted, it is on the concept, or its contents are on record."""
    texts = record.where("resolutions", "symbol", name)
    return bool(texts) and (
        texts[0]["adopted"] == "vote"
        or texts[0]["series"] in ("MBC", "related")
        or bool(record.where("provisions_of_texts", "symbol", name) or record.where("statements", "symbol", name))
    )


def slug(name: str) -> str:
    """Return a symbol as the name of a page: ``A/HRC/RES/37/23`` -> ``a-hrc-res-37-23``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def source(record: Record, source_id: str) -> Source:
    row = record.one("sources", "source_id", source_id)
    return Source(**{name: row[name] for name in Source.__dataclass_fields__})


def _cited(record: Record, row: Row) -> str:
    """The document of a row, the place in it, and how far it can be trusted where that is not plain."""
    place = f", {escape(row['locator'])}" if row.get("locator") else ""
    doubt = {"background": "background, not confirmed", "conflicting": "sources differ"}.get(row.get("confidence", ""))
    document = source(record, row["source_id"]).link() if row["source_id"] else "no source registered"
    return document + place + (f" <em>({doubt})</em>" if doubt else "")


# The list -------------------------------------------------------------------------------------------------------------


def section(record: Record, kind: Kind, rows: Sequence[Row], page: str, extra: str = "", level: int = 3) -> str:
    """Return the HTML of a list with rows; ``page`` is the name of the page's files, as in ``states/chn``.

    ``extra`` is HTML between drawing and table; ``level`` that of the heading.
    """
    drawing = kind.draw(record, rows) if kind.draw else ""
    count = f'<span class="ed-count" data-list="{kind.id}">{len(rows)}</span>'
    heading = f"<h{level}>{escape(kind.title)} {count}{headerlink(kind.id)}</h{level}>"
    return (
        f'<section id="{kind.id}" class="ed-list">\n{heading}\n'
        f'<p class="ed-list-note">{escape(kind.note)}</p>\n{drawing}{extra}{_table(record, kind, rows)}'
        f"{_foot(record, kind, rows, page)}</section>\n"
    )


def headerlink(anchor: str) -> str:
    told = "Link to this heading"
    return f'<a class="headerlink" href="#{anchor}" title="{told}" aria-label="{told}">#</a>'


def _table(record: Record, kind: Kind, rows: Sequence[Row]) -> str:
    """Return the rows as a table, without the columns in which no row has anything."""
    shown = [(column, [column.cell(record, row) for row in rows]) for column in kind.columns]
    if len({(row["source_id"], row.get("locator")) for row in rows}) > 1 or any(_doubtful(row) for row in rows):
        shown.append((Column("Source", _cited), [_cited(record, row) for row in rows]))
    shown = [(column, cells) for column, cells in shown if column.numeric or any(cell != MISSING for cell in cells)]
    place = next((n for n, (column, _) in enumerate(shown) if column.prose), len(shown) - 1)
    notes = [f'<span class="ed-row-note">{escape(row["note"])}</span>' if row.get("note") else "" for row in rows]
    shown[place] = (shown[place][0], [cell + note for cell, note in zip(shown[place][1], notes, strict=True)])
    heads = "".join(f'<th scope="col"{_class(column)}>{escape(column.head)}</th>' for column, _ in shown)
    columns = [_cells(column, cells, first=n == 0) for n, (column, cells) in enumerate(shown)]
    body = "".join(f"<tr>{''.join(cells)}</tr>\n" for cells in zip(*columns, strict=True))
    table = (
        f'<table class="ed-table" data-table="{kind.id}"><thead><tr>{heads}</tr></thead>\n'
        f"<tbody>\n{body}</tbody></table>"
    )
    return f"{scrolling(table, label=kind.title)}\n"


def _doubtful(row: Row) -> bool:
    return row.get("confidence") in ("background", "conflicting")


def _cells(column: Column, contents: Sequence[str], first: bool) -> list[str]:
    cells = []
    for content in contents:
        sort = ""
        if content.startswith("\0"):
            _, key, content = content.split("\0")
            sort = f' data-sort="{key}"'
        name = "th" if first else "td"
        scope = ' scope="row"' if first else ""
        cells.append(f"<{name}{scope}{_class(column)}{sort}>{content}</{name}>")
    return cells


def _class(column: Column) -> str:
    return ' class="ed-num"' if column.numeric else ' class="ed-prose"' if column.prose else ""


def _foot(record: Record, kind: Kind, rows: Sequence[Row], page: str) -> str:
    ids = list(dict.fromkeys(row["source_id"] for row in rows if row["source_id"])) or [""]
    links = [register_link(record, one) for one in ids[:4]]
    more = f" and {len(ids) - 4} more, beside their rows" if len(ids) > 4 else ""
    return (
        f'<p class="ed-exhibit-foot"><span>{"Sources" if len(ids) > 1 else "Source"}: {"; ".join(links)}{more}</span> '
        f'<span>Data: <a href="../apparatus/data.html#table-{kind.table}">{kind.table}</a></span> '
        f'<a href="../../_exhibits/{page}-{kind.id}.csv" download>This list (CSV)</a></p>\n'
    )


def register_link(record: Record, source_id: str) -> str:
    """Return a document by its label, linked to its entry in the register."""
    if not source_id:
        return "none registered"
    return f'<a href="../apparatus/sources.html#{source_id}">{escape(source(record, source_id).label)}</a>'


def csv_bytes(rows: Sequence[Row]) -> bytes:
    """Return rows with all the columns of their table, as they stand in it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
