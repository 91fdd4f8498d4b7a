"""Names that data give to files stay in their folder, are names everywhere, and have one owner."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edition import data, paths
from edition.sphinxext import redirects

OUTSIDE = [
    "",
    "/etc/x",
    "../x",
    "a/../../x",
    "a//b",
    "a/",
    "./a",
    ".hidden",
    "a b",
    "a\\b",
    "C:x",
    "a\0b",
    "con",
    "aux.html",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    assert paths.fault(name)
    with pytest.raises(ValueError, match=r"name in the site|some systems"):
        paths.within(tmp_path, name)


@pytest.mark.parametrize("name", ["a", "book/states/afg.html", "_exhibits/fig-x.csv", "a-hrc-res-37-23.ris", "v0.1.0"])
def test_a_name_that_is_one_is_taken(name: str, tmp_path: Path) -> None:
    assert paths.fault(name) == ""
    assert paths.within(tmp_path, name) == tmp_path / name


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/link").symlink_to(tmp_path)
    with pytest.raises(ValueError, match="a link leads out"):
        paths.within(tmp_path / "in", "link/x")


def test_two_owners_of_one_place_are_told() -> None:
    owners = paths.Owners()
    assert owners.clash("_cite/edition", "the edition") == ""
    assert owners.clash("_cite/edition", "the edition") == ""
    assert owners.clash("_cite/Edition", "a page") == "the edition"


@pytest.mark.parametrize(
    ("old", "new"), [("../x.html", "book/a.html"), ("/x.html", "book/a.html"), ("book/x.txt", "book/a.html")]
)
def test_an_old_address_stays_in_the_site(old: str, new: str) -> None:
    (told,) = redirects.faults({old: new}, {"book/a.html": ""})
    assert told.startswith(f"{old} to {new}: ")


@pytest.mark.parametrize("value", ["../votes.csv", "/votes.csv", "sub/votes.csv", "votes .csv"])
def test_a_table_is_a_file_of_the_data_itself(tmp_path: Path, value: str) -> None:
    package = {"resources": [{"name": "votes", "path": value, "schema": {"fields": []}}]}
    (tmp_path / data.SCHEMA).write_text(json.dumps(package))
    with pytest.raises(data.DataError, match=r"datapackage\.json: the table 'votes' has the path"):
        data.resources(tmp_path)
