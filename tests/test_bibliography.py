"""The exports of the register are what it says, entry for entry, and keep the rules of their formats."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from edition import bibliography, data


def test_the_committed_file_is_the_generated_one(root: Path) -> None:
    made = bibliography.bibtex(data.load("sources", root / "data"))
    assert (root / "book/references.bib").read_text("utf-8") == made, "run make book and commit book/references.bib"


def read_bibtex(text: str) -> dict[str, dict[str, str]]:
    """Return the fields of every entry by its key, read as BibTeX reads: every brace counts."""
    entries: dict[str, dict[str, str]] = {}
    for start in re.finditer(r"^@\w+\{([^,\s]+),$", text, re.M):
        depth, place = 1, start.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[place], 0)
            place += 1
        body = text[start.end() : place - 1]
        fields = [field.strip() for field in re.split(r",\n", body)]
        assert all(re.fullmatch(r"\w+ = \{.*\}", field) for field in fields), body
        entries[start[1]] = dict(field.removesuffix("}").split(" = {", 1) for field in fields)
    assert len(entries) == text.count("\n@"), "an entry stands within another"
    return entries


def test_every_source_has_one_entry(root: Path) -> None:
    sources = data.load("sources", root / "data")
    assert list(read_bibtex(bibliography.bibtex(sources))) == list(sources.source_id)


def source(**fields: str) -> dict[str, str]:
    row = dict.fromkeys(("source_id", "symbol", "title", "author", "publisher", "date", "type", "url"), "")
    return {**row, "source_id": "a-b", "title": "T", "type": "report", "date": "1949-03", **fields}


def test_what_bibtex_would_misread_is_escaped() -> None:
    made = bibliography.bibtex(pd.DataFrame([source(title="Rights & duties: 50% {sic}")]))
    assert r"title = {{Rights \& duties: 50\% \textbraceleft{}sic\textbraceright{}}}" in made
    assert "@techreport{a-b," in made
    assert "year = {1949},\n  month = {3},\n  date = {1949-03}" in made


# Half a pair of braces, what acts in TeX, and what one reader or another takes for the end of a line.
ODD = [
    "a } b",
    "a { b",
    "a \\} b \\",
    "a\\b~c^d%e$f#g_h&i",
    *(f"a{end}ER  - b" for end in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"),
]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("field", ["title", "symbol", "author", "publisher", "url"])
def test_no_field_can_end_an_entry(field: str, odd: str) -> None:
    rows = pd.DataFrame([source(**{field: odd}), source(source_id="next")])
    entries = read_bibtex(bibliography.bibtex(rows))
    assert list(entries) == ["a-b", "next"]
    assert all(len(value.splitlines()) == 1 for value in entries["a-b"].values())
    lines = bibliography.ris(rows).splitlines()
    assert [line for line in lines if line.startswith(("ID", "ER"))] == ["ID  - a-b", "ER  - ", "ID  - next", "ER  - "]
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines if line)
    assert [item["id"] for item in json.loads(bibliography.csl_json(rows))] == ["a-b", "next"]


def test_every_source_has_one_ris_record_that_is_well_formed(root: Path) -> None:
    sources = data.load("sources", root / "data")
    lines = bibliography.ris(sources).splitlines()
    assert not [line for line in lines if line and not re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line)]
    records = [record.splitlines() for record in bibliography.ris(sources).strip("\r\n").split("\r\n\r\n")]
    assert [_tags(record)["ID"] for record in records] == list(sources.source_id)
    for record in records:
        assert record[0].split("  - ")[0] == "TY"
        assert record[0].split("  - ")[1] in {"BOOK", "DATA", "ELEC", "GEN", "GOVDOC", "JOUR", "NEWS", "RPRT"}
        assert record[-1] == "ER  - "
        assert sum(line.startswith(("TY", "ER", "ID")) for line in record) == 3


def _tags(record: list[str]) -> dict[str, str]:
    return dict(line.split("  - ", 1) for line in record)


def test_ris_says_what_the_register_says(root: Path) -> None:
    sources = data.load("sources", root / "data").fillna("").set_index("source_id")
    for record in bibliography.ris(sources.reset_index()).strip("\r\n").split("\r\n\r\n"):
        tags = _tags(record.splitlines())
        source = sources.loc[tags["ID"]]
        assert (tags["TI"], tags.get("M1", ""), tags.get("UR", "")) == (source.title, source.symbol, source.url)
        assert tags.get("DA", "").rstrip("/").replace("/", "-") == source.date


WORDS = {"type": "string", "minLength": 1}
TYPES = ["article-journal", "article-newspaper", "book", "dataset", "document", "report", "speech", "treaty", "webpage"]

# What the schema of citation styles permits for the fields that are used here: additional ones are an error there too.
CSL = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "type", "title"],
        "additionalProperties": False,
        "properties": {
            **dict.fromkeys(("id", "title", "publisher", "container-title", "number", "URL"), WORDS),
            "type": {"enum": TYPES},
            "author": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "oneOf": [
                        {"required": ["literal"], "additionalProperties": False, "properties": {"literal": {}}},
                        {
                            "required": ["family", "given"],
                            "additionalProperties": False,
                            "properties": {"family": {"type": "string"}, "given": {"type": "string"}},
                        },
                    ]
                },
            },
            "issued": {
                "required": ["date-parts"],
                "additionalProperties": False,
                "properties": {
                    "date-parts": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 1,
                        "items": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 3,
                            "prefixItems": [
                                {"type": "integer", "minimum": 1900, "maximum": 2100},
                                {"type": "integer", "minimum": 1, "maximum": 12},
                                {"type": "integer", "minimum": 1, "maximum": 31},
                            ],
                        },
                    }
                },
            },
        },
    },
}


def test_csl_json_keeps_its_schema_and_the_register(root: Path) -> None:
    sources = data.load("sources", root / "data").fillna("")
    items = json.loads(bibliography.csl_json(sources))
    faults = [f"{'/'.join(map(str, e.path))}: {e.message}" for e in Draft202012Validator(CSL).iter_errors(items)]
    assert not faults, "\n".join(faults[:10])
    assert [item["id"] for item in items] == list(sources.source_id)
    assert [item["title"] for item in items] == list(sources.title)
    assert [item.get("URL", "") for item in items] == list(sources.url)


def test_names_are_parted_only_where_they_are_those_of_persons() -> None:
    row = source(author="Lee, Kristine; United Nations, Treaty Section", type="news", publisher="The Paper")
    row |= {"date": "2019-02"}
    (item,) = json.loads(bibliography.csl_json(pd.DataFrame([row])))
    assert item["author"] == [{"family": "Lee", "given": "Kristine"}, {"literal": "United Nations, Treaty Section"}]
    assert item["container-title"] == "The Paper"
    assert item["issued"] == {"date-parts": [[2019, 2]]}
    assert "T2  - The Paper\r\nPY  - 2019\r\nDA  - 2019/02//\r\n" in bibliography.ris(pd.DataFrame([row]))


def test_the_site_offers_every_format(built: Path, root: Path) -> None:
    sources = data.load("sources", root / "data")
    page = (built / "book/apparatus/sources.html").read_text("utf-8")
    for suffix, make in bibliography.FORMATS.items():
        assert (built / f"references.{suffix}").read_bytes().decode() == make(sources)
        assert f'href="../../references.{suffix}"' in page, suffix
