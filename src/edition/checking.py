"""The check of the data package: the descriptor, the bytes of each file, its cells, its keys, the rules across tables.

A mistake is told once, as what it is: a cell that was told of goes on as it was meant, where that is plain, so that
what comes after does not stumble over it a second time; what cannot be trusted after a mistake only ``follows``.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from . import conflicts, data, datafiles, descriptor, relations, rules
from .data import SCHEMA
from .problems import Problem, did_you_mean, shortened

Columns = dict[str, list[str]]

_BOM = b"\xef\xbb\xbf"
_ALIKE = 20  # rows of one column that fail alike, before the column itself is suspected
_WORDS = 12  # of a vocabulary that are told one by one
_SORTED = "the column is in order by itself, and {rows} do not fit any more: it was sorted without the others."


@dataclasses.dataclass(frozen=True)
class Table:
    """One table as it was read: its cells by column, mended where they were told of, and what was told."""

    name: str
    file: str
    schema: dict[str, Any]
    problems: list[Problem]
    columns: Columns | None = None  # none where they cannot be told apart
    lines: list[int] = dataclasses.field(default_factory=list)  # of each row, as an editor counts
    odd: Columns = dataclasses.field(
        default_factory=dict
    )  # rows with more cells than names, or fewer, as far as they go

    @property
    def fields(self) -> list[dict[str, Any]]:
        return self.schema["fields"]

    @property
    def whole(self) -> bool:
        return self.columns is not None and not any(self.odd.values())

    @property
    def frame(self) -> Any:
        """The table typed by its schema, its rows numbered so that the first line after the names is row 0."""
        assert self.columns is not None
        frame = data.frame(self.columns, self.fields)
        if self.lines != list(range(2, len(self.lines) + 2)):
            frame.index = pd.Index([line - 2 for line in self.lines])
        return frame


def check(root: Path) -> list[Problem]:
    """Return every problem of the data package in ``root``, causes before what may follow from them."""
    text = (root / SCHEMA).read_bytes().decode("utf-8", errors="replace")
    if left := conflicts.problem(text, f"data/{SCHEMA}"):
        return [left]
    if described := list(descriptor.check(data.package(root))):
        return described
    tables = {name: _read(name, root, resource) for name, resource in data.resources(root).items()}
    found = [*datafiles.undescribed(root)]
    found += [problem for table in tables.values() for problem in table.problems]
    found += [problem for table in tables.values() for problem in _keys(table)]
    found += _references(tables)
    doubtful = {name for name, table in tables.items() if any(problem.file == table.file for problem in found)}
    frames = {name: table.frame for name, table in tables.items() if table.whole}
    ruled = rules.check(frames, {name: table.schema for name, table in tables.items()}, doubtful)
    # Without the tables in which the relations and their exceptions stand, rows fail that are as they should be.
    amiss = bool(doubtful & {relations.TABLE, relations.EXCEPTIONS})
    found += [dataclasses.replace(problem, follows=problem.follows or amiss) for problem in ruled]
    found = _sorted_alone(found, tables)
    told = {problem.file for problem in found}
    found += [problem for table in tables.values() if table.file not in told for problem in _order(table)]
    # What concerns a file as a whole, or its line of names, is the likelier cause of what its rows lack.
    return sorted(dict.fromkeys(found), key=lambda p: (p.follows, p.row > 1, p.file, p.row, p.field, p.value, p.rule))


def _sorted_alone(found: list[Problem], tables: dict[str, Table]) -> list[Problem]:
    """Give many problems of one column one cause where the column is in order: it was sorted without the others."""
    numbers = Counter((problem.file, problem.field) for problem in found if problem.row and not problem.cause)
    causes = {
        (table.file, name): Problem(table.file, 0, name, "", _SORTED, "Restore the file, and sort whole rows.")
        for table in tables.values()
        for name, values in (table.columns or {}).items()
        if numbers[table.file, name] >= _ALIKE and name not in table.schema["primaryKey"][:1] and _in_order(values)
    }
    if not causes:
        return found
    return [
        dataclasses.replace(problem, cause=causes[place], follows=False)
        if (place := (problem.file, problem.field)) in causes
        else dataclasses.replace(problem, follows=True)
        for problem in found
    ]


def _in_order(values: list[str]) -> bool:
    return values in (sorted(values), sorted(values, reverse=True)) and len(set(values)) > 1


# One file: its bytes, its line of names, its rows


def _read(name: str, root: Path, resource: dict[str, Any]) -> Table:
    """Read one table and tell what is wrong with its file; its cells are judged where they can be told apart."""
    file, path, schema = f"data/{resource['path']}", root / resource["path"], resource["schema"]
    problems, text = _text(file, path.read_bytes() if path.is_file() else None)
    names = [field["name"] for field in schema["fields"]]
    if text is not None and (sign := _parted_by(text, names)):
        told = f"the columns are parted by {sign}."
        problems.append(Problem(file, 1, "", "", told, "Save the file as CSV with commas between the cells."))
        text = None
    lines = _lines(file, text, problems) if text is not None else []
    header = _header(file, lines[0][1], names, problems) if lines else None
    if header is None:
        return Table(name, file, schema, problems)
    rows = {number: cells for number, cells in lines[1:] if len(cells) == len(header)}
    odd = {number: cells for number, cells in lines[1:] if len(cells) != len(header)}
    problems += _widths(file, odd, len(header))
    if not rows:
        problems.append(Problem(file, 0, "", "", "no row stands below the names.", "Restore the rows."))
    columns = _columns(header, list(rows.values()), names)
    for field in schema["fields"]:
        problems += _column(file, field, columns[field["name"]], list(rows))
    return Table(name, file, schema, problems, columns, list(rows), _columns(header, list(odd.values()), names))


def _parted_by(text: str, names: list[str]) -> str:
    """Return what parts the names in the first line where it is no comma; spreadsheets of many countries write so."""
    first = text.split("\n", 1)[0].replace('"', "")
    for sign, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(set(first.split(sign)) & set(names)) > len(names) / 2:
            return word
    return ""


def _columns(header: list[str], rows: list[list[str]], names: list[str]) -> Columns:
    """Return the cells of ``rows`` by column, in the order of ``names``; a cell that is not there is empty."""
    padded = [(cells + len(header) * [""])[: len(header)] for cells in rows]
    found = dict(zip(header, map(list, zip(*padded, strict=True)), strict=True)) if rows else {}
    return {name: found.get(name, []) for name in names}


def _text(file: str, content: bytes | None) -> tuple[list[Problem], str | None]:
    """Return what is wrong with the bytes of a file, and its text where it can be read at all."""

    def one(row: int, rule: str, remedy: str) -> Problem:
        return Problem(file, row, "", "", rule, remedy)

    if content is None:
        return [one(0, "the file is missing.", f"Restore it, or take its table out of data/{SCHEMA}.")], None
    if not content.strip():
        return [one(0, "the file is empty.", "It needs at least the line of column names.")], None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return [one(0, "the file is saved as UTF-16.", "Save it as UTF-8.")], None
    try:
        text = content.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return [one(line, "not UTF-8 text.", "Save the file as UTF-8.")], None
    if left := conflicts.problem(text, file):
        return [left], None
    problems = []
    if content.startswith(_BOM):
        problems.append(one(1, "the file starts with a byte-order mark.", "Save it as UTF-8 without BOM."))
    if "\r" in text:
        line = text[: text.index("\r")].count("\n") + 1
        problems.append(one(line, "Windows line ends.", "Save the file with Unix line ends (LF)."))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.endswith("\n"):
        problems.append(one(text.count("\n") + 1, "the last line does not end.", "Add a line end."))
    return problems, text


def _lines(file: str, text: str, problems: list[Problem]) -> list[tuple[int, list[str]]]:
    """Return the number and the cells of each line, and tell of quotation marks that do not part cells."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for cells in reader:
            if reader.line_num > start:
                told = "a cell holds a line break."
                problems.append(Problem(file, start, "", "", told, "Write each row on one line.", "line break"))
                cells = [" ".join(cell.split("\n")) for cell in cells]
            if cells:
                lines.append((start, cells))
            else:
                problems.append(Problem(file, start, "", "", "an empty line.", "Take it out.", "empty line"))
            start = reader.line_num + 1
    except csv.Error:
        told = "quotation marks do not part the cells: one is never closed, or text follows the closing one."
        remedy = 'Put the whole cell between two ", and write a " within it twice.'
        problems.append(Problem(file, start, "", "", told, remedy))
        return []
    return lines


def _header(file: str, header: list[str], names: list[str], problems: list[Problem]) -> list[str] | None:
    """Return the names of the columns as the descriptor spells them, in the file's order; none if they do not fit."""

    def tell(field: str, rule: str, remedy: str) -> None:
        problems.append(Problem(file, 1, field, "", rule, remedy))

    if header == names:
        return header
    if not {_plain(name) for name in header} & {_plain(name) for name in names}:
        tell("", "the line of column names is missing.", f"Its first line must be {','.join(names)}.")
        return None
    spelled = {_plain(name): name for name in names}
    found = [spelled.get(_plain(name), name) for name in header]
    for written, meant in zip(header, found, strict=True):
        if written != meant:
            tell(meant, f"the column is called {shortened(written)}.", f"Write {meant!r}.")
    missing = [name for name in names if name not in found]
    extra = [name for name in found if name not in names]
    doubled = [name for name, number in Counter(found).items() if number > 1 and name in names]
    for name in missing:
        near = did_you_mean(name, extra).removeprefix("Did you mean ")
        tell(name, "the column is missing.", f"Restore it, or its name: is it {near}" if near else "Restore it.")
    nameless = extra.count("")
    if nameless:
        tell(
            "", f"{nameless} column(s) without a name.", "Take the empty columns out, and the commas at the line ends."
        )
    for name in dict.fromkeys(filter(None, extra)):
        if not did_you_mean(name, missing):
            tell(name, f"data/{SCHEMA} describes no such column.", "Take it out, or describe it there.")
    for name in doubled:
        tell(name, "the column stands twice.", "Take one of them out.")
    if missing or extra or doubled:
        return None
    if found != names:
        moved = next(name for name, expected in zip(found, names, strict=True) if name != expected)
        tell(
            moved, "the columns stand in another order.", f"Put them in the order of data/{SCHEMA}: {', '.join(names)}."
        )
    return found


def _plain(name: str) -> str:
    return "_".join(_clean(name).casefold().split())


def _widths(file: str, odd: dict[int, list[str]], width: int) -> Iterator[Problem]:
    """Yield the rows that have more cells than there are names, or fewer."""
    for number, cells in odd.items():
        remedy = (
            'Put a cell that holds a comma between two ".' if len(cells) > width else "An empty cell needs its comma."
        )
        told = f"{len(cells)} cells, where there are {width} columns."
        yield Problem(file, number, "", "", told, remedy, "number of cells")


# One column: how its cells are written, and what the descriptor asks of them


def _column(file: str, field: dict[str, Any], values: list[str], numbers: list[int]) -> Iterator[Problem]:
    """Yield what is wrong with the cells of a column, and put in ``values`` what each was meant to be."""
    limits = field.get("constraints", {})
    judge = _limits if data.well_written(values, field["type"]) else _cell
    told = {value: found for value in set(values) - {""} if (found := judge(value, field, values))}
    if limits.get("required") and "" in values:
        words = ", ".join(map(str, limits.get("enum", [])[:_WORDS]))
        remedy = f"Fill it with one of {words}." if words else "Fill it."
        told[""] = ("empty, where every row has a value.", remedy, "", f"{field['name']} empty")
    if not told:
        return
    for index, value in enumerate(values):
        if value in told:
            rule, remedy, meant, kind = told[value]
            yield Problem(file, numbers[index], field["name"], value, rule, remedy, kind)
            values[index] = meant


Told = tuple[str, str, str, str]  # the rule, what to do, what was meant, the kind


def _cell(value: str, field: dict[str, Any], values: list[str]) -> Told | None:
    """Return what is wrong with a cell that is not empty; what was meant is empty where that cannot be known."""
    clean = _clean(value)
    if clean != value:
        further = _written(clean, field) or _limits(clean, field, values)
        return (
            _unclean(value, clean),
            f"Write {clean!r}." if clean else "Leave it empty.",
            further[2] if further else clean,
            "text",
        )
    return _written(value, field) or _limits(value, field, values)


def _clean(value: str) -> str:
    """Return text as it was meant: composed letters, nothing that nobody sees, one plain blank between words."""
    plain = data.UNCLEAN.sub(lambda sign: "" if sign["invisible"] and not sign[0].isspace() else " ", value)
    return re.sub(" +", " ", unicodedata.normalize("NFC", plain)).strip(" ")


def _unclean(value: str, clean: str) -> str:
    """Say what stands in a cell that no reader sees."""
    found = data.UNCLEAN.search(value)
    if found and not found["doubled"]:
        kind = "an invisible sign" if found["invisible"] else "a blank of another kind"
        name = unicodedata.name(found[0], "control character").lower()
        return f"{kind} in it (U+{ord(found[0]):04X}, {name})."
    if value != value.strip(" "):
        return "a blank before or after the text."
    return "two blanks in a row." if found else "an accent that is a sign of its own (not in Unicode's form NFC)."


_TYPES = {
    "integer": "a whole number is written with the digits 0 to 9 alone, 18 at the most.",
    "number": "a number is written with the digits 0 to 9 and a point, 15 digits at the most.",
    "boolean": "a truth value is written true or false.",
    "year": "a year is written with four digits.",
    "date": "no day of the calendar, which is written YYYY-MM-DD.",
}
_TRUTH = dict.fromkeys(("true", "wahr", "vrai"), "true") | dict.fromkeys(("false", "falsch", "faux"), "false")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s/:?#<>\"\\^`{|}]+\.[^\s/:?#<>\"\\^`{|}]+(:[0-9]+)?([/?#][^\s<>\"\\^`{|}]*)?")


def _written(value: str, field: dict[str, Any]) -> Told | None:
    """Return what is wrong with how a number, a truth value or a date is written."""
    kind = field["type"]
    if data.WRITTEN[kind].fullmatch(value) and (kind != "date" or data.is_day(value)):
        return None
    meant = _meant(value, kind)
    return _TYPES[kind], f"Write {meant}." if meant else "Correct it.", meant, f"written {kind}"


def _meant(value: str, kind: str) -> str:
    """Return the value that a spreadsheet or a person wrote in another way, where there is no doubt; else nothing."""
    if kind == "boolean":
        return _TRUTH.get(value.casefold(), "")
    if kind == "date":
        return _day(value)
    digits = "".join(str(unicodedata.decimal(sign, sign)) for sign in value)
    digits = re.sub(r"(?<=\d)[_ ’'](?=\d{3}(?!\d))", "", digits).removeprefix("+")
    digits = re.sub(r"^(-?)0+(?=\d)", r"\1", digits)
    if kind == "integer":
        digits = re.sub(r"\.0+$", "", digits)
    return digits if data.WRITTEN[kind].fullmatch(digits) else ""


def _day(value: str) -> str:
    """Return a day that a spreadsheet wrote in its own way as YYYY-MM-DD; nothing where month and day may be either."""
    if found := _YEAR_FIRST.fullmatch(value):
        year, month, day = map(int, found.groups())
    elif found := _DAY_FIRST.fullmatch(value):
        day, month, year = map(int, found.groups())
        if day <= 12 and day != month:
            return ""
    else:
        return ""
    meant = f"{year:04}-{month:02}-{day:02}"
    return meant if data.is_day(meant) else ""


def _limits(value: str, field: dict[str, Any], values: list[str]) -> Told | None:
    """Return which constraint of the descriptor a well-written cell does not keep."""
    limits = field.get("constraints", {})
    words = [str(word) for word in limits.get("enum", [])]
    if words and value not in words:
        shown = ", ".join(words) if len(words) <= _WORDS else f"the {len(words)} words that data/{SCHEMA} gives for it"
        return f"none of {shown}.", did_you_mean(value, words) or "Use one of them.", "", f"{field['name']} vocabulary"
    if "minimum" in limits and float(value) < float(limits["minimum"]):
        return f"less than {limits['minimum']}.", "Correct the number.", "", f"{field['name']} limit"
    if "maximum" in limits and float(value) > float(limits["maximum"]):
        return f"more than {limits['maximum']}.", "Correct the number.", "", f"{field['name']} limit"
    if "pattern" in limits and not re.fullmatch(limits["pattern"], value, re.ASCII):
        return *_pattern(limits["pattern"], value, values), "", f"{field['name']} pattern"
    if is_address(field) and not _ADDRESS.fullmatch(value):
        told = "no address of a page, which begins with https:// or http:// and holds no blank."
        return told, "Copy the whole address from the browser.", "", "address"
    return None


def _pattern(pattern: str, value: str, values: list[str]) -> tuple[str, str]:
    """Say what a cell should look like: as dates do, or as the others of its column."""
    if all(re.fullmatch(pattern, date, re.ASCII) for date in ("1949", "1949-03", "1949-03-04")):
        meant = _day(value)
        return "a date is written YYYY, YYYY-MM or YYYY-MM-DD.", f"Write {meant}." if meant else "Correct it."
    fitting = [other for other in values if re.fullmatch(pattern, other, re.ASCII)]
    meant = next((other for other in fitting if other.casefold() == value.casefold()), "")
    like = f"Write it as {fitting[0]!r} is." if fitting else f"It must fit {pattern}."
    return "not written as this column is.", f"Write {meant!r}." if meant else like


def is_address(field: dict[str, Any]) -> bool:
    """Say whether a column holds addresses of pages: by its format, or by its name."""
    return field.get("format") == "uri" or field["name"] == "url" or field["name"].endswith("_url")


# Keys


def _keys(table: Table) -> Iterator[Problem]:
    """Yield the rows whose primary key, or other value of its own, another row has already."""
    if table.columns is None or not table.whole:
        return
    key = table.schema["primaryKey"]
    unique = [[field["name"]] for field in table.fields if field.get("constraints", {}).get("unique")]
    for names in [key, *(other for other in unique if other != key)]:
        cells = list(zip(*(table.columns[name] for name in names), strict=True))
        if len(set(cells)) == len(cells):
            continue
        first: dict[tuple[str, ...], int] = {}
        for line, values in zip(table.lines, cells, strict=True):
            if first.setdefault(values, line) != line and any(values):
                told = f"row {first[values]} has the same {'primary key' if names == key else 'value'}."
                remedy = "Keep one row for each; a second value belongs in data/conflicts.csv."
                yield Problem(table.file, line, ", ".join(names), ", ".join(values), told, remedy, "key")


def _order(table: Table) -> Iterator[Problem]:
    """Yield the rows that do not stand in the order of the primary key: those to be moved, so that the others are."""
    if table.columns is None or not table.whole:
        return
    names, types = table.schema["primaryKey"], {field["name"]: field["type"] for field in table.fields}
    ranks = [[_rank(value, types[name]) for value in table.columns[name]] for name in names]
    rows = list(zip(*ranks, strict=True))
    if all(before <= after for before, after in pairwise(rows)):
        return
    kept = relations.in_order(rows)
    for place in (place for place in range(len(rows)) if place not in kept):
        value = ", ".join(table.columns[name][place] for name in names)
        told = "the row is not in the order of the primary key."
        remedy = "Sort whole rows by their primary key: reviewers then see what changed, and nothing else."
        yield Problem(table.file, table.lines[place], ", ".join(names), value, told, remedy, "order")


def _rank(value: str, kind: str) -> str | float:
    if kind in ("integer", "number", "year"):
        return float(value) if value else float("-inf")
    return value


def _references(tables: dict[str, Table]) -> Iterator[Problem]:
    """Yield the rows that cite a row of another table that is not there; the missing row is the cause of them all."""
    for table in tables.values():
        for key in table.schema.get("foreignKeys", []):
            target = tables[key["reference"]["resource"] or table.name]
            if table.columns is not None and target.columns is not None:
                cells = list(zip(*(table.columns[name] for name in key["fields"]), strict=True))
                names = key["reference"]["fields"]
                known = set(zip(*(target.columns[name] + target.odd[name] for name in names), strict=True))
                if not known.issuperset(cells):
                    yield from _cited(table, key, target, cells, known)


Keys = set[tuple[str, ...]]


def _cited(
    table: Table, key: dict[str, Any], target: Table, cells: list[tuple[str, ...]], known: Keys
) -> Iterator[Problem]:
    """Yield the rows of ``table`` whose ``cells`` are not ``known`` in the table that they lead to."""
    missing = {values for values in set(cells) - known if any(values)}
    words = {", ".join(values) for values in known} if len(missing) < _ALIKE else set()
    near = {values: did_you_mean(", ".join(values), words) for values in missing}
    column, field = ", ".join(key["reference"]["fields"]), ", ".join(key["fields"])
    for line, values in zip(table.lines, cells, strict=True):
        if values in missing:
            value = ", ".join(values)
            gone = f"no row has the {column} {value!r}, and {{rows}} cite it."
            cause = Problem(target.file, 0, "", "", gone, "Restore it, or correct where it is cited.", "cited")
            told = f"no row of {target.file} has this {column}."
            remedy = f"Register it there first, or correct the spelling. {near[values]}".rstrip()
            yield Problem(table.file, line, field, value, told, remedy, f"cites {target.name}", cause)
