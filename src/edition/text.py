"""Numbers, dates and lists in United Nations editorial style, and the glue that carries them into prose.

The style is that of the United Nations Editorial Manual: words from one to nine, figures from 10; a comma for
thousands; "per cent" in words; day, month in full, year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from numbers import Integral
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SHORT_NAMES = {
    "United Kingdom of Great Britain and Northern Ireland": "United Kingdom",
    "United States of America": "United States",
}
# First words of the names that take an article in a sentence, after turning round those such as "Iran (Islamic
# Republic of)", as the Terminology Database of the United Nations gives them.
_WITH_ARTICLE = frozenset({
    "Bahamas", "Bolivarian", "Central", "Comoros", "Congo", "Cook", "Democratic", "Dominican", "Federated", "Gambia",
    "Holy", "Islamic", "Kingdom", "Lao", "Marshall", "Niger", "Philippines", "Plurinational", "Republic", "Russian",
    "State", "Sudan", "Syrian", "United",
})  # fmt: skip
_TURNED = re.compile(r"^(.+?) \(([^()]+ of(?: the)?)\)")


def _missing(value: object) -> bool:
    """Tell a gap in a table, of whichever kind pandas makes it; kernels that only print text need not import pandas."""
    return value is None or str(value) in ("<NA>", "NaT", "nan", "NaN")


def _known(value: object) -> str:
    if _missing(value):
        raise ValueError("a missing value has no figure: say in words that it is not known")
    return str(value)


def number(value: float | Decimal, decimals: int = 0) -> str:
    """Return ``value`` in figures: ``1086`` -> ``'1,086'``; halves are rounded away from zero, as readers expect.

    Raises ``ValueError`` when the value is missing: a gap must be told in words, never printed as a number.
    """
    step = Decimal(1).scaleb(-decimals)
    return f"{Decimal(_known(value)).quantize(step, rounding=ROUND_HALF_UP):,}"


def words(value: int) -> str:
    """Return a whole number as the United Nations writes it: ``3`` -> ``'three'``, ``12`` -> ``'12'``."""
    if not isinstance(value, Integral):
        raise TypeError(f"only whole numbers are written in words, not {value!r}")
    return _WORDS[value] if 0 <= value < len(_WORDS) else number(value)


def ordinal(value: int) -> str:
    """Return ``1`` -> ``'first'`` up to the tenth, then ``'11th'``."""
    if 0 < value < len(_ORDINALS):
        return _ORDINALS[value]
    suffix = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{suffix}"


def percent(share: float, decimals: int = 1) -> str:
    """Return a share between 0 and 1 as ``'91.3 per cent'``; a whole number loses its decimals.

    Raises ``ValueError`` when the share is missing.
    """
    text = number(100 * Decimal(_known(share)), decimals)
    return f"{text.removesuffix('.' + '0' * decimals) if decimals else text} per cent"


def date(iso: str) -> str:
    """Return ``'2018-03-23'`` as ``'23 March 2018'``, ``'1949-03'`` as ``'March 1949'``, ``'1953'`` as it is.

    Raises ``ValueError`` when the date is missing.
    """
    year, *rest = _known(iso)[:10].split("-")
    if not rest:
        return year
    month = _MONTHS[int(rest[0]) - 1]
    return f"{month} {year}" if len(rest) == 1 else f"{int(rest[1])} {month} {year}"


def listing(items: Iterable[str], joiner: str = "and") -> str:
    """Return ``['A', 'B', 'C']`` as ``'A, B and C'``; no serial comma, as in United Nations English."""
    *head, last = [str(item) for item in items] or [""]
    return f"{', '.join(head)} {joiner} {last}" if head else last


_STYLE = (  # a place in a document as it was registered, and as the United Nations prints it
    (re.compile(r"\b([Pp]aras|[Aa]rts|[Nn]os)\b(?!\.)"), r"\1."),
    (re.compile(r"\bchs\b\.?"), "chaps."),
    (re.compile(r"\bch\b\.?"), "chap."),
    (re.compile(r"(?<![\w/.-])(\d+)-(\d+)(?![\w/-])"), r"\1–\2"),
    (re.compile(r"(?<=\d)\((?=\w{1,3}\))"), " ("),
)


def place(locator: str) -> str:
    """Return a place in a document in the style of the United Nations: abbreviations with a stop, en dashes in ranges.

    >>> place("paras 22-32")
    'paras. 22–32'
    >>> place("Art. 32(1)")
    'Art. 32 (1)'
    """
    for pattern, printed in _STYLE:
        locator = pattern.sub(printed, locator)
    return locator


def short_names(names: pd.Series[str]) -> pd.Series[str]:
    """Return the names of States as charts and running text write them: two long names are cut short."""
    return names.replace(_SHORT_NAMES)


def the(names: Iterable[str], joiner: str = "and") -> str:
    """Return names of States as a list within a sentence, each with its article where it takes one.

    A name that is turned round for lists is turned back. A name may be followed by a remark in brackets.

    >>> the(["Gambia", "Iran (Islamic Republic of)", "Sudan (in 2019)"])
    'the Gambia, the Islamic Republic of Iran and the Sudan (in 2019)'
    """
    in_order = (_TURNED.sub(r"\2 \1", str(name)) for name in names)
    return listing(("the " * (name.split()[0] in _WITH_ARTICLE) + name for name in in_order), joiner)


def glue(*tables: str, **values: str | int | float) -> None:
    """Store each of ``values`` under its name, computed from ``tables``, for ``{glue:text}`` in prose.

    Whole numbers are written in words to nine and in figures from 10; anything else must come as text, made by the
    helpers above, so that no reader meets a raw float. The output has the form of ``myst_nb.glue(..., display=False)``,
    without the second that importing Sphinx into the kernel costs.

    >>> glue("votes", yes_2018=28, share_2018=percent(28 / 46))

    Raises ``ValueError`` for a number that is missing or not whole.
    """
    from IPython.display import display

    prefix = "application/papermill.record/"
    for name, value in values.items():
        text = value if isinstance(value, str) else words(_whole(name, value))
        metadata = {"scrapbook": {"name": name, "mime_prefix": prefix}, "edition": {"tables": list(tables)}}
        display({f"{prefix}text/plain": repr(text)}, raw=True, metadata=metadata)


def expect(holds: object, told: str) -> None:
    """Mark the page where a sentence written in words is no longer borne out by the data; say nothing while it is.

    ``told`` continues "the text says ...". A number that changes is glued; a sentence that was true of the old data
    must be written anew by a person, and until then its readers are warned in its place.

    >>> expect(against == 0, "that no African member voted against")
    """
    if not bool(holds):
        from IPython.display import HTML, display

        words = f"To be revised: the text here says {told}. The data as they now stand do not bear this out."
        display(HTML(f'<p class="ed-revise" role="note"><strong>{escape(words)}</strong></p>'))


def _whole(name: str, value: int | float) -> int:
    if _missing(value) or int(value) != value:
        raise ValueError(f"glue({name}={value!r}): give whole numbers as they are, others as text: number(value, 1)")
    return int(value)
