"""The Nu Html Checker of the World Wide Web Consortium."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from judging import TOOLS

CHECKER = TOOLS / "node_modules/vnu-jar/build/dist/vnu.jar"


def messages(files: list[Path]) -> list[dict[str, Any]]:
    command = ["java", "-Xss4m", "-jar", CHECKER, "--format", "json", "--stdout", "--exit-zero-always", *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout)["messages"])


def test_no_page_has_an_error(built: Path, judged: list[str]) -> None:
    files = [built / name for name in (*judged, "index.html", "search.html")]
    found = [message for message in messages(files) if message["type"] != "info"]
    assert sorted({f"{Path(one['url']).name}: {one['message']} {one.get('extract', '')!r}" for one in found}) == []


def test_the_checker_finds_an_error(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!DOCTYPE html><html lang="en"><title>A page</title><summary><p>No</p></summary></html>')
    assert any("not allowed as child" in message["message"] for message in messages([page]))
