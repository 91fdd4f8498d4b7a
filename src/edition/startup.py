"""What no process of this edition should wait for, or take from the person who starts it."""

from __future__ import annotations

import os
import sys


def leave_out() -> None:
    """Let jsonschema do without its grammars for international addresses, which no schema used here asks for.

    It compiles forty of them whenever it is imported, as it is with Altair, nbformat, Jupyter Book and frictionless:
    nearly a second each time. It takes a package that cannot be imported for one that is not installed.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


# Settings of a person that change what Python does, or which repository git reads. The Makefile leaves out the same.
PERSONAL = (
    *("PYTHONASYNCIODEBUG", "PYTHONBREAKPOINT", "PYTHONCASEOK", "PYTHONCOERCECLOCALE", "PYTHONDEBUG", "PYTHONDEVMODE"),
    *("PYTHONDUMPREFS", "PYTHONINSPECT", "PYTHONINTMAXSTRDIGITS", "PYTHONIOENCODING", "PYTHONMALLOC", "PYTHONOPTIMIZE"),
    *("PYTHONPLATLIBDIR", "PYTHONPROFILEIMPORTTIME", "PYTHONSTARTUP", "PYTHONTRACEMALLOC", "PYTHONUSERBASE"),
    *("PYTHONUTF8", "PYTHONVERBOSE", "PYTHONWARNINGS"),
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE", "GIT_PREFIX"),
)


def leave_settings_behind() -> None:
    """Start this command again without the settings of ``PERSONAL``, where there are any: some act from the start.

    With PYTHONOPTIMIZE=2 there are no docstrings, which Altair reads; with PYTHONWARNINGS=error a warning of a package
    ends the build.
    """
    if os.name == "posix" and any(name in os.environ for name in PERSONAL):
        kept = {name: value for name, value in os.environ.items() if name not in PERSONAL}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], kept)
