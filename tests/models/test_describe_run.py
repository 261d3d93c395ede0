"""`run.describe()` and `transform.describe()`: exact texts, in a constant number of queries."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import lamindb as ln
from tests.support.queries import QueryCounter

STARTED = datetime(2026, 3, 15, 20, 52, 4, tzinfo=UTC)
FINISHED = datetime(2026, 3, 15, 20, 53, 10, tzinfo=UTC)
REPORT = "\x1b[1;32m→\x1b[0m connected lamindb\nepoch 1\r\nepoch 2\nepoch 3\nepoch 4\n"
ENVIRONMENT = "anndata==0.12.10\nnumpy==2.4.0\n"


@pytest.fixture(autouse=True)
def on_both(instance: Any) -> Any:
    return instance


def fixed(record: Any, **values: Any) -> Any:
    """The same record with values that are set by the database or at random otherwise."""
    type(record).objects.filter(pk=record.pk).update(**values)
    return type(record).objects.get(pk=record.pk)


def fixed_run(**kwargs: Any) -> ln.Run:
    transform = ln.Transform(key="train.py", kind="script").save()
    transform = fixed(transform, uid="Xb3kPq8LmN2z0000")
    run = ln.Run(transform, **kwargs).save()
    values = {"uid": "vRNCaM4aOp9TGEUd", "started_at": STARTED, "created_at": STARTED}
    return fixed(run, **values)


def text_artifact(name: str, content: str) -> ln.Artifact:
    """An artifact as `ln.track()` writes it for reports and environments."""
    Path(name).write_bytes(content.encode())
    return ln.Artifact(name, description=name, kind="__lamindb_run__", run=False).save()


def table(number: int, run: ln.Run | bool = False) -> ln.Artifact:
    frame = pd.DataFrame({"x": [number]})
    return ln.Artifact.from_dataframe(frame, key=f"data/{number}.parquet", run=run).save()


def described(record: Any) -> str:
    return record.describe(return_str=True)


def below_facts(record: Any) -> list[str]:
    """What is shown below the dates and names."""
    lines = described(record).splitlines()
    return lines[1 + next(i for i, line in enumerate(lines) if "created_at:" in line) :]


def test_a_run_that_just_started() -> None:
    assert (
        described(fixed_run(status="started"))
        == """\
Run: vRNCaM4 (train.py)
└── uid: vRNCaM4aOp9TGEUd                transform: train.py (0000)
    started_at: 2026-03-15 20:52:04 UTC  finished_at: None
    status: started
    branch: main                         space: all
    created_at: 2026-03-15 20:52:04 UTC  created_by: anonymous"""
    )


def test_everything_known_about_a_run() -> None:
    run = fixed_run(
        name="first try",
        description="Low rate",
        params={"lr": 0.01, "nested": {"x": True}},
        reference="job-7",
    )
    report, environment = text_artifact("log.txt", REPORT), text_artifact("r.txt", ENVIRONMENT)
    run.report, run.environment, run.cli_args = report, environment, "--lr 0.01"
    run.finished_at, run._status_code = FINISHED, 0
    run.save()
    table(0).input_of_runs.add(run)
    table(1, run)
    table(2).recreating_runs.add(run)
    temperature = ln.Feature(name="temperature", dtype=float).save()
    run.features.add_values({temperature.name: 21.6})
    run.ulabels.add(ln.ULabel(name="benchmark").save())
    assert (
        described(run)
        == f"""\
Run: first try (train.py)
|   description: Low rate
├── uid: vRNCaM4aOp9TGEUd                transform: train.py (0000)
│   started_at: 2026-03-15 20:52:04 UTC  finished_at: 2026-03-15 20:53:10 UTC
│   status: completed                    reference: job-7
│   branch: main                         space: all
│   created_at: 2026-03-15 20:52:04 UTC  created_by: anonymous
├── cli_args:
│   │ --lr 0.01
├── report: {report.uid[:7]}
│   │ → connected lamindb
│   │ epoch 1
│   │ epoch 2
│   │ epoch 3
│   │ …
├── environment: {environment.uid[:7]}
│   │ anndata==0.12.10
│   │ numpy==2.4.0
├── Inputs
│   └── artifacts (1):
│       │ data/0.parquet
├── Outputs
│   └── artifacts (2):
│       │ data/1.parquet
│       │ data/2.parquet
├── Params
│   ├── lr: 0.01
│   └── nested: {{'x': True}}
├── Features
│   └── temperature                    float                                21.6
└── Labels
    └── .ulabels                       ULabel                               benchmark"""
    )


def test_cli_args_of_several_lines_are_cut() -> None:
    run = fixed_run()
    run.cli_args = "a\nb\nc\nd\ne"
    assert below_facts(run) == [
        "└── cli_args:",
        *("    │ a", "    │ b", "    │ c", "    │ d"),
        "    │ …",
    ]


def test_only_the_first_inputs_are_listed_and_all_are_counted() -> None:
    run = fixed_run()
    artifacts = [table(number) for number in range(7)]
    run.input_artifacts.add(*artifacts)
    collection = ln.Collection(artifacts[:2], key="pair", run=False).save()
    run.input_collections.add(collection)
    run.input_records.add(ln.Record(name="sample 1").save())
    assert below_facts(run) == [
        "└── Inputs",
        "    ├── artifacts (7):",
        *(f"    │   │ data/{number}.parquet" for number in range(5)),
        "    │   │ …",
        "    ├── collections (1):",
        "    │   │ pair",
        "    └── records (1):",
        "        │ sample 1",
    ]


def test_outputs_of_every_registry() -> None:
    run = fixed_run()
    keyless = text_artifact("note.txt", "x")
    keyless.recreating_runs.add(run)
    ln.Collection([keyless], key="all", run=run).save()
    ln.Record(name="result", run=run).save()
    transform = ln.Transform(key="generated.py").save()
    transform.run = run
    transform.save()
    shown = below_facts(run)
    assert shown == [
        "└── Outputs",
        "    ├── artifacts (1):",
        f"    │   │ {keyless.key or keyless.uid}",
        "    ├── collections (1):",
        "    │   │ all",
        "    ├── records (1):",
        "    │   │ result",
        "    └── transforms (1):",
        "        │ generated.py",
    ]


def test_pages_and_folders_are_named_only() -> None:
    run = fixed_run()
    Path("environments").mkdir()
    Path("environments/renv.lock").write_text("{}")
    Path("environments/r.txt").write_text("x==1")
    run.report = text_artifact("report.html", "<html>\n</html>")
    run.environment = ln.Artifact("environments", description="environments", run=False).save()
    assert below_facts(run) == [
        f"├── report: {run.report.uid[:7]}",
        f"└── environment: {run.environment.uid[:7]}",
    ]


def test_of_a_long_report_only_the_beginning_is_read() -> None:
    run = fixed_run()
    run.report = text_artifact("log.txt", "a\n" + "x" * 100_000)
    first, second, third = below_facts(run)
    assert first == f"└── report: {run.report.uid[:7]}"
    assert (second, third) == ("    │ a", f"    │ {'x' * 4094}…")


def test_a_missing_report_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    run = fixed_run(params={"lr": 1})
    run.report = text_artifact("log.txt", "hello")
    path = run.report.path
    path.unlink()
    capsys.readouterr()
    assert below_facts(run) == [
        f"├── report: {run.report.uid[:7]}",
        "└── Params",
        "    └── lr: 1",
    ]
    assert f"! cannot read {path}: " in capsys.readouterr().out


def test_an_unsaved_run() -> None:
    transform = ln.Transform(key="train.py").save()
    run = ln.Run(transform, params={"lr": 1})
    assert (
        described(run)
        == f"""\
Run: {run.uid[:7]} (train.py)
├── uid: {run.uid}  transform: train.py ({transform.version})
│   started_at: None       finished_at: None
│   status: scheduled
│   branch: None           space: None
│   created_at: None       created_by: None
└── Params
    └── lr: 1"""
    )


def test_describing_a_run_does_not_make_its_report_an_input() -> None:
    run = fixed_run()
    run.report = text_artifact("log.txt", "hello")
    run.save()
    run.describe(return_str=True)
    assert run.report.input_of_runs.count() == 0


def test_the_number_of_queries_does_not_grow() -> None:
    run = fixed_run()
    run.report, run.environment = text_artifact("log.txt", REPORT), text_artifact("r.txt", "x")
    run.save()

    def n_queries() -> int:
        fresh = ln.Run.get(run.uid)
        with QueryCounter() as queries:
            described(fresh)
        return queries.count

    for number in range(6):
        table(number).input_of_runs.add(run)
        table(number + 100, run)
    few = n_queries()
    for number in range(6, 16):
        table(number).input_of_runs.add(run)
        table(number + 100, run)
    assert n_queries() == few <= 15


def test_a_transform() -> None:
    source = "\n".join(f"line {number}" for number in range(8))
    transform = ln.Transform(
        key="train.py",
        kind="script",
        description="Train",
        source_code=source,
        reference="https://example.org/train.py",
    ).save()
    transform = fixed(transform, uid="Xb3kPq8LmN2z0000", created_at=STARTED)
    assert (
        described(transform)
        == f"""\
Transform: train.py (0000)
|   description: Train
├── uid: Xb3kPq8LmN2z0000                reference: https://example.org/train.py
│   hash: {transform.hash}         kind: script
│   branch: main                         space: all
│   created_at: 2026-03-15 20:52:04 UTC  created_by: anonymous
└── source_code:
    │ line 0
    │ line 1
    │ line 2
    │ line 3
    │ line 4
    │ line 5
    │ …"""
    )


def test_a_report_in_a_bucket_is_not_copied_to_the_cache(bucket: Any) -> None:
    location = ln.Storage(root=bucket.url("data")).save()
    Path("log.txt").write_text("hello\nworld\n")
    run = fixed_run()
    run.report = ln.Artifact("log.txt", key="log.txt", run=False, storage=location).save()
    cached = Path(run.report.cache())
    cached.unlink()
    assert below_facts(run) == [
        f"└── report: {run.report.uid[:7]}",
        "    │ hello",
        "    │ world",
    ]
    assert not cached.exists()
