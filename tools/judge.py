"""Judge the pages with tools from outside that need Node or Java: python tools/judge.py [pytest's arguments]

Sets up what it needs: the packages of tools/judges/package-lock.json (by `npm ci`, each checked by its hash) in
.venv-judges, and as root on Debian also Node and Java. No tool brings its own browser: all use the one of the tests.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import browser

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tools" / "judges"
FOLDER = ROOT / ".venv-judges"
FILES = ("package.json", "package-lock.json", "lighthouse.mjs", "slowdown.mjs")
WORKERS = str(min(4, os.cpu_count() or 1))
NODE, JAVA = (18, 16), 11
# What is needed: how to ask it for its version, the version wanted, and Debian's packages.
NEEDED = {
    "node": (["node", "--version"], NODE, ("nodejs", "npm")),
    "npm": (["npm", "--version"], (8,), ("nodejs", "npm")),
    "java": (["java", "-version"], (JAVA,), ("default-jre-headless",)),
}


class Missing(Exception):
    """Something that the person at the keyboard can mend; the message is one line."""


def version(command: list[str]) -> tuple[int, ...]:
    """The version that a program tells; empty if there is no such program."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"(\d+(?:\.\d+)*)", done.stdout + done.stderr) if done.returncode == 0 else None
    return tuple(map(int, found[1].split("."))) if found else ()


def missing() -> list[str]:
    return [name for name, (command, wanted, _) in NEEDED.items() if version(command) < wanted]


def install_programs(names: list[str]) -> None:
    """Ask Debian for what is missing; whether it helped is for missing() to say."""
    packages = dict.fromkeys(package for name in names for package in NEEDED[name][2])
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-q", *command], env=environment, capture_output=True)


def programs() -> None:
    """See to Node, npm and Java."""
    names = missing()
    if names and browser.is_debian() and hasattr(os, "geteuid") and os.geteuid() == 0:
        print(f"Installing {', '.join(names)} for the judges", file=sys.stderr, flush=True)
        install_programs(names)
        names = missing()
    if names:
        told = [f"{name} {'.'.join(map(str, NEEDED[name][1]))} or later" for name in names]
        raise Missing(f"The judges need {', '.join(told)}: install it, then run make judge again.")


def packages() -> None:
    """Bring FOLDER to the state of the lock; nothing is done when it is there already."""
    digest = hashlib.sha256(b"\0".join((SOURCE / name).read_bytes() for name in FILES)).hexdigest()
    record = FOLDER / "record"
    if record.is_file() and record.read_text(encoding="utf-8") == digest:
        return
    print("Setting up .venv-judges: the packages of tools/judges/package-lock.json", file=sys.stderr, flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    for name in FILES:
        shutil.copy(SOURCE / name, FOLDER)
    # No package may run code of its own while it is installed, nor fetch a browser.
    environment = os.environ | {"PUPPETEER_SKIP_DOWNLOAD": "1"}
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=FOLDER, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise Missing(explain(done.stdout + done.stderr))
    record.write_text(digest, encoding="utf-8")


def explain(log: str) -> str:
    """One line for a failed installation, from what npm printed."""
    if re.search(r"ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ECONNRESET|network", log):
        return "The judges' packages cannot be fetched: check the network or the proxy, then run make judge again."
    if re.search(r"EINTEGRITY|integrity", log):
        return "A downloaded package does not match its hash in tools/judges/package-lock.json: do not use it."
    if "ENOSPC" in log:
        return "The disk is full: make room, then run make judge again."
    lines = [line for line in log.splitlines() if line.strip()]
    return f"npm failed: {lines[-1] if lines else 'no message'}"


def main(arguments: list[str]) -> int:
    try:
        programs()
        packages()
    except Missing as error:
        print(error, file=sys.stderr)
        return 1
    chromium = browser.find_or_install()
    if chromium is None:
        print(browser.NONE, file=sys.stderr)
        return 1
    environment = os.environ | {"EDITION_CHROMIUM": chromium, "CHROME_PATH": chromium}
    # Side by side, but for Lighthouse: see tests/judges/conftest.py.
    everything = ["tests/judges", "--durations", "15", "-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", *(arguments or everything)]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
