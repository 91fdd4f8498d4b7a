"""The notebooks as the published record: what each one rests on, which are stale, and their execution in place.

A notebook's outputs depend on its code cells, the tables it loads, the modules that run in its kernel and the lock.
Their digests are kept in its metadata; a notebook whose digests differ is stale. ``run`` executes the stale ones, in
parallel, each in a kernel of its own, and replaces a file only when the whole notebook ran without an error.
"""

from __future__ import annotations

import ast
import asyncio
import atexit
import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import kernels

# Imported where they are used: a build that finds nothing changed must not wait for them.
if TYPE_CHECKING:
    from nbformat import NotebookNode

# The modules that a kernel imports; a change of any of them may change an output.
KERNEL_MODULES = ("__init__", "data", "text", "figures", "tables", "analysis")
FONTS = "fonts.conf"  # with which drawings measure their words
CELL_SECONDS = 120
kernel_environment = kernels.environment
# One line each that tells why a digest differs.
REASONS = {"code": "its code changed", "package": "src/edition changed", "lock": "the lock changed"}


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
    found = set()
    for number, cell in enumerate(code_cells(notebook), start=1):
        for node in ast.walk(_parsed(cell.source, f"{name}, code cell {number}")):
            if isinstance(node, ast.Call) and callee(node.func) == "load":
                argument = node.args[0] if node.args else None
                if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                    raise NotebookError(f'{name}: load() needs the name of a table in quotes, as in ed.load("votes").')
                found.add(argument.value)
    return sorted(found)


def _parsed(source: str, place: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise NotebookError(f"{place}, line {error.lineno}: {error.msg}; only Python runs here, no magics.") from None


def callee(function: ast.expr) -> str:
    """Return the name by which a call names its function: ``load`` for both ``load(...)`` and ``ed.load(...)``."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def inputs(path: Path, notebook: NotebookNode, clone: Path) -> dict[str, Any]:
    """Return the digests of all that the outputs of ``notebook`` rest on: code, package, lock and each table."""
    from .data import SCHEMA, resources

    described = resources(clone / "data")
    tables = tables_read(notebook, path.name)
    unknown = [name for name in tables if name not in described]
    if unknown:
        raise NotebookError(f"{path.name}: loads {', '.join(unknown)}, which data/{SCHEMA} does not describe.")
    package = [clone / "src/edition" / name for name in (*(f"{module}.py" for module in KERNEL_MODULES), FONTS)]
    return {
        "code": _digest(cell.source.encode() for cell in code_cells(notebook)),
        "package": _digest(file.read_bytes() for file in package),
        "lock": _digest([(clone / "requirements.lock").read_bytes()]),
        "tables": {name: _table_digest(clone / "data", described[name]) for name in tables},
    }


def _table_digest(data: Path, resource: dict[str, Any]) -> str:
    """Digest the rows and the types: titles and descriptions of fields do not change what is computed."""
    types = [(field["name"], field["type"]) for field in resource["schema"]["fields"]]
    return _digest([json.dumps(types).encode(), (data / resource["path"]).read_bytes()])


def _digest(parts: Iterable[bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()[:16]


def why_stale(path: Path, clone: Path) -> list[str]:
    """Return the reasons, in words, for which the stored outputs of ``path`` may no longer hold; empty when fresh."""
    notebook = read(path)
    stored = notebook.metadata.get("edition", {}).get("inputs")
    current = inputs(path, notebook, clone)
    if not stored:
        return ["it was never executed"]
    reasons = [text for part, text in REASONS.items() if stored.get(part) != current[part]]
    known, tables = stored.get("tables", {}), current["tables"]
    changed = sorted(name for name in known.keys() | tables.keys() if known.get(name) != tables.get(name))
    return reasons + [f"table {name} changed" for name in changed]


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
    paths = list(paths)
    if not paths:
        return
    with ExitStack() as stack:
        folder = stack.enter_context(kernels.nursery())
        # Threads are enough: the work is done in the kernels.
        pool = ThreadPoolExecutor(max_workers=min(workers or os.cpu_count() or 1, len(paths)))
        # The longest first, so that none is left to run alone at the end.
        longest = sorted(paths, key=lambda path: path.stat().st_size, reverse=True)
        jobs = {path: pool.submit(_execute, path, clone, folder, hold) for path in longest}
        try:
            for path in paths:
                jobs[path].result()
                yield path
        except NotebookError:
            pool.shutdown(cancel_futures=True)  # what is being executed may end, and is kept
            raise
        except BaseException:
            stack.close()  # an interruption ends every kernel at once, and soon those who wait for them
            pool.shutdown(wait=False, cancel_futures=True)
            wait(jobs.values(), timeout=5)
            raise
        pool.shutdown()


def _execute(path: Path, clone: Path, nursery: Path, hold: Callable[[], None]) -> None:
    """Execute one notebook in place, in a kernel of the ``nursery``."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    before, notebook = path.read_bytes(), read(path)
    digests = inputs(path, notebook, clone)
    specifications = KernelSpecManager(kernel_dirs=[str(nursery / "kernels")])
    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specifications),
        timeout=CELL_SECONDS,
        # An output may come after the reply, on a busy machine seconds later: it must not be taken for none.
        iopub_timeout=CELL_SECONDS,
        raise_on_iopub_timeout=True,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        # What a kernel says of its own transport on standard error is no part of the record.
        asyncio.run(client.async_execute(env=kernel_environment(), stderr=subprocess.DEVNULL, cleanup_kc=True))
    except CellExecutionError as error:
        raise NotebookError(f"{path.name}: a cell failed with {error.ename}: {error.evalue}") from None
    except CellTimeoutError:
        raise NotebookError(f"{path.name}: a cell took more than {CELL_SECONDS} seconds.") from None
    except DeadKernelError:
        raise NotebookError(f"{path.name}: the kernel died.") from None
    except RuntimeError as error:
        atexit.unregister(client._cleanup_kernel)  # nbclient leaves it behind, and it would end in a traceback
        raise NotebookError(f"{path.name}: no kernel started ({error}).") from error
    hold()
    if path.read_bytes() != before:
        raise NotebookError(f"{path.name}: it was changed while it was executed, and is kept as changed: run it again.")
    _write(path, _tidy(notebook, digests))


def _tidy(notebook: NotebookNode, digests: dict[str, Any]) -> NotebookNode:
    """Keep what readers need and drop what differs from machine to machine (Python's version, cell times)."""
    import nbformat

    notebook.metadata = nbformat.from_dict(
        {
            **{key: value for key, value in notebook.metadata.items() if key not in ("widgets", "edition")},
            "edition": {"inputs": digests},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = number
        cell.metadata.pop("execution", None)
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
    return notebook


def _write(path: Path, notebook: NotebookNode) -> None:
    """Replace ``path`` in one step, so that an interruption leaves the old notebook or the new one, never half."""
    import nbformat

    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            nbformat.write(notebook, file)
            file.flush()
            os.fsync(file.fileno())  # a power cut must not leave the new name on an empty file
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
