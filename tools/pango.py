"""See that WeasyPrint finds Pango, the library that sets the text of the PDF; as root on Debian, install it."""

from __future__ import annotations

import os
import subprocess
import sys

import browser

from edition import pdf


def main() -> int:
    """Exit status: 0 when a PDF can be made, else 1 with one line that says what is missing."""
    if pdf.missing() and browser.is_debian() and os.geteuid() == 0:
        print("Installing Pango for the PDF", file=sys.stderr, flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *pdf.LIBRARIES]):
            subprocess.run(["apt-get", "--quiet", *command], env=environment, capture_output=True)
    if lacking := pdf.missing():
        print(lacking, file=sys.stderr)
    return bool(lacking)


if __name__ == "__main__":
    sys.exit(main())
