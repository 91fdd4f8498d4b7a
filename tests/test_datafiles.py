"""What programs leave in data/ is not published, and is named."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from edition import cli, data, datafiles, downloads, site

LEFT = [".~lock.apples.csv#", ".env", "notes-private.txt", "apples.csv~", ".DS_Store", "sub/deep.txt"]


@pytest.fixture
def littered(small: Path) -> Path:
    for name in LEFT:
        file = small / "data" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("someone@their-computer")
    return small


def test_what_lies_beside_the_tables_is_not_published(littered: Path) -> None:
    names = {"apples.csv", "datapackage.json", "pears.csv"}
    assert {file.name for file in datafiles.published(littered / "data")} == names
    (littered / "out").mkdir()
    downloads.write(littered / "data", littered / "out", 1_800_000_000)
    packed = zipfile.ZipFile(io.BytesIO((littered / "out" / downloads.ARCHIVE).read_bytes())).namelist()
    assert set(packed) == {f"data/{name}" for name in names}


def test_it_is_named_and_no_fault(littered: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (littered / "_toc.yml").unlink()  # the data alone
    assert cli.main(["check"]) == 0
    told = capsys.readouterr().err
    assert told.startswith("Not published, since data/datapackage.json does not name it: .DS_Store, .env, ")
    assert told.endswith(" and 3 more.\n")


def test_it_does_not_make_another_site(littered: Path) -> None:
    (littered / "CITATION.cff").write_text("")
    before = site.inputs_digest(littered)
    (littered / "data/.~lock.pears.csv#").write_text("open")
    assert site.inputs_digest(littered) == before
    (littered / "data/pears.csv").write_text("key,value\na,9\n")
    assert site.inputs_digest(littered) != before


def test_a_table_that_nobody_described_is_a_mistake(small: Path) -> None:
    (small / "data/apples (copy).csv").write_text("key,value\n")
    (told,) = map(str, data.check())
    assert told == (
        "data/apples (copy).csv: data/datapackage.json does not name it, so it is not published. "
        "Describe the table in data/datapackage.json, or move the file out of data/."
    )


def test_the_real_data_hold_nothing_else(root: Path) -> None:
    assert datafiles.others(root / "data") == []
