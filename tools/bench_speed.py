"""Measure builds and executions side by side with stock Jupyter Book: python tools/bench_speed.py [NAME ...]

Both books are made in a temporary folder from the same chapters. The stock one has Jupyter Book's ways of keeping pages
true to the data: it executes every notebook at each build (`execute_notebooks: force`), and Altair draws by itself. All
that differ in a row of the result are measured in turn, once without being counted and then RUNS times, with nothing
else of ours running; what was measured goes to data/benchmarks.csv with the machine it was measured on.
"""

from __future__ import annotations

import csv
import functools
import gzip
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import nbformat

from edition import data, notebooks, site

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "data" / "benchmarks.csv"
RUNS = 5
CORES = 2
CHANGED = ("votes", "office_figures")  # tables of which a row is changed: read by half of the chapters, and by one
REPEATED = {"states": {"iso3", "name"}, "resolutions": {"symbol"}}  # tables whose rows have pages, and their names
FIELDS: tuple[str, ...] = (
    "scenario",
    "subject",
    "size",
    "runs",
    "seconds",
    "least",
    "most",
    "processor",
    "memory",
    "page",
    "date",
)
FIELDS += ("machine",)

STOCK_CONFIG = "title: Stock\nonly_build_toc_files: true\nexecute: {execute_notebooks: force, timeout: 600}\n"
STOCK_CELL = """
import altair
import edition
altair.renderers.enable("default")
edition.figure = lambda chart, **_: chart
edition.table = lambda frame, **_: frame
"""
ROLES = re.compile(r"\{(?!glue:)[\w:-]+\}`([^`]*)`")
JUPYTER_BOOK = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"]
EDITION = [sys.executable, "-m", "edition.cli"]
ONE_BY_ONE = """
import sys
from pathlib import Path
from nbclient import NotebookClient
from edition import notebooks
for path in notebooks.notebooks(Path.cwd()):
    NotebookClient(notebooks.read(path), timeout=600, resources={"metadata": {"path": str(path.parent)}}).execute()
"""
# As the command `edition` begins.
BEGIN = "from pathlib import Path; from edition import startup; startup.leave_out(); clone = Path.cwd()"
EXECUTE = f"""
{BEGIN}
from edition import notebooks
list(notebooks.run(notebooks.notebooks(clone), clone, workers={{cores}}))
"""
EXECUTE_SOME = f"""
{BEGIN}
from edition import notebooks
list(notebooks.run([clone / name for name in {{names}}], clone))
"""
START = (
    f"{BEGIN}; from edition import bibliography, catalogue, data, downloads, notebooks, site; notebooks.stale(clone)"
)
START_JUPYTER_BOOK = "from edition import jupyterbook; jupyterbook.main()"  # nothing is ordered: it ends
PUBLISH = f"{BEGIN}; from edition import site; site.publish(clone)"
LOAD = "from pathlib import Path; from edition import data; data.load_all(Path.cwd() / 'data')"


@dataclass(frozen=True)
class Cost:
    """What one command cost: wall clock and processor time in seconds, the memory of its largest process in MB."""

    seconds: float
    processor: float
    memory: float


@dataclass(frozen=True)
class Subject:
    """One side of a comparison: what is done before each run, and the command that is measured."""

    name: str
    place: Path
    command: list[str]
    prepare: Callable[[], None] = lambda: None


# The books


def edition_book(folder: Path) -> Path:
    """A clone as a reader has it: notebooks with their outputs, nothing built."""
    folder.mkdir(parents=True)
    for name in site.INPUTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, folder / name)
    return folder


def stock_book(folder: Path) -> Path:
    """The same chapters for Jupyter Book and Altair as they come."""
    shutil.copytree(ROOT / "data", folder / "data")
    names = []
    for path in notebooks.notebooks(ROOT):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = ROLES.sub(r"\1", cell.source)
        notebook.cells.insert(1, nbformat.v4.new_code_cell(STOCK_CELL, metadata={"tags": ["remove-cell"]}))
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
        names.append(path.relative_to(ROOT).with_suffix("").as_posix())
    (folder / "index.md").write_text("# Stock\n", encoding="utf-8")
    (folder / "_config.yml").write_text(STOCK_CONFIG, encoding="utf-8")
    listed = "".join(f"  - file: {name}\n" for name in names)
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters:\n{listed}", encoding="utf-8")
    return folder


def change_a_row(book: Path, table: str) -> None:
    """Say something more in the locator of the last row: valid, and of consequence to every chapter that reads it."""
    path = book / "data" / f"{table}.csv"
    with open(path, encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    rows[-1][head.index("locator")] += ", as read"
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def remove_built(book: Path) -> Callable[[], None]:
    return lambda: shutil.rmtree(book / "_build", ignore_errors=True)


# Measuring


def environment() -> dict[str, str]:
    """The environment of a reader: compiled modules are kept, as Python does unless it is told otherwise."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")}


def measured(subject: Subject) -> Cost:
    """Run the command of ``subject`` to its end and return what it and all that it started cost."""
    subject.prepare()
    log = subject.place.parent / f"{subject.place.name}.log"
    with log.open("w", encoding="utf-8") as output:
        start = perf_counter()
        process = subprocess.Popen(
            subject.command,
            cwd=subject.place,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{subject.name} failed:\n{log.read_text(encoding='utf-8')[-4000:]}")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def compare(subjects: list[Subject], runs: int, first: int = 1) -> dict[str, list[Cost]]:
    """Measure the subjects in turn, so that what else the machine does falls on all of them alike.

    The ``first`` runs are not counted: they fill the caches of the disk, and make what the next ones start from.
    """
    found: dict[str, list[Cost]] = {subject.name: [] for subject in subjects}
    for number in range(runs + first):
        for subject in subjects:
            cost = measured(subject)
            print(f"  {subject.name:32} {cost.seconds:8.2f} s {cost.processor:8.2f} s of processors", flush=True)
            if number >= first:
                found[subject.name].append(cost)
    return found


def machine() -> str:
    """What was measured on, in words."""
    model = platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        named = re.search(r"(?m)^model name\s*: (.+)$", information.read_text(encoding="utf-8"))
        model = named[1].strip() if named else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} processors ({model}), {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def heaviest_page(site: Path) -> float:
    """The size of the heaviest page of ``site``, compressed, in kilobytes."""
    return max(len(gzip.compress(page.read_bytes(), 6)) for page in site.rglob("*.html")) / 1000


def rows_of(scenario: str, size: str, found: dict[str, list[Cost]], pages: dict[str, float]) -> list[dict[str, str]]:
    """The rows of the table for one comparison: one a subject, with medians."""
    made = []
    for subject, costs in found.items():
        seconds = [cost.seconds for cost in costs]
        made.append(
            {
                "scenario": scenario,
                "subject": subject,
                "size": size,
                "runs": str(len(costs)),
                "seconds": f"{statistics.median(seconds):.2f}",
                "least": f"{min(seconds):.2f}",
                "most": f"{max(seconds):.2f}",
                "processor": f"{statistics.median(cost.processor for cost in costs):.2f}",
                "memory": f"{statistics.median(cost.memory for cost in costs):.0f}",
                "page": f"{pages[subject]:.1f}" if subject in pages else "",
                "date": f"{datetime.now(UTC):%Y-%m-%d}",
                "machine": machine(),
            }
        )
    return made


# What is compared


def clone_to_site(folder: Path) -> list[dict[str, str]]:
    """From a clone, its packages installed, to the whole site."""
    stock, ours = stock_book(folder / "stock"), edition_book(folder / "edition")
    subjects = [
        Subject("stock", stock, [*JUPYTER_BOOK, "."], remove_built(stock)),
        Subject("edition", ours, [*EDITION, "build"], remove_built(ours)),
    ]
    found = compare(subjects, RUNS)
    pages = {"stock": heaviest_page(stock / "_build/html"), "edition": heaviest_page(ours / "_build/html")}
    return rows_of("clone_to_site", "1", found, pages)


def row_changed(folder: Path) -> list[dict[str, str]]:
    """One row of data changed, and the site true to it again; the size is how many chapters read its table.

    Stock Jupyter Book executes them all whatever changed, so that it is measured once, and stands beside each.
    """
    stock, ours = stock_book(folder / "stock"), edition_book(folder / "edition")
    subjects = [
        # Without --all Jupyter Book would keep every page, because no page's own file changed.
        Subject("stock", stock, [*JUPYTER_BOOK, ".", "--all"], functools.partial(change_a_row, stock, CHANGED[0])),
        *(
            Subject(f"edition, {table}", ours, [*EDITION, "build"], functools.partial(change_a_row, ours, table))
            for table in CHANGED
        ),
    ]
    found = compare(subjects, RUNS)
    made = []
    for table in CHANGED:
        readers = [path for path in notebooks.notebooks(ROOT) if table in notebooks.tables_read(notebooks.read(path))]
        pair = {"stock": found["stock"], "edition": found[f"edition, {table}"]}
        made += rows_of("row_changed", str(len(readers)), pair, {})
    return made


def row_parts(folder: Path) -> list[dict[str, str]]:
    """What the time after a changed row is made of where most must be done, each part as a program of its own.

    Together they take longer than the whole, in which data are checked and Jupyter Book starts beside the notebooks.
    """
    ours, table = edition_book(folder / "edition"), CHANGED[0]
    readers = [path for path in notebooks.notebooks(ROOT) if table in notebooks.tables_read(notebooks.read(path))]
    names = [path.relative_to(ROOT).as_posix() for path in readers]
    change = functools.partial(change_a_row, ours, table)
    subjects = [
        Subject("starting the edition", ours, [sys.executable, "-c", START]),
        Subject("executing its notebooks", ours, [sys.executable, "-c", EXECUTE_SOME.format(names=names)], change),
        Subject("starting Jupyter Book", ours, [sys.executable, "-c", START_JUPYTER_BOOK]),
        Subject("checking the data", ours, [*EDITION, "check"]),
        Subject("making the pages", ours, [sys.executable, "-c", PUBLISH], change),
    ]
    made = rows_of("row_parts", "1", compare(subjects, RUNS), {})
    return [row | {"size": str(len(readers))} for row in made]


def nothing_changed(folder: Path) -> list[dict[str, str]]:
    """The site asked for once more. Stock Jupyter Book looks at pages alone, so it is quick and knows of no data."""
    stock, ours = stock_book(folder / "stock"), edition_book(folder / "edition")
    subjects = [
        Subject("stock", stock, [*JUPYTER_BOOK, "."]),
        Subject("edition", ours, [*EDITION, "build"]),
    ]
    return rows_of("nothing_changed", "1", compare(subjects, RUNS), {})


def execution(folder: Path) -> list[dict[str, str]]:
    """All notebooks executed: one after another by nbclient, by this edition, and again by strict nbval."""
    ours = edition_book(folder / "edition")
    strict = ["pytest", "--nbval", "book", "-n", str(CORES), "--dist", "loadfile"]
    strict += ["-q", "-p", "no:cacheprovider"]
    shutil.copy2(ROOT / "conftest.py", ours)
    shutil.copy2(ROOT / "pyproject.toml", ours)
    subjects = [
        Subject("nbclient, one after another", ours, [sys.executable, "-c", ONE_BY_ONE]),
        Subject("edition", ours, [sys.executable, "-c", EXECUTE.format(cores=CORES)]),
        Subject("nbval, strict", ours, [sys.executable, "-m", "edition.kernels", "-m", *strict]),
    ]
    return rows_of("execution", "1", compare(subjects, RUNS), {})


# Growth


def times_the_rows(book: Path, times: int) -> None:
    """Repeat the rows of every table. Keys are then doubled, which loading and building do not mind."""
    for resource in data.resources(ROOT / "data").values():
        path = book / "data" / resource["path"]
        head, _, rows = path.read_text("utf-8").partition("\n")
        path.write_text(f"{head}\n{rows * times}", encoding="utf-8")


def times_the_states(book: Path, times: int) -> None:
    """Repeat States and texts under other names, with all rows that speak of them: each has a page of its own."""
    tables = data.resources(ROOT / "data")
    for name, resource in tables.items():
        keys = {
            column
            for key in resource["schema"].get("foreignKeys", [])
            if key["reference"]["resource"] in REPEATED
            for column in key["fields"]
        }
        keys |= REPEATED.get(name, set())
        path = book / "data" / resource["path"]
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if not keys or not rows:
            continue
        copies = [
            {column: f"{value}-{number}" if column in keys and value else value for column, value in row.items()}
            for number in range(2, times + 1)
            for row in rows
        ]
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows([*rows, *copies])


def times_the_chapters(book: Path, times: int) -> None:
    """Repeat every chapter under other names, with other names for its figures and tables."""
    contents = (book / "_toc.yml").read_text("utf-8")
    for path in sorted((book / "book").glob("*.ipynb")):
        text = path.read_text("utf-8")
        names = sorted(set(re.findall(r'"id": "((?:fig|tbl)-[a-z0-9-]+)"', text)), key=len, reverse=True)
        for number in range(2, times + 1):
            # The longest first, and whole names only: one may begin as another does.
            copy = re.sub(rf"\b({'|'.join(names)})(?![\w-])", rf"\1-{number}", text) if names else text
            copy = re.sub(r"\(([a-z-]+)\)=", rf"(\1-{number})=", copy)
            (book / f"book/{path.stem}-{number}.ipynb").write_text(copy, encoding="utf-8")
            line = f"      - file: book/{path.stem}\n"
            contents = contents.replace(line, f"{line}      - file: book/{path.stem}-{number}\n")
    (book / "_toc.yml").write_text(contents, encoding="utf-8")


def growth(folder: Path) -> list[dict[str, str]]:
    """Tables loaded as their rows grow; pages built, from stored outputs, as States, texts and chapters grow."""
    made = []
    for kind, times, grow in (
        ("rows", 1, times_the_rows),
        ("rows", 10, times_the_rows),
        ("rows", 100, times_the_rows),
        ("states", 1, times_the_states),
        ("states", 10, times_the_states),
        ("chapters", 1, times_the_chapters),
        ("chapters", 5, times_the_chapters),
    ):
        print(f" {times} times the {kind}", flush=True)
        book = edition_book(folder / f"{kind}-{times}")
        grow(book, times)
        if kind == "rows":
            subject = Subject("load", book, [sys.executable, "-c", LOAD])
        else:
            subject = Subject("build", book, [sys.executable, "-c", PUBLISH], remove_built(book))
        found = compare([subject], RUNS, first=0)
        pages = {} if kind == "rows" else {"build": heaviest_page(book / "_build/html")}
        made += rows_of(f"growth_{kind}", str(times), found, pages)
        shutil.rmtree(book)
    return made


SCENARIOS: dict[str, Callable[[Path], list[dict[str, str]]]] = {
    function.__name__: function
    for function in (clone_to_site, row_changed, row_parts, nothing_changed, execution, growth)
}


def write(rows: list[dict[str, str]]) -> None:
    """Put the rows into the table in place of those of the same scenarios."""
    known: list[dict[str, str]] = []
    if TABLE.is_file():
        with open(TABLE, encoding="utf-8", newline="") as file:
            known = list(csv.DictReader(file))
    again = {row["scenario"] for row in rows}
    kept = [row for row in known if row["scenario"] not in again] + rows
    kept.sort(key=lambda row: (row["scenario"], row["subject"], int(row["size"])))
    with open(TABLE, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        print(f"Nothing to measure is called {unknown[0]}; there are {', '.join(SCENARIOS)}.", file=sys.stderr)
        return 2
    rows: list[dict[str, str]] = []
    try:
        for name in names or SCENARIOS:
            print(f"{name}, medians of {RUNS} runs after one that does not count", flush=True)
            with tempfile.TemporaryDirectory(prefix="edition-bench-") as folder:
                rows += SCENARIOS[name](Path(folder))
    finally:
        write(rows)  # not before the end: books are copies of this clone, and all must be the same
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
