#!/usr/bin/env bash
# What one would expect: sanitizing takes away what may act; paragraphs, headings and captions stay
# What is:               paragraphs, headings and captions are not on its list of tags and are printed as text, with
#                        their angle brackets; the heads of a table's rows are put before the table
# Where it bites here:   no chapter can be shown through nbconvert's sanitizer: what readers may get is decided in
#                        the build
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "nbconvert==7.17.2" \
    "nbformat==5.11.1" \
    "bleach==6.4.0" \
    "mistune==3.4.0"

venv/bin/python - <<'PYTHON'
from importlib.metadata import version

from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

print("nbconvert", version("nbconvert"))
table = "<table><caption>Votes</caption><tr><th scope='row'>Yes</th><td>28</td></tr></table>"
book = new_notebook(cells=[
    new_markdown_cell("## Finding\n\nThe text was *adopted*."),
    new_code_cell("votes", outputs=[new_output("display_data", data={"text/html": table})]),
])
for sanitize in (False, True):
    page = HTMLExporter(sanitize_html=sanitize).from_notebook_node(book)[0]
    lines = [line.strip() for line in page[page.index("<main"):].splitlines() if "adopted" in line or "Votes" in line]
    print("sanitize_html =", sanitize)
    print("\n".join("  " + line for line in lines))
    for name, words in (("p", "The text"), ("caption", "Votes")):
        assert (f"&lt;{name}&gt;{words}" in page) is sanitize
        assert (f"<{name}>{words}" in page) is not sanitize
    assert (page.index("Yes") < page.index("<table>")) is sanitize
PYTHON
