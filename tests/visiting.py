"""A visit to a page in a browser: all that can be seen to be wrong with it at one width, in both themes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

axe_playwright_python = pytest.importorskip("axe_playwright_python")

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
WIDE, NARROW = 1280, 360
AHEAD = 2  # pages that load while one is looked at

# What repeats tells axe nothing new: it sees the first of each kind, and each drawing as one.
PRUNE = """() => {
  const first = { ".ed-para": 8, ".ed-note": 6, "div.highlight": 1, "dl.ed-register > *": 20, ".ed-exhibit": 4 };
  Object.assign(first, { "section[id^=table-]": 4, "div.cell": 12 });
  for (const [kind, kept] of Object.entries(first))
    [...document.querySelectorAll(kind)].slice(kept).forEach((one) => one.remove());
  for (const body of document.querySelectorAll("tbody")) [...body.rows].slice(2).forEach((row) => row.remove());
  for (const chart of document.querySelectorAll(".ed-chart-canvas")) {
    chart.querySelectorAll("svg > *").forEach((part) => part.remove());
    chart.replaceWith(chart.cloneNode(true)); // a copy, that does not come alive
  }
  document.querySelectorAll("details").forEach((folded) => (folded.open = true));
}"""
# Colours do not depend on the width, nor names on the theme.
CONTRAST_ONLY = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
NO_CONTRAST = {"rules": {"color-contrast": {"enabled": False}, "label-content-name-mismatch": {"enabled": True}}}
RUN_AXE = """async (options) => {
  const found = await axe.run({ resultTypes: ["violations"], ...options });
  return found.violations.map((v) => `${v.id}: ${v.nodes.length} times, first ${v.nodes[0].html.slice(0, 200)}`);
}"""
WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (e) => refused.push(`${e.effectiveDirective} ${e.blockedURI}`));
"""
# What is laid out only when it comes near, and of that what then has another height than its place had.
MOVED = """() => {
  const places = [...document.querySelectorAll(".ed-chart-canvas, .ed-long")]
    .filter((one) => one.checkVisibility() && !one.firstElementChild.checkVisibility({ contentVisibilityAuto: true }));
  const heights = () => places.map((one) => Math.round(one.getBoundingClientRect().height));
  const kept = heights();
  for (const one of places) one.style.contentVisibility = "visible";
  const now = heights();
  const moved = places.map((one, n) => `${one.className}: ${kept[n]} pixels, then ${now[n]}`);
  return [places.length, moved.filter((_, n) => Math.abs(now[n] - kept[n]) > 1)];
}"""
UNNAMED = "all => all.filter(svg => svg.getAttribute('role') !== 'img' || !svg.ariaLabel?.trim()).length"


@dataclass
class Visit:
    """What was found on one page at one width."""

    page: str
    width: int
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    axe: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    skipped: int = 0
    overflow: int = 0
    figures: int = 0
    unnamed: int = 0


def visit(browser: Browser, address: str, names: Iterable[str]) -> list[Visit]:
    """Open each page at both widths, look at it and say what is wrong with it; the next ones load meanwhile."""
    waiting: deque[tuple[Visit, Page]] = deque()
    visits = []
    for name in names:
        for width in (WIDE, NARROW):
            waiting.append(arrive(browser, address, name, width))
            if len(waiting) > AHEAD:
                visits.append(look(*waiting.popleft()))
    return visits + [look(*one) for one in waiting]


def arrive(browser: Browser, address: str, name: str, width: int) -> tuple[Visit, Page]:
    """Open a page and begin to listen to it; it loads while the caller does something else."""
    seen = Visit(name, width)
    options: dict[str, Any] = {"viewport": {"width": width, "height": 800}, "reduced_motion": "reduce"}
    context = browser.new_context(color_scheme="light", **options)
    context.add_init_script(WATCH)
    page = context.new_page()
    page.on("console", lambda m: seen.errors.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("response", lambda r: seen.missing.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.goto(address + name, wait_until="commit")
    return seen, page


def look(seen: Visit, page: Page) -> Visit:
    """Look at a page that was opened, once it is quiet, in both themes; close it."""
    page.wait_for_load_state("networkidle")
    seen.overflow = page.evaluate("document.documentElement.scrollWidth") - seen.width
    drawings = page.locator(".ed-chart-canvas svg")
    seen.figures, seen.unnamed = drawings.count(), drawings.evaluate_all(UNNAMED)
    seen.skipped, seen.moved = page.evaluate(MOVED)
    page.evaluate(PRUNE)
    page.evaluate(AXE)
    seen.axe = page.evaluate(RUN_AXE, NO_CONTRAST)
    for theme in ("light", "dark") if seen.width == WIDE else ():
        page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
        seen.axe += [f"{theme}, {fault}" for fault in page.evaluate(RUN_AXE, CONTRAST_ONLY)]
    seen.refused = page.evaluate("window.refused")
    page.context.close()
    return seen
