"""Put the sites of all releases under one roof, for the web: python tools/roof.py RELEASES ROOF [SITE]

RELEASES holds the archives `*-site.tar.gz` of the releases, anywhere beneath it. In ROOF each stands in a folder named
after its version, and `latest` is a copy of the newest. SITE, or else the newest, is what the first address shows, so
that addresses without a version keep working.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

from edition import built, notebooks, paths, versions

VERSION = re.compile(r"\d+(?:\.\d+)+")


def unpack(archive: Path, roof: Path) -> None:
    """Put the site in ``archive`` into the folder of ``roof`` that has the name of its version."""
    with tempfile.TemporaryDirectory(dir=roof) as place, tarfile.open(archive) as packed:
        packed.extractall(place, filter="data")
        (site,) = Path(place).iterdir()
        version = json.loads((site / versions.FILE).read_text(encoding="utf-8"))["this"]
        if not VERSION.fullmatch(version) or (roof / version).exists():
            sys.exit(f"{archive.name} calls itself version {version!r}: a number as 1.2.3, and one site each.")
        site.rename(paths.within(roof, version))


def main(releases: Path, roof: Path, site: Path | None) -> None:
    """Make ``roof`` anew."""
    if reason := built.refusal(notebooks.root()):
        sys.exit(reason)
    shutil.rmtree(roof, ignore_errors=True)
    roof.mkdir(parents=True)
    for archive in sorted(releases.rglob("*-site.tar.gz")):
        unpack(archive, roof)
    found = sorted((folder.name for folder in roof.iterdir()), key=versions.order)
    if found:
        shutil.copytree(roof / found[-1], roof / "latest")
        versions.share(roof)
    first = site or (roof / "latest" if found else None)
    if first is None:
        sys.exit(f"{releases} holds no site of a release, and no other site was named.")
    shutil.copytree(first, roof, dirs_exist_ok=True)
    if found:
        _tell_of_all(roof)


def _tell_of_all(roof: Path) -> None:
    """Let the site at the first address know of the versions in the folders beside its pages, itself among them."""
    file = roof / versions.FILE
    own = json.loads(file.read_text(encoding="utf-8"))
    told = json.loads((roof / "latest" / versions.FILE).read_text(encoding="utf-8"))
    listed = [{**entry, "path": entry["path"].removeprefix("../")} for entry in told["versions"]]
    if own["this"] not in {entry["version"] for entry in listed}:
        listed += [{**entry, "path": "./"} for entry in own["versions"] if entry["version"] == own["this"]]
    listed.sort(key=lambda entry: versions.order(entry["version"]), reverse=True)
    file.write_text(json.dumps({"this": own["this"], "versions": listed}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if sys.argv[3:] else None)
