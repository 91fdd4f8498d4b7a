"""One stylesheet for the whole site: what the theme and the extensions ship, less the rules that no page can match.

A rule goes when each of its selectors asks for a class, an id or an element that is written in no page and in no
script of the site. That errs on the side of keeping: pseudo-classes and attributes are not looked at. The edition's own
sheets stay whole.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from posixpath import join, normpath
from typing import Any

import tinycss2

from . import STATIC

SHEET = "_static/book.css"
WHOLE = re.compile(rf"_static/({'|'.join(['palette', *sorted(sheet.stem for sheet in STATIC.glob('*.css'))])})\.css$")
GROUPS = ("media", "supports", "container", "layer")

_LINK = re.compile(r'[ \t]*<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="([^"]+)"[^>]*>\n?')
_FUNCTION = re.compile(r":[\w-]+\([^()]*\)")
_NAMES = re.compile(r"(?:[.#]|(?<![\w\-:.#\\]))((?:[A-Za-z_-]|\\.)(?:[\w-]|\\.)*)")
_FILE = re.compile(r"""url\((?!["']?data:)[^)]*\)""")
_NOTICE = re.compile(r"/\*!.*?\*/", re.DOTALL)


def bundle(out: Path, pages: dict[Path, str], scripts: Iterable[str]) -> dict[Path, str]:
    """Write ``SHEET`` from the sheets that ``pages`` link to, take those away, and return the pages linking to it.

    ``pages`` are HTML by file, ``scripts`` the JavaScript whose words may become classes.
    """
    linked = list(dict.fromkeys(sheet for page, html in pages.items() for sheet in _sheets(page, html, out)))
    known = used_names(pages.values(), scripts)
    trimmed = [_read(out, sheet, None if WHOLE.search(sheet) else known) for sheet in linked]
    css = "\n".join(text for text in trimmed if text)
    (out / SHEET).write_text(css, encoding="utf-8", newline="\n")
    for sheet in linked:
        (out / sheet).unlink()
    version = hashlib.sha256(css.encode()).hexdigest()[:8]
    return {page: _relink(page, html, out, version) for page, html in pages.items()}


def _sheets(page: Path, html: str, out: Path) -> Iterator[str]:
    folder = page.relative_to(out).parent.as_posix()
    for link in _LINK.finditer(html):
        yield normpath(join(folder, link[1].partition("?")[0]))


def _relink(page: Path, html: str, out: Path, version: str) -> str:
    """Put one link where the first was and drop the others."""
    root = "../" * (len(page.relative_to(out).parts) - 1)
    links = iter([f'    <link rel="stylesheet" href="{root}{SHEET}?v={version}">\n'])
    return _LINK.sub(lambda _: next(links, ""), html)


def used_names(pages: Iterable[str], scripts: Iterable[str]) -> set[str]:
    """Return the classes, ids and elements of the pages, and every word of the scripts."""
    names = {"html", "body"}
    for html in pages:
        names.update(tag.lower() for tag in re.findall(r"<([A-Za-z][\w-]*)", html))
        for value in set(re.findall(r'\s(?:class|id)="([^"]*)"', html)):
            names.update(value.split())
    for script in scripts:
        names.update(re.findall(r"[\w-]+", script))
    return names


def _read(out: Path, sheet: str, known: set[str] | None) -> str:
    css = (out / sheet).read_text(encoding="utf-8")
    return css if known is None else trim(css, known, lambda name: _read(out, _beside(sheet, name), known))


def _beside(sheet: str, name: str) -> str:
    return normpath(join(sheet, "..", name))


def trim(css: str, known: set[str], read: Any = None) -> str:
    """Return ``css`` without rules for names that are not ``known``; ``read`` gives the text of an imported sheet.

    Notices of licences stay; other comments, webfonts, pictures in files and the character set do not.
    """
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    kept = "\n".join(part for part in (_rule(rule, known, read) for rule in rules) if part)
    return "\n".join([*(dict.fromkeys(_NOTICE.findall(css)) if kept else ()), kept])


def _rule(rule: Any, known: set[str], read: Any) -> str:
    if rule.type == "qualified-rule":
        selectors = [selector for selector in _selectors(rule.prelude) if _may_match(selector, known)]
        content = _FILE.sub("none", tinycss2.serialize(rule.content).strip())
        return f"{','.join(selectors)}{{{content}}}" if selectors else ""
    name = getattr(rule, "lower_at_keyword", "")
    if name in GROUPS and rule.content is not None:
        inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        kept = "".join(_rule(part, known, read) for part in inner)
        return f"@{name}{tinycss2.serialize(rule.prelude)}{{{kept}}}" if kept else ""
    if name == "import":
        imported = next(token.value for token in rule.prelude if token.type in ("string", "url"))
        return str(read(imported))
    return "" if name in ("font-face", "charset") else str(rule.serialize())


def _selectors(prelude: list[Any]) -> Iterator[str]:
    """Yield the selectors of a rule, parted at the commas that stand in no bracket."""
    part: list[Any] = []
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            yield tinycss2.serialize(part).strip()
            part = []
        else:
            part.append(token)
    yield tinycss2.serialize(part).strip()


def _may_match(selector: str, known: set[str]) -> bool:
    bare = re.sub(r"\[[^\]]*\]", "", selector)
    while (shorter := _FUNCTION.sub("", bare)) != bare:
        bare = shorter
    bare = re.sub(r"::?[\w-]+", "", bare)
    return all(name.replace("\\", "") in known for name in _NAMES.findall(bare))
