"""Rows by position of their value, on SQLite and Postgres."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db.models import F

import lamindb as ln
from lamindb.models.positions import positions


@pytest.fixture
def ids(instance: Any) -> dict[str, int]:
    """Keys of labels by name; one name is used twice."""
    names = ("a", "b", "it's", "\u00e9 \U0001f9ec")
    ids = {name: ln.ULabel(name=name).save().pk for name in names}
    kind = ln.ULabel(name="Kind", is_type=True).save()
    ln.ULabel(name="b", type=kind).save()
    return ids


def find(values: list[Any], name: str = "name", **where: Any) -> list[tuple[Any, ...]]:
    rows = ln.ULabel.objects.filter(is_type=False, **where)
    return sorted(positions(rows, ln.ULabel._meta.get_field(name), values))


def test_positions_of_texts(ids, count_queries) -> None:
    names = ["missing", *ids]
    with count_queries() as queries:
        found = find(names, type=None)
    assert queries.count == 1
    assert found == [(1 + i, pk) for i, pk in enumerate(ids.values())]


def test_a_value_in_several_rows(ids) -> None:
    assert [position for position, _ in find(["b", "a"])] == [0, 0, 1]


def test_further_columns(ids) -> None:
    rows = ln.ULabel.objects.filter(name="b")
    column = ln.ULabel._meta.get_field("name")
    found = positions(rows, column, ["x", "b"], ("pk", "type_id"))
    kind = ln.ULabel.get(name="Kind")
    assert {type_id for _, _, type_id in found} == {None, kind.pk}
    assert {position for position, _, _ in found} == {1}


def test_numbers_and_conditions_that_nothing_fulfils(ids, count_queries) -> None:
    assert find([-1, ids["a"]], "id") == [(1, ids["a"])]
    with count_queries() as queries:
        assert find(["a"], pk__in=[]) == []
    assert queries.count == 0


def test_columns_without_index_and_conditions_with_one_are_fast(instance) -> None:
    kind = ln.ULabel(name="Kind", is_type=True).save()
    names = [f"label {i}" for i in range(5_000)]
    ln.ULabel.from_values(names, create=True).save()
    ln.ULabel.objects.filter(is_type=False).update(type=kind, description=F("name"))
    rows = ln.ULabel.objects.filter(type=kind)  # an index that fits all rows
    for name in ("name", "description"):
        start = time.process_time()
        assert len(positions(rows, ln.ULabel._meta.get_field(name), sorted(names))) == 5_000
        assert time.process_time() - start < 2  # not 25,000,000 steps


def test_conditions_on_other_tables(ids) -> None:
    assert [position for position, _ in find(["a", "b"], type__name="Kind")] == [1]


def test_many_values(instance) -> None:
    ln.ULabel.from_values([f"label {i}" for i in range(3_000)], create=True).save()
    asked = sorted(f"label {i}" for i in range(0, 40_000, 2))
    found = find(asked)
    assert len(found) == 1_500
    names = ln.ULabel.filter(pk__in=[pk for _, pk in found[:100]]).to_list("name")
    assert set(names) == {asked[position] for position, _ in found[:100]}
