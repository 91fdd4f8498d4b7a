"""What the judges share: the site, served as a static host serves it, and which of its pages are judged."""

from __future__ import annotations

import fcntl
import functools
import gzip
import os
import random
from collections.abc import Iterator
from pathlib import Path

import browsing
import pytest
from judging import ROOT

SEED, SAMPLE = 2018, 6
ALONE = "test_lighthouse"  # measures time, and is misled by what else the machine does
TEXT = {".html", ".css", ".js", ".mjs", ".json", ".svg", ".csv", ".txt", ".xml", ".bib"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.stem == ALONE)


@pytest.fixture(scope="module", autouse=True)
def room(request: pytest.FixtureRequest, shared: Path) -> Iterator[None]:
    """Keep the machine free for the module that measures time; all others run side by side."""
    with open(shared / "room", "w") as place:
        fcntl.flock(place, fcntl.LOCK_EX if request.module.__name__ == ALONE else fcntl.LOCK_SH)
        yield


def choose(site: Path) -> list[str]:
    """Return the addresses of the front page, every chapter, and some of the other pages, the same ones each time."""
    chapters = [f"book/{path.stem}.html" for path in sorted((ROOT / "book").glob("*.ipynb"))]
    first = ["book/index.html", *chapters]
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")} - {"index.html", "search.html"}
    rest = sorted(pages.difference(first))
    return [*first, *sorted(random.Random(SEED).sample(rest, min(SAMPLE, len(rest))))]


@pytest.fixture(scope="session")
def judged(built: Path) -> list[str]:
    return choose(built)


@pytest.fixture(scope="session")
def chromium() -> str:
    path = os.environ.get("EDITION_CHROMIUM")
    assert path, "run make judge: it finds the browser"
    return path


class StaticHost(browsing.Handler):
    """Serves files as hosts of static pages do: text compressed, and to be kept for ten minutes."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = packed(path) if path.suffix in TEXT else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in TEXT:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Cache-Control", "max-age=600")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@functools.cache
def packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6, mtime=0)


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """The address at which the site is served."""
    with browsing.served(built, StaticHost) as place:
        yield place
