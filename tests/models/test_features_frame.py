"""`to_dataframe(include="features")`: values of features as columns."""

from __future__ import annotations

from datetime import date, datetime, timezone
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument
from lamindb.models import ArtifactSchema, ArtifactULabel

QUERIED = (
    "→ queried for all categorical features of dtypes Record or ULabel and non-categorical "
    "features: "
)


def artifacts(n: int) -> list[ln.Artifact]:
    """New artifacts, the first of which is the oldest."""
    paths = []
    for i in range(n):
        with open(f"{i}.txt", "w") as file:
            file.write(f"content {i}")
        paths.append(ln.Artifact(f"{i}.txt", key=f"{i}.txt"))
    ln.save(paths)
    return paths


@pytest.fixture
def lab(instance: Any) -> SimpleNamespace:
    """Three artifacts, two labels."""
    dmso, ifng = (ln.ULabel(name=name).save() for name in ("DMSO", "IFNG"))
    return SimpleNamespace(dmso=dmso, ifng=ifng, artifacts=artifacts(3))


def column(name: str, **options: Any) -> pd.Series:
    """Column of all artifacts, oldest first."""
    return ln.Artifact.to_dataframe(order_by="id", **({"include": "features"} | options))[name]


def test_the_frame_of_the_tutorial(bionty_on_both: Any, capsys: Any) -> None:
    import bionty as bt
    from bionty.models import ArtifactCellType

    old = ["temperature", "experiment"]
    for name, dtype in zip(old, (float, ln.ULabel), strict=True):
        ln.Feature(name=name, dtype=dtype).save()
    labels = {name: ln.ULabel(name=name).save() for name in ("My experiment", "DMSO", "IFNG")}
    first, second = artifacts(2)
    first.features.add_values({"temperature": 21.6, "experiment": "My experiment"})
    first.features.remove_values(old)
    for name in old:
        ln.Feature.get(name=name).delete()
    perturbation = ln.Feature(name="perturbation", dtype=ln.ULabel).save()
    cell_type = ln.Feature(name="cell_type_by_model", dtype=bt.CellType).save()
    names = ["donor", "sample_note", "concentration"]
    more = [ln.Feature(name=name, dtype=str).save() for name in names]
    more.append(ln.Feature(name="treatment_time_h", dtype="num").save())
    schema = ln.Schema([perturbation, cell_type, *more]).save()
    ArtifactSchema(artifact=second, schema=schema, slot="columns").save()
    for name in ("DMSO", "IFNG"):
        ArtifactULabel(artifact=second, ulabel=labels[name], feature=perturbation).save()
    t_cell = bt.CellType(name="T cell").save()
    ArtifactCellType(artifact=second, celltype=t_cell, feature=cell_type).save()
    capsys.readouterr()

    frame = ln.Artifact.to_dataframe(include="features")
    shown = ["perturbation", *names, "treatment_time_h"]
    assert f"{QUERIED}(5) {shown}" in capsys.readouterr().out
    assert frame.index.name == "id"
    assert frame.index.tolist() == [second.id, first.id]
    assert frame.columns.tolist() == ["uid", "key", "perturbation"]
    assert frame["perturbation"].iloc[0] == {"DMSO", "IFNG"}
    assert np.isnan(frame["perturbation"].iloc[1])
    assert ln.Artifact.to_dataframe(features=True).equals(frame)

    everything = ln.Artifact.to_dataframe(features="queryset")
    assert everything.columns.tolist() == ["uid", "key", "perturbation", "cell_type_by_model"]
    assert everything["cell_type_by_model"].iloc[0] == "T cell"
    one = ln.Artifact.to_dataframe(features="cell_type_by_model")
    assert one.columns.tolist() == ["uid", "key", "cell_type_by_model"]


TIME = datetime(2025, 10, 31, 12)


@pytest.mark.parametrize(
    ("dtype", "values", "kind", "expected"),
    [
        (int, [3, None, 10], "Int64", [3, pd.NA, 10]),
        (float, [21.6, None, 3.0], "float64", [21.6, np.nan, 3.0]),
        ("num", [3, None, 0.5], "float64", [3.0, np.nan, 0.5]),
        (bool, [True, False, None], "boolean", [True, False, pd.NA]),
        (str, ["a", None, "b, c"], "object", ["a", np.nan, "b, c"]),
        (date, ["2025-10-31", None, None], "object", [date(2025, 10, 31), np.nan, np.nan]),
        (datetime, [TIME, None, TIME], "datetime64[ns]", [TIME, pd.NaT, TIME]),
        (
            "datetime64[ns, UTC]",
            [TIME.replace(tzinfo=timezone.utc), None, None],
            "datetime64[ns, UTC]",
            [pd.Timestamp(TIME, tz="UTC"), pd.NaT, pd.NaT],
        ),
        (dict, [{"a": 1}, None, {"b": [2]}], "object", [{"a": 1}, np.nan, {"b": [2]}]),
        (list[int], [[1, 2], None, [3]], "object", [[1, 2], np.nan, [3]]),
        (int, [{3, 4}, None, 10], "object", [{3, 4}, np.nan, 10]),
        (ln.ULabel, ["DMSO", None, "IFNG"], "category", ["DMSO", np.nan, "IFNG"]),
        (ln.ULabel, [["DMSO", "IFNG"], "DMSO", None], "object", [{"DMSO", "IFNG"}, "DMSO", np.nan]),
        (
            list[ln.ULabel],
            [["IFNG", "DMSO"], ["DMSO"], None],
            "object",
            [["IFNG", "DMSO"], ["DMSO"], np.nan],
        ),
        (ln.User, ["anonymous", None, None], "category", ["anonymous", np.nan, np.nan]),
    ],
    ids=range(15),
)
def test_columns_have_the_dtype_of_the_feature(
    lab: SimpleNamespace, dtype: Any, values: list[Any], kind: str, expected: list[Any]
) -> None:
    ln.Feature(name="x", dtype=dtype).save()
    for artifact, value in zip(lab.artifacts, values, strict=True):
        artifact.features.add_values({"x": value})
    found = column("x", features=["x"])
    assert found.dtype == kind
    missing = [pd.isna(value) for value in expected if not isinstance(value, (dict, list, set))]
    shown = [value for value in found if not isinstance(value, (dict, list, set))]
    assert [pd.isna(value) for value in shown] == missing
    present = [v for v in expected if isinstance(v, (dict, list, set)) or not pd.isna(v)]
    assert [v for v in found if isinstance(v, (dict, list, set)) or not pd.isna(v)] == present


def test_named_features_only(lab: SimpleNamespace, capsys: Any) -> None:
    _, b, _ = (ln.Feature(name=name, dtype=int).save() for name in "abc")
    lab.artifacts[0].features.add_values({"a": 1, "b": 2, "c": 3})
    frame = ln.Artifact.to_dataframe(features=["c", "a"])
    assert frame.columns.tolist() == ["uid", "key", "c", "a"]
    assert QUERIED not in capsys.readouterr().out
    frame = ln.Artifact.to_dataframe(features=["a", "nothing"])
    assert frame.columns.tolist() == ["uid", "key", "a"]
    assert (
        "! found features and passed features differ:\n - passed: ['a', 'nothing']\n"
        " - found: ['a']\n" in capsys.readouterr().out
    )
    frame = ln.Artifact.filter(key="1.txt").to_dataframe(features=[b])
    assert frame.columns.tolist() == ["uid", "key", "b"], "asked for, though there is no value"


def test_features_of_the_same_name(lab: SimpleNamespace, capsys: Any) -> None:
    kind = ln.Feature(name="kind", is_type=True).save()
    top = ln.Feature(name="x", dtype=int).save()
    other = ln.Feature(name="x", dtype=ln.ULabel, type=kind).save()
    lab.artifacts[0].features.add_values({top: 1, other: "DMSO"})
    with pytest.raises(ValueError) as caught:
        ln.Artifact.to_dataframe(features=["x"])
    assert str(caught.value) == (
        f"Ambiguous feature names passed in `features`: {{'x': ['{top.uid}', '{other.uid}']}}: "
        "pass one of the features instead of its name, e.g. features=[ln.Feature.get(uid)]"
    )
    assert column("x", features=[top]).iloc[0] == 1
    capsys.readouterr()
    assert column("x").iloc[0] == "DMSO", "the categorical one"
    assert "! several features are named 'x': showing one of each" in capsys.readouterr().out


def test_features_that_are_named_like_fields(lab: SimpleNamespace) -> None:
    for name in ("id", "uid", "description"):
        ln.Feature(name=name, dtype=int).save()
    first = lab.artifacts[0]
    first.features.add_values(
        {ln.Feature.get(name=n): i for i, n in enumerate(["id", "uid", "description"])}
    )
    frame = ln.Artifact.to_dataframe(include=["features", "description"])
    assert frame.index.name == "__lamindb_artifact_id__"
    assert frame.columns.tolist() == [
        *("__lamindb_artifact_uid__", "key", "__lamindb_artifact_description__"),
        *("id", "uid", "description"),
    ]
    assert frame.loc[first.id, "__lamindb_artifact_uid__"] == first.uid
    assert frame.loc[first.id, ["id", "uid", "description"]].tolist() == [0, 1, 2]


def test_features_next_to_fields_of_related_records(lab: SimpleNamespace) -> None:
    ln.Feature(name="n", dtype=int).save()
    lab.artifacts[0].features.add_values({"n": 3})
    lab.artifacts[0].ulabels.add(lab.dmso)
    frame = ln.Artifact.to_dataframe(include=["created_by__handle", "features", "ulabels__name"])
    assert frame.columns.tolist() == ["uid", "key", "created_by__handle", "ulabels__name", "n"]
    oldest = frame.iloc[-1]
    assert (oldest["created_by__handle"], oldest["n"]) == ("anonymous", 3)
    assert oldest["ulabels__name"] == {"DMSO"}


def test_the_filter_selects_rows_not_annotations(lab: SimpleNamespace) -> None:
    ln.Feature(name="perturbation", dtype=ln.ULabel).save()
    lab.artifacts[0].features.add_values({"perturbation": ["DMSO", "IFNG"]})
    frame = ln.Artifact.filter(perturbation="DMSO").to_dataframe(include="features")
    assert frame["perturbation"].tolist() == [{"DMSO", "IFNG"}]


def test_limits_and_empty_results(lab: SimpleNamespace, capsys: Any) -> None:
    ln.Feature(name="n", dtype=int).save()
    for i, artifact in enumerate(lab.artifacts):
        artifact.features.add_values({"n": {i, i + 10}})
    frame = ln.Artifact.to_dataframe(include="features", limit=2)
    assert frame["n"].tolist() == [{2, 12}, {1, 11}], "artifacts are counted, not annotations"
    assert "truncated" not in capsys.readouterr().out
    empty = ln.Artifact.filter(key="nothing").to_dataframe(include="features")
    assert (len(empty), empty.columns.tolist()) == (0, ["uid", "key"])


def test_labels_and_features_in_the_trash_are_hidden(lab: SimpleNamespace) -> None:
    for name in ("perturbation", "other"):
        ln.Feature(name=name, dtype=ln.ULabel).save()
    lab.artifacts[0].features.add_values({"perturbation": ["DMSO", "IFNG"], "other": "IFNG"})
    lab.dmso.delete()
    ln.Feature.get(name="other").delete()
    frame = ln.Artifact.to_dataframe(include="features")
    assert frame.columns.tolist() == ["uid", "key", "perturbation"]
    assert frame["perturbation"].iloc[-1] == "IFNG"


def test_runs_and_records(lab: SimpleNamespace) -> None:
    ln.Feature(name="n", dtype=int).save()
    run = ln.Run(ln.Transform(key="t.py", kind="script").save(), name="first").save()
    run.features.add_values({"n": 3})
    frame = ln.Run.to_dataframe(include="features")
    assert frame.columns.tolist() == ["uid", "name", "n"]
    assert frame.loc[run.id].tolist() == [run.uid, "first", 3]
    record = ln.Record(name="s1").save()
    record.features.set_values({"n": 4})
    frame = ln.Record.to_dataframe(include="features")
    assert frame.loc[record.id].tolist() == [record.uid, "s1", 4]
    with pytest.raises(InvalidArgument, match="ULabel has no features"):
        ln.ULabel.to_dataframe(include="features")
    with pytest.raises(InvalidArgument, match="works for Artifact, Record and Run"):
        ln.ULabel.filter().to_dataframe(features=["n"])


def test_the_number_of_queries_does_not_grow(lab: SimpleNamespace, count_queries: Any) -> None:
    ln.Feature(name="perturbation", dtype=ln.ULabel).save()
    for i in range(5):
        ln.Feature(name=f"n{i}", dtype=int).save()
    lab.artifacts[0].features.add_values({"n0": 1, "perturbation": "DMSO"})
    with count_queries() as few:
        ln.Artifact.to_dataframe(include="features", limit=1)
    for i, artifact in enumerate(lab.artifacts):
        artifact.features.add_values({f"n{j}": i for j in range(5)})
        artifact.features.add_values({"perturbation": ["DMSO", "IFNG"]})
    with count_queries() as many:
        ln.Artifact.to_dataframe(include="features")
    assert few.count == 4, "artifacts, features, links, other values"
    assert many.count == 5, "and the names of labels"
