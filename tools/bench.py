"""Measure this edition side by side with stock Jupyter Book and Altair: python tools/bench.py [CHAPTER]

Both sites are built in a temporary folder from the same notebook: the stock one without the edition's extension, its
charts returned as they are and drawn by Altair's own renderer. Both are served from this machine, compressed. Altair's
renderer loads its library from another host; here that is answered from this machine, at once, by the bundle that
vl-convert carries, so that the comparison needs no network and flatters the stock site.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import altair
import nbformat
import vl_convert
from bench_speed import STOCK_CELL, edition_book
from browser import NONE, find_or_install
from nbclient import NotebookClient
from playwright.sync_api import Browser, Route, sync_playwright

from edition import data, kernels, site

ROOT = Path(__file__).resolve().parent.parent
RUNS = 7
TIMES = 100
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")

STOCK_CONFIG = "title: Stock\nonly_build_toc_files: true\nexecute: {execute_notebooks: 'off'}\n"
ROLES = re.compile(r"\{(src|numref|doc|ref)\}`([^`]*)`")

WATCH = """
const drawn = () => [...document.querySelectorAll(".ed-chart svg, .vega-embed svg, .vega-embed canvas")]
  .some((drawing) => drawing.getBoundingClientRect().height > 50);
const look = () => (drawn() ? (window.firstChart = performance.now()) : requestAnimationFrame(look));
requestAnimationFrame(look);
new PerformanceObserver((list) => (window.largest = list.getEntries().at(-1).startTime))
  .observe({ type: "largest-contentful-paint", buffered: true });
"""


@dataclass(frozen=True)
class Load:
    """What one load of a page cost, before scrolling."""

    bytes: int
    requests: int
    foreign: int
    first_chart: float
    largest_paint: float


def stock_site(folder: Path, chapter: str) -> Path:
    """Build the chapter with Jupyter Book and Altair as they come; return its pages."""
    edition_book(folder)
    notebook = nbformat.read(folder / f"book/{chapter}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = ROLES.sub(r"\2", cell.source)
    notebook.cells.insert(1, nbformat.v4.new_code_cell(STOCK_CELL, metadata={"tags": ["remove-cell"]}))
    client = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder / "book")}})
    client.execute(env=kernels.environment(folder))
    book = folder / "stock"
    (book / "book").mkdir(parents=True)
    nbformat.write(notebook, book / f"book/{chapter}.ipynb")
    (book / "index.md").write_text("# Stock\n")
    (book / "_config.yml").write_text(STOCK_CONFIG)
    (book / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters:\n  - file: book/{chapter}\n")
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(book), "-q"]
    subprocess.run(command, check=True, capture_output=True)
    return book / "_build/html"


class Compressed(http.server.SimpleHTTPRequestHandler):
    """Serves text compressed, as sites are served."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the table is all that this tool prints."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@functools.cache
def compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve ``folder`` from the loopback interface."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Compressed, directory=folder)) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def stand_in() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script for the page, in place of three from another host."""
    names = "".join(f"window.{name}={value};" for name, value in (("vegaEmbed", "vegaEmbed"), ("vega", "vega")))
    version = ".".join(altair.SCHEMA_VERSION.split(".")[:2])
    return f"(() => {{{vl_convert.javascript_bundle(names, vl_version=version)}}})();"


def load_page(browser: Browser, pages: Path, base: str, name: str, library: str) -> Load:
    """Open a page in a fresh browser context and measure it until its first chart is drawn and the network is idle."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(WATCH)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def answer(route: Route) -> None:
        first = "/npm/vega@" in route.request.url
        if "/npm/vega" in route.request.url:
            route.fulfill(body=library if first else "", content_type="text/javascript")
        else:
            route.abort()

    page.route(lambda url: not url.startswith(base) and url.startswith("http"), answer)
    page.goto(base + name, wait_until="networkidle")
    page.wait_for_function("window.firstChart && window.largest")
    chart, paint = page.evaluate("[window.firstChart, window.largest]")
    context.close()
    own = {url.partition("?")[0].removeprefix(base) for url in asked if url.startswith(base)}
    foreign = {url for url in asked if url.startswith("http") and not url.startswith(base)}
    sizes = [len(compressed(pages / path)) for path in own if (pages / path).is_file()]
    other = len(gzip.compress(library.encode(), 9)) if foreign else 0
    return Load(sum(sizes) + other, len(own | foreign), len(foreign), chart, paint)


def compare(folder: Path, chapter: str, chromium: str) -> dict[str, list[Load]]:
    """Load the chapter of both sites in turn, ``RUNS`` times each after one load that does not count."""
    stock, ours = folder / "stock", folder / "edition"
    sites = {"stock": stock_site(stock, chapter), "edition": site.publish(edition_book(ours))}
    loads: dict[str, list[Load]] = {name: [] for name in sites}
    library = stand_in()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for _ in range(RUNS + 1):
            for name, pages in sites.items():
                with served(pages) as base:
                    loads[name].append(load_page(browser, pages, base, f"book/{chapter}.html", library))
        browser.close()
    return {name: found[1:] for name, found in loads.items()}


def print_pages(loads: dict[str, list[Load]]) -> None:
    """Print the medians side by side with their ratio."""
    print(f"{'':32}{'stock':>12}{'edition':>12}{'ratio':>8}")
    for label, part in (
        ("bytes, compressed (KB)", "bytes"),
        ("requests", "requests"),
        ("  of them to other hosts", "foreign"),
        ("first chart drawn (ms)", "first_chart"),
        ("largest contentful paint (ms)", "largest_paint"),
    ):
        stock, ours = (
            statistics.median(getattr(load, part) for load in loads[name]) / (1000 if part == "bytes" else 1)
            for name in ("stock", "edition")
        )
        ratio = f"{ours / stock:.2f}" if stock else ""
        print(f"{label:32}{stock:12,.0f}{ours:12,.0f}{ratio:>8}")


def loading_time(name: str, folder: Path) -> float:
    """Return the median time of ``edition.load`` in milliseconds, the modules being imported."""
    times = []
    for _ in range(5):
        start = perf_counter()
        data.load(name, folder)
        times.append(1000 * (perf_counter() - start))
    return statistics.median(times)


def print_loading(folder: Path) -> None:
    """Print how long the largest table takes to load, and the same at ``TIMES`` times its rows."""
    tables = data.resources(ROOT / "data")
    largest = max(tables, key=lambda name: (ROOT / "data" / tables[name]["path"]).stat().st_size)
    path = tables[largest]["path"]
    head, _, rows = (ROOT / "data" / path).read_text("utf-8").partition("\n")
    (folder / "many").mkdir()
    (folder / "many" / path).write_text(f"{head}\n{rows * TIMES}", encoding="utf-8")
    (folder / "many" / data.SCHEMA).write_text(json.dumps({"resources": [tables[largest]]}))
    loading_time(largest, ROOT / "data")  # the first call imports what pandas needs
    once, many = loading_time(largest, ROOT / "data"), loading_time(largest, folder / "many")
    count = len(data.load(largest, ROOT / "data"))
    print(f"edition.load({largest!r}), {count:,} rows: {once:.1f} ms; {TIMES} times the rows: {many:,.0f} ms,")
    print(
        f"  that is {many / once:.0f} times the time ({'linear' if many < 1.5 * TIMES * once else 'worse than linear'})"
    )


def main(arguments: list[str]) -> int:
    chapter = arguments[0] if arguments else "introduction"
    if not (ROOT / f"book/{chapter}.ipynb").is_file():
        print(f"No chapter book/{chapter}.ipynb.", file=sys.stderr)
        return 1
    chromium = find_or_install()
    if chromium is None:
        print(NONE, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        loads = compare(Path(folder), chapter, chromium)
        print(f"book/{chapter}.html, medians of {RUNS} loads at 1280 by 800, before scrolling, without throttling\n")
        print_pages(loads)
        print("\nStock's other host is answered from this machine; its bytes are those of the bundle of vl-convert.\n")
        print_loading(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
