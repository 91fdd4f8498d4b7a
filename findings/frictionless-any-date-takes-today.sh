#!/usr/bin/env bash
# What one would expect: a date of the format "any" is a whole date however it is written; 1949 or 37 is refused, or
#                        stays imprecise
# What is:               they are valid: 1949 becomes the first day of the month in which the check is run, 37 a day
#                        of 2037
# Where it bites here:   dates of mixed precision; the descriptor gives each column one strict format, and text where
#                        precision varies
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "frictionless==5.21.0"

printf 'held\n23 March 2018\n1949-03\n1949\n37\n' > sessions.csv
venv/bin/python - <<'PYTHON'
from datetime import date
from importlib.metadata import version

from frictionless import Resource, Schema

print("frictionless", version("frictionless"))
before = date.today()
table = Resource(
    path="sessions.csv",
    schema=Schema.from_descriptor({"fields": [{"name": "held", "type": "date", "format": "any"}]}),
)
valid = table.validate().valid
read = [row["held"] for row in table.read_rows()]
print("valid:", valid)
for written, value in zip(["23 March 2018", "1949-03", "1949", "37"], read, strict=True):
    print(f"  {written!r} is read as {value}")
months = {before.month, date.today().month}
assert valid
assert read[:2] == [date(2018, 3, 23), date(1949, 3, 1)]
assert read[2] in {date(1949, month, 1) for month in months}
assert read[3] in {date(2037, month, 1) for month in months}
PYTHON
