"""Which files of ``data/`` are published: those that the descriptor names, the descriptor and its README, nothing else.

Programs leave files beside the tables (locks with a person's name, copies, notes, settings): they stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .data import SCHEMA, resources
from .problems import Problem

ALWAYS = (SCHEMA, "README.md")


def published(root: Path) -> list[Path]:
    """Return the files of the data package in ``root`` that are there, in the order of their names."""
    names = {*ALWAYS, *(resource["path"] for resource in resources(root).values())}
    return [root / name for name in sorted(names) if (root / name).is_file()]


def others(root: Path) -> list[str]:
    """Return the other files below ``root``, by their paths in it."""
    known = set(published(root))
    return sorted(file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file() and file not in known)


def undescribed(root: Path) -> Iterator[Problem]:
    """Yield a problem for each CSV file that the descriptor does not name: its rows would be lost without a word."""
    for name in others(root):
        if name.endswith(".csv"):
            remedy = f"Describe the table in data/{SCHEMA}, or move the file out of data/."
            yield Problem(f"data/{name}", 0, "", "", f"data/{SCHEMA} does not name it, so it is not published.", remedy)


def notice(root: Path) -> str:
    """Say in one line which other files are there and not published; empty when there are none."""
    left = [name for name in others(root) if not name.endswith(".csv")]
    more = f" and {len(left) - 3} more" if left[3:] else ""
    return f"Not published, since data/{SCHEMA} does not name it: {', '.join(left[:3])}{more}." if left else ""
