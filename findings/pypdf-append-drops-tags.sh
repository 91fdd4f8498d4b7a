#!/usr/bin/env bash
# What one would expect: appending a whole PDF to an empty one gives the same document
# What is:               outline and named places come along; the language, the tags that screen readers follow and
#                        the title do not
# Where it bites here:   the PDF of the book is tagged: covers or parts are never joined to it afterwards, only set
#                        with it
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "weasyprint==70.0" \
    "pypdf==7.1.1"

venv/bin/python - <<'PYTHON'
from importlib.metadata import version
from io import BytesIO

from pypdf import PdfReader, PdfWriter
from weasyprint import HTML

print("pypdf", version("pypdf"), "weasyprint", version("weasyprint"))
page = "<html lang='en'><title>Votes</title><h1 id='one'>One</h1><p><a href='#two'>On</a></p><h1 id='two'>Two</h1>"
made = HTML(string=page).write_pdf(pdf_variant="pdf/ua-1")


def seen(writer):
    file = BytesIO()
    writer.write(file)
    reader = PdfReader(file)
    root = reader.trailer["/Root"]
    return {
        "outline": [entry.title for entry in reader.outline],
        "places": sorted(reader.named_destinations),
        "language": root.get("/Lang"),
        "tags": "/StructTreeRoot" in root,
        "title": (reader.metadata or {}).get("/Title"),
    }


joined = PdfWriter()
joined.append(BytesIO(made))
kept = {"outline": ["One", "Two"], "places": ["one", "two"]}
for how, writer, rest in (
    ("cloned", PdfWriter(clone_from=BytesIO(made)), {"language": "en", "tags": True, "title": "Votes"}),
    ("appended", joined, {"language": None, "tags": False, "title": None}),
):
    found = seen(writer)
    print(f"  {how}: {found}")
    assert found == kept | rest
PYTHON
