"""What Binder builds, built here: the same files, in a clean environment, and every chapter read and run in a browser.

The image that repo2docker makes has the Python, the packages and what postBuild adds, all from `binder/`; so has this
environment. Nothing is fetched once it stands.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import laboratory, started
from judging import ROOT
from labreading import RAW, Reading, figures, on_page, read
from playwright.sync_api import Browser

CHAPTERS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "book").rglob("*.ipynb"))
AT_ONCE = 2  # chapters that are open together

OFFLINE = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
OFFLINE |= {"no_proxy": "127.0.0.1,localhost", "NO_PROXY": "127.0.0.1,localhost", "PIP_NO_INDEX": "1"}


def python() -> str:
    """The Python that Binder is asked for: on the path, or where pyenv keeps it."""
    version = (ROOT / "binder/runtime.txt").read_text("utf-8").strip().removeprefix("python-")
    kept = sorted((Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python"))
    for path in (shutil.which(f"python{version}"), *kept):
        if path and subprocess.run([path, "-c", "import venv, ensurepip"], capture_output=True).returncode == 0:
            return str(path)
    pytest.skip(f"binder/runtime.txt asks for Python {version}, which this machine has not")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that are committed, or will be, as Binder would copy them."""
    folder = tmp_path_factory.mktemp("binder") / "repository"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def made(repository: Path, lock: str) -> dict[str, str]:
    """The variables of a process in a new environment of the packages of ``lock``, as they are after postBuild."""
    folder = repository.parent / f"environment of {Path(lock).name}".replace(" ", "-")
    subprocess.run([python(), "-m", "venv", folder], check=True)
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
    subprocess.run([folder / "bin/python", *install, "-r", repository / lock], check=True)
    home = repository.parent / "home"
    home.mkdir(exist_ok=True)
    inside = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", **OFFLINE}
    subprocess.run([repository / "binder/postBuild"], cwd=repository, env=inside, check=True, capture_output=True)
    return inside


@pytest.fixture(scope="module")
def environment(repository: Path) -> dict[str, str]:
    """What Binder installs: Lab and what the chapters need."""
    return made(repository, "binder/requirements.txt")


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_site_is_built_there(repository: Path, built: Path) -> None:
    """Another Python and another folder: the bytes are the same."""
    environment = made(repository, "requirements.lock")
    done = subprocess.run(["edition", "build"], cwd=repository, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    ours, theirs = digests(built), digests(repository / "_build/html")
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def before(repository: Path) -> dict[str, str]:
    return digests(repository / "book")


@pytest.fixture(scope="module")
def readings(
    repository: Path, environment: dict[str, str], browser: Browser, before: dict[str, str]
) -> dict[str, Reading]:
    """Every chapter in the JupyterLab that Binder would show, with what Binder starts it with."""
    assert before
    found: dict[str, Reading] = {}
    with laboratory(["jupyter", "lab"], repository, repository.parent, environment) as address:
        for start in range(0, len(CHAPTERS), AT_ONCE):
            together = CHAPTERS[start : start + AT_ONCE]
            found |= dict(zip(together, read(browser, address, *together), strict=True))
    return found


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_is_that_of_the_page_before_it_runs_and_after(
    chapter: str, readings: dict[str, Reading], browser: Browser, built: Path
) -> None:
    reading, page = readings[chapter], on_page(browser, (built / chapter.replace(".ipynb", ".html")).read_text("utf-8"))
    assert reading.texts == page
    assert reading.after == page
    assert [text for text in (*reading.texts, *reading.after) if RAW.search(text)] == []
    assert [drawing for drawing in reading.drawings if not (drawing["width"] and drawing["alt"])] == []
    assert len(reading.drawings) == reading.charts == figures(ROOT / chapter)
    assert reading.verdict.startswith("Same as published: ")
    assert not reading.dirty
    assert reading.errors == []
    assert reading.foreign == []


def test_no_chapter_was_changed(repository: Path, readings: dict[str, Reading], before: dict[str, str]) -> None:
    assert readings.keys() == set(CHAPTERS)
    after = {name: digest for name, digest in digests(repository / "book").items() if ".ipynb_checkpoints" not in name}
    assert after == before
