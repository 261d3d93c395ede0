"""`artifact.ulabels`, `artifact.cell_types`, …: relations to many records."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from lamindb.models import ArtifactULabel


@pytest.fixture
def lab(bionty_on_both: Any) -> SimpleNamespace:
    """An artifact, labels, and two features."""
    import bionty as bt

    labels = {name.lower(): ln.ULabel(name=name).save() for name in ("DMSO", "IFNG", "TNF")}
    t_cell, b_cell = (bt.CellType(name=name).save() for name in ("T cell", "B cell"))
    features = {
        "perturbation": ln.Feature(name="perturbation", dtype=ln.ULabel).save(),
        "by_expert": ln.Feature(name="by_expert", dtype=bt.CellType).save(),
        "by_model": ln.Feature(name="by_model", dtype=bt.CellType).save(),
    }
    artifact = ln.Artifact.from_dataframe(pd.DataFrame({"x": [1]}), key="a.parquet").save()
    return SimpleNamespace(**labels, **features, t_cell=t_cell, b_cell=b_cell, artifact=artifact)


def test_add_remove_set_and_clear(lab: SimpleNamespace) -> None:
    ulabels = lab.artifact.ulabels
    ulabels.add(lab.dmso, lab.ifng)
    ulabels.add(lab.dmso)
    assert sorted(ulabels.to_list("name")) == ["DMSO", "IFNG"]
    assert sorted(ulabels.to_dataframe()["name"]) == ["DMSO", "IFNG"]
    ulabels.remove(lab.dmso)
    assert ulabels.one() == lab.ifng
    ulabels.set([lab.dmso, lab.tnf])
    assert sorted(ulabels.all().to_list("name")) == ["DMSO", "TNF"]
    ulabels.set(ln.ULabel.filter(name="IFNG"))
    assert ulabels.to_list() == [lab.ifng]
    ulabels.clear()
    assert ulabels.count() == 0
    assert ln.ULabel.filter().count() == 3, "only links are deleted"


def test_links_with_a_feature(lab: SimpleNamespace) -> None:
    artifact = lab.artifact
    artifact.ulabels.add(lab.dmso, through_defaults={"feature_id": lab.perturbation.id})
    assert artifact.features.get_values() == {"perturbation": "DMSO"}
    artifact.ulabels.add(lab.dmso)
    assert ArtifactULabel.objects.count() == 1, "it is linked already, with a feature"
    artifact.features.add_values({"by_expert": ["T cell", "B cell"], "by_model": "T cell"})
    artifact.cell_types.remove(lab.t_cell)
    assert artifact.features.get_values() == {"perturbation": "DMSO", "by_expert": "B cell"}


def test_each_record_is_shown_once(lab: SimpleNamespace) -> None:
    artifact = lab.artifact
    artifact.cell_types.add(lab.t_cell)
    artifact.features.add_values({"by_expert": ["T cell", "B cell"], "by_model": "T cell"})
    assert artifact.links_cell_type.count() == 4
    cells = artifact.cell_types
    assert sorted(cells.to_list("name")) == ["B cell", "T cell"]
    assert cells.count() == len(cells.all()) == len(cells.to_dataframe()) == 2
    assert cells.filter(name="T cell").one() == lab.t_cell
    assert cells.get(name="T cell") == lab.t_cell
    assert cells.exists()
    expert = cells.filter(links_artifact__feature=lab.by_model)
    assert expert.one() == lab.t_cell, "the feature of this artifact's link"
    assert lab.t_cell.artifacts.one() == artifact
    assert ln.Artifact.filter(cell_types=lab.b_cell).one() == artifact
    read = ln.Artifact.filter().prefetch_related("cell_types").one()
    assert len(read.cell_types.all()) == 2


@pytest.mark.parametrize("path", ["cell_types", "cell_types__name", "Q"])
def test_filters_show_each_record_once(lab: SimpleNamespace, path: str, count_queries: Any) -> None:
    other = ln.Artifact.from_dataframe(pd.DataFrame({"x": [3]}), key="c.parquet").save()
    lab.artifact.cell_types.add(lab.t_cell)
    lab.artifact.features.add_values({"by_expert": "T cell", "by_model": "T cell"})
    other.cell_types.add(lab.b_cell)
    if path == "Q":
        found = ln.Artifact.filter(ln.Q(cell_types=lab.t_cell) | ln.Q(cell_types__name="none"))
    else:
        found = ln.Artifact.filter(**{path: lab.t_cell if path == "cell_types" else "T cell"})
    with count_queries() as queries:
        assert found.to_list() == [lab.artifact]
    assert queries.count == 1
    assert found.count() == len(found.to_dataframe()) == 1
    assert found.one() == lab.artifact
    assert ln.Artifact.filter(cell_types=None).count() == 0
    assert ln.Artifact.filter(~ln.Q(cell_types=lab.t_cell)).one() == other
    assert type(lab.t_cell).filter(artifacts=lab.artifact).one() == lab.t_cell


def test_labels_of_the_same_name_stay_apart(lab: SimpleNamespace) -> None:
    kind = ln.ULabel(name="Kind", is_type=True).save()
    twin = ln.ULabel(name="DMSO", type=kind).save()
    lab.artifact.ulabels.add(lab.dmso, twin)
    assert lab.artifact.ulabels.to_list("name") == ["DMSO", "DMSO"]
    assert lab.artifact.ulabels.count() == 2


def test_values_of_records_are_shown_once(lab: SimpleNamespace) -> None:
    record = ln.Record(name="r").save()
    for name in ("first", "second"):
        ln.Feature(name=name, dtype=ln.ULabel).save()
    record.features.set_values({"first": "DMSO", "second": "DMSO"})
    assert record.linked_ulabels.to_list() == [lab.dmso]
    assert lab.dmso.linked_in_records.to_list() == [record]


def test_artifacts_as_values_of_artifacts(lab: SimpleNamespace) -> None:
    other = ln.Artifact.from_dataframe(pd.DataFrame({"x": [2]}), key="b.parquet").save()
    ln.Feature(name="raw", dtype=ln.Artifact).save()
    lab.artifact.features.add_values({"raw": other})
    assert lab.artifact.artifacts.one() == other
    assert other.linked_by_artifacts.one() == lab.artifact
    assert other.artifacts.count() == 0


@pytest.mark.parametrize("method", ["add", "remove", "set"])
def test_strings_and_lists_are_refused(lab: SimpleNamespace, method: str) -> None:
    call = getattr(lab.artifact.ulabels, method)
    wrong = ["DMSO"] if method == "set" else "DMSO"
    with pytest.raises(TypeError) as caught:
        call(wrong)
    assert str(caught.value) == (
        f"Pass a record to .{method}(), not the string 'DMSO', say ULabel.get(name='DMSO')"
    )
    with pytest.raises(TypeError, match=r"Pass records of ULabel one by one: \.\w+\(\*records\)"):
        call([[lab.dmso]] if method == "set" else [lab.dmso])
    assert not ArtifactULabel.objects.exists()


def test_unsaved_records(lab: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="Cannot add"):
        lab.artifact.ulabels.add(ln.ULabel(name="new"))
    unsaved = ln.Artifact.from_dataframe(pd.DataFrame({"x": [5]}), key="new.parquet")
    with pytest.raises(ValueError, match="before this many-to-many relationship can be used"):
        unsaved.ulabels.add(lab.dmso)


def test_runs_transforms_collections_and_records(lab: SimpleNamespace) -> None:
    transform = ln.Transform(key="t.py", kind="script").save()
    run = ln.Run(transform).save()
    collection = ln.Collection([lab.artifact], key="c").save()
    record, project = ln.Record(name="r").save(), ln.Project(name="p").save()
    for host in (transform, run, collection, lab.artifact):
        host.ulabels.add(lab.dmso)
        host.records.add(record)
        host.projects.add(project)
        assert (host.ulabels.one(), host.records.one()) == (lab.dmso, record)
        assert type(host).filter(projects=project).one() == host
    assert record.artifacts.one() == lab.artifact
    assert record.collections.one() == collection


def test_relations_take_few_queries(lab: SimpleNamespace, count_queries: Any) -> None:
    labels = ln.ULabel.from_values([f"label {i}" for i in range(100)], create=True).save()
    with count_queries() as queries:
        lab.artifact.ulabels.add(*labels)
    assert queries.count <= 2
    with count_queries() as queries:
        assert lab.artifact.ulabels.count() == 100
        assert len(lab.artifact.ulabels.to_list("name")) == 100
    assert queries.count == 2
