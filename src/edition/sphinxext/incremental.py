"""Building again only the pages that changed, and only when the result is the same to the byte as building all.

The pages as Sphinx wrote them are kept beside the finished ones, for the next build to start from. A chapter is read
again when its file has other content; every other page when anything changed. A changed table builds all pages, since
what chapters show of tables (labels, grades, links) is for nobody to list. Times of files decide nothing. A change that
other pages may show (a title, a number, an anchor) ends the build: `edition.site` then builds all pages anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from docutils.nodes import Node
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from .paragraphs import is_chapter

KEPT = "pages-as-written"
# What pages know of each other: Sphinx's own registers, to which those of this package (``edition_...``) are added.
SHARED = ("titles", "longtitles", "tocs", "toctree_includes", "toc_secnumbers", "toc_fignumbers", "all_docs")


class ReachesFurther(ExtensionError):
    """A change shows on pages that did not change themselves."""


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Return the chapters that would be read otherwise than before and, if anything changed, all other pages."""
    before: dict[str, str] = getattr(env, "content_read", {})
    if not before or before == (now := content(env)):
        return []
    return [name for name in env.found_docs if not is_chapter(env, name) or before.get(name) != now[name]]


def content(env: BuildEnvironment) -> dict[str, str]:
    """Return a digest of what each page is made of: its file and the files that it depends on."""
    folder = Path(env.srcdir)
    return {
        name: _digest(Path(env.doc2path(name)), *(folder / file for file in sorted(env.dependencies[name])))
        for name in env.found_docs
    }


def _digest(*files: Path) -> str:
    contents = (file.read_bytes() if file.is_file() else b"" for file in files)
    return hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in contents)).hexdigest()


def remember(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Keep what the pages were read from; end a build that kept pages on which a change may show."""
    before = getattr(env, "content_shared", None)
    env.content_read, env.content_shared = content(env), shared(env)  # type: ignore[attr-defined]
    if before not in (None, env.content_shared):  # type: ignore[attr-defined]
        raise ReachesFurther("the change shows on other pages as well")
    return []


def shared(env: BuildEnvironment) -> str:
    """Return one digest of what pages know of each other."""
    registers = {name: getattr(env, name) for name in SHARED}
    registers |= {name: value for name, value in vars(env).items() if name.startswith("edition_")}
    registers["all_docs"] = sorted(env.all_docs)
    registers["names"] = {key: env.domaindata["std"][key] for key in ("labels", "anonlabels", "progoptions", "terms")}
    return hashlib.sha256(json.dumps(_plain(registers), sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Return ``value`` in types of JSON, the same in every process."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.pformat() if isinstance(value, Node) else str(value)


def keep(app: Sphinx, failure: Exception | None) -> None:
    """Copy the pages before they are finished: what was finished cannot be finished again."""
    if failure is not None or app.builder.format != "html":
        return
    kept = Path(app.outdir).with_name(KEPT)
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(app.outdir, kept)


def setup(app: Sphinx) -> None:
    app.connect("env-get-outdated", outdated)
    # Last, when every register is complete and everything has its number.
    app.connect("env-get-updated", remember, priority=950)
    # After what writes files beside pages, and before `redirects` and `pages.finish`, which start from whole pages.
    app.connect("build-finished", keep, priority=750)
