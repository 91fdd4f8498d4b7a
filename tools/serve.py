"""Build the book and serve it on this machine: python tools/serve.py [PORT]"""

from __future__ import annotations

import functools
import subprocess
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "_build" / "html"


def main(arguments: list[str]) -> int:
    port = arguments[0] if arguments else "8000"
    if not port.isdigit() or not 0 < int(port) < 65536:
        print(f"PORT must be a number from 1 to 65535, not {port}.", file=sys.stderr)
        return 1
    handler = functools.partial(SimpleHTTPRequestHandler, directory=SITE)
    try:
        # Taken before the build, so that a port in use is told at once.
        server = ThreadingHTTPServer(("127.0.0.1", int(port)), handler)
    except OSError as error:
        print(
            f"Port {port} cannot be used ({error.strerror}): try make serve PORT={int(port) % 65535 + 1}",
            file=sys.stderr,
        )
        return 1
    with server:
        build = subprocess.run([Path(sys.executable).with_name("edition"), "build"])
        if build.returncode:
            return build.returncode
        print(f"The book is at http://127.0.0.1:{port}/ (stop with Ctrl+C)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
