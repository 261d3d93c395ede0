"""`DictCurator`: the keys of dictionaries are features."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import lamindb as ln
from lamindb.curators.core import DictCurator
from lamindb.errors import InvalidArgument, ValidationError

DTYPES = {
    "temperature": float,
    "n_cells": int,
    "amount": "num",
    "is_control": bool,
    "note": str,
    "day": date,
    "place": "path",
    "study": dict,
    "tags": list[str],
    "sizes": list[float],
    "perturbation": ln.ULabel,
    "perturbations": list[ln.ULabel],
}


@pytest.fixture
def lab(instance: Any) -> SimpleNamespace:
    """Features of all dtypes, and two labels."""
    features = {name: ln.Feature(name=name, dtype=dtype).save() for name, dtype in DTYPES.items()}
    labels = {name.lower(): ln.ULabel(name=name).save() for name in ("DMSO", "IFNG")}
    return SimpleNamespace(features=features, **features, **labels)


def schema_of(lab: SimpleNamespace, *names: str, **options: Any) -> ln.Schema:
    """Schema of some features."""
    return ln.Schema([lab.features[name] for name in names], **options).save()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 21.6),
        ("temperature", np.float32(21.6)),
        ("n_cells", 3),
        ("n_cells", np.int64(3)),
        ("amount", 3),
        ("amount", 3.5),
        ("is_control", True),
        ("note", "a"),
        ("day", "2024-12-01"),
        ("day", date(2024, 12, 1)),
        ("place", "/data"),
        ("study", {"a": 1}),
        ("tags", ["x", "y"]),
        ("tags", np.array(["x", "y"])),
        ("sizes", [0.5, 1.5]),
        ("perturbation", "DMSO"),
        ("perturbation", ["DMSO", "IFNG"]),
        ("perturbation", {"DMSO"}),
        ("perturbation", np.array(["DMSO", "IFNG"])),
        ("perturbations", ["DMSO"]),
        ("note", None),
    ],
)
def test_values_that_fit(lab, name, value) -> None:
    DictCurator({name: value}, schema_of(lab, name)).validate()


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("temperature", "x", "expected series 'temperature' to have type float, got object"),
        ("temperature", 21, "expected series 'temperature' to have type float, got int64"),
        ("n_cells", 1.5, "expected series 'n_cells' to have type int, got float64"),
        ("n_cells", True, "expected series 'n_cells' to have type int, got bool"),
        ("day", "soon", "expected series 'day' to have type date, got object"),
        ("note", 3, "failed dtype check for 'str'"),
        ("tags", "x", "failed dtype check for 'list[str]'"),
        ("sizes", ["x"], "failed dtype check for 'list[float]'"),
        ("study", "x", "failed dtype check for 'dict'"),
        ("perturbation", 3, "failed dtype check for 'str'"),
        ("perturbation", "IFNJ", "1 term not validated in feature 'perturbation': 'IFNJ'"),
        ("perturbation", ["x", "y"], "2 terms not validated in feature 'perturbation': 'x', 'y'"),
        ("perturbations", ["x"], "1 term not validated in feature 'perturbations': 'x'"),
    ],
)
def test_values_that_do_not_fit(lab, name, value, text) -> None:
    with pytest.raises(ValidationError) as caught:
        DictCurator({name: value}, schema_of(lab, name)).validate()
    assert text in str(caught.value)


def test_keys(lab, capsys) -> None:
    schema = schema_of(lab, "temperature", "note")
    with pytest.raises(ValidationError) as caught:
        DictCurator({"note": "x", "more": 1}, schema).validate()
    assert "column 'temperature' not in dataframe. Columns in dataframe: ['note', 'more']" in (
        str(caught.value)
    )
    maximal = schema_of(lab, "temperature", maximal_set=True)
    with pytest.raises(ValidationError, match="column 'more' not in DataFrameSchema"):
        DictCurator({"temperature": 1.0, "more": 1}, maximal).validate()
    capsys.readouterr()
    DictCurator({"note": "x", "more": 1}, ln.Schema(itype=ln.Feature).save()).validate()
    assert capsys.readouterr().out == (
        "! 1 term not validated in feature 'keys': 'more'\n    → fix typos, remove non-existent "
        "values, or save terms via: curator.cat.add_new_from('keys')\n"
    )


def test_a_missing_value_of_a_feature_that_needs_one(lab) -> None:
    needed = ln.Feature(name="needed", dtype=float, nullable=False).save()
    with pytest.raises(ValidationError, match="non-nullable series 'needed' contains null values"):
        DictCurator({"needed": None}, ln.Schema([needed]).save()).validate()


def test_records_are_taken_as_they_are(lab) -> None:
    DictCurator({"perturbation": lab.dmso}, schema_of(lab, "perturbation")).validate()
    user = ln.User.filter().first()
    with pytest.raises(ValidationError, match="Expected a record of type 'ULabel'"):
        DictCurator({"perturbation": user}, schema_of(lab, "perturbation")).validate()


def test_converted_values_are_in_a_new_dictionary(lab) -> None:
    data = {"n_cells": "3", "more": "x"}
    curator = DictCurator(data, schema_of(lab, "n_cells", coerce=True))
    curator.validate()
    assert curator.dataset == {"n_cells": 3, "more": "x"}
    assert type(curator.dataset["n_cells"]) is int
    assert data == {"n_cells": "3", "more": "x"}


def test_defaults_are_added_to_the_dictionary(lab) -> None:
    dose = ln.Feature(name="dose", dtype=float, default_value=0.5).save()
    data: dict[str, Any] = {"note": None}
    note = ln.Feature(name="remark", dtype=str, default_value="none").save()
    curator = DictCurator(data, ln.Schema([dose, note]).save())
    curator.standardize()
    assert data == {"note": None, "dose": 0.5, "remark": "none"}


def test_synonyms_of_keys_are_exchanged_in_the_dictionary(lab) -> None:
    lab.temperature.add_synonym("temp")
    data = {"temp": 21.6}
    curator = DictCurator(data, ln.Schema(itype=ln.Feature).save())
    curator.validate()
    curator.cat.standardize("keys")
    assert data == {"temperature": 21.6}
    curator.validate()


def test_an_empty_dictionary(lab) -> None:
    DictCurator({}, ln.Schema(itype=ln.Feature).save()).validate()
    with pytest.raises(ValidationError, match="'note' not in dataframe"):
        DictCurator({}, schema_of(lab, "note")).validate()


def test_what_is_no_dictionary(lab) -> None:
    for data in ([("note", "x")], None, "note"):
        with pytest.raises(InvalidArgument, match="dataset must be a dictionary, not"):
            DictCurator(data, schema_of(lab, "note"))


def test_an_artifact(lab, capsys) -> None:
    Path("study.json").write_text('{"note": "x"}')
    artifact = ln.Artifact("study.json", key="study.json").save()
    capsys.readouterr()
    curator = DictCurator(artifact, schema_of(lab, "note", "n_cells"))
    assert capsys.readouterr().out == "→ loading artifact into memory for validation\n"
    with pytest.raises(ValidationError, match="'n_cells' not in dataframe"):
        curator.validate()
