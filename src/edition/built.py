"""What this machine built: proof that files below ``_build`` are those that a build here left, untouched since.

A digest of content proves nothing where the digest lies beside the content: both may come with a repository or an
archive. The inode of a file and the time of its last change are set by the file system and by nobody else, so that a
list of them fits only the files for which it was made, on the machine on which they were written.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

SITE, STAMP = "_build/html", "_build/inputs"


def fingerprint(root: Path, files: Iterable[Path]) -> str:
    """Return one digest of ``files`` below ``root``: their paths, sizes, inodes and times of change.

    Raises ``OSError`` for a file that cannot be asked about.
    """
    total = hashlib.sha256()
    for file in sorted(files):
        told = file.lstat()
        name = file.relative_to(root).as_posix()
        total.update(f"{name}\0{told.st_mode}\0{told.st_size}\0{told.st_ino}\0{told.st_ctime_ns}\n".encode())
    return total.hexdigest()


def of_folder(folder: Path) -> str:
    """Return the fingerprint of all files in ``folder``."""
    return fingerprint(folder, (path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()))


def note(clone: Path, inputs: str) -> None:
    """Keep that the site of ``clone`` was made here, from the files whose digest is ``inputs``."""
    told = {"inputs": inputs, "site": of_folder(clone / SITE)}
    (clone / STAMP).write_text(json.dumps(told), encoding="utf-8")


def noted(clone: Path) -> dict[str, str]:
    """Return what the last build noted if its site stands as it was left, to the last file; else nothing."""
    try:
        told = json.loads((clone / STAMP).read_bytes())
        return told if told["site"] == of_folder(clone / SITE) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def forget(clone: Path) -> None:
    """Drop what was noted, before the site is touched."""
    (clone / STAMP).unlink(missing_ok=True)


def tracked(clone: Path) -> list[str]:
    """Return the files that the repository tracks although its ``.gitignore`` says that machines make them.

    A person's own list of ignored files is not asked. Empty where there is no repository or no git.
    """
    if not (clone / ".git").exists():
        return []
    command = ["git", "ls-files", "--cached", "--ignored", "--exclude-per-directory=.gitignore", "-z"]
    try:
        listed = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    return [name for name in listed.split("\0") if name]


def refusal(clone: Path) -> str:
    """Say in one line what is tracked that must not be, and how to mend it; empty when nothing is."""
    names = tracked(clone)
    if not names:
        return ""
    others = f" and {len(names) - 1} more" if names[1:] else ""
    return (
        f"The repository tracks {names[0]}{others}: what a build makes is never committed, since it would be taken for "
        f"the build's own. Run git rm -r --cached {names[0].partition('/')[0]}, commit, and delete it."
    )
