"""The site: built aside from the committed notebooks, and put in place only when it is whole.

Order of work: the data must hold; stale notebooks are executed; Jupyter Book builds with every warning an error;
the finished site replaces the last one in a single step. A failure at any point leaves the last good site as it was.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Pandas and all that reads notebooks are imported where they are used: finding that nothing changed needs neither.
if TYPE_CHECKING:
    from .data import Problem

# All that a page is made of; a change of any of these files makes a new site.
INPUTS = ("book", "data", "src/edition", "_config.yml", "_toc.yml", "CHANGELOG.md", "CITATION.cff", "requirements.lock")
STAMP = "inputs"
BIBLIOGRAPHY = "book/references.bib"
# Files that show on some pages alone; a change of any other input builds every page anew. Chapters print their stored
# outputs, and of the tables no more than labels of sources, terms, and links to States and texts with a page.
OF_SOME_PAGES = ("book/*.ipynb", "book/*.md", "data/*.csv")
OF_ALL_PAGES = {
    f"data/{name}.csv" for name in ("sources", "glossary", "states", "resolutions", "provisions_of_texts", "statements")
}
KEPT = "pages-as-written"  # see sphinxext.incremental
CACHE = "cache.json"
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL = "The disk is full, or a file may not grow further: make room, then run the same command again."
NO_RIGHT = {errno.EROFS, errno.EACCES, errno.EPERM}


class SiteError(Exception):
    """The site could not be built; the message says what to mend. The last good site is still in place."""


def build(clone: Path, say: Callable[[str], None] = print) -> Path:
    """Build the site of ``clone`` and return its folder, ``_build/html``.

    Raises ``SiteError``, ``NotebookError`` or ``DataError`` with a message for people.
    """
    html, stamp = clone / "_build" / "html", clone / "_build" / STAMP
    if html.is_dir() and stamp.is_file() and stamp.read_bytes() == inputs_digest(clone).encode():
        say("Nothing changed since the last build.")
        return html
    with alone(clone), ThreadPoolExecutor(max_workers=1) as aside:
        from . import data, notebooks

        _restore(html)
        checking = aside.submit(data.check, clone / "data")

        def hold() -> None:
            """Go no further unless the data hold."""
            problems = checking.result()
            if problems:
                raise SiteError("\n".join([*map(str, problems), _count(problems)]))

        if notebooks.stale(clone):
            hold()
        try:
            refresh(clone, say)
        except Exception:
            hold()  # whatever went wrong, bad data are the likelier reason
            raise
        say("Building the pages ...")
        built_from = inputs_digest(clone)  # before the build: what is edited meanwhile is for the next one
        # Where nothing had to be executed, the data are checked while Jupyter Book is at work in its own process.
        publish(clone, hold)
        stamp.write_text(built_from)
    return html


@contextmanager
def alone(clone: Path) -> Iterator[None]:
    """Hold this clone for one process at a time, and put a disk's refusal in words.

    The lock is one of the system, on an open file: it goes with its process, however that ends, and what the file
    holds is only for the message. Raises ``SiteError``.
    """
    import fcntl

    try:
        (clone / "_build").mkdir(exist_ok=True)
        with open(clone / "_build" / "lock", "a+", encoding="utf-8", errors="replace") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                holder = lock.read(20).strip()
                who = f" (process {holder})" if holder.isdigit() else ""
                raise SiteError(f"Another build of this clone is running{who}: wait until it has ended.") from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield
    except OSError as error:
        raise SiteError(_refused(error, clone)) from error


def _refused(error: OSError, clone: Path) -> str:
    """Say what to do about a file that cannot be written; any other error is ours and is shown as it is."""
    place = Path(os.fsdecode(error.filename)).name if error.filename else "a file"
    if error.errno in NO_ROOM:
        return FULL
    if error.errno in NO_RIGHT:
        return f"Cannot write {place} in {clone}: copy this folder to a place where you may write, and build there."
    raise error


def publish(clone: Path, hold: Callable[[], None] = lambda: None) -> Path:
    """Make the pages from the notebooks as they are stored, and put them in place; return their folder.

    ``hold`` is called before the last site is touched, and stops it by an exception.
    """
    from . import bibliography, catalogue, citing, data, downloads, versions

    html = clone / "_build" / "html"
    with ThreadPoolExecutor(max_workers=1) as aside:
        # Made while Jupyter Book is at work in its own process.
        library = aside.submit(_drawing_library, clone / "_build" / "vega.js")
        fresh = _jupyter_book(clone)
    hold()
    library.result().replace(fresh / "_static" / "vega.js")
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


def _drawing_library(path: Path) -> Path:
    """Write the library that brings charts to life to ``path``, from the installed packages."""
    from . import figures

    path.parent.mkdir(exist_ok=True)
    return figures.static_bundle(path)


def refresh(clone: Path, say: Callable[[str], None] = print) -> None:
    """Bring up to date what is made from the data: the bibliography, and the stale notebooks, telling of each why."""
    from . import bibliography, data, notebooks

    (clone / BIBLIOGRAPHY).write_text(bibliography.bibtex(data.load("sources", clone / "data")), encoding="utf-8")
    stale = notebooks.stale(clone)
    for path, reasons in stale.items():
        say(f"Executing {path.relative_to(clone)}: {', '.join(reasons)}.")
    for path in notebooks.run(stale, clone):
        say(f"  done: {path.relative_to(clone)}")


def _count(problems: list[Problem]) -> str:
    files = {problem.file for problem in problems}
    return f"{len(problems)} problem(s) in {len(files)} file(s) of the data."


def inputs_digest(clone: Path) -> str:
    """Return one digest of every file that the site is made of."""
    return hashlib.sha256(json.dumps(_digests(clone, _input_files(clone))).encode()).hexdigest()


def _digests(root: Path, files: Iterator[Path]) -> dict[str, str]:
    return {file.relative_to(root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _input_files(clone: Path) -> Iterator[Path]:
    for name in INPUTS:
        place = clone / name
        if place.is_file():
            yield place
        for file in sorted(place.rglob("*")) if place.is_dir() else ():
            if file.is_file() and "__pycache__" not in file.parts and ".ipynb_checkpoints" not in file.parts:
                yield file


def _jupyter_book(clone: Path) -> Path:
    """Run Jupyter Book into a folder of its own and return the finished pages.

    Where the last build left whole pages, and nothing but pages' own content changed since, only the changed ones are
    built. If that fails in any way, all pages are built: what is told is always told of the whole.
    """
    work = clone / "_build" / "work"
    inputs: dict[str, Any] = {"python": sys.version, "place": str(clone), "files": _digests(clone, _input_files(clone))}
    continuing = _may_continue(work, inputs)
    if continuing:
        (work / CACHE).unlink()  # an interruption leaves nothing that would be trusted
        shutil.rmtree(work / "_build/html", ignore_errors=True)
        (work / "_build" / KEPT).rename(work / "_build/html")
        continuing = not _run_jupyter_book(clone, work)
    if not continuing:
        shutil.rmtree(work, ignore_errors=True)
        faults = _run_jupyter_book(clone, work)
        if faults:
            raise SiteError("\n".join(_warnings(faults, clone)))
    pages = work / "_build" / "html"
    if not (pages / "index.html").is_file():
        raise SiteError("Jupyter Book ended without an error and made no page.")
    cache = {"inputs": inputs, "files": _digests(work, _cache_files(work))}
    (work / CACHE).write_text(json.dumps(cache), encoding="utf-8")
    return pages


def _may_continue(work: Path, inputs: dict[str, Any]) -> bool:
    """Say whether a build may start from ``work``: it is whole, and no input changed that shows on every page."""
    try:
        cache = json.loads((work / CACHE).read_bytes())
        if cache["files"] != _digests(work, _cache_files(work)):
            return False
        before, after = dict(cache["inputs"]), dict(inputs)
        old, new = before.pop("files"), after.pop("files")
    except (OSError, ValueError, KeyError, TypeError):
        return False
    changed = [name for name in old.keys() & new.keys() if old[name] != new[name]]
    return before == after and old.keys() == new.keys() and all(map(_of_some_pages, changed))


def _of_some_pages(name: str) -> bool:
    return name not in OF_ALL_PAGES and any(fnmatch(name, pattern) for pattern in OF_SOME_PAGES)


def _cache_files(work: Path) -> Iterator[Path]:
    """Yield what a later build starts from: the pages as they were written, and what was read."""
    for folder in (work / "_build" / KEPT, work / "_build/.doctrees"):
        yield from sorted(file for file in folder.rglob("*") if file.is_file())


def _run_jupyter_book(clone: Path, work: Path) -> str:
    """Build the pages into ``work``, every warning an error; return the log of a failure, or nothing."""
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", start, "build", str(clone), "--path-output", str(work)]
    done = subprocess.run(
        [*command, "-W", "-n", "--keep-going", "-q"],
        cwd=clone,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(release_time(clone)), "PYTHONHASHSEED": "0", "TZ": "UTC"},
        capture_output=True,
        text=True,
    )
    return (done.stdout + done.stderr or "Jupyter Book failed without a word.") if done.returncode else ""


def _warnings(log: str, clone: Path) -> list[str]:
    """Return the lines of Sphinx that name a fault, without this machine's paths; the log's end when none does."""
    if any(f"[Errno {number}]" in log for number in NO_ROOM):
        return [FULL]
    clean = re.sub(r"\x1b\[[0-9;]*m", "", log).replace(f"{clone}/", "")
    lines = [line for line in clean.splitlines() if re.search(r"WARNING|ERROR|Error:|Exception", line)]
    return [*dict.fromkeys(lines or clean.splitlines()[-30:]), "The pages were not built; the last good site stays."]


def release_time(clone: Path) -> int:
    """Return the release date of CITATION.cff as seconds since 1970: the only clock that a page knows."""
    found = re.search(r"^date-released:\s*'?\"?(\d{4}-\d{2}-\d{2})", (clone / "CITATION.cff").read_text("utf-8"), re.M)
    if not found:
        raise SiteError("CITATION.cff has no date-released: pages take their date from it.")
    return int(datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp())


def _restore(html: Path) -> None:
    """Bring the last good site back where a power cut came between the two renames of ``_swap``."""
    old = html.with_name("html.old")
    if old.is_dir() and not html.exists():
        old.rename(html)


def _swap(fresh: Path, html: Path) -> None:
    """Put ``fresh`` in the place of ``html``: two renames, and the old site comes back if the second one fails."""
    old = html.with_name("html.old")
    if html.exists():
        shutil.rmtree(old, ignore_errors=True)
        html.rename(old)
    try:
        fresh.rename(html)
    except OSError:
        if old.exists():
            old.rename(html)
        raise
    shutil.rmtree(old, ignore_errors=True)
