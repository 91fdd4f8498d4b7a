"""Tables for reading: plain HTML made the same on every machine, with captions, units and a row header.

A table knows nothing of data files or of Sphinx. It carries its caption, sources, data tables and all its rows as CSV
in the output's metadata, for the build to number, to link and to write; the page shows the first rows, and
``static/tables.js`` sorts and filters, fetching the others from the CSV when a reader wants them.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from numbers import Real
from typing import Any

import pandas as pd

from . import text

MISSING = '<abbr title="not available">..</abbr>'
MAX_ROWS = 200
"""Rows that a page's HTML holds at the most; the CSV has all."""
FILLS = 21
"""Rows that fill the window of a table (`static/figures.css`: 40rem, a row at least 1.975), whatever is in them."""
ADDRESS = " (address)"
"""What the CSV adds to the name of a column that links, for the column of the addresses."""
_SAFE_ADDRESS = re.compile(r"^(https?://|[A-Za-z0-9._/#?-]+$)")
_ISO_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?(/\d{4}-\d{2}(-\d{2})?)?")
_NUMBER = re.compile(r"\u2212?[\d,]+(\.\d+)?")
_YEAR_COLUMN = re.compile(r"(^|_)years?($|_)", re.IGNORECASE)

Format = Callable[[Any], str]


@dataclass(frozen=True)
class Link:
    """A cell that links: ``Link("A/HRC/RES/37/23", "https://...")``. No other HTML can stand in a cell.

    Raises ``ValueError`` for an empty text, or an address that is neither http(s) nor relative.
    """

    text: str
    href: str

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError(f"the link to {self.href} has no text to click on")
        if not _SAFE_ADDRESS.match(self.href):
            raise ValueError(f"{self.href!r} is no address that a page may link to: give http(s) or a relative one")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Table:
    """What `table` returns: an output with its HTML, a line of plain text and the facts that the build needs."""

    html: str
    plain: str
    facts: dict[str, Any]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        return {"text/html": self.html, "text/plain": self.plain}, {"edition": self.facts}


def table(
    frame: pd.DataFrame,
    *,
    id: str,
    caption: str,
    sources: Sequence[str],
    tables: Sequence[str] = (),
    header: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    align: Mapping[str, str] | None = None,
    decimals: Mapping[str, int] | None = None,
    formats: Mapping[str, Format] | None = None,
    footnote: str | None = None,
    max_rows: int = MAX_ROWS,
) -> Table:
    """Return ``frame`` as a table for reading: one row per row, the first column as the rows' header.

    ``header``, ``units``, ``align`` (``"left"``, ``"right"`` or ``"center"``), ``decimals`` and ``formats`` (a function
    from value to text) are keyed by column. Numbers are written ``1,086`` and set right; a missing value shows as
    ``..``; columns named as years get no comma. Rows beyond ``max_rows`` (200 at the most) are left to the CSV, and the
    table says so.

    Raises ``ValueError`` when the id, the caption or the sources are missing, a key names no column, or ``max_rows``
    is more than a page may hold.

    >>> table(frame, id="tbl-votes", caption="Votes on the three texts", sources=["a-hrc-res-37-23"], tables=["votes"])
    """
    require("table", id, prefix="tbl", caption=caption, sources=sources)
    for option in (header, units, align, decimals, formats):
        _known_columns(frame, option or {}, id)
    if not 0 < max_rows <= MAX_ROWS:
        raise ValueError(f"table {id}: max_rows must be 1 to {MAX_ROWS}; the CSV has the other rows")
    columns = _columns(frame, header, units, align, decimals, formats)
    body = _html(columns, label=caption, name=id, max_rows=max_rows)
    cut = cut_note(len(frame), max_rows)
    notes = f'<p class="ed-table-note ed-table-cut">{escape(cut)}</p>' if cut else ""
    notes += f'<p class="ed-table-note">{escape(footnote)}</p>' if footnote else ""
    facts = {"kind": "table", "id": id, "caption": caption, "sources": list(sources), "tables": list(tables)}
    return Table(
        html=lab_caption(caption, "", sources) + body + notes,
        plain=f"Table {id}: {caption} ({text.number(len(frame))} rows)",
        facts=facts | {"csv": _csv(columns)},
    )


def _csv(columns: Sequence[_Column]) -> str:
    """Return all rows as CSV: words as they are shown, numbers without commas, dates in ISO form, gaps empty."""
    parts = [part for column in columns for part in column.csv()]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(name for name, _ in parts)
    writer.writerows(zip(*(values for _, values in parts), strict=True))
    return out.getvalue()


def require(kind: str, id: str, *, prefix: str, sources: Sequence[str], **parts: str) -> None:
    """Raise ``ValueError``, saying what is missing from a figure or a table and what to do about it."""
    if not re.fullmatch(rf"{prefix}-[a-z0-9]+(-[a-z0-9]+)*", id or ""):
        raise ValueError(f"{kind} {id!r}: its id must look like {prefix}-three-votes (lower case, hyphens)")
    for name, part in parts.items():
        if not (isinstance(part, str) and part.strip()):
            raise ValueError(f"{kind} {id}: {name} is missing; readers who cannot see it, or look for it, need it")
    if isinstance(sources, str) or not sources or not all(isinstance(s, str) and s.strip() for s in sources):
        raise ValueError(f"{kind} {id}: sources must be a list with at least one source id of the register")


def lab_caption(title: str, caption: str, sources: Iterable[str]) -> str:
    """Return the caption for JupyterLab; the site hides it, since Sphinx prints its own with the number."""
    rest = f" {escape(caption)}" if caption else ""
    return (
        f'<p class="ed-lab-caption"><strong>{escape(_sentence(title))}</strong>{rest} '
        f"Sources: {escape(', '.join(sources))}.</p>"
    )


def cut_note(rows: int, shown: int) -> str:
    """Return the line that says how many rows are left out, or nothing when all are shown."""
    if rows <= shown:
        return ""
    return f"The first {text.number(shown)} of {text.number(rows)} rows; the CSV has them all."


def html_table(
    frame: pd.DataFrame, *, label: str, name: str, header: Mapping[str, str] | None = None, max_rows: int = MAX_ROWS
) -> str:
    """Return the first rows of ``frame`` as a ``<table>`` in a wrapper that scrolls by touch and by keyboard.

    ``label`` is its name for screen readers, ``name`` the id of the exhibit that it belongs to.
    """
    return _html(_columns(frame, header), label=label, name=name, max_rows=max_rows)


def _columns(
    frame: pd.DataFrame,
    header: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    align: Mapping[str, str] | None = None,
    decimals: Mapping[str, int] | None = None,
    formats: Mapping[str, Format] | None = None,
) -> list[_Column]:
    return [
        _Column.of(
            frame[key],
            title=(header or {}).get(key, _title(key)),
            unit=(units or {}).get(key, ""),
            align=(align or {}).get(key),
            decimals=(decimals or {}).get(key),
            format=(formats or {}).get(key),
        )
        for key in frame.columns
    ]


def _html(columns: Sequence[_Column], *, label: str, name: str, max_rows: int) -> str:
    heads = "".join(column.head() for column in columns)
    cells = zip(*(column.cells(max_rows) for column in columns), strict=True)
    rows = "".join(f"<tr>{_row_header(first)}{''.join(rest)}</tr>\n" for first, *rest in cells)
    count = len(columns[0].values) if columns else 0
    cut = f' data-rows="{count}"' if count > max_rows else ""
    table = (
        f'<table class="ed-table" data-table="{escape(name)}"{cut}>'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table>"
    )
    return scrolling(table, label=label)


def scrolling(table: str, *, label: str) -> str:
    """Return a ``<table>`` in its window, which scrolls by touch and by keyboard; ``label`` names it to be heard."""
    long = " ed-long" if table.count("<tr>") > FILLS else ""
    return f'<div class="ed-table-wrap{long}" tabindex="0" role="region" aria-label="{escape(label)}">{table}</div>'


@dataclass(frozen=True)
class _Column:
    """One column: its values and how they are written."""

    key: str
    values: list[Any]
    title: str
    unit: str
    align: str
    write: Format
    places: int | None
    """The decimals of a column of numbers that are written with commas; none for years and for words."""

    @classmethod
    def of(
        cls,
        series: pd.Series[Any],
        *,
        title: str,
        unit: str,
        align: str | None,
        decimals: int | None,
        format: Format | None,
    ) -> _Column:
        values = series.tolist()
        numeric = _numeric(values)
        places = None
        if format is None:
            places = _places(series.name, values, decimals) if numeric else None
            format = _number_format(places) if numeric else _words
        side = align or ("right" if numeric else "left")
        return cls(str(series.name), values, title, unit, side, format, places)

    def head(self) -> str:
        """Return the header; it tells the page how to write the values that it takes from the CSV."""
        unit = f' <span class="ed-unit">{escape(self.unit)}</span>' if self.unit else ""
        told = "" if self.places is None else f' data-places="{self.places}"'
        told += " data-dates" if any(_iso(value) and self.write(value) != _iso(value) for value in self.values) else ""
        name = escape(self.key)
        return f'<th scope="col" data-column="{name}"{told}{self._class()}>{escape(self.title)}{unit}</th>'

    def cells(self, rows: int) -> list[str]:
        return [f"<td{self._class()}{_sort_key(value)}>{self._cell(value)}</td>" for value in self.values[:rows]]

    def csv(self) -> list[tuple[str, list[str]]]:
        """Return the name and the values of the column, and those of the addresses that it links to."""
        found = [(self.key, [self._plain(value) for value in self.values])]
        if any(isinstance(value, Link) for value in self.values):
            addresses = [value.href if isinstance(value, Link) else "" for value in self.values]
            found.append((self.key + ADDRESS, addresses))
        return found

    def _plain(self, value: Any) -> str:
        if missing(value):
            return ""
        shown = _iso(value) or self.write(value)
        return _bare(shown) if self.align == "right" and _NUMBER.fullmatch(shown) else shown

    def _cell(self, value: Any) -> str:
        if missing(value):
            return MISSING
        shown = escape(self.write(value))
        return f'<a href="{escape(value.href)}">{shown}</a>' if isinstance(value, Link) else shown

    def _class(self) -> str:
        return {"right": ' class="ed-num"', "center": ' class="ed-mid"'}.get(self.align, "")


def missing(value: Any) -> bool:
    """Say whether a cell is empty: None, NA, NaT or NaN, but not zero and not an empty text."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def _numeric(values: list[Any]) -> bool:
    known = [value for value in values if not missing(value)]
    return bool(known) and all(isinstance(value, Real) and not isinstance(value, bool) for value in known)


def _places(column: Hashable, values: list[Any], decimals: int | None) -> int | None:
    """Return the decimals that the whole column needs, two at the most, so that the points stand under each other.

    Columns named as years have none, and no commas.
    """
    if decimals is not None:
        return decimals
    if _YEAR_COLUMN.search(str(column)):
        return None
    known = [float(value) for value in values if not missing(value)]
    return next((n for n in (0, 1) if all(round(value, n) == round(value, 2) for value in known)), 2)


def _bare(number: str) -> str:
    return number.replace(",", "").replace("\u2212", "-")


def _number_format(places: int | None) -> Format:
    if places is None:
        return lambda value: f"{value:.0f}"
    return lambda value: text.number(value, places).replace("-", "\u2212")


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return text.date(value.isoformat()) if isinstance(value, date) else str(value)


def _iso(value: Any) -> str:
    """Return a date in ISO form, nothing for what is no date; ISO text may be a month, a span or a year."""
    if isinstance(value, date) and not missing(value):
        return value.isoformat()[:10]
    return value if isinstance(value, str) and _ISO_DATE.fullmatch(value) else ""


def _sort_key(value: Any) -> str:
    """Dates are written in words, so the row carries what to sort them by."""
    return f' data-sort="{_iso(value)}"' if _iso(value) else ""


def _row_header(cell: str) -> str:
    return f'<th scope="row"{cell.removeprefix("<td").removesuffix("</td>")}</th>'


def _title(key: Any) -> str:
    words = str(key).replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _sentence(words: str) -> str:
    return words if words.rstrip().endswith((".", "?", "!")) else f"{words.rstrip()}."


def _known_columns(frame: pd.DataFrame, option: Mapping[str, Any], id: str) -> None:
    unknown = [key for key in option if key not in frame.columns]
    if unknown:
        raise ValueError(f"table {id}: no column {text.listing(unknown)}; it has {text.listing(frame.columns)}")
