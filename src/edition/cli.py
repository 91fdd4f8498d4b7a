"""The commands of ``edition``: words for people around the modules that do the work."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from . import startup


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 when all is well, 1 with the reason on standard error."""
    if arguments is None:
        startup.leave_settings_behind()
    parser = argparse.ArgumentParser(prog="edition", description="The research edition: check, execute and build it.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, function, text in (
        ("check", _check, "validate the data package and the book's own files"),
        ("run", _run, "execute the notebooks whose inputs changed, in place"),
        ("build", _build, "check, execute what is stale, and build the site"),
        ("lab", _lab, "get the chapters ready for JupyterLab"),
        ("prepare", _prepare, "note that this tree is the content of its version, before its tag is set"),
        ("release", _release, "make the release of the tag on this commit, in dist/"),
    ):
        commands.add_parser(name, help=text, description=text).set_defaults(function=function)
    text = "list what changed between two editions: folders, zip archives, tags or commits"
    differ = commands.add_parser("diff", help=text, description=text)
    differ.add_argument("old", metavar="OLD")
    differ.add_argument("new", metavar="NEW")
    differ.add_argument("--json", dest="as_json", action="store_true", help="print it for machines")
    differ.set_defaults(function=_diff)
    text = "execute chapters without touching them, and tell whether they give what is published"
    comparer = commands.add_parser("compare", help=text, description=text)
    comparer.add_argument("chapters", metavar="CHAPTER", nargs="*", help="such as introduction (default: all)")
    comparer.set_defaults(function=_compare)
    text = "tell the sites under a folder, each in a folder named after its version, of each other"
    sharer = commands.add_parser("versions", help=text, description=text)
    sharer.add_argument("folder", metavar="FOLDER", type=Path)
    sharer.set_defaults(function=_versions)
    text = "write copies of the chapters that any notebook viewer shows, each role as plain text"
    writer = commands.add_parser("plain", help=text, description=text)
    writer.add_argument("folder", metavar="FOLDER", type=Path)
    writer.set_defaults(function=_plain)
    startup.leave_out()
    options = vars(parser.parse_args(arguments))
    function = options.pop("function")

    try:
        return function(**options)
    except Exception as error:
        # Imported only now: pandas alone takes a second, and most commands end well.
        from .citing import CitationError
        from .data import DataError
        from .diff import DiffError
        from .notebooks import NotebookError
        from .site import SiteError
        from .versions import VersionsError

        if not isinstance(error, CitationError | DataError | DiffError | NotebookError | SiteError | VersionsError):
            raise
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted: the last good site and the notebooks are whole.", file=sys.stderr, flush=True)
        os._exit(130)  # at once, whoever still waits for a kernel that has gone


def _check() -> int:
    from . import data, datafiles, manuscript
    from .problems import report

    root = data.folder()
    problems = data.check(root)
    if (root.parent / manuscript.CONTENTS).is_file():
        problems = [*manuscript.check(root.parent), *problems]
    if problems:
        print("\n".join(report(problems)), file=sys.stderr)
        return 1
    if told := datafiles.notice(root):
        print(told, file=sys.stderr)
    rows = sum(len(data.rows(name, root)) for name in data.resources(root))
    print(f"The data hold: {len(data.resources(root))} tables, {rows:,} rows, no problem.")
    return 0


def _run() -> int:
    from . import notebooks, site

    clone = notebooks.root()
    with site.alone(clone):
        site.refresh(clone)
    return 0


def _build() -> int:
    from . import notebooks, site

    clone = notebooks.root()
    html = site.build(clone).relative_to(clone)
    print(f"The site stands in {html}/: open {html}/index.html, or run make serve.")
    return 0


def _lab() -> int:
    from . import lab, notebooks

    print(f"{lab.prepare(notebooks.root())} chapters are ready for JupyterLab.")
    return 0


def _plain(folder: Path) -> int:
    from . import notebooks, plain

    print(f"{plain.write(notebooks.root(), folder)} chapters as plain text in {folder}.")
    return 0


def _release() -> int:
    from . import notebooks

    # Only who makes a release has the packages for it: make release sets them up.
    from .release import ReleaseError, release

    clone = notebooks.root()
    try:
        folder = release(clone)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Released: {folder.relative_to(clone)}/ with {sum(1 for _ in folder.iterdir())} files.")
    return 0


def _prepare() -> int:
    from . import notebooks
    from .release import ReleaseError, prepare
    from .releases import FILE

    try:
        version = prepare(notebooks.root())
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{FILE} names this tree as version {version}: commit it, and nothing after it before git tag v{version}.")
    return 0


def _diff(old: str, new: str, as_json: bool) -> int:
    import json

    from . import diff, notebooks

    clone = notebooks.root()
    found = diff.compare(diff.snapshot(old, clone), diff.snapshot(new, clone))
    print(json.dumps(found, ensure_ascii=False, indent=1) if as_json else diff.text(found).rstrip())
    return 0


def _compare(chapters: list[str]) -> int:
    from . import notebooks

    clone = notebooks.root()
    differing = 0
    for path, differences in notebooks.compare(notebooks.called(chapters, clone), clone):
        verdict = f"{len(differences)} difference(s)" if differences else "same as published"
        print(f"{path.relative_to(clone)}: {verdict}")
        for difference in differences:
            print(f"  {difference.told('published', 'yours')}")
        differing += bool(differences)
    return int(differing > 0)


def _versions(folder: Path) -> int:
    from . import versions

    print(f"Each site in {folder} now knows of {', '.join(versions.share(folder))}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
