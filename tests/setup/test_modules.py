"""Modules: which packages may be imported, and adding further ones to an instance."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest

from lamindb.errors import CurrentInstanceNotConfigured, InvalidArgument, ModuleWasntConfigured
from lamindb.setup import files, init, module_packages, settings
from lamindb.setup.modules import _check_instance_setup, add_modules, check_mounted, mount_modules


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("bionty,pertdb", ["bionty", "pertdb"]),
        (" bionty , pertdb,", ["bionty", "pertdb"]),
        (["pertdb", "bionty"], ["pertdb", "bionty"]),
        (("bionty", "bionty"), ["bionty"]),
        ({"pertdb", "bionty"}, ["bionty", "pertdb"]),
        ("my-module", ["my_module"]),
        ("lamindb,bionty", ["bionty"]),
        ("", []),
        (None, []),
    ],
)
def test_names_of_modules(value, names):
    assert module_packages.parse_modules(value) == names


@pytest.mark.parametrize("value", [3, ["bionty", 3], {"a": 1}])
def test_other_values_are_refused(value):
    with pytest.raises(InvalidArgument, match="modules must be names like"):
        module_packages.parse_modules(value)


def test_a_legacy_package_name_comes_first(custom_module):
    assert module_packages.import_name("custom1") == "custom1"
    custom_module.folder.rename(custom_module.folder.with_name("lnschema_custom1"))
    assert module_packages.import_name("custom1") == "lnschema_custom1"
    assert module_packages.package_folder("custom1").name == "lnschema_custom1"
    assert module_packages.import_name("not installed") is None


def test_a_module_in_one_file(tmp_path, monkeypatch):
    (tmp_path / "single1.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert module_packages.package_folder("single1") == tmp_path


# -- without an instance -------------------------------------------------------------------------


def test_modules_of_the_environment(monkeypatch):
    assert settings.modules == {"bionty"}, "installed, so it is the default"
    files.write_text(files.current_modules_file(), "pertdb, custom1\n")
    assert settings.modules == {"pertdb", "custom1"}
    monkeypatch.setenv("LAMINDB_MODULES", " a, b ")
    assert settings.modules == {"a", "b"}
    monkeypatch.setenv("LAMINDB_MODULES", "")
    assert settings.modules == set()


@pytest.mark.parametrize("value", ["bionty,custom1", ["bionty", "custom1"], {"custom1", "bionty"}])
def test_setting_the_modules_of_the_environment(custom_module, value):
    settings.modules = value
    assert files.current_modules_file().read_text() == "bionty,custom1"
    assert settings.modules == {"bionty", "custom1"}
    settings.modules = None
    assert not files.current_modules_file().exists()
    settings.modules = None


def test_a_module_that_is_not_installed_is_refused():
    with pytest.raises(ValueError, match="schema module 'unknown1' is not installed"):
        settings.modules = "bionty,unknown1"
    assert not files.current_modules_file().exists()


def test_the_instance_decides(in_tmp, monkeypatch):
    monkeypatch.setenv("LAMINDB_MODULES", "custom1")
    init(storage="./data", modules="bionty")
    assert settings.modules == {"bionty"}


# -- importing -----------------------------------------------------------------------------------


def test_a_module_of_the_environment_may_be_imported(monkeypatch):
    assert _check_instance_setup(from_module="bionty") is False
    monkeypatch.setenv("LAMINDB_MODULES", "")
    with pytest.raises(ModuleWasntConfigured) as error:
        _check_instance_setup(from_module="bionty")
    assert str(error.value) == (
        "'bionty' wasn't configured in this environment -- run: lamin settings modules set bionty\n"
        "or initialize an instance with it: lamin init --modules bionty"
    )


def test_a_module_of_the_instance_may_be_imported(in_tmp):
    init(storage="./data")
    with pytest.raises(ModuleWasntConfigured) as error:
        check_mounted("bionty")
    assert str(error.value) == (
        "'bionty' wasn't configured in this environment -- run: lamin settings modules set bionty\n"
        "or add it to instance anonymous/data: lamin settings modules add bionty"
    )
    init(storage="./data", modules="bionty")
    assert _check_instance_setup(from_module="bionty") is True


@pytest.mark.parametrize(
    "statements",
    [
        "import custom1",
        "import lamindb; import custom1",
        "import custom1; import bionty; import lamindb",
        "import bionty; import custom1",
        "import lamindb_setup; import custom1",
        "import lamindb.models; import custom1",
    ],
)
def test_any_order_of_imports_connects(in_tmp, custom_module, run_python, statements):
    init(storage="./data", modules="bionty,custom1")
    code = f"""
{statements}
import custom1, lamindb as ln
custom1.Plate.objects.create(name="P1", branch_id=1)
from django.apps import apps
print(sorted(apps.app_configs))
try:
    ln.Branch.objects.get(id=1).delete(permanent=True)
except Exception as error:
    print("Plate" in str(error) or "reference" in str(error))
"""
    result = run_python(code, env=custom_module.environment)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "→ connected lamindb: anonymous/data"
    assert lines[1] == "['bionty', 'custom1', 'lamindb']"


def test_importing_a_module_that_the_instance_lacks(in_tmp, custom_module, run_python):
    init(storage="./data")
    result = run_python("import custom1", env=custom_module.environment)
    assert result.returncode == 1
    assert "ModuleWasntConfigured: 'custom1' wasn't configured in this env" in result.stderr


def test_a_broken_module_does_not_keep_others_from_working(in_tmp, custom_module, run_python):
    init(storage="./data", modules="custom1")
    (custom_module.folder / "models.py").write_text("import no_such_package")
    code = "import lamindb as ln; print(ln.ULabel.filter().count())"
    result = run_python(code, env=custom_module.environment)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[1:] == [
        "! cannot import module 'custom1': ModuleNotFoundError: No module named 'no_such_package'",
        "0",
    ]


def test_relations_of_modules_are_followed_only_where_the_tables_exist(in_tmp, custom_module):
    from django.apps import apps

    from lamindb.setup.connection import connect

    init(storage="./a", modules="custom1")
    import custom1

    init(storage="./b")
    assert "custom1" not in apps.app_configs
    connect("a")
    assert "custom1" in apps.app_configs
    assert custom1.Plate.objects.count() == 0


# -- adding --------------------------------------------------------------------------------------


def test_adding_modules_to_the_connected_instance(in_tmp, printed, new_process):
    init(storage="./data")
    from lamindb.setup.connection import connect_and_persist

    connect_and_persist("data")
    printed()
    mount_modules("bionty")
    assert printed() == ["→ added modules: bionty"]
    mount_modules(["bionty"])
    assert printed() == ["→ anonymous/data has these modules: bionty"]
    assert "schema_str=bionty" in settings.instance.file.read_text()
    os.remove(".lamin/current_instance")
    new_process()
    assert settings.instance.modules == {"bionty"}, "also as the global default"


def test_adding_needs_an_instance(in_tmp):
    with pytest.raises(CurrentInstanceNotConfigured):
        mount_modules("bionty")


def test_adding_a_module_that_is_not_installed(in_tmp, tree):
    init(storage="./data")
    before = tree(files.settings_dir())
    with pytest.raises(ImportError, match="schema module 'unknown1' is not installed"):
        mount_modules("unknown1")
    assert tree(files.settings_dir()) == before


def test_a_failing_addition_adds_nothing(in_tmp, monkeypatch, tree):
    from lamindb.setup import schema_scripts

    def fail(*args):
        raise KeyboardInterrupt

    init(storage="./data")
    monkeypatch.setattr(schema_scripts, "insert_module_rows", fail)
    with pytest.raises(KeyboardInterrupt):
        init(storage="./data", modules="bionty")
    assert settings.instance.modules == set()
    assert "schema_str=null" in settings.instance.file.read_text()
    with closing(sqlite3.connect("data/.lamindb/lamin.db")) as connection:
        tables = "SELECT COUNT(*) FROM sqlite_master WHERE name LIKE 'bionty%'"
        assert connection.execute(tables).fetchone() == (0,)


def test_a_failing_migration_adds_nothing(in_tmp, custom_module, tree):
    from lamindb.errors import InstanceNotCreated

    init(storage="./data")
    before = tree(files.settings_dir())
    custom_module.write_migration(more='migrations.RunSQL("SELECT no_such_column"),')
    with pytest.raises(InstanceNotCreated, match="Cannot connect anonymous/data: no such column"):
        init(storage="./data", modules="custom1")
    with pytest.raises(Exception, match="no such column"):
        mount_modules("custom1")
    assert settings.instance.modules == set()
    assert tree(files.settings_dir()) == before
    custom_module.write_migration()


def test_nothing_to_add_costs_nothing(in_tmp, count_queries):
    init(storage="./data", modules="bionty")
    with count_queries() as queries:
        assert add_modules(settings.instance, ["bionty"]) == []
    assert queries.count == 0
