"""Archives that are the same to the byte each time: sorted names, fixed modes, one time for all, no name of a user."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

FILE_MODE = 0o644
PROGRAM_MODE = 0o755
_MAGIC = b"#!"  # what begins with it is a program


def read(folder: Path) -> dict[str, bytes]:
    """Return the content of every file under ``folder`` by its path from there, with strokes as in a web address."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    }


def beneath(name: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return ``files`` in a folder called ``name``."""
    return {f"{name}/{path}": content for path, content in files.items()}


def zipped(files: Mapping[str, bytes], time: int, *, first: str = "") -> bytes:
    """Return a zip archive of ``files``, dated ``time`` (seconds since 1970, UTC).

    ``first`` names the file that comes first and is stored as it is: EPUB asks for that.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(files, key=lambda path: (path != first, path)):
            entry = zipfile.ZipInfo(path, datetime.fromtimestamp(time, UTC).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_STORED if path == first else zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on every system
            entry.external_attr = (0o100000 | _mode(files[path])) << 16
            archive.writestr(entry, files[path], compresslevel=9)
    return buffer.getvalue()


def tarred(files: Mapping[str, bytes], time: int) -> bytes:
    """Return a tar archive of ``files``, packed with gzip, dated ``time`` (seconds since 1970, UTC)."""
    buffer = io.BytesIO()
    # An empty name: gzip would write the name of the file and the hour into its header.
    with (
        gzip.GzipFile("", "wb", 9, buffer, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in sorted(files):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mtime, entry.mode = len(files[path]), time, _mode(files[path])
            archive.addfile(entry, io.BytesIO(files[path]))
    return buffer.getvalue()


def _mode(content: bytes) -> int:
    return PROGRAM_MODE if content.startswith(_MAGIC) else FILE_MODE
