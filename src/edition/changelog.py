"""CHANGELOG.md as its readers and the page of changes take it: versions, the newest first, each with its sections."""

from __future__ import annotations

import re
from dataclasses import dataclass

SECTIONS = ("Data", "Findings", "Software")
UNRELEASED = "Unreleased"


@dataclass(frozen=True)
class Version:
    """One version: its number or ``Unreleased``, its ISO date (empty for the latter), and Markdown by section."""

    number: str
    date: str
    sections: dict[str, str]


class ChangelogError(ValueError):
    """CHANGELOG.md is not in its form; the message says where."""


def read(text: str) -> list[Version]:
    """Return the versions of a changelog; raises ``ChangelogError`` for a section that is none of ``SECTIONS``."""
    parts = re.split(r"^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?\s*$", text, flags=re.MULTILINE)[1:]
    return [Version(parts[at], parts[at + 1] or "", _sections(*parts[at : at + 3])) for at in range(0, len(parts), 3)]


def _sections(number: str, _date: str | None, text: str) -> dict[str, str]:
    before, *parts = re.split(r"^### (.+?)\s*$", text, flags=re.MULTILINE)
    sections = dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))
    wrong = [name for name in sections if name not in SECTIONS]
    if wrong or before.strip():
        raise ChangelogError(f"CHANGELOG.md, {number}: every change stands under one of {', '.join(SECTIONS)}.")
    return {name: sections[name] for name in SECTIONS if sections.get(name)}
