"""What the workers of one run share: things that are dear to make are made once, and stay as they were made."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable
from pathlib import Path


def once(mark: Path, make: Callable[[], object]) -> None:
    """Call ``make`` in the worker that comes first; the others wait until it is done. ``mark`` is a file of all.

    When ``make`` fails, the next worker tries again.
    """
    with open(mark, "a", encoding="utf-8") as done:
        fcntl.flock(done, fcntl.LOCK_EX)
        if not mark.stat().st_size:
            make()
            done.write("done")  # reaches the file before the lock is given back: both come with its closing


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file under ``folder`` by its path from there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
