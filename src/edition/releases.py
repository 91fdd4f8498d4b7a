"""A version names one content: whether this tree is the one that was released, told from its own files alone.

``book/releases.csv`` has a row for each release: version, date, and the digest of all that its pages are made of.
`edition prepare` writes it when a release is made ready. A tree whose digest is not in the row of its version stands
after that version and is none: its pages, citations and books say so, with the digest of its data. Neither the clock
nor git is asked, so that a copy without history says the same.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from . import citing, data, files, site
from .citing import Edition

FILE = "book/releases.csv"
COLUMNS = ("version", "date", "digest")
# Bookkeeping: it shows on no page.
_APART = {FILE, "book/inputs.json"}
# Stands for the digest of the data while pages are made, so that one that did not change need not be made again.
MARK = "0" * citing.DIGITS
_VERSION = re.compile(rb'("version":\s*")[^"]+')
_NAMED = re.compile(rf"({re.escape(citing.NOT_RELEASED)}, data )[0-9a-f]{{{citing.DIGITS}}}")


def edition(clone: Path) -> Edition:
    """Return what CITATION.cff says of this tree: of the release it is, or of what stands after it.

    What is no release has neither the DOI of the release nor its address, for other content stands there.
    """
    told = citing.read((clone / "CITATION.cff").read_text(encoding="utf-8"))
    if recorded(clone).get(told.version) == (told.released, content(clone)):
        return told
    return replace(told, data=data_digest(clone), doi="", url="", doi_before=told.doi)


def recorded(clone: Path) -> dict[str, tuple[str, str]]:
    """Return the date and the digest of each release by its version; none where there is no file yet."""
    file = clone / FILE
    rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))) if file.is_file() else ()
    return {row["version"]: (row["date"], row["digest"]) for row in rows}


def record(clone: Path) -> None:
    """Note that this tree, as it is, is the content of the version that CITATION.cff names."""
    told = citing.read((clone / "CITATION.cff").read_text(encoding="utf-8"))
    rows = recorded(clone) | {told.version: (told.released, content(clone))}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([version, *rest] for version, rest in rows.items())
    files.replace(clone / FILE, text.getvalue().encode())


def content(clone: Path) -> str:
    """Return one digest of every file that the pages are made of."""
    names = ((file.relative_to(clone).as_posix(), file) for file in site.input_files(clone))
    return _digest((name, file) for name, file in names if name not in _APART and not file.name.startswith("."))


def data_digest(clone: Path) -> str:
    """Return the digest by which a reader knows the data: the descriptor and each table that it names."""
    paths = [data.SCHEMA, *(resource["path"] for resource in data.resources(clone / "data").values())]
    files_ = ((path, clone / "data" / path) for path in sorted(paths))
    return _digest((path, file) for path, file in files_ if file.is_file())[: citing.DIGITS]


def _digest(named: Iterator[tuple[str, Path]]) -> str:
    total = hashlib.sha256()
    for name, file in named:
        total.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def descriptor(clone: Path, edition: Edition) -> bytes:
    """Return the descriptor of the data package as it is published, with the version of what it describes."""
    told = (clone / "data" / data.SCHEMA).read_bytes()
    return _VERSION.sub(rb"\g<1>" + edition.semantic.encode(), told, count=1) if edition.data else told


def on_pages(edition: Edition) -> Edition:
    """Return ``edition`` as pages print it before they are finished: the digest of its data has a mark in its place."""
    return replace(edition, data=MARK) if edition.data else edition


def name_data(folder: Path, edition: Edition) -> None:
    """Write the digest of the data into the finished pages and the files of their citations."""
    if not edition.data:
        return
    for file in (*folder.rglob("*.html"), *(folder / "_cite").glob("*.*")):
        text = file.read_bytes().decode("utf-8")
        named = _NAMED.sub(rf"\g<1>{edition.data}", text)
        if named != text:
            file.write_bytes(named.encode())
