"""The exports of the register are what it says, entry for entry, and keep the rules of their formats."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
from jsonschema import Draft202012Validator

from edition import bibliography, data


def test_the_committed_file_is_the_generated_one(root: Path) -> None:
    made = bibliography.bibtex(data.load("sources", root / "data"))
    assert (root / "book/references.bib").read_text("utf-8") == made, "run make book and commit book/references.bib"


def test_every_source_has_one_entry_with_balanced_braces(root: Path) -> None:
    sources = data.load("sources", root / "data")
    entries = bibliography.bibtex(sources).split("\n@")[1:]
    keys = [re.match(r"\w+\{([^,]+),", entry)[1] for entry in entries]  # type: ignore[index]
    assert keys == list(sources.source_id)
    for entry in entries:
        plain = re.sub(r"\\[{}]", "", entry)
        assert plain.count("{") == plain.count("}"), entry


def test_what_bibtex_would_misread_is_escaped() -> None:
    row = dict.fromkeys(("source_id", "symbol", "title", "author", "publisher", "date", "type", "url"), "")
    row |= {"source_id": "a-b", "title": "Rights & duties: 50% {sic}", "type": "report", "date": "1949-03"}
    made = bibliography.bibtex(pd.DataFrame([row]))
    assert r"title = {{Rights \& duties: 50\% \{sic\}}}" in made
    assert "@techreport{a-b," in made
    assert "year = {1949},\n  month = {3},\n  date = {1949-03}" in made


def test_every_source_has_one_ris_record_that_is_well_formed(root: Path) -> None:
    sources = data.load("sources", root / "data")
    lines = bibliography.ris(sources).splitlines()
    assert not [line for line in lines if line and not re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line)]
    records = [record.splitlines() for record in bibliography.ris(sources).strip("\n").split("\n\n")]
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
    for record in bibliography.ris(sources.reset_index()).strip("\n").split("\n\n"):
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
    row = dict.fromkeys(("source_id", "symbol", "title", "author", "publisher", "date", "type", "url"), "")
    row |= {"source_id": "a-b", "title": "T", "author": "Lee, Kristine; United Nations, Treaty Section", "type": "news"}
    row |= {"publisher": "The Paper", "date": "2019-02"}
    (item,) = json.loads(bibliography.csl_json(pd.DataFrame([row])))
    assert item["author"] == [{"family": "Lee", "given": "Kristine"}, {"literal": "United Nations, Treaty Section"}]
    assert item["container-title"] == "The Paper"
    assert item["issued"] == {"date-parts": [[2019, 2]]}
    assert "T2  - The Paper\nPY  - 2019\nDA  - 2019/02//\n" in bibliography.ris(pd.DataFrame([row]))


def test_the_site_offers_every_format(built: Path, root: Path) -> None:
    sources = data.load("sources", root / "data")
    page = (built / "book/apparatus/sources.html").read_text("utf-8")
    for suffix, make in bibliography.FORMATS.items():
        assert (built / f"references.{suffix}").read_text("utf-8") == make(sources)
        assert f'href="../../references.{suffix}"' in page, suffix
