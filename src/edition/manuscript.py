"""The check of the book's own files, before anything is executed or built: contents, names, labels, roles, citation.

Sphinx finds most of these as well, after half a minute and in its own words; what is found here is told by file and
line, with what to do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from . import conflicts
from .data import DataError, columns
from .problems import Problem, did_you_mean, nearest

CONTENTS = "_toc.yml"
CITATION = "CITATION.cff"
SETTINGS = "_config.yml"

# `edition` is the address of the files that cite the whole.
RESERVED = ("edition",)
DOUBTFUL = ("background", "conflicting")  # words of a note that are no source
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LABEL = re.compile(r"^\(([\w-]+)\)=[ \t]*$", re.MULTILINE)
_EXHIBIT = re.compile(r"""\bid=["']((?:fig|tbl)-[\w-]+)["']""")
_GLUED = re.compile(r"\bglue\(")
_ROLES = "src|glue:text|numref|para|doc|ref|edition"
_ROLE = re.compile(rf"\{{({_ROLES})\}}`([^`{{]*)`")
_BROKEN = re.compile(rf"\{{({_ROLES})\}}(?!`[^`{{]*`)[^\n]{{0,30}}")
_CODE = re.compile(r"^(`{3,}|~{3,})(?!\{).*?^\1[ \t]*$|(`{2,}).+?\2", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Passage:
    """Text of one page that readers see: where it begins, and what stands there."""

    file: str
    cell: int  # counted from 1 over all cells of a notebook; 0 on a page that is none
    text: str

    def problem(self, place: int, value: str, rule: str, remedy: str, kind: str) -> Problem:
        """Return a problem at ``place``, an index of the text."""
        line = self.text[:place].count("\n") + 1
        file = f"{self.file}, cell {self.cell}, line {line}" if self.cell else self.file
        return Problem(file, 0 if self.cell else line, "", value, rule, remedy, kind)


@dataclass(frozen=True)
class Page:
    """One page of the book: its text, what its code gives names to, and what its stored outputs are called."""

    file: str
    passages: list[Passage]
    exhibits: frozenset[str] = frozenset()
    glued: frozenset[str] = frozenset()
    stored: frozenset[str] = frozenset()


def check(clone: Path) -> list[Problem]:
    """Return what is wrong with the book in ``clone``, causes first; an empty list means that nothing was found."""
    found = [problem for name in (CONTENTS, SETTINGS, CITATION) for problem in _settings(clone, name)]
    paths = sorted(path for path in (clone / "book").rglob("*") if path.suffix in (".md", ".ipynb"))
    paths = [path for path in paths if not any(part.startswith(".") for part in path.relative_to(clone).parts)]
    if not found:
        found += _contents(clone, [path.relative_to(clone).as_posix() for path in paths])
        found += _citation(clone)
    pages = []
    for path in paths:
        page = _page(path, path.relative_to(clone).as_posix())
        if isinstance(page, Problem):
            found.append(page)
        else:
            pages.append(page)
    whole = not any(problem.kind == "page" for problem in found)
    return [*found, *_doubled(pages), *(_roles(pages, _sources(clone)) if whole else ())]


# Files of settings


def _settings(clone: Path, name: str) -> Iterator[Problem]:
    """Yield why a file of settings cannot be read."""
    path = clone / name
    if not path.is_file():
        yield Problem(name, 0, "", "", "the file is missing.", "Restore it.")
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    if left := conflicts.problem(text, name):
        yield left
        return
    try:
        read = _load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        if line and "\t" in re.match(r"\s*", text.splitlines()[min(line, len(text.splitlines())) - 1])[0]:  # type: ignore[index]
            yield Problem(name, line, "", "", "a tab at the beginning of the line.", "Indent with blanks.")
        else:
            told = f"not valid YAML ({getattr(error, 'problem', None) or 'it cannot be read'})."
            remedy = "Look at that line and the one before it: a colon, a quotation mark or an indent is wrong."
            yield Problem(name, line, "", "", told, remedy)
        return
    if not isinstance(read, dict):
        yield Problem(name, 0, "", "", "it holds no settings.", "Restore it.")


class _Words(yaml.SafeLoader):
    """Reads dates as they are written, so that one that is none can be told."""


_Words.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
    for sign, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _load(text: str) -> Any:
    return yaml.load(text, Loader=_Words)  # noqa: S506 (a safe loader)


def _line_of(text: str, words: str) -> int:
    """Return the first line that holds ``words``, 0 when none does."""
    return next((number for number, line in enumerate(text.splitlines(), start=1) if words in line), 0)


def _citation(clone: Path) -> Iterator[Problem]:
    """Yield a release date that is no day: every page and archive takes its date from it."""
    text = (clone / CITATION).read_text(encoding="utf-8")
    released = _load(text).get("date-released")
    try:
        date.fromisoformat(str(released))
    except ValueError:
        told = "no day of the calendar, which is written YYYY-MM-DD."
        line = _line_of(text, "date-released")
        yield Problem(CITATION, line, "date-released", str(released or ""), told, "Correct it.")


# Contents and names


def _contents(clone: Path, files: list[str]) -> Iterator[Problem]:
    """Yield pages that are in the contents and nowhere else, or the other way round, and names that cannot stay."""
    text = (clone / CONTENTS).read_text(encoding="utf-8")
    listed = list(_listed(_load(text)))
    pages = {file.rpartition(".")[0]: file for file in files}
    meant = set()
    for name in dict.fromkeys(listed):
        line = _line_of(text, name)
        if name not in pages:
            near = nearest(name, pages.keys() - set(listed))
            meant.add(near)
            remedy = f"Did you mean {near!r}?" if near else "Add the page, or take the line out."
            yield Problem(CONTENTS, line, "", name, "there is no such page.", remedy, "contents")
        if listed.count(name) > 1:
            yield Problem(CONTENTS, line, "", name, "the page is listed twice.", "Take one of the lines out.", "twice")
    for name, file in pages.items():
        if not all(map(_NAME.fullmatch, name.split("/"))):
            plain = re.sub(r"[^a-z0-9]+", "-", Path(name).name.lower()).strip("-")
            told = "the name of a page is its address: small letters, digits and hyphens."
            yield Problem(file, 0, "", "", told, f"Call it {plain}{Path(file).suffix}.", "name")
        elif name.rpartition("/")[2] in RESERVED:
            told = "a page of this name would take the place of the files that cite the whole edition."
            yield Problem(file, 0, "", "", told, "Choose another name.", "name")
        elif name not in listed and name not in meant:
            yield Problem(file, 0, "", "", f"it is not in {CONTENTS}.", f"Add the line - file: {name}", "not listed")
    for first, second in pairwise(sorted(files)):
        if first.rpartition(".")[0] == second.rpartition(".")[0]:
            yield Problem(second, 0, "", "", f"{first} has the same address.", "Rename one of them.", "name")


def _listed(part: Any) -> Iterator[str]:
    """Yield the pages that a part of the contents names, without the ends of their files."""
    if isinstance(part, list):
        for each in part:
            yield from _listed(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in ("root", "file"):
                yield re.sub(r"\.(md|ipynb)$", "", str(value))
            else:
                yield from _listed(value)


# Pages


def _page(path: Path, file: str) -> Page | Problem:
    """Read one page; a problem when it cannot be read."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if left := conflicts.problem(text, file):
        remedy = "Keep one whole version of the file (git checkout --ours or --theirs), then make run."
        return Problem(file, left.row, "", "", left.rule, remedy if path.suffix == ".ipynb" else left.remedy, "page")
    if path.suffix == ".md":
        return Page(file, [Passage(file, 0, text)])
    try:
        cells = json.loads(text)["cells"]
        sources = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except json.JSONDecodeError as error:
        remedy = "Restore the file from git: its end is missing, or it was edited as text."
        return Problem(file, error.lineno, "", "", f"not a notebook ({error.msg}).", remedy, "page")
    except (KeyError, TypeError):
        return Problem(file, 0, "", "", "not a notebook (it has no cells).", "Restore the file from git.", "page")
    passages = [Passage(file, n, source) for n, (kind, source) in enumerate(sources, start=1) if kind == "markdown"]
    code = [source for kind, source in sources if kind == "code"]
    return Page(
        file,
        passages,
        frozenset(name for source in code for name in _EXHIBIT.findall(source)),
        frozenset(name for source in code for name in _names_given(source)),
        frozenset(_stored(cells)),
    )


def _names_given(code: str) -> Iterator[str]:
    """Yield the words of a cell that may be names of glued values: keywords, and quoted words."""
    if _GLUED.search(code):
        yield from re.findall(r"\b([A-Za-z_]\w*)\s*=(?!=)", code)
        yield from re.findall(r"""["']([A-Za-z_]\w*)["']""", code)


def _stored(cells: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the names under which the stored outputs are glued."""
    for cell in cells:
        for output in cell.get("outputs", ()):
            if name := output.get("metadata", {}).get("scrapbook", {}).get("name"):
                yield name


def _doubled(pages: list[Page]) -> Iterator[Problem]:
    """Yield labels and ids that two pages give: a reference would lead to one of them."""
    first: dict[str, str] = {}
    for page in pages:
        own: dict[str, None] = dict.fromkeys(page.exhibits)
        labels = [(passage, found) for passage in page.passages for found in _LABEL.finditer(passage.text)]
        for passage, found in labels:
            label = found[1]
            if first.get(label, page.file) != page.file or label in own:
                told = f"{first.get(label, page.file)} has the same label."
                yield passage.problem(found.start(), label, told, "Choose another.", "label")
            own[label] = None
        for exhibit in sorted(page.exhibits):
            if first.get(exhibit, page.file) != page.file:
                told = f"{first[exhibit]} has a figure or table of the same id."
                yield Problem(page.file, 0, "", exhibit, told, "Choose another.", "label")
        for name in own:
            first.setdefault(name, page.file)


def _sources(clone: Path) -> frozenset[str]:
    """Return the keys of the register; none where it cannot be read, which is told elsewhere."""
    try:
        return frozenset(columns("sources", clone / "data")["source_id"])
    except (DataError, KeyError):
        return frozenset()


def _roles(pages: list[Page], sources: frozenset[str]) -> Iterator[Problem]:
    """Yield roles that are not closed, and those whose name is not known."""
    exhibits = frozenset(name for page in pages for name in page.exhibits)
    labels = frozenset(label for page in pages for passage in page.passages for label in _LABEL.findall(passage.text))
    for page in pages:
        known = {"src": sources, "glue:text": page.glued | page.stored, "numref": exhibits | labels}
        for passage in page.passages:
            # What is quoted is not meant; its length is kept, so that places stay what they are.
            text = _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), passage.text)
            for found in _BROKEN.finditer(text):
                told = "the role is not followed by a word between two ` signs, and would be printed as it is typed."
                remedy = f"Write {{{found[1]}}}`...` with the sign ` on both sides, no ‘ or ’."
                yield passage.problem(found.start(), found[0].strip(), told, remedy, "role")
            for found in _ROLE.finditer(text):
                yield from _unknown(passage, found, known.get(found[1], frozenset()))


_KNOWN_AS = {
    "src": ("no row of data/sources.csv has this source_id.", "Register the document there, or correct the spelling."),
    "glue:text": ("no code cell of this page glues a value of this name.", "Correct it, or glue it."),
    "numref": ("no figure or table has this id.", "Correct it."),
}


def _unknown(passage: Passage, found: re.Match[str], known: frozenset[str]) -> Iterator[Problem]:
    """Yield the names within a role that are not ``known``; roles of other kinds are left to Sphinx."""
    role, content = found[1], found[2]
    if role not in _KNOWN_AS or not known:
        return
    for name in _NAMES_IN[role](content):
        if name not in known:
            rule, remedy = _KNOWN_AS[role]
            yield passage.problem(found.start(), name, rule, did_you_mean(name, known) or remedy, f"unknown {role}")


def _cited(content: str) -> list[str]:
    """Return the sources of a note: ``one, para. 3; another; background``."""
    names = [part.partition(",")[0].strip() for part in content.split(";")]
    return [name for name in names if name not in DOUBTFUL]


_NAMES_IN: dict[str, Callable[[str], list[str]]] = {
    "src": _cited,
    # A value of another page, path.ipynb::name, is left to Sphinx; a format may follow, name:.2f.
    "glue:text": lambda content: [] if "::" in content else [content.partition(":")[0]],
    # A reference may carry its own words, "Figure %s <fig-name>".
    "numref": lambda content: [content.rpartition("<")[2].rstrip(">").strip()],
}
