"""A browser without a window, and servers on the loopback interface for what it looks at."""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = os.environ.get("EDITION_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
# With each window Chromium loads two pages for what its address bar may show: half of what opening one takes. The last
# list of features counts, so that what Playwright switches off (its chromiumSwitches) is named here again.
OFF = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    *("AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"),
    *("DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay"),
    *("MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch"),
    "ThirdPartyStoragePartitioning",
)
FLAGS = [
    f"--disable-features={','.join(OFF)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the tests look at the page, not at the server."""


@contextmanager
def served(folder: Path, handler: type[Handler] = Handler) -> Iterator[str]:
    """Yield the address, with its last stroke, at which ``folder`` is served."""
    of_folder = functools.partial(handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), of_folder) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextmanager
def laboratory(command: Sequence[str | Path], root: Path, home: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the address, with its last stroke, of the JupyterLab that ``command`` starts for ``root``.

    It takes a port that is free and writes it, as its log, to the folder ``home``: a port that was chosen for it here
    could be taken before it comes to use it.
    """
    settings = ["--no-browser", "--allow-root", "--port=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={root}"]
    settings += ["--LabApp.expose_app_in_browser=True"]  # tests may ask it what it holds
    log = home / "lab.log"
    with log.open("w") as output:
        variables = {**environment, "JUPYTER_RUNTIME_DIR": str(home)}
        server = subprocess.Popen([*command, *settings], stdout=output, stderr=output, env=variables)
    about = home / f"jpserver-{server.pid}.json"
    deadline = time.monotonic() + 120
    address = ""
    try:
        while not address:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.25)
            with suppress(OSError, ValueError):  # there is no such file yet, or half of it, or nobody answers
                place = f"http://127.0.0.1:{json.loads(about.read_text())['port']}/"
                urllib.request.urlopen(f"{place}api", timeout=5).close()
                address = place
        yield address
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def started() -> Iterator[Browser]:
    """Yield Chromium; it ends on leaving."""
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
