"""One catalogue in four dialects: the same tables, fields, hashes, licence and version; each read by its own reader."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from edition import catalogue, citing, releases

Json = dict[str, Any]
DIALECTS = ("ro-crate-metadata.json", "croissant.json", "dataset.jsonld")


def edition_of(root: Path) -> citing.Edition:
    return citing.read((root / "CITATION.cff").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data package with its catalogue, as a release holds it."""
    place = shutil.copytree(root / "data", tmp_path_factory.mktemp("catalogue") / "data")
    for name, content in catalogue.catalogue(root / "data", edition_of(root)).items():
        (place / name).write_bytes(content)
    return place


@pytest.fixture(scope="module")
def package(folder: Path) -> Json:
    return dict(json.loads((folder / "datapackage.json").read_bytes()))


@pytest.fixture(scope="module")
def croissant(folder: Path) -> Json:
    return dict(json.loads((folder / "croissant.json").read_bytes()))


@pytest.fixture(scope="module")
def crate(folder: Path) -> dict[str, Json]:
    """The entities of the RO-Crate by their id."""
    graph = json.loads((folder / "ro-crate-metadata.json").read_bytes())["@graph"]
    entities = {entity["@id"]: entity for entity in graph}
    assert len(entities) == len(graph), "an entity twice"
    return entities


@pytest.fixture(scope="module")
def linked(folder: Path) -> Json:
    return dict(json.loads((folder / "dataset.jsonld").read_bytes()))


# The dialects agree ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tables(package: Json) -> dict[str, list[str]]:
    """The columns of each file, as the source has them."""
    return {r["path"]: [field["name"] for field in r["schema"]["fields"]] for r in package["resources"]}


def test_croissant_has_the_same_tables_and_columns(croissant: Json, tables: dict[str, list[str]]) -> None:
    found = {
        record["field"][0]["source"]["fileObject"]["@id"]: [field["name"] for field in record["field"]]
        for record in croissant["recordSet"]
    }
    assert found == tables
    assert {file["@id"] for file in croissant["distribution"]} == set(tables)


def test_the_crate_has_the_same_tables_and_columns(crate: dict[str, Json], tables: dict[str, list[str]]) -> None:
    files = {id_: entity for id_, entity in crate.items() if entity.get("encodingFormat") == "text/csv"}
    found = {id_: [crate[part["@id"]]["name"] for part in file["variableMeasured"]] for id_, file in files.items()}
    assert found == tables


def test_schema_org_has_the_same_tables_and_columns(linked: Json, tables: dict[str, list[str]]) -> None:
    found = {
        part["distribution"]["contentUrl"]: [column["name"] for column in part["variableMeasured"]]
        for part in linked["hasPart"]
    }
    assert found == tables


def test_all_hashes_are_those_of_the_files(
    folder: Path, croissant: Json, crate: dict[str, Json], linked: Json, tables: dict[str, list[str]]
) -> None:
    true = {path: hashlib.sha256((folder / path).read_bytes()).hexdigest() for path in tables}
    assert {file["@id"]: file["sha256"] for file in croissant["distribution"]} == true
    assert {path: crate[path]["sha256"] for path in tables} == true
    assert {part["distribution"]["contentUrl"]: part["distribution"]["sha256"] for part in linked["hasPart"]} == true
    assert {path: int(crate[path]["contentSize"]) for path in tables} == {
        path: (folder / path).stat().st_size for path in tables
    }


def test_version_date_licence_and_title_are_the_same(
    root: Path, package: Json, croissant: Json, crate: dict[str, Json], linked: Json
) -> None:
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    licence = package["licenses"][0]["path"]
    assert package["version"] == citation["version"]
    assert package["licenses"][0]["name"] in citation["license"]
    for told in (croissant, crate["./"], linked):
        assert told["version"] == citation["version"]
        assert told["datePublished"] == str(citation["date-released"])
        assert told["name"] == package["title"]
        assert told["description"] == package["description"]
        assert told["keywords"] == package["keywords"]
        assert told["license"] in (licence, {"@id": licence})


def test_no_address_and_no_doi_is_made_up(root: Path, folder: Path) -> None:
    told = edition_of(root)
    for name in DIALECTS:
        content = json.loads((folder / name).read_bytes())
        dataset = content if name != "ro-crate-metadata.json" else content["@graph"][1]
        assert ("identifier" in dataset) == bool(told.doi)
        assert ("url" in dataset) == bool(told.address())


def test_an_address_and_a_doi_are_shown_by_all(root: Path, package: Json) -> None:
    told = replace(edition_of(root), url="https://example.org/edition", doi="10.5555/1")
    data = root / "data"
    crate = {entity["@id"]: entity for entity in catalogue.ro_crate(package, data, told)["@graph"]}
    for dataset in (
        catalogue.croissant(package, data, told),
        catalogue.schema_org(package, data, told),
        crate["./"],
    ):
        assert dataset["url"] == f"https://example.org/edition/{told.version}/"
        assert dataset["identifier"] == "https://doi.org/10.5555/1"


def test_the_catalogue_is_the_same_each_time(root: Path) -> None:
    first, second = (catalogue.catalogue(root / "data", edition_of(root)) for _ in range(2))
    assert first == second
    assert set(first) == set(DIALECTS)


def test_the_site_publishes_the_catalogue(built: Path, root: Path) -> None:
    for name, content in catalogue.catalogue(built / "data", releases.edition(root)).items():
        assert (built / "data" / name).read_bytes() == content


def test_what_is_no_release_has_a_version_that_croissant_takes(root: Path) -> None:
    from mlcroissant._src.core.versions import cast_version

    told = dataclasses.replace(edition_of(root), data="0123456789ab")
    files = {name: json.loads(text) for name, text in catalogue.catalogue(root / "data", told).items()}
    assert cast_version(files["croissant.json"]["version"]) == f"{told.version}+not-released.data.0123456789ab"
    assert (files["dataset.jsonld"]["version"], files["dataset.jsonld"]["creativeWorkStatus"]) == (told.named, "Draft")


# Each reader reads its own --------------------------------------------------------------------------------------------

rdf = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # within mlcroissant


@rdf
def test_mlcroissant_finds_no_fault_and_reads_rows(
    folder: Path, package: Json, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    monkeypatch.chdir(folder)
    with caplog.at_level(logging.WARNING):
        dataset = mlcroissant.Dataset(jsonld="croissant.json")
    issues = dataset.metadata.ctx.issues
    assert not issues.errors
    assert not issues.warnings
    assert not [record for record in caplog.records if "not standard" in record.message]
    rows = list(dataset.records("states"))
    with (folder / "states.csv").open(encoding="utf-8") as file:
        assert len(rows) == sum(1 for _ in file) - 1
    assert rows[0]["states/iso3"] == b"AFG"


@rdf
def test_mlcroissant_would_find_a_fault(folder: Path, tmp_path: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    broken = json.loads((folder / "croissant.json").read_bytes())
    broken["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "nowhere.csv"
    (tmp_path / "croissant.json").write_text(json.dumps(broken))
    with pytest.raises(mlcroissant.ValidationError):
        mlcroissant.Dataset(jsonld=str(tmp_path / "croissant.json"))


def test_references_of_croissant_lead_to_columns(croissant: Json) -> None:
    columns = {field["@id"] for record in croissant["recordSet"] for field in record["field"]}
    references = [
        field["references"]["field"]["@id"]
        for record in croissant["recordSet"]
        for field in record["field"]
        if "references" in field
    ]
    assert "sources/source_id" in references
    assert set(references) <= columns
    keys = {key["@id"] for record in croissant["recordSet"] for key in record["key"]}
    assert keys <= columns


def test_rocrate_reads_every_file(folder: Path, tables: dict[str, list[str]]) -> None:
    rocrate = pytest.importorskip("rocrate.rocrate")
    crate = rocrate.ROCrate(str(folder))
    assert {entity.id for entity in crate.data_entities} == {"datapackage.json", *tables}
    assert crate.root_dataset.get("license").id == "https://creativecommons.org/licenses/by/4.0/"


def crate_faults(graph: list[Json], folder: Path) -> list[str]:
    """What the RO-Crate 1.1 specification asks for with MUST, and is not so."""
    entities = {entity["@id"]: entity for entity in graph}
    descriptor, root = entities.get("ro-crate-metadata.json", {}), entities.get("./", {})
    faults = [f"{entity.get('@id')}: no @id or @type" for entity in graph if not {"@id", "@type"} <= set(entity)]
    faults += ["an @id twice"] if len(entities) < len(graph) else []
    if descriptor.get("@type") != "CreativeWork" or descriptor.get("about") != {"@id": "./"}:
        faults.append("no descriptor of the root")
    if not re.fullmatch(r"https://w3id\.org/ro/crate/1\.\d", descriptor.get("conformsTo", {}).get("@id", "")):
        faults.append("the version of RO-Crate is not told")
    if root.get("@type") != "Dataset":
        faults.append("no root")
    faults += [
        f"the root has no {key}" for key in ("name", "description", "datePublished", "license") if key not in root
    ]
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", root.get("datePublished", "")):
        faults.append("no date of publication")
    listed = {part["@id"] for part in root.get("hasPart", [])}
    files = {id_ for id_, entity in entities.items() if entity["@type"] == "File"}
    faults += [f"{id_} is not part of the root" for id_ in sorted(files - listed)]
    faults += [f"{id_} is not there" for id_ in sorted(files) if not (folder / id_).is_file()]
    referred = {value["@id"] for entity in graph for value in _references(entity)}
    faults += [f"{id_} is not described" for id_ in sorted(referred - set(entities)) if not id_.startswith("http")]
    return faults


def _references(entity: Json) -> list[Json]:
    """The references of an entity to others: objects with nothing but an @id."""
    values = [part for value in entity.values() for part in (value if isinstance(value, list) else [value])]
    return [value for value in values if isinstance(value, dict)]


def test_the_crate_keeps_the_specification(crate: dict[str, Json], folder: Path) -> None:
    content = json.loads((folder / "ro-crate-metadata.json").read_bytes())
    assert content["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    assert crate_faults(list(crate.values()), folder) == []
    flat = [value for entity in crate.values() for value in _references(entity)]
    assert all(set(value) == {"@id"} for value in flat), "entities are not nested"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda graph: graph[0].pop("about"), "no descriptor of the root"),
        (lambda graph: graph[1].pop("license"), "the root has no license"),
        (lambda graph: graph[1]["hasPart"].pop(), "is not part of the root"),
        (lambda graph: graph.append({"@id": "gone.csv", "@type": "File"}), "gone.csv is not there"),
        (lambda graph: graph[1].update(author=[{"@id": "#nobody"}]), "#nobody is not described"),
    ],
)
def test_a_broken_crate_is_seen(crate: dict[str, Json], folder: Path, change: Any, fault: str) -> None:
    graph = json.loads(json.dumps(list(crate.values())))
    change(graph)
    assert any(fault in found for found in crate_faults(graph, folder))


def test_schema_org_has_what_search_engines_ask_of_a_dataset(linked: Json) -> None:
    assert linked["@context"] == "https://schema.org/"
    for dataset in (linked, *linked["hasPart"]):
        assert dataset["@type"] == "Dataset"
        assert dataset["name"]
        assert 50 <= len(dataset["description"]) <= 5000, dataset["name"]
        assert dataset["license"].startswith("https://")
    assert {part["distribution"]["encodingFormat"] for part in linked["hasPart"]} == {"text/csv"}


# Zenodo ---------------------------------------------------------------------------------------------------------------


def test_zenodo_is_told_what_the_citation_says(root: Path) -> None:
    """No version and no date: Zenodo takes them from the release, so that they stand in CITATION.cff alone."""
    zenodo = json.loads((root / ".zenodo.json").read_text(encoding="utf-8"))
    told = edition_of(root)
    assert zenodo["title"] == told.title
    assert zenodo["description"] == told.abstract
    assert zenodo["keywords"] == list(told.keywords)
    assert [creator["name"] for creator in zenodo["creators"]] == [name.natural for name in told.authors]
    assert zenodo["license"] == "cc-by-4.0"
    assert zenodo["upload_type"] == "dataset"
    assert zenodo["access_right"] == "open"
    assert not {"version", "publication_date", "doi"} & set(zenodo)
