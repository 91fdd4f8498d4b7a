"""The release: what refuses it, what it holds, that it is the same to the byte, and that it opens from a disk."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdf
import pytest
import yaml
from browsing import CHROMIUM, started

from edition import archives, articles, citing, cli, downloads, epub, fonts, notebooks, offline, pdf, release, releases

TIME = 1_700_000_000
NAME = "technical-assistance-and-mutually-beneficial-cooperation"
PAGES = ["introduction", "apparatus/data"]  # what the small book holds
MADE = {"_exhibits/states", "_exhibits/resolutions"}
SVG, XHTML = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xhtml}"


def edition_of(root: Path) -> citing.Edition:
    return citing.read((root / "CITATION.cff").read_text(encoding="utf-8"))


def git(folder: Path, *arguments: str) -> str:
    """Run git as nobody in particular, at one fixed time."""
    date = f"{TIME} +0000"
    who = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **who, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    command = ["git", "-c", "commit.gpgsign=false", "-c", "core.hooksPath=", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")


# Archives -------------------------------------------------------------------------------------------------------------

FILES = {"b/two.txt": b"2", "a.sh": b"#!/bin/sh\n", "b/one.txt": b"1" * 1000}


def test_archives_do_not_depend_on_order_or_hour() -> None:
    turned = dict(reversed(FILES.items()))
    assert archives.zipped(FILES, TIME) == archives.zipped(turned, TIME)
    assert archives.tarred(FILES, TIME) == archives.tarred(turned, TIME)
    assert archives.zipped(FILES, TIME) != archives.zipped(FILES, TIME + 60)


def test_an_archive_holds_names_modes_and_times_as_told() -> None:
    with tarfile.open(fileobj=io.BytesIO(archives.tarred(FILES, TIME))) as tar:
        entries = [(entry.name, entry.mode, entry.mtime, entry.uid, entry.uname) for entry in tar]
    assert entries == [(name, 0o755 if name == "a.sh" else 0o644, TIME, 0, "") for name in sorted(FILES)]
    with zipfile.ZipFile(io.BytesIO(archives.zipped(FILES, TIME, first="b/two.txt"))) as packed:
        told = {entry.filename: (entry.date_time, entry.external_attr >> 16 & 0o777) for entry in packed.infolist()}
        assert packed.testzip() is None
        assert packed.infolist()[0].compress_type == zipfile.ZIP_STORED
    assert list(told) == ["b/two.txt", "a.sh", "b/one.txt"]
    assert told["a.sh"] == ((2023, 11, 14, 22, 13, 20), 0o755)


def test_gzip_tells_neither_name_nor_hour() -> None:
    packed = archives.tarred(FILES, TIME)
    assert packed[3] == 0, "no name, no comment"
    assert packed[4:8] == bytes(4), "no hour"
    assert gzip.decompress(packed)


@pytest.fixture(scope="module")
def pango() -> None:
    """Where the PDF cannot be made, what rests on it is not tested, and the report says what is missing."""
    if lacking := pdf.missing():
        pytest.skip(lacking)


# Refusals -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def tagged(small: Path, root: Path) -> Path:
    """A clone of one notebook, committed and tagged as version 0.1.0 of CITATION.cff."""
    shutil.copy(root / "CITATION.cff", small)
    text = (small / "CITATION.cff").read_text(encoding="utf-8")
    (small / "CITATION.cff").write_text(re.sub(r"(?m)^version: .*", "version: 0.1.0", text), encoding="utf-8")
    (small / ".gitignore").write_text("dist/\n_build/\n")
    releases.record(small)
    git(small, "init", "--quiet")
    commit(small)
    git(small, "tag", "v0.1.0")
    return small


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    """Run ``edition release`` in the working folder and return its one line of refusal."""
    assert cli.main(["release"]) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("Not released: ")
    return lines[0]


@pytest.mark.usefixtures("pango")
def test_nothing_stands_against_a_clean_tag(tagged: Path) -> None:
    assert release.refusal(tagged) == ""


def test_a_changed_file_is_refused(tagged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tagged / "data/pears.csv").write_text("key,value\na,1\n")
    assert "1 file(s) differ from the commit, the first is data/pears.csv" in refused(capsys)


def test_a_file_that_git_does_not_know_is_refused(tagged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tagged / "notes.txt").write_text("")
    assert "notes.txt" in refused(capsys)


def test_a_commit_without_a_tag_is_refused(tagged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(tagged, "tag", "--delete", "v0.1.0")
    assert "no tag on this commit" in refused(capsys)


def test_a_tag_that_citation_does_not_carry_is_refused(tagged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(tagged, "tag", "v0.2.0")
    git(tagged, "tag", "--delete", "v0.1.0")
    assert "the tag is v0.2.0 and CITATION.cff says 0.1.0" in refused(capsys)


def test_a_version_whose_tag_stands_elsewhere_is_refused(tagged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tagged / "data/pears.csv").write_text("key,value\na,2\n")
    commit(tagged)
    assert "already released, by the tag v0.1.0 on another commit" in refused(capsys)


def test_a_tree_that_was_not_prepared_is_refused(tagged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tagged / "data/pears.csv").write_text("key,value\na,2\n")
    commit(tagged)
    git(tagged, "tag", "--force", "v0.1.0")
    assert "this tree is not what was made ready as version 0.1.0: make prepare, commit" in refused(capsys)


CHANGES = "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - {date}\n\n### Data\n\n- The first rows.\n"


@pytest.fixture
def ready(tagged: Path) -> Path:
    """The same before it is prepared: executed, told in the changelog, and without a tag."""
    git(tagged, "tag", "--delete", "v0.1.0")
    (tagged / releases.FILE).unlink()
    list(notebooks.run([tagged / "book/fruit.ipynb"], tagged))
    released = citing.read((tagged / "CITATION.cff").read_text("utf-8")).released
    (tagged / "CHANGELOG.md").write_text(CHANGES.format(date=released))
    descriptor = json.loads((tagged / "data/datapackage.json").read_text())
    (tagged / "data/datapackage.json").write_text(json.dumps({**descriptor, "version": "0.1.0"}))
    release.data.package.cache_clear()
    return tagged


def test_what_is_prepared_is_the_release_until_it_changes(ready: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert releases.edition(ready).data
    assert cli.main(["prepare"]) == 0
    assert "names this tree as version 0.1.0: commit it" in capsys.readouterr().out
    assert releases.edition(ready).named == "0.1.0"
    (ready / "data/pears.csv").write_text("key,value\na,2\n")
    assert releases.edition(ready).named.startswith("after 0.1.0, not released, data ")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("CHANGELOG.md", "[0.1.0]", "[0.0.9]", "CHANGELOG.md has no section '## [0.1.0] - "),
        ("CHANGELOG.md", "[Unreleased]\n", "[Unreleased]\n\n### Data\n\n- More.\n", "changes stand as unreleased"),
        ("data/datapackage.json", '"0.1.0"', '"0.0.9"', "data/datapackage.json has version 0.0.9, CITATION.cff 0.1.0"),
        ("data/apples.csv", "b,2", "b,3", "stale are fruit.ipynb: make run first"),
    ],
)
def test_what_is_not_ready_is_not_prepared(
    ready: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, told: str
) -> None:
    text = (ready / file).read_text("utf-8")
    assert old in text
    (ready / file).write_text(text.replace(old, new), encoding="utf-8")
    assert cli.main(["prepare"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Not prepared: ")
    assert told in line
    assert not (ready / releases.FILE).exists()


def test_a_version_that_is_released_is_not_prepared_again(ready: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(ready)
    git(ready, "tag", "v0.1.0")
    assert cli.main(["prepare"]) == 1
    assert "version 0.1.0 is already released: raise it in CITATION.cff" in capsys.readouterr().err


def test_a_version_whose_folder_is_there_is_refused(tagged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tagged / "dist/small-0.1.0").mkdir(parents=True)
    assert "already released, in dist/small-0.1.0" in refused(capsys)


def test_a_folder_without_history_is_refused(tagged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(tagged / ".git")
    assert "no clone" in refused(capsys)


@pytest.mark.usefixtures("pango")
def test_bad_data_are_refused(tagged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tagged / "data/pears.csv").write_text("key,value\na,one\n")
    releases.record(tagged)
    commit(tagged)
    git(tagged, "tag", "--force", "v0.1.0")
    assert "1 problem(s) in the data: run make check" in refused(capsys)


@pytest.mark.usefixtures("pango")
def test_a_stale_notebook_is_refused(tagged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "stale are fruit.ipynb: run make run and commit" in refused(capsys)


@pytest.mark.usefixtures("pango")
def test_a_failing_check_is_refused(tagged: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setattr(notebooks, "stale", lambda _clone: {})
    (tagged / "tools").mkdir()
    (tagged / "tools/test.py").write_text("print('5 checks in 9 s, failed: types')\nraise SystemExit(1)\n")
    releases.record(tagged)
    commit(tagged)
    git(tagged, "tag", "--force", "v0.1.0")
    assert "5 checks in 9 s, failed: types; what they say is in _build/release-checks.log" in refused(capsys)
    assert not (tagged / "dist").exists()


def test_a_machine_without_pango_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess([], 1, "", "OSError: cannot load library 'libpango-1.0-0'")
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: done)
    assert pdf.missing().startswith("WeasyPrint needs Pango: install it")
    assert "\n" not in pdf.missing()


def test_the_checks_of_a_release_are_checks_of_make_test(root: Path) -> None:
    text = (root / "tools/test.py").read_text(encoding="utf-8")
    assert all(f'"{name}": [' in text for name in release.CHECKS)


def test_a_second_release_says_what_changed_since_the_first(tagged: Path) -> None:
    assert list(release._changes(tagged)) == []
    (tagged / "data/pears.csv").write_text("key,value\na,2\n")
    commit(tagged)
    git(tagged, "tag", "v0.2.0")
    (changes,) = release._changes(tagged)
    assert b"pears" in changes


# Sites under one roof -------------------------------------------------------------------------------------------------


def test_releases_stand_under_their_versions_and_latest_is_the_newest(root: Path, tmp_path: Path) -> None:
    for version in ("0.9.0", "0.10.0"):
        told = {"this": version, "versions": [{"version": version, "date": "2026-01-01", "path": "./"}]}
        files = {"a/versions.json": json.dumps(told).encode(), "a/index.html": version.encode()}
        (tmp_path / f"{version}-site.tar.gz").write_bytes(archives.tarred(files, TIME))
    (tmp_path / "main").mkdir()
    told = {"this": "0.11.0", "versions": [{"version": "0.11.0", "date": "2026-01-01", "path": "./"}]}
    (tmp_path / "main/versions.json").write_text(json.dumps(told))
    (tmp_path / "main/index.html").write_text("main")
    command = [sys.executable, "tools/roof.py", tmp_path, tmp_path / "roof"]
    for site, shown in (([], "0.10.0"), ([tmp_path / "main"], "main")):
        subprocess.run([*map(str, command), *map(str, site)], cwd=root, check=True)
        pages = {str(page.parent.name): page.read_text() for page in (tmp_path / "roof").rglob("index.html")}
        assert pages == {"roof": shown, "0.9.0": "0.9.0", "0.10.0": "0.10.0", "latest": "0.10.0"}
        paths = {}
        for place in ("", "0.9.0", "latest"):
            listed = json.loads((tmp_path / "roof" / place / "versions.json").read_text())["versions"]
            paths[place] = [entry["path"] for entry in listed]
        own = ["./"] if site else []  # the main branch, of a version that no folder has
        assert paths == {
            "": [*own, "0.10.0/", "0.9.0/"],
            "0.9.0": ["../0.10.0/", "../0.9.0/"],
            "latest": paths["0.9.0"],
        }


def test_a_site_of_no_release_is_not_published_as_one(root: Path, tmp_path: Path) -> None:
    told = {"this": "after 0.9.0", "versions": [{"version": "after 0.9.0", "date": "", "path": "./"}]}
    (tmp_path / "x-site.tar.gz").write_bytes(archives.tarred({"a/versions.json": json.dumps(told).encode()}, TIME))
    command = [sys.executable, "tools/roof.py", str(tmp_path), str(tmp_path / "roof")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 1
    assert "x-site.tar.gz calls itself version 'after 0.9.0'" in done.stderr


# A small release, whole -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small_clone(copy_clone: Callable[[Path], Path], root: Path) -> Callable[[Path], Path]:
    """Makes a clone of the whole repository but for a table of contents of two pages."""

    def make(target: Path) -> Path:
        copy_clone(target)
        for name in release.NOTEBOOKS:
            source, copy = root / name, target / name
            if source.is_dir():
                shutil.copytree(source, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy)
        contents = {"root": "book/index", "parts": [{"caption": "The study", "chapters": []}]}
        contents["parts"][0]["chapters"] = [{"file": f"book/{name}"} for name in PAGES]  # type: ignore[index]
        (target / "_toc.yml").write_text(yaml.safe_dump(contents), encoding="utf-8")
        (target / ".gitignore").write_text("_build/\ndist/\n__pycache__/\n.ipynb_checkpoints/\n")
        releases.record(target)
        git(target, "init", "--quiet")
        commit(target)
        return target

    return make


Bundle = dict[str, bytes]


@pytest.fixture(scope="module")
def clone_one(small_clone: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_clone(tmp_path_factory.mktemp("one") / "clone")


@pytest.fixture(scope="module")
def few(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site without the tables beside the pages of States and of texts: two files of three, and packed as any other.

    The whole site is packed, twice, when the judges compare two releases.
    """
    site = tmp_path_factory.mktemp("few") / "html"

    def left_out(folder: str, names: list[str]) -> set[str]:
        return set(names) if Path(folder).relative_to(built).as_posix() in MADE else set()

    return shutil.copytree(built, site, ignore=left_out)


@pytest.fixture(scope="module")
def made(pango: None, clone_one: Path, few: Path) -> Bundle:
    return release.bundle(clone_one, few)


def part(made: Bundle, ending: str) -> bytes:
    (found,) = [content for name, content in made.items() if name.endswith(ending)]
    return found


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_two_releases_of_one_commit_are_the_same_to_the_byte(
    made: Bundle, few: Path, small_clone: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another folder, with another home, language, time zone and hour."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("HOME", str(tmp_path))
    again = release.bundle(small_clone(tmp_path / "édition two"), few)
    assert made.keys() == again.keys()
    assert not [name for name in made if made[name] != again[name]]


def test_a_release_holds_what_it_should(made: Bundle) -> None:
    version = edition_of(Path(__file__).parent.parent).version
    endings = ("-site.tar.gz", "-site.zip", ".pdf", ".epub", "-data.zip", "-notebooks.zip", "-sources.bib")
    assert set(made) == {*(f"{NAME}-{version}{ending}" for ending in endings), "manifest.json", "SHA256SUMS"}
    assert part(made, ".bib").startswith(b"% Generated from data/sources.csv")


def test_the_manifest_has_the_hash_of_every_file(made: Bundle, tmp_path: Path) -> None:
    manifest = json.loads(made["manifest.json"])
    told = {entry["path"]: (entry["bytes"], entry["sha256"]) for entry in manifest["files"]}
    rest = {name: content for name, content in made.items() if name not in ("manifest.json", "SHA256SUMS")}
    assert told == {name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in rest.items()}
    assert manifest["source_date_epoch"] == TIME
    assert re.fullmatch("[0-9a-f]{40}", manifest["commit"])
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    assert release.verify(tmp_path) == []
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True)
    (tmp_path / f"{manifest['name']}-sources.bib").write_text("changed")
    (tmp_path / f"{manifest['name']}.pdf").unlink()
    (tmp_path / "more.txt").write_text("")
    wrong = {problem.split(" ", 1)[1] for problem in release.verify(tmp_path)}
    assert wrong == {"is not what the manifest says", "is missing", "is not in the manifest"}


def test_a_release_is_put_in_place_whole_or_not_at_all(tmp_path: Path, made: Bundle, monkeypatch: Any) -> None:
    assert release._put(tmp_path / "dist/a", made) == tmp_path / "dist/a"
    assert release.verify(tmp_path / "dist/a") == []
    monkeypatch.setattr(release, "verify", lambda _folder: ["a.pdf is missing"])
    with pytest.raises(release.ReleaseError, match=r"a\.pdf is missing"):
        release._put(tmp_path / "dist/b", made)
    assert not (tmp_path / "dist/b").exists()


def adapted_names(site: Path) -> set[str]:
    """Return the files that a site to be read from a disk has: what makes a chart live is a script there."""
    charts = re.compile(r"^(_exhibits/fig-[a-z0-9-]+\.json)$")
    return {charts.sub(r"\1.js", name) for name in archives.read(site)}


def test_both_archives_of_the_site_hold_the_same(made: Bundle, few: Path) -> None:
    files = unpacked(part(made, "-site.zip"))
    with tarfile.open(fileobj=io.BytesIO(part(made, "-site.tar.gz"))) as tar:
        assert {entry.name: tar.extractfile(entry).read() for entry in tar} == files  # type: ignore[union-attr]
    folder = next(iter(files)).split("/")[0]
    assert {name.removeprefix(f"{folder}/") for name in files} == adapted_names(few)
    assert len(files) > 300


def test_every_page_of_the_whole_site_can_be_read_from_a_disk(built: Path) -> None:
    files = offline.adapt(archives.read(built))
    assert files.keys() == adapted_names(built)
    assert not [name for name, content in files.items() if name.endswith(".html") and b'type="module"' in content]


def test_the_data_package_holds_every_table_twice_and_the_catalogue(made: Bundle, tmp_path: Path, root: Path) -> None:
    from frictionless import Package, system

    for name, content in unpacked(part(made, "-data.zip")).items():
        place = tmp_path / name.partition("/")[2]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    with system.use_context(trusted=True):
        assert Package(str(tmp_path / "datapackage.json")).validate(limit_errors=1).valid
    for name in ("ro-crate-metadata.json", "croissant.json", "dataset.jsonld", "LICENSE-CONTENT", "CITATION.cff"):
        assert (tmp_path / name).is_file(), name
    tables = release.data.load_all(root / "data")
    assert {file.stem for file in (tmp_path / "parquet").iterdir()} == set(tables)
    for name in tables:  # the same file as on the site: what it holds is tested there
        assert (tmp_path / f"parquet/{name}.parquet").read_bytes() == downloads.parquet(name, root / "data"), name


def test_the_notebooks_run_on_their_own(made: Bundle, tmp_path: Path) -> None:
    """Unpacked alone, with the package that stands beside them, a chapter gives the outputs that it holds."""
    for name, content in unpacked(part(made, "-notebooks.zip")).items():
        place = tmp_path / name.partition("/")[2]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    chapter = tmp_path / "book/introduction.ipynb"
    before = notebooks.read(chapter)
    code = (
        "import sys, pathlib; from edition import notebooks; here = pathlib.Path.cwd();"
        "assert pathlib.Path(notebooks.__file__).is_relative_to(here), notebooks.__file__;"
        "assert not notebooks.stale(here); list(notebooks.run([here / 'book/introduction.ipynb'], here))"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "src")}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)
    after = notebooks.read(chapter)
    assert not releases.edition(tmp_path).data, "without history, it knows that it is the release"
    assert [cell.get("outputs") for cell in before.cells] == [cell.get("outputs") for cell in after.cells]
    assert (tmp_path / "requirements.lock").is_file()
    assert (tmp_path / "Makefile").is_file()


# The PDF --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reader(made: Bundle) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(part(made, ".pdf")))


@dataclass(frozen=True)
class Sheet:
    """What stands on a sheet of the PDF: its text, and each run of words with the matrices that place it."""

    text: str
    words: list[tuple[str, list[float], list[float]]]


@pytest.fixture(scope="module")
def sheets(reader: pypdf.PdfReader) -> list[Sheet]:
    """Every sheet, read once: reading takes longer than all that is asked of it."""
    read = []
    for page in reader.pages:
        words: list[tuple[str, list[float], list[float]]] = []

        def remember(text: str, cm: list[float], tm: list[float], _font: Any, _size: Any) -> None:
            words.append((text, [*cm], [*tm]))  # noqa: B023

        read.append(Sheet(page.extract_text(visitor_text=remember), words))
    return read


@pytest.fixture(scope="module")
def printed(book: list[articles.Article], root: Path) -> str:
    """The book as the one document from which the PDF is drawn."""
    return pdf.html(edition_of(root), book)


@pytest.fixture(scope="module")
def book(clone_one: Path, built: Path) -> list[articles.Article]:
    return articles.read(clone_one, built)


def test_the_cover_says_what_this_is(reader: pypdf.PdfReader, sheets: list[Sheet], root: Path) -> None:
    told, cover = edition_of(root), " ".join(sheets[0].text.split())
    assert f"Version {told.version}" in cover
    assert "not a document of the United Nations" in cover
    assert "no person has coded them yet" in cover
    assert "How to cite" in cover
    assert told.standing in cover
    assert "Contents" in sheets[1].text
    assert reader.metadata is not None
    assert reader.metadata.title == told.title


@pytest.fixture(scope="module")
def elements(reader: pypdf.PdfReader) -> list[Any]:
    """Every element of the tagged structure."""
    waiting, found = [reader.trailer["/Root"]["/StructTreeRoot"]], []  # type: ignore[index]
    while waiting:
        element = waiting.pop().get_object()
        if hasattr(element, "get"):
            found.append(element)
            children = element.get("/K", [])
            children = children.get_object() if hasattr(children, "get_object") else children
            waiting += children if isinstance(children, list) else [children]
    return found


def test_the_pdf_is_tagged_and_says_its_language(reader: pypdf.PdfReader, elements: list[Any]) -> None:
    catalogue: Any = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "en"
    assert b"pdfuaid" in catalogue["/Metadata"].get_data()
    kinds = {element.get("/S") for element in elements}
    assert kinds >= {"/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/Figure", "/Caption", "/Link"}


def test_every_chart_is_drawn_in_vectors_and_told_in_words(
    reader: pypdf.PdfReader, elements: list[Any], book: list[articles.Article]
) -> None:
    both = sum(1 for page in book for _ in page.root.iter(SVG + "svg"))
    on_paper = deepcopy(book)
    for page in on_paper:
        articles.prune(page.root, articles.is_narrow)
    charts = [svg.attrib["aria-label"] for page in on_paper for svg in page.root.iter(SVG + "svg")]
    assert len(charts) < both, "the drawings for telephones are not for paper"
    told = [str(element["/Alt"]) for element in elements if element.get("/S") == "/Figure"]
    assert len(charts) > 3
    assert sorted(told) == sorted(charts)
    assert not [page for page in reader.pages if page.images], "a picture in dots"


def test_bookmarks_and_contents_lead_to_every_chapter(
    reader: pypdf.PdfReader, sheets: list[Sheet], book: list[articles.Article]
) -> None:
    marks = [mark.title for mark in reader.outline if not isinstance(mark, list)]
    assert marks == ["Contents", *(page.title for page in book)]
    contents = " ".join(sheets[1].text.split())
    for page, mark in zip(book, [mark for mark in reader.outline if not isinstance(mark, list)][1:], strict=True):
        number = reader.get_destination_page_number(mark)
        assert number is not None
        assert re.search(rf"{re.escape(page.title)}[ .]*{number + 1}\b", contents), page.title


def test_paragraphs_keep_their_numbers_and_addresses(
    reader: pypdf.PdfReader, sheets: list[Sheet], book: list[articles.Article]
) -> None:
    text = "\n".join(sheet.text for sheet in sheets)
    numbers = [
        element.attrib["id"] for page in book for element in page.root.iter() if "ed-para" in articles.classes(element)
    ]
    assert numbers[0] == "para-1"
    assert set(numbers) <= set(reader.named_destinations)
    assert f"{numbers[-1].removeprefix('para-')}." in text


def test_notes_stand_at_the_foot_of_their_sheet(reader: pypdf.PdfReader, sheets: list[Sheet]) -> None:
    """The first note of the first chapter is lower than the paragraph that it belongs to, on the same sheet."""
    page, sheet = next(
        both for both in zip(reader.pages, sheets, strict=True) if "What this chapter finds" in both[1].text
    )
    height: dict[str, float] = {}
    for text, cm, tm in sheet.words:
        for words in ("Council adopted resolution 37/23", "(Resolution, 23 March 2018)"):
            if words in text:
                height.setdefault(words, tm[5] * cm[3] + cm[5])
    paragraph, note = height["Council adopted resolution 37/23"], height["(Resolution, 23 March 2018)"]
    bottom = float(page.mediabox.height) / 3
    assert note < bottom < paragraph


def test_no_word_runs_off_the_sheet(reader: pypdf.PdfReader, sheets: list[Sheet]) -> None:
    outside: list[tuple[int, str]] = []
    for number, (page, sheet) in enumerate(zip(reader.pages, sheets, strict=True), start=1):
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        for text, cm, tm in sheet.words:
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            in_drawing = abs(x) < 1  # in a frame of its own, which the page places as a whole
            if text.strip() and not in_drawing and not (20 < x < width - 20 and 15 < y < height - 15):
                outside.append((number, text.strip()[:40]))
    assert sum(len(sheet.words) for sheet in sheets) > 1000
    assert outside == []


def test_the_pdf_uses_the_fonts_of_the_packages_alone(reader: pypdf.PdfReader) -> None:
    used = {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in reader.pages
        for font in page["/Resources"].get("/Font", {}).values()  # type: ignore[union-attr]
    }
    assert used
    assert all(name.startswith("Liberation-Sans") for name in used), used


def test_no_sheet_is_empty_or_dark(sheets: list[Sheet]) -> None:
    assert not [number for number, sheet in enumerate(sheets, 1) if len(sheet.text) < 150]
    assert "dark" not in pdf.STYLE.read_text(encoding="utf-8")


def test_the_fonts_are_whole() -> None:
    found = fonts.fonts()
    assert set(found) == set(fonts.STYLES)
    assert fonts.missing(["Côte d’Ivoire – Türkiye − ≥ … “§”"]) == []
    assert fonts.missing(["plain 中文"]) == ["中", "文"]


def test_a_letter_without_a_sign_stops_the_pdf(book: list[articles.Article], root: Path) -> None:
    told = edition_of(root)
    strange = replace(told, abstract="", title="A title in 中文")
    with pytest.raises(pdf.PdfError, match="no sign for 中 文"):
        pdf.make(strange, [])


def test_columns_are_told_their_widths_and_fit_the_sheet(printed: str) -> None:
    groups = re.findall(r"<colgroup>(.*?)</colgroup>", printed)
    assert len(groups) == printed.count("<table")
    wide = [figure for figure in re.findall(r"<figure\b.*?</figure>", printed, re.DOTALL) if "wide" in figure[:90]]
    assert wide, "the table of conflicts has more columns than an upright sheet holds"
    for group in groups:
        turned = any(group in figure for figure in wide)
        assert sum(map(int, re.findall(r"width: (\d+)mm", group))) <= (pdf.WIDE if turned else pdf.ROOM)


def test_a_note_spells_an_address_once_in_a_chapter(printed: str) -> None:
    chapter = printed[printed.index('<article id="introduction"') : printed.index('<article id="apparatus-data"')]
    links = [
        (re.search(r'href="([^"]+)"', link)[1], "spelled" in link)  # type: ignore[index]
        for note in re.findall(r'<span class="ed-note".*?</span>', chapter)
        for link in re.findall(r'<a class="[^"]*external[^>]*>', note)
    ]
    assert len(links) > 10
    assert any(again for _, again in links)
    for place, (address, again) in enumerate(links):
        assert again == (address in {earlier for earlier, _ in links[:place]})


def test_letters_of_charts_are_large_enough_to_read(printed: str) -> None:
    drawings = re.findall(r"<svg\b.*?</svg>", printed, re.DOTALL)
    assert len(drawings) > 3
    for drawing in drawings:
        width, shown = (float(re.search(rule, drawing)[1]) for rule in (r' width="([\d.]+)"', r"width: ([\d.]+)mm"))  # type: ignore[index]
        smallest = min(float(size) for size in re.findall(r'<text[^>]*font-size="([\d.]+)px"', drawing))
        assert smallest * shown / width * 72 / 25.4 >= 6, re.search("<title>[^<]*", drawing)


def test_links_within_the_book_lead_to_their_place(printed: str) -> None:
    anchors = re.findall(r'\bid="([^"]+)"', printed)
    assert len(anchors) == len(set(anchors)), "an anchor twice"
    targets = set(re.findall(r'href="#([^"]+)"', printed))
    assert targets
    assert targets <= set(anchors)
    assert not re.findall(r'href="(?!#|https?:|mailto:)[^"]*"', printed), "a link that leads nowhere in a book"


# The EPUB (EPUBCheck, which needs Java, judges the whole one: tests/judges) ------------------------------------------


def test_the_epub_is_well_formed_and_complete(made: Bundle) -> None:
    packed = part(made, ".epub")
    assert packed[30:58] == b"mimetypeapplication/epub+zip"
    files = unpacked(packed)
    trees = {
        name: ElementTree.fromstring(content)
        for name, content in files.items()
        if name.endswith((".xhtml", ".opf", ".xml"))
    }
    package = files["EPUB/package.opf"].decode()
    listed = set(re.findall(r'<item id="[^"]+" href="([^"]+)"', package))
    assert listed == {name.removeprefix("EPUB/") for name in files if name.startswith("EPUB/")} - {"package.opf"}
    for word in ("accessMode", "accessModeSufficient", "accessibilityFeature", "accessibilityHazard"):
        assert f"schema:{word}" in package
    for name, tree in trees.items():
        ids = [element.attrib["id"] for element in tree.iter() if "id" in element.attrib]
        assert len(ids) == len(set(ids)), name
        for link in tree.iter(XHTML + "a"):
            path, _, anchor = link.attrib["href"].partition("#")
            if not re.match("https?:|mailto:", path):
                place = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
                assert place in trees, f"{name}: {link.attrib['href']}"
                assert not anchor or any(element.get("id") == anchor for element in trees[place].iter())


def test_the_epub_holds_drawings_and_notes(made: Bundle, book: list[articles.Article]) -> None:
    chapter = ElementTree.fromstring(unpacked(part(made, ".epub"))["EPUB/introduction.xhtml"])
    drawings = list(chapter.iter(SVG + "svg"))
    assert len(drawings) == sum(1 for _ in book[0].root.iter(SVG + "svg"))
    assert all(drawing.get("aria-label") for drawing in drawings)
    files = unpacked(part(made, ".epub"))
    assert all(fonts.FAMILY in drawing.attrib["font-family"] for drawing in drawings)
    assert files["EPUB/regular.ttf"] == fonts.fonts()["Regular"], "a label in wider letters runs out of its drawing"
    assert f'font-family: "{fonts.FAMILY}"; src: url("regular.ttf")' in files["EPUB/style.css"].decode()
    (notes,) = [section for section in chapter.iter(XHTML + "section") if section.get("role") == "doc-endnotes"]
    ids = {note.attrib["id"] for note in notes.iter(XHTML + "li")}
    asked = {link.attrib["href"][1:] for link in chapter.iter(XHTML + "a") if link.get("role") == "doc-noteref"}
    assert ids == asked
    assert not [span for span in chapter.iter(XHTML + "span") if span.get("class") == "ed-note"]


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium: set EDITION_CHROMIUM to its path")
@pytest.mark.parametrize(("width", "kind"), [(360, "ed-narrow"), (600, "ed-wide")])
def test_a_page_of_the_epub_fits_its_reader(
    root: Path, book: list[articles.Article], tmp_path: Path, width: int, kind: str
) -> None:
    """Nothing runs off the side, and each chart is shown once, in the drawing that suits the width."""
    with zipfile.ZipFile(io.BytesIO(epub.make(edition_of(root), book, TIME))) as archive:
        archive.extractall(tmp_path)
    with started() as browser:
        page = browser.new_page(viewport={"width": width, "height": 800})
        for name in ("cover", "nav", *PAGES):
            page.goto((tmp_path / f"EPUB/{name}.xhtml").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            shown = page.locator(".ed-has-narrow > .ed-chart-canvas:visible")
            assert shown.count() == page.locator(".ed-has-narrow").count()
            classes = shown.evaluate_all("(all) => all.map((one) => one.className)")
            assert all(kind in each.split() for each in classes)


def test_nothing_of_the_screen_is_in_a_book(book: list[articles.Article]) -> None:
    for page in book:
        for element in page.root.iter():
            name = element.tag.rpartition("}")[2]
            assert name not in ("script", "button", "details", "form", "dialog", "nav"), page.name
            assert not {"headerlink", "ed-cite", "ed-card"} & set(articles.classes(element))


def test_cards_are_left_to_the_screen_and_notes_and_terms_stay(book: list[articles.Article], built: Path) -> None:
    page = (built / "book/introduction.html").read_text(encoding="utf-8")
    assert "Confidence of the rows that rest on it" in page
    chapter = next(page for page in book if page.name == "introduction")
    assert "Confidence of the rows" not in articles.text(chapter.root)
    links = [link for link in chapter.root.iter(XHTML + "a") if "ed-term" in articles.classes(link)]
    assert links
    assert not [link for link in links if link.get("aria-describedby")], "the card that told more is not there"
    assert [note for note in chapter.root.iter(XHTML + "span") if "ed-note" in articles.classes(note)]


def test_a_page_that_is_not_there_is_named(clone_one: Path, tmp_path: Path) -> None:
    with pytest.raises(articles.ArticleError, match=r"no page book/introduction\.html"):
        articles.read(clone_one, tmp_path)


def test_a_doi_is_shown_where_there_is_one_and_nowhere_else(root: Path, book: list[articles.Article]) -> None:
    told = edition_of(root)
    with_doi = replace(told, doi="10.5555/12345678")  # the prefix that is kept for examples
    package = unpacked(epub.make(with_doi, book, TIME))["EPUB/package.opf"].decode()
    assert '<dc:identifier id="id">https://doi.org/10.5555/12345678</dc:identifier>' in package
    assert "10.5555/12345678" in pdf.html(with_doi, [])
    if not told.doi:
        assert "urn:uuid:" in unpacked(epub.make(told, book, TIME))["EPUB/package.opf"].decode()
        assert "doi.org" not in pdf.html(told, [])


# From a disk ----------------------------------------------------------------------------------------------------------

PAGE = b'<html><script type="module" src="_static/a.js?v=1"></script></html>'


def adapted(**scripts: str) -> dict[str, bytes]:
    site = {"index.html": PAGE} | {f"_static/{name}.js": code.encode() for name, code in scripts.items()}
    return offline.adapt(site)


def test_modules_become_plain_scripts() -> None:
    files = adapted(
        a='import "./b.js";\nimport { one as two } from "./c.js";\n'
        'import(new URL("./d.js", import.meta.url));\ntwo();\n',
        b="globalThis.b = 1;\n",
        c="export const one = () => 1;\nexport { one as more };\n",
        d="const x = 1;\nexport{x as y};",
    )
    assert files["index.html"] == b'<html><script defer src="_static/a.js?v=1"></script></html>'
    joined = files["_static/a.js"].decode()
    assert joined.index("globalThis.b = 1") < joined.index("const one") < joined.index("two();")
    assert 'edModules["./c.js"] = { more: one, one: one }' in joined
    assert 'const { one: two } = edModules["./c.js"];' in joined
    assert 'edLoad("./d.js")' in joined
    assert 'edModules["./d.js"] = { y: x }' in files["_static/d.js"].decode()


def test_what_makes_a_chart_live_becomes_a_script() -> None:
    chart = {"book/a.html": b'<div data-spec="../_exhibits/fig-a.json" data-figure="fig-a">'}
    files = offline.adapt(chart | {"_exhibits/fig-a.json": b'{"wide":{}}'})
    assert files == chart | {"_exhibits/fig-a.json.js": b'edModules[document.currentScript.src] = {"wide":{}};\n'}
    read = "const read = (it) => fetch(it).then((answer) => answer.json());\n"
    assert "(it) => edLoad(`${new URL(it, document.baseURI)}.js`);" in adapted(a=read)["_static/a.js"].decode()
    with pytest.raises(offline.OfflineError, match=r"_exhibits/fig-a\.json"):
        offline.adapt(chart)


@pytest.mark.parametrize("code", ["export default 1;\n", 'import x from "./b.js";\n', "log(import.meta.url);\n"])
def test_a_script_that_cannot_be_joined_is_named(code: str) -> None:
    with pytest.raises(offline.OfflineError, match=r"_static/a\.js"):
        adapted(a=code, b="")


def test_a_script_that_is_missing_is_named() -> None:
    with pytest.raises(offline.OfflineError, match=r"_static/gone\.js"):
        adapted(a='import "./gone.js";\n')


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium: set EDITION_CHROMIUM to its path")
def test_the_unpacked_site_works_from_a_disk(made: Bundle, tmp_path: Path) -> None:
    """Opened by double-click: the entry leads on, charts live, tables sort, the search finds, nothing complains."""
    with zipfile.ZipFile(io.BytesIO(part(made, "-site.zip"))) as archive:
        archive.extractall(tmp_path)
    (site,) = tmp_path.iterdir()
    with started() as browser:
        page = browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((site / "index.html").as_uri())
        page.wait_for_url("**/book/index.html")
        page.goto((site / "book/introduction.html").as_uri())
        page.locator(".ed-chart").first.scroll_into_view_if_needed()
        page.wait_for_selector('[data-live="true"]', timeout=60_000)
        assert page.locator(".ed-sort").count()
        page.goto((site / "search.html").as_uri() + "?q=resolution")
        page.wait_for_selector("#search-results li a", timeout=60_000)
        page.locator("#search-results li a").first.click()
        assert page.url.startswith("file:")
        assert page.locator("article h1").count() == 1
    assert complaints == []
