"""The versions of the site that stand beside each other on the web, for the switcher of every page.

A site holds ``versions.json`` in its first folder: the build writes it with the version it is, and ``share`` tells the
sites under one roof (``0.1.0/``, ``0.2.0/``, ``latest/``) of each other when a new one is published.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from .citing import Edition

FILE = "versions.json"
AFTER = "after "


class VersionsError(Exception):
    """A folder holds no published versions; the message says what was looked for."""


def write(site: Path, edition: Edition) -> None:
    """Write the list of a site that knows of no other."""
    _write(site, name(edition), [{"version": name(edition), "date": edition.issued, "path": "./"}])


def name(edition: Edition) -> str:
    """Return the name under which a site is listed; what is no release stands after one."""
    return f"{AFTER}{edition.version}" if edition.data else edition.version


def share(roof: Path) -> list[str]:
    """Write into each site under ``roof`` the list of all of them, and return their versions, the newest first.

    Sites stand in folders named after their version; any other folder, such as ``latest``, is a copy of one of them and
    gets the list as well. Raises ``VersionsError`` when there is none.
    """
    sites = {file.parent: json.loads(file.read_text(encoding="utf-8")) for file in sorted(roof.glob(f"*/{FILE}"))}
    own = {told["this"]: _entry(told) for folder, told in sites.items() if folder.name == told["this"]}
    if not own:
        raise VersionsError(f"{roof} holds no folder named after the version of the site in it, as {FILE} tells it.")
    newest_first = sorted(own, key=order, reverse=True)
    listed = [{**own[version], "path": f"../{version}/"} for version in newest_first]
    for folder, told in sites.items():
        _write(folder, told["this"], listed)
    return newest_first


def order(version: str) -> tuple[int, ...]:
    """Return what versions are sorted by: ``0.10.0`` comes after ``0.9.0``, and ``after 0.9.0`` between the two."""
    return (*(int(number) for number in re.findall(r"\d+", version)), *([1] if version.startswith(AFTER) else []))


def _entry(told: dict[str, Any]) -> dict[str, str]:
    return next(entry for entry in told["versions"] if entry["version"] == told["this"])


def _write(site: Path, version: str, listed: list[dict[str, str]]) -> None:
    text = json.dumps({"this": version, "versions": listed}, indent=2) + "\n"
    (site / FILE).write_text(text, encoding="utf-8", newline="\n")
