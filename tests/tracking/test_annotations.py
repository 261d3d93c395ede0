"""Values and type annotations of parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, Optional, TypeVar

import pytest

import lamindb as ln
from lamindb.tracking.annotations import mismatch

T = TypeVar("T")

MATCHING = [
    (True, bool),
    (1, int),
    (0.5, float),
    ("a", str),
    ([1], list),
    ({"a": 1}, dict),
    (None, None),
    (None, Optional[int]),  # noqa: UP045
    (1, int | str),
    ("a", int | str),
    ("adam", Literal["adam", "sgd"]),
    ([1, 2], list[int]),
    ({1}, set[int]),
    (frozenset("a"), frozenset[str]),
    ((1, "a"), tuple[int, str]),
    ((1, 2, 3), tuple[int, ...]),
    ([1, "a"], Iterable[int | str]),
    ((1,), Sequence[int]),
    ({"a": 1}, dict[str, int]),
    ({"a": [1]}, Mapping[str, list[int]]),
    pytest.param(object(), Any, id="object-Any"),
    (1, Annotated[int, "positive"]),
    (1, T),
    (1, "int"),
    (1, "num"),
    (0.5, "num"),
    (["a"], "list[str]"),
    (1, "no dtype at all"),
]


@pytest.mark.parametrize(("value", "annotation"), MATCHING, ids=str)
def test_match(value: Any, annotation: Any) -> None:
    assert mismatch(value, annotation) is None


@pytest.mark.parametrize(
    ("value", "annotation", "reason"),
    [
        (True, int, "bool is not int"),
        (1, bool, "int is not bool"),
        (1, float, "int is not float"),
        (1, str, "int is not str"),
        ("ab", list, "str is not list"),
        (1, None, "None is expected"),
        (0.5, int | str, "float is not int and float is not str"),
        (None, int, "NoneType is not int"),
        ("x", Literal["adam", "sgd"], "not one of 'adam', 'sgd'"),
        (1, Literal[True], "not one of True"),
        ([1, "a"], list[int], "member: str is not int"),
        ((1,), tuple[int, str], "1 instead of 2 members"),
        ((1, 2), tuple[int, str], "member: int is not str"),
        ("ab", Sequence[str], "str is not Sequence"),
        ({"a": "b"}, dict[str, int], "member: str is not int"),
        ({1: 1}, Mapping[str, int], "member: int is not str"),
        ([[1], ["a"]], list[list[int]], "member: member: str is not int"),
        ("a", "int", "str is not int"),
        ("a", "num", "str is not int and str is not float"),
        (["a", 1], "list[str]", "member: int is not str"),
        ("a", "list[str]", "str is not a list"),
        ("a", "cat[ULabel]", "str is not ULabel"),
    ],
    ids=str,
)
def test_mismatch(value: Any, annotation: Any, reason: str) -> None:
    assert mismatch(value, annotation) == reason


def test_iterators_are_not_consumed() -> None:
    values = iter(["a"])
    assert mismatch(values, Iterable[int]) is None
    assert list(values) == ["a"]


def test_registries(bionty_instance) -> None:
    import bionty as bt

    plain = ln.ULabel(name="plain")
    organism = bt.Organism(name="human")
    assert mismatch(plain, ln.ULabel) is None
    assert mismatch(plain, bt.Organism) == "ULabel is not Organism"
    assert mismatch(organism, "cat[bionty.Organism]") is None
    assert mismatch(plain, "cat[bionty.Organism|ULabel]") is None
    assert mismatch(plain, "cat[bionty.Organism]") == "ULabel is not bionty.Organism"
    assert mismatch([organism, plain], "list[cat[bionty.Organism]]") == (
        "member: ULabel is not bionty.Organism"
    )


def test_types_of_records(instance) -> None:
    sample_type = ln.Record(name="Sample", is_type=True).save()
    sample = ln.Record(name="S1", type=sample_type).save()
    other = ln.Record(name="other").save()
    dtype = f"cat[Record[{sample_type.uid}]]"
    assert mismatch(sample, dtype) is None
    assert mismatch(other, dtype) == f"Record is not Record[{sample_type.uid}]"
    assert mismatch([sample], f"list[{dtype}]") is None
