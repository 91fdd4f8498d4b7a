"""The run of the tests itself: what is made once for all workers, which group comes first, which checks failed."""

from __future__ import annotations

import importlib.util
import json
import sys
import threading
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import schedule
from sharing import digests, once


def test_what_is_made_once_is_not_made_again(tmp_path: Path) -> None:
    made: list[int] = []
    for _ in range(2):
        once(tmp_path / "mark", lambda: made.append(1))
    assert made == [1]


def test_what_failed_is_tried_again(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        once(tmp_path / "mark", lambda: 1 / 0)
    made: list[int] = []
    once(tmp_path / "mark", lambda: made.append(1))
    assert made == [1]


def test_a_second_worker_waits_for_the_first(tmp_path: Path) -> None:
    begun, thing = threading.Event(), tmp_path / "thing"

    def make() -> None:
        thing.write_text("half")
        begun.set()
        time.sleep(0.1)
        thing.write_text("whole")

    first = threading.Thread(target=once, args=(tmp_path / "mark", make))
    first.start()
    begun.wait()
    once(tmp_path / "mark", lambda: pytest.fail("it is made already"))
    assert thing.read_text() == "whole"
    first.join()


def test_a_change_of_the_shared_site_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/page.html").write_text("x")
    before = digests(tmp_path)
    assert list(before) == ["a/page.html"]
    (tmp_path / "a/page.html").write_text("y")
    assert digests(tmp_path) != before


class Named:
    """A test as the order knows it: its file, and the group that it names, if any."""

    def __init__(self, file: str, name: str, *groups: str) -> None:
        self.path, self.name = Path(f"{file}.py"), name
        self.markers = [pytest.mark.xdist_group(group).mark for group in groups]

    def iter_markers(self, _name: str) -> list[pytest.Mark]:
        return self.markers

    def get_closest_marker(self, _name: str) -> pytest.Mark | None:
        return next(iter(self.markers), None)

    def add_marker(self, marker: pytest.MarkDecorator) -> None:
        self.markers.append(marker.mark)


def test_what_takes_longest_comes_first_and_a_file_stays_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "NOTED", tmp_path / "seconds.json")
    schedule.NOTED.write_text(json.dumps({"test_long": 9, "alone": 5}))
    tests = [
        Named("test_early", "a"),
        Named("test_early", "b", "alone"),
        Named("test_early", "c"),
        Named("test_long", "d"),
    ]
    spread = SimpleNamespace(getoption=lambda name, _default: name == "loadgroup")
    schedule.pytest_collection_modifyitems(spread, tests)  # type: ignore[arg-type]
    assert [test.name for test in tests] == ["d", "b", "a", "c"]
    assert [schedule.group(test) for test in tests] == ["test_long", "alone", "test_early", "test_early"]  # type: ignore[arg-type]


def test_without_workers_the_order_stays(tmp_path: Path) -> None:
    tests = [Named("test_z", "a"), Named("test_a", "b")]
    schedule.pytest_collection_modifyitems(SimpleNamespace(getoption=lambda _name, default: default), tests)  # type: ignore[arg-type]
    assert [test.name for test in tests] == ["a", "b"]


@pytest.fixture
def tool(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """tools/test.py, with three checks that take no time: one of them fails."""
    monkeypatch.syspath_prepend(root / "tools")
    about = importlib.util.spec_from_file_location("the_checks", root / "tools/test.py")
    assert about
    assert about.loader
    module = importlib.util.module_from_spec(about)
    about.loader.exec_module(module)
    checks = {"style": ["-c", "print('so it is')"], "types": ["-c", "import sys; sys.exit('no')"], "tests": ["-c", ""]}
    monkeypatch.setattr(module, "CHECKS", checks)
    monkeypatch.setattr(module.browser, "find_or_install", lambda: sys.executable)
    return module


@pytest.mark.parametrize(("names", "status"), [([], 1), (["style", "tests"], 0), (["types"], 1), (["style"], 0)])
def test_a_check_that_fails_beside_the_tests_is_told(
    tool: ModuleType, capfd: pytest.CaptureFixture[str], names: list[str], status: int
) -> None:
    assert tool.main(names) == status
    told = capfd.readouterr().out
    for name, said in (("style", "so it is"), ("types", "no")):
        assert (said in told.splitlines()) == (not names or name in names)
    assert told.splitlines()[-1].endswith("failed: types" if status else "all passed")
