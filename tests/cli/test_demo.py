"""`lamin demo`: the whole tour in a real process."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lamin_cli.demo import tour
from lamin_cli.demo.steps import split_steps
from tests.support.processes import run_interpreter


@pytest.fixture
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which temporary folders are made."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Content of all files below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_demo_shows_each_step_and_leaves_nothing_behind(run_cli, in_tmp, settings_dir, temporary):
    run_cli("init", "--storage", "./data")
    run_cli("connect", "data")
    before = files(in_tmp), files(settings_dir)
    result = run_cli("demo", env={"LAMIN_CURRENT_INSTANCE": "data", "COLUMNS": "80"})
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert (files(in_tmp), files(settings_dir)) == before
    assert list(temporary.iterdir()) == []

    text = result.stdout
    assert "\x1b[" not in text
    steps = [step for script in tour.scripts() for step in split_steps(script.read_text())]
    headings = [step.heading for step in steps if step.heading]
    numbered = [
        f"\n{n}. {heading}\n" for n, heading in enumerate([*tour.SHELL_STEPS, *headings], 1)
    ]
    positions = [text.index(line) for line in numbered]
    assert positions == sorted(positions)
    for fact in (
        "$ lamin init --storage ./lamindb-tutorial --modules bionty",
        "→ initialized lamindb: anonymous/lamindb-tutorial",
        ">>> ln.track()",
        "key='tutorial.py'), started new Run('",
        "Artifact: my_datasets/rnaseq1.parquet (0000)",
        "n_observations: 3",
        "→ moved record to trash: Artifact(uid='",
        "→ creating new artifact version for key 'my_datasets/rnaseq1.parquet'",
        "My experiment",
        "→ finished Run('",
        "key='biology.py'), started new Run('",
        "! cl 2026-06-08 is not available offline, using cl ",
        "1         effector T cell  CL:0000911",
        "CL:4033072   cycling gamma-delta T cell",
        "1 term not validated in feature 'perturbation': 'IFNJ'",
        "{'IFNJ': ('IFNG',)}",
        "│   └── columns (6)",
        "│   └── var.T (3 bionty.Gene.ensembl…",
        "my_datasets/rnaseq1.h5ad",
        "['effector T cell', 'mature T cell', 'cell', 'T cell', ",
        "lamindb-tutorial/.lamindb/lamin.db",
        "lamin init --storage ./my-data",
    ):
        assert fact in text
    assert len(set(re.findall(r"\b\w{16}000[01]\.parquet", text))) == 2


def test_demo_dir_is_kept_and_can_be_looked_at(run_cli, in_tmp, temporary):
    result = run_cli("demo", "--dir", "tour of lamin")
    assert result.returncode == 0, result.stderr
    folder = in_tmp / "tour of lamin"
    assert list(temporary.iterdir()) == []
    # what the demo proposes to look around
    assert f"  cd '{folder}'\n" in result.stdout
    assert f"  export LAMIN_SETTINGS_DIR='{folder}'/settings\n" in result.stdout
    info = run_cli("info", cwd=folder, env={"LAMIN_SETTINGS_DIR": str(folder / "settings")})
    assert "Instance: anonymous/lamindb-tutorial\n" in info.stdout
    for script in (tour.TUTORIAL, tour.BIOLOGY):
        assert (folder / script.name).read_text() == script.read_text()

    with closing(sqlite3.connect(folder / "lamindb-tutorial/.lamindb/lamin.db")) as connection:

        def rows(query: str) -> list[tuple]:
            return connection.execute(query).fetchall()

        artifacts = rows("SELECT uid, is_latest, description, run_id FROM lamindb_artifact"
                         " WHERE key = 'my_datasets/rnaseq1.parquet' ORDER BY uid")  # fmt: skip
        runs = rows("SELECT id, finished_at IS NOT NULL FROM lamindb_run")
        transforms = rows("SELECT key, kind, source_code FROM lamindb_transform")
    first, second = artifacts
    assert (first[0][-4:], second[0][-4:]) == ("0000", "0001")
    assert (first[1], second[1]) == (0, 1)
    assert first[2] == "My updated description"
    assert runs == [(first[3], 1), (first[3] + 1, 1)]
    assert transforms == [
        (script.name, "script", script.read_text()) for script in (tour.TUTORIAL, tour.BIOLOGY)
    ]


def test_demo_keep_keeps_the_temporary_folder(run_cli, in_tmp, temporary):
    result = run_cli("demo", "--keep")
    (folder,) = temporary.iterdir()
    assert f"It is in {folder}." in result.stdout
    assert (folder / "lamindb-tutorial/.lamindb/lamin.db").is_file()


@pytest.mark.parametrize("target", ["full", "file"])
def test_demo_refuses_a_place_that_is_in_use(run_cli, in_tmp, target):
    (in_tmp / "full").mkdir()
    (in_tmp / "full/own.txt").write_text("mine")
    (in_tmp / "file").write_text("mine")
    before = files(in_tmp)
    result = run_cli("demo", "--dir", target)
    assert (result.returncode, result.stdout) == (1, "")
    assert f"Error: {in_tmp / target} exists and is not an empty folder" in result.stderr
    assert files(in_tmp) == before


def test_a_failing_step_ends_the_demo_and_removes_the_folder(in_tmp, temporary, monkeypatch, capfd):
    script = in_tmp / "tutorial.py"
    script.write_text("# %% Fail\n1 / 0\n")
    monkeypatch.setattr(tour, "TUTORIAL", script)
    with pytest.raises(ChildProcessError, match=r"lamin_cli\.demo\.steps"):
        tour.demo()
    assert "ZeroDivisionError" in capfd.readouterr().err
    assert list(temporary.iterdir()) == []


def test_without_tables_of_ontologies_the_demo_says_how_to_get_them(monkeypatch, capsys, in_tmp):
    monkeypatch.setattr(tour, "ONTOLOGIES", "not_installed")
    assert tour.scripts() == [tour.TUTORIAL]
    tour._show_summary(in_tmp, kept=False)
    assert "pip install 'lamindb[ontologies]', then again" in capsys.readouterr().out


def test_the_tutorial_runs_as_a_plain_script_too(run_cli, in_tmp):
    run_cli("init", "--storage", "./lamindb-tutorial")
    script = in_tmp / "tutorial.py"
    script.write_text(tour.TUTORIAL.read_text())
    result = run_interpreter(str(script))
    assert result.returncode == 0, result.stderr
    assert "→ finished Run('" in result.stdout
