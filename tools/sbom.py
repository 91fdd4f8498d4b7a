"""Write what a release is made of, as CycloneDX: .venv-tools/bin/python tools/sbom.py LOCK OUT

One component a package of the lock, with its version, its address in the language of package URLs, the condition under
which it is installed and the hashes that installers check. Nothing is looked up, and one lock gives the same bytes
each time: the serial number is made from the lock, the time is the release date of CITATION.cff.
"""

from __future__ import annotations

import re
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType, Property  # type: ignore[import-not-found]
from cyclonedx.model.bom import Bom  # type: ignore[import-not-found]
from cyclonedx.model.component import Component, ComponentType  # type: ignore[import-not-found]
from cyclonedx.output.json import JsonV1Dot6  # type: ignore[import-not-found]
from packageurl import PackageURL  # type: ignore[import-not-found]

ROOT = Path(__file__).resolve().parent.parent
ENTRY = re.compile(
    r"(?m)^([a-z0-9.-]+)==([^ ;\\]+)(?: ; ([^\\\n]+?))? \\\n((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)"
)


def components(lock: str) -> Iterator[Component]:
    """The packages of a lock, in its order."""
    for name, version, marker, hashes in ENTRY.findall(lock):
        address = PackageURL("pypi", name=name, version=version)
        found = re.findall(r"sha256:([0-9a-f]{64})", hashes)
        yield Component(
            name=name,
            version=version,
            type=ComponentType.LIBRARY,
            bom_ref=address.to_string(),
            purl=address,
            # A package has a hash for each of its files; the field holds the hash of one, so all go to properties.
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=found[0])] if len(found) == 1 else [],
            properties=[
                *(Property(name="edition:marker", value=marker) for _ in [marker] if marker),
                *(Property(name="edition:sha256", value=value) for value in found if len(found) > 1),
            ],
        )


def citation(field: str) -> str:
    """A field of CITATION.cff that stands on one line."""
    found = re.search(rf"(?m)^{field}: ['\"]?([^'\"\n]+)", (ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit(f"CITATION.cff has no {field}.")
    return found[1].strip()


def bill(lock: Path) -> str:
    """Return the bill of materials of ``lock`` as JSON."""
    text = lock.read_text(encoding="utf-8")
    book = Component(name="edition", version=citation("version"), type=ComponentType.APPLICATION, bom_ref="edition")
    made = Bom(components=components(text), serial_number=uuid.uuid5(uuid.NAMESPACE_URL, text))
    made.metadata.component = book
    made.metadata.timestamp = datetime.fromisoformat(citation("date-released")).replace(tzinfo=UTC)
    made.register_dependency(book, made.components)
    return JsonV1Dot6(made).output_as_string(indent=2) + "\n"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or not Path(arguments[0]).is_file():
        print("Usage: sbom.py LOCK OUT", file=sys.stderr)
        return 2
    Path(arguments[1]).write_text(bill(Path(arguments[0])), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
