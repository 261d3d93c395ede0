"""Runs as events of OpenLineage: valid by its schema and by the classes of its package."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument
from lamindb.lineage import openlineage_events
from lamindb.lineage.openlineage import as_uri, event_dicts, split_location
from tests.lineage.pipelines import FIRST_START, artifact, make_artifact, make_run

pytest.importorskip("openlineage.client", reason="openlineage-python is not installed")

SCHEMA = json.loads(Path(__file__).with_name("openlineage.schema.json").read_text())
COMPLETED, ERRORED, ABORTED, STARTED, RESTARTED = 0, 1, 2, -1, -2


@pytest.fixture
def pipeline(instance) -> ln.Artifact:
    """a.py → in.txt; the function main in b.py read it and wrote out.txt in 3 minutes."""
    first = make_run("a.py", writes=["in.txt"])
    finish(first, COMPLETED)
    second = make_run(
        "b.py",
        [artifact("in.txt")],
        ["out.txt"],
        10,
        entrypoint="main",
        params={"lr": 0.01, "nested": {"x": True}, "name": "α"},
        initiated_by_run=first,
    )
    finish(second, COMPLETED)
    transform = second.transform
    transform.kind, transform.description = "script", "Trains a model."
    transform.source_code, transform.reference_type = "print('hi')", "url"
    transform.reference = "https://github.com/org/repo/blob/abc/b.py"
    transform.save()
    return artifact("out.txt")


def finish(run: ln.Run, code: int) -> None:
    """End a run 3 minutes after it started."""
    finished_at = run.started_at + timedelta(minutes=3) if code >= 0 else None
    ln.Run.objects.filter(pk=run.pk).update(_status_code=code, finished_at=finished_at)
    run.refresh_from_db()


def export(record: Any, **options: Any) -> list[dict[str, Any]]:
    """Events as they are sent, each validated."""
    events = json.loads(json.dumps(event_dicts(openlineage_events(record, **options))))
    for event in events:
        validate(event)
    return events


def validate(event: dict[str, Any]) -> None:
    """Check an event by the schema, and each facet by the class that its URL names."""
    kind = event["schemaURL"].rpartition("/")[2]
    assert event["schemaURL"] == f"{SCHEMA['$id']}#/$defs/{kind}"
    for schema in (SCHEMA, {**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{kind}"}]}):
        validator = jsonschema.Draft202012Validator(
            schema, format_checker=jsonschema.FormatChecker()
        )
        validator.validate(event)
    assert datetime.fromisoformat(event["eventTime"]).tzinfo is not None
    for uri in (event["producer"], event["schemaURL"]):
        assert re.fullmatch(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", uri)
    for _, facet in facets(event):
        build(facet)


def facets(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """All facets of an event by name."""
    if isinstance(node, list):
        for item in node:
            yield from facets(item)
    elif isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, dict) and "_schemaURL" in value:
                yield name, value
            else:
                yield from facets(value)


def build(facet: dict[str, Any]) -> None:
    """Make the facet again, which fails for unknown and missing fields."""
    from openlineage.client import facet_v2

    name = facet["_schemaURL"].rpartition("/")[2]
    [cls] = {
        getattr(module, name)
        for module in vars(facet_v2).values()
        if type(module).__name__ == "module" and hasattr(module, name)
    }
    assert cls._get_schema() == facet["_schemaURL"]
    fields = {key: value for key, value in facet.items() if not key.startswith("_")}
    cls(**fields, producer=facet["_producer"])


def test_a_run(pipeline) -> None:
    run = pipeline.run
    start, complete = export(run)
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert start["eventTime"] == (FIRST_START + timedelta(minutes=10)).isoformat()
    assert complete["eventTime"] == (FIRST_START + timedelta(minutes=13)).isoformat()
    assert start["job"] == complete["job"]
    assert start["run"] == complete["run"]
    namespace = f"lamindb://{ln.setup.settings.instance.slug}"
    assert (complete["job"]["namespace"], complete["job"]["name"]) == (namespace, "b.py:main")
    assert [data["symlinks"] for data in keys_of(start["inputs"])] == ["in.txt"]
    assert "outputs" not in start or start["outputs"] == []
    assert [data["symlinks"] for data in keys_of(complete["inputs"])] == ["in.txt"]
    assert [data["symlinks"] for data in keys_of(complete["outputs"])] == ["out.txt"]


def keys_of(datasets: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"symlinks": data["facets"]["symlinks"]["identifiers"][0]["name"]} for data in datasets]


def values(facet: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facet.items() if not name.startswith("_")}


def test_facets_of_a_run_and_its_job(pipeline) -> None:
    event = export(pipeline.run)[1]
    found = {name: values(facet) for name, facet in event["run"]["facets"].items()}
    first = artifact("in.txt").run
    assert found == {
        "tags": {"tags": [{"key": "uid", "value": pipeline.run.uid, "source": "LAMINDB"}]},
        "executionParameters": {
            "parameters": [
                {"key": "lr", "value": "0.01"},
                {"key": "name", "value": "α"},
                {"key": "nested", "value": '{"x": true}'},
            ]
        },
        "parent": {
            "run": {"runId": export(first)[0]["run"]["runId"], "facets": {}},
            "job": {"namespace": event["job"]["namespace"], "name": "a.py", "facets": {}},
        },
    }
    assert {name: values(facet) for name, facet in event["job"]["facets"].items()} == {
        "jobType": {"processingType": "BATCH", "integration": "LAMINDB", "jobType": "SCRIPT"},
        "ownership": {"owners": [{"name": f"user:{ln.setup.settings.user.handle}"}]},
        "documentation": {"description": "Trains a model."},
        "sourceCode": {"language": "python", "sourceCode": "print('hi')"},
        "sourceCodeLocation": {
            "type": "git",
            "url": "https://github.com/org/repo/blob/abc/b.py",
        },
    }


def test_a_dataset(pipeline) -> None:
    pipeline.description = "What came out"
    pipeline.save()
    [output] = export(pipeline.run)[1]["outputs"]
    path = str(pipeline.path)
    namespace = f"lamindb://{ln.setup.settings.instance.slug}"
    assert (output["namespace"], output["name"]) == ("file", path)
    assert {name: values(facet) for name, facet in output["facets"].items()} == {
        "version": {"datasetVersion": pipeline.uid},
        "dataSource": {"name": "file", "uri": f"file://{path}"},
        "symlinks": {
            "identifiers": [{"namespace": namespace, "name": "out.txt", "type": "artifact"}]
        },
        "documentation": {"description": "What came out"},
        "tags": {"tags": [{"key": "hash", "value": pipeline.hash, "source": "LAMINDB"}]},
    }
    assert values(output["outputFacets"]["outputStatistics"]) == {"size": pipeline.size}
    [read] = export(pipeline.run)[0]["inputs"]
    assert values(read["inputFacets"]["inputStatistics"]) == {"size": artifact("in.txt").size}


def test_the_history_of_an_artifact(pipeline) -> None:
    events = export(pipeline)
    assert [(event["job"]["name"], event["eventType"]) for event in events] == [
        ("a.py", "START"),
        ("a.py", "COMPLETE"),
        ("b.py:main", "START"),
        ("b.py:main", "COMPLETE"),
    ]
    assert events[1]["outputs"][0]["name"] == events[2]["inputs"][0]["name"]
    assert [event["job"]["name"] for event in export(pipeline, distance=1)] == ["b.py:main"] * 2


def test_consumers_are_not_history(pipeline) -> None:
    make_run("c.py", [pipeline], ["end.txt"], 20)
    assert "c.py" not in {event["job"]["name"] for event in export(pipeline)}
    assert [event["job"]["name"] for event in export(artifact("end.txt").run)] == ["c.py"]


def test_the_number_of_queries_does_not_grow(pipeline, count_queries) -> None:
    record = pipeline
    for number in range(8):
        make_run(f"{number}.py", [record], [f"{number}.txt"], 20 + number)
        record = artifact(f"{number}.txt")
    run = record.run
    with count_queries() as queries:
        assert len(openlineage_events(record)) == 12
    assert queries.count == 3
    with count_queries() as queries:
        openlineage_events(run)
    assert queries.count == 3


@pytest.mark.parametrize(
    ("code", "types"),
    [
        (COMPLETED, ["START", "COMPLETE"]),
        (ERRORED, ["START", "FAIL"]),
        (ABORTED, ["START", "ABORT"]),
        (STARTED, ["START"]),
        (RESTARTED, ["START"]),
        (-3, ["OTHER"]),
    ],
)
def test_statuses(instance, code, types) -> None:
    run = make_run("a.py", [make_artifact("in.txt")], ["out.txt"])
    finish(run, code)
    events = export(run)
    assert [event["eventType"] for event in events] == types
    assert [data["symlinks"] for data in keys_of(events[-1]["inputs"])] == ["in.txt"]
    assert [data["symlinks"] for data in keys_of(events[-1]["outputs"])] == ["out.txt"]


def test_a_run_that_ended_without_a_time(instance) -> None:
    run = make_run("a.py")
    ln.Run.objects.filter(pk=run.pk).update(_status_code=ERRORED, finished_at=None)
    run.refresh_from_db()
    assert export(run)[1]["eventTime"] == run.updated_at.isoformat()


def test_ids_of_runs_stay_the_same(pipeline) -> None:
    ids = {event["run"]["runId"] for event in export(pipeline.run) + export(pipeline.run)}
    assert len(ids) == 1
    assert UUID(ids.pop()).version == 5


def test_an_artifact_without_a_run(instance) -> None:
    lone = make_artifact("lone.txt")
    [event] = export(lone)
    assert event["schemaURL"].endswith("DatasetEvent")
    assert event["eventTime"] == lone.created_at.isoformat()
    assert event["dataset"]["facets"]["version"]["datasetVersion"] == lone.uid


def test_collections(instance) -> None:
    member = make_artifact("1.txt")
    run = make_run("collect.py", [member])
    collection = ln.Collection([member], key="all", run=run).save()
    [event] = export(collection)
    namespace = f"lamindb://{ln.setup.settings.instance.slug}"
    [output] = event["outputs"]
    assert (output["namespace"], output["name"]) == (namespace, f"all/{collection.uid}")
    assert output["outputFacets"] == {}
    assert output["facets"]["version"]["datasetVersion"] == collection.uid


def test_locations_are_named_as_openlineage_does() -> None:
    from openlineage.client.naming import dataset as naming

    key = "folder/a b#c?.parquet"
    for path, expected in {
        f"s3://bucket/{key}": naming.S3("bucket", key),
        f"gs://bucket/{key}": naming.GCS("bucket", key),
        f"/data/{key}": naming.LocalFileSystem(f"/data/{key}"),
    }.items():
        assert split_location(path) == (expected.get_namespace(), expected.get_name())
    assert split_location("hf://datasets/org/a.csv") == ("hf://datasets", "org/a.csv")
    assert split_location("C:/data/a.csv") == ("file", "C:/data/a.csv")
    assert split_location("s3://bucket") == ("s3://bucket", "/")


def test_hostile_keys(instance) -> None:
    run = make_run("a.py")
    key = 'a "<script>" #1&ü 数据.txt'
    make_artifact(key, run)
    [event] = export(run)
    [output] = event["outputs"]
    assert output["facets"]["symlinks"]["identifiers"][0]["name"] == key
    assert as_uri("s3://bucket", key) == (
        "s3://bucket/a%20%22%3Cscript%3E%22%20%231%26%C3%BC%20%E6%95%B0%E6%8D%AE.txt"
    )
    assert as_uri("file", "C:/a b") == "file:///C:/a%20b"


def test_a_client_sends_them(pipeline, tmp_path) -> None:
    from openlineage.client import OpenLineageClient
    from openlineage.client.transport.file import FileConfig, FileTransport

    path = tmp_path / "events.jsonl"
    transport = FileTransport(FileConfig(log_file_path=str(path), append=True))
    client = OpenLineageClient(transport=transport)
    for event in openlineage_events(pipeline):
        client.emit(event)
    sent = [json.loads(line) for line in path.read_text().splitlines()]
    assert [event["eventType"] for event in sent] == ["START", "COMPLETE"] * 2
    for event in sent:
        validate(event)


def test_the_schema_refuses_what_is_wrong(pipeline) -> None:
    event = export(pipeline.run)[0]
    for change in (
        {"eventType": "DONE"},
        {"run": {"runId": "abc"}},
        {"job": {"name": "no namespace"}},
        {"inputs": [{"namespace": "file", "name": "x", "facets": {"version": {}}}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            validate({**event, **change})
    with pytest.raises(TypeError, match="unexpected keyword"):
        build({**event["run"]["facets"]["tags"], "surprise": 1})


def test_without_the_package(pipeline, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "openlineage.client.event_v2", None)
    message = r"package 'openlineage' is not installed, run: pip install 'lamindb\[openlineage\]'"
    with pytest.raises(ImportError, match=message):
        openlineage_events(pipeline)


def test_wrong_records(instance) -> None:
    with pytest.raises(InvalidArgument, match="ULabel has no lineage of data"):
        openlineage_events(ln.ULabel(name="a").save())
    with pytest.raises(ValueError, match="is not saved, please save it"):
        openlineage_events(ln.Run(ln.Transform(key="a.py").save()))
    with pytest.raises(InvalidArgument, match="distance has to be a positive whole number"):
        openlineage_events(make_artifact("a.txt"), distance=0)
