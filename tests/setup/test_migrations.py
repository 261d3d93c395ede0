"""Migrations of the connected instance."""

from __future__ import annotations

import pytest

from lamindb.errors import CurrentInstanceNotConfigured
from lamindb.setup import django, init, migrate

COLOUR = 'colour = models.CharField(max_length=20, default="")'


@pytest.mark.parametrize(
    "call",
    [
        migrate.create,
        migrate.deploy,
        migrate.check,
        migrate.show,
        migrate.defined_migrations,
        migrate.deployed_migrations,
        lambda: migrate.squash("lamindb", "0193"),
        lambda: django("check"),
    ],
)
def test_an_instance_is_needed(in_tmp, call):
    with pytest.raises(CurrentInstanceNotConfigured):
        call()


def test_a_new_instance_is_up_to_date(in_tmp, capfd):
    init(storage="./data", modules="bionty")
    assert migrate.check() is True
    migrate.create()
    migrate.deploy()
    output = capfd.readouterr().out
    assert "No changes detected" in output
    assert "No migrations to apply." in output


def test_the_life_of_a_module(in_tmp, custom_module, run_python):
    """Add a field, write its migration, apply it."""
    init(storage="./data", modules="custom1")

    def run(code: str) -> list[str]:
        result = run_python(f"import lamindb.setup as s\n{code}", env=custom_module.environment)
        assert result.returncode == 0, result.stderr
        return result.stdout.splitlines()

    assert run("print(s.migrate.check())") == ["→ connected lamindb: anonymous/data", "True"]
    custom_module.write_models(more=COLOUR)
    lines = run("print(s.migrate.check())")
    assert "✗ custom1: Add field colour to plate: not in a migration file" in lines
    assert lines[-1] == "False"

    assert any("0002_plate_colour" in line for line in run("s.migrate.create()"))
    assert (custom_module.folder / "migrations" / "0002_plate_colour.py").exists()
    query = "import custom1\nprint(custom1.Plate.objects.filter(colour='red').count())"
    hint = "database is behind the installed version (0001_initial < 0002_plate_colour)"
    failed = run_python(query, env=custom_module.environment)
    assert f"! {hint}: lamin migrate deploy" in failed.stdout
    assert "the database is behind the installed version: lamin migrate deploy" in failed.stderr
    assert "no such column" in failed.stderr

    assert any("Applying custom1.0002_plate_colour" in line for line in run("s.migrate.deploy()"))
    assert run(query) == ["→ connected lamindb: anonymous/data", "0"]
    assert any("[X] 0002_plate_colour" in line for line in run("s.migrate.show()"))


def test_deploying_up_to_a_number(in_tmp, custom_module, run_python):
    init(storage="./data", modules="custom1")
    code = """
import lamindb.setup as s
s.migrate.deploy("custom1", 1)
print(s.migrate.deployed_migrations(latest=True)["custom1"])
"""
    result = run_python(code, env=custom_module.environment)
    assert result.stdout.splitlines()[-1] == "0001_initial", result.stderr


def test_only_one_of_package_and_number(in_tmp):
    init(storage="./data")
    for arguments in ({"package_name": "lamindb"}, {"number": 193}):
        with pytest.raises(ValueError, match="pass both package_name and number, or none of them"):
            migrate.deploy(**arguments)


def test_lists_of_migrations(in_tmp):
    init(storage="./data", modules="bionty")
    defined = migrate.defined_migrations()
    assert set(defined) == {"lamindb", "bionty"}
    assert migrate.defined_migrations(latest=True) == {app: n[-1] for app, n in defined.items()}
    deployed = migrate.deployed_migrations()
    assert "0193_v2_9_part_2" in deployed["lamindb"]
    assert migrate.deployed_migrations(latest=True)["bionty"].startswith("0065_")


def test_any_management_command(in_tmp, capfd):
    init(storage="./data")
    django("sqlmigrate", "lamindb", migration_name="0193_squashed")
    assert 'CREATE TABLE "lamindb_user"' in capfd.readouterr().out


def test_an_unknown_management_command(in_tmp):
    from django.core.management import CommandError

    init(storage="./data")
    with pytest.raises(CommandError, match="Unknown command: 'nonsense'"):
        django("nonsense")


def test_squashing(in_tmp, custom_module, run_python):
    init(storage="./data", modules="custom1")
    custom_module.write_models(more=COLOUR)
    code = """
import lamindb.setup as s
s.migrate.create()
s.migrate.squash("custom1", "0002")
"""
    result = run_python(code, env=custom_module.environment)
    assert result.returncode == 0, result.stderr
    assert list((custom_module.folder / "migrations").glob("*squashed*"))
