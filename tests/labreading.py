"""Chapters read in JupyterLab as their readers do: beside the page, before they run and after."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from browsing import laboratory
from playwright.sync_api import Browser, ConsoleMessage, Page

SCRIPT = Path(__file__).with_name("laboratory.js")
RAW = re.compile(r"\{[a-z][\w:-]*\}|:::|\)=(?:\s|$)")
LONG = 120_000  # ms: on a busy machine, with a kernel that has yet to start


def reader(home: Path) -> dict[str, str]:
    """The variables of a reader who has no settings yet."""
    home.mkdir(parents=True, exist_ok=True)
    return os.environ | {"JUPYTER_CONFIG_DIR": str(home), "JUPYTER_DATA_DIR": str(home), "HOME": str(home)}


@contextmanager
def desk_in_lab(desk: Path, home: Path, *, ready: bool = True) -> Iterator[str]:
    """Yield the address of JupyterLab for the copy ``desk``, made ready first as ``make lab`` does."""
    variables = reader(home)
    if ready:
        subprocess.run([sys.executable, "-m", "edition.cli", "lab"], cwd=desk, env=variables, check=True)
    with laboratory([sys.executable, "-m", "jupyterlab"], desk, home, variables) as address:
        yield address


@dataclass
class Reading:
    """What one chapter shows in Lab: texts, pictures and charts, what the browser said, and what it asked for."""

    texts: list[str] = field(default_factory=list)
    drawings: list[dict[str, Any]] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    charts: int = 0
    verdict: str = ""
    dirty: bool = True
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


class Visit:
    """One chapter in a page of the browser. Each step is asked for by itself, so that two chapters can take turns."""

    def __init__(self, browser: Browser, lab: str, chapter: str) -> None:
        self.reading = Reading()
        self.page = browser.new_page(viewport={"width": 1280, "height": 1000})
        self.page.add_init_script(path=SCRIPT)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.reading.errors.append(str(error)))
        self.page.on("request", lambda asked: self._asked(asked.url, lab))
        self.page.goto(f"{lab}lab/tree/{chapter}?reset", wait_until="commit")

    def _said(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.reading.errors.append(said.text)

    def _asked(self, url: str, lab: str) -> None:
        if url.startswith(("http", "ws")) and not url.startswith((lab, lab.replace("http", "ws", 1))):
            self.reading.foreign.append(url)

    def stand(self) -> Page:
        """Wait until all cells stand there and the kernel is at rest."""
        self.page.wait_for_function("window.jupyterapp?.shell && window.reading.ready()", timeout=LONG)
        self.page.wait_for_function("document.querySelectorAll('.ed-role:empty').length === 0", timeout=LONG)
        return self.page

    def read(self) -> None:
        """Note what stands there as it is stored."""
        page, reading = self.stand(), self.reading
        reading.texts = page.evaluate("reading.chapter()")
        reading.drawings = page.evaluate("reading.drawings()")
        reading.dirty = page.evaluate("reading.panel().context.model.dirty")

    def run(self) -> None:
        """Begin to run all cells."""
        self.page.evaluate("void reading.run()")

    def read_again(self) -> Reading:
        """Wait for the end of the run, and note what stands there now."""
        page, reading = self.page, self.reading
        page.wait_for_selector(".ed-verdict:visible", timeout=LONG)
        reading.verdict = page.locator(".ed-verdict").inner_text()
        reading.after = page.evaluate("reading.chapter()")
        page.wait_for_function(f"reading.charts() === {len(reading.drawings)}", timeout=LONG)
        reading.charts = page.evaluate("reading.charts()")
        page.evaluate("reading.leave()")
        page.close()
        return reading


def read(browser: Browser, lab: str, *chapters: str) -> list[Reading]:
    """Read chapters, run all their cells and read them again; the server waits less when two take turns."""
    visits = [Visit(browser, lab, chapter) for chapter in chapters]
    for visit in visits:
        visit.read()
        visit.run()
    return [visit.read_again() for visit in visits]


def figures(path: Path) -> int:
    """How many figures a notebook stores."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    outputs = (output for cell in cells for output in cell.get("outputs", []))
    return sum(output.get("metadata", {}).get("edition", {}).get("kind") == "figure" for output in outputs)


def on_page(browser: Browser, html: str) -> list[str]:
    """The texts of a page of the site, in the same blocks."""
    page = browser.new_page()
    page.goto("about:blank")
    page.add_script_tag(path=SCRIPT)
    texts = page.evaluate("html => reading.page(html)", html)
    page.close()
    return texts
