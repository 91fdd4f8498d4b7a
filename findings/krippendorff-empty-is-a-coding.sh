#!/usr/bin/env bash
# What one would expect: a coding that is missing is left out, whether it is written as nothing, as nan or as a star
# What is:               only nan is missing: two empty cells are two coders who agree on the value "", and so are
#                        two stars
# Where it bites here:   codings come from CSV, where nothing is an empty cell; the edition refuses to measure
#                        agreement while a coder is missing
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "krippendorff==0.9.0" \
    "numpy==2.4.6"

printf 'first,second\nyes,yes\nno,yes\nabstain,no\nyes,yes\n,\n,\n' > codings.csv
venv/bin/python - <<'PYTHON'
import csv
from importlib.metadata import version

from krippendorff import alpha

print("krippendorff", version("krippendorff"))
with open("codings.csv", newline="") as file:
    coders = list(zip(*list(csv.reader(file))[1:], strict=True))
measure = {"level_of_measurement": "nominal"}
seen = {
    missing: round(float(alpha([[code or missing for code in row] for row in coders], **measure)), 3)
    for missing in ("nan", "", "*")
}
print("two texts coded by nobody, written as", seen)
assert seen[""] == seen["*"]
assert seen[""] > seen["nan"] + 0.1
PYTHON
