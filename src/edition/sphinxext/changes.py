"""The page of changes: CHANGELOG.md, and under each release what ``edition diff`` found against the one before it.

The comparison is committed as ``book/apparatus/changes/VERSION.json``; for a release that has one before it a
missing file is an error, for its readers could not see what changed.
"""

from __future__ import annotations

import json
import shutil
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from ..changelog import UNRELEASED, Version, read
from ..diff import summary
from ..text import date, number

FOLDER = "book/apparatus/changes"
FILES = "_changes"
FIRST = "This is the first release: there is none before it to compare with."


class Changes(SphinxDirective):
    """``{changes}``: one section a version."""

    def run(self) -> list[nodes.Node]:
        clone = Path(self.env.srcdir)
        self.env.note_dependency("CHANGELOG.md")
        versions = [one for one in read((clone / "CHANGELOG.md").read_text(encoding="utf-8")) if one.sections]
        released = [one.number for one in versions if one.number != UNRELEASED]
        return [self._section(one, released, clone / FOLDER / f"{one.number}.json") for one in versions]

    def _section(self, version: Version, released: list[str], file: Path) -> nodes.section:
        named = f"Version {version.number}, {date(version.date)}" if version.date else "Not yet released"
        section = nodes.section(ids=[f"version-{version.number.lower().replace('.', '-')}"])
        section += nodes.title(text=named)
        for name, text in version.sections.items():
            section += nodes.rubric(text=name)
            self.state.nested_parse(StringList(text.splitlines(), "CHANGELOG.md"), 0, section)
        if version.number in released:
            section += self._compared(version.number, released, file)
        return section

    def _compared(self, version: str, released: list[str], file: Path) -> nodes.Node:
        before = released[released.index(version) + 1 :]
        if not before:
            return nodes.paragraph(text=FIRST)
        self.env.note_dependency(str(file))
        if not file.is_file():
            name = f"{FOLDER}/{version}.json"
            remedy = f"edition diff v{before[0]} HEAD --json > {name}"
            return self.state.document.reporter.error(f"{name} is missing: {remedy}", line=self.lineno)
        found = json.loads(file.read_text(encoding="utf-8"))
        here = self.env.app.builder.get_target_uri(self.env.docname)
        address = relative_uri(here, f"{FILES}/{version}.json")
        return nodes.raw("", printed(found, before[0], address), format="html", shipped=True)


def printed(found: dict[str, Any], before: str, address: str) -> str:
    """Return a comparison as HTML: what changed in each table counted, what changed in the text in full."""
    tables = [f"<li><code>{escape(name)}</code>: {escape(summary(one))}</li>" for name, one in found["tables"].items()]
    numbers = [
        f"<li>{escape(one['page'])}, <code>{escape(one['name'])}</code>: {_move(one)}</li>" for one in found["numbers"]
    ]
    sentences = [f"<li>{escape(one['page'])}: {_move(one)}</li>" for one in found["sentences"]]
    exhibits = [
        f"<li>{escape(one['id'])} {escape(one['status'])}"
        f"{escape(' (' + ', '.join(one['parts']) + ')') if one['parts'] else ''}: {_move(one)}</li>"
        for one in found["exhibits"]
    ]
    parts = "".join(
        _folded(title, items)
        for title, items in (
            ("Tables of data", tables),
            ("Numbers in the text", numbers),
            ("Sentences", sentences),
            ("Figures and tables", exhibits),
        )
    )
    link = f'<a href="{escape(address)}" download>every row and sentence</a>'
    return f'<div class="ed-changes"><p>Compared with version {escape(before)} ({link}):</p>{parts}</div>'


def _folded(title: str, items: list[str]) -> str:
    if not items:
        return f"<p>{title}: no change.</p>"
    return f"<details><summary>{title}: {number(len(items))} changed</summary><ul>{''.join(items)}</ul></details>"


def _move(one: dict[str, Any]) -> str:
    """Return what was and what is; words that stayed the same stand once."""
    old, new = one["old"], one["new"]
    if old == new:
        return escape(old)
    gone = f"<del>{escape(old)}</del>" if old is not None else ""
    return f"{gone} <ins>{escape(new)}</ins>".strip() if new is not None else gone


def copy_files(app: Sphinx, failure: Exception | None) -> None:
    """Put the comparisons into the site."""
    files = sorted((Path(app.srcdir) / FOLDER).glob("*.json"))
    if failure is None and app.builder.format == "html" and files:
        (Path(app.outdir) / FILES).mkdir(exist_ok=True)
        for file in files:
            shutil.copy(file, Path(app.outdir) / FILES / file.name)


def setup(app: Sphinx) -> None:
    app.add_directive("changes", Changes)
    app.connect("build-finished", copy_files)
