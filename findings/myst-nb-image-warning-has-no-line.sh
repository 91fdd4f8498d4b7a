#!/usr/bin/env bash
# What one would expect: a warning about a notebook names the cell and the line, for an image as for a role
# What is:               a role in line 3 of the third cell is told as line 30004, ten thousand for each cell and one
#                        too many; an image that is missing has no line at all, in a notebook or in a text
# Where it bites here:   a contributor looks for line 30004, or for the one image among all of the book's; make check
#                        names cell and line of what it finds
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "sphinx==7.4.7" \
    "myst-parser==3.0.1" \
    "myst-nb==1.4.0" \
    "docutils==0.21.2"

venv/bin/python - <<'PYTHON'
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

print(*(f"{name} {version(name)}" for name in ("sphinx", "myst-parser", "myst-nb")))
text = "Text with {norole}`a role`.\n\n```{image} missing.png\n```\n"
text = "Words.\n\n" + text
book = new_notebook(cells=[new_markdown_cell("# Votes"), new_code_cell("1"), new_markdown_cell(text)])
book.metadata["language_info"] = {"name": "python", "pygments_lexer": "python"}
Path("book").mkdir()
nbformat.write(book, "book/index.ipynb")
Path("book/text.md").write_text("---\norphan: true\n---\n# Text\n\n" + text)
Path("book/conf.py").write_text("extensions = ['myst_nb']\nnb_execution_mode = 'off'\n")
PYTHON
venv/bin/python -m sphinx -q --no-color book built 2>&1 | sed "s|^.*/||" > warnings.txt
cat warnings.txt
grep -q '^index.ipynb:30004: WARNING: .*norole' warnings.txt
grep -q '^text.md:8: WARNING: .*norole' warnings.txt
grep -q '^index.ipynb:: WARNING: image file not readable' warnings.txt
grep -q '^text.md:: WARNING: image file not readable' warnings.txt
