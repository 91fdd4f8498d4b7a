"""Nothing hostile in the data, the locks or the workflows reaches a reader, or a reader's spreadsheet."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from packaging.requirements import Requirement
from small_book import write_chapter, write_small_book

from edition import kernels, notebooks, rules, site, startup

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".venv-tools/bin"
POISON = """<script>poison()</script><img src=x onerror=poison()><b class="poison" onclick='poison()'>"'&</b>"""
CELL = f"""
import altair as alt, pandas as pd, edition as ed
poison = {POISON!r}
frame = pd.DataFrame({{"who": [poison, "b"], "n": [1, 2]}})
ed.glue("votes", glued=poison)
rows = alt.Y("who:N", title=poison, axis=alt.Axis(labelLimit=2000))
chart = alt.Chart(frame).mark_bar().encode(x="n:Q", y=rows, tooltip="who:N", text="who:N")
text = dict(caption=poison, sources=["a-hrc-res-37-23"], tables=["votes"])
"""
FIGURE = 'ed.figure(chart, id="fig-poison", title=poison, alt=poison, columns={"who": poison, "n": "N"}, **text)'
TABLE = 'ed.table(frame, id="tbl-poison", header={"who": poison, "n": "N"}, footnote=poison, **text)'


class Page(HTMLParser):
    """What of the poison has come alive in a page, and how often it is there as text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.alive: list[str] = []
        self.runs = False
        self.told = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.alive += [f"<{tag} {name}>" for name in told if name.startswith("on")]
        self.alive += [f"<{tag}>" for _ in [0] if told.get("class") == "poison" or told.get("src") == "x"]
        self.runs = tag == "script" and told.get("type") not in ("application/json", "application/ld+json")

    def handle_endtag(self, tag: str) -> None:
        self.runs = False

    def handle_data(self, data: str) -> None:
        self.told += data.count("<script>poison()</script>") + data.count("\\u003cscript>poison()")
        if self.runs and "poison" in data:
            self.alive.append(data)


@pytest.fixture(scope="module")
def poisoned(copy_clone: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a small book with the poison in every place from which data come to a page."""
    clone = copy_clone(tmp_path_factory.mktemp("poison") / "clone")
    write_small_book(clone)
    sources = clone / "data/sources.csv"
    with open(sources, encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    for row in rows:
        if row[head.index("source_id")] == "a-hrc-res-37-23":
            for field in ("symbol", "title", "short_title", "author", "publisher", "type"):
                row[head.index(field)] = POISON
            row[head.index("url")] = 'https://example.org/"onclick="poison()'
    with open(sources, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])
    package = json.loads((clone / "data/datapackage.json").read_text("utf-8"))
    package["resources"][0] |= {"title": POISON, "description": POISON}
    package["resources"][0]["schema"]["fields"][0] |= {"title": POISON, "description": POISON}
    (clone / "data/datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    chapter = write_chapter(clone, CELL)
    notebook = notebooks.read(chapter)
    import nbformat

    for number, code in enumerate((FIGURE, TABLE)):
        notebook.cells.append(nbformat.v4.new_code_cell(code, id=f"shown-{number}"))
    prose = "Said of {glue:text}`glued` by one.{src}`a-hrc-res-37-23, para. <script>poison()</script>`"
    notebook.cells.append(nbformat.v4.new_markdown_cell(prose, id="prose"))
    nbformat.write(notebook, chapter)
    list(notebooks.run([chapter], clone))
    return site.publish(clone)


@pytest.mark.parametrize(
    ("name", "least"), [("book/votes", 8), ("book/apparatus/sources", 2), ("book/apparatus/data", 4)]
)
def test_markup_in_data_is_text_in_pages(poisoned: Path, name: str, least: int) -> None:
    page = Page((poisoned / f"{name}.html").read_text("utf-8"))
    assert page.alive == []
    assert page.told >= least, "the poison should be there to read"


def test_markup_in_data_is_text_in_drawings(poisoned: Path) -> None:
    drawing = Page((poisoned / "_exhibits/fig-poison.svg").read_text("utf-8"))
    assert drawing.alive == []


def test_no_page_or_file_of_the_site_holds_the_poison_alive(poisoned: Path) -> None:
    for path in poisoned.rglob("*.html"):
        assert Page(path.read_text("utf-8")).alive == [], path.name


def test_the_poison_would_be_noticed() -> None:
    assert len(Page(POISON).alive) >= 4


# Spreadsheets

NOTES: dict[str, Any] = {"notes": {"primaryKey": []}}


@pytest.mark.parametrize("cell", ["=1+1", "+1", "@SUM(A1)", "-1+1", "-A1", "\t=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_refused(cell: str) -> None:
    found = rules.check({"notes": pd.DataFrame({"text": ["sound", cell]}, dtype="str")}, NOTES)
    assert [(problem.row, problem.field, problem.value) for problem in found] == [(3, "text", cell)]


@pytest.mark.parametrize("cell", ["-2", "-0.5", "A=1", "1+1", "", "\u2013 a dash"])
def test_other_cells_are_not(cell: str) -> None:
    assert rules.check({"notes": pd.DataFrame({"text": [cell]}, dtype="str")}, NOTES) == []


def test_no_file_to_download_holds_a_formula(built: Path) -> None:
    cells = 0
    for path in built.rglob("*.csv"):
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                cells += len(row)
                assert not [cell for cell in row if re.match(r"[=@\t]|[+-](?![\d., +\u2212-]*$)", cell)], (
                    path.name,
                    row,
                )
    assert cells > 10_000


# Packages


def test_the_bill_of_materials_names_every_package_of_the_lock(tmp_path: Path) -> None:
    assert (TOOLS / "python").exists(), "make test makes .venv-tools; or: sh tools/setup.sh tools"
    written = []
    for name in ("one.json", "two.json"):
        command = [TOOLS / "python", ROOT / "tools/sbom.py", ROOT / "requirements.lock", tmp_path / name]
        subprocess.run(command, check=True)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    bill = json.loads(written[0])
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    wanted = [Requirement(found) for found in re.findall(r"(?m)^([a-z0-9.-]+==[^\\\n]+?) \\$", lock)]
    named = {(part["name"], part["version"]) for part in bill["components"]}
    assert named == {(one.name, str(one.specifier).removeprefix("==")) for one in wanted}
    assert all(part["purl"].startswith("pkg:pypi/") for part in bill["components"])
    assert set(re.findall(r"[0-9a-f]{64}", lock)) == set(re.findall(r"[0-9a-f]{64}", written[0].decode()))


def test_a_bill_of_something_else_is_refused() -> None:
    done = subprocess.run([TOOLS / "python", ROOT / "tools/sbom.py", "nothing"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "Usage: sbom.py LOCK OUT\n")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-tools.lock"])
def test_no_locked_package_has_a_known_fault(lock: str) -> None:
    """Asks the service of advisories; where it cannot be reached the test says so and judges nothing."""
    command = [TOOLS / "pip-audit", "--requirement", ROOT / lock, "--require-hashes", "--disable-pip"]
    try:
        done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        pytest.skip("the service of advisories did not answer in two minutes")
    try:
        audited = json.loads(done.stdout)["dependencies"]
    except ValueError:
        pytest.skip(f"the service of advisories cannot be reached: {(done.stderr.splitlines() or ['no word'])[-1]}")
    if all("skip_reason" in package for package in audited):
        pytest.skip("the service of advisories knows none of the packages: not audited")
    faulty = {package["name"]: [one["id"] for one in package["vulns"]] for package in audited if package.get("vulns")}
    assert faulty == {}


# Secrets

SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{22,}|"
    r"\bxox[abprs]-[\w-]{10,}|\bsk-[A-Za-z0-9]{20,}|\bpypi-[A-Za-z0-9_-]{50,}|(?i:password|api_key|secret)\s*=\s*['\"]\w{8,}"
)


def test_no_secret_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a clone")
    files = [ROOT / name for name in listed.stdout.split("\0") if name and name != "tests/test_security.py"]
    found = [path.name for path in files if path.is_file() and SECRET.search(path.read_text("utf-8", errors="replace"))]
    assert found == []
    assert len(files) > 100


@pytest.mark.parametrize("secret", ["ghp_" + 36 * "a", "-----BEGIN RSA PRIVATE KEY", "AKIA" + 16 * "A"])
def test_a_secret_would_be_noticed(secret: str) -> None:
    assert SECRET.search(secret)


def test_workflows_read_no_secret() -> None:
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        text = path.read_text("utf-8")
        assert not re.search(r"\bsecrets\.(?!GITHUB_TOKEN\b)|pull_request_target|permissions: write-all", text), (
            path.name
        )


def test_python_runs_from_the_environment_alone(tmp_path: Path) -> None:
    """Readers' own packages and settings cannot get into a build."""
    left_out = re.findall(r"^unexport (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert {"PYTHONPATH", "PYTHONHOME", "CDPATH", *startup.PERSONAL} <= set(" ".join(left_out).split())
    assert not {"PYTHONPATH", *startup.PERSONAL} & kernels.environment(tmp_path).keys()
