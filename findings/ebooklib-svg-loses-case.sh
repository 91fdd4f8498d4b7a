#!/usr/bin/env bash
# What one would expect: a chapter of XHTML is written as it was given, and the list of pages holds page breaks
# What is:               it is read as HTML: viewBox becomes viewbox and linearGradient lineargradient, which SVG
#                        does not know, the attributes of body go, and footnotes stand in the list of pages
# Where it bites here:   figures in the EPUB are SVG: the library would lose their size and colours, so the EPUB is
#                        written without it
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "EbookLib==0.20" \
    "lxml==6.1.3"

venv/bin/python - <<'PYTHON'
from importlib.metadata import version
from zipfile import ZipFile

from ebooklib import epub

print("EbookLib", version("EbookLib"))
chapter = epub.EpubHtml(title="Votes", file_name="votes.xhtml", lang="en")
chapter.content = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">
<head><title>Votes</title></head><body class="chapter"><p>Adopted<a epub:type="noteref" href="#note">1</a>
<span epub:type="pagebreak" id="page-1" role="doc-pagebreak"/></p>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><defs><linearGradient id="scale"/></defs></svg>
<aside epub:type="footnote" id="note">By a vote.</aside></body></html>"""
book = epub.EpubBook()
book.set_identifier("votes")
book.set_title("Votes")
book.set_language("en")
book.add_item(chapter)
book.toc, book.spine = [chapter], ["nav", chapter]
book.add_item(epub.EpubNcx())
book.add_item(epub.EpubNav())
epub.write_epub("book.epub", book)
with ZipFile("book.epub") as file:
    page, nav = (file.read(f"EPUB/{name}.xhtml").decode() for name in ("votes", "nav"))
print(page[page.index("<body"):], nav[nav.index('<nav epub:type="page-list"'):])
for given, written in (("viewBox=", "viewbox="), ("<linearGradient", "<lineargradient"), ('<body class="', "<body>")):
    assert given in chapter.content
    assert given not in page
    assert written in page
assert 'href="votes.xhtml#page-1"' in nav
assert 'href="votes.xhtml#note"' in nav
PYTHON
