"""The check of ``datapackage.json`` itself: that every table, column, type and key that it names is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from .data import SCHEMA, WRITTEN
from .problems import Problem, did_you_mean

CONSTRAINTS = ("required", "unique", "enum", "pattern", "minimum", "maximum")


def check(package: dict[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the descriptor ``package``."""
    resources = package.get("resources")
    if not isinstance(resources, list) or not all(isinstance(resource, dict) for resource in resources):
        yield _problem("it has no list of resources.", "Restore it: each table is one of them.")
        return
    whole = []
    for number, resource in enumerate(resources, start=1):
        faults = list(_resource(resource, number))
        yield from faults
        whole += [] if faults else [resource]
    for name, count in Counter(resource["name"] for resource in whole).items():
        if count > 1:
            yield _problem(f"table {name} is described {count} times.", "Take the others out.")
    columns = {resource["name"]: _names(resource) for resource in whole}
    for resource in whole:
        yield from _fields(resource)
        yield from _keys(resource, columns)


def _problem(rule: str, remedy: str = "") -> Problem:
    return Problem(f"data/{SCHEMA}", 0, "", "", rule, remedy)


def _names(resource: dict[str, Any]) -> list[str]:
    return [field["name"] for field in resource["schema"]["fields"]]


def _resource(resource: dict[str, Any], number: int) -> Iterator[Problem]:
    """Yield what one table lacks without which nothing else can be read."""
    called = f"table {resource['name']}" if resource.get("name") else f"resource {number}"
    for key in ("name", "path", "schema"):
        if not resource.get(key):
            yield _problem(f"{called} has no {key}.", "Describe it as the others are.")
            return
    if resource["path"] != f"{resource['name']}.csv":
        told = f"{called} has the path {resource['path']!r}."
        yield _problem(told, f"A table has the name of its file: {resource['name']}.csv in this folder.")
    fields = resource["schema"].get("fields") if isinstance(resource["schema"], dict) else None
    if not isinstance(fields, list) or not fields or not all(isinstance(f, dict) and f.get("name") for f in fields):
        yield _problem(f"{called} has no list of fields, each with a name.", "Describe each of its columns.")


def _fields(resource: dict[str, Any]) -> Iterator[Problem]:
    """Yield types and constraints that nobody would check."""
    for name, count in Counter(_names(resource)).items():
        if count > 1:
            yield _problem(f"table {resource['name']} describes column {name} {count} times.", "Take the others out.")
    for field in resource["schema"]["fields"]:
        called = f"table {resource['name']}, column {field['name']}"
        kind = field.get("type")
        if kind not in WRITTEN:
            known = did_you_mean(str(kind), WRITTEN) or f"Use one of {', '.join(WRITTEN)}."
            yield _problem(f"{called} has the type {kind!r}, which is none.", known)
        limits = field.get("constraints", {})
        for name in limits if isinstance(limits, dict) else [str(limits)]:
            if name not in CONSTRAINTS:
                known = did_you_mean(name, CONSTRAINTS) or f"Use one of {', '.join(CONSTRAINTS)}."
                yield _problem(f"{called} has the constraint {name!r}, which is none.", known)
        if isinstance(limits, dict):
            yield from _limits(called, limits)
    if resource["schema"].get("missingValues", [""]) != [""]:
        yield _problem(f"table {resource['name']}: missingValues must be empty cells alone.", 'Write [""].')


def _limits(called: str, limits: dict[str, Any]) -> Iterator[Problem]:
    """Yield constraints whose value cannot be used."""
    try:
        re.compile(str(limits.get("pattern", "")))
    except re.error as error:
        yield _problem(f"{called} has a pattern that cannot be read ({error}).", "Correct it.")
    if not isinstance(limits.get("enum", []), list):
        yield _problem(f"{called} has an enum that is no list.", 'Write ["yes", "no"].')
    for name in ("minimum", "maximum"):
        if not isinstance(limits.get(name, 0), int | float):
            yield _problem(f"{called} has a {name} that is no number.", "Write it without quotation marks.")


def _keys(resource: dict[str, Any], columns: dict[str, list[str]]) -> Iterator[Problem]:
    """Yield keys of columns or tables that are not there: their rules would never run."""
    name, schema = resource["name"], resource["schema"]
    keys = [(name, schema.get("primaryKey", []), "the primary key")]
    if not schema.get("primaryKey"):
        yield _problem(f"table {name} has no primary key.", "Name the columns that tell its rows apart.")
    for key in schema.get("foreignKeys", []):
        reference = key.get("reference", {})
        target = reference.get("resource") or name
        own, other = key.get("fields", []), reference.get("fields", [])
        if target not in columns:
            told = did_you_mean(target, columns) or "Name a table of this package."
            yield _problem(f"table {name}: a foreign key leads to {target!r}, which is no table.", told)
            continue
        if not isinstance(own, list) or not isinstance(other, list) or len(own) != len(other):
            yield _problem(f"table {name}: a foreign key to {target} does not pair its columns.", "Write two lists.")
            continue
        keys += [(name, own, f"the foreign key to {target}"), (target, other, f"the foreign key of {name}")]
    for table, names, key in keys:
        for column in names if isinstance(names, list) else [names]:
            if column not in columns[table]:
                known = did_you_mean(str(column), columns[table]) or "Name a column of the table."
                yield _problem(f"table {table} has no column {column!r}, which {key} names.", known)
