"""`artifact.features`, `run.features` and `record.features`: values of features."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument, ValidationError
from lamindb.models import ArtifactJsonValue, ArtifactSchema, ArtifactULabel, JsonValue

DTYPES = {
    "temperature": float,
    "n_cells": int,
    "amount": "num",
    "note": str,
    "is_control": bool,
    "day": date,
    "moment": datetime,
    "moment_utc": "datetime64[ns, UTC]",
    "place": "path",
    "link": "url",
    "study": dict,
    "tags": list[str],
    "sizes": list[float],
    "perturbation": ln.ULabel,
    "perturbations": list[ln.ULabel],
    "by": ln.User,
    "parent": ln.Artifact,
}


def described(value: Any) -> str:
    """Part of the name of a test."""
    return value if isinstance(value, str) else type(value).__name__


@pytest.fixture
def lab(instance: Any) -> SimpleNamespace:
    """An artifact, features of all dtypes, two labels."""
    features = {name: ln.Feature(name=name, dtype=dtype).save() for name, dtype in DTYPES.items()}
    labels = {name.lower(): ln.ULabel(name=name).save() for name in ("DMSO", "IFNG")}
    artifact = ln.Artifact.from_dataframe(pd.DataFrame({"x": [1]}), key="a.parquet").save()
    return SimpleNamespace(**features, **labels, artifact=artifact)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("temperature", 21.6, 21.6),
        ("temperature", np.float32(0.5), 0.5),
        ("n_cells", 3, 3),
        ("n_cells", np.int64(3), 3),
        ("amount", 3, 3),
        ("amount", 3.5, 3.5),
        ("note", "a, b", "a, b"),
        ("note", np.str_("x"), "x"),
        ("is_control", True, True),
        ("is_control", np.bool_(False), False),
        ("day", date(2025, 10, 31), date(2025, 10, 31)),
        ("day", "2025-10-31", date(2025, 10, 31)),
        ("moment", datetime(2025, 10, 31, 12), datetime(2025, 10, 31, 12)),
        ("moment", "2025-10-31T12:00:00", datetime(2025, 10, 31, 12)),
        ("moment", pd.Timestamp("2025-10-31 12:00"), datetime(2025, 10, 31, 12)),
        (
            "moment_utc",
            datetime(2025, 10, 31, 12, tzinfo=timezone.utc),
            datetime(2025, 10, 31, 12, tzinfo=timezone.utc),
        ),
        ("place", PurePosixPath("/data/x"), "/data/x"),
        ("place", "/data/x/", "/data/x"),
        ("link", "https://a.org", "https://a.org"),
        ("study", {"a": {"b": [1, 2]}}, {"a": {"b": [1, 2]}}),
        ("tags", ["x", "y, z"], ["x", "y, z"]),
        ("sizes", np.array([1.0, 2.5]), [1.0, 2.5]),
        ("note", {"x", "y"}, {"x", "y"}),
        ("perturbation", "DMSO", "DMSO"),
        ("perturbation", ["DMSO", "IFNG"], {"DMSO", "IFNG"}),
        ("perturbations", ["IFNG", "DMSO"], ["IFNG", "DMSO"]),
        ("by", "anonymous", "anonymous"),
        ("parent", "a.parquet", "a.parquet"),
    ],
    ids=described,
)
def test_values_are_read_back_as_they_were_given(
    lab: SimpleNamespace, name: str, value: Any, expected: Any
) -> None:
    lab.artifact.features.add_values({name: value})
    read = lab.artifact.features.get_values()
    assert read == {name: expected}
    assert type(read[name]) is type(expected)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 21),
        ("temperature", "21.6"),
        ("n_cells", 3.0),
        ("n_cells", True),
        ("n_cells", "3"),
        ("amount", "3"),
        ("note", 3),
        ("is_control", 1),
        ("day", "yesterday"),
        ("day", datetime(2025, 10, 31)),
        ("moment", "2025-10-31T12:00:00+00:00"),
        ("moment_utc", datetime(2025, 10, 31)),
        ("study", [1]),
        ("tags", "x"),
        ("tags", [1]),
        ("sizes", [1.0, "x"]),
        ("perturbation", "missing"),
        ("perturbation", 3),
        ("perturbations", "DMSO"),
    ],
    ids=described,
)
def test_values_that_do_not_fit_are_refused(lab: SimpleNamespace, name: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        lab.artifact.features.add_values({"link": "https://a.org", name: value})
    uid = lab.artifact.uid
    dtype = ln.Feature.get(name=name).dtype_as_str
    assert str(caught.value).startswith(
        f"Failed to add features on Artifact (uid={uid}): '{name}' ({dtype})={value!r}. "
    )
    assert not JsonValue.filter().exists()
    assert not ArtifactJsonValue.objects.exists(), "the valid value isn't written either"


def test_the_error_names_every_wrong_value_and_what_to_do(lab: SimpleNamespace) -> None:
    with pytest.raises(ValidationError) as caught:
        lab.artifact.features.set_values({"perturbation": "missing", "n_cells": 1.5})
    assert str(caught.value) == (
        f"Failed to set features on Artifact (uid={lab.artifact.uid}): "
        "'perturbation' (cat[ULabel])='missing', 'n_cells' (int)=1.5. "
        "1 term not validated in feature 'perturbation': 'missing'\n"
        "    → fix typos, remove non-existent values, or create objects via:\n\n"
        "  objects = ULabel.from_values(['missing'], field='name', create=True).save()\n"
        '{\n    "SCHEMA": {\n        "WRONG_DATATYPE": [\n            {\n'
        '                "schema": null,\n                "column": "n_cells",\n'
        '                "check": "dtype(\'int\')",\n'
        '                "error": "expected series \'n_cells\' to have type int, got float"\n'
        "            }\n        ]\n    }\n}\n"
        "   ▶ Hint: Consider setting `feature.coerce = True` to attempt coercing values during "
        "validation to the required dtype."
    )


def test_coercion_is_lossless(lab: SimpleNamespace) -> None:
    for feature in (lab.n_cells, lab.temperature, lab.day, lab.is_control):
        feature.coerce = True
        feature.save()
    features = lab.artifact.features
    features.add_values({"n_cells": "3", "temperature": 21, "is_control": "True"})
    features.add_values({"day": datetime(2025, 10, 31, 5)})
    assert features.get_values() == {
        "day": date(2025, 10, 31),
        "is_control": True,
        "n_cells": 3,
        "temperature": 21.0,
    }
    with pytest.raises(ValidationError, match="to have type int, got float") as caught:
        features.add_values({"n_cells": 1.5})
    assert "Hint" not in str(caught.value), "coercion is on already"


def test_unknown_keys_show_how_to_create_the_features(lab: SimpleNamespace) -> None:
    with pytest.raises(ValidationError) as caught:
        lab.artifact.features.add_values({"temperature": 1.0, "a": 3, "b": "x", "c": [1.5]})
    assert str(caught.value) == (
        "These keys could not be validated: ['a', 'b', 'c']\n"
        "Here is how to create a feature:\n\n"
        "  ln.Feature(name='a', dtype='int').save()\n"
        "  ln.Feature(name='b', dtype='cat ? str').save()\n"
        "  ln.Feature(name='c', dtype='list[float]').save()"
    )


def test_keys_can_be_features(lab: SimpleNamespace) -> None:
    lab.artifact.features.add_values({lab.temperature: 1.0})
    assert lab.artifact.features.get_values() == {"temperature": 1.0}
    with pytest.raises(ValidationError, match="Please save feature 'new' before annotation"):
        lab.artifact.features.add_values({ln.Feature(name="new", dtype=int): 1})
    with pytest.raises(TypeError, match="keys must be `str` or `Feature`, got 3"):
        lab.artifact.features.add_values({3: 1})
    with pytest.raises(TypeError, match="Pass a dictionary"):
        lab.artifact.features.add_values([1])
    with pytest.raises(ValidationError, match="Conflicting values for feature temperature"):
        lab.artifact.features.add_values({lab.temperature: 1.0, "temperature": 2.0})


def test_missing_values_are_left_out(lab: SimpleNamespace) -> None:
    lab.artifact.features.add_values(
        {"temperature": None, "tags": [], "study": {}, "amount": float("nan"), "note": pd.NA}
    )
    lab.artifact.features.add_values({})
    assert lab.artifact.features.get_values() == {}


def test_adding_accumulates_and_is_idempotent(lab: SimpleNamespace) -> None:
    features = lab.artifact.features
    for value in (21.6, 22.6, 21.6):
        features.add_values({"temperature": value, "perturbation": "DMSO"})
    features.add_values({"perturbation": lab.ifng})
    assert features.get_values() == {
        "perturbation": {"DMSO", "IFNG"},
        "temperature": {21.6, 22.6},
    }


def test_set_replaces_and_update_touches_what_is_named(lab: SimpleNamespace) -> None:
    features = lab.artifact.features
    features.add_values({"temperature": 1.0, "perturbation": "DMSO", "note": "a"})
    features.update_values({"temperature": 2.0, "note": None})
    assert features.get_values() == {"perturbation": "DMSO", "temperature": 2.0}
    features.update_values({})
    features.set_values({"perturbation": ["IFNG"]})
    assert features.get_values() == {"perturbation": "IFNG"}
    with pytest.raises(ValidationError):
        features.set_values({"perturbation": "missing"})
    assert features.get_values() == {"perturbation": "IFNG"}, "nothing is removed"
    features.set_values({})
    assert features.get_values() == {}


def test_remove_values(lab: SimpleNamespace, capsys: Any) -> None:
    features = lab.artifact.features
    values = {"temperature": {1.0, 2.0}, "perturbation": ["DMSO", "IFNG"], "note": "a"}
    features.add_values(values)
    features.remove_values("temperature", value=1.0)
    features.remove_values({lab.perturbation: lab.dmso})
    assert features.get_values() == {"perturbation": "IFNG", "note": "a", "temperature": 2.0}
    with pytest.raises(TypeError, match="Expected a record for removing categorical"):
        features.remove_values("perturbation", value="IFNG")
    features.remove_values(["temperature", lab.perturbation])
    assert features.get_values() == {"note": "a"}
    features.remove_values("temperature")
    assert f"! no feature 'temperature' found on artifact '{lab.artifact.uid}'!" in (
        capsys.readouterr().out
    )
    with pytest.raises(ValidationError, match="These keys could not be validated: \\['nothing'\\]"):
        features.remove_values("nothing")
    features.remove_values()
    assert features.get_values() == {}


def test_union_dtypes(bionty_on_both: Any) -> None:
    import bionty as bt

    t_cell = bt.CellType(name="T cell", ontology_id="CL:0000084").save()
    dmso = ln.ULabel(name="DMSO").save()
    ln.Feature(name="union", dtype=[ln.ULabel, bt.CellType.ontology_id]).save()
    artifact = ln.Artifact.from_dataframe(pd.DataFrame({"x": [1]}), key="a.parquet").save()
    artifact.features.add_values({"union": "CL:0000084"})
    assert artifact.features["union"] == t_cell
    artifact.features.add_values({"union": dmso})
    assert artifact.features.get_values() == {"union": {"DMSO", "CL:0000084"}}
    assert set(artifact.features["union"]) == {t_cell, dmso}
    dmso.delete()
    assert artifact.features["union"] == t_cell, "labels in the trash are hidden"
    t_cell.delete()
    assert artifact.features["union"] == {}


def test_a_plain_value_of_a_categorical_feature_is_an_error(lab: SimpleNamespace) -> None:
    stored = JsonValue(feature=lab.perturbation, value="DMSO", hash="x").save()
    ArtifactJsonValue(artifact=lab.artifact, jsonvalue=stored).save()
    with pytest.raises(ValidationError) as caught:
        lab.artifact.features.get_values()
    assert str(caught.value) == (
        "invalid entry for feature 'perturbation': it has the categorical dtype cat[ULabel], but "
        "a plain value is stored: 'DMSO'"
    )


def test_one_feature_by_name(lab: SimpleNamespace) -> None:
    features = lab.artifact.features
    features.add_values({"perturbation": ["DMSO", "IFNG"], "perturbations": ["IFNG", "DMSO"]})
    features.add_values({"temperature": 1.0, "by": "anonymous"})
    assert features["by"] == ln.User.get(handle="anonymous")
    assert set(features["perturbation"]) == {lab.dmso, lab.ifng}
    assert list(features["perturbations"]) == [lab.ifng, lab.dmso]
    assert features["temperature"] == 1.0
    assert features["note"] == {}
    with pytest.raises(ValidationError, match="Feature with name nothing not found"):
        features["nothing"]


def test_labels_in_the_trash_are_hidden(lab: SimpleNamespace) -> None:
    lab.artifact.features.add_values({"perturbation": ["DMSO", "IFNG"]})
    lab.dmso.delete()
    assert lab.artifact.features.get_values() == {"perturbation": "IFNG"}
    with pytest.raises(ValidationError, match="1 term not validated"):
        lab.artifact.features.add_values({"perturbation": "DMSO"})


def test_values_of_a_type_are_its_members(lab: SimpleNamespace) -> None:
    kind = ln.Record(name="Perturbation", is_type=True).save()
    below = ln.Record(name="Drug", is_type=True, type=kind).save()
    aspirin = ln.Record(name="Aspirin", type=below).save()
    other = ln.Record(name="Other").save()
    ln.Feature(name="drug", dtype=kind).save()
    features = lab.artifact.features
    features.add_values({"drug": "Aspirin"})
    assert features["drug"] == aspirin
    with pytest.raises(ValidationError, match="1 term not validated in feature 'drug': 'Other'"):
        features.add_values({"drug": "Other"})
    with pytest.raises(
        ValidationError,
        match="Expected a record of type 'Perturbation' for feature 'drug', but received 'Other'",
    ):
        features.add_values({"drug": other})


def test_equal_names_are_told_apart_by_their_level(lab: SimpleNamespace) -> None:
    lab_a, lab_b = (ln.Record(name=n, is_type=True).save() for n in ("LabA", "LabB"))
    for kind in (lab_a, lab_b):
        ln.Record(name="s1", type=kind).save()
    ln.Feature(name="sample", dtype=ln.Record).save()
    with pytest.raises(
        ValidationError, match="Ambiguous match for Record 's1': found 2 records at depth 1"
    ):
        lab.artifact.features.add_values({"sample": "s1"})
    top = ln.Record(name="s1", type=None).save()
    lab.artifact.features.add_values({"sample": "s1"})
    assert lab.artifact.features["sample"] == top


def test_runs_and_records_have_features_too(lab: SimpleNamespace) -> None:
    run = ln.Run(ln.Transform(key="t.py", kind="script").save()).save()
    run.features.add_values({"temperature": 1.0, "note": "x"})
    assert run.features.get_values() == {"note": "x", "temperature": 1.0}
    record = ln.Record(name="r").save()
    record.features.set_values({"temperature": 1.0, "tags": ["a"], "perturbation": "DMSO"})
    record.features.add_values({"tags": ["b"]})
    assert record.features.get_values() == {
        "perturbation": "DMSO",
        "tags": ["a", "b"],
        "temperature": 1.0,
    }
    with pytest.raises(
        ValidationError, match="Cannot use add_values\\(\\) for to-one features on a Record"
    ):
        record.features.add_values({"temperature": 2.0})
    with pytest.raises(ValidationError, match="Failed to set features on Record 'r' \\(uid="):
        record.features.set_values({"n_cells": 1.5})


def test_an_unsaved_host_cannot_be_annotated(lab: SimpleNamespace) -> None:
    with pytest.raises(ValidationError, match="Please save the record before annotating"):
        ln.Record(name="new").features.set_values({"temperature": 1.0})


# -- which features a dataset measures


def test_features_can_be_declared_without_values(lab: SimpleNamespace) -> None:
    features = lab.artifact.features
    features.add(lab.temperature)
    columns = features.slots["columns"]
    assert columns.members.to_list("name") == ["temperature"]
    features.add(lab.temperature)
    assert features.slots == {"columns": columns}
    features.add([lab.note, lab.temperature])
    assert features.slots["columns"].members.to_list("name") == ["temperature", "note"]
    assert features.slots["columns"] != columns
    features.add([lab.note], slot="obs")
    assert list(features.slots) == ["columns", "obs"]
    assert features.get_values() == {}
    with pytest.raises(ValueError, match="Cannot remove values for dataset features"):
        features.remove_values("temperature")


def test_declared_features_of_an_artifact_that_is_no_data_frame(
    lab: SimpleNamespace, tmp_path: Any
) -> None:
    (tmp_path / "b.txt").write_text("b")
    artifact = ln.Artifact(tmp_path / "b.txt", key="b.txt").save()
    artifact.features.add_values({"temperature": 0.55})
    artifact.features.add([lab.temperature, lab.note])
    assert list(artifact.features.slots) == ["external"]
    assert artifact.features.get_values(external_only=True) == {"temperature": 0.55}
    assert artifact.features.describe(return_str=True) == (
        "Artifact: b.txt (0000)\n"
        "└── Features\n"
        "    └── note                           str\n"
        "        temperature                    float                                0.55"
    )
    assert repr(artifact.features) == artifact.features.describe(return_str=True)
    artifact.features.remove_values("temperature")
    assert artifact.features.get_values() == {}


def test_the_index_of_a_slot_stays_when_features_are_declared(lab: SimpleNamespace) -> None:
    schema = ln.Schema([lab.temperature], index=lab.note).save()
    ArtifactSchema(artifact=lab.artifact, schema=schema, slot="columns").save()
    lab.artifact.features.add(lab.n_cells)
    columns = lab.artifact.features.slots["columns"]
    assert columns.index == lab.note
    assert columns.members.to_list("name") == ["note", "temperature", "n_cells"]


@pytest.mark.parametrize(
    ("features", "error", "text"),
    [
        (lambda: ln.Feature(name="new", dtype=int), ValueError, "Can only create schema from val"),
        (lambda: "temperature", TypeError, "Pass a feature or a list of features, not 'temp"),
        (lambda: [ln.ULabel.get(name="DMSO")], TypeError, "Pass features, not ULabel"),
    ],
    ids=["unsaved", "name", "label"],
)
def test_what_cannot_be_declared(
    lab: SimpleNamespace, features: Any, error: Any, text: str
) -> None:
    with pytest.raises(error, match=text):
        lab.artifact.features.add(features())
    assert lab.artifact.features.slots == {}
    with pytest.raises(TypeError, match=r"only artifacts measure features, use record\.features"):
        ln.Record(name="r").save().features.add(lab.note)
    lab.artifact.features.add([])
    assert lab.artifact.features.slots == {}


def test_values_of_the_dataset_itself_are_not_updated(lab: SimpleNamespace) -> None:
    lab.artifact.features.add_values({"perturbation": "DMSO", "note": "a"})
    lab.artifact.features.add(lab.perturbation)
    with pytest.raises(ValueError, match="'perturbation' is measured within the dataset"):
        lab.artifact.features.update_values({"perturbation": "IFNG", "note": "b"})
    assert lab.artifact.features.get_values() == {"perturbation": "DMSO", "note": "a"}
    lab.artifact.features.set_values({"note": "b"})
    assert lab.artifact.features.get_values() == {"perturbation": "DMSO", "note": "b"}


# -- schemas


def test_a_schema_says_which_features_are_meant(lab: SimpleNamespace) -> None:
    kinds = [ln.Feature(name=name, is_type=True).save() for name in ("one", "two")]
    first, second = (ln.Feature(name="ph", dtype=float, type=kind).save() for kind in kinds)
    features = lab.artifact.features
    with pytest.raises(ValidationError, match="Ambiguous match for Feature 'ph'"):
        features.add_values({"ph": 7.0})
    with pytest.raises(ValidationError, match="Ambiguous match for Feature 'ph'"):
        features["ph"]
    features.add_values({"ph": 7.0}, schema=ln.Schema([second]).save())
    stored = ArtifactJsonValue.objects.get().jsonvalue
    assert (stored.feature, stored.value) == (second, 7.0)
    with pytest.raises(
        ValidationError, match="These feature keys are not in the provided schema: \\['note'\\]"
    ):
        features.set_values({first: 1.0, "note": "x"}, schema=ln.Schema([first]).save())
    with pytest.raises(InvalidArgument, match="features are found by name, not by 'uid'"):
        features.add_values({"x": 1}, feature_field=ln.Feature.uid)
    features.set_values({first: 1.0}, feature_field=ln.Feature.name)


def frame_of(lab: SimpleNamespace, **options: Any) -> ln.Record:
    """A type of records with a schema: an index, two required features, an optional one."""
    sample = ln.Feature(name="sample_id", dtype=str).save()
    members = [lab.temperature, lab.perturbations, lab.note.with_config(optional=True)]
    schema = ln.Schema(members, index=sample, **options).save()
    return ln.Record(name="Samples", is_type=True, schema=schema).save()


def test_records_of_a_type_with_a_schema(lab: SimpleNamespace) -> None:
    record = ln.Record(name="s1").save()
    record.features.set_values({"temperature": 1.0, "perturbations": ["DMSO"]})
    ln.Record.filter(pk=record.pk).update(type=frame_of(lab))
    record = ln.Record.get(record.uid)
    features = record.features
    assert features.get_values() == {
        "perturbations": ["DMSO"],
        "sample_id": "s1",
        "temperature": 1.0,
    }
    with pytest.raises(ValidationError, match="column 'perturbations' not in dataframe"):
        features.set_values({"temperature": 2.0})
    with pytest.raises(
        ValidationError, match="These feature keys are not in the provided schema: \\['n_cells'\\]"
    ):
        features.update_values({"n_cells": 3})
    with pytest.raises(ValidationError, match="that type has a schema"):
        features.set_values({"temperature": 2.0}, schema=record.type.schema)
    features.update_values({"temperature": 2.0})
    assert features.get_values()["temperature"] == 2.0
    features.set_values({"temperature": None, "perturbations": []})
    assert features.get_values() == {
        "perturbations": [],
        "sample_id": "s1",
        "temperature": None,
    }, "explicitly missing values are shown as such"


def test_the_number_of_queries_does_not_grow(lab: SimpleNamespace, count_queries: Any) -> None:
    ln.ULabel.from_values([f"label {i}" for i in range(150)], create=True).save()
    features = lab.artifact.features
    with count_queries() as add_few:
        features.add_values({"perturbation": ["DMSO", "label 1"], "n_cells": 1})
    with count_queries() as add_many:
        features.add_values({"perturbation": [f"label {i}" for i in range(150)], "n_cells": 2})
    assert add_many.count == add_few.count <= 9
    with count_queries() as read:
        values = features.get_values()
    assert len(values["perturbation"]) == 151
    assert read.count <= 5
    assert ArtifactULabel.objects.count() == 151


def test_values_are_checked_by_the_constructor_and_written_with_the_row(
    lab: SimpleNamespace, tmp_path: Any
) -> None:
    (tmp_path / "b.txt").write_text("b")
    values = {"temperature": 21.6, "perturbation": ["DMSO", "IFNG"]}
    artifact = ln.Artifact(tmp_path / "b.txt", key="b.txt", features=values)
    assert not JsonValue.filter().exists()
    artifact.save()
    assert artifact.features.get_values() == {
        "perturbation": {"DMSO", "IFNG"},
        "temperature": 21.6,
    }
    (tmp_path / "c.txt").write_text("c")
    with pytest.raises(ValidationError, match="Failed to set features on Artifact"):
        ln.Artifact(tmp_path / "c.txt", key="c.txt", features={"temperature": "warm"})
    assert not ln.Artifact.filter(key="c.txt").exists()


def test_values_of_many_new_artifacts(lab: SimpleNamespace, tmp_path: Any) -> None:
    artifacts = []
    for i in range(3):
        (tmp_path / f"{i}.txt").write_text(f"{i}")
        features = {"n_cells": i} if i else None
        artifacts.append(ln.Artifact(tmp_path / f"{i}.txt", key=f"{i}.txt", features=features))
    ln.save(artifacts)
    assert [a.features.get_values() for a in artifacts] == [{}, {"n_cells": 1}, {"n_cells": 2}]
    again = ln.Artifact(tmp_path / "0.txt", key="0.txt", features={"n_cells": 7}).save()
    assert again == artifacts[0]
    assert again.features.get_values() == {"n_cells": 7}
