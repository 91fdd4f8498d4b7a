"""Citations: each format keeps its own rules, names the version, and invents neither a DOI nor an address."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest
import yaml

from edition import citing
from edition.citing import Edition, Name, Work

BARE = Edition("A study: 50 % & more", (Name("The {editors} of #1"),), "1.2.3", "2026-03-04")
KNOWN = dataclasses.replace(
    BARE,
    authors=(Name(family="van der Berg", given="Ann"), Name(family="Díaz", given="José"), Name("An Institute")),
    doi="10.1234/abc.5",
    url="https://example.org/study/",
    repository="https://example.org/code",
)
WORKS = [
    Work("edition", "edition", BARE.title),
    Work("intro", "page", "I. Introduction", path="book/intro.html"),
    Work("intro-para-12", "paragraph", "I. Introduction", "para. 12", "book/intro.html#para-12"),
    Work("fig-a_b", "figure", "Votes rose to 50 %", "figure 3", "book/intro.html#fig-a_b"),
    Work("tbl-a", "table", "Who voted?", "table 4", "book/intro.html#tbl-a"),
    Work("table-votes", "data", "Votes", "data table votes.csv", "book/apparatus/data.html#table-votes", "ab" * 32),
]
EACH = pytest.mark.parametrize("work", WORKS, ids=[work.kind for work in WORKS])
BOTH = pytest.mark.parametrize("edition", [BARE, KNOWN], ids=["bare", "known"])


@EACH
@pytest.mark.parametrize("name", citing.FORMATS)
def test_nothing_is_invented_and_nothing_known_is_left_out(work: Work, name: str) -> None:
    bare, known = citing.every(work, BARE)[name], citing.every(work, KNOWN)[name]
    assert not re.search(r"https?:|doi|10\.\d{4}|\bUR\b|\bDO\b", bare, re.IGNORECASE)
    assert "10.1234/abc.5" in known
    assert f"https://example.org/study/1.2.3/{work.path}" in known
    for text in (bare, known):
        assert "1.2.3" in text
        assert re.search(r"4 March 2026|March 4, 2026|2026-03-04|2026/03/04/|2026,\s+3,\s+4", text)
        assert (work.sha256 or "SHA-256") in text if work.sha256 else "SHA-256" not in text


@EACH
def test_a_repository_alone_is_the_address_of_every_part(work: Work) -> None:
    only_code = dataclasses.replace(KNOWN, url="")
    assert only_code.address(work.path) == "https://example.org/code"


@EACH
@BOTH
def test_bibtex_is_one_entry_with_balanced_braces_and_escaped_signs(work: Work, edition: Edition) -> None:
    entry = citing.bibtex(work, edition)
    assert re.match(r"@misc\{[A-Za-z0-9._:-]+,\n", entry.replace("_", ""))
    assert "," not in entry.split("\n")[0][:-1]
    depth = 0
    for sign in entry:  # BibTeX counts every brace
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    fields = dict(re.findall(r"^  (\w+) = (.*?),?$", entry, re.M))
    assert {"author", "title", "year", "howpublished"} <= fields.keys()
    assert fields["month"] == "mar"
    for name in ("author", "title", "howpublished"):
        assert not re.search(r"(?<!\\)[&%$#_]", fields[name]), fields[name]
    assert entry.endswith("\n}\n")
    assert not re.search(r",\n\}", entry)


def test_bibtex_parts_authors_by_and_and_keeps_a_body_whole() -> None:
    assert "author = {van der Berg, Ann and Díaz, José and {An Institute}}" in citing.bibtex(WORKS[0], KNOWN)
    assert r"author = {{The \textbraceleft{}editors\textbraceright{} of \#1}}" in citing.bibtex(WORKS[0], BARE)
    odd = citing.bibtex(Work("x", "page", r"a\b~c^d{e}"), BARE)
    assert r"{{a\textbackslash{}b\textasciitilde{}c\textasciicircum{}d\textbraceleft{}e\textbraceright{}}}" in odd


@EACH
@BOTH
def test_ris_has_a_tag_a_line_begins_with_its_type_and_ends_with_er(work: Work, edition: Edition) -> None:
    record = citing.ris(work, edition)
    assert record.endswith("ER  - \r\n")
    lines = record.removesuffix("\r\n").split("\r\n")
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - [^\r\n]*", line) for line in lines)
    told = [line.split("  - ", 1) for line in lines]
    assert told[0][0] == "TY"
    assert told[0][1] in {"BOOK", "CHAP", "FIGURE", "DATA"}
    assert [value for tag, value in told if tag == "AU"] == [name.inverted for name in edition.authors]
    assert dict(told)["DA"] == "2026/03/04/"
    assert ("T2" in dict(told)) == (work.kind != "edition")


# The types and variables of CSL-JSON 1.0.2 that a citation of ours may use, from its schema.
CSL = {
    "id": str, "type": str, "title": str, "container-title": str, "author": list, "issued": dict, "version": str,
    "language": str, "note": str, "DOI": str, "URL": str,
}  # fmt: skip


@EACH
@BOTH
def test_csl_json_uses_known_types_and_variables(work: Work, edition: Edition) -> None:
    (item,) = json.loads(citing.csl_json(work, edition))
    assert {name: type(value) for name, value in item.items()}.items() <= CSL.items()
    assert item["type"] in {"book", "chapter", "figure", "dataset"}
    assert item["issued"] == {"date-parts": [[2026, 3, 4]]}
    assert all(person.keys() in ({"literal"}, {"family", "given"}) for person in item["author"])
    assert len(item["author"]) == len(edition.authors)


def test_plain_citations_read_as_their_styles_print_them() -> None:
    title = BARE.title
    known = dict(zip([work.kind for work in WORKS], WORKS, strict=True))
    assert citing.un(known["paragraph"], KNOWN) == (
        f"Ann van der Berg, José Díaz and An Institute, “I. Introduction”, in {title}, version 1.2.3 (4 March 2026), "
        "para. 12, DOI: 10.1234/abc.5. Available at https://example.org/study/1.2.3/book/intro.html#para-12."
    )
    assert citing.un(known["edition"], BARE) == f"The {{editors}} of #1, {title}, version 1.2.3 (4 March 2026)."
    assert citing.chicago(known["figure"], KNOWN) == (
        f"van der Berg, Ann, José Díaz, and An Institute. “Votes rose to 50 %.” In {title}, version 1.2.3, figure 3. "
        "March 4, 2026. https://example.org/study/1.2.3/book/intro.html#fig-a_b. https://doi.org/10.1234/abc.5."
    )
    assert "“Who voted?” In" in citing.chicago(known["table"], BARE)
    for_peace = (Name("Institute for Peace and Justice"), Name("", "Doe", "Jane"))
    named = dataclasses.replace(BARE, authors=for_peace)
    assert citing.chicago(known["edition"], named).startswith("Institute for Peace and Justice, and Jane Doe. ")
    assert citing.chicago(known["edition"], BARE).endswith(f"{title}. Version 1.2.3. March 4, 2026.")


def test_an_author_with_one_name_has_no_empty_part() -> None:
    alone = dataclasses.replace(BARE, authors=(Name(given="Ayesha"), Name(family="Díaz")))
    (item,) = json.loads(citing.csl_json(WORKS[0], alone))
    assert item["author"] == [{"literal": "Ayesha"}, {"literal": "Díaz"}]
    assert "author = {Ayesha and Díaz}" in citing.bibtex(WORKS[0], alone)


def test_a_paragraphs_number_is_filled_in_and_nothing_else_changes() -> None:
    """What the page's script does: the ready-made strings with the number in place are the citation itself."""
    made = Work("intro-para-12", "paragraph", "I. Introduction", "para. 12", "book/intro.html#para-12")
    ready = Work(*(getattr(made, field.name).replace("12", citing.PARAGRAPH) for field in dataclasses.fields(Work)))
    filled = {name: text.replace(citing.PARAGRAPH, "12") for name, text in citing.every(ready, KNOWN).items()}
    assert filled == citing.every(made, KNOWN)


def test_the_citation_file_is_read_whole(root: Path) -> None:
    text = (root / "CITATION.cff").read_text("utf-8")
    told, edition = yaml.safe_load(text), citing.read(text)
    assert (edition.title, edition.version, edition.released) == (
        told["title"], str(told["version"]), str(told["date-released"]),
    )  # fmt: skip
    assert edition.doi == told.get("doi", "")
    assert "This version has no DOI" in BARE.standing
    assert "10.1234/abc.5" in KNOWN.standing
    assert "address" not in KNOWN.standing


@pytest.mark.parametrize("doi", ["10.5/x", "doi:10.5/x", "https://doi.org/10.5/x"])
def test_a_doi_is_read_however_it_is_written(doi: str) -> None:
    base = "title: T\nversion: 1\ndate-released: 2026-01-02\nauthors: [{name: A}]\n"
    assert citing.read(f"{base}doi: '{doi}'\n").doi == "10.5/x"
    assert citing.read(f"{base}identifiers: [{{type: doi, value: '{doi}'}}]\n").doi == "10.5/x"


def test_what_the_citation_file_lacks_is_said() -> None:
    with pytest.raises(citing.CitationError, match="no version and authors"):
        citing.read("title: T\ndate-released: 2026-01-02\n")
