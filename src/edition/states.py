"""A page for each State, made from the tables with one template: what the record holds of it, list by list.

`statelists.LISTS` says which tables are shown and how. Nothing is summed over lists; an empty list is named as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path

from . import lists, shell, text
from .lists import Kind
from .record import Record, Row
from .statelists import KINDS, LISTS

FOLDER = "book/states"
HERE = Path(__file__).parent
LONG, WHOLE = 160, ' class="ed-whole"'  # a fact of so many letters takes the width of the page

# Pages ----------------------------------------------------------------------------------------------------------------


def in_order(record: Record) -> list[Row]:
    """Return the States in alphabetical order."""
    return sorted(record.tables["states"], key=lambda row: row["sort_name"].casefold())


def pages(record: Record) -> Iterator[shell.Page]:
    """Yield a page for each State of the table ``states``, in alphabetical order."""
    code = code_digest(record)
    states = in_order(record)
    for place, row in enumerate(states):
        beside = (states[place - 1] if place else None, states[place + 1] if place + 1 < len(states) else None)
        yield _page(record, row, beside, code)


def _page(record: Record, row: Row, beside: tuple[Row | None, Row | None], code: str) -> shell.Page:
    iso3 = row["iso3"]
    held = {kind.id: kind.rows(record, iso3) for kind in KINDS}
    used = [("states", one) for one in (row, *beside) if one]
    used += [pair for kind in KINDS for pair in kind.used(record, held[kind.id])]
    name = f"states/{iso3.lower()}"
    previous, following = (
        shell.Neighbour(one["name"], f"{one['iso3'].lower()}.html") if one else None for one in beside
    )
    return shell.Page(
        path=f"book/{name}.html",
        title=row["name"],
        digest=record.digest(used, code),
        make=lambda: (_article(record, row, held, name), list_files(KINDS, held, name)),
        files=tuple(list_paths(KINDS, held, name)),
        previous=previous,
        following=following,
        description=f"{row['name']} in the record of technical assistance and mutually beneficial cooperation in human "
        "rights: positions, votes and sponsorships, assistance given and received, treaties and recommendations.",
    )


def code_digest(record: Record) -> str:
    """Return the digest of what every page depends on: the code that makes it, and which texts have pages."""
    total = sha256()
    for module in sorted(HERE.rglob("*.py")):  # all of the package: which module prints what is for nobody to list
        total.update(module.read_bytes())
    for row in record.tables["resolutions"]:
        total.update(f"{row['symbol']}{lists.has_page(record, row['symbol'])}".encode())
    return total.hexdigest()


def list_paths(kinds: Sequence[Kind], held: Mapping[str, Sequence[Row]], name: str) -> list[str]:
    """Return where in the site the CSV of each list with rows stands."""
    return [f"_exhibits/{name}-{kind.id}.csv" for kind in kinds if held[kind.id]]


def list_files(kinds: Sequence[Kind], held: Mapping[str, Sequence[Row]], name: str) -> dict[str, bytes]:
    filled = [kind for kind in kinds if held[kind.id]]
    return {
        path: lists.csv_bytes(held[kind.id]) for path, kind in zip(list_paths(kinds, held, name), filled, strict=True)
    }


def _article(record: Record, row: Row, held: Mapping[str, Sequence[Row]], name: str) -> str:
    parts = [
        f'<section id="state" class="ed-profile">\n<h1>{escape(row["name"])}{lists.headerlink("state")}</h1>\n',
        _facts(record, row),
        contents(KINDS, held),
    ]
    for heading, kinds in LISTS.items():
        parts.append(group(record, heading, kinds, held, name))
    return "".join(parts) + "</section>\n"


def group(record: Record, heading: str, kinds: Sequence[Kind], held: Mapping[str, Sequence[Row]], name: str) -> str:
    """Return the lists under a heading; those without rows are named in one line."""
    anchor = lists.slug(heading)
    filled = "".join(lists.section(record, kind, held[kind.id], name) for kind in kinds if held[kind.id])
    empty = [kind.title for kind in kinds if not held[kind.id]]
    none = f'<p class="ed-none">No record in the tables: {escape("; ".join(empty))}.</p>\n' if empty else ""
    title = f"<h2>{escape(heading)}{lists.headerlink(anchor)}</h2>"
    return f'<section id="{anchor}">\n{title}\n{filled}{none}</section>\n'


def contents(kinds: Sequence[Kind], held: Mapping[str, Sequence[Row]]) -> str:
    """Return the lists of a page that have rows, with how many, each leading to its place."""
    links = "".join(
        f'<li><a href="#{kind.id}">{escape(kind.title)}</a> <span class="ed-count">{len(held[kind.id])}</span></li>'
        for kind in kinds
        if held[kind.id]
    )
    return f'<nav class="ed-lists" aria-label="Lists on this page"><ul>{links}</ul></nav>\n' if links else ""


def _facts(record: Record, row: Row) -> str:
    status = {"member": "Member State", "observer": "Observer State", "other": "Other State"}[row["status"]]
    yes = {"true": "yes", "false": "no"}
    facts = {
        "Status": status + (f" since {text.date(row['un_member_since'])}" if row["un_member_since"] else ""),
        "Regional group": row["regional_group"] or "none",
        "Least developed country": yes.get(row["ldc"], "not known"),
        "Small island developing State": yes.get(row["sids"], "not known"),
        "Member of the Development Assistance Committee": yes.get(row["dac_member"], "not confirmed"),
    }
    source = lists.source(record, row["source_id"])
    note = f'<p class="ed-list-note">{escape(row["note"])}</p>' if row["note"] else ""
    return (
        facts_list({head: escape(value) for head, value in facts.items()})
        + note
        + f'<p class="ed-exhibit-foot"><span>Source: <a href="../apparatus/sources.html#{source.source_id}">'
        f"{escape(source.label)}</a></span> "
        f'<span>Data: <a href="../apparatus/data.html#table-states">states</a></span> '
        "<span>Names and groups imply no view on status.</span></p>\n"
    )


def facts_list(facts: Mapping[str, str]) -> str:
    """Return facts (name -> HTML) as a list of pairs."""
    pairs = "".join(
        f"<div{WHOLE if len(value) > LONG else ''}><dt>{escape(name)}</dt><dd>{value}</dd></div>"
        for name, value in facts.items()
        if value
    )
    return f'<dl class="ed-facts">{pairs}</dl>\n'


# The finder -----------------------------------------------------------------------------------------------------------


def roles(record: Record, iso3: str) -> list[str]:
    """Return what the record makes of a State, in the order of the lists."""
    return list(dict.fromkeys(kind.role for kind in KINDS if kind.role and kind.rows(record, iso3)))


def finder(record: Record) -> str:
    """Return every State with its group and roles: a plain list, which the page's script can filter."""
    items = []
    for row in in_order(record):
        found = roles(record, row["iso3"])
        group = row["regional_group"] or "No regional group"
        told = "; ".join([group, *found])
        items.append(
            f'<li data-group="{escape(group)}" data-role="{escape("|".join(found))}">'
            f'<a href="{row["iso3"].lower()}.html">{escape(row["name"])}</a>'
            f' <span class="ed-finder-told">{escape(told)}</span></li>'
        )
    return finder_list("States", {"group": "Regional group", "role": "Role"}, items)


def finder_list(what: str, facets: Mapping[str, str], items: Sequence[str]) -> str:
    """Return ``items`` as the list of a finder; ``facets``: a data attribute of the items -> its name in words."""
    names = " ".join(f'data-facet-{key}="{escape(name)}"' for key, name in facets.items())
    return f'<div class="ed-finder" data-what="{what}" {names}>\n<ul>\n' + "\n".join(items) + "\n</ul>\n</div>\n"
