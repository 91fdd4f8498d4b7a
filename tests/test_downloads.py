"""What readers take away: the zip and the Parquet files hold the record, whole, typed and the same bytes each time."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from edition import data, downloads

RELEASED = 1_760_000_000  # 9 October 2025


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("downloads")
    downloads.write(root / "data", target, RELEASED)
    return target


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_tables_give_the_same_bytes(root: Path, made: Path, tmp_path: Path) -> None:
    downloads.write(root / "data", tmp_path, RELEASED)
    assert digests(tmp_path) == digests(made)
    assert len(digests(made)) == 1 + len(data.resources(root / "data"))


def test_the_zip_holds_the_package_and_nothing_of_this_machine(root: Path, made: Path) -> None:
    with zipfile.ZipFile(made / downloads.ARCHIVE) as bundle:
        assert bundle.testzip() is None
        members = {Path(member.filename).name: member for member in bundle.infolist()}
        assert set(members) == {path.name for path in (root / "data").iterdir() if path.is_file()}
        for name, member in members.items():
            assert bundle.read(member) == (root / "data" / name).read_bytes()
            assert member.date_time == (2025, 10, 9, 0, 0, 0)


def test_the_unpacked_zip_loads_and_holds(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(made / downloads.ARCHIVE) as bundle:
        bundle.extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert data.folder() == tmp_path / "data"
    assert len(data.load("votes")) == len(pq.read_table(made / "parquet/votes.parquet"))


def test_every_parquet_file_holds_its_table(root: Path, made: Path) -> None:
    for name in data.resources(root / "data"):
        expected = data.load(name, root / "data")
        table = pq.read_table(made / downloads.PARQUET / f"{name}.parquet")
        assert table.num_rows == len(expected), name
        assert table.column_names == list(expected.columns), name
        for column in table.column_names:
            found = [None if value is None else str(value) for value in table[column].to_pylist()]
            assert found == [_as_text(value) for value in expected[column]], f"{name}.{column}"


def _as_text(value: object) -> str | None:
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)


def test_a_parquet_file_tells_types_and_meaning(root: Path, made: Path) -> None:
    table = pq.read_table(made / "parquet/resolutions.parquet")
    kinds = {name: table.schema.field(name).type for name in ("symbol", "date", "yes")}
    assert kinds == {"symbol": pa.string(), "date": pa.date32(), "yes": pa.int64()}
    assert table.schema.field("adopted").metadata[b"description"]
    assert b"pandas" not in table.schema.metadata, "the version of pandas would change the bytes"
    assert table.schema.metadata[b"title"].decode() == data.resources(root / "data")["resolutions"]["title"]


def test_the_site_offers_them(built: Path, made: Path) -> None:
    for name in digests(made):
        assert (built / "data" / name).stat().st_size, name
    page = (built / "book/apparatus/data.html").read_text("utf-8")
    assert f'href="../../data/{downloads.ARCHIVE}"' in page
    for file in (made / downloads.PARQUET).iterdir():
        assert f'href="../../data/{downloads.PARQUET}/{file.name}"' in page, file.name
