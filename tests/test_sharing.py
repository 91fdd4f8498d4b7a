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


def ordered(config: SimpleNamespace, *names: str) -> list[str]:
    tests = [SimpleNamespace(path=Path(f"tests/{file}"), name=name) for file, name in map(str.split, names)]
    schedule.pytest_collection_modifyitems(config, tests)  # type: ignore[arg-type]
    return [test.name for test in tests]


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(schedule, "NOTED", tmp_path / "seconds.json")
    schedule.NOTED.write_text(json.dumps({"test_long.py": 9, "test_short.py": 3}))
    return schedule.NOTED


@pytest.mark.usefixtures("noted")
def test_what_takes_longest_comes_first_and_a_file_stays_together() -> None:
    tests = ("test_new.py a", "test_short.py b", "test_short.py c", "test_long.py d", "test_new.py e")
    assert ordered(SimpleNamespace(workerinput={}), *tests) == ["d", "b", "c", "a", "e"]
    assert ordered(SimpleNamespace(), *tests) == ["a", "b", "c", "d", "e"], "without workers the order stays"


def test_how_long_each_file_takes_is_noted(noted: Path) -> None:
    def report(file: str, seconds: float) -> pytest.TestReport:
        return pytest.TestReport(f"tests/{file}::test_x", ("", 0, ""), {}, "passed", None, "call", duration=seconds)

    told: list[str] = []
    done = [report("test_new.py", 4), report("test_new.py", 7.6), report("test_short.py", 0.1)]
    terminal = SimpleNamespace(stats={"passed": done}, section=told.append, write_line=told.append)
    config = SimpleNamespace(getoption=lambda name: name == "note_seconds")
    schedule.pytest_terminal_summary(terminal, config)  # type: ignore[arg-type]
    assert told == ["seconds by file", "test_new.py 12"]
    assert list(json.loads(noted.read_text()).items()) == [("test_new.py", 12), ("test_long.py", 9)]


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
