"""The environments agree: pyproject.toml, the locks, Binder's files and what is installed here."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-tools.lock")
TOOLS = ROOT / ".venv-tools" / ("Scripts" if sys.platform == "win32" else "bin")
ENTRY = re.compile(
    r"(?m)^(?P<requirement>[a-z0-9.-]+==[^\\\n]+?) \\\n(?P<hashes>(?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)"
)


def locked(name: str) -> dict[str, Requirement]:
    """The entries of a lock by package."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = [Requirement(match["requirement"]) for match in ENTRY.finditer(text)]
    assert len({entry.name for entry in found}) == len(found), f"{name}: one version of a package for all Pythons"
    return {str(canonicalize_name(entry.name)): entry for entry in found}


def pinned(entry: Requirement) -> str:
    return str(entry.specifier).removeprefix("==")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    rest = re.sub(r"(?m)^\s*#.*\n", "", ENTRY.sub("", text))
    assert rest == "", f"{name}: entries without a hash, or options"
    assert "://" not in text
    assert len(locked(name)) > 20


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        ("requirements-dev.lock", PROJECT["dependency-groups"]["dev"]),
        ("requirements-tools.lock", PROJECT["dependency-groups"]["tools"]),
        ("requirements.lock", PROJECT["build-system"]["requires"]),
    ],
)
def test_a_lock_holds_what_pyproject_asks_for(lock: str, requirements: list[str]) -> None:
    entries = locked(lock)
    for requirement in map(Requirement, requirements):
        entry = entries[str(canonicalize_name(requirement.name))]
        assert requirement.specifier.contains(pinned(entry)), f"{lock}: run make lock"
        assert entry.marker is None, f"{entry.name} is asked for on every system"


def imported(path: Path) -> set[str]:
    """The top-level modules that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module))
    return {name.split(".")[0] for name in found}


def test_what_is_imported_is_asked_for_and_not_left_to_another_package() -> None:
    groups = PROJECT["dependency-groups"]
    asked = {
        str(canonicalize_name(Requirement(text).name)) for text in (*PROJECT["project"]["dependencies"], *groups["dev"])
    }
    providers = importlib.metadata.packages_distributions()
    files = [path for folder in ("src", "tests", "tools") for path in (ROOT / folder).rglob("*.py")]
    ours = {path.stem for path in files} | {"edition"} | sys.stdlib_module_names
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in files
        if path.name != "sbom.py"  # runs in .venv-tools
        for name in imported(path) - ours
        if not asked.intersection(canonicalize_name(provider) for provider in providers.get(name, []))
    }
    assert missing == set(), "name the package in pyproject.toml and run make lock"


def test_tests_run_with_the_packages_of_readers() -> None:
    readers, tests = locked("requirements.lock"), locked("requirements-dev.lock")
    shared = readers.keys() & tests.keys()
    assert {name: pinned(readers[name]) for name in shared} == {name: pinned(tests[name]) for name in shared}
    assert "jsonschema" in shared


def test_what_is_installed_is_what_is_locked() -> None:
    if Path(sys.prefix) != ROOT / ".venv":
        pytest.skip("not run with .venv, which make test does")
    for entry in [*locked("requirements.lock").values(), *locked("requirements-dev.lock").values()]:
        if entry.marker is None or entry.marker.evaluate():
            assert importlib.metadata.version(entry.name) == pinned(entry)


def test_the_version_stands_in_the_citation_alone() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert importlib.metadata.version("edition") == citation["version"]
    assert "version" not in PROJECT["project"]
    assert f"[{citation['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_supported_pythons_are_the_same_everywhere() -> None:
    asked = SpecifierSet(PROJECT["project"]["requires-python"])
    supported = [f"3.{minor}" for minor in range(30) if f"3.{minor}" in asked]
    workflow = yaml.safe_load((ROOT / ".github/workflows/pages.yml").read_text(encoding="utf-8"))
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == supported
    low, high = (tuple(map(int, Version(python).release)) for python in (supported[0], supported[-1]))
    check = f"{low} <= sys.version_info[:2] < {(3, high[1] + 1)}"
    for tool in ("setup.sh", "setup.py"):
        assert check in (ROOT / "tools" / tool).read_text(encoding="utf-8")


def test_binder_gives_python_the_lock_and_the_package() -> None:
    """What Lab and the chapters need, each package in the version and with the hashes of the readers' lock."""
    python = (ROOT / "binder/runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert python in SpecifierSet(PROJECT["project"]["requires-python"])
    readers, binder = locked("requirements.lock"), locked("binder/requirements.txt")
    assert {name: pinned(entry) for name, entry in binder.items()} == {name: pinned(readers[name]) for name in binder}
    assert "jupyterlab" in binder
    assert "sphinx" not in binder
    told = (ROOT / "docs/binder.md").read_text(encoding="utf-8")
    assert f"Of the {len(readers)} packages that readers need to build the book, {len(binder)} are needed" in told
    lines = (ROOT / "binder/requirements.txt").read_text(encoding="utf-8").splitlines()
    hashes = set(re.findall(r"--hash=\S+", "\n".join(lines)))
    assert hashes <= set(re.findall(r"--hash=\S+", (ROOT / "requirements.lock").read_text(encoding="utf-8")))
    after = ROOT / "binder/postBuild"
    assert "pip install --no-deps --no-build-isolation --no-index --editable ." in after.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", after], check=True)


def test_conda_gives_a_python_that_is_supported_and_the_lock() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (python,) = (item for item in environment["dependencies"] if str(item).startswith("python="))
    assert python.removeprefix("python=") in SpecifierSet(PROJECT["project"]["requires-python"])
    assert environment["dependencies"] == [python, "pip", {"pip": ["-r requirements.lock"]}]


def test_the_package_is_installed_without_the_network(tmp_path: Path) -> None:
    """The command of postBuild: the lock must hold the build backend and all that it needs."""
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, "--target", tmp_path, "--editable", ROOT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.glob("edition-*.dist-info")]


def test_repo2docker_accepts_the_files_of_binder() -> None:
    tool = TOOLS / "jupyter-repo2docker"
    assert tool.exists(), "make test makes .venv-tools; or: sh tools/setup.sh tools"
    done = subprocess.run([tool, "--no-build", "--debug", "."], cwd=ROOT, capture_output=True, text=True)
    shown = done.stdout + done.stderr
    assert done.returncode == 0, shown
    packages, files = shown.index('-r "binder/requirements.txt"'), shown.index("COPY --chown=0:0 src/ ")
    assert packages < files, "a commit that changes no lock would install every package anew"
    assert "RUN ./binder/postBuild" in shown


def test_the_citation_is_valid() -> None:
    tool = TOOLS / "cffconvert"
    assert tool.exists(), "make test makes .venv-tools; or: sh tools/setup.sh tools"
    done = subprocess.run([tool, "--validate", "--infile", "CITATION.cff"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = subprocess.run(
        [tool, "--format", "apalike", "--infile", "CITATION.cff"], cwd=ROOT, capture_output=True, text=True
    )
    assert shown.stdout.startswith("Contributors to the research edition (2026). Technical assistance")


def test_nothing_waits_for_grammars_that_no_schema_here_asks_for() -> None:
    """A schema that asks for another format is still checked with it."""
    code = (
        "import sys; from edition import startup; startup.leave_out()\n"
        "import altair, frictionless, jsonschema, nbformat\n"
        "assert 'lark' not in sys.modules\n"
        "checker = jsonschema.Draft202012Validator.FORMAT_CHECKER\n"
        "print(checker.conforms('mailto:', 'date'), checker.conforms('2018-03-23', 'date'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False True\n"
