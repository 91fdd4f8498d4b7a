"""Find a Chrome or Chromium for the tests, or install one: python tools/browser.py prints its path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPS = ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium")
ASK_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""
NONE = "No browser for the tests: install Chrome or Chromium, or name one: make test CHROME=/path/to/chrome"


def works(path: str) -> bool:
    """Whether the browser starts; on Ubuntu, chromium-browser may be a stub that only asks for a snap."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def candidates() -> Iterator[str]:
    """Paths at which a browser may be, those that cost least to look at first."""
    for name in NAMES:
        if path := shutil.which(name):
            yield path
    if sys.platform == "darwin":
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            yield from (str(folder / app) for app in MAC_APPS)
    asked = subprocess.run([sys.executable, "-c", ASK_PLAYWRIGHT], capture_output=True, text=True)
    if asked.returncode == 0:
        yield asked.stdout.strip()


def find() -> str | None:
    """The path of a working browser; the one that $CHROME names, if it is set, and no other."""
    if chosen := os.environ.get("CHROME"):
        return chosen if works(chosen) else None
    return next((path for path in candidates() if works(path)), None)


def is_debian() -> bool:
    """Debian itself: the package of that name in Ubuntu is a stub."""
    try:
        return "ID=debian" in Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False


def install() -> None:
    """Try what this system offers; whether it helped is for find() to say."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root and is_debian():
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "-q", "update"],
            ["apt-get", "-qy", "install", "--no-install-recommends", "chromium"],
        ):
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if find() is None:
        # With the system's libraries only where we may install them.
        libraries = ["--with-deps"] if root and sys.platform == "linux" else []
        command = [sys.executable, "-m", "playwright", "install", *libraries, "chromium"]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def find_or_install() -> str | None:
    path = find()
    if path is None and "CHROME" not in os.environ:
        print("Installing a browser for the tests", file=sys.stderr, flush=True)
        install()
        path = find()
    return path


if __name__ == "__main__":
    browser = find_or_install()
    print(browser or NONE, file=sys.stdout if browser else sys.stderr)
    sys.exit(browser is None)
