"""Set-up: what is done and when, what is said when it cannot be done, and the verbs of the Makefile."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
Done = subprocess.CompletedProcess[str]


def load_tool(name: str) -> ModuleType:
    """A script of tools/ as a module."""
    spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


setup = load_tool("setup")
browser = load_tool("browser")


def run(command: list[str | Path], cwd: Path, **environment: str) -> Done:
    """Run in a bare environment: no uv, no settings of pip, no make above us."""
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "PIP_CONFIG_FILE": os.devnull, **environment}
    return subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, timeout=300)


def script(path: Path, body: str) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A clone before its first set-up, in a folder whose name has a space and a letter beyond ASCII."""
    clone = tmp_path / "édition one"
    clone.mkdir()
    shutil.copytree(ROOT / "tools", clone / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "pyproject.toml", "CITATION.cff", *setup.LOCKS.values()):
        shutil.copy2(ROOT / name, clone)
    return clone


# What is to be done


@pytest.fixture
def complete(bare: Path) -> dict[str, Any]:
    """The record of an environment in which all is as it should be."""
    record: dict[str, Any] = setup.wanted(bare, ".venv", ["reader", "dev"])
    return record


EVERYTHING = ["venv", "requirements.lock", "requirements-dev.lock", "package"]


def test_nothing_is_done_when_the_record_fits(bare: Path, complete: dict[str, Any]) -> None:
    assert setup.steps(bare, complete, complete) == []
    assert setup.steps(bare, complete, setup.wanted(bare, ".venv", ["reader"])) == []


def test_everything_is_done_without_a_record(bare: Path, complete: dict[str, Any]) -> None:
    assert setup.steps(bare, {}, complete) == EVERYTHING


@pytest.mark.parametrize("change", [{"python": "3.9"}, {"place": "/elsewhere/.venv"}])
def test_another_python_or_place_makes_a_new_environment(
    bare: Path, complete: dict[str, Any], change: dict[str, str]
) -> None:
    assert setup.steps(bare, complete | change, complete) == EVERYTHING


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_changed_lock_or_an_interruption_makes_a_new_environment(
    bare: Path, complete: dict[str, Any], lock: str
) -> None:
    for state in ("the digest of an older lock", setup.UNFINISHED):
        found = complete | {"locks": complete["locks"] | {lock: state}}
        assert setup.steps(bare, found, complete) == EVERYTHING


def test_what_tests_need_is_added_to_what_readers_have(bare: Path, complete: dict[str, Any]) -> None:
    reader = setup.wanted(bare, ".venv", ["reader"])
    assert setup.steps(bare, reader, complete) == ["requirements-dev.lock"]


@pytest.mark.parametrize("name", setup.PACKAGE)
def test_new_metadata_reinstall_the_package_alone(bare: Path, complete: dict[str, Any], name: str) -> None:
    with (bare / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert setup.steps(bare, complete, setup.wanted(bare, ".venv", ["reader", "dev"])) == ["package"]


def test_line_ends_do_not_make_a_lock_stale(tmp_path: Path) -> None:
    (tmp_path / "unix").write_bytes(b"a==1\nb==2\n")
    (tmp_path / "windows").write_bytes(b"a==1\r\nb==2\r\n")
    assert setup.digest([tmp_path / "unix"]) == setup.digest([tmp_path / "windows"])


# Doing it, with one small package in place of the tools


def make_wheel(folder: Path) -> str:
    """Write a wheel of a package called `tiny`; its line for a lock."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    metadata = "tiny-1.0.dist-info"
    files = {
        "tiny.py": "answer = 42\n",
        f"{metadata}/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        f"{metadata}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in files.items():
            wheel.writestr(name, content)
            code = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={code},{len(content)}\n"
        wheel.writestr(f"{metadata}/RECORD", f"{record}{metadata}/RECORD,,\n")
    return f"tiny==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def set_up_tools(clone: Path, **environment: str) -> Done:
    return run([sys.executable, "tools/setup.py", "tools"], clone, **environment)


def one_line(done: Done) -> str:
    """The line that follows the lines of progress; there is one, and no traceback."""
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if not re.match(r"Setting up|    ", line)]
    assert len(said) == 1, done.stderr
    return said[0]


def test_an_environment_is_made_kept_and_repaired(bare: Path) -> None:
    (bare / "requirements-tools.lock").write_text(make_wheel(bare), encoding="utf-8")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": bare.as_uri()}
    python = setup.executable(bare / ".venv-tools", "python")

    def answer() -> str:
        return run([python, "-c", "import tiny; print(tiny.answer)"], bare).stdout.strip()

    first = set_up_tools(bare, **offline)
    assert first.returncode == 0, first.stderr
    assert "1/2" in first.stderr
    assert "2/2: 1 packages of requirements-tools.lock" in first.stderr
    assert answer() == "42"

    record = bare / ".venv-tools" / setup.RECORD
    written = record.stat().st_mtime_ns
    start = time.monotonic()
    second = set_up_tools(bare)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert time.monotonic() - start < 2  # 0.1 s on an idle machine
    assert record.stat().st_mtime_ns == written  # nothing was done

    # Interrupted while it was installing.
    stopped = json.loads(record.read_text()) | {"locks": {"requirements-tools.lock": setup.UNFINISHED}}
    record.write_text(json.dumps(stopped))
    (bare / ".venv-tools" / "half-made").touch()
    assert set_up_tools(bare, **offline).returncode == 0
    assert answer() == "42"
    assert not (bare / ".venv-tools" / "half-made").exists()

    # A record that cannot be read is none.
    record.write_text("{")
    assert "1/2" in set_up_tools(bare, **offline).stderr


def test_settings_of_pip_change_nothing_but_the_way_to_the_index(bare: Path, tmp_path: Path) -> None:
    """`user = true` or a target would put packages elsewhere; the address of a mirror is needed."""
    (bare / "requirements-tools.lock").write_text(make_wheel(bare), encoding="utf-8")
    settings = (
        f"[global]\nuser = true\nno-index = true\nfind-links = {bare.as_uri()}\n[install]\ntarget = {tmp_path}/t\n"
    )
    (tmp_path / "pip.conf").write_text(settings)
    personal = {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf"), "PIP_USER": "1", "PIP_NO_BINARY": ":all:"}
    done = set_up_tools(bare, **personal)
    assert done.returncode == 0, done.stderr
    python = setup.executable(bare / ".venv-tools", "python")
    assert run([python, "-c", "import tiny; print(tiny.answer)"], bare).stdout == "42\n"


def test_what_has_no_wheel_and_is_not_needed_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = "requirements.lock"
    assert setup.for_this_system(lock, tmp_path) == ROOT / lock
    monkeypatch.setattr(setup.sys, "platform", "darwin")
    monkeypatch.setattr(setup.platform, "machine", lambda: "x86_64")
    names = re.findall(r"(?m)^([\w.-]+)==", (ROOT / lock).read_text("utf-8"))
    kept = setup.for_this_system(lock, tmp_path)
    assert re.findall(r"(?m)^([\w.-]+)==", kept.read_text("utf-8")) == [name for name in names if "argon2" not in name]
    assert not re.search(r"(?m)^(?![\w #]|    --hash| {4}#).", kept.read_text("utf-8"))


def test_jupyter_runs_without_what_is_left_out() -> None:
    code = "import sys; sys.modules['argon2'] = None; import jupyter_server.serverapp, jupyterlab.labapp"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_system_that_cannot_run_it_is_told_in_one_line() -> None:
    assert "glibc" in setup.unfit("x86_64-pc-linux-musl")
    assert setup.unfit("x86_64-pc-linux-gnu") == ""


def test_two_at_once_take_turns(bare: Path) -> None:
    (bare / "requirements-tools.lock").write_text(make_wheel(bare), encoding="utf-8")
    command = [sys.executable, "tools/setup.py", "tools"]
    settings = {"PATH": "/usr/bin:/bin", "HOME": str(bare), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": bare.as_uri()}
    with setup.alone(bare / "tools"):
        both = [subprocess.Popen(command, cwd=bare, env=settings, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        for process in both:
            assert process.stderr
            assert process.stderr.readline() == "Another set-up of this clone is running: waiting until it has ended\n"
    told = sorted((process.communicate(timeout=300)[1] for process in both), key=len)
    assert [process.returncode for process in both] == [0, 0], told
    assert told[0] == "", "the second finds all done"
    assert "2/2" in told[1]


def test_a_package_that_does_not_match_its_hash_is_refused(bare: Path) -> None:
    make_wheel(bare)
    (bare / "requirements-tools.lock").write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    done = set_up_tools(bare, PIP_NO_INDEX="1", PIP_FIND_LINKS=bare.as_uri())
    assert "does not match its hash in requirements-tools.lock" in one_line(done)
    # What failed is not taken for done.
    assert set_up_tools(bare, PIP_NO_INDEX="1", PIP_FIND_LINKS=bare.as_uri()).returncode == 1


def test_no_network_is_told_in_one_line(bare: Path) -> None:
    done = set_up_tools(bare, PIP_INDEX_URL="http://127.0.0.1:9/")
    assert one_line(done).startswith("Set-up failed: cannot reach the package index: check the network")


@pytest.mark.parametrize(
    ("log", "line"),
    [
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: No matching distribution found for tiny==1.0", "the package index has no tiny==1.0"),
        ("Collecting a\nERROR: Something else.\n", "Something else."),
        ("", "no message"),
    ],
)
def test_failures_are_explained(log: str, line: str) -> None:
    assert setup.explain(log, "requirements.lock").startswith(line)


# Finding a Python


def find_python(clone: Path, python: str | Path) -> Done:
    return run(["sh", "tools/setup.sh", "tools"], clone, PYTHON=str(python))


def test_a_python_too_old_is_told_in_one_line(bare: Path) -> None:
    script(bare / "old", 'case "$2" in *print*) echo 3.9.6;; *) exit 1;; esac')
    assert "3.13 is needed (./old is 3.9.6)" in one_line(find_python(bare, "./old"))


def test_a_python_that_cannot_make_environments_is_told_in_one_line(bare: Path) -> None:
    script(bare / "lame", f'case "$2" in *ensurepip*) exit 1;; esac\nexec "{sys.executable}" "$@"')
    assert "apt install python3-venv" in one_line(find_python(bare, "./lame"))


def test_no_python_is_told_in_one_line(bare: Path) -> None:
    assert "install one" in one_line(find_python(bare, "./none"))


def test_a_shim_that_refuses_is_passed_over(bare: Path) -> None:
    """pyenv puts python3.13 on the PATH although only another version is active."""
    (bare / "bin").mkdir()
    for name in ("python3.13", "python3.12", "python3.11"):
        script(bare / "bin" / name, "echo 'pyenv: command not found' >&2; exit 127")
    script(bare / "bin" / "python3", f'exec "{sys.executable}" "$@"')
    done = run(["sh", "tools/setup.sh", "nonsense"], bare, PATH=f"{bare / 'bin'}:/usr/bin:/bin")
    assert done.stderr.startswith("Usage: setup.py")


# The verbs


def makefile_verbs() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return {verb for line in re.findall(r"(?m)^\.PHONY: (.+)$", text) for verb in line.split()}


def test_help_lists_every_verb_and_is_the_default(bare: Path) -> None:
    listed = run(["make", "help"], bare).stdout
    assert set(re.findall(r"(?m)^make (\S+) ", listed)) == makefile_verbs()
    assert {"book", "test", "check", "serve", "lab", "clean"} <= makefile_verbs()
    assert run(["make"], bare).stdout == listed


def test_clean_removes_what_was_built_and_leaves_the_rest(bare: Path) -> None:
    for folder in ("_build/html", "src/edition/__pycache__", "book/.ipynb_checkpoints", ".venv/bin", "tests"):
        (bare / folder).mkdir(parents=True)
    done = run(["make", "clean"], bare)
    assert (done.returncode, done.stderr) == (0, "")
    left = {path.relative_to(bare).as_posix() for path in bare.rglob("*") if path.is_dir()}
    assert left == {"src", "src/edition", "book", ".venv", ".venv/bin", "tests", "tools", "tools/judges"}


def test_a_port_in_use_is_told_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run([sys.executable, "tools/serve.py", str(port)], ROOT)
    assert one_line(done).startswith(f"Port {port} cannot be used")


@pytest.mark.parametrize("port", ["web", "0", "70000"])
def test_a_port_that_is_none_is_told_in_one_line(port: str) -> None:
    assert "from 1 to 65535" in one_line(run([sys.executable, "tools/serve.py", port], ROOT))


def test_a_check_that_is_none_is_told_in_one_line() -> None:
    done = run([sys.executable, "tools/test.py", "nonsense"], ROOT)
    assert done.returncode == 2
    assert done.stderr.startswith("No check is called nonsense; there are style, ")
    assert len(done.stderr.splitlines()) == 1


# The browser of the tests


def test_the_browser_that_is_named_is_taken_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = script(tmp_path / "good", "echo Chromium 1")
    stub = script(tmp_path / "stub", "echo 'requires the chromium snap' >&2; exit 1")
    monkeypatch.setenv("CHROME", str(good))
    assert browser.find() == str(good)
    for path in (stub, tmp_path / "none"):
        monkeypatch.setenv("CHROME", str(path))
        assert browser.find_or_install() is None


def test_a_browser_that_does_not_start_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "chromium", "exit 1")
    good = script(tmp_path / "google-chrome", "echo Chrome 1")
    monkeypatch.delenv("CHROME", raising=False)
    monkeypatch.setattr(browser.shutil, "which", lambda name: str(path) if (path := tmp_path / name).exists() else None)
    assert browser.find() == str(good)
