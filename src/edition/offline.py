"""The site for reading from a disk: a page opened by double-click has no server, and browsers then refuse two things.

Modules are joined into plain scripts, so that tables sort and charts come to life, each from a script in place of its
JSON. All else is the site as it is published.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping

_TAG = re.compile(r'<script type="module" src="([^"?]+)(\?[^"]*)?"></script>')
_IMPORT = re.compile(r'^import (?:(\{[^}]*\}) from )?"(\./[\w.-]+)";\n', re.MULTILINE)
_LAZY = re.compile(r'\bimport\(new URL\("(\./[\w.-]+)", import\.meta\.url\)\)')
_READ = re.compile(r"\bfetch\((\w+)\)\.then\(\(answer\) => answer\.json\(\)\)")
_CHART = re.compile(r' data-spec="([^"]+)"')
_LIST = re.compile(r"\bexport\s*\{([^}]*)\};?")
_NAMED = re.compile(r"^export (?=(?:async )?(?:function\*?|const|let|class) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^\s*(?:import|export)\b(?!\()|\bimport\.meta\b|\bimport\(", re.MULTILINE)

# One object holds what the modules export; a lazy one arrives as a script of its own.
_LOADER = """globalThis.edModules ??= {};
globalThis.edLoad ??= ((base) => (name) =>
  new Promise((done, fail) => {
    if (edModules[name]) return done(edModules[name]);
    const script = document.createElement("script");
    script.src = new URL(name, base);
    script.onload = () => done(edModules[name]);
    script.onerror = () => fail(new Error(`${name} is not there`));
    document.head.append(script);
  }))(document.currentScript.src);
"""


class OfflineError(Exception):
    """A script of the site cannot be turned into one that runs from a disk; the message names it."""


def adapt(site: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return ``site`` (content by path) with the changes that reading from a disk needs."""
    files = dict(site)
    entries: set[str] = set()
    charts: set[str] = set()
    for path in [path for path in site if path.endswith(".html")]:
        html = site[path].decode()
        found = [_beside(path, match[1]) for match in _TAG.finditer(html)]
        charts.update(_beside(path, match[1]) for match in _CHART.finditer(html))
        if found:
            entries.update(found)
            files[path] = _TAG.sub(r'<script defer src="\1\2"></script>', html).encode()
    lazy = _lazy(entries, site)
    for script in entries:
        files[script] = (_LOADER + "".join(_plain(name, site) for name in _order(script, site))).encode()
    for script in lazy - entries:
        files[script] = "".join(_plain(name, site) for name in _order(script, site)).encode()
    for name in charts:
        files[f"{name}.js"] = f"edModules[document.currentScript.src] = {_code(name, site).strip()};\n".encode()
        del files[name]
    return files


def _lazy(entries: set[str], site: Mapping[str, bytes]) -> set[str]:
    """Return the modules that ``entries`` ask for lazily, and those that these ask for."""
    found, asking = set[str](), set(entries)
    while asking:
        asking = {name for script in asking for name in _reach(script, site)} - found
        found |= asking
    return found


def _reach(script: str, site: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the modules that ``script``, or one that it joins, asks for lazily."""
    for name in _order(script, site):
        code = _code(name, site)
        yield from (_beside(name, match[1]) for match in _LAZY.finditer(code))


def _order(script: str, site: Mapping[str, bytes]) -> list[str]:
    """Return ``script`` and what it imports, in the order in which they run."""
    order: list[str] = []
    for match in _IMPORT.finditer(_code(script, site)):
        order += [name for name in _order(_beside(script, match[2]), site) if name not in order]
    return [*order, script]


def _code(script: str, site: Mapping[str, bytes]) -> str:
    if script not in site:
        raise OfflineError(f"A page or a script asks for {script}, which the site does not hold.")
    return site[script].decode()


def _beside(script: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(script), name))


def _plain(script: str, site: Mapping[str, bytes]) -> str:
    """Return a module as a function called at once, its exports kept under its name."""
    code, exports = _code(script, site), dict[str, str]()
    for match in _LIST.finditer(code):
        for pair in match[1].split(","):
            inner, _, outer = pair.strip().partition(" as ")
            exports[outer or inner] = inner
    exports |= {match[1]: match[1] for match in _NAMED.finditer(code)}
    code = _NAMED.sub("", _LIST.sub("", code))
    code = _LAZY.sub(lambda match: f"edLoad({json.dumps(match[1])})", code)
    code = _READ.sub(r"edLoad(`${new URL(\1, document.baseURI)}.js`)", code)
    code = _IMPORT.sub(_taken, code)
    if _LEFT.search(code):
        raise OfflineError(f"{script} imports or exports in a way that edition/offline.py does not know.")
    kept = ", ".join(f"{outer}: {inner}" for outer, inner in exports.items())
    return f"(() => {{\n{code}\nedModules[{json.dumps('./' + posixpath.basename(script))}] = {{ {kept} }};\n}})();\n"


def _taken(match: re.Match[str]) -> str:
    names = (match[1] or "").replace(" as ", ": ")
    return f"const {names} = edModules[{json.dumps(match[2])}];\n" if names else ""
