"""The one family of fonts of the printed book: the four that the drawing library carries, and none of the machine's.

Charts are measured in these fonts, so the PDF must draw them with the same; and a family that comes with the locked
packages makes the same pages on every machine. vl-convert holds the font files as they are in its library: each starts
with its table directory, which says how long it is.
"""

from __future__ import annotations

import importlib.util
import io
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

FAMILY = "Liberation Sans"
STYLES = ("Bold", "Bold Italic", "Italic", "Regular")

_SFNT = b"\x00\x01\x00\x00"
_NEEDED = {b"cmap", b"glyf", b"head", b"name"}
_FILE = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{0}</dir></fontconfig>'


class FontError(Exception):
    """The fonts are not where they were, or lack a letter; the message says which."""


def install(folder: Path) -> Path:
    """Write the fonts into ``folder`` and return the file that makes fontconfig see these and no others."""
    found = fonts()
    if missing := set(STYLES) - found.keys():
        raise FontError(f"vl-convert no longer carries {FAMILY} {', '.join(sorted(missing))}: see edition/fonts.py.")
    for style in STYLES:
        (folder / f"{style.replace(' ', '-')}.ttf").write_bytes(found[style])
    (folder / "fonts.conf").write_text(_FILE.format(folder), encoding="utf-8")
    return folder / "fonts.conf"


def fonts() -> dict[str, bytes]:
    """Return the font file of each style of ``FAMILY``."""
    found = {}
    for content in _embedded(_library().read_bytes()):
        names = TTFont(io.BytesIO(content))["name"]
        if names.getDebugName(1) == FAMILY:
            found[str(names.getDebugName(2))] = content
    return found


def missing(words: Iterable[str]) -> list[str]:
    """Return the characters of ``words`` that the regular font has no sign for, sorted; spaces do not count."""
    signs = TTFont(io.BytesIO(fonts()["Regular"])).getBestCmap()
    return sorted({sign for part in words for sign in part if ord(sign) not in signs and not sign.isspace()})


def _library() -> Path:
    place = importlib.util.find_spec("vl_convert")
    folder = Path(place.origin).parent if place and place.origin else Path()
    found = [file for suffix in ("*.so", "*.pyd", "*.dylib") for file in sorted(folder.glob(suffix))]
    if not found:
        raise FontError("vl-convert-python is not installed: run sh tools/setup.sh reader.")
    return found[0]


def _embedded(library: bytes) -> Iterator[bytes]:
    """Yield every TrueType file that stands in ``library``."""
    start = -1
    while (start := library.find(_SFNT, start + 1)) >= 0:
        if length := _length(library, start):
            yield library[start : start + length]


def _length(library: bytes, start: int) -> int:
    """Return how many bytes the font at ``start`` has; 0 if none begins there."""
    count = struct.unpack_from(">H", library, start + 4)[0]
    if not 9 <= count <= 40 or start + 12 + 16 * count > len(library):
        return 0
    tables = [struct.unpack_from(">4sIII", library, start + 12 + 16 * number) for number in range(count)]
    if not {tag for tag, *_ in tables} >= _NEEDED:
        return 0
    return max(offset + (size + 3 & ~3) for _, _, offset, size in tables)
