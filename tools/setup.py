"""Make, complete or repair the environments of the edition, with the standard library alone.

    python tools/setup.py reader            .venv: requirements.lock and the package itself
    python tools/setup.py reader dev tools  also requirements-dev.lock, and .venv-tools

Each environment holds a record of what was installed in it. The record is written after the fact,
so an interrupted installation leaves none that fits and is done again; a changed lock, another
Python or a moved folder make a fresh environment, because pip does not remove what a lock no longer
names. When the record fits, nothing is done. One set-up runs in a clone at a time; a second one waits.
"""

from __future__ import annotations

import ast
import configparser
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
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
SHARED = "src/edition/labextension"  # what installing copies to where JupyterLab looks
RECORD = "edition-setup.json"
UNFINISHED = "unfinished"
# Wheels alone are installed, so that no code of a package runs. jsonpath-rw (of mlcroissant, which only tests use) has
# none: it is built with the setuptools of the lock, from the source whose hash the lock holds.
BUILDING = ("--only-binary", ":all:", "--no-binary", "jsonpath-rw", "--no-build-isolation")

# For Macs with an Intel processor argon2 has no wheel; JupyterLab needs it for passwords alone, and is opened here with
# a token.
LEFT_OUT = {("darwin", "x86_64"): ("argon2-cffi", "argon2-cffi-bindings")}
# How a person reaches the package index, which is kept; where and how packages are installed is not theirs to say.
NETWORK = (
    *(
        "cache-dir",
        "cert",
        "client-cert",
        "default-timeout",
        "extra-index-url",
        "find-links",
        "index-url",
        "keyring-provider",
    ),
    *("no-cache-dir", "no-index", "proxy", "retries", "timeout", "trusted-host"),
)
PERSONAL = re.compile(
    r"PIP_|UV_(?!(DEFAULT_INDEX|INDEX|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|CACHE_DIR|OFFLINE|HTTP_|NATIVE_TLS))"
)

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
        copied = sorted(path for path in (root / SHARED).rglob("*") if path.is_file())
        record["package"] = digest([*(root / name for name in PACKAGE), *copied])
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
        system = f"Python {'{}.{}'.format(*sys.version_info)} on {sysconfig.get_platform()}"
        return f"the package index has no {missing[1]} for {system}: try another Python 3.11 to 3.13."
    errors = re.findall(r"(?im)^\s*(?:error:|fatal:|\w*error:)\s*(.+)$", log)
    return (errors or log.strip().splitlines() or ["no message"])[-1].strip()


def pip_progress(log: str, total: int) -> str:
    """How far pip has come, from what it has printed so far."""
    if "Installing collected packages" in log:
        return "unpacking"
    return f"{len(re.findall('(?m)^Collecting ', log))} of {total} fetched"


def follow(command: list[str], log: Path, progress: Callable[[str], str], settings: dict[str, str]) -> bool:
    """Run `command` with `settings` and its output in `log`, show its progress; True if it succeeded."""
    terminal = sys.stderr.isatty()
    start = shown = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT, env=settings)
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


def own_settings(python: str) -> dict[str, str]:
    """The environment of an installation: of a person's settings of pip and uv, those of the network alone.

    With `user = true`, `target` or `no-binary` in a pip.conf packages would go elsewhere, or be other ones.
    """
    asked = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True)
    found = re.findall(r"(?m)^(?:global|install)\.([\w-]+)=(.*)$", asked.stdout)
    values = {name: ast.literal_eval(value) for name, value in found}
    if own := os.environ.get("PIP_CONFIG_FILE"):  # which that list leaves out
        parser = configparser.RawConfigParser()
        parser.read(own, encoding="utf-8")
        for section in {"global", "install"} & set(parser.sections()):
            values |= dict(parser[section])
    values |= {_option(name): value for name, value in os.environ.items() if name.startswith("PIP_")}
    network = {_variable(name): value for name, value in values.items() if name in NETWORK}
    kept = {name: value for name, value in os.environ.items() if not PERSONAL.match(name)}
    return {**kept, **network, "PIP_CONFIG_FILE": os.devnull}


def _option(variable: str) -> str:
    return variable.removeprefix("PIP_").lower().replace("_", "-")


def _variable(option: str) -> str:
    return f"PIP_{option.upper().replace('-', '_')}"


def install(folder: Path, lock: str, arguments: list[str], total: int) -> None:
    """Install with uv where there is one, for speed, else (or if that fails) with pip."""
    log = folder / "setup.log"
    python = str(executable(folder, "python"))
    settings = own_settings(python)
    uv = shutil.which("uv")
    if uv and follow([uv, "pip", "install", "--python", python, *arguments], log, lambda _: "with uv", settings):
        return
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "2"]
    if not follow([*pip, "--progress-bar", "off", *arguments], log, lambda text: pip_progress(text, total), settings):
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
        hashed = ["--no-deps", "--require-hashes", *BUILDING, "--requirement", str(for_this_system(step, folder))]
        install(folder, step, hashed, total)


def for_this_system(lock: str, folder: Path) -> Path:
    """The lock, without what has no wheel here and can be done without; then it is a copy in `folder`."""
    left_out = LEFT_OUT.get((sys.platform, platform.machine()), ())
    text = (ROOT / lock).read_text(encoding="utf-8")
    kept = text
    for name in left_out:
        kept = re.sub(rf"(?m)^{re.escape(name)}==.*\n(?:[ \t].*\n)*", "", kept)
    if kept == text:
        return ROOT / lock
    (folder / lock).write_text(kept, encoding="utf-8")
    return folder / lock


def unfit(libc: str) -> str:
    """Why this system cannot run the edition, in one line; empty when it may."""
    if "musl" in libc:
        return (
            "the C library here is musl, for which vl-convert-python has no wheel: use a system with glibc, as Debian."
        )
    return ""


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
        if reason := unfit(sysconfig.get_config_var("HOST_GNU_TYPE") or ""):
            raise SetupError(reason)
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
