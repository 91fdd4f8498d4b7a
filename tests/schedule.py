"""Which file of tests comes first: no processor waits at the end for a long one that came last.

`--dist loadfile --no-loadscope-reorder` gives whole files to the workers, one after the other as they stand in the
collection: tests of a file share what is dear to make. Here the files are put in order, those that take longest first.
How long each takes is noted in seconds.json, which `--note-seconds` writes anew; a file that is not noted comes last,
and nothing but the time of a run depends on it.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

NOTED = Path(__file__).with_name("seconds.json")
LEAST = 2  # seconds: the order of what takes less does not matter


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--note-seconds", action="store_true", help=f"note in {NOTED.name} how long each file takes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):  # by hand they run in the order in which they were asked for
        noted = json.loads(NOTED.read_text("utf-8"))
        items.sort(key=lambda item: -noted.get(item.path.name, 0))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[Path(report.nodeid.partition("::")[0]).name] += report.duration
    dear = {name: round(spent) for name, spent in seconds.most_common() if spent >= LEAST}
    if len(seconds) > 1:
        terminalreporter.section("seconds by file")
        terminalreporter.write_line(", ".join(f"{name} {spent}" for name, spent in dear.items()))
    if config.getoption("note_seconds"):
        noted = json.loads(NOTED.read_text("utf-8")) | dict.fromkeys(seconds, 0) | dear
        longest_first = sorted((item for item in noted.items() if item[1]), key=lambda item: (-item[1], item[0]))
        NOTED.write_text(json.dumps(dict(longest_first), indent=2) + "\n", encoding="utf-8")
