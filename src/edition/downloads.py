"""The data package as readers take it away: one zip of the whole, and each table as Parquet with its types.

Both are made at the build from the CSV tables and are the same bytes from the same tables: members of the zip carry
the date of the release, and a Parquet file only what the schema says of its table.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from . import archives, data, datafiles

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

ARCHIVE = "data-package.zip"
PARQUET = "parquet"


def write(source: Path, target: Path, released: int, instead: Mapping[str, bytes] = MappingProxyType({})) -> None:
    """Write the zip and the Parquet files of the package in ``source`` to ``target``.

    ``released`` is the date that members of the zip carry, in seconds since 1970 (UTC); ``instead`` is what files of
    the zip hold in place of their content in ``source``, by their names.
    """
    (target / ARCHIVE).unlink(missing_ok=True)
    _archive(source, target / ARCHIVE, released, instead)
    (target / PARQUET).mkdir(parents=True, exist_ok=True)
    for name in data.resources(source):
        (target / PARQUET / f"{name}.parquet").write_bytes(parquet(name, source))


def _archive(source: Path, archive: Path, released: int, instead: Mapping[str, bytes]) -> None:
    """Write the package in ``source`` under ``data/``, so that ``edition.load`` works in the unpacked folder."""
    files = datafiles.published(source)
    day = released - released % 86_400
    archive.write_bytes(
        archives.zipped({f"data/{file.name}": instead.get(file.name) or file.read_bytes() for file in files}, day)
    )


def parquet(name: str, source: Path) -> bytes:
    """Return one table of the package in ``source`` as Parquet, typed and described by its schema."""
    import pyarrow as pa
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    resource = data.resources(source)[name]
    schema = pa.schema([_field(field) for field in resource["schema"]["fields"]])
    frame = data.load(name, source)
    columns = [pa.array(frame[field.name], type=field.type, from_pandas=True) for field in schema]
    about = {"title": resource["title"], "description": resource["description"]}
    table = pa.Table.from_arrays(columns, schema=schema.with_metadata(about))
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _field(field: dict[str, Any]) -> pa.Field:
    """Return a column as Arrow describes it; its metadata say in words what it holds, and in which unit."""
    import pyarrow as pa

    kinds: dict[str, Any] = {
        "integer": pa.int64(),
        "year": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    told = {key: field[key] for key in ("title", "description", "unit") if field.get(key)}
    return pa.field(field["name"], kinds.get(field["type"], pa.string()), metadata=told)
