"""Make, complete or repair the environments of the edition, with the standard library alone.

    python tools/setup.py reader            .venv: requirements.lock and the package itself
    python tools/setup.py reader dev tools  also requirements-dev.lock, and .venv-tools

Each environment holds a record of what was installed in it. The record is written after the fact,
so an interrupted installation leaves none that fits and is done again; a changed lock, another
Python or a moved folder make a fresh environment, because pip does not remove what a lock no longer
names. When the record fits, nothing is done. One set-up runs in a clone at a time; a second one waits.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"reader": "requirements.lock", "dev": "requirements-dev.lock", "tools": "requirements-tools.lock"}
FOLDERS = {"reader": ".venv", "dev": ".venv", "tools": ".venv-tools"}
PACKAGE = ("pyproject.toml", "CITATION.cff")  # what the installed metadata of the package is made of
RECORD = "edition-setup.json"
UNFINISHED = "unfinished"
# Wheels alone are installed, so that no code of a package runs. jsonpath-rw (of mlcroissant, which only tests use) has
# none: it is built with the setuptools of the lock, from the source whose hash the lock holds.
BUILDING = ("--only-binary", ":all:", "--no-binary", "jsonpath-rw", "--no-build-isolation")

Record = dict[str, Any]


class SetupError(Exception):
    """Something the person at the keyboard can mend; the message is one line that says how."""


# What is to be done


def digest(paths: Iterable[Path]) -> str:
    """SHA-256 of the files' contents, the same for Unix and Windows line ends."""
    content = b"\0".join(path.read_bytes().replace(b"\r\n", b"\n") for path in paths)
    return hashlib.sha256(content).hexdigest()


def wanted(root: Path, folder: str, parts: list[str]) -> Record:
    """What the record of `folder` must say once `parts` are installed in it."""
    record: Record = {
        "python": "{}.{}".format(*sys.version_info),
        "place": str(root / folder),  # scripts and the link to the package hold the path
        "locks": {LOCKS[part]: digest([root / LOCKS[part]]) for part in parts},
    }
    if "reader" in parts:
        record["package"] = digest(root / name for name in PACKAGE)
    return record


def read_record(folder: Path) -> Record:
    """The record in an environment; empty if there is none, or none that can be read."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def steps(root: Path, found: Record, target: Record) -> list[str]:
    """What leads from the record found to the target: "venv", names of locks, "package"; or nothing."""
    locks: dict[str, str] = found.get("locks", {})
    fits = (
        found.get("python") == target["python"]
        and found.get("place") == target["place"]
        and all((root / name).is_file() and digest([root / name]) == value for name, value in locks.items())
    )
    todo = [] if fits else ["venv"]
    todo += [name for name in target["locks"] if not fits or name not in locks]
    if "package" in target and (not fits or found.get("package") != target["package"]):
        todo.append("package")
    return todo


# Doing it


def executable(folder: Path, name: str) -> Path:
    return folder / "Scripts" / f"{name}.exe" if os.name == "nt" else folder / "bin" / name


def explain(log: str, lock: str) -> str:
    """One line for a failed installation, from what the installer printed."""
    if re.search(r"No space left on device|ENOSPC|disk full", log, re.I):
        return "the disk is full: make room, then run the same command again."
    if "DO NOT MATCH THE HASHES" in log or "Hash mismatch" in log:
        return f"a downloaded package does not match its hash in {lock}: do not use it; try another network."
    if re.search(
        r"NewConnectionError|ConnectionError|Max retries|ConnectTimeout|ReadTimeout|ProxyError|SSLError|"
        r"Name or service not known|name resolution|Connection refused|Network is unreachable",
        log,
    ):
        return "cannot reach the package index: check the network or the proxy, then run the same command again."
    missing = re.search(r"No matching distribution found for (\S+)", log)
    if missing:
        return f"the package index has no {missing[1]} for this Python and system: try another Python 3.11 to 3.13."
    errors = re.findall(r"(?im)^\s*(?:error:|fatal:|\w*error:)\s*(.+)$", log)
    return (errors or log.strip().splitlines() or ["no message"])[-1].strip()


def pip_progress(log: str, total: int) -> str:
    """How far pip has come, from what it has printed so far."""
    if "Installing collected packages" in log:
        return "unpacking"
    return f"{len(re.findall('(?m)^Collecting ', log))} of {total} fetched"


def follow(command: list[str], log: Path, progress: Callable[[str], str]) -> bool:
    """Run `command` with its output in `log`, show its progress; True if it succeeded."""
    terminal = sys.stderr.isatty()
    start = shown = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT)
        try:
            while process.poll() is None:
                time.sleep(0.1)
                now = time.monotonic()
                if now - shown >= (0.5 if terminal else 15):
                    shown = now
                    state = f"    {progress(log.read_text(encoding='utf-8', errors='replace'))}, {now - start:.0f} s"
                    print(f"\r{state:<60}" if terminal else state, end="" if terminal else "\n", file=sys.stderr)
                    sys.stderr.flush()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            if terminal:
                print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
    return process.returncode == 0


def install(folder: Path, lock: str, arguments: list[str], total: int) -> None:
    """Install with uv where there is one, for speed, else (or if that fails) with pip."""
    log = folder / "setup.log"
    python = str(executable(folder, "python"))
    uv = shutil.which("uv")
    if uv and follow([uv, "pip", "install", "--python", python, *arguments], log, lambda _: "with uv"):
        return
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "2"]
    if not follow([*pip, "--progress-bar", "off", *arguments], log, lambda text: pip_progress(text, total)):
        raise SetupError(explain(log.read_text(encoding="utf-8", errors="replace"), lock))


def make_venv(folder: Path) -> None:
    """An empty environment in `folder`, in place of what may be there."""
    if folder.is_symlink():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    base = getattr(sys, "_base_executable", None) or sys.executable  # we may run inside what was removed
    done = subprocess.run([base, "-m", "venv", str(folder)], capture_output=True, text=True)
    if done.returncode:
        raise SetupError(explain(done.stdout + done.stderr, ""))


def write_record(folder: Path, record: Record) -> None:
    temporary = folder / f"{RECORD}.new"
    temporary.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    temporary.replace(folder / RECORD)


def take_step(step: str, folder: Path, label: str) -> None:
    """Make the environment, or install the package or one lock into it, telling which."""
    if step == "venv":
        print(f"{label}: a new environment with Python {sys.version.split()[0]}", file=sys.stderr)
        make_venv(folder)
    elif step == "package":
        print(f"{label}: the package of this edition", file=sys.stderr)
        # Hashes and a local package do not go together in one run of pip; the build backend is in the lock.
        install(folder, "", ["--no-deps", "--no-build-isolation", "--no-index", "--editable", "."], 1)
    else:
        total = len(re.findall(r"(?m)^[\w.-]+==", (ROOT / step).read_text(encoding="utf-8")))
        print(f"{label}: {total} packages of {step} (a minute or two the first time)", file=sys.stderr)
        hashed = ["--no-deps", "--require-hashes", *BUILDING, "--requirement", step]
        install(folder, step, hashed, total)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process is in here for `folder`. The lock is the system's: it goes with its process."""
    if fcntl is None:
        yield
        return
    held = os.open(folder, os.O_RDONLY)  # a folder can be locked itself: no file is left behind
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up of this clone is running: waiting until it has ended", file=sys.stderr, flush=True)
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def bring_about(folder_name: str, parts: list[str]) -> None:
    """Do what is needed for one environment, keeping its record true at every moment."""
    folder = ROOT / folder_name
    record = read_record(folder)
    target = wanted(ROOT, folder_name, parts)
    todo = steps(ROOT, record, target)
    for number, step in enumerate(todo, 1):
        label = f"Setting up {folder_name} {number}/{len(todo)}"
        if step == "venv":
            take_step(step, folder, label)
            record = {"python": target["python"], "place": target["place"], "locks": {}}
        elif step == "package":
            write_record(folder, record | {"package": UNFINISHED})
            take_step(step, folder, label)
            record["package"] = target["package"]
        else:
            write_record(folder, record | {"locks": record["locks"] | {step: UNFINISHED}})
            take_step(step, folder, label)
            record["locks"][step] = target["locks"][step]
        write_record(folder, record)


def main(parts: list[str]) -> int:
    """Bring about the environments of `parts`; exit status."""
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        print(f"Python 3.11, 3.12 or 3.13 is needed, not {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    unknown = set(parts) - set(LOCKS)
    if unknown or not parts:
        print(f"Usage: setup.py {' '.join(LOCKS)} (one or more of them)", file=sys.stderr)
        return 2
    try:
        with alone(ROOT / "tools"):
            for folder in dict.fromkeys(FOLDERS[part] for part in parts):
                bring_about(folder, [part for part in LOCKS if part in parts and FOLDERS[part] == folder])
    except SetupError as error:
        print(f"Set-up failed: {error}", file=sys.stderr)
    except OSError as error:
        full = "No space left on device" in str(error)
        print(f"Set-up failed: {explain(str(error), '') if full else error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("Set-up was interrupted: run the same command again to finish it.", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
