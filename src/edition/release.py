"""A release: one folder, ``dist/<name>-<version>``, made from the commit that carries the tag of the version.

It holds the site, the book as PDF and EPUB, the data, the notebooks with all that they run on, the register of sources
and a manifest. Two releases of one tag are the same to the byte: times are the commit's, names are sorted, fonts come
with the locked packages. The pages are those that the committed notebooks make; nothing is executed for a release.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from . import (
    archives,
    articles,
    catalogue,
    changelog,
    citing,
    data,
    datafiles,
    diff,
    downloads,
    epub,
    fonts,
    notebooks,
    offline,
    pdf,
    plain,
    releases,
    site,
)
from .citing import Edition

DIST = "dist"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
# What a reader needs to execute the chapters, and to build the pages, elsewhere.
NOTEBOOKS = (
    *(
        "book/",
        "data/",
        "src/",
        "tools/",
        "Makefile",
        "README.md",
        "CHANGELOG.md",
        "CITATION.cff",
        "LICENSE",
        "LICENSE-CONTENT",
    ),
    *("pyproject.toml", "requirements.lock", "requirements-dev.lock", "requirements-tools.lock"),
    *("_config.yml", "_toc.yml", "binder/", "environment.yml", "conftest.py"),
)
# The checks of make test that need no browser; those of the pages run before the tag is set: see CONTRIBUTING.md.
CHECKS = ("style", "format", "types", "spelling", "notebooks")
LOG = "_build/release-checks.log"


class ReleaseError(Exception):
    """No release was made; the message says in one line why and what to do."""


def release(clone: Path, say: Callable[[str], None] = print) -> Path:
    """Make the release of the tag on HEAD and return its folder.

    Raises ``ReleaseError`` when the commit is not one that can be released, or a part cannot be made; ``dist`` then
    stays as it was.
    """
    if reason := refusal(clone):
        raise ReleaseError(f"Not released: {reason}")
    told = _edition(clone)
    say(f"Checking what version {told.version} is made of ...")
    check(clone)
    with site.alone(clone):
        say("Building the pages ...")
        pages = site.publish(clone)
        say("Making the books and the archives (a minute or two) ...")
        try:
            files = bundle(clone, pages)
        except (articles.ArticleError, offline.OfflineError, pdf.PdfError, fonts.FontError) as error:
            raise ReleaseError(f"Not released: {error}") from error
    if changed := _git(clone, "status", "--porcelain"):
        raise ReleaseError(f"Not released: building changed {changed.split()[-1]}: run make book and commit.")
    return _put(clone / DIST / base(clone), files)


def _edition(clone: Path) -> Edition:
    return releases.edition(clone)


def base(clone: Path) -> str:
    """Return the name of the release, ``<name>-<version>``: the name is that of the data package."""
    return f"{data.package(clone / 'data')['name']}-{_edition(clone).slug}"


def refusal(clone: Path) -> str:
    """Return why this commit is not to be released, in one line; empty when nothing stands against it."""
    if not (clone / ".git").exists():
        return "this folder is no clone: a release needs the history in which its tag stands."
    version = _edition(clone).version
    tag = f"v{version}"
    here = _git(clone, "tag", "--points-at", "HEAD").split()
    if changed := _git(clone, "status", "--porcelain"):
        count = len(changed.splitlines())
        return f"{count} file(s) differ from the commit, the first is {changed.splitlines()[0][3:]}: commit or remove."
    if tag not in here and _git(clone, "tag", "--list", tag):
        return f"version {version} is already released, by the tag {tag} on another commit: raise it in CITATION.cff."
    if not here:
        return f"no tag on this commit: when it is the one to release, git tag {tag}."
    if tag not in here:
        return f"the tag is {here[-1]} and CITATION.cff says {version}: one of them is wrong."
    if _edition(clone).data:
        return f"this tree is not what was made ready as version {version}: make prepare, commit, and set the tag anew."
    folder = clone / DIST / base(clone)
    if folder.exists():
        return f"version {version} is already released, in {folder.relative_to(clone)}: raise it in CITATION.cff."
    return pdf.missing()


def prepare(clone: Path) -> str:
    """Note that this tree is the content of the version that CITATION.cff names, and return the version.

    Raises ``ReleaseError`` for a version that is released, a changelog that does not tell of it, and stale notebooks.
    """
    told = citing.read((clone / "CITATION.cff").read_text(encoding="utf-8"))
    if _git(clone, "tag", "--list", f"v{told.version}"):
        raise ReleaseError(f"Not prepared: version {told.version} is already released: raise it in CITATION.cff.")
    if (known := json.loads((clone / "data" / data.SCHEMA).read_bytes()).get("version")) != told.version:
        raise ReleaseError(f"Not prepared: data/{data.SCHEMA} has version {known}, CITATION.cff {told.version}.")
    sections = {one.number: one for one in changelog.read((clone / "CHANGELOG.md").read_text(encoding="utf-8"))}
    section = sections.get(told.version)
    if section is None or section.date != told.released:
        head = f"## [{told.version}] - {told.released}"
        raise ReleaseError(f"Not prepared: CHANGELOG.md has no section {head!r}: move what is unreleased there.")
    if changelog.UNRELEASED in sections and sections[changelog.UNRELEASED].sections:
        raise ReleaseError(f"Not prepared: in CHANGELOG.md changes stand as unreleased: move them to {told.version}.")
    if stale := notebooks.stale(clone):
        raise ReleaseError(f"Not prepared: stale are {', '.join(path.name for path in stale)}: make run first.")
    releases.record(clone)
    return told.version


def check(clone: Path) -> None:
    """Raise ``ReleaseError`` when the data, the notebooks or the code do not pass."""
    if problems := data.check(clone / "data"):
        raise ReleaseError(f"Not released: {len(problems)} problem(s) in the data: run make check.")
    if stale := notebooks.stale(clone):
        names = ", ".join(path.name for path in stale)
        raise ReleaseError(f"Not released: stale are {names}: run make run and commit.")
    done = subprocess.run([sys.executable, "tools/test.py", *CHECKS], cwd=clone, capture_output=True, text=True)
    (clone / LOG).parent.mkdir(exist_ok=True)
    (clone / LOG).write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        verdict = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1]
        raise ReleaseError(f"Not released: {verdict}; what they say is in {LOG}.")


def bundle(clone: Path, pages: Path) -> dict[str, bytes]:
    """Return the files of the release by name, made from the site in ``pages`` and the files that git tracks."""
    told, name, time = _edition(clone), base(clone), commit_time(clone)
    tracked = _tracked(clone)
    book = articles.read(clone, pages)
    read = offline.adapt(archives.read(pages))
    files = {
        f"{name}-site.tar.gz": archives.tarred(archives.beneath(f"{name}-site", read), time),
        f"{name}-site.zip": archives.zipped(archives.beneath(f"{name}-site", read), time),
        f"{name}.pdf": pdf.make(told, book),
        f"{name}.epub": epub.make(told, book, time),
        f"{name}-data.zip": archives.zipped(archives.beneath(f"{name}-data", data_files(clone, told, tracked)), time),
        f"{name}-notebooks.zip": archives.zipped(
            archives.beneath(
                f"{name}-notebooks",
                {path: tracked[path] for path in sorted(tracked) if path.startswith(NOTEBOOKS)}
                | archives.beneath("plain", plain.copies(clone)),
            ),
            time,
        ),
        f"{name}-sources.bib": tracked[site.BIBLIOGRAPHY],
    }
    files |= {f"{name}-changes.txt": changes for changes in _changes(clone)}
    return {**files, **_manifest(clone, files)}


def _changes(clone: Path) -> Iterator[bytes]:
    """Yield what changed since the last tag before this commit, if there is one."""
    earlier = _git(
        clone, "tag", "--list", "v*", "--merged", "HEAD", "--no-contains", "HEAD", "--sort=v:refname"
    ).split()
    if earlier:
        found = diff.compare(diff.snapshot(earlier[-1], clone), diff.snapshot("HEAD", clone))
        yield diff.text(found).encode()


def data_files(clone: Path, told: Edition, tracked: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the data package: the tables as CSV and as Parquet, the schema, the catalogue, the licence."""
    return {
        **{file.name: tracked[f"data/{file.name}"] for file in datafiles.published(clone / "data")},
        **{name: tracked[name] for name in ("CITATION.cff", "LICENSE-CONTENT")},
        **catalogue.catalogue(clone / "data", told),
        **{
            f"parquet/{name}.parquet": downloads.parquet(name, clone / "data")
            for name in data.resources(clone / "data")
        },
    }


def commit_time(clone: Path) -> int:
    """Return the time of the commit as seconds since 1970: the date of everything in the release."""
    return int(_git(clone, "log", "-1", "--format=%ct"))


def _manifest(clone: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the manifest, and the same sums in the form that ``sha256sum --check`` reads."""
    told = _edition(clone)
    manifest = {
        "name": base(clone),
        "title": told.title,
        "version": told.version,
        "date": told.released,
        "commit": _git(clone, "rev-parse", "HEAD").strip(),
        "source_date_epoch": commit_time(clone),
        "files": [
            {"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(files.items())
        ],
    }
    written = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
    sums = {**files, MANIFEST: written}
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(sums.items()))
    return {MANIFEST: written, SUMS: "".join(lines).encode()}


def verify(folder: Path) -> list[str]:
    """Return what is wrong with the files of a release, by its manifest: lost, changed or not listed."""
    listed = {entry["path"]: entry["sha256"] for entry in json.loads((folder / MANIFEST).read_bytes())["files"]}
    return [problem for name, digest in listed.items() for problem in _differs(folder / name, digest)] + [
        f"{file.name} is not in the manifest"
        for file in sorted(folder.iterdir())
        if file.name not in {*listed, MANIFEST, SUMS}
    ]


def _differs(file: Path, digest: str) -> Iterator[str]:
    if not file.is_file():
        yield f"{file.name} is missing"
    elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
        yield f"{file.name} is not what the manifest says"


def _tracked(clone: Path) -> dict[str, bytes]:
    """Return what the commit holds, by path. The working tree is clean, so its files are the commit's."""
    paths = _git(clone, "ls-files", "-z").split("\0")
    return {path: (clone / path).read_bytes() for path in paths if path}


def _git(clone: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=clone, capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise ReleaseError("Not released: git is not installed.") from error
    except subprocess.CalledProcessError as error:
        raise ReleaseError(f"Not released: git says: {error.stderr.strip().splitlines()[0]}") from error
    return done.stdout


def _put(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write ``files`` aside and put the whole folder in place in one step."""
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name, content in files.items():
        (aside / name).write_bytes(content)
    if problems := verify(aside):
        raise ReleaseError(f"Not released: {problems[0]} after writing it: look at the disk.")
    aside.rename(folder)
    return folder
