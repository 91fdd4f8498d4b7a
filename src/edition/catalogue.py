"""One catalogue in four dialects: RO-Crate, Croissant and schema.org, generated from ``data/datapackage.json``.

The data package is the source: tables, fields, types, keys and licence come from it, the version from CITATION.cff,
hashes and sizes from the files themselves. Paths are from the folder that holds ``datapackage.json``.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from . import imprint
from .citing import Edition

Json = dict[str, Any]

CROISSANT = "http://mlcommons.org/croissant/1.0"
RO_CRATE = "https://w3id.org/ro/crate/1.1"
# A field's type in the data package, in Croissant and in schema.org's words for values.
_CROISSANT_TYPES = {
    "string": "sc:Text",
    "any": "sc:Text",
    "integer": "sc:Integer",
    "year": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
}
# The context that the Croissant specification gives, word for word.
_CROISSANT_CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def catalogue(data: Path, edition: Edition) -> dict[str, bytes]:
    """Return the three files of the catalogue that are generated, by name; ``data`` holds ``datapackage.json``."""
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    dialects = {
        "ro-crate-metadata.json": ro_crate(package, data, edition),
        "croissant.json": croissant(package, data, edition),
        "dataset.jsonld": schema_org(package, data, edition),
    }
    return {name: _written(content) for name, content in dialects.items()}


def _written(content: Json) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def ro_crate(package: Json, data: Path, edition: Edition) -> Json:
    """Return the metadata of an RO-Crate 1.1: the folder, each of its files, its makers and its licence."""
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": RO_CRATE},
        "about": {"@id": "./"},
    }
    people = [{"@id": f"#{_slug(name)}", "@type": "Organization", "name": name} for name in _authors(edition)]
    licence = {"@id": _licence(package), "@type": "CreativeWork", "name": package["licenses"][0]["title"]}
    columns = [column for resource in package["resources"] for column in _columns(resource)]
    schema = _file("datapackage.json", data, "application/json", "The schema: every table and every column")
    files = [{**schema, "conformsTo": {"@id": "https://specs.frictionlessdata.io/tabular-data-package/"}}]
    for resource in package["resources"]:
        files.append(
            {
                **_file(resource["path"], data, "text/csv", resource["title"]),
                "description": resource["description"],
                "variableMeasured": [{"@id": column["@id"]} for column in _columns(resource)],
            }
        )
    root = {
        "@id": "./",
        "@type": "Dataset",
        **_common(package, edition),
        **_status(edition),
        "license": {"@id": licence["@id"]},
        "author": [{"@id": person["@id"]} for person in people],
        "hasPart": [{"@id": file["@id"]} for file in files],
    }
    return {
        "@context": [f"{RO_CRATE}/context", {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}],
        "@graph": [descriptor, root, *files, *columns, *people, licence],
    }


def _file(path: str, data: Path, media_type: str, name: str) -> Json:
    content = (data / path).read_bytes()
    return {
        "@id": path,
        "@type": "File",
        "name": name,
        "encodingFormat": media_type,
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _columns(resource: Json) -> list[Json]:
    """Return the columns of a table as property values of schema.org."""
    return [
        {
            "@id": f"#{resource['name']}/{field['name']}",
            "@type": "PropertyValue",
            "name": field["name"],
            "description": _told(field),
            **({"unitText": field["unit"]} if field.get("unit") else {}),
        }
        for field in resource["schema"]["fields"]
    ]


def _names(resource: Json) -> list[str]:
    return [field["name"] for field in resource["schema"]["fields"]]


def croissant(package: Json, data: Path, edition: Edition) -> Json:
    """Return the dataset in Croissant 1.0: a file object and a record set for each table."""
    keys = {resource["name"]: resource["schema"].get("primaryKey", []) for resource in package["resources"]}
    return {
        "@context": _CROISSANT_CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CROISSANT,
        **_common(package, edition),
        "version": edition.semantic,
        "license": _licence(package),
        "citeAs": imprint.reference(edition),
        "creator": [{"@type": "sc:Organization", "name": name} for name in _authors(edition)],
        "distribution": [_file_object(resource, data) for resource in package["resources"]],
        "recordSet": [_record_set(resource, keys) for resource in package["resources"]],
    }


def _file_object(resource: Json, data: Path) -> Json:
    file = _file(resource["path"], data, "text/csv", resource["path"])
    return {
        "@type": "cr:FileObject",
        "@id": file["@id"],
        "name": file["name"],
        "description": resource["title"],
        "contentUrl": resource["path"],
        "contentSize": f"{file['contentSize']} B",
        "encodingFormat": file["encodingFormat"],
        "sha256": file["sha256"],
    }


def _record_set(resource: Json, keys: dict[str, list[str]]) -> Json:
    name = resource["name"]
    references = {
        key["fields"][0]: {
            "references": {"field": {"@id": f"{key['reference']['resource'] or name}/{key['reference']['fields'][0]}"}}
        }
        for key in resource["schema"].get("foreignKeys", [])
        if len(key["fields"]) == 1 and keys[key["reference"]["resource"] or name] == key["reference"]["fields"]
    }
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": resource["description"],
        "key": [{"@id": f"{name}/{field}"} for field in keys[name]],
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{field['name']}",
                "name": field["name"],
                "description": _told(field),
                "dataType": _CROISSANT_TYPES[field["type"]],
                "source": {"fileObject": {"@id": resource["path"]}, "extract": {"column": field["name"]}},
                **references.get(field["name"], {}),
            }
            for field in resource["schema"]["fields"]
        ],
    }


def schema_org(package: Json, data: Path, edition: Edition) -> Json:
    """Return the dataset in schema.org's words, each table a part of it with its file and its columns."""
    parts = []
    for resource in package["resources"]:
        file = _file(resource["path"], data, "text/csv", resource["title"])
        download = {key: file[key] for key in ("encodingFormat", "contentSize", "sha256")}
        parts.append(
            {
                "@type": "Dataset",
                "@id": f"#{resource['name']}",
                "name": resource["title"],
                "description": f"{resource['description']} Columns: {', '.join(_names(resource))}.",
                "license": _licence(package),
                "distribution": {"@type": "DataDownload", "contentUrl": resource["path"], **download},
                "variableMeasured": [
                    {key: value for key, value in column.items() if key != "@id"} for column in _columns(resource)
                ],
            }
        )
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        **_common(package, edition),
        **_status(edition),
        "license": _licence(package),
        "creator": [{"@type": "Organization", "name": name} for name in _authors(edition)],
        "creditText": imprint.reference(edition),
        "isAccessibleForFree": True,
        "inLanguage": "en",
        "hasPart": parts,
    }


def _common(package: Json, edition: Edition) -> Json:
    """Return what all dialects say in the same words; an address and a DOI only where CITATION.cff has them."""
    return {
        "name": package["title"],
        "description": package["description"],
        "version": edition.named,
        # Of what is no release, the date of the release before: the dialects ask for one.
        "datePublished": edition.released,
        "keywords": list(package["keywords"]),
        **({"url": edition.address()} if edition.address() else {}),
        **({"identifier": f"https://doi.org/{edition.doi}"} if edition.doi else {}),
    }


def _status(edition: Edition) -> Json:
    return {"creativeWorkStatus": "Draft"} if edition.data else {}


def _licence(package: Json) -> str:
    return str(package["licenses"][0]["path"])


def _told(field: Json) -> str:
    return ". ".join(part.rstrip(".") for part in (field.get("title", ""), field.get("description", "")) if part) + "."


def _authors(edition: Edition) -> list[str]:
    return [name.natural for name in edition.authors]


def _slug(name: str) -> str:
    return "-".join(name.lower().split())
