"""`artifact.labels`: records as plain labels and as values of features."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import ValidationError
from lamindb.models import ArtifactSchema, ArtifactULabel, CollectionULabel


def artifact_of(number: int) -> ln.Artifact:
    frame = pd.DataFrame({"x": [number]})
    return ln.Artifact.from_dataframe(frame, key=f"a{number}.parquet").save()


@pytest.fixture
def lab(bionty_on_both: Any) -> SimpleNamespace:
    """Labels of two registries and features for them."""
    import bionty as bt

    dmso, ifng = (ln.ULabel(name=name).save() for name in ("DMSO", "IFNG"))
    t_cell = bt.CellType(name="T cell", ontology_id="CL:0000084").save()
    dtypes = {
        "perturbation": ln.ULabel,
        "cell_type": bt.CellType,
        "cell_type_id": bt.CellType.ontology_id,
        "union": [ln.ULabel, bt.CellType],
        "note": str,
    }
    features = {name: ln.Feature(name=name, dtype=dtype).save() for name, dtype in dtypes.items()}
    return SimpleNamespace(
        bt=bt, dmso=dmso, ifng=ifng, t_cell=t_cell, artifact=artifact_of(1), **features
    )


def test_plain_labels_of_any_registry(lab: SimpleNamespace) -> None:
    labels = lab.artifact.labels
    labels.add(lab.dmso)
    labels.add([lab.ifng, lab.t_cell])
    labels.add(ln.ULabel.filter())
    labels.add([])
    assert sorted(lab.artifact.ulabels.to_list("name")) == ["DMSO", "IFNG"]
    assert lab.artifact.cell_types.one() == lab.t_cell
    assert ArtifactULabel.objects.count() == 2, "what is linked is not linked again"


def test_labels_of_features(lab: SimpleNamespace) -> None:
    labels = lab.artifact.labels
    labels.add([lab.ifng, lab.dmso], feature=lab.perturbation)
    labels.add(["DMSO"], feature=lab.perturbation)
    labels.add("CL:0000084", feature=lab.cell_type_id)
    labels.add(lab.t_cell, feature=lab.cell_type)
    labels.add([lab.t_cell, lab.dmso], feature=lab.union)
    assert sorted(labels.get(lab.perturbation).to_list("name")) == ["DMSO", "IFNG"]
    assert labels.get(lab.cell_type).one() == lab.t_cell
    assert labels.get(lab.cell_type_id, flat_names=True) == ["CL:0000084"]
    assert sorted(labels.get(lab.union, flat_names=True)) == ["DMSO", "T cell"]
    union = labels.get(lab.union, mute=True)
    assert {name: rows.one() for name, rows in union.items()} == {
        "ULabel": lab.dmso,
        "bionty.CellType": lab.t_cell,
    }
    assert lab.artifact.features.get_values() == {
        "cell_type": "T cell",
        "cell_type_id": "CL:0000084",
        "perturbation": {"DMSO", "IFNG"},
        "union": {"DMSO", "T cell"},
    }
    lab.dmso.delete()
    assert labels.get(lab.perturbation).to_list("name") == ["IFNG"], "not those in the trash"


def test_a_feature_without_labels(lab: SimpleNamespace) -> None:
    labels = lab.artifact.labels
    assert labels.get(lab.perturbation).count() == 0
    assert labels.get(lab.perturbation, flat_names=True) == []
    with pytest.raises(TypeError, match="feature has to be a Feature, not 'perturbation'"):
        labels.get("perturbation")
    with pytest.raises(ValueError, match="feature does not have linked labels"):
        labels.get(lab.note)


def new_feature(lab: SimpleNamespace) -> Any:
    return ln.Feature(name="x", dtype=ln.ULabel)


@pytest.mark.parametrize(
    ("label", "feature", "error", "text"),
    [
        (
            lambda lab: "DMSO",
            lambda lab: None,
            ValueError,
            "Please pass a feature, it says what strings mean: labels.add('…', feature=feature); "
            "or pass records instead of ['DMSO']",
        ),
        (
            lambda lab: ["DMSO", "IFNJ"],
            lambda lab: lab.perturbation,
            ValueError,
            "Please pass a record (a `SQLRecord` object), not a string, e.g., via: "
            "label = ln.ULabel(name='IFNJ').save(): no record matches ['IFNJ']",
        ),
        (
            lambda lab: 3,
            lambda lab: lab.perturbation,
            ValueError,
            "Please pass a record (a `SQLRecord` object), not 3",
        ),
        (
            lambda lab: lab.dmso,
            lambda lab: "perturbation",
            TypeError,
            "feature has to be a Feature, not 'perturbation'",
        ),
        (
            lambda lab: lab.dmso,
            new_feature,
            ValidationError,
            "Feature not validated. If it looks correct: "
            "ln.Feature(name='x', type='cat[ULabel]').save()",
        ),
        (
            lambda lab: lab.dmso,
            lambda lab: lab.note,
            ValidationError,
            "Feature note needs a categorical dtype for label annotation, currently has "
            "dtype='str'",
        ),
        (
            lambda lab: lab.t_cell,
            lambda lab: lab.perturbation,
            ValidationError,
            "Label type bionty.CellType is not valid for Feature(name='perturbation', "
            "dtype='cat[ULabel]'), consider a feature with dtype='cat[ULabel|bionty.CellType]'",
        ),
    ],
    ids=range(7),
)
def test_what_cannot_be_added(
    lab: SimpleNamespace, label: Any, feature: Any, error: Any, text: str
) -> None:
    with pytest.raises(error) as caught:
        lab.artifact.labels.add(label(lab), feature=feature(lab))
    assert str(caught.value) == text
    assert not ArtifactULabel.objects.exists(), "nothing is written, also not the valid ones"


def test_records_that_are_not_saved_or_not_related(lab: SimpleNamespace) -> None:
    new = ln.ULabel(name="new")
    with pytest.raises(ValidationError) as caught:
        lab.artifact.labels.add([lab.dmso, new])
    assert str(caught.value) == f"{new} not validated. If it looks correct: record.save()"
    with pytest.raises(ValueError, match=r"Can't add labels to <class 'lamindb\.models\.artifact"):
        lab.artifact.labels.add([lab.dmso, lab.note])
    unsaved = ln.Artifact.from_dataframe(pd.DataFrame({"x": [5]}), key="new.parquet")
    with pytest.raises(ValueError, match="Please save the artifact/collection before adding a la"):
        unsaved.labels.add(lab.dmso)
    assert not ArtifactULabel.objects.exists()


def test_labels_outside_of_the_type_of_the_feature(lab: SimpleNamespace) -> None:
    kind = ln.ULabel(name="Perturbation", is_type=True).save()
    typed = ln.Feature(name="typed", dtype=kind).save()
    inside = ln.ULabel(name="inside", type=kind).save()
    lab.artifact.labels.add(inside, feature=typed)
    with pytest.raises(
        ValidationError,
        match="Expected a record of type 'Perturbation' for feature 'typed', but received 'DMSO'",
    ):
        lab.artifact.labels.add(lab.dmso, feature=typed)


def test_features_of_the_dataset_are_left_to_curators(lab: SimpleNamespace) -> None:
    schema = ln.Schema([lab.perturbation]).save()
    ArtifactSchema(artifact=lab.artifact, schema=schema, slot="columns").save()
    with pytest.raises(ValidationError) as caught:
        lab.artifact.labels.add(lab.dmso, feature=lab.perturbation)
    assert str(caught.value) == (
        "Cannot manually annotate a feature measured *within* the dataset. Please use a Curator."
    )
    lab.artifact.labels.add(lab.dmso, feature=lab.union)


def test_labels_of_another_artifact(lab: SimpleNamespace, count_queries: Any) -> None:
    first, second = lab.artifact, artifact_of(2)
    first.labels.add([lab.dmso, lab.t_cell])
    first.labels.add([lab.ifng], feature=lab.perturbation)
    second.labels.add(lab.dmso, feature=lab.perturbation)
    with count_queries() as queries:
        second.labels.add_from(first)
    assert queries.count <= 4
    assert second.labels.get(lab.perturbation).count() == 2
    assert second.cell_types.one() == lab.t_cell
    assert second.links_ulabel.count() == 2, "DMSO was linked already"
    second.labels.add_from(first)
    assert second.links_ulabel.count() == 2
    with pytest.raises(ValueError, match="Please save both records before copying labels"):
        second.labels.add_from(ln.Artifact.from_dataframe(pd.DataFrame({"x": [5]}), key="5.csv"))


def test_labels_as_text(lab: SimpleNamespace, capsys: Any) -> None:
    artifact = lab.artifact
    assert artifact.labels.describe() == "Artifact: a1.parquet (0000)"
    artifact.labels.add(lab.dmso)
    artifact.labels.add(lab.t_cell, feature=lab.cell_type)
    text = (
        "Artifact: a1.parquet (0000)\n"
        "└── Labels\n"
        "    └── .ulabels                       ULabel                               DMSO\n"
        "        .cell_types                    bionty.CellType                      T cell"
    )
    assert artifact.labels.describe() == repr(artifact.labels) == text
    capsys.readouterr()
    assert artifact.labels.describe(return_str=False) is None
    assert "└── Labels\n" in capsys.readouterr().out


def test_labels_of_collections_runs_and_transforms(lab: SimpleNamespace) -> None:
    collection = ln.Collection([lab.artifact], key="c").save()
    collection.labels.add(lab.dmso)
    collection.labels.add([lab.dmso, lab.ifng], feature=lab.perturbation)
    assert CollectionULabel.objects.count() == 2, "a collection has each label once"
    assert sorted(collection.labels.get(lab.perturbation, flat_names=True)) == ["DMSO", "IFNG"]
    with pytest.raises(ValueError, match="It has no relation to Artifact"):
        collection.labels.add(lab.artifact)
    transform = ln.Transform(key="t.py", kind="script").save()
    run = ln.Run(transform).save()
    for host in (transform, run):
        host.labels.add(lab.dmso)
        assert host.ulabels.one() == lab.dmso
        with pytest.raises(ValidationError, match="cannot have ULabel labels for a feature"):
            host.labels.add(lab.dmso, feature=lab.perturbation)
    artifact = artifact_of(3)
    artifact.labels.add_from(collection)
    assert artifact.labels.get(lab.perturbation).count() == 2
    run.labels.add_from(collection)
    assert sorted(run.ulabels.to_list("name")) == ["DMSO", "IFNG"]
