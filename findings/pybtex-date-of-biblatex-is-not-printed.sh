#!/usr/bin/env bash
# What one would expect: an entry with a date shows its year, or someone is told that it has none; a type not known
#                        is printed as a miscellaneous one, as BibTeX does
# What is:               the date of BibLaTeX is left out of the list without a word, and the type report ends the
#                        run with an AttributeError that names no entry
# Where it bites here:   sources exported for BibLaTeX and listed by Sphinx; the edition's BibTeX writes year and
#                        month, and types that all styles know
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "pybtex==0.26.1" \
    "setuptools==80.9.0"

venv/bin/python - <<'PYTHON'
from importlib.metadata import version

from pybtex import PybtexEngine

print("pybtex", version("pybtex"))


def listed(kind, fields):
    entry = f"@{kind}{{a, author={{{{Human Rights Council}}}}, title={{Cooperation}}, {fields}}}"
    return PybtexEngine().format_from_string(entry, style="plain", output_backend="plaintext").strip()


by_year = listed("misc", "year={2018}, month=mar")
by_date = listed("misc", "date={2018-03-23}")
print("  year and month:", by_year)
print("  date:", by_date)
assert by_year.endswith("March 2018.")
assert "2018" not in by_date
try:
    listed("report", "year={2018}, institution={United Nations}")
except AttributeError as error:
    print("  report:", error)
    assert str(error) == "'Style' object has no attribute 'format_report'"
else:
    raise SystemExit("the type report is known now")
PYTHON
