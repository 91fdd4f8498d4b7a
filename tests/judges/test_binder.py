"""What Binder builds, built here: the same files, in a clean environment, and a chapter run in it in a browser.

The image that repo2docker makes has the Python that environment.yml names, the packages of the lock, and what postBuild
adds; so has this environment. Nothing is fetched once it stands.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml
from browsing import laboratory, started
from judging import ROOT
from playwright.sync_api import Page

from edition.figures import LAB

OFFLINE = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
OFFLINE |= {"no_proxy": "127.0.0.1,localhost", "NO_PROXY": "127.0.0.1,localhost", "PIP_NO_INDEX": "1"}


def python() -> str:
    """The Python that environment.yml asks for: on the path, or where pyenv keeps it."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    version = next(item for item in environment["dependencies"] if str(item).startswith("python=")).split("=")[1]
    kept = sorted((Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python"))
    for path in (shutil.which(f"python{version}"), *kept):
        if path and subprocess.run([path, "-c", "import venv, ensurepip"], capture_output=True).returncode == 0:
            return str(path)
    pytest.skip(f"environment.yml asks for Python {version}, which this machine has not")


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


@pytest.fixture(scope="module")
def environment(repository: Path) -> dict[str, str]:
    """The variables of a process in the environment, which is made first: the lock, then postBuild without network."""
    folder = repository.parent / "environment"
    subprocess.run([python(), "-m", "venv", folder], check=True)
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
    subprocess.run([folder / "bin/python", *install, "-r", repository / "requirements.lock"], check=True)
    home = repository.parent / "home"
    home.mkdir()
    inside = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", **OFFLINE}
    subprocess.run([repository / "postBuild"], cwd=repository, env=inside, check=True, capture_output=True)
    return inside


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_site_is_built_there(repository: Path, environment: dict[str, str], built: Path) -> None:
    """Another Python and another folder: the bytes are the same."""
    done = subprocess.run(["edition", "build"], cwd=repository, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    ours, theirs = digests(built), digests(repository / "_build/html")
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


@pytest.fixture
def chapter(repository: Path) -> Iterator[Path]:
    """The chapter with most kinds of output, without its outputs; put back at the end."""
    path = max((repository / "book").glob("*.ipynb"), key=lambda file: len(exhibits(file)))
    before = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, path)
    yield path
    path.write_bytes(before)


def exhibits(path: Path) -> dict[str, nbformat.NotebookNode]:
    """The outputs of a notebook that are a figure or a table of the edition, by name."""
    found = {}
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            about = output.get("metadata", {}).get("edition", {})
            if about.get("kind") in ("figure", "table"):
                found[about["id"]] = output
    return found


@pytest.fixture
def lab(repository: Path, environment: dict[str, str]) -> Iterator[str]:
    """The address of the JupyterLab that Binder would show, with what Binder starts it with."""
    with laboratory(["jupyter", "lab"], repository, repository.parent, environment) as address:
        yield address


@pytest.fixture
def page() -> Iterator[Page]:
    with started() as browser:
        yield browser.new_page(viewport={"width": 1280, "height": 1000})


def test_a_chapter_runs_from_the_top_with_the_same_exhibits(lab: str, chapter: Path, page: Page) -> None:
    foreign: list[str] = []

    def stop(route: object) -> None:
        foreign.append(route.request.url)  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    page.route(lambda url: url.startswith("http") and not url.startswith(lab), stop)
    page.goto(f"{lab}lab/tree/book/{chapter.name}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=90_000)
    page.get_by_text("| Idle").wait_for(timeout=90_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).first.click()

    wanted = exhibits(ROOT / "book" / chapter.name)
    deadline = time.monotonic() + 240
    while exhibits(chapter).keys() != wanted.keys() and time.monotonic() < deadline:
        page.wait_for_timeout(2000)
        page.keyboard.press("Control+s")
    found = exhibits(chapter)
    assert found.keys() == wanted.keys()
    kinds = {output.metadata["edition"]["kind"] for output in wanted.values()}
    assert kinds == {"figure", "table"}
    for name, output in wanted.items():
        if output.metadata["edition"]["kind"] == "table":
            assert found[name].metadata["edition"]["csv"] == output.metadata["edition"]["csv"], name
        else:
            assert LAB in found[name].data, f"{name} is no chart that Lab draws"

    drawn = page.locator(".jp-OutputArea-output .vega-embed canvas, .jp-OutputArea-output .vega-embed svg").first
    for _ in range(60):
        if drawn.count() and drawn.is_visible():
            break
        page.mouse.move(700, 600)
        page.mouse.wheel(0, -400)
        page.wait_for_timeout(250)
    box = drawn.bounding_box()
    assert box is not None
    assert box["width"] > 100
    assert box["height"] > 50
    assert foreign == []
