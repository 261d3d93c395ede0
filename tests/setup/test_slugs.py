"""Identifiers of instances, and the name an instance gets if it isn't given one."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamindb.setup import slugs
from lamindb.setup.connection import get_owner_name_from_identifier


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("name", ("anonymous", "name")),
        ("owner/name", ("owner", "name")),
        ("owner/name/", ("owner", "name")),
        ("owner/my name", ("owner", "my name")),
        ("https://lamin.ai/owner/name", ("owner", "name")),
        ("http://localhost:8000/owner/name/", ("owner", "name")),
    ],
)
def test_forms_of_an_identifier(identifier, expected):
    assert get_owner_name_from_identifier(identifier) == expected


@pytest.mark.parametrize(
    "identifier",
    ["", "/", "a/b/c", "/name", "owner/", "owner//name", "https://lamin.ai/owner", "ftp://x/a/b"],
)
def test_other_forms_are_refused(identifier):
    with pytest.raises(ValueError, match="The instance identifier needs to be 'owner/name'"):
        get_owner_name_from_identifier(identifier)


@pytest.mark.parametrize(
    ("storage", "root", "db", "name"),
    [
        ("./storage", "/x/MyProject/storage", None, "myproject"),
        ("./My-Data", "/x/My-Data", None, "my-data"),
        (".", "/x/MyProject", None, "myproject"),
        ("s3://Bucket/", "s3://Bucket", None, "bucket"),
        (
            "s3://b/key?endpoint_url=http://h:9/x",
            "s3://b/key?endpoint_url=http://h:9/x",
            None,
            "key",
        ),
        ("./storage", "/x/storage", "postgresql://u:p@h:5/My_db?sslmode=require", "My_db"),
    ],
)
def test_default_names(tmp_path, monkeypatch, storage, root, db, name):
    folder = tmp_path / "MyProject"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert slugs.default_name(storage, root, db) == name


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\nb", "a\0b", "x" * 300])
def test_names_that_fit_nowhere_are_refused(name):
    with pytest.raises(ValueError, match="Invalid instance name"):
        slugs.check_name(name)


@pytest.mark.parametrize(
    ("instance", "is_location"),
    [
        ("/data/store", True),
        ("./store", True),
        ("~/store", True),
        (Path("store"), True),
        ("s3://bucket", True),
        ("postgresql://localhost/db", True),
        ("owner/name", False),
        ("name", False),
        ("https://lamin.ai/owner/name", False),
    ],
)
def test_what_is_a_place_rather_than_an_identifier(instance, is_location):
    assert slugs.is_location(instance) is is_location
