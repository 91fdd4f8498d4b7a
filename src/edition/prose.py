"""The prose check: no quantity is typed, and no paragraph of fact stands without its source.

Numbers in narrative must come from glued values. What remains to be typed are names, not quantities: dates and years,
symbols and resolution numbers, articles, paragraphs, sections, sessions, and what stands in quotation marks. A sentence
that needs another exception is listed with its reason in ``book/exceptions.csv``.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from .notebooks import callee, code_cells, read

EXCEPTIONS = "book/exceptions.csv"

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_NUMBERS = r"\d+(?:\s?\([a-z0-9]+\))*(?:(?:-|–| to | and | or |, )\d+(?:\s?\([a-z0-9]+\))*)*"
_KINDS = "|".join(
    (
        r"[Aa]rticles?|[Aa]rts?\.?|[Pp]aragraphs?|[Pp]aras?\.?|[Ss]ections?|[Cc]hapters?|[Pp]arts?|[Aa]nnex(?:es)?",
        r"[Aa]genda items?|[Ii]tems?|[Tt]ables?|[Ff]igures?|[Gg]oals?|[Aa]ctions?|[Nn]os?\.|[Pp]hases?",
        r"[Vv]ol\.|[Pp]p?\.",
        r"[Cc]ycles?|[Cc]odes?|[Vv]ersions?|Level|[Dd]raft|Council",
    )
)

# What may be typed, each kind taken out of the text before what is left is searched; the order matters.
ALLOWED = (
    r"“[^”]*”|‘[^’]*’|\"[^\"]*\"",  # quoted words and titles
    rf"\b\d{{1,2}}(?:(?:-|–| to | and )\d{{1,2}})?\s{_MONTH}(?:\s\d{{4}})?",  # days
    r"\b[A-Z]{1,6}(?:/[\w.()\[\]-]+)+",  # symbols of documents
    r"\bS?-?\d{1,4}/\d{1,3}(?:\s[A-Z])?\b",  # numbers of resolutions: 37/23, 1987/38
    r"\b\d{1,4}(?:\s[A-Z])?\s?\([IVXLCS-]+\)",  # numbers of early resolutions: 926 (X), 574 A (XIX)
    rf"\b(?:{_KINDS})\s{_NUMBERS}",  # articles, paragraphs, sections and their like
    r"\b(?:1[89]|20)\d\d(?:s|(?:-|–|/)(?:(?:1[89]|20)\d\d|\d\d))?\b",  # years, decades, spans of years
    r"(?:¤|…)\s+(?:thousand|million|billion)\b",  # the unit of a glued or computed number
    r"\b(?:[Mm]illions|[Bb]illions) of (?:US |United States )?dollars\b",
    r"[−+]\d\b",  # codes of the codebook, whose scale runs from −2 to +2
    r"\bcoded twice\b",  # how this edition was made
    r"\b2030 Agenda\b|\bCOVID-19\b",
    r"\bPython 3\.\d+(?:(?:, | or | to )3\.\d+)*",
    r"\b(?:CC BY|BY) 4\.0\b",
)

_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ORDINAL = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
_CARDINALS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    f"|nineteen|{_TENS}|hundreds?|thousands?|millions?|billions?|dozens?|half|twice|thrice"
)
_TYPED = re.compile(rf"\d[\d.,]*|\b(?:{_CARDINALS})\b(?!-(?:{_ORDINAL})\b)", re.I)

# Votes stand in figures, however small: 28 votes to 1, with 17 abstentions. "To none" is written so.
_SMALL = "one|two|three|four|five|six|seven|eight|nine|zero"
_VOTES_IN_WORDS = re.compile(
    rf"\b(?:by (?:{_SMALL}) (?:votes )?to|votes? to (?:{_SMALL})|to (?:{_SMALL}),? with|with (?:{_SMALL}) abst\w+)\b",
    re.I,
)

_GLUED = re.compile(r"\{glue:text\}`[^`]*`")

# Parts of a page that are not prose.
_NOT_PROSE = (
    re.compile(r"^(`{3,}|~{3,}).*?^\1\s*$", re.M | re.S),  # fenced code and directives
    re.compile(r"^:{3,}.*$|^:[a-z-]+:.*$", re.M),  # borders and options of colon fences
    re.compile(r"^\([a-z-]+\)=$", re.M),  # labels of paragraphs
    re.compile(r"\{[a-z:]+\}`[^`]*`"),  # roles: glued values, sources, references
    re.compile(r"`[^`]*`"),
    re.compile(r"\]\([^)]*\)"),  # addresses of links
    re.compile(r"<[^>]+>"),
)


@dataclass(frozen=True)
class Finding:
    """One place that breaks a rule of prose."""

    page: str
    text: str
    rule: str

    def __str__(self) -> str:
        return f"{self.page}: {self.rule}: “{self.text}”"


def typed_quantities(text: str) -> list[str]:
    """Return the quantities typed in ``text``, each with the words around it; empty when all are glued or allowed."""
    text = _GLUED.sub("¤", text)
    for markup in _NOT_PROSE:
        text = markup.sub(lambda found: "\n" * found[0].count("\n") + " ", text)
    for allowed in ALLOWED:
        text = re.sub(allowed, " ", text)
    return [_around(text, found) for found in _TYPED.finditer(text)]


def worded_votes(text: str, values: Mapping[str, str]) -> list[str]:
    """Return the results of votes that ``text`` gives in words, with ``values`` (by name) in place of their glue."""
    shown = re.sub(r"\{glue:text\}`(?:[^`]*::)?(\w+)(?::s)?`", lambda found: values.get(found[1], "¤"), text)
    return [_around(shown, found) for found in _VOTES_IN_WORDS.finditer(shown)]


def _around(text: str, found: re.Match[str]) -> str:
    start, end = max(found.start() - 40, 0), min(found.end() + 40, len(text))
    return " ".join(text[start:end].split())


def paragraphs(markdown: str) -> Iterator[str]:
    """Yield the narrative paragraphs of a cell: no headings, boxes, lists, tables or directives."""
    markdown = re.sub(r"^(:{3,}|`{3,})\{.*?^\1\s*$", "", markdown, flags=re.M | re.S)
    for block in re.split(r"\n\s*\n", markdown):
        if block.strip() and not re.match(r"\s*(#|[-*+] |\d+\. |\||>|\()", block):
            yield " ".join(block.split())


def has_source(paragraph: str) -> bool:
    """Say whether a paragraph names a document, the figure or table whose foot names it, or a paragraph that does."""
    return bool(re.search(r"\{(src|numref|para)\}`", paragraph))


def exceptions(clone: Path) -> dict[str, list[str]]:
    """Return the excepted words by page; each exception carries its reason in the file."""
    found: dict[str, list[str]] = {}
    with open(clone / EXCEPTIONS, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["page"], []).append(row["words"])
    return found


def check(path: Path, clone: Path) -> list[Finding]:
    """Return what breaks the rules on one page, a notebook or a Markdown file, exceptions left out."""
    page = path.relative_to(clone).as_posix()
    excepted = exceptions(clone).get(page, [])
    found = list(_notebook_findings(path, page) if path.suffix == ".ipynb" else _page_findings(path, page))
    return [finding for finding in found if not any(words in finding.text for words in excepted)]


def _page_findings(path: Path, page: str) -> Iterator[Finding]:
    for words in typed_quantities(path.read_text(encoding="utf-8")):
        yield Finding(page, words, "a quantity is typed")


def _notebook_findings(path: Path, page: str) -> Iterator[Finding]:
    notebook = read(path)
    values = _glued_values(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for words in typed_quantities(cell.source):
                yield Finding(page, words, "a quantity is typed")
            for words in worded_votes(cell.source, values):
                yield Finding(page, words, "votes are written in figures: glue str(n)")
            for paragraph in paragraphs(cell.source):
                if not has_source(paragraph):
                    yield Finding(page, paragraph[:80], "no source")
    for cell in code_cells(notebook):
        for text in _shown_strings(cell.source):
            for words in typed_quantities(text):
                yield Finding(page, words, "a quantity is typed in a title, caption or note")


def _glued_values(notebook: NotebookNode) -> dict[str, str]:
    """Return what the stored outputs of a notebook glue, by name, as readers see it."""
    outputs = (output for cell in code_cells(notebook) for output in cell.outputs)
    glued = (output for output in outputs if "scrapbook" in output.get("metadata", {}))
    return {
        output.metadata.scrapbook.name: ast.literal_eval("".join(next(iter(output.data.values())))) for output in glued
    }


def _shown_strings(source: str) -> Iterator[str]:
    """Yield what readers see of the strings typed into figures and tables; computed parts of f-strings are left out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and callee(node.func) in ("figure", "table"):
            for keyword in node.keywords:
                if keyword.arg in ("title", "caption", "footnote", "alt"):
                    yield from _constants(keyword.value)


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else " … " for part in node.values)  # type: ignore[misc]
    elif isinstance(node, ast.BinOp):
        yield from _constants(node.left)
        yield from _constants(node.right)
