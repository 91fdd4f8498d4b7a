"""Tables for reading: plain HTML made the same on every machine, with captions, units and a row header.

A table knows nothing of data files or of Sphinx. It carries its caption, sources and data tables in the output's
metadata, for the build to number and to link; sorting and filtering are added in the page by ``static/tables.js``.
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
from html.parser import HTMLParser
from numbers import Real
from typing import Any

import pandas as pd

from . import text

MISSING = '<abbr title="not available">..</abbr>'
_SAFE_ADDRESS = re.compile(r"^(https?://|[A-Za-z0-9._/#?-]+$)")
_ISO_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?(/\d{4}-\d{2}(-\d{2})?)?")
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
    max_rows: int = 200,
) -> Table:
    """Return ``frame`` as a table for reading: one row per row, the first column as the rows' header.

    ``header``, ``units``, ``align`` (``"left"``, ``"right"`` or ``"center"``), ``decimals`` and ``formats`` (a function
    from value to text) are keyed by column. Numbers are written ``1,086`` and set right; a missing value shows as
    ``..``; columns named as years get no comma. Rows beyond ``max_rows`` are unseen until a reader filters, and the
    table says so.

    Raises ``ValueError`` when the id, the caption or the sources are missing, or a key names no column.

    >>> table(frame, id="tbl-votes", caption="Votes on the three texts", sources=["a-hrc-res-37-23"], tables=["votes"])
    """
    require("table", id, prefix="tbl", caption=caption, sources=sources)
    for option in (header, units, align, decimals, formats):
        _known_columns(frame, option or {}, id)
    body = html_table(
        frame,
        label=caption,
        name=id,
        header=header,
        units=units,
        align=align,
        decimals=decimals,
        formats=formats,
        max_rows=max_rows,
    )
    cut = cut_note(len(frame), max_rows)
    notes = "".join(f'<p class="ed-table-note">{escape(note)}</p>' for note in (cut, footnote) if note)
    facts = {"kind": "table", "id": id, "caption": caption, "sources": list(sources), "tables": list(tables)}
    return Table(
        html=lab_caption(caption, "", sources) + body + notes,
        plain=f"Table {id}: {caption} ({text.number(len(frame))} rows)",
        facts=facts,
    )


def table_files(html: str) -> dict[str, bytes]:
    """Return the files of a table from its HTML: ``csv``, all rows, numbers without commas and gaps empty.

    Raises ``ValueError`` when the HTML holds no table of the edition.
    """
    reader = _Reader()
    reader.feed(html)
    if not reader.rows:
        raise ValueError("no table found in this output")
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(reader.rows)
    return {"csv": out.getvalue().encode()}


class _Reader(HTMLParser):
    """Reads a table of this module back: `rows` has the columns' names, then the cells."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._cell: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self._cell = {"text": "", **{key: value or "" for key, value in attrs}}
        elif tag == "abbr" and self._cell is not None:
            self._cell["gap"] = "yes"

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell["text"] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td") and self._cell is not None:
            self.rows[-1].append(_plain(self._cell))
            self._cell = None


def _plain(cell: Mapping[str, str]) -> str:
    if "gap" in cell:
        return ""
    if "data-column" in cell or "data-sort" in cell:
        return cell.get("data-column") or cell["data-sort"]
    number = cell.get("class") == "ed-num" and re.fullmatch(r"\u2212?[\d,]+(\.\d+)?", cell["text"])
    return cell["text"].replace(",", "").replace("\u2212", "-") if number else cell["text"]


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
    frame: pd.DataFrame,
    *,
    label: str,
    name: str,
    header: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    align: Mapping[str, str] | None = None,
    decimals: Mapping[str, int] | None = None,
    formats: Mapping[str, Format] | None = None,
    max_rows: int = 200,
    keep_rest: bool = True,
) -> str:
    """Return a ``<table>`` in a wrapper that scrolls by touch and by keyboard, named ``label`` for screen readers.

    Rows beyond ``max_rows`` are kept unseen, for the filter and the CSV to find, or dropped.
    """
    columns = [
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
    heads = "".join(column.head() for column in columns)
    cells = zip(*(column.cells() for column in columns), strict=True)
    rows = [f"<tr>{_row_header(first)}{''.join(rest)}</tr>\n" for first, *rest in cells]
    rest = f"<tbody hidden>\n{''.join(rows[max_rows:])}</tbody>" if keep_rest and len(rows) > max_rows else ""
    return (
        f'<div class="ed-table-wrap" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table class="ed-table" data-table="{escape(name)}">'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{''.join(rows[:max_rows])}</tbody>{rest}</table></div>"
    )


@dataclass(frozen=True)
class _Column:
    """One column: its values and how they are written."""

    key: str
    values: list[Any]
    title: str
    unit: str
    align: str
    write: Format

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
        if format is None:
            format = _number_format(series.name, values, decimals) if numeric else _words
        return cls(str(series.name), values, title, unit, align or ("right" if numeric else "left"), format)

    def head(self) -> str:
        unit = f' <span class="ed-unit">{escape(self.unit)}</span>' if self.unit else ""
        return f'<th scope="col" data-column="{escape(self.key)}"{self._class()}>{escape(self.title)}{unit}</th>'

    def cells(self) -> list[str]:
        return [f"<td{self._class()}{_sort_key(value)}>{self._cell(value)}</td>" for value in self.values]

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


def _number_format(column: Hashable, values: list[Any], decimals: int | None) -> Format:
    if decimals is None and _YEAR_COLUMN.search(str(column)):
        return lambda value: f"{value:.0f}"
    places = _places(values) if decimals is None else decimals
    return lambda value: text.number(value, places).replace("-", "\u2212")


def _places(values: list[Any]) -> int:
    """Return the decimals that the whole column needs, two at the most, so that the points stand under each other."""
    known = [float(value) for value in values if not missing(value)]
    return next((n for n in (0, 1) if all(round(value, n) == round(value, 2) for value in known)), 2)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return text.date(value.isoformat()) if isinstance(value, date) else str(value)


def _sort_key(value: Any) -> str:
    """Dates are written in words, so the row carries what to sort them by; ISO text may be a month or a year."""
    if isinstance(value, date) and not missing(value):
        return f' data-sort="{value.isoformat()[:10]}"'
    return f' data-sort="{value}"' if isinstance(value, str) and _ISO_DATE.fullmatch(value) else ""


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
