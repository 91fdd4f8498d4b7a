"""Of HTML that others wrote, what shows something is printed, and what acts or fetches is refused in words."""

from __future__ import annotations

import pytest

from edition import markup

REFUSED = {
    "<script>f()</script>": "<script>",
    "<SCRIPT src=x.js></SCRIPT>": "<script>",
    '<iframe src="book/index.html"></iframe>': "<iframe>",
    '<form action="/x"><p>a</p></form>': "<form>",
    "<input>": "<input>",
    '<meta http-equiv="refresh" content="0; url=/">': "<meta>",
    '<base href="/">': "<base>",
    '<link rel="stylesheet" href="x.css">': "<link>",
    '<object data="x.svg"></object>': "<object>",
    '<embed src="x">': "<embed>",
    '<p onclick="f()">a</p>': "onclick= on <p>",
    "<p ONMOUSEOVER=f()>a</p>": "onmouseover= on <p>",
    '<a href="javascript:f()">a</a>': "an address may begin with http:, https: or mailto:, not with javascript:",
    '<a href=" java\nscript:f()">a</a>': "an address may begin with http:, https: or mailto:, not with javascript:",
    '<a href="&#106;avascript:f()">a</a>': "an address may begin with http:, https: or mailto:, not with javascript:",
    '<a href="file:///home">a</a>': "an address may begin with http:, https: or mailto:, not with file:",
    '<img src="https://un.org/a.png" alt="">': "https://un.org/a.png would be fetched from outside the site",
    '<img src="//un.org/a.png" alt="">': "//un.org/a.png would be fetched from outside the site",
    '<img srcset="a.png 1x, https://un.org/a.png 2x" alt="">': "https://un.org/a.png would be fetched from outside "
    "the site",
    '<svg><image href="https://un.org/a.png"/></svg>': "https://un.org/a.png would be fetched from outside the site",
    '<svg><use xlink:href="https://un.org/a.svg#b"/></svg>': "https://un.org/a.svg#b would be fetched from outside "
    "the site",
    "<svg><foreignObject><p>a</p></foreignObject></svg>": "<foreignobject>",
    "<svg><set attributeName='href'/></svg>": "<set>",
    "<style>@import 'a.css';</style>": "a style that fetches something",
    '<p style="background: url(https://un.org/a.png)">a</p>': "a style on <p> that fetches something",
    '<video src="https://un.org/a.mp4"></video>': "https://un.org/a.mp4 would be fetched from outside the site",
}
SHOWN = [
    "",
    "plain & simple, a < b",
    "<table><tr><td>1</td></tr></table>",
    "<style scoped>.dataframe tbody tr th { vertical-align: top; }</style>",
    '<a href="https://www.un.org/en">a</a> <a href="mailto:someone">b</a> <a href="#para-3">c</a>',
    '<a href="x.html">d</a>',
    '<img src="images/front-page.png" alt=""><img alt="" src="data:image/png;base64,iVBORw0KGgo=">',
    '<svg><use href="#a"/><path d="M0 0"/></svg>',
    "<details><summary>a</summary>b</details>",
    "<script type='application/json'>{}</script>",
]


@pytest.mark.parametrize("html", REFUSED)
def test_what_acts_or_fetches_is_refused(html: str) -> None:
    assert list(markup.faults(html, data_scripts=True)) == [REFUSED[html]]


@pytest.mark.parametrize("html", SHOWN)
def test_what_shows_something_is_printed(html: str) -> None:
    assert list(markup.faults(html, data_scripts=True)) == []


def test_data_in_a_script_element_is_for_exhibits_alone() -> None:
    assert list(markup.faults(SHOWN[-1])) == ["<script>"]
    assert list(markup.faults('<script type="application/json" src="x">{}</script>', data_scripts=True)) == ["<script>"]


def test_a_fault_is_told_once() -> None:
    assert list(markup.faults(3 * "<input>")) == ["<input>"]
