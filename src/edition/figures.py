"""Charts for reading: a static SVG first, interactive on demand, in both themes and without another host.

`figure` turns an Altair chart into an output that holds its drawing, its compiled Vega specification and a table of its
data. A page shows the drawing at once; ``static/figures.js`` brings it to life when it scrolls into view. The same
inputs give the same bytes on every machine: text is measured in the font that vl-convert carries, numbers are rounded,
and ids come from the content.

Importing this module registers and enables the Altair theme ``edition``. It knows nothing of data files or of Sphinx.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import altair as alt
import pandas as pd

from . import text
from .tables import MAX_ROWS, cut_note, html_table, lab_caption, missing, require

WIDTH = 640
"""Width in px of a chart that does not set its own, axes and legend included."""
NARROW = 320
"""The same on a telephone."""

# Colours --------------------------------------------------------------------------------------------------------------

PAGE = ("#ffffff", "#14181e")
PALETTE: dict[str, tuple[str, str]] = {
    # What is not data. `paper` is the page itself: hollow marks, and text upon a filled mark.
    "paper": PAGE,
    "ink": ("#1f2328", "#e6edf3"),
    "muted": ("#525a63", "#aab2bb"),
    "rule": ("#6e7781", "#8b949e"),
    "grid": ("#dfe3e8", "#2d343d"),
    # One series; what to look at; what stands behind it.
    "main": ("#2f5d8a", "#8fb8de"),
    "highlight": ("#a15c00", "#f0b429"),
    "context": ("#6f767e", "#7d8590"),
    "vote-yes": ("#0072b2", "#56b4e9"),
    "vote-no": ("#c04f00", "#ff8a4c"),
    "vote-abstain": ("#6c6c6c", "#a6abb0"),
    "stance--2": ("#8a3800", "#ff7f2a"),
    "stance--1": ("#c25400", "#d9a276"),
    "stance-0": ("#6b6b6b", "#9aa1a9"),
    "stance-1": ("#1f77b0", "#86bce0"),
    "stance-2": ("#00476f", "#2fa8ff"),
    # Kinds without an order, apart also for readers who do not tell all colours apart (see the tests).
    "kind-1": ("#198664", "#85b7a7"),
    "kind-2": ("#a06b24", "#f7a32b"),
    "kind-3": ("#885cb5", "#b07be6"),
    "kind-4": ("#6a2745", "#b26b87"),
    "kind-5": ("#585858", "#dedede"),
    "kind-6": ("#6491b8", "#85c5fb"),
    "kind-7": ("#8c2e1c", "#e67059"),
    # Little to much, in steps: a continuous ramp could not follow the page's theme.
    "step-1": ("#4e7aa2", "#5b85ab"),
    "step-2": ("#3e648a", "#7c9fbf"),
    "step-3": ("#2c4d6f", "#9ebad3"),
    "step-4": ("#1a3856", "#c1d5e8"),
    "step-5": ("#09233d", "#e4f1fc"),
}
"""Every colour that a chart may use: name -> (on the light page, on the dark page)."""

SEQUENTIAL = [f"step-{n}" for n in range(1, 6)]
VOTES = ("yes", "no", "abstain", "not_voting")
GROUPS = (
    "African States",
    "Asia-Pacific States",
    "Eastern European States",
    "Latin American and Caribbean States",
    "Western European and other States",
)
CONFIDENCE = ("primary", "secondary", "background", "conflicting")
SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right"]


def colour(name: str) -> str:
    """Return a colour of the palette, as it is written in a chart; the dark page replaces it by its pair."""
    return PALETTE[name][0]


def vote_scale(*, outline: bool = False) -> alt.Scale:
    """Return yes blue, no vermilion, abstention grey, not voting hollow (fill it, and draw the ``outline`` scale)."""
    hollow = "vote-abstain" if outline else "paper"
    return _scale(VOTES, ["vote-yes", "vote-no", "vote-abstain", hollow])


def vote_letters() -> str:
    """Return the Vega expression for the letter that goes with the colour of a vote: Y, N, A or a dash."""
    return "{yes: 'Y', no: 'N', abstain: 'A', not_voting: '–'}[datum.vote]"


def vote_legend(**options: Any) -> alt.Legend:
    """Return the legend of votes, in words and in the order of `VOTES`; options go to ``alt.Legend``."""
    return alt.Legend(**{"title": "Vote", "labelExpr": "replace(datum.label, '_', ' ')"} | options)


def group_scale() -> alt.Scale:
    """Return the colours of the five regional groups; use `shapes` with it where points stand alone."""
    return _scale(GROUPS, [f"kind-{n}" for n in range(1, 6)])


def stance_scale() -> alt.Scale:
    """Return the five steps from -2 (opposes, vermilion) over 0 (grey) to 2 (supports, blue)."""
    return _scale(range(-2, 3), [f"stance-{n}" for n in range(-2, 3)])


def theme_scale(names: Sequence[Any]) -> alt.Scale:
    """Return one colour for each name, seven at the most: beyond that readers cannot tell them apart."""
    if len(names) > 7:
        raise ValueError(f"{len(names)} colours cannot be told apart: use rows or labels, or group the small ones")
    return _scale(names, [f"kind-{n}" for n in range(1, len(names) + 1)])


def step_scale(limits: Sequence[float]) -> alt.Scale:
    """Return little to much in up to five steps; ``limits`` are where one step ends and the next begins."""
    steps = SEQUENTIAL[-(len(limits) + 1) :]
    if len(limits) != len(steps) - 1:
        raise ValueError("give one to four limits: five steps at the most")
    return alt.Scale(type="threshold", domain=list(limits), range=[colour(name) for name in steps])


def shapes(names: Sequence[Any]) -> alt.Scale:
    """Return one shape for each name, so that colour is never alone in telling them apart."""
    if len(names) > len(SHAPES):
        raise ValueError(f"{len(names)} shapes cannot be told apart: {len(SHAPES)} at the most")
    return alt.Scale(domain=list(names), range=SHAPES[: len(names)])


def _scale(domain: Iterable[Any], names: list[str]) -> alt.Scale:
    return alt.Scale(domain=list(domain), range=[colour(name) for name in names])


def palette_css() -> str:
    """Return the CSS by which drawings follow the page into the dark, drawn or alive, with no second rendering.

    A drawing holds the light colours. On paper, and where the reader's system sets the colours, they stay.
    """
    pairs = dict(PALETTE.values())
    rules = "".join(
        f'html[data-theme="dark"] .ed-chart svg [{part}="{light}" i]{{{part}:{dark}}}\n'
        for light, dark in sorted(pairs.items())
        for part in ("fill", "stroke")
    )
    screen = "@media not print {\n@media (forced-colors: none) {\n"
    return f"/* Generated from edition.figures.PALETTE. */\n{screen}{rules}}}\n}}\n"


# Theme ----------------------------------------------------------------------------------------------------------------

# vl-convert carries Liberation Sans, so text measures the same everywhere; the others have the same widths.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


@alt.theme.register("edition", enable=True)
def theme() -> alt.theme.ThemeConfig:
    """Return the look of every chart."""
    words = {
        "labelFontSize": 13,
        "titleFontSize": 13,
        "labelColor": colour("ink"),
        "titleColor": colour("muted"),
    }
    light = {"titleFontWeight": "normal"}
    config: dict[str, Any] = {
        "font": FONT,
        "background": "transparent",
        "aria": False,  # one text for the whole drawing and a table of its data say it better than 300 marks
        "padding": 2,
        "view": {"stroke": None, "continuousWidth": 200, "continuousHeight": 240, "step": 22},
        "range": {
            "category": [colour(f"kind-{n}") for n in range(1, 8)],
            "ordinal": [colour(name) for name in SEQUENTIAL],
        },
        "axis": {
            **words,
            **light,
            "domainColor": colour("rule"),
            "tickColor": colour("rule"),
            "gridColor": colour("grid"),
            "tickSize": 4,
            "labelPadding": 4,
            "titlePadding": 8,
            "labelLimit": 270,
        },
        "axisX": {"grid": False, "labelAngle": 0, "labelSeparation": 6},
        "axisY": {"domain": False, "ticks": False},
        "axisBand": {"grid": False},
        "legend": {
            **words,
            **light,
            "orient": "top",
            "titleAnchor": "start",
            "titleOrient": "left",
            "labelLimit": 300,
            "symbolSize": 110,
            "columnPadding": 14,
            "rowPadding": 3,
            "gradientStrokeColor": colour("rule"),
            "symbolBaseStrokeColor": colour("rule"),
            "offset": 10,
        },
        "header": {**words, **light, "labelFontWeight": "bold", "labelLimit": 300},
        "title": {
            "anchor": "start",
            "color": colour("ink"),
            "fontSize": 13,
            "fontWeight": "bold",
            "offset": 6,
            "subtitleColor": colour("muted"),
            "subtitleFontSize": 13,
        },
        "text": {"fontSize": 13, "color": colour("ink"), "fill": colour("ink")},
        "mark": {"color": colour("main")},
        "bar": {"color": colour("main"), "discreteBandSize": {"band": 0.78}},
        "line": {"color": colour("main"), "strokeWidth": 2},
        "point": {"color": colour("main"), "filled": True, "size": 64},
        "circle": {"size": 64},
        "rule": {"color": colour("rule")},
        "tick": {"color": colour("main"), "thickness": 2},
        "rect": {"stroke": colour("paper"), "strokeWidth": 2},
    }
    return {"config": config}  # type: ignore[typeddict-item]


# Words ----------------------------------------------------------------------------------------------------------------


def describe_bars(frame: pd.DataFrame, category: str, value: str, unit: str) -> str:
    """Return what bars show, for ``alt``: all of up to eight in order of size, else the ends.

    >>> describe_bars(frame, "group", "votes", "votes")
    'African States has the most, 11 votes; then Asia-Pacific States 10 and Eastern European States 0.'
    """
    known = frame.dropna(subset=[value]).sort_values([value, category], ascending=[False, True])
    pairs = [(_label(name), _figure(size)) for name, size in zip(known[category], known[value], strict=True)]
    gaps = [_label(name) for name in frame.loc[frame[value].isna(), category]]
    tail = f" No figure is known for {text.listing(gaps)}." if gaps else ""
    if not pairs:
        return f"No figure in {unit} is known.{tail}"
    (first, most), rest = pairs[0], [f"{name} {size}" for name, size in pairs[1:]]
    if len(rest) > 7:
        rest = [*rest[:2], f"so on to {rest[-1]}, the least of {len(pairs)}"]
    others = f"; then {text.listing(rest)}" if rest else ""
    return f"{first} has {'the most, ' if rest else ''}{most} {unit}{others}.{tail}"


def describe_series(frame: pd.DataFrame, x: str, y: str, unit: str) -> str:
    """Return what a line shows, for ``alt``: where it starts and ends, its peak and trough, and its gaps.

    >>> describe_series(frame, "year", "value", "texts")
    'From 3 texts in 2007 up to 9 in 2025; highest 11 in 2016, lowest 2 in 2009.'
    """
    known = frame.dropna(subset=[y]).sort_values(x, kind="stable")
    if known.empty:
        return f"No figure in {unit} is known."
    at = [(_label(when), size) for when, size in zip(known[x], known[y], strict=True)]
    (start, first), (end, last) = at[0], at[-1]
    gaps = len(frame) - len(known)
    tail = f" {text.number(gaps)} of {text.number(len(frame))} points have no figure." if gaps else ""
    if len(at) == 1:
        return f"One figure, {_figure(first)} {unit} in {start}.{tail}"
    way = "up to" if last > first else "down to" if last < first else "and again"
    peak, trough = max(at, key=lambda p: p[1]), min(at, key=lambda p: p[1])
    ends = f"highest {_figure(peak[1])} in {peak[0]}, lowest {_figure(trough[1])} in {trough[0]}"
    return f"From {_figure(first)} {unit} in {start} {way} {_figure(last)} in {end}; {ends}.{tail}"


def describe_counts(frame: pd.DataFrame, column: str) -> str:
    """Return how often each value of a column occurs, for ``alt``, the most frequent first.

    >>> describe_counts(votes, "vote")
    '47 in all: yes 28, abstain 17, no 1 and not voting 1.'
    """
    counts = frame[column].value_counts().rename_axis("name").reset_index(name="n")
    counts = counts.sort_values(["n", "name"], ascending=[False, True], key=_as_text_or_number)
    parts = [f"{_label(name)} {text.number(n)}" for name, n in zip(counts["name"], counts["n"], strict=True)]
    blank = int(frame[column].isna().sum())
    if blank:
        parts.append(f"not known {text.number(blank)}")
    return f"{text.number(len(frame))} in all: {text.listing(parts)}." if parts else "None."


def _as_text_or_number(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.astype(str) if column.name == "name" else column


def _label(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, pd.Timestamp):
        return text.date(value.isoformat())
    return str(value).replace("_", " ")


def _figure(value: float) -> str:
    places = next((n for n in (0, 1) if round(value, n) == round(value, 2)), 2)
    return text.number(value, places)


# Figures --------------------------------------------------------------------------------------------------------------

Chart = alt.TopLevelMixin
LAB = "application/vnd.vega.v5+json"
_SINGLE = {"mark", "layer"}
_FACETS = {"row", "column", "facet"}
# Text of 13 px shrinks to 11 px, no further: a place of less than 544 px shows the narrow drawing (static/figures.css),
# or scrolls.
_FLOOR = 0.85


@dataclass(frozen=True)
class Figure:
    """What `figure` returns: an output with its HTML, a line of plain text and the facts that the build needs.

    A kernel that a person opened in JupyterLab gives instead the compiled chart in the form that Lab draws with its own
    Vega: re-executing readers get live charts without another host. Lab prefers HTML where both are offered, so only
    one is; the record is made by batch runs (`edition run`), which give HTML.
    """

    html: str
    plain: str
    facts: dict[str, Any]
    vega: dict[str, Any]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        if os.environ.get("JPY_SESSION_NAME"):  # set by a Jupyter server for the kernels that people open
            bundle: dict[str, Any] = {LAB: self._titled(), "text/plain": self.plain}
        else:
            bundle = {"text/html": self.html, "text/plain": self.plain}
        return bundle, {"edition": self.facts}

    def _titled(self) -> dict[str, Any]:
        """Return the chart with its title and caption, on white: in Lab no page stands around it."""
        lines = textwrap.wrap(f"{self.facts['caption']} Sources: {', '.join(self.facts['sources'])}.", 95)
        title = {"text": self.facts["title"], "subtitle": lines, "anchor": "start", "frame": "bounds"}
        return {**self.vega, "background": "#ffffff", "title": title}


def figure(
    chart: Chart,
    *,
    id: str,
    title: str,
    caption: str,
    alt: str,
    sources: Sequence[str],
    tables: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
    data: pd.DataFrame | None = None,
    narrow: Chart | None = None,
) -> Figure:
    """Return a chart as a figure: drawn, described, with its data, sources and tables.

    ``title`` states the finding, ``caption`` what is shown and how to read it, ``alt`` what a reader sees, computed
    from the data (see `describe_bars` and its kin). The table and the CSV under the chart show ``data``, or else the
    chart's own frame; ``columns`` chooses, orders and names its columns. Charts of one view are also drawn for
    telephones; give ``narrow`` for those of several views, or they scroll.

    Raises ``ValueError`` when a part is missing, a label is cut short or a colour is none of `PALETTE`.

    >>> figure(chart, id="fig-yes", title="Most said yes", caption="Votes by group.",
    ...        alt=describe_counts(votes, "vote"), sources=["a-hrc-res-37-23"], tables=["votes"])
    """
    require("figure", id, prefix="fig", title=title, caption=caption, alt=alt, sources=sources)
    spec = _choosable(_vega_lite(chart))
    frame = _own_data(chart, spec, id) if data is None else data
    frame = frame[list(columns)] if columns else frame
    wide, slim = _vega(_sized(spec, WIDTH)), _slim(spec, narrow)
    drawings = [_drawing(vega, id, alt) for vega in (wide, slim) if vega]
    if slim and narrow is None and not _fits(drawings[1]):
        slim, drawings = None, drawings[:1]
    _check(drawings, id)
    wide, slim = _unlimited(wide), slim and _unlimited(slim)
    body = _as_picture(_chart_html(id, title, drawings, wide, slim, frame, columns or {}), alt)
    facts: dict[str, Any] = {"kind": "figure", "id": id, "title": title, "caption": caption}
    facts |= {"sources": list(sources), "tables": list(tables)}
    return Figure(lab_caption(title, caption, sources) + body, f"Figure {id}: {title}. {alt}", facts, wide)


def figure_files(html: str) -> dict[str, bytes]:
    """Return the files of a figure from its HTML: the drawing by itself, the rows behind it, what makes it live.

    That is ``svg``, ``csv``, and ``json`` with the specification for a wide page and, if there is one, for a narrow.
    Raises ``ValueError`` when the HTML holds no figure.
    """
    html = drawn(html)
    drawing = re.search(r"<svg .*?</svg>", html, re.DOTALL)
    told = dict(_TOLD.findall(html))
    if not (drawing and {"data", "spec"} <= told.keys()):
        raise ValueError("no figure: neither drawing nor data found in this output")
    where = json.loads(told["data"])
    sets = json.loads(told["spec"])["data"]
    rows = where["rows"] if "rows" in where else next(s["values"] for s in sets if s["name"] == where["name"])
    svg = drawing[0].replace("<svg ", _SVG, 1)
    narrow = f',"narrow":{told["spec-narrow"]}' if "spec-narrow" in told else ""
    live = f'{{"wide":{told["spec"]}{narrow}}}\n'
    return {"csv": _csv(where["columns"], rows), "svg": f"{svg}\n".encode(), "json": live.encode()}


def on_page(html: str, address: str) -> str:
    """Return the HTML of a figure as a page holds it: what makes it live is not in it but at ``address``.

    That is a quarter of what a chapter would weigh, and most readers reach only some of its charts.
    """
    return _TOLD.sub("", drawn(html)).replace(" data-figure=", f' data-spec="{escape(address)}" data-figure=', 1)


def chart_type(html: str) -> str:
    """Return what kind of chart a figure's HTML holds, in words: ``Stacked bars in several views``.

    Raises ``ValueError`` when the HTML holds no figure.
    """
    spec = dict(_TOLD.findall(html)).get("spec")
    if not spec:
        raise ValueError("no figure: no specification found in this output")
    marks = set(re.findall(r'"style":\["(\w+)', spec))
    kind = next((words for mark, words in _KINDS.items() if mark in marks), "Marks")
    kind = "Stacked bars" if kind == "Bars" and '"type":"stack"' in spec else kind
    return kind + (" in several views" if '"layout":' in spec else "") + (" with filters" if '"bind":' in spec else "")


_KINDS = {"rect": "Tiles", "bar": "Bars", "area": "Areas", "line": "Lines", "point": "Marks"}


def static_bundle(path: Path) -> Path:
    """Write the JavaScript that brings charts to life to ``path``: Vega with its interpreter, as an ES module.

    It is made from what vl-convert carries, without a package manager or a network, and runs where the page forbids
    evaluated code.
    """
    code = _converter().javascript_bundle("export { vegaEmbed };", vl_version=_version())
    path.write_text(code, encoding="utf-8", newline="\n")
    return path


def _csv(columns: list[str], rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_csv_cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue().encode()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return value.removesuffix("T00:00:00") if isinstance(value, str) else value


# The stored form ------------------------------------------------------------------------------------------------------

_SVG = '<svg xmlns="http://www.w3.org/2000/svg" '
_PICTURE = re.compile(r'<img class="ed-drawing" alt="[^"]*" src="data:image/svg\+xml,([^"]*)">')
_FOR_TELEPHONES = re.compile(r'<script type="text/plain" class="ed-chart-narrow">(.*?)</script>', re.DOTALL)
_WIDE = re.compile(r"<svg .*?</svg>", re.DOTALL)
_SLIM = re.compile(r'<div class="ed-chart-canvas ed-narrow".*?</svg></div>', re.DOTALL)


def _as_picture(html: str, alt: str) -> str:
    """Return the HTML of a chart as a notebook stores it: the drawing is a picture with its text alternative.

    Viewers that do not trust a notebook take the tags of an inline ``<svg>`` away and leave its labels, a line of
    digits; a picture they leave alone. The drawing for telephones is kept as a script, which they drop whole: two
    drawings must not stand below each other. `drawn` puts both back.
    """

    def picture(found: re.Match[str]) -> str:
        source = quote(found[0].replace("<svg ", _SVG, 1), safe=" /:;=,()!*+@?$~|")
        return f'<img class="ed-drawing" alt="{escape(alt)}" src="data:image/svg+xml,{source}">'

    html = _SLIM.sub(lambda found: f'<script type="text/plain" class="ed-chart-narrow">{found[0]}</script>', html, 1)
    return _WIDE.sub(picture, html, 1)


def drawn(html: str) -> str:
    """Return the stored HTML of a figure with its drawings inline, as a page holds it; other HTML as it is.

    Inline, a drawing follows the page's theme by its style sheet.
    """
    html = _PICTURE.sub(lambda found: unquote(found[1]).replace(_SVG, "<svg ", 1), html)
    return _FOR_TELEPHONES.sub(lambda found: found[1], html)


# Specifications -------------------------------------------------------------------------------------------------------


@cache
def _converter() -> Any:
    """Return vl_convert, which has read its own fonts and none of the machine's.

    A copy of Liberation Sans of another version, which a package of the system may bring, measures text differently.
    The fonts are read at the first drawing, so fontconfig needs to be told only for as long; see ``fonts.conf``.
    """
    import vl_convert

    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(Path(__file__).with_name("fonts.conf"))
    try:
        vl_convert.vega_to_svg({"marks": [{"type": "text", "encode": {"enter": {"text": {"value": "a"}}}}]})
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before
    return vl_convert


def _version() -> str:
    return ".".join(alt.SCHEMA_VERSION.split(".")[:2])


def _vega_lite(chart: Chart) -> dict[str, Any]:
    """Return the chart's Vega-Lite; a figure carries at most 5,000 rows."""
    spec: dict[str, Any] = _tidy(chart.to_dict())
    return spec


def _sized(spec: dict[str, Any], width: int) -> dict[str, Any]:
    """Return the specification so that one view takes ``width`` px in all; charts of several views size themselves."""
    if not _SINGLE & spec.keys() or _FACETS & spec.get("encoding", {}).keys():
        return spec
    return {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}} | spec


def _slim(spec: dict[str, Any], narrow: Chart | None) -> dict[str, Any] | None:
    """Return the specification for telephones, or nothing when the chart has only its one size."""
    if narrow is not None:
        return _vega(_sized(_choosable(_vega_lite(narrow)), NARROW))
    if _sized(spec, NARROW) is spec or isinstance(spec.get("width"), dict):
        return None
    config = {part: {**spec["config"].get(part, {}), **change} for part, change in _SLIMMER.items()}
    return _vega({**_sized(spec, NARROW), "width": NARROW, "config": spec["config"] | config})


_SLIMMER: dict[str, dict[str, Any]] = {
    "axis": {"labelLimit": 180},
    "axisX": {"labelOverlap": "greedy"},
    "legend": {"columns": 1, "titleOrient": "top"},
}


_CHOICE = "legend"
_LEGENDS = ("fill", "color", "stroke", "shape")
_VIEWS = ("concat", "hconcat", "vconcat")


def _choosable(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the specification with its legend to choose from: an entry that is picked pales the marks of the others.

    Left as they are: charts without a legend of names or with several, and those that already pale or choose.
    """
    views = [list(view) for view in _views(spec)]
    fields = {field for view in views for _, encoding in view for field in _legend_fields(encoding)}
    marks = [(unit, encoding) for view in views for unit, encoding in view]
    if len(fields) != 1 or any("select" in param for param in spec.get("params", [])) or any(map(_pales, marks)):
        return spec
    field, names = fields.pop(), []
    pale = {"condition": {"param": _CHOICE, "value": 1}, "value": 0.15}
    for number, view in enumerate(views, start=1):
        told = [unit for unit, encoding in view if field in _fields(encoding)]
        for unit in told:
            unit.setdefault("encoding", {})["opacity"] = pale
        if told:
            names.append(told[0].setdefault("name", f"{_CHOICE}_{number}"))
    choice = {"name": _CHOICE, "select": {"type": "point", "fields": [field]}, "bind": "legend", "views": names}
    return {**spec, "params": [*spec.get("params", []), choice]}


Unit = tuple[dict[str, Any], dict[str, Any]]


def _views(spec: dict[str, Any]) -> Iterable[Iterable[Unit]]:
    """Yield the views of a chart, each as its marks with what they encode."""
    parts = next((spec[key] for key in _VIEWS if key in spec), None)
    if parts is not None:
        return chain.from_iterable(map(_views, parts))
    return _views(spec["spec"]) if "spec" in spec else [_layers(spec, {})]


def _layers(spec: dict[str, Any], shared: dict[str, Any]) -> Iterable[Unit]:
    encoding = {**shared, **spec.get("encoding", {})}
    if "layer" in spec:
        return chain.from_iterable(_layers(part, encoding) for part in spec["layer"])
    return [(spec, encoding)]


def _legend_fields(encoding: dict[str, Any]) -> set[str]:
    """Return the fields whose names stand in a legend."""
    channels = [encoding[name] for name in _LEGENDS if name in encoding]
    named = [c for c in channels if c.get("type") in ("nominal", "ordinal") and c.get("legend", {}) is not None]
    return _fields({"legends": named})


def _fields(encoding: dict[str, Any]) -> set[str]:
    channels = chain.from_iterable(part if isinstance(part, list) else [part] for part in encoding.values())
    return {channel["field"] for channel in channels if isinstance(channel.get("field"), str)}


def _pales(mark: Unit) -> bool:
    unit, encoding = mark
    return "opacity" in encoding or (isinstance(unit["mark"], dict) and unit["mark"].get("opacity", 1) != 1)


def _unlimited(value: Any) -> Any:
    """Return a specification without limits to its labels: none is cut in the font that measured them (see `_check`),
    and one that is wider on a reader's machine may take its room.
    """
    if isinstance(value, dict):
        return {key: 0 if key == "labelLimit" else _unlimited(part) for key, part in value.items()}
    return [_unlimited(part) for part in value] if isinstance(value, list) else value


def _vega(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the specification compiled to Vega, in the form that a page keeps."""
    vega: dict[str, Any] = _tidy(_converter().vegalite_to_vega(spec, vl_version=_version()))
    vega.pop("$schema", None)
    vega.pop("usermeta", None)
    return vega


def _tidy(value: Any) -> Any:
    """Return JSON with numbers to twelve significant digits: the last ones may depend on the machine's processor."""
    if isinstance(value, dict):
        return {key: _tidy(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_tidy(part) for part in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() else float(f"{value:.12g}")
    return value


def _own_data(chart: Chart, spec: dict[str, Any], id: str) -> pd.DataFrame:
    """Return the one frame that the chart shows.

    Raises ``ValueError`` when it shows several: their author must say which one readers should get.
    """
    frame = getattr(chart, "data", None)
    if isinstance(frame, pd.DataFrame):
        return frame
    sets = spec.get("datasets", {})
    if len(sets) == 1:
        return pd.DataFrame(next(iter(sets.values())))
    raise ValueError(f"figure {id}: the chart has {len(sets)} sets of data; say with data= which one readers get")


# Drawings -------------------------------------------------------------------------------------------------------------

_NUMBERED = re.compile(r"-?\d+(?:\.\d{3,}(?:e-?\d+)?|(?:\.\d+)?e-\d+)")
_MEASURES = re.compile(r' (d|transform|x|y|x1|x2|y1|y2|width|height|viewBox)="([^"]*)"')
_NOISE = re.compile(
    r' (?:aria-hidden|role|aria-roledescription|pointer-events|font-family|xmlns|xmlns:xlink|version)="[^"]*"'
    r'| opacity="1"| stroke-opacity="1"'
)
_EMPTY = re.compile(r'<path class="(?:background|foreground)"(?: d="(?:M0,0h0v0h0Z)?"| display="none")*/>')
_CUT = "…</text>"
_COLOURS = re.compile(r' (?:fill|stroke|stop-color)="([^"]*)"')
_TOLD = re.compile(r'<script type="application/json" class="ed-chart-([a-z-]+)">(.*?)</script>', re.DOTALL)
_SIZE = re.compile(r' width="([\d.]+)" height="([\d.]+)"')


def _drawing(vega: dict[str, Any], id: str, alt: str) -> str:
    """Return the SVG of a chart, light, rounded to a hundredth of a pixel, its ids made from the figure's own.

    The style keeps it legible in JupyterLab's dark theme, where the edition's CSS is absent.
    """
    svg = _converter().vega_to_svg(vega)
    svg = _EMPTY.sub("", _NOISE.sub("", svg))
    svg = _MEASURES.sub(lambda m: f' {m[1]}="{_NUMBERED.sub(_rounded, m[2])}"', svg)
    width = re.search(r' width="(\d+)"', svg)
    for number, old in enumerate(dict.fromkeys(re.findall(r' id="([^"]+)"', svg))):
        new = f"{id}-{width[1] if width else 0}-{number}"
        svg = svg.replace(f' id="{old}"', f' id="{new}"').replace(f"url(#{old})", f"url(#{new})")
    named = f'<svg role="img" aria-label="{escape(alt)}" font-family="{FONT}" style="background:#fff"'
    return svg.replace("<svg", named, 1)


def _fits(drawing: str) -> bool:
    """Say whether a telephone's drawing is better than one that scrolls: no label cut short, room to draw in."""
    plot = re.search(r'class="background" d="M0,0h([\d.]+)', drawing)
    return _CUT not in drawing and (plot is None or float(plot[1]) >= NARROW / 3)


def _rounded(number: re.Match[str]) -> str:
    value = round(float(number[0]), 2)
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def _check(drawings: list[str], id: str) -> None:
    """Raise ``ValueError`` for what readers of the dark page, or of long names, would lose."""
    if any(_CUT in drawing for drawing in drawings):
        raise ValueError(f"figure {id}: a label is cut short; shorten the names or raise the axis' labelLimit")
    used = set(chain.from_iterable(_COLOURS.findall(drawing) for drawing in drawings))
    allowed = {light for light, _ in PALETTE.values()} | {"none", "transparent"}
    strange = sorted(c for c in used if c.lower() not in allowed and not c.startswith("url("))
    if strange:
        raise ValueError(
            f"figure {id}: {text.listing(strange)} will not follow the dark page; "
            "use the palette: colour(name), vote_scale(), group_scale(), step_scale(limits) and their kin"
        )


def _chart_html(
    id: str,
    title: str,
    drawings: list[str],
    wide: dict[str, Any],
    slim: dict[str, Any] | None,
    frame: pd.DataFrame,
    columns: Mapping[str, str],
) -> str:
    """Return the body of a figure: its drawings, what brings them to life, and the table of its data."""
    specs = _json_script("ed-chart-spec", wide)
    if slim:
        specs += _json_script("ed-chart-spec-narrow", _without_repeats(slim, wide))
    canvases = [_canvas(drawings[0], title, scrolls=not slim, kind="wide", vega=wide)]
    if slim:
        canvases.append(_canvas(drawings[1], title, scrolls=False, kind="narrow", vega=slim))
    rows = html_table(frame, label=f"Data: {title}", name=id, header=columns)
    cut = cut_note(len(frame), MAX_ROWS)
    note = f'<p class="ed-table-note ed-table-cut">{cut}</p>' if cut else ""
    data = _json_script("ed-chart-data", _where_the_rows_are(frame, wide))
    body = (
        f"{''.join(canvases)}{specs}{data}"
        f'<details class="ed-chart-table"><summary>Data of this chart</summary>{rows}{note}</details>'
    )
    digest = hashlib.sha256(body.encode()).hexdigest()[:12]
    both = " ed-has-narrow" if slim else ""
    return f'<div class="ed-chart{both}" data-chart="{digest}" data-figure="{escape(id)}">{body}</div>'


def _canvas(drawing: str, title: str, *, scrolls: bool, kind: str, vega: dict[str, Any]) -> str:
    """Return the place of a drawing; one that may be wider than a telephone can be scrolled from the keyboard."""
    width, height = map(float, _SIZE.findall(drawing)[0])
    focus = f' tabindex="0" role="group" aria-label="{escape(title)}"' if scrolls and width * _FLOOR > NARROW else ""
    widgets = sum("bind" in signal and "input" in signal["bind"] for signal in vega.get("signals", []))
    room = '<div class="ed-chart-controls"></div>' if widgets else ""
    least = round(width * _FLOOR) if scrolls else 0
    place = f"--ed-width:{width:g};--ed-height:{height:g};--ed-least:{least}px;--ed-widgets:{widgets}"
    unseen = " hidden" if kind == "narrow" else ""  # for pages without the edition's CSS, which shows it when it fits
    return f'<div class="ed-chart-canvas ed-{kind}"{focus}{unseen} style="{place}">{room}{drawing}</div>'


def _where_the_rows_are(frame: pd.DataFrame, vega: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of the CSV and the name of the data set that holds its rows; the rows if none does."""
    columns = [str(column) for column in frame.columns]
    rows = json_rows(frame)
    for data in vega.get("data", []):
        if "values" in data and _same_rows(rows, data["values"], columns):
            return {"columns": columns, "name": data["name"]}
    return {"columns": columns, "rows": rows}


def json_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as the JSON that a page keeps: dates in ISO form, a gap as null."""
    rows = zip(*(frame[column].tolist() for column in frame.columns), strict=True)
    names = [str(column) for column in frame.columns]
    return [dict(zip(names, map(_json_cell, row), strict=True)) for row in rows]


def _json_cell(value: Any) -> Any:
    if missing(value):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return _tidy(value) if isinstance(value, bool | int | float) else str(value)


def _same_rows(ours: list[dict[str, Any]], theirs: Any, columns: list[str]) -> bool:
    if not isinstance(theirs, list) or len(ours) != len(theirs):
        return False
    return all(mine.get(c) == other.get(c) for mine, other in zip(ours, theirs, strict=True) for c in columns)


def _without_repeats(slim: dict[str, Any], wide: dict[str, Any]) -> dict[str, Any]:
    """Return ``slim`` without the rows that ``wide`` holds under the same name: the page puts them back."""
    held = {data["name"]: data["values"] for data in wide.get("data", []) if "values" in data}
    data = [
        {key: part for key, part in entry.items() if key != "values"} | {"as": "wide"}
        if "values" in entry and held.get(entry["name"]) == entry["values"]
        else entry
        for entry in slim.get("data", [])
    ]
    return {**slim, "data": data}


def _json_script(name: str, value: Any) -> str:
    """Return JSON in a script element; an escaped ``<`` can neither end it nor begin a comment."""
    code = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return f'<script type="application/json" class="{name}">{code}</script>'
