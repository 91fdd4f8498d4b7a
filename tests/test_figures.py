"""Figures: the same bytes everywhere, complete for every reader, in colours that all can tell apart."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import altair as alt
import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont

from edition import figures, fonts
from edition.figures import PALETTE, colour, figure, figure_files, on_page

VOTES = pd.DataFrame(
    {
        "group": ["African States", "Asia-Pacific States", "Eastern European States"] * 2,
        "vote": ["yes"] * 3 + ["abstain", "no", "not_voting"],
        "n": [11, 10, 0, 1, 3, 6],
    }
)
SERIES = pd.DataFrame({"year": [1950, 1951, 1952, 1953], "value": [20012500.0, np.nan, 18797232.5, 20863575.0]})
TOLD: dict[str, Any] = {
    "id": "fig-votes",
    "title": "Most said yes",
    "caption": "Votes by group.",
    "alt": "Eleven said yes.",
    "sources": ["a-hrc-res-37-23"],
    "tables": ["votes"],
}


def bars() -> alt.Chart:
    pick = alt.selection_point(fields=["vote"], bind=alt.binding_select(options=[None, "yes", "no"], name="Vote "))
    return (
        alt.Chart(VOTES)
        .mark_bar()
        .encode(
            x="n:Q",
            y=alt.Y("group:N", title=None),
            fill=alt.Fill("vote:N", scale=figures.vote_scale(), legend=figures.vote_legend()),
            stroke=alt.Stroke("vote:N", scale=figures.vote_scale(outline=True), legend=None),
            opacity=alt.condition(pick, alt.value(1), alt.value(0.2)),
            tooltip=["group", "vote", "n"],
        )
        .add_params(pick)
    )


def lines() -> alt.LayerChart:
    base = alt.Chart(SERIES).encode(x=alt.X("year:Q", axis=alt.Axis(format="d")), y="value:Q")
    return base.mark_line() + base.mark_point()


def facets(columns: int = 2) -> alt.FacetChart:
    return alt.Chart(VOTES).mark_bar(clip=True).encode(x="n:Q", y="group:N").facet("vote:N", columns=columns)


def tiles() -> alt.LayerChart:
    base = alt.Chart(VOTES).encode(x="vote:N", y="group:N")
    squares = base.mark_rect().encode(color=alt.Color("n:Q", scale=figures.step_scale([2, 5, 10])))
    return (squares + base.mark_text(color=colour("paper")).encode(text="n:Q")).properties(width={"step": 30})


CHARTS: dict[str, Any] = {"bars": bars, "lines": lines, "facets": facets, "tiles": tiles}


def html_of(name: str, **changes: Any) -> str:
    """The HTML of a chart as a page holds it."""
    return figures.drawn(figure(CHARTS[name](), **{**TOLD, **changes}).html)


class Elements(HTMLParser):
    """Collects start tags; `open` is empty at the end when every element was closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: dict[str, str] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.text[self.all[-1][1]["class"] or ""] = data


# The same bytes everywhere --------------------------------------------------------------------------------------------

_DIGEST = """
import hashlib, sys
sys.path.insert(0, {tests!r})
import test_figures as t
t.html_of("facets")  # an earlier drawing must not shift the ids of the next
print(hashlib.sha256("".join(t.html_of(name) for name in t.CHARTS).encode()).hexdigest())
"""


def test_another_process_makes_the_same_bytes() -> None:
    here = hashlib.sha256("".join(map(html_of, CHARTS)).encode()).hexdigest()
    code = _DIGEST.format(tests=os.path.dirname(__file__))
    bare = {**os.environ, "PYTHONHASHSEED": "7", "FONTCONFIG_FILE": os.devnull, "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=bare, check=True)
    assert run.stdout.strip() == here


def test_the_fonts_of_the_machine_are_not_read(tmp_path: Path) -> None:
    """Its Liberation Sans may be of another version, which moves a label, and all beside it, by a pixel."""
    (tmp_path / ".fonts").mkdir()
    for style, content in fonts.fonts().items():
        font = TTFont(io.BytesIO(content))
        font["hmtx"].metrics = {sign: (2 * wide, left) for sign, (wide, left) in font["hmtx"].metrics.items()}
        font.save(tmp_path / ".fonts" / f"{style}.ttf")
    code = _DIGEST.format(tests=os.path.dirname(__file__))
    run = [sys.executable, "-c", code]
    bare, own = ({**os.environ, "HOME": home} for home in ("/nonexistent", str(tmp_path)))
    told = [subprocess.run(run, capture_output=True, text=True, env=home, check=True).stdout for home in (bare, own)]
    assert told[0] == told[1]


def test_a_folder_without_fonts_is_named_so_that_no_other_is_looked_into() -> None:
    """Without one the library falls back on those of the system, which no other test sees where they are empty."""
    told = Path(figures.__file__).with_name("fonts.conf").read_text("utf-8")
    (named,) = re.findall("<dir>(.*)</dir>", told)
    assert not Path(named).exists()


def test_text_is_measured_in_the_font_that_the_renderer_carries() -> None:
    assert figures.FONT.startswith("Liberation Sans,")
    assert set(re.findall(r'font-family="([^"]*)"', html_of("bars"))) == {figures.FONT}


def test_numbers_are_rounded_and_ids_come_from_the_figure() -> None:
    html = html_of("facets", narrow=facets(1))
    for drawing in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        assert not re.search(r'(?: d| transform| x| y)="[^"]*\d\.\d{3}', drawing)
    ids = re.findall(r' id="([^"]+)"', html)
    assert ids
    assert len(set(ids)) == len(ids)
    assert all(name.startswith("fig-votes-") for name in ids)
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(ids)


def test_no_path_address_or_library_mark_remains() -> None:
    html = html_of("bars")
    assert "vega.github.io" not in html
    assert "usermeta" not in html
    assert "0x" not in html


# Complete for every reader --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHARTS)
def test_html_is_well_formed_and_the_drawing_is_named(name: str) -> None:
    elements = Elements(html_of(name))
    assert elements.open == []
    drawings = [attrs for tag, attrs in elements.all if tag == "svg"]
    wide = next(attrs for tag, attrs in elements.all if tag == "svg")
    assert wide["role"] == "img"
    assert wide["aria-label"] == TOLD["alt"]
    canvases = [attrs["class"] for _, attrs in elements.all if "ed-chart-canvas" in (attrs.get("class") or "")]
    assert len(canvases) == len(drawings) == (2 if name in ("bars", "lines") else 1)
    spec = json.loads(elements.text["ed-chart-spec"])
    assert {"data", "marks"} <= spec.keys()


class Unscripted(HTMLParser):
    """What a viewer that trusts nothing leaves of HTML: no scripts; the words, and the pictures with theirs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pictures += [dict(attrs)] if tag == "img" else []

    def handle_data(self, data: str) -> None:
        self.words += [] if self.cdata_elem == "script" else [data]


@pytest.mark.parametrize("name", CHARTS)
def test_a_drawing_is_stored_as_one_picture_with_its_text_and_no_labels_beside_it(name: str) -> None:
    stored = figure(CHARTS[name](), **TOLD).html
    left = Unscripted(stored)
    (picture,) = left.pictures
    assert picture["alt"] == TOLD["alt"]
    kind, _, drawing = str(picture["src"]).partition(",")
    assert kind == "data:image/svg+xml"
    svg = ElementTree.fromstring(unquote(drawing))
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    before_the_table = "".join(left.words).split("Data of this chart")[0]
    assert not re.search(r"\d", before_the_table.replace("a-hrc-res-37-23", ""))
    assert figures.drawn(figures.drawn(stored)) == figures.drawn(stored)


def test_the_telephone_takes_its_rows_from_the_wide_drawing() -> None:
    text = Elements(html_of("bars")).text
    wide, narrow = json.loads(text["ed-chart-spec"]), json.loads(text["ed-chart-spec-narrow"])
    borrowed = [data["name"] for data in narrow["data"] if data.get("as") == "wide"]
    assert borrowed
    assert all(any(d["name"] == name and "values" in d for d in wide["data"]) for name in borrowed)
    assert (wide["width"], narrow["width"]) == (640, 320)


@pytest.mark.parametrize("limit", [270, 400])
def test_a_chart_whose_names_leave_no_room_on_a_telephone_scrolls_from_the_keyboard(limit: int) -> None:
    long = VOTES.assign(group=VOTES["group"] + " and some others")
    y = alt.Y("group:N", axis=alt.Axis(labelLimit=limit))
    html = figure(alt.Chart(long).mark_bar().encode(x="n:Q", y=y), **TOLD).html
    assert "ed-narrow" not in html
    assert '<div class="ed-chart-canvas ed-wide" tabindex="0" role="group" aria-label="Most said yes"' in html
    assert 'tabindex="0"' not in html_of("bars").split("<details")[0]


def test_a_label_cut_short_is_refused() -> None:
    long = VOTES.assign(group=VOTES["group"] + " and very many others of the same mind")
    with pytest.raises(ValueError, match="cut short"):
        figure(alt.Chart(long).mark_bar().encode(x="n:Q", y="group:N"), **TOLD)


def test_metadata_tell_the_build_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    bundle, metadata = figure(bars(), **TOLD)._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"] == "Figure fig-votes: Most said yes. Eleven said yes."
    told = {key: TOLD[key] for key in ("id", "title", "caption", "sources", "tables")}
    assert metadata == {"edition": {"kind": "figure", **told}}


def test_a_server_kernel_gets_the_chart_that_lab_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "chapter.ipynb")
    bundle, _ = figure(bars(), **TOLD)._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.vega.v5+json", "text/plain"}  # Lab would prefer HTML
    spec = bundle["application/vnd.vega.v5+json"]
    assert spec["title"]["text"] == "Most said yes"
    assert spec["title"]["subtitle"] == ["Votes by group. Sources: a-hrc-res-37-23."]


@pytest.mark.parametrize("part", ["title", "caption", "alt"])
@pytest.mark.parametrize("blank", ["", "  ", None])
def test_a_missing_part_is_named(part: str, blank: str | None) -> None:
    with pytest.raises(ValueError, match=f"fig-votes: {part} is missing"):
        figure(bars(), **{**TOLD, part: blank})


@pytest.mark.parametrize("sources", [[], "a-hrc-res-37-23", [""], None])
def test_sources_are_a_list_that_is_not_empty(sources: Any) -> None:
    with pytest.raises(ValueError, match="source id"):
        figure(bars(), **{**TOLD, "sources": sources})


@pytest.mark.parametrize("id", ["", "votes", "fig_votes", "fig-Votes", "fig-", "fig-a b", None])
def test_an_id_that_no_address_can_hold_is_refused(id: Any) -> None:
    with pytest.raises(ValueError, match="its id must look like fig-"):
        figure(bars(), **{**TOLD, "id": id})


def test_text_from_data_stays_text() -> None:
    evil = "</script><script>alert(1)</script><!--"
    frame = VOTES.assign(group=evil)
    chart = alt.Chart(frame).mark_bar().encode(x="n:Q", y=alt.Y("group:N", axis=alt.Axis(labelLimit=400)))
    stored = figure(chart, **{**TOLD, "title": evil, "caption": evil, "alt": evil + '"'}).html
    assert "<!--" not in stored
    html = figures.drawn(stored)
    elements = Elements(html)
    assert elements.open == []
    assert {attrs.get("type") for tag, attrs in elements.all if tag == "script"} == {"application/json"}
    assert json.loads(elements.text["ed-chart-spec"])["data"][0]["values"][0]["group"] == evil
    assert "<!--" not in html


# Data -----------------------------------------------------------------------------------------------------------------


def test_the_files_hold_the_rows_and_the_drawing() -> None:
    files = figure_files(html_of("lines", columns={"year": "Year", "value": "US dollars"}))
    rows = list(csv.reader(io.StringIO(files["csv"].decode())))
    assert rows == [["year", "value"], ["1950", "20012500"], ["1951", ""], ["1952", "18797232.5"], ["1953", "20863575"]]
    assert files["svg"].startswith(b'<svg xmlns="http://www.w3.org/2000/svg" role="img"')
    assert json.loads(files["json"])["wide"]["width"] == 640
    assert json.loads(files["json"])["narrow"]["width"] == 320
    with pytest.raises(ValueError, match="no figure"):
        figure_files("<p>nothing</p>")


def test_a_page_holds_a_figure_without_what_makes_it_live() -> None:
    html = html_of("lines")
    shown = on_page(html, 'a"b.json')
    assert "<script" not in shown
    assert '<div class="ed-chart ed-has-narrow" data-chart="' in shown
    assert ' data-spec="a&quot;b.json" data-figure="' in shown
    assert re.findall("<svg.*?</svg>", shown) == re.findall("<svg.*?</svg>", html)


def test_rows_are_kept_once_in_the_output() -> None:
    chart = alt.Chart(VOTES.assign(mark=[f"zq{n}" for n in range(6)])).mark_bar().encode(x="n:Q", y="group:N")
    scripts = re.findall(r"<script.*?</script>", figure(chart, **TOLD).html, re.DOTALL)
    assert sum(script.count("zq3") for script in scripts) == 1


def test_data_may_differ_from_what_is_drawn() -> None:
    frame = pd.DataFrame({"day": pd.to_datetime(pd.Series(["2018-03-23", None])), "known": [True, False]})
    html = html_of("bars", data=frame)
    assert figure_files(html)["csv"] == b"day,known\n2018-03-23,true\n,false\n"
    assert "23 March 2018" in html


def test_long_data_are_cut_in_the_page_but_not_in_the_csv() -> None:
    frame = pd.DataFrame({"x": range(450), "y": range(450)})
    html = figure(alt.Chart(frame).mark_point().encode(x="x:Q", y="y:Q"), **TOLD).html
    assert html.count("<tr>") == 201
    assert "The first 200 of 450 rows; the CSV has them all." in html
    assert figure_files(html)["csv"].count(b"\n") == 451


def test_several_data_sets_need_a_choice() -> None:
    left, right = (alt.Chart(frame).mark_bar().encode(x="n:Q") for frame in (VOTES, VOTES.assign(n=1)))
    with pytest.raises(ValueError, match="data="):
        figure(left | right, **TOLD)
    assert figure(left | right, **TOLD, data=VOTES)


# Colours --------------------------------------------------------------------------------------------------------------


def luminance(code: str) -> float:
    channels = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", sorted(set(PALETTE) - {"paper", "grid"}))
@pytest.mark.parametrize("page", [0, 1])
def test_marks_and_text_stand_out_from_the_page(name: str, page: int) -> None:
    text = name in {"ink", "muted"} or name.startswith(("vote", "stance"))  # these carry letters in the page's colour
    for ground in {figures.PAGE[page], *(["#121212"] if page else [])}:
        assert contrast(PALETTE[name][page], ground) >= (4.5 if text else 3)


def test_each_light_colour_has_one_pair() -> None:
    lights = [light for light, _ in PALETTE.values()]
    assert len(set(lights)) == len(lights)
    assert all(re.fullmatch("#[0-9a-f]{6}", code) for pair in PALETTE.values() for code in pair)


# Colour vision deficiencies, after Machado, Oliveira and Fernandes (2009), severity 1; distances in OKLab.
VISION = {
    "all colours": np.eye(3),
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
}
LMS = [[0.41222, 0.53633, 0.05145], [0.2119, 0.6807, 0.1074], [0.0883, 0.28172, 0.62998]]
LAB = [[0.21045, 0.79362, -0.00407], [1.978, -2.42859, 0.45059], [0.0259, 0.78277, -0.80868]]


def seen(code: str, vision: str) -> Any:
    channels = np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return np.array(LAB) @ np.cbrt(np.array(LMS) @ np.clip(np.array(VISION[vision]) @ linear, 0, 1))


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("page", [0, 1])
@pytest.mark.parametrize(("family", "least"), [("vote", 0.07), ("stance", 0.06), ("kind", 0.065), ("step", 0.07)])
def test_colours_of_a_family_can_be_told_apart(family: str, least: float, page: int, vision: str) -> None:
    codes = [pair[page] for name, pair in PALETTE.items() if name.startswith(f"{family}-")]
    gaps = [np.linalg.norm(seen(a, vision) - seen(b, vision)) for a, b in itertools.combinations(codes, 2)]
    assert min(gaps) >= least


@pytest.mark.parametrize("name", CHARTS)
def test_charts_hold_only_colours_that_follow_the_page(name: str) -> None:
    html, css = html_of(name), figures.palette_css()
    used = set(re.findall(r'(?:fill|stroke)="([^"]*)"', html)) - {"none", "transparent"}
    assert used
    assert all(f'[fill="{code}" i]' in css and f'[stroke="{code}" i]' in css for code in used)


def test_a_strange_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="#ff0000 will not follow the dark page"):
        figure(alt.Chart(VOTES).mark_bar(color="#ff0000").encode(x="n:Q"), **TOLD)
    with pytest.raises(ValueError, match="will not follow"):
        figure(alt.Chart(VOTES).mark_rect().encode(x="vote:N", color="n:Q"), **TOLD)


def test_scales_keep_their_meaning_and_their_limits() -> None:
    assert figures.vote_scale().range == [colour("vote-yes"), colour("vote-no"), colour("vote-abstain"), "#ffffff"]
    assert figures.stance_scale().domain == [-2, -1, 0, 1, 2]
    assert len(figures.group_scale().range) == len(figures.GROUPS)
    for scale in (figures.theme_scale, figures.shapes):
        assert scale(["a", "b"]).domain == ["a", "b"]
        with pytest.raises(ValueError, match="told apart"):
            scale(list("abcdefgh"))
    with pytest.raises(ValueError, match="five steps"):
        figures.step_scale([1, 2, 3, 4, 5])


# Words ----------------------------------------------------------------------------------------------------------------


def frame(*pairs: tuple[Any, Any]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["name", "size"])


def test_bars_are_described_in_order_of_size() -> None:
    told = figures.describe_bars(frame(("b_c", 2), ("a", 1086), ("d", None), ("e", 2)), "name", "size", "votes")
    assert told == "a has the most, 1,086 votes; then b c 2 and e 2. No figure is known for d."


def test_many_bars_are_described_by_their_ends() -> None:
    told = figures.describe_bars(frame(*((f"n{i:02}", i) for i in range(20))), "name", "size", "texts")
    assert told == "n19 has the most, 19 texts; then n18 18, n17 17 and so on to n00 0, the least of 20."


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([], "No figure in votes is known."),
        ([("a", None)], "No figure in votes is known. No figure is known for a."),
        ([("a", 3)], "a has 3 votes."),
    ],
)
def test_few_bars_are_described_too(pairs: list[Any], told: str) -> None:
    assert figures.describe_bars(frame(*pairs), "name", "size", "votes") == told


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([], "No figure in texts is known."),
        ([(1950, 2)], "One figure, 2 texts in 1950."),
        ([(1950, 2.5), (1951, None), (1952, 1)], "From 2.5 texts in 1950 down to 1 in 1952; highest 2.5 in 1950, "
         "lowest 1 in 1952. 1 of 3 points have no figure."),
        ([(1951, 5), (1950, 5)], "From 5 texts in 1950 and again 5 in 1951; highest 5 in 1950, lowest 5 in 1950."),
    ],
)  # fmt: skip
def test_series_are_described_with_their_gaps(pairs: list[Any], told: str) -> None:
    assert figures.describe_series(frame(*pairs), "name", "size", "texts") == told


def test_counts_are_described_with_what_is_not_known() -> None:
    told = figures.describe_counts(pd.DataFrame({"vote": ["yes", "no", "yes", "not_voting", None]}), "vote")
    assert told == "5 in all: yes 2, no 1, not voting 1 and not known 1."
    assert figures.describe_counts(pd.DataFrame({"vote": []}), "vote") == "None."
    assert figures.describe_counts(pd.DataFrame({"stance": [-1, 2, 2]}), "stance") == "3 in all: 2 2 and -1 1."


# What a legend chooses and a gallery names --------------------------------------------------------------------------


def counted() -> alt.Chart:
    base = alt.Chart(VOTES).mark_bar().encode(y="group:N", x="n:Q")
    return base.encode(color=alt.Color("vote:N", scale=figures.vote_scale()))


GREY = alt.Legend(symbolFillColor=colour("context"), symbolStrokeColor=colour("context"))


def signals(html: str) -> list[str]:
    spec = html.split('class="ed-chart-spec">', 1)[1].split("</script>", 1)[0]
    return [signal["name"] for signal in json.loads(spec)["signals"]]


def test_a_legend_of_names_can_be_chosen_from() -> None:
    assert "legend_vote_legend" in signals(figure(counted(), **TOLD).html)


def test_layers_and_several_views_share_one_choice() -> None:
    words = counted().mark_text(color=colour("ink")).encode(text="n:Q")
    layered = (counted() + words).properties(width=200)
    made = figure(alt.hconcat(layered, layered), data=VOTES, **TOLD).html
    assert signals(made).count("legend_vote_legend") == 1
    assert made.count('"test":"!length(data(\\"legend_store\\"))') == 4  # two views of bars and of words


@pytest.mark.parametrize(
    "change",
    [
        lambda chart: chart.encode(color=alt.Color("vote:N", scale=figures.vote_scale(), legend=None)),
        lambda chart: chart.encode(opacity=alt.value(0.5)),
        lambda chart: chart.mark_point().encode(shape=alt.Shape("group:N", legend=GREY)),
        lambda chart: chart.mark_bar(opacity=0.5),
        lambda chart: chart.add_params(alt.selection_point(fields=["group"])),
    ],
)
def test_charts_without_a_legend_or_with_a_choice_of_their_own_are_left_alone(change: Any) -> None:
    assert "legend_vote_legend" not in signals(figure(change(counted()), **TOLD).html)


def test_labels_may_take_the_room_that_a_readers_font_needs() -> None:
    spec = html_of("bars").split('class="ed-chart-spec">', 1)[1].split("</script>", 1)[0]
    assert set(re.findall(r'"labelLimit":([^,}]+)', spec)) == {"0"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bars", "Stacked bars with filters"),
        ("lines", "Lines"),
        ("facets", "Stacked bars in several views"),
        ("tiles", "Tiles"),
    ],
)
def test_the_type_of_a_chart_is_told_in_words(name: str, kind: str) -> None:
    assert figures.chart_type(html_of(name)) == kind
    with pytest.raises(ValueError, match="no figure"):
        figures.chart_type("<p>nothing</p>")
