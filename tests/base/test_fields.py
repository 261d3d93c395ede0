"""Field classes, each in its own interpreter with Django set up for nothing but them."""

import json

import pytest

from tests.support.processes import run_python

SETUP = """
import django, json
from django.conf import settings
settings.configure(INSTALLED_APPS=["django.contrib.contenttypes"])
django.setup()
from django.db import models
from django.db.migrations.writer import MigrationWriter
from lamindb.base import fields

TARGET = ("contenttypes.ContentType", models.PROTECT)
"""
INSPECT = """
def inspect(name):
    lamin, plain = getattr(fields, name), getattr(models, name)
    args = TARGET if name in ("ForeignKey", "OneToOneField") else ()
    field = lamin(*args, null=True)
    _, path, positional, kwargs = field.deconstruct()
    rebuilt = plain(*positional, **kwargs)
    return {
        "bases": issubclass(lamin, plain) and issubclass(lamin, fields.LaminField),
        "blank": field.blank,
        "required": lamin(*args, null=True, blank=False).blank,
        "same_type": field.get_internal_type() == plain(*args, null=True).get_internal_type(),
        "path": path,
        "rebuilds": rebuilt.deconstruct()[1:] == (path, positional, kwargs),
        "migration": MigrationWriter.serialize(field)[0],
        "imports": sorted(MigrationWriter.serialize(field)[1]),
    }

print(json.dumps({name: inspect(name) for name in fields.__all__ if name != "LaminField"}))
"""
NAMES = """
BigInteger Binary Boolean Char Date DateTime Decimal Duration Email Float GenericIPAddress Integer
JSON PositiveInteger PositiveSmallInteger Slug SmallInteger Text Time URL UUID OneToOne
"""
FIELDS = [f"{name}Field" for name in NAMES.split()] + ["ForeignKey"]


def run(code):
    result = run_python(SETUP + code)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def facts():
    return json.loads(run(INSPECT))


def test_the_list_of_fields_is_complete(facts):
    assert sorted(facts) == sorted(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_field_is_djangos_but_not_required_in_forms(facts, name):
    assert facts[name]["bases"]
    assert facts[name]["blank"]
    assert not facts[name]["required"]
    assert facts[name]["same_type"]


@pytest.mark.parametrize("name", FIELDS)
def test_migrations_show_djangos_class(facts, name):
    assert facts[name]["path"] == f"django.db.models.{name}"
    assert facts[name]["rebuilds"]
    assert facts[name]["migration"].startswith(f"models.{name}(")
    assert not any("lamindb" in line for line in facts[name]["imports"])


def test_options_of_char_fields_and_subclasses_of_users():
    printed = run("""
class MyField(fields.CharField):
    pass

field = fields.CharField(max_length=20, db_index=True)
print(fields.CharField().max_length, fields.CharField(30).max_length, field.max_length)
print(field.db_index, MyField().deconstruct()[1])
""")
    assert printed == "255 30 20\nTrue __main__.MyField\n"
