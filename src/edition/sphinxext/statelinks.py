"""A State named in a chapter leads to its page: at its first mention in a paragraph, and where a cell is its name.

Names are taken longest first, so that Guinea is not found in Guinea-Bissau nor Niger in Nigeria. What is quoted, a
title, code or a link already stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html import escape, unescape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from .. import lists, record, states
from ..resolutions import FOLDER as TEXTS
from .outputs import exhibit_table
from .paragraphs import is_chapter

Address = Callable[[str], str]  # from a path in the site to the address for the page at hand
Found = Sequence[tuple[int, int, str]]  # where a State is named, and its code

# Names in running text that are not made from the table by turning "Iran (Islamic Republic of)" round.
SHORT = {
    "United Kingdom": "GBR",
    "United States": "USA",
    "Netherlands": "NLD",
}
# What holds a State's name and means something else.
OTHER = (
    "Northern Ireland",
    "United States dollar",
    "United States dollars",
    "Gulf of Guinea",
    "American Samoa",
    "Sea of Japan",
)
OPAQUE = (nodes.reference, nodes.literal, nodes.raw, nodes.emphasis, nodes.title_reference, nodes.footnote_reference)
_QUOTED = re.compile(r'“[^”]*”|"[^"]*"|«[^»]*»')
_TURNED = re.compile(r"(.+) \((.+) (of|of the)\)")
_CELL = re.compile(r"(<(?:td|th scope=\"row\")[^>]*>)([^<>]+)(</t[dh]>)")


def names_of(table: record.Record) -> dict[str, str]:
    """Return the names under which a State may stand in a text, each with the State's code; "" for what is none."""
    names = dict.fromkeys(OTHER, "")
    for row in table.tables["states"]:
        names[row["name"]] = row["iso3"]
        turned = _TURNED.fullmatch(row["name"])
        if turned:
            names[f"{turned[2]} {turned[3]} {turned[1]}"] = row["iso3"]
    return names | SHORT


@cache
def pattern(names: frozenset[str]) -> re.Pattern[str]:
    """Return what finds ``names``, longest first; apostrophes may be straight or curved.

    A name that goes on in capitals ("Japan International Cooperation Agency") is part of another.
    """
    ordered = sorted(names, key=lambda name: (-len(name), name))
    choices = "|".join(re.escape(name).replace("'", "['’]") for name in ordered)
    return re.compile(rf"(?<![\w-])(?:{choices})(?![\w-])(?!\)? [A-Z]\w)")


def mentions(text: str, names: dict[str, str], seen: set[str]) -> Iterator[tuple[int, int, str]]:
    """Yield where in ``text`` a State is named for the first time, with its code; ``seen`` are those named before."""
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    for found in pattern(frozenset(names)).finditer(text):
        iso3 = names[found[0].replace("’", "'")]
        if iso3 and iso3 not in seen and not any(start <= found.start() < end for start, end in quoted):
            seen.add(iso3)
            yield *found.span(), iso3


def link_paragraph(paragraph: nodes.paragraph, names: dict[str, str], to: Address) -> None:
    """Link the States of a paragraph; a quotation may run over several of its parts."""
    found = list(mentions(paragraph.astext(), names, set()))
    at = 0
    for part in list(paragraph.findall(nodes.Text)):
        here = [(start - at, end - at, iso3) for start, end, iso3 in found if at <= start and end <= at + len(part)]
        at += len(part)
        computed = _computed(part)
        if here and computed is not None:
            computed.parent.replace(computed, list(_apart(computed, str(part), here, to)))
        elif here and not _inside_opaque(part, paragraph):
            part.parent.replace(part, [state or text for text, state in _parts(str(part), here, to)])


def _computed(part: nodes.Text) -> nodes.reference | None:
    """Return the link to the data around a glued value, where ``part`` is the text of one."""
    node = part.parent.parent if isinstance(part.parent, nodes.inline) else None
    return node if isinstance(node, nodes.reference) and "ed-number" in node["classes"] else None


def _inside_opaque(part: nodes.Node, paragraph: nodes.Node) -> bool:
    node = part.parent
    while node is not None and node is not paragraph:
        if isinstance(node, OPAQUE):
            return True
        node = node.parent
    return False


def _parts(text: str, here: Found, to: Address) -> Iterator[tuple[nodes.Text, nodes.reference | None]]:
    """Yield the text piece by piece; a piece that is a State comes with its link."""
    done = 0
    for start, end, iso3 in here:
        if start > done:
            yield nodes.Text(text[done:start]), None
        address = to(f"{states.FOLDER}/{iso3.lower()}.html")
        yield (
            nodes.Text(text[start:end]),
            nodes.reference("", text[start:end], refuri=address, internal=True, classes=["ed-state"]),
        )
        done = end
    if done < len(text):
        yield nodes.Text(text[done:]), None


def _apart(computed: nodes.reference, text: str, here: Found, to: Address) -> Iterator[nodes.Node]:
    """Yield a computed list of States apart: each State leads to its page, the figures in it to the data as before."""
    for piece, link in _parts(text, here, to):
        outer: nodes.Element = nodes.inline("", "", classes=["pasted-text"])
        if link is not None:
            outer += link
        elif re.search(r"\d", piece):
            outer = computed.copy()
            outer += nodes.inline("", "", piece, classes=["pasted-text"])
        else:
            outer += piece
        yield outer


def link_cells(html: str, table: record.Record, to: Address) -> str:
    """Return the HTML of a table with links in cells that are a State's name or the symbol of a text with a page."""
    names = {row["name"]: row["iso3"] for row in table.tables["states"]}

    def linked(cell: re.Match[str]) -> str:
        words = unescape(cell[2])
        if words in names:
            address = f"{states.FOLDER}/{names[words].lower()}.html"
        elif lists.has_page(table, words):
            address = f"{TEXTS}/{lists.slug(words)}.html"
        else:
            return cell[0]
        return f'{cell[1]}<a href="{escape(to(address))}">{cell[2]}</a>{cell[3]}'

    return _CELL.sub(linked, html)


@cache
def _record(data: Path) -> record.Record:
    return record.read(data)


def link(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Link the States of a chapter's narrative, and the cells of its tables."""
    if app.builder.format != "html" or not is_chapter(app.env, docname):
        return
    table = _record(Path(app.srcdir) / "data")
    here = app.builder.get_target_uri(docname)
    names = names_of(table)
    for paragraph in list(document.findall(nodes.paragraph)):
        if not isinstance(paragraph.parent, nodes.block_quote):
            link_paragraph(paragraph, names, lambda address: relative_uri(here, address))
    for exhibit in document.findall(exhibit_table):
        exhibit["html"] = link_cells(exhibit["html"], table, lambda address: relative_uri(here, address))


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", link, priority=400)  # before paragraphs get their numbers
