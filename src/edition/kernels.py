"""Kernels that start at once: each is a fork of a process that has imported what every notebook imports.

Nine tenths of a notebook's time go into starting Python and importing pandas and Altair. A nursery does that once and
runs no code of a notebook itself; for each notebook it forks a child, which becomes the kernel. So notebooks share no
state, exactly as if each kernel had been started by itself.

    nursery process     imports, listens on a socket; ends, with all its kernels, when its starter ends
      kernel            a fork of it, for one notebook
    stand-in process    what Jupyter starts and ends in place of the kernel; asks the nursery for one

A stand-in is a kernel specification called ``python3``, so nbclient and nbval use it without knowing. It names the
provisioner (provisioner.py) that lets them speak with the kernel through files.

    python -m edition.kernels COMMAND ...    run COMMAND with such kernels, as in "-m pytest --nbval book"
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

# What notebooks import, so that a fork has it; nothing here may start a thread or draw random numbers for a notebook.
IMPORTED = ("ipykernel.kernelapp", "ipykernel.ipkernel", "pandas", "altair", "altair.utils.schemapi", "vl_convert")
# Forks are safe on Linux; the system libraries of macOS do not allow them once they are in use.
AVAILABLE = sys.platform == "linux"
LONGEST = 107  # bytes that Linux allows for the path of a socket: a long TMPDIR leaves no room
LETTERS = 8  # of a kernel's identifier, in the names of its sockets
FIXED = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
# What a kernel is told of the machine. Everything else stays outside: a token or a password in the environment of the
# person who builds must not be able to reach an output.
PASSED = (
    *("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONNOUSERSITE"),
    *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "OMP_NUM_THREADS"),
)


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a kernel: the same seed, time zone and language everywhere, and nothing private.

    IPython looks for a person's profile, whose files it would run first, in ``folder``, where there is none.
    """
    passed = {name: os.environ[name] for name in PASSED if name in os.environ}
    return {**passed, **FIXED, "IPYTHONDIR": str(folder / "ipython")}


@contextmanager
def nursery() -> Iterator[Path]:
    """Yield a folder for ``JUPYTER_PATH`` whose kernel ``python3`` is forked from a process that has imported.

    On leaving, the process and every kernel that is left end. Where forks are not safe, or its path is too long for
    a socket, the folder is empty and kernels are started as usual.
    """
    with tempfile.TemporaryDirectory(prefix="edition-kernels-") as name:
        folder = Path(name)
        kernel = folder / "kernels/python3"
        if not AVAILABLE or len(os.fsencode(kernel / f"{LETTERS * 'x'}-5")) > LONGEST:
            yield folder
            return
        kernel.mkdir(parents=True)
        place = kernel / "nursery"
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(place))
            door.listen(64)  # stand-ins may come before the imports are done: they wait here
            server = subprocess.Popen(
                [sys.executable, "-m", "edition.kernels", "--nursery", str(door.fileno())],
                stdin=subprocess.PIPE,  # closes when this process ends, however it ends
                stderr=subprocess.DEVNULL,
                pass_fds=[door.fileno()],
                start_new_session=True,
                env=environment(folder),
            )
        stand_in = [sys.executable, "-I", "-S", __file__, "--stand-in", str(place), "-f", "{connection_file}"]
        about = {
            "argv": stand_in,
            "display_name": "Python 3",
            "language": "python",
            "interrupt_mode": "message",
            "metadata": {"kernel_provisioner": {"provisioner_name": "edition-file-sockets"}},
        }
        (kernel / "kernel.json").write_text(json.dumps(about), encoding="utf-8")
        try:
            yield folder
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            if server.stdin:
                server.stdin.close()


# The nursery's process


def serve(door: socket.socket) -> None:
    """Import, then fork a kernel for everyone who asks at ``door``, until standard input is closed."""
    # Kernels watch this process and end when it does.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    from edition import startup

    startup.leave_out()
    for name in IMPORTED:
        __import__(name)
    import edition

    for name in edition.__all__:
        getattr(edition, name)
    gc.freeze()  # a kernel need not go through what it shares with this process
    while True:
        ready, _, _ = select.select([door, sys.stdin], [], [], 1)
        _clear_away()
        if sys.stdin in ready:
            # The whole group: a kernel in the middle of a cell as well.
            os.killpg(os.getpid(), signal.SIGKILL)
        if door not in ready:
            continue
        caller, _ = door.accept()
        if os.fork() == 0:
            door.close()
            _become_kernel(caller)
        caller.close()


def _clear_away() -> None:
    """Take leave of kernels that have ended, so that their processor time is counted with this process's."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become_kernel(caller: socket.socket) -> None:
    """Take the folder, the streams and the arguments of the stand-in, and be its kernel from here on."""
    message, streams, _, _ = socket.recv_fds(caller, 65536, 2)
    asked = json.loads(message)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, stream in enumerate((nothing, *streams)):
        os.dup2(stream, target)
    os.chdir(asked["folder"])
    sys.path[0] = asked["folder"]
    threading.Thread(target=_end_with, args=(caller,), daemon=True).start()

    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance(argv=asked["arguments"])
    os._exit(0)


def _end_with(caller: socket.socket) -> None:
    """End this kernel at once when its stand-in has gone."""
    caller.recv(1)
    os._exit(1)


# The stand-in's process: nothing but the standard library, so that it starts in a few hundredths of a second


def stand_in(place: str, *arguments: str) -> int:
    """Ask the nursery at ``place`` for a kernel with these arguments, and live exactly as long as it does."""
    parent = os.getppid()
    with socket.socket(socket.AF_UNIX) as nursery_:
        nursery_.connect(place)
        asked = json.dumps({"folder": os.getcwd(), "arguments": arguments})
        socket.send_fds(nursery_, [asked.encode()], [1, 2])
        while True:
            ready, _, _ = select.select([nursery_], [], [], 1)
            if ready or os.getppid() != parent:
                return 0


def _command(arguments: list[str], settings: Mapping[str, str]) -> int:
    """Run Python with ``arguments`` and with kernels of a nursery; return its exit status."""
    from edition import startup

    with nursery() as folder:
        # Where kernels are started as usual, they have the environment of the command.
        own = {**FIXED, "IPYTHONDIR": str(folder / "ipython"), "JUPYTER_PATH": str(folder)}
        kept = {name: value for name, value in settings.items() if name not in startup.PERSONAL}
        return subprocess.run([sys.executable, *arguments], env={**kept, **own}).returncode


if __name__ == "__main__":
    if sys.argv[1] == "--nursery":
        serve(socket.socket(fileno=int(sys.argv[2])))
    elif sys.argv[1] == "--stand-in":
        sys.exit(stand_in(*sys.argv[2:]))
    else:
        sys.exit(_command(sys.argv[1:], os.environ))
