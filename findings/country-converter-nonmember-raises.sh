#!/usr/bin/env bash
# What one would expect: asking since when an observer is a Member gives nothing, as asking for the European Union
#                        does
# What is:               a Member has its year; for the Holy See or the State of Palestine a TypeError is raised that
#                        names no country, and one of them ends the conversion of a whole list
# Where it bites here:   observers submit and sponsor beside Members; the record has un_member_since, empty where
#                        there is no membership
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "country_converter==1.3.2" \
    "pandas==2.3.3"

venv/bin/python - <<'PYTHON'
from importlib.metadata import version

from country_converter import CountryConverter

print("country_converter", version("country_converter"), "pandas", version("pandas"))
convert = CountryConverter().convert
print("  Norway:", convert("Norway", to="UNmember"), convert("Norway", to="EU"))
assert convert("Norway", to="UNmember") == 1945
for names in ("Holy See", "State of Palestine", ["Norway", "Holy See"]):
    print(f"  {names}: EU {convert(names, to='EU')}", end=", ")
    try:
        print(convert(names, to="UNmember"))
    except TypeError as error:
        print("TypeError", error)
    else:
        raise SystemExit("one who is not a Member is answered now")
PYTHON
