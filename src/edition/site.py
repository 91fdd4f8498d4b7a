"""The site: built aside from the committed notebooks, and put in place only when it is whole.

Order of work: the data must hold; stale notebooks are executed; Jupyter Book builds with every warning an error;
the finished site replaces the last one in a single step. A failure at any point leaves the last good site as it was.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from . import bibliography, catalogue, citing, data, downloads, notebooks, versions

# All that a page is made of; a change of any of these files makes a new site.
INPUTS = ("book", "data", "src/edition", "_config.yml", "_toc.yml", "CHANGELOG.md", "CITATION.cff", "requirements.lock")
STAMP = "inputs"
BIBLIOGRAPHY = "book/references.bib"


class SiteError(Exception):
    """The site could not be built; the message says what to mend. The last good site is still in place."""


def build(clone: Path, say: Callable[[str], None] = print) -> Path:
    """Build the site of ``clone`` and return its folder, ``_build/html``.

    Raises ``SiteError``, ``NotebookError`` or ``DataError`` with a message for people.
    """
    html, stamp = clone / "_build" / "html", clone / "_build" / STAMP
    if html.is_dir() and stamp.is_file() and stamp.read_text() == inputs_digest(clone):
        say("Nothing changed since the last build.")
        return html
    problems = data.check(clone / "data")
    if problems:
        raise SiteError("\n".join([*map(str, problems), _count(problems)]))
    refresh(clone, say)
    say("Building the pages ...")
    publish(clone)
    stamp.write_text(inputs_digest(clone))
    return html


def publish(clone: Path) -> Path:
    """Make the pages from the notebooks as they are stored, and put them in place; return their folder."""
    html = clone / "_build" / "html"
    fresh = _jupyter_book(clone)
    shutil.copytree(clone / "data", fresh / "data", dirs_exist_ok=True)
    downloads.write(clone / "data", fresh / "data", release_time(clone))
    bibliography.write(data.load("sources", clone / "data"), fresh)
    edition = citing.read((clone / "CITATION.cff").read_text(encoding="utf-8"))
    for name, content in catalogue.catalogue(clone / "data", edition).items():
        (fresh / "data" / name).write_bytes(content)
    versions.write(fresh, edition)
    (fresh / ".buildinfo").unlink(missing_ok=True)  # Sphinx's own mark, which differs between versions of Python
    _swap(fresh, html)
    return html


def refresh(clone: Path, say: Callable[[str], None] = print) -> None:
    """Bring up to date what is made from the data: the bibliography, and the stale notebooks, telling of each why."""
    (clone / BIBLIOGRAPHY).write_text(bibliography.bibtex(data.load("sources", clone / "data")), encoding="utf-8")
    stale = notebooks.stale(clone)
    for path, reasons in stale.items():
        say(f"Executing {path.relative_to(clone)}: {', '.join(reasons)}.")
    for path in notebooks.run(stale, clone):
        say(f"  done: {path.relative_to(clone)}")


def _count(problems: list[data.Problem]) -> str:
    files = {problem.file for problem in problems}
    return f"{len(problems)} problem(s) in {len(files)} file(s) of the data."


def inputs_digest(clone: Path) -> str:
    """Return one digest of every file that the site is made of."""
    total = hashlib.sha256()
    for file in _input_files(clone):
        total.update(str(file.relative_to(clone)).encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _input_files(clone: Path) -> Iterator[Path]:
    for name in INPUTS:
        place = clone / name
        if place.is_file():
            yield place
        for file in sorted(place.rglob("*")) if place.is_dir() else ():
            if file.is_file() and "__pycache__" not in file.parts and ".ipynb_checkpoints" not in file.parts:
                yield file


def _jupyter_book(clone: Path) -> Path:
    """Run Jupyter Book into a folder of its own and return the finished pages."""
    work = clone / "_build" / "work"
    shutil.rmtree(work, ignore_errors=True)
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", start, "build", str(clone), "--path-output", str(work)]
    done = subprocess.run(
        [*command, "--all", "-W", "-n", "--keep-going", "-q"],
        cwd=clone,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(release_time(clone)), "PYTHONHASHSEED": "0", "TZ": "UTC"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SiteError("\n".join(_warnings(done.stdout + done.stderr, clone)))
    pages = work / "_build" / "html"
    if not (pages / "index.html").is_file():
        raise SiteError("Jupyter Book ended without an error and made no page:\n" + done.stdout + done.stderr)
    return pages


def _warnings(log: str, clone: Path) -> list[str]:
    """Return the lines of Sphinx that name a fault, without this machine's paths; the log's end when none does."""
    clean = re.sub(r"\x1b\[[0-9;]*m", "", log).replace(f"{clone}/", "")
    lines = [line for line in clean.splitlines() if re.search(r"WARNING|ERROR|Error:|Exception", line)]
    return [*dict.fromkeys(lines or clean.splitlines()[-30:]), "The pages were not built; the last good site stays."]


def release_time(clone: Path) -> int:
    """Return the release date of CITATION.cff as seconds since 1970: the only clock that a page knows."""
    found = re.search(r"^date-released:\s*'?\"?(\d{4}-\d{2}-\d{2})", (clone / "CITATION.cff").read_text("utf-8"), re.M)
    if not found:
        raise SiteError("CITATION.cff has no date-released: pages take their date from it.")
    return int(datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp())


def _swap(fresh: Path, html: Path) -> None:
    """Put ``fresh`` in the place of ``html``: two renames, and the old site comes back if the second one fails."""
    old = html.with_name("html.old")
    shutil.rmtree(old, ignore_errors=True)
    if html.exists():
        html.rename(old)
    try:
        fresh.rename(html)
    except OSError:
        if old.exists():
            old.rename(html)
        raise
    shutil.rmtree(old, ignore_errors=True)
