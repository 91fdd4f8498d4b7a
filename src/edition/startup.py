"""What no process of this edition should wait for when it starts."""

from __future__ import annotations

import sys


def leave_out() -> None:
    """Let jsonschema do without its grammars for international addresses, which no schema used here asks for.

    It compiles forty of them whenever it is imported, as it is with Altair, nbformat, Jupyter Book and frictionless:
    nearly a second each time. It takes a package that cannot be imported for one that is not installed.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
