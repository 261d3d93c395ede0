"""Runs are found by their parameters, in the same way on both databases."""

from __future__ import annotations

import pytest
from django.db import NotSupportedError, connection

import lamindb as ln

PARAMS = {
    "a": {
        "lr": 0.01,
        "downsample": True,
        "name": "Train 1",
        "tags": ["x", "y", 1],
        "cfg": {"n": 1},
    },
    "b": {"lr": 0.5, "downsample": False, "name": 'it\'s 100% "b"', "tags": [True, None, "xy"]},
    "c": {"name": ["Train"], "cfg": {"n": 2, "inner": {"path": "a/b.txt"}}, "none": None},
    "d": None,
}


@pytest.fixture
def runs(instance) -> None:
    """Four runs by name."""
    transform = ln.Transform(key="train.py").save()
    for name, params in PARAMS.items():
        ln.Run(transform, name=name, params=params).save()


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ({"params__lr": 0.01}, "a"),
        ({"params__lr__gt": 0.1}, "b"),
        ({"params__lr__in": [0.01, 0.5, 3]}, "ab"),
        ({"params__downsample": True}, "a"),
        ({"params__cfg__n": 2}, "c"),
        ({"params__cfg__n__gte": 1}, "ac"),
        ({"params__cfg__inner__path__endswith": ".txt"}, "c"),
        ({"params__name__startswith": "Train"}, "a"),
        ({"params__name__icontains": "TRAIN"}, "ac"),
        ({"params__lr__isnull": True}, "cd"),
        ({"params__lr__isnull": False}, "ab"),
        ({"params__name__contains": "rain"}, "a"),
        ({"params__name__contains": "Train"}, "ac"),
        ({"params__name__contains": "train"}, ""),
        ({"params__name__contains": "100%"}, "b"),
        ({"params__name__contains": 's 100% "'}, "b"),
        ({"params__cfg__inner__path__contains": "/b"}, "c"),
        ({"params__tags__contains": "x"}, "a"),
        ({"params__tags__contains": 1}, "a"),
        ({"params__tags__contains": 1.0}, "a"),
        ({"params__tags__contains": True}, "b"),
        ({"params__tags__contains": [None]}, "b"),
        ({"params__tags__contains": ["y", "x"]}, "a"),
        ({"params__tags__contains": ["x", "z"]}, ""),
        ({"params__tags__contains": []}, "ab"),
        ({"params__lr__contains": "0"}, ""),
        ({"params__nothing__contains": "x"}, ""),
        ({"params__lr": 0.01, "status": "scheduled"}, "a"),
        ({"params__lr": 0.01, "status": "completed"}, ""),
    ],
    ids=str,
)
def test_filter(runs, condition, names) -> None:
    assert sorted(ln.Run.filter(**condition).to_list("name")) == list(names)


def test_exclude(runs) -> None:
    excluded = ln.Run.filter().exclude(params__tags__contains="x").to_list("name")
    assert set(excluded) == {"b", "c", "d"}


def test_a_dictionary(runs) -> None:
    query = ln.Run.filter(params__cfg__contains={"n": 1})
    if connection.vendor == "postgresql":
        assert query.to_list("name") == ["a"]
        return
    with pytest.raises(NotSupportedError, match=r"filter by a key of it instead: params__…__n=…"):
        query.to_list("name")
