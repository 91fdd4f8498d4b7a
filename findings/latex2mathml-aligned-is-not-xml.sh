#!/usr/bin/env bash
# What one would expect: an environment or a fraction that is not understood is refused; what is returned is MathML
# What is:               aligned equations come back in one row with a bare ampersand, which no XML reader takes; a
#                        fraction of one argument comes back with one part
# Where it bites here:   the pages of the EPUB are XML: a formula for them must be read as XML once before it is kept
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "latex2mathml==3.81.1"

venv/bin/python - <<'PYTHON'
from importlib.metadata import version
from xml.etree import ElementTree

from latex2mathml.converter import convert

print("latex2mathml", version("latex2mathml"))
rows = r" a &= b \\ c &= d "
starred, inner = (convert(rf"\begin{{{name}}}{rows}\end{{{name}}}") for name in ("align*", "aligned"))
print("  align*:", starred)
print("  aligned:", inner)
ElementTree.fromstring(starred)
assert "<mtable" in starred
assert "<mtable" not in inner
assert "<mi>&</mi>" in inner
try:
    ElementTree.fromstring(inner)
except ElementTree.ParseError as error:
    print("  an XML reader on aligned:", error)
else:
    raise SystemExit("aligned is well-formed now")
fraction = ElementTree.fromstring(convert(r"\frac{a}")).find(".//{*}mfrac")
print("  parts of a fraction of one argument:", len(fraction))
assert len(fraction) == 1
PYTHON
