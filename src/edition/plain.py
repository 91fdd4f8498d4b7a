"""Chapters for programs that know nothing of this edition: the same text with every role written out.

A notebook viewer, an editor or nbconvert shows ``{glue:text}`yes` `` as it stands. `write` makes copies in which
numbers, references and notes are words, boxes are quotations and the sources stand in a list at the end. Code, figures
and tables are kept as they are; a glued value, which no viewer shows, is told by its name. The chapters are the record.
"""

from __future__ import annotations

import ast
import json
import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import lab
from .notebooks import notebooks
from .sphinxext.sources import parse
from .text import place

Json = dict[str, Any]

_ROLE = re.compile(r"\{([a-z][\w:-]*)\}`([^`]*)`")
_BOX = re.compile(
    r"^(:{3,}|`{3,})\{([\w-]+)\}[ \t]*([^\n]*)\n((?::[\w-]+:[^\n]*\n)*)(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL
)
_LABEL = re.compile(r"^\([^()\s]+\)=[ \t]*\n", re.MULTILINE)
# Where the rows stand that a page prints at a directive.
FILES = {
    "data-tables": "data/datapackage.json",
    "data-dictionary": "data/datapackage.json",
    "source-register": "data/sources.csv",
    "outline-claims": "data/claims.csv",
}


class Writer:
    """Writes out the text of one notebook: ``place`` is its path in the edition, ``book`` what `lab.book` returns."""

    def __init__(self, place: str, book: Json) -> None:
        self.place, self.book = place, book
        self.notes: list[str] = []

    def notebook(self, notebook: Json) -> Json:
        """Return a copy of ``notebook`` (its JSON) with its Markdown written out and its notes at the end."""
        cells = [self._cell(cell) for cell in notebook["cells"]]
        if self.notes:
            listed = "\n".join(f"{number}. {note}" for number, note in enumerate(self.notes, start=1))
            last = {"cell_type": "markdown", "id": "notes", "metadata": {}, "source": f"## Notes\n\n{listed}"}
            cells.append(last)
        return {**notebook, "cells": cells}

    def _cell(self, cell: Json) -> Json:
        if cell["cell_type"] == "markdown":
            return {**cell, "source": self.text("".join(cell["source"]))}
        return {**cell, "outputs": [_shown(output) for output in cell["outputs"]]} if "outputs" in cell else cell

    def text(self, markdown: str) -> str:
        """Return Markdown in which nothing is left that only this edition understands."""
        markdown = _BOX.sub(self._directive, _LABEL.sub("", markdown))
        return _ROLE.sub(self._role, markdown)

    def _directive(self, found: re.Match[str]) -> str:
        name, title, body = found[2], found[3], found[5]
        if name == "code-block":
            return f"```{title}\n{body}```"
        if name in FILES:
            return f"*The page prints here the rows of `{FILES[name]}`.*"
        head = f"> **{title}**\n>\n" if title else ""
        return head + "\n".join(f"> {line}".rstrip() for line in body.strip("\n").split("\n"))

    def _role(self, found: re.Match[str]) -> str:
        role, text = found.groups()
        write = ROLES.get(role)
        return write(self, text) if write else re.sub(r"\s*<[^<>]+>$", "", text)

    def _number(self, text: str) -> str:
        *place, name = text.split("::")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.place), place[0])) if place else self.place
        return str(self.book["values"].get(path, {}).get(name.split(":")[0], f"[{name}: not computed]"))

    def _note(self, text: str) -> str:
        documents = [self._document(cited.source_id, cited.locator) for cited in parse(text)]
        self.notes.append("; ".join(documents) + ".")
        doubt = self.book["doubts"].get(text)
        return f" [{len(self.notes)}]" + (f" [{doubt}]" if doubt else "")

    def _document(self, source_id: str, locator: str) -> str:
        source = self.book["sources"].get(source_id, {"label": source_id, "title": "", "kind": "", "url": ""})
        name = f"[{source['label']}]({source['url']})" if source["url"] else source["label"]
        title = f" *{source['title']}*" if source["title"] not in ("", source["label"]) else ""
        kind = f" ({source['kind']})" if source["kind"] else ""
        return f"{name}{f', {place(locator)}' if locator else ''}{title}{kind}"

    def _exhibit(self, text: str) -> str:
        return str(self.book["numbers"].get(text, [text])[0])

    def _paragraphs(self, text: str) -> str:
        labels = [label.strip() for label in text.split(",")]
        numbers = sorted({self.book["paragraphs"][label][0] for label in labels if label in self.book["paragraphs"]})
        *head, last = [str(number) for number in numbers] or [text]
        return f"paras. {', '.join(head)} and {last}" if head else f"para. {last}"

    def _fact(self, text: str) -> str:
        return str(self.book["facts"].get(text, text))


def _shown(output: Json) -> Json:
    """Return an output of a glued value as words: ``yes_2018: 28``; any other as it is."""
    name = output.get("metadata", {}).get("scrapbook", {}).get("name")
    if not name or lab.GLUED not in output.get("data", {}):
        return output
    value = ast.literal_eval("".join(output["data"][lab.GLUED]))
    return {**output, "data": {"text/plain": f"{name}: {value}"}}


ROLES: dict[str, Callable[[Writer, str], str]] = {
    "glue:text": Writer._number,
    "src": Writer._note,
    "numref": Writer._exhibit,
    "para": Writer._paragraphs,
    "edition": Writer._fact,
}


def copies(clone: Path) -> dict[str, bytes]:
    """Return the plain copy of every notebook by its path in the edition."""
    book, found = lab.book(clone), {}
    for path in notebooks(clone):
        place = path.relative_to(clone).as_posix()
        written = Writer(place, book).notebook(json.loads(path.read_text(encoding="utf-8")))
        found[place] = (json.dumps(written, ensure_ascii=False, indent=1) + "\n").encode()
    return found


def write(clone: Path, folder: Path) -> int:
    """Write the plain copies under ``folder``, and return how many there are."""
    made = copies(clone)
    for name, content in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return len(made)
