"""Older names in queries: they mean the same, and deprecated ones say so."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

import lamindb as ln


@pytest.fixture
def run(instance) -> ln.Run:
    """A run that read `in.txt`, wrote `out.txt` and belongs to a project."""
    run = ln.Run(ln.Transform(key="pipelines/script.py").save()).save()
    for name in ("in.txt", "out.txt"):
        Path(name).write_text(name)
    ln.Artifact("in.txt", key="in.txt").save().input_of_runs.add(run)
    ln.Artifact("out.txt", key="out.txt", run=run).save()
    run.projects.add(ln.Project(name="project").save())
    return run


@pytest.fixture
def versions(instance) -> list[ln.Transform]:
    """Three versions of a script, the second has a tag."""
    first = ln.Transform(key="s.py", source_code="1").save()
    second = ln.Transform(key="s.py", source_code="2", version="v2").save()
    return [first, second, ln.Transform(key="s.py", source_code="3").save()]


def test_version_means_the_tag_or_the_end_of_the_uid(versions) -> None:
    first, second, third = versions
    assert ln.Transform.filter(version="v2").one() == second
    assert ln.Transform.filter(version="0000").one() == first
    assert not ln.Transform.filter(version="0001").exists()  # it has a tag
    assert ln.Transform.filter(version__in=["v2", "v3"]).one() == second
    assert ln.Transform.filter(key="s.py", version=None).count() == 2
    assert ln.Transform.get(key="s.py", version="0000") == first
    assert third.versions.filter(version="v2").one() == second
    assert ln.Transform.objects.filter(version="v2").one() == second
    assert ln.Transform.filter().exclude(version="v2").count() == 2
    assert ln.Transform.objects.exclude(version="v2").count() == 2


def test_version_tells_capital_from_small_letters(versions) -> None:
    for version, suffix in zip(versions, ("000A", "000a", "000B"), strict=True):
        uid = version.uid[:-4] + suffix
        ln.Transform.objects.filter(id=version.id).update(uid=uid, version_tag=None)
    assert ln.Transform.filter(version="000a").one().uid.endswith("000a")
    assert ln.Transform.filter(version="000A").one().uid.endswith("000A")


def test_artifacts_by_transform(run) -> None:
    assert ln.Artifact.filter(transform=run.transform).one().key == "out.txt"
    assert ln.Artifact.filter(transform__key="pipelines/script.py").one().key == "out.txt"
    assert run.output_artifacts.filter(transform=run.transform).one().key == "out.txt"
    assert ln.Artifact.filter(version="0000", key="in.txt").one().key == "in.txt"


def test_runs_by_inputs_and_project(run) -> None:
    artifact = ln.Artifact.get(key="in.txt")
    assert ln.Run.filter(inputs=artifact).one() == run
    assert ln.Run.filter(inputs__key="in.txt").one() == run
    assert ln.Run.filter(project=ln.Project.get(name="project")).one() == run
    assert ln.Run.filter(project__name="project").one() == run
    assert run.inputs.one() == artifact
    assert artifact.input_of_runs.filter(status="scheduled").one() == run


def test_what_a_run_wrote(run) -> None:
    out = ln.Artifact.get(key="out.txt")
    again = ln.Artifact.get(key="in.txt")
    again.recreating_runs.add(run)
    assert set(run.outputs) == {out, again}
    assert run.query_output_artifacts(include_recreated=False).one() == out
    made = ln.Collection([out], key="made", run=run).save()
    known = ln.Collection([again], key="known", run=False).save()
    known.recreating_runs.add(run)
    assert set(run.query_output_collections()) == {made, known}
    assert run.query_output_collections(include_recreated=False).one() == made
    assert ln.Run.filter(outputs=out).one() == run


def test_transforms_by_type(run) -> None:
    with pytest.warns(DeprecationWarning, match="Use kind instead of type"):
        assert ln.Transform.filter(type="pipeline").one() == run.transform


@pytest.mark.parametrize("status", ["scheduled", -3])
def test_runs_by_status(run, status) -> None:
    assert ln.Run.filter(status=status).one() == run
    assert ln.Run.filter(status__in=[status]).one() == run
    assert not ln.Run.filter().exclude(status=status).exists()


def test_transforms_by_name(run) -> None:
    assert ln.Transform.get(name="pipelines/script.py") == run.transform
    assert ln.Transform.get(name="script.py") == run.transform
    assert not ln.Transform.filter(name="cript.py").exists()
    other = ln.Transform(key="script.py").save()
    assert ln.Transform.get(name="script.py") == other
    assert ln.Transform.filter(name__endswith="script.py").count() == 2


def test_features_by_dtype(instance) -> None:
    feature = ln.Feature(name="dose", dtype="float").save()
    assert ln.Feature.filter(dtype_as_str="float").one() == feature
    assert ln.Feature.filter(dtype_as_str__startswith="fl").one() == feature
    with pytest.warns(DeprecationWarning, match="Use dtype_as_str instead of dtype"):
        assert ln.Feature.filter(dtype="float").one() == feature
    with pytest.warns(DeprecationWarning, match="Use dtype_as_str instead of dtype"):
        assert ln.Feature.objects.filter(dtype__in=["float"]).one() == feature


def test_feature_sets_are_schemas(run) -> None:
    with pytest.warns(DeprecationWarning, match="Use schemas instead of feature_sets"):
        assert not ln.Artifact.filter(feature_sets__in=ln.Schema.filter().all()).exists()
    artifact = ln.Artifact.get(key="out.txt")
    with pytest.warns(DeprecationWarning, match="Use schemas instead of feature_sets"):
        assert artifact.feature_sets.count() == 0


@pytest.mark.parametrize(
    ("call", "old"),
    [
        (lambda: ln.ULabel.df(limit=1), "df"),
        (lambda: ln.ULabel.filter().df(), "df"),
        (lambda: ln.ULabel.objects.df("reference"), "df"),
        (lambda: ln.ULabel.using(None), "using"),
        (lambda: ln.Artifact.filter(feature_sets=1), "feature_sets"),
        (lambda: ln.Feature.filter(dtype="int"), "dtype"),
    ],
    ids=range(6),
)
def test_deprecation_warnings_point_at_the_caller(instance, call, old) -> None:
    with pytest.warns(DeprecationWarning, match=old) as caught:
        call()
    assert [warning.filename for warning in caught] == [__file__]


def test_current_names_do_not_warn(versions) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ln.Transform.filter(version="v2").to_dataframe()
        ln.Transform.connect(None).filter(key="s.py").to_dataframe()
        ln.Run.filter(status="completed").to_dataframe()


def test_results_are_a_list_after_all(instance) -> None:
    ln.ULabel(name="a").save()
    labels = ln.ULabel.filter().all()
    assert labels.to_list("name") == ["a"]
    assert [label.name for label in labels] == ["a"]
