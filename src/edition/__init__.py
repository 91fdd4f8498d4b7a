"""The research edition's package: one door to the data, and the means to show it.

Notebooks write ``import edition as ed`` and use the names below; each is imported when it is first used, so that
``edition check`` never pays for Altair, nor a chapter without charts for the renderer.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .analysis import alpha as alpha
    from .analysis import bootstrap_alpha as bootstrap_alpha
    from .analysis import cluster_interval as cluster_interval
    from .analysis import cluster_mean as cluster_mean
    from .analysis import differences as differences
    from .analysis import expected_share as expected_share
    from .analysis import mantel_haenszel as mantel_haenszel
    from .analysis import moves as moves
    from .analysis import parties_by_year as parties_by_year
    from .analysis import redrawn_blocks as redrawn_blocks
    from .analysis import same_ideas as same_ideas
    from .analysis import seat_changes as seat_changes
    from .analysis import side_by_side as side_by_side
    from .analysis import sources_of as sources_of
    from .analysis import strata as strata
    from .analysis import tally as tally
    from .analysis import two_blocks as two_blocks
    from .analysis import voting_pairs as voting_pairs
    from .analysis import wilson as wilson
    from .data import load as load
    from .figures import colour as colour
    from .figures import describe_bars as describe_bars
    from .figures import describe_counts as describe_counts
    from .figures import describe_series as describe_series
    from .figures import figure as figure
    from .figures import group_scale as group_scale
    from .figures import shapes as shapes
    from .figures import stance_scale as stance_scale
    from .figures import step_scale as step_scale
    from .figures import theme_scale as theme_scale
    from .figures import vote_legend as vote_legend
    from .figures import vote_letters as vote_letters
    from .figures import vote_scale as vote_scale
    from .tables import Link as Link
    from .tables import table as table
    from .text import date as date
    from .text import expect as expect
    from .text import glue as glue
    from .text import listing as listing
    from .text import number as number
    from .text import percent as percent
    from .text import short_names as short_names
    from .text import the as the
    from .text import words as words

_HOME = {
    **dict.fromkeys(("alpha", "bootstrap_alpha", "cluster_interval", "moves", "parties_by_year"), "analysis"),
    **dict.fromkeys(("side_by_side", "sources_of", "tally", "wilson"), "analysis"),
    **dict.fromkeys(("redrawn_blocks", "two_blocks", "voting_pairs"), "analysis"),
    **dict.fromkeys(("differences", "same_ideas", "seat_changes"), "analysis"),
    **dict.fromkeys(("cluster_mean", "expected_share", "mantel_haenszel", "strata"), "analysis"),
    "load": "data",
    **dict.fromkeys(("expect", "glue", "number", "words", "percent", "date", "listing", "short_names", "the"), "text"),
    **dict.fromkeys(("describe_bars", "describe_counts", "describe_series", "figure"), "figures"),
    **dict.fromkeys(("group_scale", "stance_scale", "step_scale", "theme_scale"), "figures"),
    **dict.fromkeys(("colour", "shapes", "vote_legend", "vote_letters", "vote_scale"), "figures"),
    **dict.fromkeys(("table", "Link"), "tables"),
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"edition has no {name!r}; it offers {', '.join(__all__)}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
