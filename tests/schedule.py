"""Which worker runs what, and when: no processor waits at the end for a test that came last.

Tests of a file stay together, because they share what is dear to make; a test that shares nothing with the rest of its
file names a group of its own (`pytest.mark.xdist_group`). Groups that take longest come first. How long each takes is
noted in seconds.json, which `pytest tests ... --note-seconds` writes anew; a group that is not noted comes last, and
nothing but the time of a run depends on it.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

NOTED = Path(__file__).with_name("seconds.json")
LEAST = 2  # seconds: the order of what takes less does not matter


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--note-seconds", action="store_true", help=f"write how long the tests take to {NOTED.name}")


@pytest.hookimpl(tryfirst=True)  # before xdist puts the group into the name of each test
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("loadgroup", False):  # in a worker of `--dist loadgroup`
        noted = json.loads(NOTED.read_text("utf-8"))
        items.sort(key=lambda item: (-noted.get(group(item), 0), group(item)))


def group(item: pytest.Item) -> str:
    """Return the group of a test: the one that it names, or its file."""
    if not item.get_closest_marker("xdist_group"):
        item.add_marker(pytest.mark.xdist_group(item.path.stem))
    return "_".join(str(marker.args[0]) for marker in item.iter_markers("xdist_group"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("dist", "no") != "loadgroup":
        return
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.rpartition("@")[2]] += report.duration
    dear = {name: round(spent) for name, spent in seconds.most_common() if spent >= LEAST}
    terminalreporter.section("seconds by group")
    terminalreporter.write_line(", ".join(f"{name} {spent}" for name, spent in dear.items()))
    if config.getoption("note_seconds"):
        NOTED.write_text(json.dumps(dear, indent=2) + "\n", encoding="utf-8")
