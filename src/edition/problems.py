"""What is wrong with the data or the book, told to who can mend it: causes first, what follows from them counted."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

LINES = 20  # of a report at the most: what is mended first is what stands first
SHOWN = 3  # of the problems of one kind in one file


@dataclasses.dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, and what to do about it.

    ``row`` is the line as an editor counts it (the header of a CSV is line 1); 0 stands for the file as a whole.
    Problems of one ``kind`` in one file are told together. ``cause`` is what made this problem and others, and is told
    in their place; a problem that ``follows`` may go by itself once the others are mended.
    """

    file: str
    row: int
    field: str
    value: str
    rule: str
    remedy: str = ""
    kind: str = dataclasses.field(default="", compare=False)
    cause: Problem | None = dataclasses.field(default=None, compare=False)
    follows: bool = dataclasses.field(default=False, compare=False)

    @property
    def place(self) -> str:
        return self.file + (f", row {self.row}" if self.row else "") + (f", column {self.field}" if self.field else "")

    def __str__(self) -> str:
        shown = f" has {shortened(self.value)}" if self.value else ""
        return f"{self.place}{shown}: {self.rule}" + (f" {self.remedy}" if self.remedy else "")


class ProblemsError(Exception):
    """Something is wrong with the data or the book; the message is the report."""


def shortened(value: str, width: int = 60) -> str:
    """Return ``value`` in quotation marks on one line, with signs that nobody sees written out."""
    shown = value if len(value) <= width else value[: width - 2].rstrip() + " …"
    return ascii(shown) if not shown.isprintable() else repr(shown)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``Did you mean 'abstain'?`` for the nearest of ``known`` to ``word``, or nothing."""
    near = nearest(word, known)
    return f"Did you mean {near!r}?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the word among ``known`` that is most like ``word``, or nothing when none is."""
    by_letters = {other.casefold(): other for other in known}
    near = get_close_matches(word.casefold(), by_letters, n=1, cutoff=0.7)
    return by_letters[near[0]] if near else ""


def report(problems: Sequence[Problem]) -> list[str]:
    """Return the lines that tell of ``problems``: ``LINES`` at the most, the causes first, and their number last."""
    if not problems:
        return []
    causes = [problem for problem in problems if not problem.follows] or list(problems)
    following = len(problems) - len(causes)
    groups = _groups(_gathered(causes))
    room = LINES - 2
    lines = [line for group in groups for line in _told(group, SHOWN)]
    if len(lines) > room:
        lines = [line for group in groups for line in _told(group, 1)]
    if len(lines) > room:
        left = len(lines) - room + 1
        lines = [
            *lines[: room - 1],
            f"And {left} more kinds of problem: mend these first, and run the same command again.",
        ]
    if following:
        lines.append(f"{following} more may follow from this: mend it, and run the same command again.")
    files = len({problem.file for problem in problems})
    return [*lines, f"{len(problems)} problem(s) in {files} file(s)."]


def _gathered(problems: Iterable[Problem]) -> list[Problem]:
    """Put one cause in the place of the problems that it made, where it made more than one."""
    made: dict[Problem, list[Problem]] = {}
    for problem in problems:
        made.setdefault(problem.cause or problem, []).append(problem)
    return [_with_consequences(cause, found) if len(found) > 1 else found[0] for cause, found in made.items()]


def _with_consequences(cause: Problem, made: list[Problem]) -> Problem:
    """Return ``cause`` with the rows that it concerns counted by file."""
    by_file = Counter(problem.file.removeprefix("data/") for problem in made)
    counted = ", ".join(f"{file} {number}" for file, number in by_file.most_common(3))
    more = ", ..." if len(by_file) > 3 else ""
    rows = f"{len(made)} rows ({counted}{more}; the first is {made[0].place})"
    return dataclasses.replace(cause, rule=cause.rule.replace("{rows}", rows))


def _groups(problems: Iterable[Problem]) -> list[list[Problem]]:
    """Part ``problems`` by file and kind, in the order in which each is first met."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.file, problem.kind or problem.rule), []).append(problem)
    return list(groups.values())


def _told(group: list[Problem], shown: int) -> list[str]:
    """Return the lines of the first ``shown`` problems of a group, and the number of the others."""
    lines = [str(problem) for problem in group[:shown]]
    if len(group) == shown + 1 and shown > 1:
        return [*lines, str(group[-1])]
    if len(group) > shown:
        last = f", to row {group[-1].row}" if group[-1].row else ""
        more = f"and {len(group) - shown} more of this kind in {group[0].file}{last}."
        lines = [*lines, f"  {more}"] if shown > 1 else [f"{lines[0]} ({more.rstrip('.')})"]
    return lines
