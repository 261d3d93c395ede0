"""Seed 001 as a notebook in a Jupyter kernel, from `ln.track()` to `ln.finish()`.

The ontologies are real tables from `$LAMIN_TEST_DATA`; there is no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import lamindb as ln
from tests.stories.test_seed_001_curation import ANNDATA, ANNOTATE, TRACK_AND_CREATE, VALIDATE
from tests.support.notebooks import Editor, write_notebook

TITLE = (
    "Tutorial [![.md](https://img.shields.io/badge/source-green)]"
    "(https://github.com/laminlabs/lamin-docs/blob/main/docs/tutorial.md)"
)
IMPORT_AND_TRACK, _, CREATE = TRACK_AND_CREATE.strip().partition("\ndf = ")
VIEW = """
artifact.describe()
artifact = ln.Artifact.get(key="my_datasets/rnaseq1.parquet")
artifact.load()
artifact.cache()
artifact.description = "My updated description"
artifact.save()
artifact.delete()
artifact.restore()
artifact.transform
artifact.run
artifact.view_lineage()
"""
# each line of these is a cell in the tutorial
CELLS = [
    f"# {TITLE}",
    IMPORT_AND_TRACK,
    "ln.Transform.to_dataframe()",
    "ln.Run.to_dataframe()",
    f"df = {CREATE}",
    *VIEW.strip().splitlines(),
    ANNOTATE.strip(),
    VALIDATE.strip(),
    ANNDATA.strip().removesuffix("\nln.finish()"),
    "ln.finish()",
]
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"


@pytest.fixture
def tutorial(in_tmp: Path, run_cli, test_data: Path) -> Iterator[Editor]:
    """The notebook in an editor; nothing ran yet."""
    init = run_cli("init", "--storage", "./lamindb-tutorial", "--modules", "bionty")
    assert init.returncode == 0, init.stderr
    path = write_notebook(in_tmp / "tutorial.ipynb", *CELLS)
    # with CI, nobody is asked to save
    env = {"JPY_SESSION_NAME": str(path), "CI": "true"}
    env["BIONTY_ASSETS"] = str(test_data / "bionty-assets")
    with Editor(path, env=env) as editor:
        yield editor


def uncoloured(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def result_of(editor: Editor, number: int) -> str:
    """What a cell shows as its value."""
    return str(editor.content.cells[number].outputs[-1].data["text/plain"])


def test_from_track_to_finish(tutorial: Editor, in_tmp: Path) -> None:
    printed = uncoloured(tutorial.run(1))
    ln.connect("anonymous/lamindb-tutorial")
    transform, run = ln.Transform.get(key="tutorial.ipynb"), ln.Run.filter().one()
    assert re.fullmatch(
        "→ connected lamindb: anonymous/lamindb-tutorial\n"
        rf"→ created Transform\('{transform.uid}', key='tutorial.ipynb'\), "
        rf"started new Run\('{run.uid}'\) at {TIME}\n"
        r"→ notebook imports: anndata==\S+ (bionty\S* )?lamindb==\S+\n"
        "• recommendation: to identify the notebook across renames, pass the uid: "
        rf'ln.track\("{transform.stem_uid}"\)\n',
        printed,
    )
    assert (transform.id, transform.description, transform.kind) == (1, TITLE, "notebook")
    assert (transform.source_code, transform.hash) == (None, None)
    # the environment is stored at the end, so that the first artifact is that of the user
    assert (run.id, run.report_id, run.environment_id, run.finished_at) == (1, None, None, None)

    tutorial.run(2)
    shown = result_of(tutorial, 2)
    assert transform.uid in shown
    assert "tutorial.ipynb" in shown
    tutorial.run(3)
    assert run.uid in result_of(tutorial, 3)

    for number in range(4, len(CELLS) - 1):
        tutorial.run(number)
    artifact = ln.Artifact.get(key="my_datasets/rnaseq1.parquet", is_latest=True)
    assert artifact.run == run
    assert ln.Artifact.objects.get(id=1).key == "my_datasets/rnaseq1.parquet"
    check_what_cells_show(tutorial, transform, run)

    printed = uncoloured(tutorial.run(len(CELLS) - 1))
    assert re.fullmatch(rf"→ finished Run\('{run.uid}'\) after \d+[sm] at {TIME}\n", printed)
    check_what_finish_stored(in_tmp)


def check_what_cells_show(tutorial: Editor, transform: ln.Transform, run: ln.Run) -> None:
    """Transform and run of the first artifact, as the seed prints them."""
    shown = result_of(tutorial, CELLS.index("artifact.transform"))
    assert shown.startswith(
        f"Transform(uid='{transform.uid}', version_tag=None, is_latest=True, "
        f"key='tutorial.ipynb', description='{TITLE}', kind='notebook', hash=None, "
        "reference=None, reference_type=None, environment=None, plan=None, branch_id=1, "
    )
    shown = result_of(tutorial, CELLS.index("artifact.run"))
    assert re.match(
        rf"Run\(uid='{run.uid}', name=None, description=None, entrypoint=None, "
        rf"started_at={TIME}, finished_at=None, params=None, reference=None, reference_type=None, "
        r"cli_args=None, branch_id=1, created_on_id=1, space_id=1, transform_id=1, "
        r"report_id=None, environment_id=None, plan_id=None, created_by_id=1, "
        rf"initiated_by_run_id=None, created_at={TIME}, is_locked=False\)",
        shown,
    )


def check_what_finish_stored(folder: Path) -> None:
    """Code, report and environment; nothing else is in the working folder."""
    run, transform = ln.Run.filter().one(), ln.Transform.filter().one()
    assert (run.status, run._is_consecutive) == ("completed", True)
    assert run.environment.description == "requirements.txt"
    assert transform.source_code.startswith("# %% [markdown]\n#\n\n# %%\nimport lamindb as ln\n")
    assert "ln.finish()" in transform.source_code
    page = run.report.path.read_text()
    assert "my_datasets/rnaseq1.parquet" in page
    assert "<h1" not in page  # the title is the description of the transform
    outputs = {a.key for a in run.outputs}
    assert outputs == {"my_datasets/rnaseq1.parquet", "my_datasets/my_rnaseq1.h5ad"}
    assert set(folder.iterdir()) == {
        folder / name for name in (".lamin", "lamindb-tutorial", "tutorial.ipynb")
    }
