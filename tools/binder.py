"""Measure what Binder has to bear: python tools/binder.py [CHAPTER ...]

For each chapter, JupyterLab is started anew on one processor, as Binder gives one, and a browser opens the chapter
and runs it. Written down are the time to the first text and to the end of the run, and the most memory that the
server and its kernel held together. `docs/binder.md` shows the table between its two marks.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import browser  # noqa: E402
import browsing  # noqa: E402
from browsing import laboratory, started  # noqa: E402
from labreading import LONG, SCRIPT, reader  # noqa: E402

from edition.notebooks import notebooks  # noqa: E402

DOCS = ROOT / "docs/binder.md"
START, END = "<!-- measured by tools/binder.py -->", "<!-- end -->"
HEAD = ["| Chapter | First text, s | Whole run, s | Peak memory, MB |", "| --- | ---: | ---: | ---: |"]
ONE_PROCESSOR = ["taskset", "--cpu-list", "0"]


def descendants(process: int) -> Iterator[int]:
    """Yield a process and all that it started."""
    yield process
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from descendants(int(child))


def peak(process: int) -> int:
    """Return the most memory that a process has held, in bytes; 0 when it has gone."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def server_of(home: Path) -> int:
    """Return the process of the server that writes its log to ``home``."""
    return int(next(home.glob("jpserver-*.json")).stem.removeprefix("jpserver-"))


def measure(chapter: str) -> tuple[float, float, int]:
    """Return seconds to the first text, seconds of a whole run, and bytes at the peak, of a server started for it."""
    with tempfile.TemporaryDirectory() as name, started() as chromium:
        home = Path(name)
        variables = reader(home)
        subprocess.run([sys.executable, "-m", "edition.cli", "lab"], cwd=ROOT, env=variables, check=True)
        command = [*ONE_PROCESSOR, sys.executable, "-m", "jupyterlab"]
        with laboratory(command, ROOT, home, variables) as address:
            page = chromium.new_page()
            page.add_init_script(path=SCRIPT)
            begun = time.monotonic()
            page.goto(f"{address}lab/tree/{chapter}?reset")
            page.locator(".jp-MarkdownOutput p").first.wait_for(timeout=LONG)
            first = time.monotonic() - begun
            page.wait_for_function("window.jupyterapp?.shell && window.reading.ready()", timeout=LONG)
            begun = time.monotonic()
            page.evaluate("reading.run()")
            page.wait_for_selector(".ed-verdict:visible", timeout=LONG)
            whole = time.monotonic() - begun
            return first, whole, sum(map(peak, descendants(server_of(home))))


def write(row: str) -> None:
    """Put the row of a chapter into the table of the docs, in the place of its last one."""
    text = DOCS.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    table, _, after = rest.partition(END)
    rows = {line.split("|")[1]: line for line in [*table.split("\n")[3:], row] if line.startswith("|")}
    lines = [*HEAD, *(rows[name] for name in sorted(rows))]
    DOCS.write_text(before + "\n".join([START, *lines, END]) + after, encoding="utf-8")


def main(chosen: list[str]) -> int:
    """Measure the chapters that are named, or all, and write each into the table."""
    path = browser.find_or_install()
    if path is None:
        print(browser.NONE, file=sys.stderr)
        return 1
    browsing.CHROMIUM = path
    for chapter in chosen or [path.relative_to(ROOT).as_posix() for path in notebooks(ROOT)]:
        first, whole, most = measure(chapter)
        row = f"| {Path(chapter).stem} | {first:.1f} | {whole:.1f} | {most / 1e6:.0f} |"
        print(row, flush=True)
        write(row)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
