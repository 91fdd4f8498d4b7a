"""What changed between two editions: rows by their keys, glued numbers, sentences, figures and tables.

An edition is given as a folder, a zip archive, or a tag or commit of the repository. It is read as its committed files
stand: nothing is executed. What both sides hold to the byte is not looked into.
"""

from __future__ import annotations

import ast
import csv
import difflib
import hashlib
import io
import json
import re
import subprocess
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

SCHEMA = "datapackage.json"
Row = dict[str, str]


class DiffError(Exception):
    """One of the two editions cannot be read; the message says which and why."""


@dataclass(frozen=True)
class Snapshot:
    """One edition as files: ``data`` by their path in the data package, ``pages`` by their path from the root."""

    name: str
    data: dict[str, bytes]
    pages: dict[str, bytes] = field(default_factory=dict)

    @property
    def package(self) -> dict[str, Any]:
        return json.loads(self.data[SCHEMA])

    def resources(self) -> dict[str, dict[str, Any]]:
        return {resource["name"]: resource for resource in self.package["resources"]}


# Reading


def snapshot(place: str, clone: Path) -> Snapshot:
    """Return the edition at ``place``: a folder, a zip archive, or else a tag or commit of the repository ``clone``.

    Raises ``DiffError`` when it is none of these, or holds no data package.
    """
    path = Path(place)
    if path.is_dir():
        files = dict(_folder(path))
    elif path.is_file():
        files = dict(_zip(path))
    else:
        files = dict(_commit(place, clone))
    found = sorted((name for name in files if PurePosixPath(name).name == SCHEMA), key=lambda name: name.count("/"))
    if not found:
        raise DiffError(f"{place} holds no {SCHEMA}: give a data package, a clone of the edition, or a release.")
    root = found[0].removesuffix(SCHEMA)
    data = {name.removeprefix(root): content for name, content in files.items() if name.startswith(root)}
    above = root.removesuffix("data/")
    pages = {name.removeprefix(above): content for name, content in files.items() if name.startswith(f"{above}book/")}
    return Snapshot(place, data, {name: content for name, content in pages.items() if _is_page(name)})


def _is_page(name: str) -> bool:
    return name.endswith((".ipynb", ".md")) and ".ipynb_checkpoints" not in name


def _is_wanted(name: str) -> bool:
    return name.endswith((SCHEMA, ".csv")) or _is_page(name)


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a data package, or of a clone: its folders ``data`` and ``book`` alone."""
    clone = not (path / SCHEMA).is_file()
    for start in (path / "data", path / "book") if clone else (path,):
        for file in sorted(start.rglob("*")) if start.is_dir() else ():
            if file.is_file() and _is_wanted(file.name) and ".ipynb_checkpoints" not in file.parts:
                yield file.relative_to(path).as_posix(), file.read_bytes()


def _zip(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if _is_wanted(name):
                    yield name, archive.read(name)
    except zipfile.BadZipFile as error:
        raise DiffError(f"{path} is no zip archive.") from error


def _commit(name: str, clone: Path) -> Iterator[tuple[str, bytes]]:
    # The name comes from a person: as one argument after these it cannot be taken for an option.
    asked = ["git", "-C", str(clone), "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
    known = subprocess.run(asked, capture_output=True, text=True)
    if known.returncode:
        raise DiffError(f"{name} is no folder, no file, and no tag or commit of this repository.")
    commit = known.stdout.strip()
    listed = subprocess.run(
        ["git", "-C", str(clone), "ls-tree", "--name-only", commit, "data", "book"], capture_output=True, text=True
    )
    folders = listed.stdout.split()
    command = ["git", "-C", str(clone), "archive", "--format=tar", commit, *folders]
    packed = subprocess.run(command, capture_output=True)
    if packed.returncode or not folders:
        raise DiffError(f"{name} holds no edition: it has neither data/ nor book/.")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() and _is_wanted(member.name) else None
            if content:
                yield member.name, content.read()


# Comparing


def compare(old: Snapshot, new: Snapshot) -> dict[str, Any]:
    """Return all that changed, ready for JSON; a part in which nothing changed is empty.

    ``tables``: by name, ``status`` (added, removed, changed), columns and rows added and removed, and rows changed as
    key and, by column, old and new value. ``numbers``, ``sentences``, ``exhibits``: lists of the page, what it is, and
    what it was; empty, with ``text_compared`` false, when a side is a data package alone. What was not there is null.
    """
    told = {
        "old": {"name": old.name, "version": old.package.get("version")},
        "new": {"name": new.name, "version": new.package.get("version")},
        "tables": dict(_tables(old, new)),
        "text_compared": bool(old.pages and new.pages),
    }
    if not told["text_compared"] or old.pages == new.pages:
        return {**told, "numbers": [], "sentences": [], "exhibits": []}
    glued = _glued(old), _glued(new)
    pages = _changed(old.pages, new.pages)
    return {
        **told,
        "numbers": list(_numbers(*glued)),
        "sentences": list(_sentences(old, new, *glued)),
        "exhibits": [one for page in pages for one in _exhibits(page, _page(old, page), _page(new, page))],
    }


def _changed(old: dict[str, bytes], new: dict[str, bytes]) -> list[str]:
    return [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]


# Rows


def _tables(old: Snapshot, new: Snapshot) -> Iterator[tuple[str, dict[str, Any]]]:
    before, after = old.resources(), new.resources()
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        files = [side.data.get(told["path"]) if told else None for side, told in ((old, one), (new, other))]
        if files[0] == files[1] and one and other:
            continue
        key = (other or one or {})["schema"].get("primaryKey", [])
        status = "added" if one is None else "removed" if other is None else "changed"
        yield name, {"status": status, "key": key, **_rows(_read(files[0]), _read(files[1]), key)}


def _read(content: bytes | None) -> list[Row]:
    return list(csv.DictReader(io.StringIO((content or b"").decode("utf-8"), newline="")))


def _rows(old: list[Row], new: list[Row], key: list[str]) -> dict[str, Any]:
    """Compare rows by ``key``; without one, or where the columns of the key are not in both, whole rows are the key."""
    before, after = (list(rows[0]) if rows else [] for rows in (old, new))
    shared = key and all(column in columns for column in key for columns in (before, after) if columns)
    one, other = (_by_key(rows, key if shared else list(rows[0]) if rows else []) for rows in (old, new))
    changed = []
    for name, row in other.items():
        if name in one and one[name] != row:
            columns = [column for column in {**one[name], **row} if one[name].get(column) != row.get(column)]
            fields = {column: [one[name].get(column), row.get(column)] for column in columns}
            changed.append({"key": list(name), "fields": fields})
    return {
        "columns_added": [column for column in after if before and column not in before],
        "columns_removed": [column for column in before if after and column not in after],
        "added": [row for name, row in other.items() if name not in one],
        "removed": [row for name, row in one.items() if name not in other],
        "changed": changed,
    }


def _by_key(rows: Iterable[Row], key: list[str]) -> dict[tuple[str, ...], Row]:
    return {tuple(row[column] for column in key): row for row in rows}


# Pages


def _page(side: Snapshot, page: str) -> dict[str, Any]:
    """Return a notebook; a page of text, or none, is a notebook without outputs."""
    content = side.pages.get(page)
    return {"cells": []} if content is None else _parsed(content, page.endswith(".ipynb"), page)


@cache
def _parsed(content: bytes, notebook: bool, name: str) -> dict[str, Any]:
    if notebook:
        try:
            return json.loads(content)
        except ValueError as error:
            raise DiffError(f"{name} is no readable notebook ({error}).") from error
    return {"cells": [{"cell_type": "markdown", "source": content.decode("utf-8")}]}


def _outputs(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for cell in notebook["cells"]:
        yield from cell.get("outputs", ())


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _glued(side: Snapshot) -> dict[tuple[str, str], str]:
    """Return the text of each glued value by its notebook and its name."""
    found = {}
    for page in sorted(side.pages):
        for output in _outputs(_page(side, page)) if page.endswith(".ipynb") else ():
            name = output.get("metadata", {}).get("scrapbook", {}).get("name")
            text = output.get("data", {}).get("application/papermill.record/text/plain")
            if name and text:
                found[page, name] = str(ast.literal_eval(_joined(text)))
    return found


def _numbers(old: dict[tuple[str, str], str], new: dict[tuple[str, str], str]) -> Iterator[dict[str, Any]]:
    for page, name in sorted(old.keys() | new.keys()):
        before, after = old.get((page, name)), new.get((page, name))
        if before != after:
            yield {"page": page, "name": name, "old": before, "new": after}


def _exhibits(page: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[dict[str, Any]]:
    before, after = _shown(old), _shown(new)
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name, {}), after.get(name, {})
        parts = [
            part for part in ("title", "caption", "sources", "tables", "content") if one.get(part) != other.get(part)
        ]
        if parts:
            status = "added" if not one else "removed" if not other else "changed"
            titles = {"old": one.get("title"), "new": other.get("title")}
            yield {"page": page, "id": name, "status": status, "parts": parts if one and other else [], **titles}


def _shown(notebook: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the figures and tables of a notebook by id; ``content`` is a digest of what is drawn or printed."""
    found = {}
    for output in _outputs(notebook):
        about = output.get("metadata", {}).get("edition", {})
        if about.get("kind") in ("figure", "table"):
            html = _joined(output["data"]["text/html"])
            title = about.get("title") or about["caption"]
            digest = hashlib.sha256(html.encode()).hexdigest()
            found[about["id"]] = {**about, "title": title, "content": digest}
    return found


# Sentences

ALIKE = 0.5  # the share of their letters from which two sentences are one that changed
NEAR = 10  # how many sentences further on it is looked for
_GLUE = re.compile(r"\{glue:text\}`(?:([^`:]+)::)?([^`:]+)(?::[^`]*)?`")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_END = re.compile(r"(?:(?<=[.?!])|(?<=[.?!][”’)*]))(?<!\bNo\.)(?<!\bvs\.)(?<!\bart\.)(?<!\bpara\.)\s+(?=[A-Z“‘*(\d])")


def sentences(notebook: dict[str, Any], page: str, glued: dict[tuple[str, str], str]) -> list[str]:
    """Return the sentences of a page as they are read: values in the place of their names, without notes and marks."""
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*] |#|:::))", _joined(cell["source"])):
                found += [one for one in _END.split(_read_as(block, page, glued)) if one.strip()]
    return found


def _read_as(block: str, page: str, glued: dict[tuple[str, str], str]) -> str:
    def value(found: re.Match[str]) -> str:
        other = str(PurePosixPath(page).parent / found[1]) if found[1] else page
        return glued.get((other, found[2]), found[0])

    text = _GLUE.sub(value, block)
    text = re.sub(r"\{src\}`[^`]*`", "", text)
    text = re.sub(r"\{[a-z:]+\}`([^`]*)`", r"\1", text)
    text = re.sub(r"^:{3,}.*|^:[a-z-]+:.*|^#+ |^\s*[-*] ", "", text, flags=re.MULTILINE)
    return " ".join(_LINK.sub(r"\1", text).split())


def _sentences(
    old: Snapshot, new: Snapshot, before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]
) -> Iterator[dict[str, Any]]:
    for page in sorted(old.pages.keys() | new.pages.keys()):
        one, other = sentences(_page(old, page), page, before), sentences(_page(new, page), page, after)
        if one == other:
            continue
        for kind, i, j, k, m in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
            if kind != "equal":
                yield from ({"page": page, "old": a, "new": b} for a, b in _paired(one[i:j], other[k:m]))


def _paired(old: list[str], new: list[str]) -> Iterator[tuple[str | None, str | None]]:
    """Pair the sentences of a changed passage in their order, where they are alike; the rest went or came."""
    taken = 0
    for sentence in old:
        like = [at for at in range(taken, min(taken + NEAR, len(new))) if _alike(sentence, new[at])]
        if like:
            yield from ((None, one) for one in new[taken : like[0]])
            yield sentence, new[like[0]]
            taken = like[0] + 1
        else:
            yield sentence, None
    yield from ((None, one) for one in new[taken:])


def _alike(one: str, other: str) -> bool:
    """Say whether one sentence is a new form of the other; the two cheap bounds of the ratio are asked first."""
    match = difflib.SequenceMatcher(None, one, other)
    return all(ratio() > ALIKE for ratio in (match.real_quick_ratio, match.quick_ratio, match.ratio))


# For people

SHOWN = 20  # rows of a table, before the rest is only counted


def text(found: dict[str, Any]) -> str:
    """Return a comparison in words, one change a line."""
    lines = [f"From {_side(found['old'])} to {_side(found['new'])}", ""]
    parts = [("Data", _told_tables(found["tables"]))]
    if found["text_compared"]:
        parts += [
            ("Numbers in the text", [f"  {_at(one)} {one['name']}: {_move(one)}" for one in found["numbers"]]),
            ("Sentences", [line for one in found["sentences"] for line in _told_sentence(one)]),
            ("Figures and tables", [f"  {_at(one)} {_told_exhibit(one)}" for one in found["exhibits"]]),
        ]
    else:
        parts.append(("Text", ["  not compared: one of the two holds no chapters"]))
    for title, part in parts:
        lines += [title, *(part or ["  no change"]), ""]
    return "\n".join(lines)


def _side(side: dict[str, str | None]) -> str:
    return f"{side['name']} (version {side['version']})"


def summary(change: dict[str, Any]) -> str:
    """Return what happened to one table in a few words: ``3 rows added, 1 changed``."""
    counts = [f"{len(change[kind]):,} {kind}" for kind in ("added", "removed", "changed") if change[kind]]
    columns = [
        f"column{'s' if len(change[kind]) > 1 else ''} {kind.removeprefix('columns_')}: {', '.join(change[kind])}"
        for kind in ("columns_added", "columns_removed")
        if change[kind]
    ]
    whole = {"added": ["new table"], "removed": ["table removed"]}.get(change["status"], [])
    rows = [f"rows: {', '.join(counts)}"] if counts else []
    return "; ".join([*whole, *columns, *rows]) or "order or spelling of the file"


def _told_tables(tables: dict[str, Any]) -> list[str]:
    lines = []
    for name, change in tables.items():
        lines.append(f"  {name}: {summary(change)}")
        key, rows = change["key"], []
        if change["status"] == "changed":
            rows += [f"    + {_key(row, key)}" for row in change["added"]]
            rows += [f"    - {_key(row, key)}" for row in change["removed"]]
        for one in change["changed"]:
            told = "; ".join(f"{column}: {_value(a)} -> {_value(b)}" for column, (a, b) in one["fields"].items())
            rows.append(f"    {' | '.join(one['key'])}: {told}")
        lines += rows[:SHOWN]
        lines += [f"    and {len(rows) - SHOWN:,} more"] if len(rows) > SHOWN else []
    return lines


def _key(row: Row, key: list[str]) -> str:
    return " | ".join(row.get(column, "") for column in key) if key else " | ".join(row.values())


def _value(value: str | None) -> str:
    return f"“{value}”" if value else "empty"


def _at(one: dict[str, Any]) -> str:
    return f"{PurePosixPath(one['page']).stem}:"


def _move(one: dict[str, Any]) -> str:
    if one["old"] is None:
        return f"new, {_value(one['new'])}"
    return f"gone, was {_value(one['old'])}" if one["new"] is None else f"{_value(one['old'])} -> {_value(one['new'])}"


def _told_sentence(one: dict[str, Any]) -> list[str]:
    signs = (("-", one["old"]), ("+", one["new"]))
    return [f"  {_at(one)}", *(f"    {sign} {words}" for sign, words in signs if words is not None)]


def _told_exhibit(one: dict[str, Any]) -> str:
    told = f" ({', '.join(one['parts'])})" if one["parts"] else ""
    return f"{one['id']} {one['status']}{told}: {one['new'] or one['old']}"
