"""What the outputs of each chapter rest on, and the outputs themselves, as digests in ``book/inputs.json``.

One line for each part, sorted, so that a review shows which part of which chapter changed. The file is made by
executing and is never edited: if a merge fails in it, either side will do, for whatever it lacks is executed again.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import files, reach

FILE = "book/inputs.json"
# One line each that tells why a digest differs.
REASONS = {
    "code": "its code changed",
    "lock": "requirements.lock has other versions of packages",
    "outputs": "its stored outputs are not those of its last execution",
    "package": "what it uses of src changed",
}
TABLE = "table "  # before the name of each table that a chapter loads
_PIN = re.compile(r"^[\w.\[\]-]+==[^\\\n]*", re.MULTILINE)
_writing = threading.Lock()

Digests = dict[str, str]
Cell = tuple[str, ast.Module]  # the source of a code cell, and the same parsed


def digests(cells: Sequence[Cell], tables: Iterable[Mapping[str, Any]], clone: Path) -> Digests:
    """Return the digest of each part that a chapter is computed from; ``tables`` describe those that it loads."""
    reached = reach.reached([tree for _, tree in cells], clone / "src")
    pins = _PIN.findall((clone / "requirements.lock").read_text(encoding="utf-8"))
    return {
        "code": digest(source.encode() for source, _ in cells),
        "lock": digest(pin.strip().encode() for pin in pins),
        "package": digest(json.dumps(part).encode() for part in reached.items()),
        **{f"{TABLE}{table['name']}": _table_digest(clone / "data", table) for table in tables},
    }


def of_outputs(cells: Iterable[Mapping[str, Any]]) -> str:
    """Return one digest of all that code cells store: the number of each, the data and the metadata of its outputs."""
    return digest(json.dumps([cell["execution_count"], cell["outputs"]], sort_keys=True).encode() for cell in cells)


def _table_digest(data: Path, resource: Mapping[str, Any]) -> str:
    """Digest the rows and the types: titles and descriptions of fields do not change what is computed."""
    types = [(field["name"], field["type"]) for field in resource["schema"]["fields"]]
    return digest([json.dumps(types).encode(), (data / resource["path"]).read_bytes()])


def digest(parts: Iterable[bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()[:16]


def reasons(recorded: Digests, current: Digests) -> list[str]:
    """Return in words in which parts two sets of digests differ."""
    changed = sorted(part for part in recorded.keys() | current.keys() if recorded.get(part) != current.get(part))
    return [REASONS.get(part) or f"{part} changed" for part in changed]


def recorded(clone: Path) -> dict[str, Digests]:
    """Return the record by the path of each chapter below ``book``; nothing where it is missing or damaged."""
    try:
        found = json.loads((clone / FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return {name: parts for name, parts in found.items() if isinstance(parts, dict)} if isinstance(found, dict) else {}


def record(path: Path, parts: Digests, clone: Path) -> None:
    """Note in one step what the outputs of the chapter in ``path`` rest on, and forget chapters that are gone."""
    book = clone / Path(FILE).parent
    with _writing:
        known = {**recorded(clone), path.relative_to(book).as_posix(): parts}
        kept = {name: known[name] for name in sorted(known) if (book / name).is_file()}
        files.replace(clone / FILE, (json.dumps(kept, indent=1, sort_keys=True) + "\n").encode())
