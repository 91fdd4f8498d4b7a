"""What git leaves in a file when two changes touch the same lines."""

from __future__ import annotations

import re

from .problems import Problem

# A row of equals signs alone may underline a heading; the other two marks stand nowhere else. In a notebook they may
# stand within the quoted lines of a cell.
_MARK = re.compile(r"""^[ \t]*"?(<{7}|>{7})(?= |\\n|"|$)""", re.MULTILINE)


def problem(text: str, file: str) -> Problem | None:
    """Return the first conflict that git left in ``text``, the content of ``file``; none when there is none."""
    found = _MARK.search(text)
    if not found:
        return None
    line = text[: found.start()].count("\n") + 1
    remedy = "Keep the right one, and take out the lines that begin with <<<<<<<, ======= and >>>>>>>."
    return Problem(file, line, "", "", "two versions of these lines stand here: git left a conflict.", remedy)
