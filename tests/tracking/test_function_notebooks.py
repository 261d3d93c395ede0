"""Flows and steps in cells of notebooks, in real kernels, with and without `ln.track()`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import lamindb as ln
from tests.support.notebooks import CellError, Editor, write_notebook
from tests.tracking.test_notebook_runs import uncoloured

FLOW = """import lamindb as ln

@ln.flow()
def ingest_dataset(key: str) -> ln.Artifact:
    df = ln.examples.datasets.mini_immuno.get_dataset1()
    return ln.Artifact.from_dataframe(df, key=key).save()

ingest_dataset(key="my_analysis/dataset.parquet")"""
STEP = """@ln.step()
async def clean(name):
    return ln.ULabel(name=name).save()

await clean("a")
await clean("b")"""


def edited(path: Path) -> Editor:
    """Open a notebook as a Jupyter server does."""
    return Editor(path, env={"JPY_SESSION_NAME": str(path)})


def test_a_flow_in_a_cell_without_track(instance, in_tmp: Path) -> None:
    path = write_notebook(in_tmp / "folder" / "tutorial.ipynb", "# Tutorial", FLOW)
    with edited(path) as editor:
        printed = uncoloured(editor.run(1))
        again = uncoloured(editor.run(1))
    transform, run = ln.Transform.filter().one(), ln.Run.filter().order_by("id").first()
    assert (transform.key, transform.kind) == ("folder/tutorial.ipynb:ingest_dataset", "function")
    code = FLOW[FLOW.index("@") : FLOW.index("\n\ningest")]
    assert transform.source_code.rstrip() == code
    assert f"created Transform('{transform.uid}', key='{transform.key}'), started new" in printed
    assert f"loaded Transform('{transform.uid}', key='{transform.key}'), started new" in again
    assert "recommendation" not in printed
    assert re.search(rf"→ finished Run\('{run.uid}'\) after \d+s at ", printed)
    assert ln.Artifact.get(key="my_analysis/dataset.parquet").run == run
    assert [run.status for run in ln.Run.filter()] == ["completed", "completed"]
    assert "started new Run(" in run.report.path.read_text()


def test_steps_in_cells_of_a_tracked_notebook(instance, in_tmp: Path) -> None:
    track = "import lamindb as ln\nln.track()"
    path = write_notebook(in_tmp / "analysis.ipynb", "# Analysis", track, STEP, FLOW, "ln.finish()")
    with edited(path) as editor:
        editor.run(1)
        editor.run(2)
        with pytest.raises(CellError, match="RuntimeError: A global run is active already"):
            editor.run(3)
        editor.run(4)
    notebook = ln.Run.get(entrypoint=None)
    steps = ln.Run.filter(entrypoint="clean").order_by("id")
    assert [step.params for step in steps] == [{"name": "a"}, {"name": "b"}]
    assert {step.transform.key for step in steps} == {"analysis.ipynb:clean"}
    assert {step.initiated_by_run for step in steps} == {notebook}
    assert {run.status for run in ln.Run.filter()} == {"completed"}
