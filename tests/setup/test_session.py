"""`ln.setup.settings`: what it shows and what can be set."""

from __future__ import annotations

import pytest

from lamindb.base.ids import instance_id
from lamindb.setup import init, login, settings
from lamindb.setup.instance import InstanceSettings
from lamindb.setup.storage_root import StorageSettings


@pytest.fixture(autouse=True)
def system_folder(monkeypatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_DIRS", "/etc/xdg")


def test_everything_at_a_glance(in_tmp, settings_dir, count_queries):
    init(storage="./data", modules="bionty")
    with count_queries() as queries:
        text = repr(settings)
    assert queries.count == 0
    assert (
        text
        == f"""\
Instance: anonymous/data
 - branch: main
 - space: all
 - dev-dir: {in_tmp}
Details:
 - storage: {in_tmp.resolve()}/data
 - db: sqlite:///{in_tmp.resolve()}/data/.lamindb/lamin.db
 - modules: bionty
 - git_repo: None
Settings:
 - modules: bionty
 - cache: {settings_dir.parent}/cache
 - user settings: {settings_dir}
 - system settings: /etc/xdg/lamindb
User: anonymous"""
    )


def test_nothing_connected(in_tmp, settings_dir, monkeypatch):
    monkeypatch.setenv("LAMINDB_MODULES", "")
    login("anna", local=True)
    assert (
        repr(settings)
        == f"""\
Instance: None
Settings:
 - modules: ""
 - cache: {settings_dir.parent}/cache
 - user settings: {settings_dir}
 - system settings: /etc/xdg/lamindb
User: anna"""
    )


def test_an_instance_without_modules(in_tmp):
    init(storage="./data")
    assert repr(settings).count(' - modules: ""\n') == 2


@pytest.mark.parametrize(
    ("root", "local", "line"),
    [
        ("s3://bucket", False, "storage: s3://bucket (eu-central-1)"),
        ("s3://bucket", True, "cloud storage: s3://bucket (eu-central-1)"),
        ("/data", True, "local storage: /data (eu-central-1)"),
    ],
)
def test_storage_lines(in_tmp, root, local, line):
    storage = StorageSettings(root, region="eu-central-1")
    db = "postgresql://anna:secret@db.example.com:5432/x"
    settings._instance = InstanceSettings(
        instance_id("anna/x"), "anna", "x", storage, keep_artifacts_local=local, db=db
    )
    lines = repr(settings).splitlines()
    assert f" - {line}" in lines
    assert " - db: postgresql://anna:***@***:5432/x" in lines


def test_labels_are_coloured_on_a_terminal(in_tmp, monkeypatch):
    monkeypatch.setattr("lamindb.base.log.shows_colors", lambda: True)
    assert "\033[3mbranch\033[0m" not in repr(settings)
    init(storage="./data")
    assert "\033[3mbranch\033[0m: main" in repr(settings)


def test_resolving_does_not_connect(in_tmp, new_process):
    init(storage="./data")
    new_process()
    assert settings.is_configured
    assert not settings.is_connected
    assert settings._instance_exists


def test_settings_without_effect(printed):
    assert settings.auto_connect is True
    assert settings.private_django_api is False
    settings.auto_connect = False
    settings.private_django_api = True
    assert settings.auto_connect is True
    assert settings.private_django_api is False
    assert printed() == [
        "! setting auto_connect has no effect: `import lamindb` always connects",
        "! setting private_django_api has no effect",
    ]


def test_classes_have_the_names_that_r_looks_for(instance):
    for value in (settings, settings.instance, settings.storage, settings.user):
        kind = f"{type(value).__module__}.{type(value).__name__}"
        assert kind.startswith("lamindb") and kind.endswith("Settings")


def test_every_attribute_can_be_read(in_tmp, instance, printed):
    printed()
    for value in (settings, settings.instance, settings.storage, settings.user):
        for name in dir(value):
            if not name.startswith("_") and name != "local_storage":
                getattr(value, name)
    assert printed() == []
