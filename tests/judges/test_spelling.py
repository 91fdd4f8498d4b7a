"""The words that readers see, chapters included: the sources of notebooks are JSON, which no speller reads."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

WORDS = Path(__file__).with_name("un-words.txt")


def words_of(page: Path) -> str:
    """Return what a page says in its main part, without its code, charts and the titles of cited documents."""
    main = page.read_text("utf-8").partition("<article")[2].partition("</article>")[0]
    for element in ("script", "style", "svg", "pre", "code", "cite"):
        main = re.sub(rf"<{element}\b.*?</{element}>", " ", main, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", main))


def misspelt(folder: Path) -> list[str]:
    command = [sys.executable, "-m", "codespell_lib", "--ignore-words", WORDS, "--builtin", "clear,rare", folder]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode in (0, 65), done.stderr
    return done.stdout.splitlines()


def test_no_page_has_a_known_misspelling(built: Path, judged: list[str], tmp_path: Path) -> None:
    for name in judged:
        (tmp_path / f"{name.replace('/', ' ')}.txt").write_text(words_of(built / name), encoding="utf-8")
    assert sum(len(file.read_text("utf-8").split()) for file in tmp_path.glob("*.txt")) > 20_000
    assert misspelt(tmp_path) == []


def test_the_speller_finds_one(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("The goverment accomodates the Comittee.")
    assert len(misspelt(tmp_path)) == 3


def test_words_of_the_united_nations_are_words_of_the_pages(built: Path) -> None:
    """A word stands in the list because a page uses it, and goes with it."""
    text = " ".join(page.read_text("utf-8").casefold() for page in built.rglob("*.html"))
    assert [word for word in WORDS.read_text("utf-8").split() if word not in text] == []
