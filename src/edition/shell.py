"""One finished page as the shell of many: its frame, navigation, policy and styles stay, its article is exchanged.

Running the theme for hundreds of pages made from tables would take minutes; exchanging the article takes milliseconds,
and the pages cannot come to differ from the rest of the site. A page carries the digest of all that it was made from:
where the last site holds the same page with the same digest, it is taken over and not made again.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path

from . import paths

# What speaks of the page that lent the shell: its title, neighbours, address, description, and its own script.
_OWN = re.compile(
    r'[ \t]*<link rel="(?:prev|next|canonical|cite-as|describedby|item|author|license|type)"[^>]*>\n?|'
    r'[ \t]*<meta (?:name|property)="(?:description|author|og:|twitter:|citation_|DC\.|dc\.|article:)[^>]*>\n?|'
    r'[ \t]*<script type="application/ld\+json">.*?</script>\n?|'
    r"[ \t]*<script[^>]*/finder\.js[^>]*></script>\n?",
    re.DOTALL,
)
_ARTICLE = re.compile(r'(<article class="bd-article[^>]*>).*?(\n\s*</article>)', re.DOTALL)
_TITLE = re.compile(r"<title>[^<]*?( &#8212; [^<]*)</title>")
_NEIGHBOURS = re.compile(r'(<footer class="prev-next-footer[^>]*>).*?(</footer>)', re.DOTALL)
_HERE = re.compile(r'(<a class="current reference internal" href=")#(")')
DIGEST = re.compile(r'<meta name="edition-rows" content="([0-9a-f]+)" />')


@dataclass(frozen=True)
class Neighbour:
    """A page to turn to: its title and its address beside this page."""

    title: str
    href: str


@dataclass(frozen=True)
class Page:
    """A page to be made: where it stands in the site, its title, and what makes it when it is not there yet.

    ``make`` returns the article's HTML and the files beside it, by their path in the site. ``head`` is what the page
    tells machines of itself, in HTML.
    """

    path: str
    title: str
    digest: str
    make: Callable[[], tuple[str, dict[str, bytes]]]
    files: tuple[str, ...]
    previous: Neighbour | None = None
    following: Neighbour | None = None
    description: str = ""
    head: str = ""


@dataclass(frozen=True)
class Shell:
    """A finished page of the site, cut for use by other pages in the same folder."""

    html: str

    @classmethod
    def of(cls, finished: Path) -> Shell:
        """Cut the page ``finished``. Raises ``ValueError`` when the theme's page no longer has the parts named here."""
        html = finished.read_text(encoding="utf-8")
        for part in (_ARTICLE, _TITLE, _NEIGHBOURS, _HERE):
            if not part.search(html):
                raise ValueError(f"{finished.name}: the theme's page has no part like {part.pattern!r} any more")
        return cls(_HERE.sub(rf"\g<1>{finished.name}\g<2>", _OWN.sub("", html)))

    @property
    def digest(self) -> str:
        return sha256(self.html.encode()).hexdigest()[:16]

    def around(self, article: str, page: Page, digest: str) -> str:
        """Return the whole page with ``article`` in the frame."""
        turns = _turn("left-prev", "previous", page.previous) + _turn("right-next", "next", page.following)
        mark = f'\n    <meta name="edition-rows" content="{digest}" />'
        html = _TITLE.sub(
            lambda found: f"<title>{escape(page.title)}{found[1]}</title>{mark}{page.head}", self.html, count=1
        )
        html = _NEIGHBOURS.sub(lambda found: f'{found[1]}<div class="prev-next-area">{turns}</div>{found[2]}', html)
        return _ARTICLE.sub(lambda found: f"{found[1]}\n{article}{found[2]}", html, count=1)


def _turn(kind: str, word: str, to: Neighbour | None) -> str:
    if to is None:
        return ""
    arrow = f'<i class="fa-solid fa-angle-{kind.partition("-")[0]}"></i>'
    told = (
        f'<div class="prev-next-info"><p class="prev-next-subtitle">{word}</p>'
        f'<p class="prev-next-title">{escape(to.title)}</p></div>'
    )
    inside = arrow + told if word == "previous" else told + arrow
    return f'<a class="{kind}" href="{escape(to.href)}" title="{word} page">{inside}</a>'


def write(pages: Iterable[Page], shell: Shell, site: Path, last: Path | None = None) -> list[str]:
    """Write ``pages`` into ``site`` and return the paths of those that were made anew.

    The others are taken, with the files beside them, from ``last``, the site that was built before.
    """
    made, frame = [], shell.digest
    for page in pages:
        digest = sha256(f"{frame} {page.digest}".encode()).hexdigest()[:16]
        if last is None or not _taken_over(page, digest, site, last):
            article, files = page.make()
            for path, content in files.items():
                _place(paths.within(site, path)).write_bytes(content)
            html = shell.around(article, page, digest)
            _place(paths.within(site, page.path)).write_text(html, encoding="utf-8", newline="\n")
            made.append(page.path)
    return made


def _taken_over(page: Page, digest: str, site: Path, last: Path) -> bool:
    there = last / page.path
    found = DIGEST.search(there.read_text(encoding="utf-8")) if there.is_file() else None
    if not found or found[1] != digest or not all((last / file).is_file() for file in page.files):
        return False
    if last != site:
        for path in (page.path, *page.files):
            shutil.copy2(last / path, _place(paths.within(site, path)))
    return True


def _place(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
