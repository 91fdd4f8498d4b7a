#!/usr/bin/env bash
# What one would expect: text stays as it is written, and a truth value is true or false, or an error
# What is:               the table is guessed at first and typed afterwards: with one empty cell paragraph 12 is the
#                        text 12.0, and the truth value of "no" is true
# Where it bites here:   readers of the Croissant description; locators are text in the catalogue, and truth values
#                        are written true and false
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "mlcroissant==1.1.1" \
    "pandas==3.1.1"

printf 'iso3,paragraph,sponsor\nNOR,12,yes\nFRA,,no\nCHN,7,no\n' > votes.csv
venv/bin/python - <<'PYTHON' 2> warnings.txt || { cat warnings.txt >&2; exit 1; }
import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import mlcroissant

print("mlcroissant", version("mlcroissant"), "pandas", version("pandas"))


def field(name, kind):
    source = {"fileObject": {"@id": "file"}, "extract": {"column": name}}
    return {"@type": "cr:Field", "@id": f"votes/{name}", "name": name, "dataType": kind, "source": source}


terms = ("citeAs", "column", "extract", "field", "fileObject", "recordSet", "source")
context = {"@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/"}
context |= {"cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/"}
context |= {term: f"cr:{term}" for term in terms} | {"conformsTo": "dct:conformsTo"}
context |= {"dataType": {"@id": "cr:dataType", "@type": "@vocab"}}
file = {"@type": "cr:FileObject", "@id": "file", "name": "votes.csv", "contentUrl": "votes.csv"}
file |= {"encodingFormat": "text/csv", "sha256": hashlib.sha256(Path("votes.csv").read_bytes()).hexdigest()}
fields = [field("iso3", "sc:Text"), field("paragraph", "sc:Text"), field("sponsor", "sc:Boolean")]
Path("croissant.json").write_text(json.dumps({
    "@context": context,
    "@type": "sc:Dataset",
    "conformsTo": "http://mlcommons.org/croissant/1.0",
    "name": "votes",
    "description": "Votes on one resolution",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "url": "https://example.org/",
    "version": "1.0.0",
    "datePublished": "2018-03-23",
    "creator": {"@type": "sc:Organization", "name": "An edition"},
    "citeAs": "An edition, 2018",
    "distribution": [file],
    "recordSet": [{"@type": "cr:RecordSet", "@id": "votes", "name": "votes", "field": fields}],
}))
rows = [
    {name.removeprefix("votes/"): value for name, value in row.items()}
    for row in mlcroissant.Dataset("croissant.json").records("votes")
]
print(Path("votes.csv").read_text(), *rows, sep="\n")
assert [row["paragraph"] for row in rows] == [b"12.0", None, b"7.0"]
assert [row["sponsor"] for row in rows] == [True, True, True]
PYTHON
