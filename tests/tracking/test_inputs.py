"""What is read becomes an input of the run, if it may."""

from __future__ import annotations

from pathlib import Path

import pytest

import lamindb as ln
from lamindb.errors import NoWriteAccess
from lamindb.tracking.inputs import link_run_input

WARNING = "! run input wasn't tracked, call `ln.track()` and re-run\n"


def make_artifacts(n: int, run: ln.Run | bool = False) -> list[ln.Artifact]:
    artifacts = []
    for i in range(n):
        path = Path(f"{i}.txt")
        path.write_text(f"content {i}")
        artifacts.append(ln.Artifact(path, key=f"{i}.txt", run=run).save())
    return artifacts


@pytest.fixture
def artifacts(instance) -> list[ln.Artifact]:
    return make_artifacts(3)


@pytest.fixture
def run(artifacts) -> ln.Run:
    """The current run."""
    ln.track(ln.Transform(key="pipeline").save())
    assert ln.context.run is not None
    return ln.context.run


@pytest.fixture
def track_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ln.settings, "track_run_inputs", False)


def inputs(run: ln.Run) -> list[str]:
    return sorted(run.inputs.to_list("key"))


def test_linked_once(artifacts, run) -> None:
    for _ in range(2):
        link_run_input(artifacts)
    assert inputs(run) == ["0.txt", "1.txt", "2.txt"]
    assert ln.Artifact.input_of_runs.through.objects.count() == 3
    assert list(artifacts[0].input_of_runs.all()) == [run]


def test_by_reading(artifacts, run) -> None:
    artifacts[0].load()
    artifacts[1].cache()
    ln.Artifact.get(key="2.txt")
    assert inputs(run) == ["0.txt", "1.txt"]
    ln.Artifact.get(key="2.txt", is_run_input=True)
    assert inputs(run) == ["0.txt", "1.txt", "2.txt"]


@pytest.mark.parametrize("is_run_input", [None, True])
def test_without_a_run(artifacts, is_run_input, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    link_run_input(artifacts, is_run_input)
    assert capsys.readouterr().out == WARNING


def test_false_is_silent(artifacts, run, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    link_run_input(artifacts, is_run_input=False)
    ln.finish()
    capsys.readouterr()
    link_run_input(artifacts, is_run_input=False)
    assert capsys.readouterr().out == ""
    assert inputs(run) == []


def test_the_setting(artifacts, run, track_nothing, capsys: pytest.CaptureFixture[str]) -> None:
    link_run_input(artifacts[:1])
    assert inputs(run) == []
    link_run_input(artifacts[:1], is_run_input=True)
    assert inputs(run) == ["0.txt"]
    ln.finish()
    capsys.readouterr()
    link_run_input(artifacts)
    assert capsys.readouterr().out == ""


def test_another_run(artifacts, run, track_nothing) -> None:
    other = ln.Run(run.transform).save()
    artifacts[0].load(is_run_input=other)
    assert (inputs(run), inputs(other)) == ([], ["0.txt"])


def test_an_unsaved_run(artifacts, run) -> None:
    with pytest.raises(AssertionError, match=r"Save the run before tracking its inputs\."):
        link_run_input(artifacts, is_run_input=ln.Run(run.transform))


def test_no_warning_where_lineage_can_not_be_kept(
    instance, artifacts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    with monkeypatch.context() as context:
        context.setattr(instance, "_is_clone", True)
        link_run_input(artifacts)
    monkeypatch.setattr(type(instance), "is_read_only_connection", True)
    link_run_input(artifacts)
    assert capsys.readouterr().out == ""


def test_never_linked(artifacts, run) -> None:
    output = make_artifacts(4, run)[3]
    recreated = artifacts[0]
    recreated.recreating_runs.add(run)
    Path("new.txt").write_text("new")
    unsaved = ln.Artifact("new.txt", key="new.txt")
    link_run_input([output, recreated, unsaved])
    assert inputs(run) == []
    link_run_input([output, recreated, unsaved, artifacts[1]])
    assert inputs(run) == ["1.txt"]


def test_collections_and_records(artifacts, run) -> None:
    through = ln.Collection.artifacts.through
    collection = ln.Collection.objects.bulk_create([row_of_collection()])[0]
    through.objects.bulk_create([through(collection_id=collection.pk, artifact_id=artifacts[0].pk)])
    ln.settings.creation.search_names = True
    record = ln.Record(name="sample").save()
    ln.Record.objects.filter(pk=record.pk).update(run=None)
    record.refresh_from_db()
    link_run_input([collection, record, artifacts[1]])
    assert list(run.input_collections.all()) == [collection]
    assert list(run.input_records.all()) == [record]
    # a collection stands for its artifacts
    assert inputs(run) == ["1.txt"]


def row_of_collection() -> ln.Collection:
    """Collection without a constructor call."""
    values = {f.attname: None for f in ln.Collection._meta.concrete_fields}
    values.update(uid="0" * 20, key="c", is_latest=True, is_locked=False, created_by_id=1)
    values.update(branch_id=1, created_on_id=1, space_id=1)
    return ln.Collection(*values.values())


def test_an_object_of_another_database(artifacts, run, capsys: pytest.CaptureFixture[str]) -> None:
    artifacts[0]._state.db = "other"
    capsys.readouterr()
    link_run_input(artifacts[:2])
    assert inputs(run) == ["1.txt"]
    out = capsys.readouterr().out
    assert out.startswith("! run input wasn't tracked: Artifact(uid='")
    assert out.endswith(" is not in the default database\n")


def test_number_of_queries(artifacts, run, count_queries) -> None:
    with count_queries() as queries:
        link_run_input(artifacts[:1])
    assert queries.count == 2
    with count_queries() as queries:
        link_run_input(artifacts)
    assert queries.count == 2
    with count_queries() as queries:
        link_run_input(artifacts)
    assert queries.count == 1


def test_refused_writes(artifacts, run, in_tmp: Path) -> None:
    from django.db import connection

    connection.cursor().execute("PRAGMA query_only = ON")
    with pytest.raises(
        NoWriteAccess, match=f"Cannot link inputs to Run.'{run.uid}'.: no write acc"
    ):
        link_run_input(artifacts)
    artifacts[0].load(is_run_input=False)
    connection.cursor().execute("PRAGMA query_only = OFF")
