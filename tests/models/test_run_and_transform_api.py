"""Every accessor and constructor argument of runs and transforms that clients rely on exists."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

import lamindb as ln
from tests.models import schema_contract

FIELDS: dict[str, Any] = json.loads((schema_contract.FOLDER / "fields.json").read_text())

# parameters of methods; None: a property
BASE_MEMBERS: dict[str, list[str] | None] = {
    "notes": None,
    "restore": [],
    "delete": ["permanent"],
    "save": [],
    "describe": ["return_str", "include", "n_max_features"],
}
MEMBERS: dict[str, dict[str, list[str] | None]] = {
    "Run": {
        **BASE_MEMBERS,
        "status": None,
        "features": None,
        "query_output_artifacts": ["include_recreated"],
    },
    "Transform": {
        **BASE_MEMBERS,
        "stem_uid": None,
        "version": None,
        "versions": None,
        "latest_run": None,
        "type": None,
        "from_path": ["path", "key", "kind", "version", "description", "skip_hash_lookup"],
        "from_git": [
            *("url", "path", "key", "version", "entrypoint", "branch", "description"),
            "skip_hash_lookup",
        ],
        "view_lineage": ["with_successors", "distance"],
    },
}
EXPECTED_ABSENT = {
    ("Transform", "from_path"): "belongs to tracking, which attaches it",
    ("Transform", "from_git"): "belongs to tracking, which attaches it",
}
ARGUMENTS = {
    "Run": {
        *("transform", "name", "description", "entrypoint", "params", "status"),
        *("initiated_by_run", "reference", "reference_type", "plan", "branch", "space"),
    },
    "Transform": {
        *("key", "kind", "version", "description", "reference", "reference_type"),
        *("source_code", "revises", "skip_hash_lookup", "branch", "space"),
    },
}


@pytest.fixture
def records(instance: Any) -> dict[str, Any]:
    transform = ln.Transform(key="train.py").save()
    return {"Transform": transform, "Run": ln.Run(transform).save()}


@pytest.mark.parametrize("name", ["Run", "Transform"])
def test_fields_and_relations_can_be_read(records: dict[str, Any], name: str) -> None:
    facts = FIELDS[f"lamindb.{name}"]
    assert len(facts["fields"]) > 20
    assert len(facts["reverse"]) > 10
    for accessor in (*facts["fields"], *facts["reverse"]):
        value = getattr(records[name], accessor)
        if accessor in facts["reverse"]:
            assert value.count() == (1 if accessor == "runs" and name == "Transform" else 0)


@pytest.mark.parametrize("name", ["Run", "Transform"])
def test_members(records: dict[str, Any], name: str) -> None:
    record = records[name]
    for member, parameters in MEMBERS[name].items():
        if not hasattr(record, member):
            assert (name, member) in EXPECTED_ABSENT, member
        elif parameters is not None:
            found = list(inspect.signature(getattr(record, member)).parameters)
            assert found[: len(parameters)] == parameters, member


@pytest.mark.parametrize("name", ["Run", "Transform"])
def test_arguments_of_the_constructor(instance: Any, name: str) -> None:
    registry = getattr(ln, name)
    assert set(registry._constructor_keywords) >= ARGUMENTS[name]
    with pytest.raises(ValueError, match="unknown_one"):
        registry(**dict.fromkeys(ARGUMENTS[name] - {"revises"}), unknown_one=1)


@pytest.mark.parametrize("name", ["Run", "Transform"])
def test_filter_is_for_the_class(records: dict[str, Any], name: str) -> None:
    assert getattr(ln, name).filter(uid=records[name].uid).one() == records[name]
    with pytest.raises((TypeError, AttributeError)):
        records[name].filter(uid=records[name].uid)


def test_the_older_name_of_kind_can_be_set(records: dict[str, Any]) -> None:
    transform = records["Transform"]
    transform.type = "notebook"
    assert (transform.kind, transform.type) == ("notebook", "notebook")
    transform.save()
    assert ln.Transform.get(transform.uid).kind == "notebook"
