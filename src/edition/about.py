"""What CITATION.cff says of the edition: its title, version, date, licences and, once it has them, address and DOI."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from .text import date

LICENCES = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "MIT": "https://opensource.org/license/mit",
}


@dataclass(frozen=True)
class About:
    """The edition as it is cited; ``address`` and ``doi`` are empty as long as CITATION.cff has none."""

    title: str
    version: str
    released: str
    authors: tuple[str, ...]
    licences: tuple[str, ...]
    abstract: str
    keywords: tuple[str, ...]
    address: str
    doi: str

    @property
    def time(self) -> int:
        """The day of release as seconds since 1970, UTC."""
        return int(datetime.fromisoformat(self.released).replace(tzinfo=UTC).timestamp())

    @property
    def reference(self) -> str:
        """The edition as a footnote names it; without a DOI or an address it has none."""
        place = f"https://doi.org/{self.doi}" if self.doi else self.address
        told = f"{', '.join(self.authors)}, {self.title}, version {self.version} ({date(self.released)})"
        return f"{told}, {place}." if place else f"{told}."


def read(clone: Path) -> About:
    """Return what the CITATION.cff of ``clone`` says."""
    told = yaml.safe_load((clone / "CITATION.cff").read_text(encoding="utf-8"))
    return About(
        title=told["title"],
        version=str(told["version"]),
        released=str(told["date-released"]),
        authors=tuple(_name(author) for author in told["authors"]),
        licences=tuple(_list(told["license"])),
        abstract=" ".join(told["abstract"].split()),
        keywords=tuple(told["keywords"]),
        address=told.get("repository-code", "") or told.get("url", ""),
        doi=str(told.get("doi", "")),
    )


def _name(author: dict[str, str]) -> str:
    return author.get("name") or f"{author['given-names']} {author['family-names']}"


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
