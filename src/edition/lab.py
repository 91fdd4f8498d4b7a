"""What JupyterLab needs to show a chapter as its page does: what the book knows beyond the one notebook.

``prepare`` writes ``_build/lab/``: ``book.json`` with the numbers that the site counts through all chapters, the values
of every notebook, the register of sources and the glossary, and a copy of each chapter as it is published, to go back
to and to compare with. It signs these chapters for this reader's JupyterLab, so that their stored outputs are shown as
they are. Nothing else is written, least of all in the chapters.

The script in ``labextension`` reads what stands here. No Sphinx is needed: an environment to run chapters in has none.
"""

from __future__ import annotations

import ast
import csv
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from . import data as record
from . import releases, text
from .notebooks import notebooks
from .sphinxext.sources import CONFIDENCE, doubt, graded, parse, register

FOLDER = "_build/lab"
BOOK = "book.json"
PUBLISHED = "published"
GLUED = "application/papermill.record/text/plain"

Cell = dict[str, Any]
Json = dict[str, Any]

_FENCED = re.compile(r"^(:{3,}|`{3,}|~{3,}).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_LABEL = re.compile(r"\(([^()\s]+)\)=\s*")
_HEADING = re.compile(r"#{1,6}\s")
_NOT_A_PARAGRAPH = re.compile(r"\s|[-*+] |\d+[.)] |\||>|<[a-z]+|: |%|\+\+\+")
_SOURCE = re.compile(r"\{src\}`([^`]*)`")


# What the book knows --------------------------------------------------------------------------------------------------


def pages(clone: Path) -> list[str]:
    """Return the pages of the book in the order of ``_toc.yml``, each as its path without the ending."""

    def listed(entry: Json) -> Iterator[str]:
        if "file" in entry:
            yield str(entry["file"])
        for part in (*entry.get("parts", []), *entry.get("chapters", []), *entry.get("sections", [])):
            yield from listed(part)

    contents = yaml.safe_load((clone / "_toc.yml").read_text(encoding="utf-8"))
    return [str(contents["root"]), *listed(contents)]


def cells(path: Path) -> list[Cell]:
    """Return the cells of the notebook ``path``, the source of each as one text."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in found]


def outputs(notebook: Sequence[Cell]) -> Iterator[Json]:
    for cell in notebook:
        yield from cell.get("outputs", [])


def values(notebook: Sequence[Cell]) -> dict[str, str]:
    """Return the glued values of a notebook as they are printed, by name."""
    found = {}
    for output in outputs(notebook):
        glued = "".join(output.get("data", {}).get(GLUED, []))
        name = output.get("metadata", {}).get("scrapbook", {}).get("name")
        if glued and name:
            found[name] = str(ast.literal_eval(glued))
    return found


@dataclass(frozen=True)
class Paragraph:
    """A paragraph that carries a number on the page, with the labels that stand before it."""

    labels: tuple[str, ...]


def narrative(markdown: str) -> Iterator[Paragraph]:
    """Yield the numbered paragraphs of a cell: what stands in no box, list, table or quotation."""
    labels: list[str] = []
    for block in re.split(r"\n\s*\n", _FENCED.sub("\n", markdown)):
        lines = block.strip("\n").split("\n")
        while lines and (not lines[0].strip() or _LABEL.fullmatch(lines[0]) or _HEADING.match(lines[0])):
            if label := _LABEL.fullmatch(lines[0]):
                labels.append(label[1])
            elif _HEADING.match(lines[0]):
                labels = []
            lines.pop(0)
        if lines:
            if not _NOT_A_PARAGRAPH.match(lines[0]):
                yield Paragraph(tuple(labels))
            labels = []


def book(clone: Path) -> Json:
    """Return all that a chapter may print and does not hold itself, in the form that the script in Lab reads."""
    found: Json = {"numbers": {}, "paragraphs": {}, "cells": {}, "values": {}, "doubts": {}, "places": {}}
    counted, following = {"figure": 0, "table": 0}, 1
    for page in pages(clone):
        path = clone / f"{page}.ipynb"
        if not path.is_file():
            continue
        place, notebook = f"{page}.ipynb", cells(path)
        found["values"][place] = values(notebook)
        for output in outputs(notebook):
            about = output.get("metadata", {}).get("edition", {})
            if about.get("kind") in counted:
                counted[about["kind"]] += 1
                found["numbers"][about["id"]] = [f"{about['kind'].capitalize()} {counted[about['kind']]}", place]
        told = [cell for cell in notebook if cell["cell_type"] == "markdown"]
        if page.count("/") == 1:  # a chapter of the study: its paragraphs are counted
            for cell in told:
                found["cells"].setdefault(place, {})[cell["id"]] = following
                for paragraph in narrative(cell["source"]):
                    found["paragraphs"] |= {label: [following, place] for label in paragraph.labels}
                    following += 1
        for cell in told:
            found["doubts"] |= doubts(cell["source"], clone / "data")
            found["places"] |= places(cell["source"])
    return found | {
        "sources": sources(clone / "data"),
        "glossary": glossary(clone / "data"),
        "made": made(clone / "data"),
        "facts": facts(clone),
    }


def doubts(markdown: str, data: Path) -> dict[str, str]:
    """Return what the page says after a source note of claims that are not confirmed, by the text of the note."""
    found = {}
    for note in _SOURCE.findall(markdown):
        words = (cited.doubt or doubt(data, cited.source_id, cited.locator) for cited in parse(note))
        if word := next(filter(None, words), ""):
            found[note] = CONFIDENCE[word]
    return found


def places(markdown: str) -> dict[str, str]:
    """Return each place that source notes name, in the form in which it is printed."""
    named = (cited.locator for note in _SOURCE.findall(markdown) for cited in parse(note))
    return {place: text.place(place) for place in named if text.place(place) != place}


def sources(data: Path) -> dict[str, Json]:
    """Return of each document of the register what its card shows."""
    return {
        source.source_id: {
            "label": source.label,
            "title": source.title,
            "kind": source.kind,
            "url": source.url,
            "rows": graded(data, source.source_id),
        }
        for source in register(data / "sources.csv").values()
    }


def glossary(data: Path) -> list[Json]:
    """Return the terms: their wordings, the head of their card and the definition."""
    return [
        {
            "wordings": row["wordings"].split(";"),
            "head": f"{row['term']} ({row['abbreviation']})" if row["abbreviation"] else row["term"],
            "definition": row["definition"],
        }
        for row in _rows(data / "glossary.csv")
    ]


def facts(clone: Path) -> dict[str, str]:
    """Return what ``{edition}`` prints of CITATION.cff where no page is at hand."""
    return {"version": releases.edition(clone).in_words, "bibliography": "BibTeX"}


# What pages print from the data package -------------------------------------------------------------------------------

Grid = dict[str, Any]


def made(data: Path) -> dict[str, Grid]:
    """Return, for each directive that prints rows on a page, a plain table of the same rows: ``head`` and ``rows``."""
    package = record.package(data)["resources"]
    described = [
        [resource["name"], resource["title"], str(len(_rows(data / resource["path"]))), _warnings(resource)]
        for resource in package
    ]
    columns = [
        [resource["name"], field["name"], field["type"], field.get("title", ""), field.get("description", "")]
        for resource in package
        for field in resource["schema"]["fields"]
    ]
    listed = sorted(register(data / "sources.csv").values(), key=lambda source: source.label.casefold())
    documents = [[source.label, source.full_title, source.kind] for source in listed]
    claims = [
        [row["paragraph"], row["claim"], row["verdict"].replace("_", " "), row["correct_value"]]
        for row in (_rows(data / "claims.csv") if (data / "claims.csv").is_file() else [])
    ]
    return {
        "data-tables": {"head": ["Table", "What it holds", "Rows", "Before you use it"], "rows": described},
        "data-dictionary": {"head": ["Table", "Column", "Type", "Title", "What it holds"], "rows": columns},
        "source-register": {"head": ["Document", "Title", "Kind"], "rows": documents},
        "outline-claims": {"head": ["Paragraph", "Claim", "Verdict", "Value"], "rows": claims},
    }


def _warnings(resource: Json) -> str:
    return ", ".join(word.replace("_", " ") for word in resource.get("edition:warnings", []))


def _rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# The reader's desk ----------------------------------------------------------------------------------------------------


def prepare(clone: Path) -> int:
    """Write ``_build/lab`` and sign the chapters as published; return how many chapters there are."""
    folder = clone / FOLDER
    for path in notebooks(clone):
        name = path.relative_to(clone).as_posix()
        copy = folder / PUBLISHED / name
        content = committed(clone, name) or (copy.read_bytes() if copy.is_file() else path.read_bytes())
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
        sign(copy)
    (folder / BOOK).write_text(json.dumps(book(clone), ensure_ascii=False), encoding="utf-8")
    return len(notebooks(clone))


def committed(clone: Path, name: str) -> bytes:
    """Return the file ``name`` as the last commit holds it; nothing where there is no commit or no git."""
    try:
        done = subprocess.run(["git", "show", f"HEAD:./{name}"], cwd=clone, capture_output=True)
    except FileNotFoundError:
        return b""
    return done.stdout if done.returncode == 0 else b""


def sign(path: Path) -> None:
    """Tell this reader's JupyterLab to trust the notebook ``path`` with this very content."""
    import nbformat
    from nbformat.sign import NotebookNotary

    NotebookNotary().sign(nbformat.read(path, as_version=4))
