"""The site: built aside from the committed notebooks, and put in place only when it is whole.

Stale notebooks are executed while the data are checked, and stored if they hold; Jupyter Book, which has got ready
meanwhile, builds with every warning an error; the finished site replaces the last one in a single step. A failure at
any point leaves the last good site as it was.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import built, jupyterbook

# Pandas and all that reads notebooks are imported where they are used: finding that nothing changed needs neither.
if TYPE_CHECKING:
    from subprocess import Popen

# All that a page is made of; a change of any of these files makes a new site.
INPUTS = ("book", "data", "src/edition", "_config.yml", "_toc.yml", "CHANGELOG.md", "CITATION.cff", "requirements.lock")
BIBLIOGRAPHY = "book/references.bib"
# Files that show on some pages alone: a change of any other input builds every page anew. Tables are not among them:
# which of their cells chapters show (labels, grades, links, cards) would have to be listed by hand.
OF_SOME_PAGES = ("book/*.ipynb", "book/*.md", "book/inputs.json")
KEPT = "pages-as-written"  # see sphinxext.incremental
LIBRARY = "vega.js"
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
    html = clone / "_build" / "html"
    if reason := built.refusal(clone):
        raise SiteError(reason)
    if built.noted(clone).get("inputs") == inputs_digest(clone):
        say("Nothing changed since the last build.")
        return html
    code = _code(clone)
    with alone(clone), jupyterbook.started(clone) as book, ThreadPoolExecutor(max_workers=1) as aside:
        from . import data, manuscript, notebooks
        from .problems import report

        _restore(html)
        if unfit := manuscript.check(clone):
            raise SiteError("\n".join(report(unfit)))
        # One after the other: beside the check, looking at the notebooks would take ten times as long.
        looking = aside.submit(notebooks.stale, clone)
        checking = aside.submit(data.check, clone / "data")

        def hold() -> None:
            """Go no further unless the data hold."""
            problems = checking.result()
            if problems:
                raise SiteError("\n".join(report(problems)))

        try:
            refresh(clone, say, looking.result(), hold)
            say("Building the pages ...")
            built_from = inputs_digest(clone)  # before the build: what is edited meanwhile is for the next one
            if code != _code(clone):
                raise SiteError("src/edition changed while notebooks were executed: run the same command again.")
            # Where nothing had to be executed, the data are checked while Jupyter Book is at work.
            publish(clone, hold, book)
        except Exception:
            hold()  # whatever went wrong, bad data are the likelier reason
            raise
        built.note(clone, built_from)
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


def publish(clone: Path, hold: Callable[[], None] = lambda: None, book: Popen[str] | None = None) -> Path:
    """Make the pages from the notebooks as they are stored, and put them in place; return their folder.

    ``hold`` is called before the last site is touched, and stops it by an exception; ``book`` is a Jupyter Book that
    was started before.
    """
    from . import bibliography, data, releases, versions

    html = clone / "_build" / "html"
    edition = releases.edition(clone)  # before the build: what is edited meanwhile is for the next one
    with nullcontext(book) if book else jupyterbook.started(clone) as ready, ThreadPoolExecutor(max_workers=1) as aside:
        # While Jupyter Book is at work in its own process.
        package = aside.submit(_data_package, clone, clone / "_build" / "data")
        fresh = _jupyter_book(clone, ready)
    hold()
    shutil.copytree(package.result(), fresh / "data", dirs_exist_ok=True)
    bibliography.write(data.load("sources", clone / "data"), fresh)
    releases.name_data(fresh, edition)
    versions.write(fresh, edition)
    (fresh / ".buildinfo").unlink(missing_ok=True)  # Sphinx's own mark, which differs between versions of Python
    built.forget(clone)  # what was noted told of the last site; the caller may note another
    _swap(fresh, html)
    return html


def _data_package(clone: Path, place: Path) -> Path:
    """Write to ``place`` what the site offers of the data: the tables, other forms of them, and descriptions."""
    from . import catalogue, data, datafiles, downloads, releases

    edition = releases.edition(clone)
    descriptor = {data.SCHEMA: releases.descriptor(clone, edition)}
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for file in datafiles.published(clone / "data"):
        shutil.copy2(file, place)
    (place / data.SCHEMA).write_bytes(descriptor[data.SCHEMA])
    downloads.write(clone / "data", place, release_time(clone), descriptor)
    for name, content in catalogue.catalogue(place, edition).items():
        (place / name).write_bytes(content)
    return place


def refresh(
    clone: Path,
    say: Callable[[str], None] = print,
    stale: dict[Path, list[str]] | None = None,
    hold: Callable[[], None] = lambda: None,
) -> None:
    """Bring up to date what is made from the data: the stale notebooks, telling of each why, and the bibliography.

    ``hold`` is called before a notebook is stored, and stops it by an exception.
    """
    from . import bibliography, data, notebooks

    stale = notebooks.stale(clone) if stale is None else stale
    for path, reasons in stale.items():
        say(f"Executing {path.relative_to(clone)}: {', '.join(reasons)}.")
    for path in notebooks.run(stale, clone, hold=hold):
        say(f"  done: {path.relative_to(clone)}")
    (clone / BIBLIOGRAPHY).write_text(bibliography.bibtex(data.load("sources", clone / "data")), encoding="utf-8")


def inputs_digest(clone: Path) -> str:
    """Return one digest of every file that the site is made of."""
    return hashlib.sha256(json.dumps(_digests(clone, input_files(clone))).encode()).hexdigest()


def _digests(root: Path, files: Iterator[Path]) -> dict[str, str]:
    return {file.relative_to(root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def input_files(clone: Path) -> Iterator[Path]:
    """Yield every file that the site is made of."""
    from . import datafiles

    for name in INPUTS:
        place = clone / name
        if name == "data":
            yield from datafiles.published(place)
            continue
        if place.is_file():
            yield place
        for file in sorted(place.rglob("*")) if place.is_dir() else ():
            if file.is_file() and "__pycache__" not in file.parts and ".ipynb_checkpoints" not in file.parts:
                yield file


def _code(clone: Path) -> dict[str, str]:
    """Digest the modules that the processes of a build have imported."""
    return _digests(clone, (clone / "src/edition").rglob("*.py"))


def _jupyter_book(clone: Path, book: Popen[str]) -> Path:
    """Run Jupyter Book into a folder of its own and return the finished pages.

    Where the last build left whole pages, and nothing but pages' own content changed since, only the changed ones are
    built. If that fails in any way, all pages are built: what is told is always told of the whole.
    """
    from . import figures

    work, time = clone / "_build" / "work", release_time(clone)
    inputs: dict[str, Any] = {"python": sys.version, "place": str(clone), "files": _digests(clone, input_files(clone))}
    continuing = _may_continue(work, inputs)
    if continuing:
        (work / CACHE).unlink()  # an interruption leaves nothing that would be trusted
        shutil.rmtree(work / "_build/html", ignore_errors=True)
        (work / "_build" / KEPT).rename(work / "_build/html")
        jupyterbook.order(book, clone, work, time)
        continuing = not jupyterbook.faults(book)
    if not continuing:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True, exist_ok=True)
        with jupyterbook.started(clone) if book.poll() is not None else nullcontext(book) as whole:
            jupyterbook.order(whole, clone, work, time)
            figures.static_bundle(work / LIBRARY)
            faults = jupyterbook.faults(whole)
        if faults:
            raise SiteError("\n".join(_warnings(faults, clone)))
    pages = work / "_build" / "html"
    if not (pages / "index.html").is_file():
        raise SiteError("Jupyter Book ended without an error and made no page.")
    shutil.copy2(work / LIBRARY, pages / "_static")
    remember(work, inputs)
    return pages


def remember(work: Path, inputs: dict[str, Any]) -> None:
    """Note what the pages in ``work`` were made from, for the next build, which may start from them."""
    cache = {"inputs": inputs, "files": built.fingerprint(work, _cache_files(work))}
    (work / CACHE).write_text(json.dumps(cache), encoding="utf-8")


def _may_continue(work: Path, inputs: dict[str, Any]) -> bool:
    """Say whether a build may start from ``work``: it is whole, and no input changed that shows on every page."""
    try:
        cache = json.loads((work / CACHE).read_bytes())
        if cache["files"] != built.fingerprint(work, _cache_files(work)):
            return False
        before, after = dict(cache["inputs"]), dict(inputs)
        old, new = before.pop("files"), after.pop("files")
    except (OSError, ValueError, KeyError, TypeError):
        return False
    changed = [name for name in old.keys() & new.keys() if old[name] != new[name]]
    return before == after and old.keys() == new.keys() and all(map(_of_some_pages, changed))


def _of_some_pages(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in OF_SOME_PAGES)


def _cache_files(work: Path) -> Iterator[Path]:
    """Yield what a later build starts from: the pages as they were written, what was read, and the library."""
    yield work / LIBRARY
    for folder in (work / "_build" / KEPT, work / "_build/.doctrees"):
        yield from sorted(file for file in folder.rglob("*") if file.is_file())


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
