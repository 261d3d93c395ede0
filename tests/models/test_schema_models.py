"""Registries have the fields, relations and order of fields that clients rely on."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest

import bionty.models
import lamindb.models
from tests.models import schema_contract

FACTS: dict[str, Any] = json.loads((schema_contract.FOLDER / "fields.json").read_text())
TABLES: dict[str, Any] = schema_contract.contract()["tables"]
ABSENT = "no default"


@pytest.fixture(autouse=True)
def both_modules() -> Any:
    from tools import build_schema

    with build_schema.mounted(("lamindb", "bionty")):
        yield


def registry(label: str) -> Any:
    from django.apps import apps

    return apps.get_model(label)


def default_of(field: Any) -> str:
    """Default in Python as the facts write it."""
    from django.db.models import NOT_PROVIDED

    if field.default is NOT_PROVIDED:
        return ABSENT
    return f"{field.default.__name__}()" if callable(field.default) else repr(field.default)


def expected_default(facts: dict[str, Any]) -> str:
    if facts.get("default", ABSENT) is None:
        # a nullable field is None anyway
        return ABSENT if facts["null"] else "None"
    return facts.get("default", ABSENT)


def found_facts(field: Any) -> dict[str, Any]:
    found = {
        "type": field.deconstruct()[1].rpartition(".")[2],
        "max_length": field.max_length,
        "unique": field.unique and not field.primary_key,
        "pk": field.primary_key,
        "editable": field.editable,
    }
    if field.is_relation:
        found["to"] = field.related_model._meta.label
        found["related_name"] = field.remote_field.related_name
    if field.many_to_many:
        return {**found, "through": field.remote_field.through._meta.label}
    if field.is_relation:
        found["on_delete"] = field.remote_field.on_delete.__name__
    default = default_of(field)
    is_timestamp = found["type"] == "DateTimeField" and field.has_db_default()
    absent = is_timestamp or (field.null and default == "None")
    return {**found, "null": field.null, "default": ABSENT if absent else default}


def expected_facts(facts: dict[str, Any]) -> dict[str, Any]:
    is_m2m = facts["type"] == "ManyToManyField"
    expected = {
        "type": facts["type"],
        "max_length": facts.get("max_length"),
        "unique": facts.get("unique", False),
        "pk": facts.get("pk", False),
        "editable": facts.get("editable", True),
    }
    if "to" in facts:
        expected["to"] = facts["to"]
        expected["related_name"] = facts["related_name"]
        key = "through" if is_m2m else "on_delete"
        expected[key] = facts[key]
    if not is_m2m:
        expected["null"] = facts["null"]
        expected["default"] = expected_default(facts)
    return expected


@pytest.mark.parametrize("label", FACTS)
def test_fields(label: str):
    model = registry(label)
    found = {f.name: found_facts(f) for f in model._meta.get_fields() if hasattr(f, "attname")}
    expected = {name: expected_facts(facts) for name, facts in FACTS[label]["fields"].items()}
    assert found == expected
    assert model._meta.db_table == FACTS[label]["table"]


@pytest.mark.parametrize("label", FACTS)
def test_order_of_fields(label: str):
    meta = registry(label)._meta
    found = [field.name for field in (*meta.concrete_fields, *meta.local_many_to_many)]
    assert found == list(FACTS[label]["fields"])


@pytest.mark.parametrize("label", FACTS)
def test_reverse_accessors(label: str):
    relations = [r for r in registry(label)._meta.related_objects if r.get_accessor_name()]
    found = {
        relation.get_accessor_name(): relation.related_model._meta.label
        for relation in relations
        if not relation.get_accessor_name().endswith("+")
    }
    assert found == FACTS[label]["reverse"]


def test_labels_of_an_artifact_come_in_the_order_in_which_describe_shows_them():
    relations = lamindb.models.Artifact._meta.related_objects
    found = [r.get_accessor_name() for r in relations if r.many_to_many and not r.hidden]
    assert found == [name for name in FACTS["lamindb.Artifact"]["reverse"] if name in set(found)]
    assert found[-13:] == [
        "organisms",
        "genes",
        "proteins",
        "cell_markers",
        "tissues",
        "cell_types",
        "diseases",
        "cell_lines",
        "phenotypes",
        "pathways",
        "experimental_factors",
        "developmental_stages",
        "ethnicities",
    ]


@pytest.mark.parametrize("label", FACTS)
def test_name_field_and_uid_lengths(label: str):
    model = registry(label)
    declared = FACTS[label]["name_field"]
    if declared is not None:
        assert getattr(model, "_name_field", "name") == declared
    stem, full = FACTS[label]["uid_lengths"]
    if full is not None:
        assert (model._len_stem_uid, model._len_full_uid) == (stem, full)


@pytest.mark.parametrize("table", TABLES)
def test_columns_belong_to_fields(table: str):
    from tools import build_schema

    with build_schema.mounted(build_schema.MODULES):
        fields = registry(TABLES[table]["model"])._meta.concrete_fields
    found = {}
    for field in fields:
        facts = found_facts(field)
        names = ("on_delete", "related_name") if field.is_relation else ()
        known = [name for name in names if facts[name] is not None]
        found[field.column] = {name: facts[name] for name in ("type", "null", *known)}
    expected = {
        column: {
            "type": facts["field"],
            **{
                name: facts[name] for name in ("null", "on_delete", "related_name") if name in facts
            },
        }
        for column, facts in TABLES[table]["columns"].items()
    }
    assert found == expected


@pytest.mark.parametrize(
    "path",
    [
        "lamindb.models.artifact.Artifact",
        "lamindb.models.collection.Collection",
        "lamindb.models.transform.Transform",
        "lamindb.models.sqlrecord.Registry",
        "bionty.models.cell_type.CellType",
    ],
)
def test_clients_dispatch_on_paths_of_classes(path: str):
    module, _, name = path.rpartition(".")
    found = getattr(importlib.import_module(module), name)
    assert f"{found.__module__}.{found.__qualname__}" == path


@pytest.mark.parametrize("module", [lamindb.models, bionty.models])
def test_all_registries_are_exported(module: Any):
    names = {
        label.partition(".")[2] for label in FACTS if label.startswith(f"{module.__name__[:6]}")
    }
    assert names <= set(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


def test_former_names():
    assert lamindb.models.FeatureValue is lamindb.models.JsonValue
    assert bionty.models.Species is bionty.models.Organism
    assert bionty.models.BiontySource is bionty.models.PublicSource is bionty.models.Source
    assert bionty.models.BioRegistry is bionty.models.BioRecord
