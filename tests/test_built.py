"""Nothing is taken for what was built here that was not: not what a repository brings, not what was changed since."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edition import archives, built, site


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    """A clone with a site of two files, as a build leaves it."""
    (tmp_path / "_build/html/book").mkdir(parents=True)
    (tmp_path / "_build/html/index.html").write_text("entrance")
    (tmp_path / "_build/html/book/page.html").write_text("page")
    built.note(tmp_path, "digest")
    assert built.noted(tmp_path)["inputs"] == "digest"
    return tmp_path


def test_a_site_is_known_again_when_it_was_moved_as_a_whole(noted: Path) -> None:
    (noted / "_build/html").rename(noted / "_build/aside")
    (noted / "_build/aside").rename(noted / "_build/html")
    assert built.noted(noted)["inputs"] == "digest"


def rewrite(page: Path) -> None:
    """The same letters, with the times of the file as they were: only the system's own time of change tells."""
    told = page.stat()
    page.write_text(page.read_text())
    os.utime(page, ns=(told.st_atime_ns, told.st_mtime_ns))


HARM = {
    "damaged": lambda page: page.write_text("pa"),
    "removed": lambda page: page.unlink(),
    "written again": rewrite,
    "another beside it": lambda page: (page.parent / "more.html").write_text("more"),
    "a copy in its place": lambda page: shutil.copy2(page, page.parent / "x").replace(page),
}


@pytest.mark.parametrize("name", HARM)
def test_a_site_that_was_touched_is_not(noted: Path, name: str) -> None:
    HARM[name](noted / "_build/html/book/page.html")
    assert built.noted(noted) == {}


def test_a_site_that_was_copied_with_its_note_is_not(noted: Path, tmp_path: Path) -> None:
    shutil.copytree(noted / "_build", tmp_path / "clone/_build")
    assert built.noted(tmp_path / "clone") == {}


@pytest.mark.parametrize("content", [b"", b"[", b"[]", b"{}", b"digest", b'{"site": 1}'])
def test_a_note_of_another_form_says_nothing(noted: Path, content: bytes) -> None:
    (noted / built.STAMP).write_bytes(content)
    assert built.noted(noted) == {}


# What a repository brings


@pytest.fixture
def repository(small: Path) -> Path:
    """A repository that ignores what is built."""
    (small / ".gitignore").write_text("_build/\ndist/\n")
    subprocess.run(["git", "init", "-q"], cwd=small, check=True)
    return small


def add(clone: Path, name: str) -> None:
    (clone / name).parent.mkdir(parents=True, exist_ok=True)
    (clone / name).write_text("planted")
    subprocess.run(["git", "add", "-f", name], cwd=clone, check=True)


@pytest.mark.parametrize("name", ["_build/html/index.html", "_build/releases/x-site.tar.gz", "dist/a"])
def test_what_is_made_must_not_be_tracked(repository: Path, name: str) -> None:
    assert built.refusal(repository) == ""
    add(repository, name)
    add(repository, f"{name}.more")
    with pytest.raises(site.SiteError) as refused:
        site.build(repository)
    assert str(refused.value).startswith(f"The repository tracks {name} and 1 more: ")
    assert f"git rm -r --cached {name.split('/')[0]}" in str(refused.value)


def test_a_persons_own_list_of_ignored_files_refuses_nothing(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "ignored").write_text("*.csv\n")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.excludesFile")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(repository / "ignored"))
    subprocess.run(["git", "add", "-f", "data"], cwd=repository, check=True)
    assert built.refusal(repository) == ""


def test_a_folder_without_a_repository_tracks_nothing(small: Path) -> None:
    assert built.refusal(small) == ""


def test_this_repository_tracks_nothing_that_is_made(root: Path) -> None:
    assert built.tracked(root) == []


# Under one roof


@pytest.mark.parametrize("version", ["../9.9.9", "latest", "", "1.0.0/.."])
def test_a_release_is_put_under_a_version_alone(root: Path, tmp_path: Path, version: str) -> None:
    told = json.dumps({"this": version, "versions": []}).encode()
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x-site.tar.gz").write_bytes(archives.tarred({"a/versions.json": told, "a/index.html": b""}, 0))
    command = [sys.executable, "tools/roof.py", str(tmp_path / "in"), str(tmp_path / "roof")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("x-site.tar.gz calls itself version ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "roof"]
