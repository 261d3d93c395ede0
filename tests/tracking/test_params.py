"""What of the parameters of a run is stored, and how."""

from __future__ import annotations

import datetime as dt
import enum
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from upath import UPath

import lamindb as ln
from lamindb.errors import InvalidArgument
from lamindb.tracking.params import prepare_params
from lamindb.tracking.redact import PLACEHOLDER


class Optimizer(str, enum.Enum):
    ADAM = "adam"


STORED: list[tuple[Any, Any]] = [
    (True, True),
    (1, 1),
    (0.5, 0.5),
    ("text", "text"),
    ("", ""),
    ({"a": 1, "b": {"c": [1]}}, {"a": 1, "b": {"c": [1]}}),
    ({1: "a", None: (1,)}, {"1": "a", "null": [1]}),
    ([1, "a", None, {"b": Path("c")}], [1, "a", None, {"b": "c"}]),
    (Path("a/b.csv"), "a/b.csv"),
    (UPath("s3://bucket/key.csv"), "s3://bucket/key.csv"),
    (UPath("/a/b"), "/a/b"),
    (dt.datetime(2026, 3, 15, 20, 52, tzinfo=dt.timezone.utc), "2026-03-15T20:52:00+00:00"),
    (dt.date(2026, 3, 15), "2026-03-15"),
    ((1, 2), [1, 2]),
    ({3, 1, 2}, [1, 2, 3]),
    pytest.param(frozenset({"b", "a"}), ["a", "b"], id="frozenset"),
    (np.int64(3), 3),
    (np.float64(0.25), 0.25),
    (np.float32(0.5), 0.5),
    (np.bool_(True), True),
    (np.str_("q"), "q"),
    (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
    (np.array([1.5, np.nan]), [1.5, None]),
    (np.datetime64("2026-03-15T20:52:00", "ns"), "2026-03-15T20:52:00"),
    (pd.Timestamp("2026-03-15"), "2026-03-15T00:00:00"),
    (math.nan, None),
    (pd.NA, None),
    (pd.NaT, None),
    (Optimizer.ADAM, "adam"),
    ("\\u0000", "\\u0000"),
]


@pytest.mark.parametrize(("value", "stored"), STORED, ids=lambda v: repr(v)[:30])
def test_stored_values(value: Any, stored: Any) -> None:
    result = prepare_params({"x": value})
    assert result == {"x": stored}
    assert type(result["x"]) is type(stored)


@pytest.mark.parametrize("value", [None, [], (), set()], ids=repr)
def test_omitted_values(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert prepare_params({"x": value, "y": 1}) == {"y": 1}
    assert prepare_params({"x": value}) is None
    assert capsys.readouterr().out == ""


class BrokenRepr:
    def __repr__(self) -> str:
        raise RuntimeError


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame({"a": [1]}),
        pd.Series([1]),
        object(),
        BrokenRepr(),
        b"bytes",
        1j,
        math.inf,
        [1, math.inf],
        np.timedelta64(1, "s"),
        dt.timedelta(1),
        (x for x in "ab"),
        {(1, 2): 3},
        ENDLESS,
        10**5000,
        "a\0b",
        ["a\0b"],
        "\ud800",
        ln.ULabel,
    ],
    ids=lambda v: type(v).__name__,
)
def test_dropped_values(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert prepare_params({"x": value, "y": 1}) == {"y": 1}
    out = capsys.readouterr().out
    assert out.startswith("! skipping param x with value ")
    assert out.endswith(f" and dtype {type(value).__name__} not JSON serializable\n")
    assert out.count("\n") == 1


def test_a_generator_is_not_consumed() -> None:
    values = iter([1, 2])
    prepare_params({"x": values})
    assert list(values) == [1, 2]


def test_records(bionty_instance) -> None:
    import bionty as bt

    a, b = ln.ULabel(name="a").save(), ln.ULabel(name="b").save()
    organism = bt.Organism(name="human")
    params = {
        "one": a,
        "list": [a, b],
        "set": ln.ULabel.filter().order_by("name"),
        "other": organism,
    }
    assert prepare_params(params) == {
        "one": f"ULabel[{a.uid}]",
        "list": [f"ULabel[{a.uid}]", f"ULabel[{b.uid}]"],
        "set": [f"ULabel[{a.uid}]", f"ULabel[{b.uid}]"],
        "other": f"bionty.Organism[{organism.uid}]",
    }


def test_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    params = {
        "token": "abc",
        "password": object(),
        "hub": {"api_key": "abc", "names": ("a", {"secret": "abc"})},
        "url": "postgresql://me:abc@host/db",
        "bad": {"token": "abc", "x": object()},
    }
    assert prepare_params(params) == {
        "token": PLACEHOLDER,
        "password": PLACEHOLDER,
        "hub": {"api_key": PLACEHOLDER, "names": ["a", {"secret": PLACEHOLDER}]},
        "url": PLACEHOLDER,
    }
    out = capsys.readouterr().out
    assert "skipping param bad" in out
    assert "abc" not in out


def test_params_have_to_be_a_dictionary() -> None:
    assert prepare_params(None) is None
    with pytest.raises(InvalidArgument, match=r"params has to be a dictionary .*, not \['lr'\]"):
        prepare_params(["lr"])  # type: ignore[arg-type]


def test_annotations(capsys: pytest.CaptureFixture[str]) -> None:
    params = {"n": "3", "lr": 0.1, "token": 3, "free": 1}
    expected = {"n": int, "lr": float, "token": str, "absent": int}
    assert prepare_params(params, expected) == {"lr": 0.1, "free": 1}
    assert capsys.readouterr().out.splitlines() == [
        "! skipping param n: value '3' does not match annotation <class 'int'> (str is not int)",
        f"! skipping param token: value '{PLACEHOLDER}' does not match annotation <class 'str'> "
        "(int is not str)",
    ]
