"""Names, signatures and weight of the setup layer, and the packages that alias it."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest

import lamindb.setup as setup
from lamindb.setup import connection, init
from tests.support.processes import ROOT

SIGNATURES = {
    "init": "storage='./storage', name=None, db=None, modules=None, kwargs",
    "login": "user=None, api_key=None, local=False, name=None, kwargs",
    "logout": "",
    "disconnect": "mute=False, here=False",
    "delete": "slug, force=False, require_empty=True",
    "django": "command, package_name=None, kwargs",
    "register": "",
}


def parameters(function) -> str:
    return ", ".join(
        p.name if p.default is p.empty else f"{p.name}={p.default!r}"
        for p in inspect.signature(function).parameters.values()
    )


def test_public_names():
    names = "login logout init disconnect close delete register migrate django settings"
    names = {*names.split(), "core", "errors", "types", "logger"}
    assert set(dir(setup)) - {"switch", "merge"} == names
    for name in dir(setup):
        assert getattr(setup, name) is not None
    assert setup.close is setup.disconnect
    with pytest.raises(AttributeError, match="no attribute 'connect'"):
        setup.connect  # noqa: B018


def test_names_of_higher_layers_are_added(monkeypatch):
    monkeypatch.setattr(setup, "_NAMES", dict(setup._NAMES))
    setup.extend({"instance_id": "lamindb.base.ids:instance_id"})
    assert "instance_id" in dir(setup)
    assert setup.instance_id("anonymous/x").version == 5
    del setup.instance_id


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(name):
    assert parameters(getattr(setup, name)) == SIGNATURES[name]


def test_names_stay_functions_after_all_modules_are_imported(run_python):
    code = """
import importlib, pkgutil, lamindb.setup as s
for module in pkgutil.walk_packages(s.__path__, "lamindb.setup."):
    importlib.import_module(module.name)
from types import ModuleType
print([n for n in dir(s) if isinstance(getattr(s, n), ModuleType)])
"""
    result = run_python(code)
    assert result.stdout.splitlines()[-1] == "['core', 'errors', 'types']", result.stderr


def test_exceptions_are_those_of_lamindb():
    import lamindb.errors

    for name in setup.errors.__all__:
        assert getattr(setup.errors, name) is getattr(lamindb.errors, name)


@pytest.mark.parametrize(
    "statement",
    [
        "import lamindb.setup; lamindb.setup.settings.instance",
        "import lamindb.setup; repr(lamindb.setup.settings)",
        "import lamindb.setup; lamindb.setup.init; lamindb.setup.delete; lamindb.setup.login",
        "import lamindb; lamindb.connect('data')",
        "import lamindb_setup; lamindb_setup.settings.instance",
    ],
)
def test_django_is_not_imported(in_tmp, run_python, statement):
    init(storage="./data")
    heavy = "{'django', 'numpy', 'pandas', 'psycopg', 'rich', 'upath', 'fsspec'}"
    code = f"{statement}\nimport sys; print(sorted({heavy} & set(sys.modules)))"
    result = run_python(code)
    assert result.stdout.splitlines()[-1] == "[]", result.stderr


def test_many_processes_start_at_once(in_tmp, settings_dir):
    """On a fresh settings folder, with an instance of the working folder."""
    init(storage="./data")
    (settings_dir / "current_user.env").unlink()
    code = "import lamindb, lamindb.setup as s; print(s.settings.user.handle)"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(32)
    ]
    for process in processes:
        out, err = process.communicate()
        assert process.returncode == 0, err
        assert out.splitlines()[0] == "→ connected lamindb: anonymous/data"
        assert out.splitlines()[-1] == "anonymous"
    assert sorted(p.name for p in settings_dir.iterdir()) == [
        "current_user.env",
        "instance--anonymous--data.env",
    ]


# -- lamindb_setup -------------------------------------------------------------------------------


def test_aliases_are_the_same_objects():
    import lamindb_setup

    from lamindb import __version__

    assert lamindb_setup.__version__ == __version__
    for name in dir(setup):
        if name != "core":
            assert getattr(lamindb_setup, name) is getattr(setup, name)
    assert lamindb_setup.connect is connection.connect
    assert set(dir(lamindb_setup)) >= {*dir(setup), "connect", "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        lamindb_setup.nonsense  # noqa: B018


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("lamindb_setup.errors", "lamindb.errors", "StorageNotEmpty ModuleWasntConfigured"),
        ("lamindb_setup.types", "lamindb.setup.types", "AnyPathStr StorageType"),
        ("lamindb_setup.core", "lamindb.setup.core", "SetupSettings UserSettings colors django"),
        ("lamindb_setup.core.hashing", "lamindb.base.hashing", "hash_set b16_to_b64 HASH_LENGTH"),
        ("lamindb_setup.core.upath", "lamindb.storage.paths", "create_path UPath"),
        ("lamindb_setup._check_setup", "lamindb.setup.modules", "_check_instance_setup"),
        (
            "lamindb_setup._connect_instance",
            "lamindb.setup.connection",
            "get_owner_name_from_identifier",
        ),
    ],
)
def test_old_import_paths(old, new, names):
    for name in names.split():
        found = getattr(importlib.import_module(old), name)
        assert found is getattr(importlib.import_module(new), name)


def test_old_submodules_are_attributes_too(run_python, in_tmp):
    code = """
import lamindb_setup as s
print(s.core.upath.create_path.__name__, s.core.hashing.hash_set({"a"}), s.errors.__name__)
"""
    result = run_python(code)
    assert result.stdout.split()[0] == "create_path", result.stderr


def test_entry_points_are_called_on_import(run_python, in_tmp, monkeypatch):
    site = in_tmp / "site"
    info = site / "plugin1-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin1\nVersion: 1.0\n")
    points = "[lamindb_setup.on_import]\ngood = plugin1:good\nbad = plugin1:bad\n"
    (info / "entry_points.txt").write_text(points)
    code = "def good(): print('called')\ndef bad(): raise ValueError('broken')\n"
    (site / "plugin1.py").write_text(code)
    path = f"{site}:{ROOT}:{ROOT / 'compat'}"
    result = run_python("import lamindb_setup", env={"PYTHONPATH": path})
    assert result.returncode == 0
    assert "called" in result.stdout
    assert (
        "Error loading entry point of group 'lamindb_setup.on_import': bad: brok" in result.stderr
    )
