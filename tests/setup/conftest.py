"""Fixtures for the setup layer: a session as at the start of a process, and modules of users."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lamindb.setup import init, orm, schema_version
from lamindb.setup.connection import connect_and_persist
from lamindb.setup.session import settings

Tree = dict[str, "bytes | None"]


@pytest.fixture(autouse=True)
def fresh_session(settings_dir: Path) -> Iterator[None]:
    """Nothing is resolved or connected yet, and nobody was asked for."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    orm.point_default(None)
    orm.set_mounted(None)
    schema_version.forget_checked()
    settings.__init__()


@pytest.fixture
def new_process() -> Callable[[], None]:
    """Forget the session, as if the next line ran in a new process."""
    return _forget


@pytest.fixture
def tree() -> Callable[..., Tree]:
    """All files (with content) and folders below some folders."""

    def read(*folders: Path) -> Tree:
        found: Tree = {}
        for folder in folders:
            for path in [folder, *sorted(folder.rglob("*"))] if folder.exists() else []:
                found[str(path)] = path.read_bytes() if path.is_file() else None
        return found

    return read


MIGRATION = """
from django.db import migrations, models
import django.db.models.deletion

class Migration(migrations.Migration):
    initial = True
    dependencies = [("lamindb", "0193_squashed")]
    operations = [
        migrations.CreateModel(
            name="Plate",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=20)),
                ("branch", models.ForeignKey(
                    "lamindb.branch", on_delete=django.db.models.deletion.PROTECT)),
            ],
        ),
        {more}
    ]
"""

PLAIN_MODELS = """
from django.db import models
import lamindb.models

class Plate(models.Model):
    class Meta:
        app_label = "{name}"
    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=20)
    branch = models.ForeignKey("lamindb.branch", on_delete=models.PROTECT)
    {more}
"""


class Package:
    """A module package on disk."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder / name, name
        (self.folder / "migrations").mkdir(parents=True)
        (self.folder / "migrations" / "__init__.py").touch()
        guard = "from lamindb_setup import _check_instance_setup\n"
        guard += f"_check_instance_setup(from_module={name!r})\nfrom .models import Plate\n"
        (self.folder / "__init__.py").write_text(guard)
        self.write_models()
        self.write_migration()

    def write_models(self, more: str = "") -> None:
        """Write the models, with a further field."""
        (self.folder / "models.py").write_text(PLAIN_MODELS.format(name=self.name, more=more))

    def write_migration(self, more: str = "") -> None:
        """Write the initial migration, with a further operation."""
        path = self.folder / "migrations" / "0001_initial.py"
        path.write_text(MIGRATION.format(more=more))

    @property
    def environment(self) -> dict[str, str]:
        """Environment in which a new process can import the package."""
        return {"PYTHONPATH": os.pathsep.join([str(self.folder.parent), os.environ["PYTHONPATH"]])}


@pytest.fixture
def custom_module(tmp_path_factory: pytest.TempPathFactory, monkeypatch) -> Iterator[Package]:
    """A user's own module `custom1`, with one registry and its migration."""
    folder = tmp_path_factory.mktemp("site")
    monkeypatch.syspath_prepend(str(folder))
    yield Package(folder, "custom1")
    orm._declared.discard("custom1")
    if orm._mounted.pop("custom1", None):
        from django.apps import apps

        apps.app_configs.pop("custom1", None)
        apps.all_models.pop("custom1")
        apps.clear_cache()
    for name in [n for n in sys.modules if n.partition(".")[0] == "custom1"]:
        del sys.modules[name]


@pytest.fixture
def three(in_tmp, monkeypatch, new_process, printed) -> Path:
    """Instances a, b, c: folder `a` has a marker, `a/b` too, and c is the global default."""
    for name, folder in [("a", in_tmp / "a"), ("b", in_tmp / "a" / "b"), ("c", in_tmp / "c")]:
        folder.mkdir()
        monkeypatch.chdir(folder)
        init(storage=in_tmp / "stores" / name, name=name)
    shutil.rmtree(in_tmp / "c" / ".lamin")
    monkeypatch.chdir(in_tmp)
    connect_and_persist("c")
    new_process()
    printed()
    return in_tmp


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[str]]:
    """Lines printed since the last call."""

    def read() -> list[str]:
        return capsys.readouterr().out.splitlines()

    return read
