#!/usr/bin/env bash
# What one would expect: a notebook that is written as MyST and read again has the same cells
# What is:               a text cell that shows how a code cell is written becomes that code cell and would be
#                        executed, and an empty text cell is gone
# Where it bites here:   a chapter on how chapters are written, kept as paired text: chapters are kept as notebooks
#                        alone
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "jupytext==1.19.6" \
    "nbformat==5.11.1" \
    "markdown-it-py==4.3.0"

venv/bin/python - <<'PYTHON'
from importlib.metadata import version

import jupytext
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

print("jupytext", version("jupytext"))
example = "```{code-cell} ipython3\nglue('votes', 47)\n```\nis how a number is named."
before = new_notebook(cells=[new_markdown_cell(example), new_markdown_cell(""), new_code_cell("1 + 1")])
after = jupytext.reads(jupytext.writes(before, fmt="md:myst"), fmt="md:myst")
for when, book in (("before", before), ("after", after)):
    print(when, [(cell.cell_type, cell.source) for cell in book.cells])
assert [(cell.cell_type, cell.source) for cell in after.cells] == [
    ("code", "glue('votes', 47)"),
    ("markdown", "is how a number is named."),
    ("code", "1 + 1"),
]
PYTHON
