"""Jupyter Book in a process of its own, which imports what it needs while there is other work to be done.

The caller starts it, executes notebooks meanwhile, and orders one build. The process imports, waits for the order on
standard input, builds, and ends with the build; it ends at once when its caller does, which closes that input.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

from . import startup

# What takes longest to import of all that a build needs; it would find the rest by itself.
IMPORTED = (
    *("jupyter_book.sphinx", "sphinx.builders.html", "myst_nb.sphinx_ext", "sphinx_book_theme"),
    *("edition.data", "edition.figures", "edition.sphinxext"),
)
# Every warning is an error, and all of them are told.
STRICT = ("-W", "-n", "--keep-going", "-q")


@contextmanager
def started(clone: Path) -> Iterator[subprocess.Popen[str]]:
    """Yield a Jupyter Book that is getting ready to build ``clone``; it ends on leaving, whatever it is at."""
    process = subprocess.Popen(
        [sys.executable, "-m", "edition.jupyterbook"],
        cwd=clone,
        env={**os.environ, "PYTHONHASHSEED": "0", "TZ": "UTC"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def order(process: subprocess.Popen[str], clone: Path, work: Path, time: int) -> None:
    """Have ``process`` build the pages of ``clone`` into ``work``, dated ``time``."""
    arguments = ["build", str(clone), "--path-output", str(work), *STRICT]
    assert process.stdin
    with suppress(BrokenPipeError):  # it has ended already: its log tells why
        process.stdin.write(json.dumps({"arguments": arguments, "time": str(time)}) + "\n")
        process.stdin.flush()


def faults(process: subprocess.Popen[str]) -> str:
    """Wait for the end of a build that was ordered; return the log of a failure, or nothing."""
    assert process.stdout
    log = process.stdout.read()  # standard input stays open meanwhile: its end would be the end of the build
    return (log or "Jupyter Book failed without a word.") if process.wait() else ""


def _end_with_caller() -> None:
    """End at once when the caller has gone: its lock is free then, and another build may begin."""
    os.read(sys.stdin.fileno(), 1)  # nothing more is ever written
    os._exit(1)


def main() -> None:
    """Import, then build what the line on standard input asks for; without one, end."""
    startup.leave_out()
    for name in IMPORTED:
        import_module(name)
    extensions = import_module("edition.sphinxext")
    for name in extensions.MODULES:
        import_module(f"edition.sphinxext.{name}")
    from jupyter_book.cli.main import main as jupyter_book

    # A build keeps nearly all that it makes: looking for what it does not need any more is a seventh of its time.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    if line := sys.stdin.readline():
        threading.Thread(target=_end_with_caller, daemon=True).start()
        order = json.loads(line)
        os.environ["SOURCE_DATE_EPOCH"] = order["time"]
        jupyter_book(order["arguments"])


if __name__ == "__main__":
    main()
