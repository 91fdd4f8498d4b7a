"""Run every check and say at the end which failed: python tools/test.py [NAME ...]

The tests wait for browsers and builds a good part of their time: all else is checked beside them, one after the other.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import browser

ROOT = Path(__file__).resolve().parent.parent
WORKERS = str(min(4, os.cpu_count() or 1))

CHECKS: dict[str, list[str]] = {
    "style": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "spelling": ["-m", "codespell_lib"],
    "data": ["-m", "edition.cli", "check"],
    "types": ["-m", "mypy"],
    # Re-executes every chapter and compares each output with the one that is committed.
    "notebooks": [
        *("-m", "edition.kernels", "-m", "pytest", "--nbval", "book"),
        *("-n", WORKERS, "--dist", "loadfile", "-o", "cache_dir=.pytest_cache/notebooks"),
    ],
    # Which worker runs what, and when: tests/schedule.py.
    "tests": [
        *("-m", "pytest", "tests", "--ignore", "tests/judges", "--durations", "15"),
        *("-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder"),
    ],
}
LONGEST = "tests"
WITH_BROWSER = {"tests"}


def heading(text: str) -> None:
    print(f"\n== {text} ".ljust(80, "="), flush=True)


def passes(name: str, environment: Mapping[str, str]) -> bool:
    """Run a check and show all that it said under its name: at once for the longest, at its end for those beside it."""
    beside = name != LONGEST
    if not beside:
        heading(name)
    done = subprocess.run(
        [sys.executable, *CHECKS[name]],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE if beside else None,
        stderr=subprocess.STDOUT if beside else None,
        text=True,
    )
    if beside:
        heading(name)
        print(done.stdout, end="", flush=True)
    return done.returncode == 0


def failing(chosen: list[str], environment: Mapping[str, str]) -> list[str]:
    """Run the checks and return the names of those that fail."""
    with ThreadPoolExecutor(max_workers=1) as aside:
        found = {name: aside.submit(passes, name, environment) for name in chosen if name != LONGEST}
        try:
            passed = {LONGEST: passes(LONGEST, environment)} if LONGEST in chosen else {}
            passed |= {name: check.result() for name, check in found.items()}
        finally:
            aside.shutdown(cancel_futures=True)  # after an interruption nothing more begins
    return [name for name in chosen if not passed[name]]


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
    failed = failing(chosen, environment)
    heading("summary")
    verdict = f"failed: {', '.join(failed)}" if failed else "all passed"
    print(f"{len(chosen)} checks in {time.monotonic() - start:.0f} s, {verdict}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
