"""Names that data and chapters give to files, held to the folder for which they are meant, and to one owner each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

# Letters, digits and what stands between them: no blank, no colon, no backslash, nothing that begins with a point.
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
# Names that one system or another keeps for its devices, with any ending.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def fault(name: str) -> str:
    """Say why ``name`` cannot be a path in the site; empty when it can.

    A path is relative, of plain parts joined by ``/``, and never leads out of its folder.
    """
    parts = name.split("/")
    if not name or not all(_PART.fullmatch(part) for part in parts):
        return "a name in the site is made of letters, digits, points, hyphens and /, and stays in its folder"
    if device := next((part for part in parts if _DEVICE.fullmatch(part)), ""):
        return f"some systems cannot keep a file called {device}"
    return ""


def within(folder: Path, name: str) -> Path:
    """Return the path of ``name`` in ``folder``. Raises ``ValueError``, with the reason, for one that is not in it."""
    if reason := fault(name):
        raise ValueError(f"{name!r}: {reason}")
    if not (folder / name).resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{name!r}: a link leads out of the folder")
    return folder / name


@dataclass
class Owners:
    """Who writes which file: a second one for the same place is told. Letters of either case are one place."""

    _known: dict[str, str] = field(default_factory=dict)

    def clash(self, name: str, owner: str) -> str:
        """Take ``name`` for ``owner``; return who has it already, or nothing."""
        holder = self._known.setdefault(name.casefold(), owner)
        return "" if holder == owner else holder
