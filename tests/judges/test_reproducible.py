"""Two whole releases of one commit, from two clones in two folders: the same to the byte. Some minutes."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from edition import release, site


def released(root: Path, clone: Path) -> dict[str, str]:
    """Clone the commit, build its pages and make its release; return the hash of every file."""
    subprocess.run(["git", "clone", "--quiet", "--no-local", str(root), str(clone)], check=True)
    files = release.bundle(clone, site.publish(clone))
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def test_two_releases_of_one_commit_are_byte_identical(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (root / ".git").exists():
        pytest.skip("no clone: a release needs one")
    first = released(root, tmp_path / "one")
    monkeypatch.setenv("TZ", "America/Lima")
    monkeypatch.setenv("HOME", str(tmp_path))
    second = released(root, tmp_path / "un autre dossier é")
    assert first == second
