"""What a chapter's code runs of this clone's own packages: the definitions that its names lead to, and no others.

The code is read, never run. Each name that the chapter uses is followed to its definition, from there to the names
used in it, and so on, through imports and re-exports, in every package below ``src``. A module that is reached at all
gives what runs when it is imported. Where a name cannot be followed (a star import, a module handed on as a value,
``globals()``) the whole module counts, so that the answer may hold too much, but not too little.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

# Names that lead to others which cannot be read off the code.
OPAQUE = {"__dict__", "__doc__", "__import__", "eval", "exec", "globals", "import_module", "vars"}
# Decorators that only wrap what they decorate: any other does something when its module is imported.
WRAPPERS = {"cache", "contextmanager", "dataclass", "lru_cache", "overload"}
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_FILE = re.compile(r"[\w-]+\.\w+")


@dataclass
class Module:
    """A module as it is read: what binds each of its names, and what runs when it is imported."""

    lines: list[str]  # without comments and docstrings
    bound: dict[str, list[ast.stmt]] = field(default_factory=lambda: defaultdict(list))
    imported: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    at_import: list[ast.stmt] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)  # what is imported with it

    def text(self, statement: ast.stmt) -> str:
        """Return the lines of ``statement`` that say something to Python."""
        first = min(node.lineno for node in (statement, *getattr(statement, "decorator_list", ())))
        return "\n".join(line for line in self.lines[first - 1 : statement.end_lineno] if line.strip()) + "\n"


def reached(cells: Iterable[ast.Module], source: Path) -> dict[str, str]:
    """Return what running ``cells``, the code of one notebook, reaches below ``source``: ``edition.text.words``: lines.

    Raises ``SyntaxError`` for a module that is no Python.
    """
    walk = _Walk(source)
    code = ast.Module(body=[statement for cell in cells for statement in cell.body], type_ignores=[])
    walk.follow(code, "", _imports(code, ""), ())
    return walk.finish()


class _Walk:
    """One walk: ``found`` grows until nothing is left to follow. A path is a name with its module, or a module."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.found: dict[str, str] = {}
        self.seen: set[str] = set()
        self.waiting: list[str] = []
        self.entered: set[str] = set()
        self.files: dict[str, Path | None] = {}
        self.modules: dict[str, Module | None] = {}

    def finish(self) -> dict[str, str]:
        while self.waiting:
            self.resolve(self.waiting.pop())
        return dict(sorted(self.found.items()))

    def want(self, path: str) -> None:
        if path not in self.seen:
            self.seen.add(path)
            self.waiting.append(path)

    def file(self, module: str) -> Path | None:
        """Return the file of a module of this clone, ``None`` for any other."""
        if module not in self.files:
            place = self.source.joinpath(*module.split("."))
            files = (place.with_suffix(".py"), place / "__init__.py")
            self.files[module] = next((file for file in files if module and file.is_file()), None)
        return self.files[module]

    def module(self, name: str) -> Module | None:
        if name not in self.modules:
            file = self.file(name)
            self.modules[name] = _read(file.read_text(encoding="utf-8"), _package(name, file)) if file else None
        return self.modules[name]

    def resolve(self, path: str) -> None:
        """Take what ``path`` stands for: ``edition.text.words`` the definition, ``edition.text`` the whole module."""
        name, rest = path, ""
        while name and not self.file(name):
            name, _, last = name.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
        if not (module := self.module(name)):
            return  # of another package: the lock tells its version
        self.enter(name)
        first, _, after = rest.partition(".")
        for target in module.imported.get(first, ()):
            self.want(f"{target}.{after}" if after else target)
        if first in module.bound:
            text = "".join(map(module.text, module.bound[first]))
            self.found[f"{name}.{first}"] = text
            for statement in module.bound[first]:
                self.include(name, module, statement)
        elif first not in module.imported:
            self.whole(name, module)

    def whole(self, name: str, module: Module) -> None:
        """Take every name of a module."""
        for own in (*module.bound, *module.imported):
            self.want(f"{name}.{own}")

    def enter(self, name: str) -> None:
        """Take what runs when a module is imported, with the packages around it and the modules that it imports."""
        while name and not self.file(name):
            name = name.rpartition(".")[0]
        if not name or name in self.entered or not (module := self.module(name)):
            return
        self.entered.add(name)
        self.enter(name.rpartition(".")[0])
        self.found[f"{name} at import"] = "".join(map(module.text, module.at_import))
        for statement in module.at_import:
            # A module's own __getattr__ gives what the module declares, and that is followed by its name.
            if not _is_special(statement):
                self.include(name, module, statement)
        for other in module.imports:
            self.enter(other)

    def include(self, name: str, module: Module, statement: ast.stmt) -> None:
        """Follow all that ``statement`` of a module names, and the files beside the module that it names."""
        if not (file := self.file(name)):
            return
        imported = _imports(statement, _package(name, file))
        self.follow(statement, name, {**module.imported, **imported} if imported else module.imported, module.bound)
        for beside in map(file.with_name, _file_names(statement)):
            if beside.is_file():
                self.found[f"{name}: {beside.name}"] = beside.read_bytes().hex()

    def follow(self, tree: ast.AST, module: str, imported: dict[str, list[str]], bound: Container[str]) -> None:
        """Follow each name in ``tree``, which stands in ``module``, or in a chapter where that is empty."""
        for chain in _chains(tree):
            if OPAQUE & {*chain}:
                self.unlimited(module)
            for target in imported.get(chain[0], ()):
                self.want(".".join([target, *chain[1:]]))
            if chain[0] in bound:
                self.want(f"{module}.{chain[0]}")
        for target in imported.get("*", ()):
            self.want(target)

    def unlimited(self, module: str) -> None:
        """Take every module of the package that ``module`` lies in, of a chapter those of all packages."""
        top = module.partition(".")[0]
        for file in (self.source / top).rglob("*.py"):
            parts = file.relative_to(self.source).with_suffix("").parts
            self.want(".".join(part for part in parts if part != "__init__"))


@cache
def _read(source: str, package: str) -> Module:
    tree = ast.parse(source)
    module = Module(_bare_lines(source, tree))
    for statement in tree.body:
        _note(module, statement, package)
    return module


def _note(module: Module, statement: ast.stmt, package: str) -> None:
    """Note what one statement of a module binds, and whether it does more than that."""
    for alias, targets in _imports(statement, package, deep=not isinstance(statement, Definition)).items():
        module.imported[alias] += targets
        if not _for_types(statement):
            module.imports += targets
    if isinstance(statement, ast.Import | ast.ImportFrom) or _is_text(statement) or _for_types(statement):
        return
    names = [statement.name] if isinstance(statement, Definition) else _stored(statement)
    for name in names:
        module.bound[name].append(statement)
    if not names or not _only_binds(statement):
        module.at_import.append(statement)


def _is_special(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef) and statement.name.startswith("__")


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _for_types(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and getattr(statement.test, "id", "") == "TYPE_CHECKING"


def _only_binds(statement: ast.stmt) -> bool:
    """Say whether all that importing a module does with ``statement`` is to give names to values."""
    if isinstance(statement, Definition):
        made_by = (node.func if isinstance(node, ast.Call) else node for node in statement.decorator_list)
        return not _is_special(statement) and all(getattr(node, "id", "") in WRAPPERS for node in made_by)
    if isinstance(statement, ast.Assign):
        return all(isinstance(target, ast.Name | ast.Tuple) for target in statement.targets)
    return isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)


def _stored(statement: ast.stmt) -> list[str]:
    """Return the names that ``statement`` binds, also in its branches."""
    nodes = list(ast.walk(statement))
    names = [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    return names + [node.name for node in nodes if isinstance(node, Definition)]


@cache
def _imports(tree: ast.AST, package: str, *, deep: bool = True) -> dict[str, list[str]]:
    """Return what each name that ``tree`` imports stands for, in full; under ``*`` modules of which it takes all."""
    found: dict[str, list[str]] = defaultdict(list)
    for node in _statements(tree) if deep else ():
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]].append(
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            around = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*around, *([node.module] if node.module else [])])
            for alias in node.names:
                star = alias.name == "*"
                found[alias.asname or alias.name].append(origin if star else f"{origin}.{alias.name}")
    return found


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield ``tree`` and every statement in it, without going through expressions: they import nothing."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, part, ())
            waiting += inner if isinstance(inner, list) else ()


def _package(name: str, file: Path) -> str:
    """Return the package that a module's relative imports start from."""
    return name if file.name == "__init__.py" else name.rpartition(".")[0]


@cache
def _file_names(tree: ast.AST) -> list[str]:
    """Return the texts in ``tree`` that may name a file."""
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [text for text in texts if _FILE.fullmatch(text)]


@cache
def _chains(tree: ast.AST) -> frozenset[tuple[str, ...]]:
    """Return each name in ``tree`` with the attributes taken of it: ``ed.text.words(1)`` gives ed, text, words."""
    return frozenset(_chains_one_by_one(tree))


def _chains_one_by_one(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        chain: list[str] = []
        while isinstance(node, ast.Attribute):
            chain.insert(0, node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            yield (node.id, *chain)
        else:
            if chain:
                yield ("", *chain)
            waiting += [node] if chain else ast.iter_child_nodes(node)


def _bare_lines(source: str, tree: ast.Module) -> list[str]:
    """Return the lines of ``source`` without comments and docstrings, the same for every version of Python."""
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip()
    docstrings = (node.body[0] for node in ast.walk(tree) if isinstance(node, Definition) and _is_text(node.body[0]))
    for node in docstrings:
        if not lines[node.lineno - 1][: node.col_offset].strip():
            lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or node.lineno) - node.lineno + 1)
    return lines
