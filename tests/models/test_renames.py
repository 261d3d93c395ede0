"""Renamed features and labels: synonyms, history, and which datasets hold the old name."""

from __future__ import annotations

import re
from typing import Any

import pytest

import lamindb as ln
from lamindb.errors import ValidationError


@pytest.fixture
def artifacts(instance, in_tmp) -> list[ln.Artifact]:
    """Three artifacts."""
    saved = []
    for number in range(3):
        (in_tmp / f"{number}.txt").write_text(str(number))
        saved.append(ln.Artifact(f"{number}.txt", key=f"{number}.txt").save())
    return saved


def rename(record: Any, name: str) -> Any:
    record.name = name
    return record.save()


# -- features


def test_the_old_name_of_a_feature_is_kept(instance):
    feature = ln.Feature(name="first", dtype=int).save()
    rename(feature, "second")
    rename(feature, "third")
    for record in (feature, ln.Feature.get(name="third")):
        assert record.synonyms == "first|second"
        times = sorted(record._aux["renamed"])
        assert set(record._aux["renamed"].values()) <= {"first", "second"}
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time) for time in times)
    assert ln.Feature.standardize(["first", "second", "third"]) == ["third"] * 3
    assert ln.Feature.inspect(["first"], mute=True).synonyms_mapper == {"first": "third"}


def test_an_old_name_that_is_part_of_a_synonym_is_kept_too(instance):
    feature = ln.Feature(name="cell", dtype=int, synonyms="cell count").save()
    assert rename(feature, "n_cells").synonyms == "cell count|cell"
    assert ln.Feature.get(name="n_cells").synonyms == "cell count|cell"
    assert rename(feature, "cell").synonyms == "cell count|cell|n_cells"
    assert ln.Feature.get(name="cell").synonyms == "cell count|cell|n_cells"


def test_renaming_one_of_many_saved_features(instance):
    features = [ln.Feature(name=name, dtype=int).save() for name in "ab"]
    features[0].name = "c"
    ln.save(features)
    assert ln.Feature.get(name="c").synonyms == "a"
    assert ln.Feature.get(name="b").synonyms is None


def test_artifacts_with_the_old_name_of_a_feature(artifacts, capsys):
    feature = ln.Feature(name="a", dtype=int).save()
    schema = ln.Schema([feature]).save()
    artifacts[0].schemas.add(schema)
    capsys.readouterr()
    rename(feature, "b")
    assert capsys.readouterr().out == (
        "! by renaming feature from 'a' to 'b' 1 artifact no longer matches the feature name in "
        f"storage: ['{artifacts[0].uid}']\n  → consider re-curating\n"
    )
    artifacts[1].schemas.add(schema)
    rename(feature, "c")
    assert capsys.readouterr().out == (
        "! by renaming feature from 'b' to 'c' 2 artifacts no longer match the feature name in "
        f"storage: ['{artifacts[0].uid}', '{artifacts[1].uid}']\n  → consider re-curating\n"
    )
    feature.description = "no further rename"
    feature.save()
    assert capsys.readouterr().out == ""


def test_all_artifacts_are_counted_and_some_are_listed(instance, in_tmp, capsys):
    (in_tmp / "many").mkdir()
    for number in range(25):
        (in_tmp / "many" / f"{number}.txt").write_text(str(number))
    artifacts = ln.Artifact.from_dir("many").save()
    feature = ln.Feature(name="a", dtype=int).save()
    ln.Schema([feature]).save().artifacts.add(*artifacts)
    capsys.readouterr()
    rename(feature, "b")
    output = capsys.readouterr().out
    assert "25 artifacts no longer match the feature name" in output
    assert output.count("', '") == 19


def test_no_message_about_schemas_artifacts_and_transforms(artifacts, capsys):
    feature = ln.Feature(name="a", dtype=ln.Artifact).save()
    schema = ln.Schema([feature], name="s").save()
    artifacts[0].schemas.add(schema)
    artifacts[0].features.add_values({"a": artifacts[1]})
    transform = ln.Transform(key="t", kind="pipeline").save()
    capsys.readouterr()
    rename(schema, "new")
    artifacts[1].key = "new.txt"
    artifacts[1].save()
    transform.key = "new"
    transform.save()
    assert "by renaming" not in capsys.readouterr().out


# -- labels


def test_artifacts_with_the_old_name_of_a_label(artifacts, capsys):
    label = ln.ULabel(name="x").save()
    feature = ln.Feature(name="perturbation", dtype=ln.ULabel).save()
    artifacts[0].features.add_values({"perturbation": label})
    artifacts[2].ulabels.add(label)
    capsys.readouterr()
    rename(label, "y")
    assert capsys.readouterr().out == (
        "✗ by renaming label from 'x' to 'y' 1 artifact no longer matches the label name in "
        f"storage: ['{artifacts[0].uid}']\n\n   → consider re-curating\n"
    )
    artifacts[1].features.add_values({"perturbation": label})
    rename(ln.ULabel.get(name="y"), "z")
    assert capsys.readouterr().out == (
        "✗ by renaming label from 'y' to 'z' 2 artifacts no longer match the label name in "
        f"storage: ['{artifacts[0].uid}', '{artifacts[1].uid}']\n\n   → consider re-curating\n"
    )
    label = ln.ULabel.get(name="z")
    label.description = "no rename"
    label.save()
    assert capsys.readouterr().out == ""
    assert feature.values.count() == 0


def test_types_lists_and_other_fields_of_labels(artifacts, capsys):
    kind = ln.Record(name="Sample", is_type=True).save()
    record = ln.Record(name="x", type=kind).save()
    for name, dtype in (
        ("typed", kind),
        ("list", list[ln.Record]),
        ("union", [ln.ULabel, ln.Record]),
        ("by uid", ln.Record.uid),
    ):
        feature = ln.Feature(name=name, dtype=dtype).save()
        artifact = artifacts[0] if name != "by uid" else artifacts[1]
        value = [record] if name == "list" else record
        artifact.features.add_values({feature.name: value})
    capsys.readouterr()
    rename(record, "y")
    assert f"1 artifact no longer matches the label name in storage: ['{artifacts[0].uid}']" in (
        capsys.readouterr().out
    )
    rename(kind, "Other")
    assert capsys.readouterr().out == ""


def test_terms_of_ontologies(bionty_instance, in_tmp, capsys):
    import bionty as bt

    (in_tmp / "a.txt").write_text("a")
    artifact = ln.Artifact("a.txt", key="a.txt").save()
    cell = bt.CellType(name="T cell", ontology_id="CL:0000084").save()
    ln.Feature(name="by_name", dtype=bt.CellType).save()
    ln.Feature(name="by_id", dtype=bt.CellType.ontology_id).save()
    artifact.features.add_values({"by_id": cell})
    capsys.readouterr()
    rename(cell, "t")
    assert capsys.readouterr().out == ""
    artifact.features.add_values({"by_name": cell})
    rename(cell, "T")
    assert "✗ by renaming label from 't' to 'T' 1 artifact" in capsys.readouterr().out


def test_renaming_many_labels_at_once(artifacts, capsys, count_queries):
    labels = [ln.ULabel(name=name).save() for name in "abc"]
    ln.Feature(name="perturbation", dtype=ln.ULabel).save()
    artifacts[0].features.add_values({"perturbation": labels[0]})
    for label in labels:
        label.name += label.name
    capsys.readouterr()
    ln.save(labels)
    output = capsys.readouterr().out
    assert "by renaming label from 'a' to 'aa' 1 artifact" in output
    assert output.count("by renaming") == 1


def test_only_renaming_takes_further_queries(instance, count_queries):
    label = ln.ULabel(name="x").save()
    label.description = "no rename"
    label.name = "x"
    with count_queries() as queries:
        label.save()
    assert queries.count == 1
    label = ln.ULabel.get(name="x")
    label.name = "y"
    with count_queries() as queries:
        label.save(update_fields=["name"])
    assert queries.count == 1 + 2  # its name in the database, features that have it as a value
    with count_queries() as queries:
        label.save()
    assert queries.count == 1
    assert ln.ULabel.get(name="y") == label
    assert repr(ln.ULabel.name) == "FieldAttr(ULabel.name)"


# -- dtypes


def test_the_dtype_of_a_used_feature_is_fixed(artifacts):
    feature = ln.Feature(name="f", dtype=int).save()
    project = ln.Project(name="p").save()
    project.features.add(feature)
    feature._dtype_str = "float"
    feature.save()
    artifacts[0].features.add_values({"f": 1.5})
    feature._dtype_str = "str"
    with pytest.raises(ValidationError) as error:
        feature.save()
    assert str(error.value) == (
        "Cannot change the dtype of feature 'f' from float to str: it is used by JsonValue; "
        "create a new feature"
    )
    assert ln.Feature.get(name="f")._dtype_str == "float"


def test_the_dtype_of_a_feature_with_labels_is_fixed(artifacts):
    label = ln.ULabel(name="x").save()
    feature = ln.Feature(name="f", dtype=ln.ULabel).save()
    artifacts[0].features.add_values({"f": label})
    feature._dtype_str = "str"
    with pytest.raises(ValidationError, match=r"from cat\[ULabel\] to str: .*ArtifactULabel"):
        feature.save()
    assert ln.Feature.get(name="f")._dtype_str == "cat[ULabel]"
