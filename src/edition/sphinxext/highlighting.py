"""Highlighted code with a mark only where the colour changes.

Pygments marks every name, bracket and blank. In a chapter with its code that is a third of all elements of the page,
and most of them look like the text round them, or like the mark before.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.style import Style  # type: ignore[import-untyped]
from pygments.styles import get_style_by_name  # type: ignore[import-untyped]
from pygments.token import STANDARD_TYPES, Text  # type: ignore[import-untyped]
from sphinx.application import Sphinx

THEMES = ("light", "dark")


class FewMarks(HtmlFormatter):
    """Pygments' formatter with the class of each kind of token given by ``marks``."""

    def __init__(self, marks: dict[Any, str], **options: Any) -> None:
        super().__init__(**options)
        self._marks = marks

    def _get_css_classes(self, token: Any) -> str:
        while token not in self._marks:
            token = token.parent
        return self._marks[token]


def few_marks(styles: Sequence[type[Style]]) -> dict[Any, str]:
    """Return one class for all kinds of token that look alike in each of ``styles``; none for those like plain text."""

    def look(token: Any) -> tuple[Any, ...]:
        return tuple(tuple(style.style_for_token(token).values()) for style in styles)

    first = {look(Text): ""}
    return {token: first.setdefault(look(token), name) for token, name in STANDARD_TYPES.items()}


def use(app: Sphinx) -> None:
    """Give Sphinx the formatter, for the styles that the theme takes for its light and its dark page."""
    builder: Any = app.builder
    if builder.format != "html":
        return
    options = builder.theme.get_options(builder.theme_options)
    styles = [get_style_by_name(options[f"pygments_{theme}_style"]) for theme in THEMES]
    builder.highlighter.formatter = partial(FewMarks, few_marks(styles))


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", use)
