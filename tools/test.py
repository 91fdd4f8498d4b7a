"""Run every check, one after the other, and say at the end which failed: python tools/test.py [NAME ...]"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import browser

ROOT = Path(__file__).resolve().parent.parent
WORKERS = str(min(4, os.cpu_count() or 1))

CHECKS: dict[str, list[str]] = {
    "style": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "types": ["-m", "mypy"],
    "spelling": ["-m", "codespell_lib"],
    "data": ["-m", "edition.cli", "check"],
    "tests": ["-m", "pytest", "tests", "--ignore", "tests/judges", "-n", WORKERS, "--dist", "loadfile"],
    # Re-executes every chapter and compares each output with the one that is committed.
    "notebooks": [
        *("-m", "edition.kernels", "-m", "pytest", "--nbval", "book"),
        *("-n", WORKERS, "--dist", "loadfile"),
    ],
}
WITH_BROWSER = {"tests"}


def heading(text: str) -> None:
    print(f"\n== {text} ".ljust(80, "="), flush=True)


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        print(f"No check is called {unknown[0]}; there are {', '.join(CHECKS)}.", file=sys.stderr)
        return 2
    chosen = names or list(CHECKS)
    environment = dict(os.environ)
    if WITH_BROWSER.intersection(chosen):
        path = browser.find_or_install()
        if path is None:
            print(browser.NONE, file=sys.stderr)
            return 1
        environment["EDITION_CHROMIUM"] = path
    start = time.monotonic()
    failed = []
    for name in chosen:
        heading(name)
        if subprocess.run([sys.executable, *CHECKS[name]], cwd=ROOT, env=environment).returncode:
            failed.append(name)
    heading("summary")
    verdict = f"failed: {', '.join(failed)}" if failed else "all passed"
    print(f"{len(chosen)} checks in {time.monotonic() - start:.0f} s, {verdict}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
