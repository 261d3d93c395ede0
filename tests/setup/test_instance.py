"""Instance settings and their file."""

from __future__ import annotations

import stat

import pytest

from lamindb.base.ids import instance_id
from lamindb.errors import SettingsEnvFileOutdated
from lamindb.setup import files
from lamindb.setup.instance import InstanceSettings, find_instance, placeholder, read_instance
from lamindb.setup.storage_root import StorageSettings

TEXT = """\
lamindb_instance_owner=anonymous
lamindb_instance_name=lamindb-tutorial
lamindb_instance_storage_root=/data/lamindb-tutorial
lamindb_instance_storage_region=null
lamindb_instance_db=null
lamindb_instance_schema_str=bionty,pertdb
lamindb_instance_id=b7aa51c3391153ceb0f6b339babffe3c
lamindb_instance_git_repo=null
lamindb_instance_keep_artifacts_local=False
lamindb_instance_api_url=null
lamindb_instance_schema_id=null
lamindb_instance_fine_grained_access=False
lamindb_instance_db_permissions=null
lamindb_instance_is_clone=False
"""
REQUIRED = [line.partition("=")[0] for line in TEXT.splitlines()[:9]]
POSTGRES = "postgresql://anna:secret@{}:5432/research"


def make(root: str = "/data/store", **options) -> InstanceSettings:
    return InstanceSettings(instance_id("anna/x"), "anna", "x", StorageSettings(root), **options)


def write(text: str = TEXT, name: str = "lamindb-tutorial"):
    path = files.instance_file("anonymous", name)
    files.write_text(path, text)
    return path


def test_a_file_is_read_and_written_without_loss():
    instance = read_instance(write())
    assert instance.as_text() == TEXT
    assert instance.slug == "anonymous/lamindb-tutorial"
    assert instance.uid == "5WCoFhciyw3n"
    assert instance._id == instance_id("anonymous/lamindb-tutorial")
    assert instance.modules == {"bionty", "pertdb"}
    assert instance.modules_in_order == ["bionty", "pertdb"]
    assert instance.db == "sqlite:////data/lamindb-tutorial/.lamindb/lamin.db"
    assert (instance.dialect, instance.vendor) == ("sqlite", "sqlite")


def test_every_value_survives():
    text = TEXT.replace("region=null", "region=eu-central-1").replace("False", "True")
    text = text.replace("db=null", "db=postgresql://a:b@h/x").replace("url=null", "url=https://x")
    text = text.replace("repo=null", "repo=https://github.com/a/b").replace(
        "ions=null", "ions=read"
    )
    text = text.replace("schema_id=null", f"schema_id={'0' * 32}")
    assert read_instance(write(text)).as_text() == text


@pytest.mark.parametrize("key", REQUIRED)
def test_a_missing_key_is_named(key):
    path = write("".join(line for line in TEXT.splitlines(True) if not line.startswith(key)))
    with pytest.raises(SettingsEnvFileOutdated, match=rf"{path} lacks '{key}'.*Delete"):
        read_instance(path)


def test_further_keys_are_optional_and_unknown_ones_ignored():
    text = "".join(TEXT.splitlines(True)[:9]) + "lamindb_instance_colour=red\n"
    assert read_instance(write(text)).as_text() == TEXT


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id=b7aa51", "id=xyz", "instance id 'xyzc3391153ceb0f6b339babffe3c' is not a UUID"),
        ("owner=anonymous", "owner=null", "owner, name or storage root is missing"),
        ("db=null", "db=mysql://h/x", "Invalid scheme: 'mysql'"),
        ("root=/data", "root=ftp://data", "Protocol ftp is not supported"),
    ],
)
def test_a_damaged_value_is_named(old, new, message):
    path = write(TEXT.replace(old, new))
    with pytest.raises(SettingsEnvFileOutdated, match=message) as error:
        find_instance("anonymous", "lamindb-tutorial")
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("True", True), ("1", True), ("YES", True), ("False", False), ("0", False), ("null", False)],
)
def test_booleans(value, expected):
    path = write(TEXT.replace("local=False", f"local={value}"))
    assert read_instance(path).keep_artifacts_local is expected


def test_an_instance_is_found_by_owner_and_name():
    write()
    assert find_instance("anonymous", "lamindb-tutorial") is not None
    assert find_instance("anonymous", "other") is None


def test_slugs_that_share_a_file_name_are_told_apart():
    write(TEXT.replace("name=lamindb-tutorial", "name=a--b"), name="a--b")
    assert find_instance("anonymous", "a--b") is not None
    assert find_instance("anonymous--a", "b") is None


def test_files_with_a_password_are_private():
    for instance, mode in [(make(db=POSTGRES.format("localhost")), 0o600), (make(), 0o644)]:
        instance.write()
        assert stat.S_IMODE(instance.file.stat().st_mode) & 0o077 == mode & 0o077


def test_the_placeholder():
    nothing = placeholder()
    assert nothing.slug == "none/none"
    assert nothing.uid == "6FzkxtOpgftZ"
    assert nothing.db == "sqlite:///:memory:"
    assert nothing.storage is None
    assert not nothing.is_remote


@pytest.mark.parametrize(
    ("root", "host", "is_remote"),
    [
        ("/data", None, False),
        ("/data", "localhost", False),
        ("/data", "db.example.com", True),
        ("s3://bucket", None, True),
        ("s3://bucket", "localhost", True),
    ],
)
def test_what_is_remote(root, host, is_remote):
    assert make(root, db=host and POSTGRES.format(host)).is_remote is is_remote


def test_passwords_do_not_show():
    instance = make(db=POSTGRES.format("db.example.com"), modules="bionty")
    assert instance.db == POSTGRES.format("db.example.com")
    assert repr(instance) == (
        "Instance: anna/x\n - storage: /data/store\n"
        " - db: postgresql://anna:***@***:5432/research\n - modules: bionty"
    )


def test_the_environment_overrides_the_url_but_not_the_file(monkeypatch):
    instance = make(db=POSTGRES.format("localhost"))
    monkeypatch.setenv("LAMINDB_INSTANCE_DB", POSTGRES.format("elsewhere"))
    assert instance.db == POSTGRES.format("elsewhere")
    assert instance.is_remote
    assert POSTGRES.format("localhost") in instance.as_text()
    assert make().db == "sqlite:////data/store/.lamindb/lamin.db"


def test_the_git_repository_may_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("LAMINDB_SYNC_GIT_REPO", "https://github.com/a/b")
    assert make().git_repo == "https://github.com/a/b"
    assert make(git_repo="https://github.com/c/d").git_repo == "https://github.com/c/d"


def test_keeping_artifacts_local():
    instance = make("s3://bucket")
    with pytest.raises(ValueError, match="`keep_artifacts_local` is False, switch via: "):
        instance.local_storage  # noqa: B018
    with pytest.raises(ValueError, match="must be True or False, got 'yes'"):
        instance.keep_artifacts_local = "yes"
    instance.keep_artifacts_local = True
    assert find_instance("anna", "x").keep_artifacts_local


def test_what_only_a_hub_knows():
    instance = make()
    assert (instance.api_url, instance.ui_url, instance.available_spaces) == (None, None, None)
    assert (instance.is_on_hub, instance.is_managed_by_hub) == (False, False)
