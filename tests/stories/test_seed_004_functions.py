"""Seed 004, "Function-Level Tracking", and the flow of seed 001, as users type them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import lamindb as ln
from tests.support.processes import run_interpreter

PREPROCESS = '''
import lamindb as ln

ln.track()

@ln.tracked()
def preprocess_data(input_key: str, output_key: str, normalize: bool = True) -> None:
    """Preprocess raw data and save result."""
    # Load input (automatically tracked)
    artifact = ln.Artifact.get(key=input_key)
    data = artifact.load()

    # Process
    if normalize:
        data = (data - data.mean()) / data.std()

    # Save output (automatically tracked)
    ln.Artifact.from_dataframe(data, key=output_key).save()

# Each call creates a separate Transform and Run
preprocess_data("raw/batch1.csv", "processed/batch1.csv", normalize=True)
preprocess_data("raw/batch2.csv", "processed/batch2.csv", normalize=False)

ln.finish()
'''

INGEST = """
import lamindb as ln


@ln.flow()
def ingest_dataset(key: str) -> ln.Artifact:
    df = ln.examples.datasets.mini_immuno.get_dataset1()
    return ln.Artifact.from_dataframe(df, key=key).save()


ingest_dataset(key="my_analysis/dataset.parquet")
"""

Run = Callable[[str, str], list[str]]


@pytest.fixture
def run(in_tmp: Path) -> Run:
    """Run a script in a fresh interpreter; returns its output."""

    def run_script(name: str, code: str) -> list[str]:
        Path(name).write_text(code)
        result = run_interpreter(name)
        assert result.returncode == 0, result.stderr
        return result.stdout.splitlines()

    return run_script


def test_preprocess_data(instance_on_both, run: Run) -> None:
    raw = {
        f"raw/batch{n}.csv": ln.Artifact(path, key=f"raw/batch{n}.csv", run=False).save()
        for n in (1, 2)
        if (path := Path(f"batch{n}.csv")).write_text(f"x,y\n{n},2\n3,4\n")
    }
    run("preprocess.py", PREPROCESS)
    script = ln.Run.get(entrypoint=None)
    first, second = ln.Run.filter(entrypoint="preprocess_data").order_by("id")
    assert first.params == {
        "input_key": "raw/batch1.csv",
        "output_key": "processed/batch1.csv",
        "normalize": True,
    }
    assert list(ln.Run.filter(params__normalize=False)) == [second]
    for n, call in enumerate((first, second), start=1):
        assert (call.initiated_by_run, call.status) == (script, "completed")
        assert list(call.inputs) == [raw[f"raw/batch{n}.csv"]]
        assert call.outputs.to_list("key") == [f"processed/batch{n}.csv"]
    # what is loaded and saved in a function belongs to its run alone
    assert list(script.inputs) == list(script.outputs) == []
    processed = ln.Artifact.get(key="processed/batch1.csv").load()
    assert processed["y"].mean() == 0
    assert processed["y"].std() == pytest.approx(1)
    # the code of both calls is the same file: one transform
    assert first.transform == second.transform == script.transform
    assert first.transform.source_code == PREPROCESS


def test_accessing_lineage(instance, run: Run) -> None:
    """The calls of "Accessing Lineage Information" and "Querying Lineage"."""
    for n in (1, 2):
        Path(f"batch{n}.csv").write_text("x,y\n1,2\n3,4\n" * n)
        ln.Artifact(f"batch{n}.csv", key=f"raw/batch{n}.csv", run=False).save()
    run("preprocessing.py", PREPROCESS)
    artifact = ln.Artifact.get(key="processed/batch1.csv")
    transform = artifact.run.transform
    assert artifact.run.describe(return_str=True).startswith("Run: ")
    assert "Transform: preprocessing.py (0000)" in transform.describe(return_str=True)
    assert artifact.run.inputs.to_dataframe()["key"].tolist() == ["raw/batch1.csv"]
    assert ln.Transform.get(name="preprocessing.py") == transform
    assert set(ln.Artifact.filter(transform=transform).to_dataframe()["key"]) == {
        "processed/batch1.csv",
        "processed/batch2.csv",
    }
    input_artifact = ln.Artifact.get(key="raw/batch1.csv")
    runs = ln.Run.filter(inputs=input_artifact)
    assert list(runs) == [artifact.run]
    assert list(ln.Artifact.filter(run__in=runs)) == [artifact]
    script = ln.Run.get(entrypoint=None)
    assert "→ finished" not in script.report.path.read_text()
    assert "entrypoint='preprocess_data'" in script.report.path.read_text()
    graph = artifact.view_lineage(return_graph=True)
    assert "raw/batch1.csv" in str(graph)


def test_params_and_projects(instance, run: Run) -> None:
    """The calls of "Tracking with Parameters" and "Tracking with Projects"."""
    ln.Project(name="Cancer Drug Screen 2025").save()
    code = """
import lamindb as ln

ln.track(params={
    "learning_rate": 0.01,
    "batch_size": 32,
    "epochs": 100,
    "downsample": True
}, project="Cancer Drug Screen 2025")
open("result.txt", "w").write("result")
ln.Artifact("result.txt", key="result.txt").save()
ln.finish()
"""
    run("train.py", code)
    only = ln.Run.filter().one()
    assert len(ln.Run.filter(params__learning_rate=0.01).to_dataframe()) == 1
    assert len(ln.Run.filter(params__downsample=True).to_dataframe()) == 1
    assert len(ln.Run.filter(params__downsample=False).to_dataframe()) == 0
    project = ln.Project.get(name="Cancer Drug Screen 2025")
    assert ln.Artifact.filter(projects=project).to_dataframe()["key"].tolist() == ["result.txt"]
    assert ln.Run.filter(project=project).to_dataframe()["uid"].tolist() == [only.uid]


def test_ingest_dataset(instance, run: Run) -> None:
    lines = run("ingest.py", INGEST)
    only = ln.Run.filter().one()
    time = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
    expected = [
        "→ connected lamindb: anonymous/test",
        rf"→ created Transform\('{only.transform.uid}', key='ingest.py'\), started new "
        rf"Run\('{only.uid}', entrypoint='ingest_dataset'\) at {time}",
        "→ params: key='my_analysis/dataset.parquet'",
        r"• recommendation: to identify the script across renames, pass the uid: "
        rf'@ln.flow\(uid="{only.transform.stem_uid}"\)',
    ]
    for line, pattern in zip(lines, expected, strict=False):
        assert re.fullmatch(pattern, line), line
    assert re.fullmatch(rf"→ finished Run\('{only.uid}'\) after \d+s at {time}", lines[-1])
    artifact = ln.Artifact.get(key="my_analysis/dataset.parquet")
    assert artifact.run == only
    assert (only.transform.kind, only.transform.source_code) == ("script", INGEST)
    assert (only.status, only.params) == ("completed", {"key": "my_analysis/dataset.parquet"})
