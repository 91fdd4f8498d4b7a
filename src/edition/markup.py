"""Which HTML a chapter, an output or a cell may bring to a page: what shows something, and nothing that acts.

The list of what is refused holds what runs, frames, submits or sends a reader elsewhere, and whatever asks another host
by itself: in a browser the policy of the page stops most of it, in PDF, EPUB and readers of text nothing would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

# Elements that run, frame, submit, or speak for the page as a whole.
ACTING = frozenset(
    {
        *("script", "iframe", "frame", "frameset", "object", "embed", "applet", "portal", "template", "noscript"),
        *("form", "input", "button", "select", "textarea", "meta", "link", "base", "foreignobject"),
        *("set", "animate", "animatemotion", "animatetransform"),
    }
)
# Attributes whose address is followed by a reader, and those whose address a browser asks for by itself.
FOLLOWED = frozenset({"href", "cite", "longdesc"})
FETCHED = frozenset({"src", "srcset", "poster", "data", "background", "action", "formaction", "ping", "manifest"})
# On these elements href, too, is asked for.
FETCHING = frozenset({"image", "use", "feimage", "lineargradient", "radialgradient", "pattern", "filter"})
SCHEMES = frozenset({"http", "https", "mailto"})
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
# A browser takes these out of an address before it looks for its scheme.
_IGNORED = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028\u2029\ufeff]")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)
_STYLE = re.compile(
    r"@import|url\(\s*['\"]?(?!#|['\"]?data:image/)|expression\(|-moz-binding|behavior\s*:", re.IGNORECASE
)
REMEDY = "Show it as text, a table or a picture of this repository, or link to it."


def faults(html: str, data_scripts: bool = False) -> Iterator[str]:
    """Yield, in words, what in ``html`` is refused; ``data_scripts`` lets through script elements that hold JSON.

    >>> list(faults("<b>bold</b>"))
    []
    """
    parser = _Parser(data_scripts)
    parser.feed(html)
    parser.close()
    yield from dict.fromkeys(parser.found)


def address_fault(address: str, fetched: bool = False) -> str:
    """Say why an address cannot stand in a page; empty when it can.

    Readers may follow http, https and mailto; what is ``fetched`` without asking them must come with the site.
    """
    bare = _IGNORED.sub("", address)
    scheme = _SCHEME.match(bare)
    if fetched:
        if _PICTURE.match(bare):
            return ""
        return f"{_cut(address)} would be fetched from outside the site" if scheme or bare.startswith("//") else ""
    if scheme and scheme[1].lower() not in SCHEMES:
        return f"an address may begin with http:, https: or mailto:, not with {scheme[1].lower()}:"
    return ""


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


class _Parser(HTMLParser):
    def __init__(self, data_scripts: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.data_scripts = data_scripts
        self.found: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name.lower(): value or "" for name, value in attrs}
        is_data = tag == "script" and self.data_scripts and told.get("type") == "application/json" and "src" not in told
        if tag in ACTING and not is_data:
            self.found.append(f"<{tag}>")
        self._style = tag == "style"
        for name, value in told.items():
            self._attribute(tag, name, value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._style = False

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if self._style and _STYLE.search(data):
            self.found.append("a style that fetches something")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        local = name.rpartition(":")[2]
        if local.startswith("on"):
            self.found.append(f"{name}= on <{tag}>")
        elif local == "srcdoc":
            self.found.append(f"srcdoc= on <{tag}>")
        elif local == "style" and _STYLE.search(value):
            self.found.append(f"a style on <{tag}> that fetches something")
        elif local == "srcset":
            parts = [part.split()[0] for part in value.split(", ") if part.split()]
            self.found += [reason for part in parts if (reason := address_fault(part, fetched=True))]
        elif local in FETCHED or (local == "href" and tag in FETCHING):
            self.found += [reason for reason in [address_fault(value, fetched=True)] if reason]
        elif local in FOLLOWED:
            self.found += [reason for reason in [address_fault(value)] if reason]
