"""When things go wrong: a clear line, nothing lost, and the last good site still in its place."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sharing import digests
from small_book import CODE, write_chapter

from edition import jupyterbook, kernels, notebooks, site
from edition.built import note
from edition.notebooks import NotebookError
from edition.site import SiteError


@pytest.fixture
def book(published: Path, tmp_path: Path) -> Path:
    """A small book that is executed and built, as if it had been built where it stands, to do harm to."""
    copy = shutil.copytree(published, tmp_path / "été", symlinks=True)
    note(copy, site.inputs_digest(copy))
    return copy


# Changes of the command `edition`: what follows on the work of Jupyter Book never comes; and no kernel does.
HELD = "import time; from edition import jupyterbook; jupyterbook.faults = lambda process: time.sleep(600)"
NO_KERNEL = "from edition import kernels; kernels.__file__ = 'nothing.py'"


def edition(book: Path, *arguments: str, change: str = "", **settings: object) -> subprocess.Popen[str]:
    program = f"{change}\nimport sys; from edition import cli; sys.exit(cli.main(sys.argv[1:]))"
    command = [sys.executable, *(["-c", program] if change else ["-m", "edition.cli"]), *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    return subprocess.Popen(command, cwd=book, **{**streams, **settings})  # type: ignore[call-overload]


def one_line(run: subprocess.Popen[str]) -> str:
    """What a failed command tells on standard error: one line."""
    _, told = run.communicate(timeout=240)
    assert run.returncode == 1, told
    assert len(told.splitlines()) == 1, told
    return told


def wait_for(what: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def change_the_front_page(book: Path) -> None:
    with open(book / "book/index.md", "a", encoding="utf-8") as page:
        page.write("\nAnother sentence.\n")


# The power goes


def test_a_build_that_is_killed_leaves_the_last_site_and_the_next_one_is_whole(book: Path) -> None:
    before = digests(book / "_build/html")
    change_the_front_page(book)
    # Half way: Jupyter Book is writing pages, and what would come after that is held up.
    run = edition(book, "build", change=HELD)
    wait_for(lambda: (book / "_build/work/_build/html").is_dir() and not (book / "_build/work" / site.CACHE).exists())
    time.sleep(0.5)
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    assert digests(book / "_build/html") == before
    site.build(book, say=lambda text: None)
    assert "Another sentence." in (book / "_build/html/book/index.html").read_text("utf-8")
    after = digests(book / "_build/html")
    shutil.rmtree(book / "_build/work")
    assert after == digests(site.publish(book))


def test_a_cut_between_the_two_renames_loses_no_site(book: Path) -> None:
    before = digests(book / "_build/html")
    (book / "_build/html").rename(book / "_build/html.old")
    (book / "data/votes.csv").write_text("symbol\n")
    with pytest.raises(SiteError):
        site.build(book, say=lambda text: None)
    assert digests(book / "_build/html") == before


def test_an_execution_that_is_killed_leaves_the_notebook_and_no_kernel(book: Path) -> None:
    chapter = write_chapter(book, 'import os, time\nopen("pid", "w").write(str(os.getpid()))\ntime.sleep(600)')
    before, told = chapter.read_bytes(), book / "book/pid"
    run = edition(book, "build")
    wait_for(lambda: told.is_file() and told.read_text() != "")
    run.kill()
    run.communicate()
    wait_for(lambda: not Path(f"/proc/{told.read_text()}").exists(), 30)
    assert chapter.read_bytes() == before
    assert sorted(path.name for path in chapter.parent.glob(".*")) == []


def test_an_interruption_is_told_in_one_line_and_ends_the_kernel(book: Path) -> None:
    chapter = write_chapter(book, 'import os, time\nopen("pid", "w").write(str(os.getpid()))\ntime.sleep(600)')
    before, told = chapter.read_bytes(), book / "book/pid"
    # As at a keyboard: what a script starts in the background would not hear of it.
    run = edition(book, "run", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    wait_for(lambda: told.is_file() and told.read_text() != "")
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert (run.returncode, said) == (130, "Interrupted: the last good site and the notebooks are whole.\n")
    wait_for(lambda: not Path(f"/proc/{told.read_text()}").exists(), 30)
    assert chapter.read_bytes() == before


def test_a_jupyter_book_without_an_order_ends_with_its_starter(book: Path) -> None:
    with jupyterbook.started(book) as waiting:
        assert waiting.stdin
        waiting.stdin.close()
        assert waiting.wait(60) == 0
    with jupyterbook.started(book) as left:
        pass
    assert left.returncode == -signal.SIGKILL


def test_a_jupyter_book_at_work_ends_with_its_starter(book: Path) -> None:
    with jupyterbook.started(book) as working:
        assert working.stdin
        jupyterbook.order(working, book, book / "_build/work", 0)
        working.stdin.close()
        assert working.wait(60) == 1
    assert not (book / "_build/work/_build/html/book/index.html").exists()


# Something is changed in the middle of it


def test_code_that_changes_during_the_build_is_not_taken_for_what_was_run(book: Path) -> None:
    """The processes of a build have imported it before: the pages would be those of the old code, stamped as new."""
    before = digests(book / "_build/html")
    write_chapter(book, "1 + 1")

    def edit(told: str) -> None:
        with open(book / "src/edition/sphinxext/numbers.py", "a", encoding="utf-8") as module:
            module.write("# edited meanwhile\n")

    with pytest.raises(SiteError, match="src/edition changed while notebooks were executed"):
        site.build(book, say=edit)
    assert digests(book / "_build/html") == before


def test_what_was_executed_on_bad_data_is_not_stored(book: Path) -> None:
    votes = book / "data/votes.csv"
    votes.write_text(votes.read_text("utf-8") + "A/NO/SUCH,XXX,yes\n", encoding="utf-8")
    chapter = write_chapter(book, CODE)
    before = chapter.read_bytes()
    with pytest.raises(SiteError, match=r"data/votes\.csv, row"):
        site.build(book, say=lambda text: None)
    assert chapter.read_bytes() == before


# The disk is full: the system refuses to let any file grow beyond a size, as it refuses the last block of a disk


def limited(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_no_room_for_the_pages(book: Path) -> None:
    before = digests(book / "_build/html")
    change_the_front_page(book)
    assert one_line(edition(book, "build", preexec_fn=limited(20_000))).strip() == site.FULL
    assert digests(book / "_build/html") == before
    site.build(book, say=lambda text: None)
    assert digests(book / "_build/html") != before


def test_no_room_for_the_outputs_of_a_notebook(book: Path) -> None:
    chapter = write_chapter(book, 'print(50_000 * "A long output. ")')
    before = chapter.read_bytes()
    assert one_line(edition(book, "run", preexec_fn=limited(400_000))).strip() == site.FULL
    assert chapter.read_bytes() == before
    assert not list(chapter.parent.glob(".*")), "what was written in part is taken away"


# Notebooks that misbehave


@pytest.fixture(params=[True, False], ids=["forked", "started"])
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to come by a kernel: a fork of the nursery, and the usual one where forks are not safe."""
    if request.param and not kernels.AVAILABLE:
        pytest.skip("forks are not safe on this system")
    monkeypatch.setattr(kernels, "AVAILABLE", request.param)


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("1 / 0", "code cell 1, line 1: ZeroDivisionError: division by zero"),
        ("while True: pass", "code cell 1: it took more than 3 seconds"),
        ("import os\nos._exit(1)", "code cell 1: the kernel died"),
        ("import edition as ed\ned.load('votes').nothing", "has no attribute 'nothing'"),
    ],
)
def test_a_bad_notebook_is_told_and_left(small: Path, monkeypatch: pytest.MonkeyPatch, code: str, told: str) -> None:
    if "while" in code:
        monkeypatch.setattr(notebooks, "CELL_SECONDS", 3)
    chapter = write_chapter(small, code.replace("votes", "apples"), "fruit")
    before = chapter.read_bytes()
    start = time.monotonic()
    with pytest.raises(NotebookError, match=rf"^fruit\.ipynb, .*{told}"):
        list(notebooks.run([chapter], small))
    assert time.monotonic() - start < 60
    assert chapter.read_bytes() == before


@pytest.mark.usefixtures("kernel")
def test_a_notebook_cannot_print_what_the_environment_keeps_secret(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITION_TOKEN", "hush-3141")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush-2718")
    code = "import os, subprocess\nprint(dict(os.environ))\nprint(subprocess.run('env', capture_output=True).stdout)"
    chapter = write_chapter(small, code, "fruit")
    list(notebooks.run([chapter], small))
    stored = chapter.read_text("utf-8")
    assert "PYTHONHASHSEED" in stored, "the environment was printed"
    assert "hush" not in stored
    assert "EDITION_TOKEN" not in stored


@pytest.mark.usefixtures("kernel")
def test_a_persons_own_settings_reach_no_kernel(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What IPython would run first for a person, with each kernel, is not run."""
    startup = tmp_path / "home/.ipython/profile_default/startup"
    startup.mkdir(parents=True)
    (startup / "00-mine.py").write_text("mine = 'from the start-up file'\n")
    (tmp_path / "mine.py").write_text("mine = 'from PYTHONSTARTUP'\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "home/.ipython"))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "mine.py"))
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    chapter = write_chapter(small, "import sys\nglobals().get('mine', 'nothing'), sys.flags.optimize", "fruit")
    list(notebooks.run([chapter], small))
    assert notebooks.read(chapter).cells[1].outputs[0].data["text/plain"] == "('nothing', 0)"


def test_a_persons_own_settings_of_python_change_nothing(root: Path) -> None:
    """Altair reads docstrings, which PYTHONOPTIMIZE=2 takes away; a warning of a package would be an error."""
    personal = {"PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "error", "PYTHONIOENCODING": "ascii", "GIT_DIR": "/nowhere"}
    shown = "import altair, os, sys; print(sys.flags.optimize, sys.warnoptions, 'GIT_DIR' in os.environ, 'é')"
    change = f"import sys; from edition import cli; cli._check = lambda: exec({shown!r})"
    command = [sys.executable, "-c", f"{change}; sys.argv[1:] = ['check']; cli.main()"]
    done = subprocess.run(command, cwd=root, env={**os.environ, **personal}, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("0 [] False é\n", "")


def test_both_kinds_of_kernel_store_the_same(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import edition as ed\nhash('x'), __name__, ed.load('apples')"
    stored = []
    for forked in (True, False):
        monkeypatch.setattr(kernels, "AVAILABLE", forked and sys.platform == "linux")
        chapter = write_chapter(small, code, "fruit")
        list(notebooks.run([chapter], small))
        stored.append(chapter.read_bytes())
    assert stored[0] == stored[1]
    assert b"'__main__'" in stored[0]


def test_a_folder_for_temporary_files_with_a_long_path_is_no_hindrance(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    chapter = write_chapter(small, "1 + 1", "fruit")
    list(notebooks.run([chapter], small))
    assert notebooks.read(chapter).cells[1].outputs[0].data["text/plain"] == "2"


@pytest.mark.skipif(not kernels.AVAILABLE, reason="forks are not safe on this system")
def test_a_port_that_is_taken_is_no_hindrance(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Jupyter found to be free may be taken when the kernel comes to use it; here it always is."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr("jupyter_client.connect.LocalPortCache.find_available_port", lambda *_: port)
        chapter = write_chapter(small, "1 + 1", "fruit")
        list(notebooks.run([chapter], small))
    assert notebooks.read(chapter).cells[1].outputs[0].data["text/plain"] == "2"


@pytest.mark.skipif(not kernels.AVAILABLE, reason="forks are not safe on this system")
def test_a_kernel_that_does_not_start_is_told(book: Path) -> None:
    chapter = write_chapter(book, "1 + 1")
    before = chapter.read_bytes()
    assert f"{chapter.name}: no kernel started" in one_line(edition(book, "run", change=NO_KERNEL))
    assert chapter.read_bytes() == before


LATE = """import sys, time
from IPython import get_ipython
sys.stdout.flush_timeout = sys.stderr.flush_timeout = 0
get_ipython().kernel.iopub_thread.io_loop.add_callback(time.sleep, 6)
1 + 1"""


def test_an_output_that_comes_late_is_not_lost(small: Path) -> None:
    """On a busy machine the outputs of a cell can follow its end by seconds."""
    chapter = write_chapter(small, LATE, "fruit")
    list(notebooks.run([chapter], small))
    assert notebooks.read(chapter).cells[1].outputs[0].data["text/plain"] == "2"


def test_notebooks_share_nothing(small: Path) -> None:
    """One leaves marks in modules, and in pandas; the next one, from the same process, finds none."""
    mark = "import builtins, pandas\nbuiltins.mark = pandas.mark = 1"
    look = "import builtins, pandas\nhasattr(builtins, 'mark'), hasattr(pandas, 'mark')"
    chapters = [write_chapter(small, code, name) for name, code in (("a", mark), ("b", look))]
    list(notebooks.run(chapters, small, workers=1))
    assert notebooks.read(chapters[1]).cells[1].outputs[0].data["text/plain"] == "(False, False)"


def test_one_that_fails_does_not_lose_another(small: Path) -> None:
    good = write_chapter(small, "1 + 1", "a")
    bad = write_chapter(small, "1 / 0", "b")
    with pytest.raises(NotebookError, match=r"b\.ipynb"):
        list(notebooks.run([good, bad], small))
    assert notebooks.read(good).cells[1].outputs[0].data["text/plain"] == "2"


# Locks, rights and the network


def test_two_builds_at_once(book: Path) -> None:
    before = digests(book / "_build/html")
    change_the_front_page(book)
    with site.alone(book):
        told = one_line(edition(book, "build"))
        assert one_line(edition(book, "run")) == told
    assert told == f"Another build of this clone is running (process {os.getpid()}): wait until it has ended.\n"
    assert digests(book / "_build/html") == before


def test_a_lock_that_is_left_or_damaged_holds_nobody_up(book: Path) -> None:
    (book / "_build/lock").write_bytes(b"\xff\x00 99999999")
    change_the_front_page(book)
    site.build(book, say=lambda text: None)
    assert "Another sentence." in (book / "_build/html/book/index.html").read_text("utf-8")


@pytest.fixture
def read_only(book: Path) -> Iterator[Path]:
    """The copy, which nobody may write to: for root, only a mount can see to that."""
    if os.geteuid():
        folders = [book, *(path for path in book.rglob("*") if path.is_dir())]
        for folder in folders:
            folder.chmod(0o555)
        yield book
        for folder in folders:
            folder.chmod(0o755)
        return
    bind = subprocess.run(["mount", "--bind", book, book], capture_output=True)
    if bind.returncode:
        pytest.skip("root without the right to mount cannot take its own rights away")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", book], check=True)
        yield book
    finally:
        subprocess.run(["umount", book], check=True)


def test_a_read_only_copy_with_its_site_says_that_nothing_changed(read_only: Path) -> None:
    said: list[str] = []
    site.build(read_only, said.append)
    assert said == ["Nothing changed since the last build."]


def test_a_read_only_copy_without_its_site_is_told_in_one_line(read_only: Path, book: Path) -> None:
    if not os.geteuid():
        subprocess.run(["mount", "-o", "remount,rw,bind", book], check=True)
    else:
        book.chmod(0o755)
    change_the_front_page(book)
    if not os.geteuid():
        subprocess.run(["mount", "-o", "remount,ro,bind", book], check=True)
    else:
        book.chmod(0o555)
    told = one_line(edition(read_only, "build"))
    assert told.startswith("Cannot write ")
    assert "copy this folder to a place where you may write" in told


NO_NETWORK = """
import socket
def refuse(self, address, real=socket.socket.connect):
    if self.family == socket.AF_UNIX or address[0] == "127.0.0.1":
        return real(self, address)
    raise OSError(f"the network was asked for {address}")
def look_up(host, *rest, real=socket.getaddrinfo, **more):
    if host not in ("127.0.0.1", "localhost", None, ""):
        raise OSError(f"the network was asked for {host}")
    return real(host, *rest, **more)
socket.socket.connect, socket.getaddrinfo = refuse, look_up
"""


def test_nothing_is_fetched_once_it_is_set_up(book: Path, tmp_path: Path) -> None:
    (tmp_path / "off").mkdir()
    (tmp_path / "off/sitecustomize.py").write_text(NO_NETWORK)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "off")}
    probe = [sys.executable, "-c", "import urllib.request as u; u.urlopen('http://192.0.2.1')"]
    assert "the network was asked for" in subprocess.run(probe, env=environment, capture_output=True, text=True).stderr
    shutil.rmtree(book / "_build")
    write_chapter(book, CODE)
    run = edition(book, "build", env=environment)
    _, told = run.communicate(timeout=240)
    assert (run.returncode, told) == (0, "")
