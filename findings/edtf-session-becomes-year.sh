#!/usr/bin/env bash
# What one would expect: words that name no date give none, as "28 votes to 1" does
# What is:               "37th session" is the year 2037, "60th anniversary" 2060, and "17 abstentions" the
#                        seventeenth of some month
# Where it bites here:   dates cannot be taken out of titles and notes of documents; they are columns, written by
#                        hand and cited
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "edtf==5.0.2"

venv/bin/python - <<'PYTHON'
from importlib.metadata import version

from edtf import text_to_edtf

print("edtf", version("edtf"))
seen = {words: text_to_edtf(words) for words in (
    "23 March 2018", "28 votes to 1", "A/HRC/RES/37/23", "37th session", "60th anniversary", "17 abstentions",
)}
for words, value in seen.items():
    print(f"  {words!r}: {value}")
assert seen == {
    "23 March 2018": "2018-03-23",
    "28 votes to 1": None,
    "A/HRC/RES/37/23": None,
    "37th session": "2037",
    "60th anniversary": "2060",
    "17 abstentions": "XXXX-XX-17",
}
PYTHON
