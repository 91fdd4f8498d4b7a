"""The notebooks as the published record: what each one rests on, which are stale, and their execution in place.

A notebook's outputs depend on its code cells, the tables it loads, what its code reaches in the package and the lock.
``edition.inputs`` records their digests and that of the outputs; a notebook of which any differs is stale. ``run``
executes the stale ones, in parallel, each in a kernel of its own, and replaces a file only when the whole notebook ran
without an error.
"""

from __future__ import annotations

import ast
import asyncio
import atexit
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from . import files, inputs, kernels
from .compare import Difference, cells

# Imported where they are used: a build that finds nothing changed must not wait for them.
if TYPE_CHECKING:
    from nbformat import NotebookNode

CELL_SECONDS = 120
# By which a cell asks nbclient or nbval not to execute it, to let it fail or not to compare it.
_EXCEPTION_TAG = re.compile(r"nbval.*|.*raises[-_]exception|skip[-_]execution", re.IGNORECASE)
_EXCEPTION_COMMENT = re.compile(r"^\s*#\s*(?:NBVAL|PYTEST_VALIDATE)\w*", re.MULTILINE | re.IGNORECASE)
Result = TypeVar("Result")


class NotebookError(Exception):
    """A notebook cannot be read or executed; the message names it, the cell and what went wrong."""


def root() -> Path:
    """Return the root of this clone: the folder that holds ``_toc.yml``, at or above the working folder."""
    for place in (Path.cwd(), *Path.cwd().parents):
        if (place / "_toc.yml").is_file():
            return place
    raise NotebookError(f"No _toc.yml at or above {Path.cwd()}: run this inside a clone of the edition.")


def notebooks(clone: Path) -> list[Path]:
    """Return the notebooks of the book in the order of their paths."""
    return sorted(path for path in (clone / "book").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def called(names: Sequence[str], clone: Path) -> list[Path]:
    """Return the notebooks that ``names`` mean (``introduction``, ``apparatus/coding``, a path), all for none.

    Raises ``NotebookError`` for a name that no notebook has.
    """
    book = {path: path.relative_to(clone / "book").with_suffix("").as_posix() for path in notebooks(clone)}
    found = []
    for name in names:
        plain = Path(name).with_suffix("").as_posix().removeprefix("book/")
        matching = [path for path, known in book.items() if plain in (known, known.rpartition("/")[2])]
        if not matching:
            raise NotebookError(f"No chapter is called {name}; there are {', '.join(book.values())}.")
        found += matching
    return found or list(book)


def read(path: Path) -> NotebookNode:
    """Return the notebook in ``path``; raises ``NotebookError`` when it is not one."""
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except (nbformat.ValidationError, ValueError, AttributeError, KeyError) as error:
        raise NotebookError(f"{path.name}: not a readable notebook ({str(error).splitlines()[0]})") from error


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that a kernel executes."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def tables_read(notebook: NotebookNode, name: str = "notebook") -> list[str]:
    """Return the names of the tables that the code loads; they are literals by contract.

    Raises ``NotebookError`` for code that is no Python, and for ``load(variable)``: an input that cannot be read off
    the code could not be checked.
    """
    return _loaded([tree for _, tree in _parsed(notebook, name)], name)


def _loaded(code: Iterable[ast.Module], name: str) -> list[str]:
    found = set()
    for node in chain.from_iterable(map(ast.walk, code)):
        if isinstance(node, ast.Call) and callee(node.func) == "load":
            argument = node.args[0] if node.args else None
            if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                raise NotebookError(f'{name}: load() needs the name of a table in quotes, as in ed.load("votes").')
            found.add(argument.value)
    return sorted(found)


def _parsed(notebook: NotebookNode, name: str) -> list[inputs.Cell]:
    """Return the source of each code cell, and the same parsed."""
    found = []
    for number, cell in enumerate(code_cells(notebook), start=1):
        try:
            found.append((cell.source, ast.parse(cell.source)))
        except SyntaxError as error:
            place = f"{name}, code cell {number}, line {error.lineno}"
            raise NotebookError(f"{place}: {error.msg}; only Python runs here, no magics.") from None
    return found


def callee(function: ast.expr) -> str:
    """Return the name by which a call names its function: ``load`` for both ``load(...)`` and ``ed.load(...)``."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def refuse_exceptions(notebook: NotebookNode, name: str) -> None:
    """Raise ``NotebookError`` for a cell that asks not to be executed or compared, by a tag or by a comment."""
    for number, cell in enumerate(code_cells(notebook), start=1):
        asked = [tag for tag in cell.metadata.get("tags", []) if _EXCEPTION_TAG.fullmatch(tag)]
        asked += [found[0] for found in _EXCEPTION_COMMENT.finditer(cell.source)]
        if asked:
            told = "what is published is executed and compared: take this out."
            raise NotebookError(f"{name}, code cell {number}: {asked[0].strip()!r} asks for an exception; {told}")


def rests_on(path: Path, notebook: NotebookNode, clone: Path) -> inputs.Digests:
    """Return the digests of all that ``notebook`` is computed from: code, package, lock and each table."""
    from .data import SCHEMA, resources

    refuse_exceptions(notebook, path.name)
    described = resources(clone / "data")
    code = _parsed(notebook, path.name)
    tables = _loaded([tree for _, tree in code], path.name)
    unknown = [name for name in tables if name not in described]
    if unknown:
        raise NotebookError(f"{path.name}: loads {', '.join(unknown)}, which data/{SCHEMA} does not describe.")
    return inputs.digests(code, [described[name] for name in tables], clone)


def outputs_digest(notebook: NotebookNode) -> str:
    """Return one digest of all that the notebook stores, in cells without code as well: pages would print it."""
    return inputs.of_outputs(cell for cell in notebook.cells if cell.cell_type == "code")


def why_stale(path: Path, clone: Path) -> list[str]:
    """Return the reasons, in words, for which the stored outputs of ``path`` may not hold; empty when fresh."""
    notebook = read(path)
    current = {**rests_on(path, notebook, clone), "outputs": outputs_digest(notebook)}
    cleared = [number for number, cell in enumerate(code_cells(notebook), 1) if cell.get("execution_count") is None]
    recorded = inputs.recorded(clone).get(path.relative_to(clone / "book").as_posix())
    if not recorded:
        return ["it was never executed" if cleared else f"{inputs.FILE} does not tell what its outputs rest on"]
    reasons = inputs.reasons(recorded, current)
    if cleared and current["outputs"] != recorded.get("outputs"):
        missing = f"code cell {cleared[0]} has no output" if len(cleared) == 1 else "its outputs were cleared"
        reasons = [missing if reason == inputs.REASONS["outputs"] else reason for reason in reasons]
    return reasons


def stale(clone: Path) -> dict[Path, list[str]]:
    """Return the stale notebooks, each with its reasons."""
    found = {path: why_stale(path, clone) for path in notebooks(clone)}
    return {path: reasons for path, reasons in found.items() if reasons}


def run(
    paths: Iterable[Path], clone: Path, workers: int | None = None, hold: Callable[[], None] = lambda: None
) -> Iterator[Path]:
    """Execute ``paths`` in place, ``workers`` at a time (default: the processors), and yield each when it is done.

    ``hold`` is called before a notebook is stored, and stops it by an exception. Raises ``NotebookError`` for the
    first that fails; files of notebooks that failed or were not reached stay as they were.
    """

    def in_place(path: Path, nursery: Path) -> None:
        before, notebook = path.read_bytes(), read(path)
        digests = rests_on(path, notebook, clone)
        _execute(path, notebook, nursery)
        hold()
        if path.read_bytes() != before:
            told = "it was changed while it was executed, and is kept as changed: run it again."
            raise NotebookError(f"{path.name}: {told}")
        _write(path, notebook)
        inputs.record(path, {**digests, "outputs": outputs_digest(notebook)}, clone)

    for path, _ in _side_by_side(paths, in_place, workers):
        yield path


def compare(paths: Iterable[Path], clone: Path, workers: int | None = None) -> Iterator[tuple[Path, list[Difference]]]:
    """Execute ``paths`` without touching them; yield each with what it stores that its code does not give.

    Raises ``NotebookError`` for the first that fails.
    """

    def beside(path: Path, nursery: Path) -> list[Difference]:
        stored, again = read(path), read(path)
        rests_on(path, stored, clone)  # tells what cannot be executed as `run` tells it
        _execute(path, again, nursery)
        return cells(zip(stored.cells, again.cells, strict=True))

    yield from _side_by_side(paths, beside, workers)


def _side_by_side(
    paths: Iterable[Path], work: Callable[[Path, Path], Result], workers: int | None
) -> Iterator[tuple[Path, Result]]:
    """Do ``work`` on each of ``paths``, given the folder of a nursery, and yield each in order with what it gave."""
    paths = list(paths)
    if not paths:
        return
    with ExitStack() as stack:
        folder = stack.enter_context(kernels.nursery())
        # Threads are enough: the work is done in the kernels.
        pool = ThreadPoolExecutor(max_workers=min(workers or os.cpu_count() or 1, len(paths)))
        # The longest first, so that none is left to run alone at the end.
        longest = sorted(paths, key=lambda path: path.stat().st_size, reverse=True)
        jobs = {path: pool.submit(work, path, folder) for path in longest}
        try:
            for path in paths:
                yield path, jobs[path].result()
        except NotebookError:
            pool.shutdown(cancel_futures=True)  # what is being executed may end, and is kept
            raise
        except BaseException:
            stack.close()  # an interruption ends every kernel at once, and soon those who wait for them
            pool.shutdown(wait=False, cancel_futures=True)
            wait(jobs.values(), timeout=5)
            raise
        pool.shutdown()


def _execute(path: Path, notebook: NotebookNode, nursery: Path) -> None:
    """Execute ``notebook``, which stands in ``path``, in a kernel of the ``nursery``, and tidy it."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    numbers = {id(cell): number for number, cell in enumerate(code_cells(notebook), start=1)}
    place = path.name

    def note(cell: NotebookNode, cell_index: int) -> None:
        nonlocal place
        place = f"{path.name}, code cell {numbers.get(id(cell), 0)}"

    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(
            kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(nursery / "kernels")])
        ),
        timeout=CELL_SECONDS,
        # An output may come after the reply, on a busy machine seconds later: it must not be taken for none.
        iopub_timeout=CELL_SECONDS,
        raise_on_iopub_timeout=True,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=note,
    )
    try:
        # What a kernel says of its own transport on standard error is no part of the record.
        asyncio.run(client.async_execute(env=kernels.environment(nursery), stderr=subprocess.DEVNULL, cleanup_kc=True))
    except CellExecutionError as error:
        raise NotebookError(f"{place}{_line(error.traceback, place)}: {error.ename}: {error.evalue}") from None
    except CellTimeoutError:
        raise NotebookError(f"{place}: it took more than {CELL_SECONDS} seconds.") from None
    except DeadKernelError:
        raise NotebookError(f"{place}: the kernel died in this cell.") from None
    except RuntimeError as error:
        atexit.unregister(client._cleanup_kernel)  # nbclient leaves it behind, and it would end in a traceback
        raise NotebookError(f"{path.name}: no kernel started ({error}).") from error
    _tidy(notebook)


def _line(traceback: str, place: str) -> str:
    """Return the line of the failed cell that a traceback names; one in a cell before it says less."""
    number = place.rpartition(" ")[2]
    found = re.findall(rf"Cell In\[{number}\], line (\d+)", re.sub(r"\x1b\[[0-9;]*m", "", traceback))
    return f", line {found[-1]}" if found else ""


def _tidy(notebook: NotebookNode) -> None:
    """Keep what readers need and drop what differs from machine to machine (Python's version, cell times)."""
    import nbformat

    notebook.metadata = nbformat.from_dict(
        {
            **{key: value for key, value in notebook.metadata.items() if key not in ("widgets", "edition")},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for cell in notebook.cells:
        if cell.cell_type == "code" and not cell.source.strip():
            cell.execution_count, cell.outputs = None, []  # nothing ran here, and a page would print them
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = number
        cell.metadata.pop("execution", None)
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number


def _write(path: Path, notebook: NotebookNode) -> None:
    import nbformat

    files.replace(path, (nbformat.writes(notebook).rstrip("\n") + "\n").encode())
