"""The last look at a page: what the theme ships and this book does not use is left out, and what it misses is added.

The theme is not forked: its options are set where it has them, and the finished HTML is mended where it has none. Each
page then carries a policy: nothing is loaded from another host, and no script runs that this package does not ship.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.logging import getLogger

from . import stylesheets

# Bars that the theme fills by default: this book's pages need none of them. Sources stand in the right margin.
EMPTY_BARS = (
    *("navbar_start", "navbar_center", "navbar_end", "navbar_persistent"),
    *("primary_sidebar_end", "secondary_sidebar_items"),
)

# Scripts and styles that Jupyter Book loads on every page, and those of Sphinx's own search.
UNUSED = re.compile(
    r"thebe|togglebutton|toggle(Hint|OpenOnPrint)|clipboard|copybutton|mathjax|MathJax|doctools|sphinx_highlight|"
    r"DOCUMENTATION_OPTIONS\.(pagename|search_as_you_type)"
)
UNUSED_FILES = (
    "_static/*clipboard*",
    "_static/copybutton*",
    "_static/check-solid.svg",
    "_static/togglebutton*",
    "_static/sphinx-thebe.*",
    "_static/scripts/bootstrap*",
    "_static/scripts/fontawesome*",
    "_static/scripts/*.map",
    "_static/styles/*.map",
    "_static/scripts/*LICENSE.txt",
    "_static/vendor/**/*.*",
    "_static/locales/**/*.*",
    "_static/images/logo_*",
    "_static/**/*macros.html",
    "_static/*.png",
    "_static/*-*.svg",
    "_static/styles/bootstrap*",
    "_static/styles/*.css",
    "_static/basic.css",
    "_static/webpack*",
    "_static/searchtools.js",
    "_static/language_data.js",
    "_static/doctools.js",
    "_static/sphinx_highlight.js",
    "objects.inv",
)

# Before the first paint: the reader's choice of theme, or else that of the system.
THEME = (
    '{const d=document.documentElement.dataset,m=localStorage.getItem("mode")||"auto";d.mode=m;'
    'd.theme=m!="auto"?m:matchMedia("(prefers-color-scheme:dark)").matches?"dark":"light"}'
)
POLICY = (
    "default-src 'none'; script-src 'self' '{hash}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'"
)
HEAD = """<head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="{policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="icon" type="image/svg+xml" href="{root}_static/favicon.svg" />
    <script>{theme}</script>
    """
ENTRANCE = """<!DOCTYPE html>
<html lang="{language}">
  <head>
    <title>{title}</title>
    <meta http-equiv="refresh" content="0; url={address}" />
  </head>
  <body><main><h1>{title}</h1><p><a href="{address}">Read the edition</a></p></main></body>
</html>
"""

# What is mended in the finished HTML: a pattern, its replacement, and why.
REPAIRS: tuple[tuple[str, str], ...] = (
    # Said once in HEAD, or there for services that this book does not use.
    (r'\s*<meta charset="utf-8" />', ""),
    (r'\s*<meta name="(viewport|docsearch:\w+)"[^>]*>', ""),
    # The theme until a script has run: "auto" would be neither of the two.
    (r'data-theme="auto"', 'data-theme="light"'),
    (r'\s*<script data-cfasync="false">.*?</script>', ""),
    # The library behind drop-down menus and tooltips: there are none. Icons are drawn by page.css.
    (r'\s*<link rel="preload"[^>]*>', ""),
    (r"\s*<script[^>]*scripts/(bootstrap|fontawesome)\.js[^>]*></script>", ""),
    (r'\s*<script type="text/x-thebe-config">.*?</script>', ""),
    (r"\s*<script>kernelName = .*?</script>", ""),
    (r' data-bs-(placement|toggle|title)="[^"]*"', ""),
    # Scripts run in their order, once the page is there.
    (r'<script (?![^>]*\b(?:defer|type="module"))(?=[^>]*\bsrc=)', "<script defer "),
    # Handlers written into buttons: see page.js.
    (r'onclick="window\.print\(\)"', 'data-ed-click="print"'),
    (r'onclick="toggleFullScreen\(\)"', 'data-ed-click="fullscreen"'),
    # Sphinx's own search: there is no such index.
    (r'\s*<script[^>]*(searchtools|language_data|searchindex)\.js"></script>', ""),
    # The search box: suggestions under it, from search.js.
    (
        r'<input type="search"(\s+class="form-control"\s+name="q")',
        r'<input type="text" role="combobox" aria-expanded="false" aria-autocomplete="list" enterkeyhint="search"\1',
    ),
    # The theme opens a window of its own for a link in the bar; one within the page stays in it.
    (r'<a href="(#[^"]*)" target="_blank"', r'<a href="\1"'),
    # A button for a bar that is not there, an advertisement's place, and a banner for versions.
    (r'\s*<button class="sidebar-toggle secondary-toggle.*?</button>', ""),
    (r'\s*<div class="pst-async-banner-revealer d-none">.*?</aside>\s*</div>', ""),
    # Names that people hear must hold the words that people see.
    (r'(<button class="btn search-button-field[^>]*?) title="Search" aria-label="Search"', r"\1"),
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    # No paragraph may stand in the line that opens a box.
    (r'<p class="(collapsed|expanded) admonition-title">([^<]*)</p>', r'<span class="\1 admonition-title">\2</span>'),
    (r'title="Toggle primary sidebar"', 'title="Contents of the book" aria-label="Contents of the book"'),
    (r'aria-label="Color mode"', 'aria-label="Colour mode" title="Colour mode"'),
    (r'(<a class="headerlink"[^>]*) title="([^"]*)"', r'\1 title="\2" aria-label="\2"'),
    # The landmark that holds title and search; empty ones; captions that would be headings above the page's own.
    (r'<div id="pst-primary-sidebar"', '<div id="pst-primary-sidebar" role="banner"'),
    (r'\s*<header id="pst-header"[^>]*>\s*</header>', ""),
    (r'\s*<footer class="bd-footer">\s*</footer>', ""),
    (r'<p aria-level="2" class="caption" role="heading">', '<p class="caption">'),
    # A second copy of title and contents, for paper: the page has its own.
    (r'\s*<div id="jb-print-docs-body".*?(?=<div (?:id="searchbox|class="bd-search-c)|<article)', ""),
)

# What is mended in the theme's scripts: the words of each that are replaced, with what, and why.
SCRIPT_REPAIRS = {
    # It asks for the size of every piece of code, folded or not, and changes each before it asks for the next, so that
    # long chapters are laid out a hundred times over. What has a role, as in the box that cites, sees to its place in
    # the order of the keyboard itself.
    "_static/scripts/pydata-sphinx-theme.js": (
        "e.tabIndex=e.scrollWidth>e.clientWidth||e.scrollHeight>e.clientHeight?0:-1",
        "if(!e.checkVisibility()||e.role)return;"
        "const t=e.scrollWidth>e.clientWidth||e.scrollHeight>e.clientHeight?0:-1;if(e.tabIndex!==t)e.tabIndex=t",
    ),
    # It looks at each element of a page for 18 classes whose text could meet a bar on the right: there is no such bar.
    "_static/scripts/sphinx-book-theme.js": (
        'document.querySelectorAll(n.join(", ")).forEach((e=>{t.observe(e)})),',
        "",
    ),
}


def set_options(_app: Sphinx, config: Config) -> None:
    """Empty the bars; done here because setting theme options in ``_config.yml`` discards Jupyter Book's own."""
    config.html_theme_options.update({bar: [] for bar in EMPTY_BARS}, back_to_top_button=False)
    config.html_use_index = False


def choose(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doc: nodes.document | None) -> None:
    """Keep the scripts, styles and buttons that this page uses."""
    body = context.get("body", "")
    unwanted: tuple[str, ...] = () if "sd-tab-set" in body else ("design-tabs.js",)
    unwanted += () if 'class="ed-' in body else ("figures.js",)
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context.get(kind, []) if not _is_unused(_told(file), unwanted)]
    context["header_buttons"] = [_plain(button) for button in _single(context.get("header_buttons", []))]


def _told(file: Any) -> str:
    """Return the address of a script or style, or the code that it stands for."""
    return str(getattr(file, "filename", file) or getattr(file, "attributes", {}).get("body", ""))


def _is_unused(told: str, unwanted: tuple[str, ...]) -> bool:
    return bool(UNUSED.search(told)) or told.partition("?")[0].endswith(unwanted)


def _single(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return buttons without the menus around them, and without those for files that are not published."""
    flat = [single for button in buttons for single in button.get("buttons", [button])]
    return [button for button in flat if button["label"] not in ("download-source-button", "download-notebook-button")]


def _plain(button: dict[str, Any]) -> dict[str, Any]:
    """Return a button as an icon; one that needs a script is not seen without."""
    scripted = {"classes": "pst-navbar-icon pst-js-only"} if button["type"] == "javascript" else {}
    printing = {"text": None, "tooltip": "Print, or save as PDF"} if button["label"] == "download-pdf-button" else {}
    return {**button, **scripted, **printing}


def finish(app: Sphinx, failure: Exception | None) -> None:
    """Mend every page, join the stylesheets, take unused files out of the site and set the policy."""
    if failure is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    files = [page for page in sorted(out.rglob("*.html")) if "_static" not in page.parts]
    pages = {page: repaired(page.read_text(encoding="utf-8")) for page in files if page != out / "index.html"}
    for name, repair in SCRIPT_REPAIRS.items():
        script = (out / name).read_text(encoding="utf-8").replace(*repair)
        (out / name).write_text(script, encoding="utf-8", newline="\n")
    scripts = [file.read_text(encoding="utf-8") for file in _scripts(out)]
    pages = stylesheets.bundle(out, pages, scripts)
    pages[out / "index.html"] = _entrance(app)
    for page, html in pages.items():
        if inline_scripts(html):  # the policy stops it; that it is there at all must be known
            getLogger(__name__).warning("%s holds a script that this package does not ship", page.relative_to(out))
        root = "../" * (len(page.relative_to(out).parts) - 1)
        page.write_text(secured(html, root), encoding="utf-8", newline="\n")
    for pattern in UNUSED_FILES:
        for file in out.glob(pattern):
            file.unlink()
    for folder in sorted((out / "_static").rglob("*/"), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _scripts(out: Path) -> list[Path]:
    """Return the scripts whose words may be classes; Vega's own styles are not used."""
    files = [*out.glob("_static/*.js"), *out.glob("_static/scripts/*-theme.js")]
    return [file for file in sorted(files) if file.name != "vega.js"]


def repaired(html: str) -> str:
    """Return a page of the theme with all of ``REPAIRS`` made."""
    for pattern, replacement in REPAIRS:
        html = _mended(html, pattern, replacement)
    return html


def _mended(html: str, pattern: str, replacement: str) -> str:
    r"""Return ``re.sub`` of the three, in a tenth of the time for a pattern that begins with ``\s*``.

    Such a pattern is tried at every blank of a page; here what follows the blanks is looked for, and they are cut off.
    """
    core = pattern.removeprefix(r"\s*")
    if core == pattern:
        return re.sub(pattern, replacement, html, flags=re.DOTALL)
    parts, last = [], 0
    for match in re.finditer(core, html, flags=re.DOTALL):
        parts += [html[last : match.start()].rstrip(), match.expand(replacement)]
        last = match.end()
    return "".join([*parts, html[last:]])


def secured(html: str, root: str) -> str:
    """Return a page whose head begins with the policy; ``root`` leads from the page to the site's first folder."""
    head = HEAD.format(policy=POLICY.format(hash=script_hash(THEME)), root=root, theme=THEME)
    return re.sub(r"<head>\s*", lambda _: head, html, count=1)


def inline_scripts(html: str) -> list[str]:
    """Return the code of the scripts that stand in a page and run; data in script elements does not."""
    found = re.findall(r"<script\b([^>]*)>(.*?)</script>", html, flags=re.DOTALL | re.IGNORECASE)
    return [code for attributes, code in found if not re.search(r'\bsrc=|type="(?!module|text/javascript)', attributes)]


def script_hash(code: str) -> str:
    """Return what a policy calls a script by."""
    return f"sha256-{b64encode(sha256(code.encode()).digest()).decode()}"


def _entrance(app: Sphinx) -> str:
    """Return the page at the site's own address: it leads to the front page."""
    address = app.builder.get_target_uri(app.config.root_doc)
    title = app.config.html_title or app.config.project
    return ENTRANCE.format(language=app.config.language, title=title, address=address)


def setup(app: Sphinx) -> None:
    app.add_css_file("page.css")
    app.add_js_file("page.js", type="module")
    app.connect("config-inited", set_options, priority=900)
    app.connect("html-page-context", choose, priority=900)
    app.connect("build-finished", finish, priority=900)
