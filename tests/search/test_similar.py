"""`similar_names`: existing names that a new name may have been meant to be."""

from __future__ import annotations

import pytest

import lamindb as ln
from lamindb.models.bulk import save
from lamindb.models.ports import port
from lamindb.search import similar_names


@pytest.fixture
def labels(instance) -> None:
    names = "experiment 1|experiment 10|experiment 2|Experiment|EXPERT|T cell|B cell|exp|%"
    save([ln.ULabel(name=name) for name in names.split("|")])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("experiment 1 (x)", ["experiment 1", "experiment 10"]),
        ("experiments", ["Experiment", "experiment 1", "experiment 2"]),
        ("EXPERIMENTS", ["Experiment", "experiment 1", "experiment 2"]),
        ("expertise", []),
        ("experts", ["EXPERT", "Experiment", "experiment 1"]),
        ("t cells", ["T cell"]),
        ("  T cells ", ["T cell"]),
        ("exp", ["exp", "EXPERT", "Experiment"]),
        ("%", ["%"]),
        ("b", ["B cell"]),
        ("cell", []),
        ("a much longer name that nothing begins with", []),
        ("", []),
        ("  ", []),
        ("a\0", []),
        (None, []),
        (5, []),
    ],
)
def test_names_that_begin_alike(labels, name, expected) -> None:
    assert similar_names(ln.ULabel, name) == expected


def test_the_number_of_names_is_limited(labels) -> None:
    assert similar_names(ln.ULabel, "experiments", limit=1) == ["Experiment"]


def test_one_query(labels, count_queries) -> None:
    with count_queries() as queries:
        similar_names(ln.ULabel, "experiments")
    assert queries.count == 1


def test_only_visible_records_count_by_default(labels) -> None:
    ln.ULabel.get(name="T cell").delete()
    assert similar_names(ln.ULabel, "T cells") == []
    assert similar_names(ln.ULabel, "T cells", where={}) == ["T cell"]
    assert similar_names(ln.ULabel, "T cells", where={"branch_id": -1}) == ["T cell"]


def test_further_conditions(labels) -> None:
    kind = ln.ULabel(name="Kind", is_type=True).save()
    ln.ULabel(name="T cell 1", type=kind).save()
    assert similar_names(ln.ULabel, "T cells", where={"type_id": kind.id}) == ["T cell 1"]
    assert similar_names(ln.ULabel, "T cells", where={"type_id": None}) == ["T cell"]
    assert similar_names(ln.ULabel, "T cells", where={"branch_id": [1, -1]}) == [
        "T cell",
        "T cell 1",
    ]


def test_equal_names_are_named_once(labels) -> None:
    kind = ln.ULabel(name="Kind", is_type=True).save()
    ln.ULabel(name="T cell", type=kind).save()
    assert similar_names(ln.ULabel, "T cells") == ["T cell"]


def test_registries_whose_records_have_another_name_or_none(instance) -> None:
    ln.Transform(key="analysis.py").save()
    assert similar_names(ln.Transform, "analysis.ipynb") == []
    assert similar_names(ln.Transform, "analysis.p") == ["analysis.py"]
    assert similar_names(ln.Branch, "mainly") == ["main"]
    assert similar_names(ln.models.ArtifactULabel, "a") == []


def test_constructors_reach_it_through_a_port() -> None:
    assert port("similar_names") is similar_names
