"""Highlighted code with a mark only where the colour changes.

Pygments marks every name, bracket and blank. In a chapter with its code that is a third of all elements of the page,
and most of them look like the text round them, or like the mark before.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.style import Style  # type: ignore[import-untyped]
from pygments.styles import get_style_by_name  # type: ignore[import-untyped]
from pygments.token import STANDARD_TYPES, Text  # type: ignore[import-untyped]
from sphinx.application import Sphinx

THEMES = ("light", "dark")


class FewMarks(HtmlFormatter):
    """Pygments' formatter with one class for all tokens that look alike in each of ``styles``; none for plain text."""

    def __init__(self, styles: list[type[Style]], **options: Any) -> None:
        super().__init__(**options)
        self._styles = styles
        self._classes = {self._look(Text): ""}
        for token, name in STANDARD_TYPES.items():
            self._classes.setdefault(self._look(token), name)

    def _look(self, token: Any) -> tuple[Any, ...]:
        return tuple(tuple(style.style_for_token(token).values()) for style in self._styles)

    def _get_css_classes(self, token: Any) -> str:
        while token not in STANDARD_TYPES:
            token = token.parent
        return self._classes[self._look(token)]


def use(app: Sphinx) -> None:
    """Give Sphinx the formatter, for the styles that the theme takes for its light and its dark page."""
    builder: Any = app.builder
    if builder.format != "html":
        return
    options = builder.theme.get_options(builder.theme_options)
    styles = [get_style_by_name(options[f"pygments_{theme}_style"]) for theme in THEMES]
    builder.highlighter.formatter = partial(FewMarks, styles)


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", use)
