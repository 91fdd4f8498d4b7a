"""What re-executing a chapter gives, held against what the chapter stores: everything that a page prints of an output.

Captions, titles, sources, downloads and the names of numbers stand in the metadata of outputs, which nbval leaves out
of its comparison. Here nothing is left out but the count of executions. A difference is told by cell and place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

Output = Mapping[str, Any]
SHOWN = 60  # letters of a value around the first that differs
NOTHING = "nothing"
# Places that readers know by another name.
PLACES = {"data/application/papermill.record/text/plain": "value", "metadata/scrapbook/name": "name"}


@dataclass(frozen=True)
class Difference:
    """One place where a stored output is not what the code gives: ``metadata/edition/csv, line 12`` of an output.

    ``what`` names what the output is for readers: ``number votes_2018``, ``figure fig-votes``.
    """

    cell: int
    what: str
    place: str
    stored: str
    again: str

    def __str__(self) -> str:
        return self.told("stored", "re-executed")

    def told(self, stored: str, again: str) -> str:
        """Return the difference in one line, in which the two sides are called ``stored`` and ``again``."""
        place = ", ".join(part for part in (f"code cell {self.cell}", self.what, self.place) if part)
        return f"{place}: {stored} {self.stored}, {again} {self.again}"


def cells(pairs: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[Difference]:
    """Return the differences between the cells of a notebook and the same cells executed.

    Outputs stored in a cell without code, which has no number, are told with the number of the cell before it.
    """
    found, number = [], 0
    for stored, again in pairs:
        if stored["cell_type"] == "code":
            number += bool(stored["source"].strip())
            found += outputs(number, stored["outputs"], again["outputs"])
    return found


def outputs(cell: int, stored: Sequence[Output], again: Sequence[Output]) -> list[Difference]:
    """Return where the outputs that code cell number ``cell`` stores differ from those of an execution."""
    found = []
    for number, (old, new) in enumerate(zip_longest(stored, again), start=1):
        what = _what(old or new)
        if old is None or new is None:
            found.append(Difference(cell, what, f"output {number}", _brief(_gist(old)), _brief(_gist(new))))
        else:
            differing = _in(_compared(old), _compared(new), "")
            found += [Difference(cell, what, PLACES.get(place, place), *values) for place, *values in differing]
    return found


def _compared(output: Output) -> dict[str, Any]:
    """Return what is compared of an output; an output of no metadata is one of empty metadata."""
    kept = {key: value for key, value in output.items() if key not in ("execution_count", "transient")}
    return kept if kept.get("metadata") else {key: value for key, value in kept.items() if key != "metadata"}


def _what(output: Output) -> str:
    """Name an output as its readers know it."""
    metadata = output.get("metadata", {})
    if name := metadata.get("scrapbook", {}).get("name"):
        return f"number {name}"
    about = metadata.get("edition", {})
    return f"{about['kind']} {about['id']}" if about.get("kind") and about.get("id") else ""


def _gist(output: Output | None) -> Any:
    """Return what an output says in one text, by which a person may know it."""
    if output is None:
        return None
    data = output.get("data", {})
    return data.get("text/plain") or next(iter(data.values()), output.get("text") or output.get("evalue") or "")


def _in(old: Any, new: Any, place: str) -> Iterator[tuple[str, str, str]]:
    """Yield each place below ``place`` where the two differ, with what stands there."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            yield from _in(old.get(key, _ABSENT), new.get(key, _ABSENT), f"{place}/{key}".lstrip("/"))
    elif isinstance(old, list) and isinstance(new, list):
        for number, pair in enumerate(zip_longest(old, new, fillvalue=_ABSENT), start=1):
            yield from _in(*pair, f"{place}/{number}")
    elif isinstance(old, str) and isinstance(new, str) and old != new:
        yield _in_text(old, new, place)
    elif type(old) is not type(new) or old != new:
        yield place, _brief(old), _brief(new)


def _in_text(old: str, new: str, place: str) -> tuple[str, str, str]:
    """Return the first line in which two texts differ, and what stands around the first letter that does."""
    lines = zip_longest(old.split("\n"), new.split("\n"))
    number, (left, right) = next((at, pair) for at, pair in enumerate(lines, start=1) if pair[0] != pair[1])
    if "\n" in old or "\n" in new:
        place = f"{place}, line {number}"
    if left is None or right is None:
        return place, _brief(left), _brief(right)
    pairs = enumerate(zip(left, right, strict=False))
    start = next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))
    return place, _around(left, start), _around(right, start)


def _around(text: str, at: int) -> str:
    start = max(0, at - SHOWN // 2) if len(text) > SHOWN else 0
    cut = text[start : start + SHOWN]
    return f"“{'…' if start else ''}{cut}{'…' if start + SHOWN < len(text) else ''}”"


def _brief(value: Any) -> str:
    if value is None or value is _ABSENT:
        return NOTHING
    return _around(" ".join((value if isinstance(value, str) else repr(value)).split()), 0)


_ABSENT = object()
