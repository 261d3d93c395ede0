"""Seed 001, from "Track changes" to "Update & delete artifacts", as a user types it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.processes import run_interpreter

SCRIPT = """
import lamindb as ln

ln.track()  # track the current notebook or script
df = ln.examples.datasets.mini_immuno.get_dataset1(with_typo=True)
artifact = ln.Artifact.from_dataframe(df, key="my_datasets/rnaseq1.parquet").save()
artifact.describe()
artifact = ln.Artifact.get(key="my_datasets/rnaseq1.parquet")
loaded = artifact.load()
lists = "donor_ethnicity"  # Parquet returns arrays for lists
print(loaded.drop(columns=lists).equals(df.drop(columns=lists)))
print([list(value) for value in loaded[lists]] == df[lists].tolist())
print(repr(artifact.cache()))
artifact.description = "My updated description"
artifact.save()  # persist metadata changes
artifact.delete()  # move to trash
print("in the trash:", ln.Artifact.filter(key="my_datasets/rnaseq1.parquet").count())
artifact.restore()  # restore from trash
print("restored:", ln.Artifact.filter(key="my_datasets/rnaseq1.parquet").count())
print(artifact.transform)
print(artifact.run)
ln.finish()
"""


@pytest.fixture
def tutorial(in_tmp: Path, run_cli) -> str:
    """Output of the tutorial script, run in a fresh interpreter in a fresh instance."""
    init = run_cli("init", "--storage", "./lamindb-tutorial", "--modules", "bionty")
    assert init.returncode == 0, init.stderr
    assert "→ initialized lamindb: anonymous/lamindb-tutorial" in init.stdout
    Path("tutorial.py").write_text(SCRIPT)
    run = run_interpreter("tutorial.py")
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_tutorial_prints_what_the_seed_shows(tutorial: str, in_tmp: Path) -> None:
    uid = re.search(r"uid: (\w{20})", tutorial).group(1)
    assert uid.endswith("0000")
    lines = tutorial.splitlines()
    assert lines[0] == "→ connected lamindb: anonymous/lamindb-tutorial"
    assert re.fullmatch(
        r"→ created Transform\('\w{12}0000', key='tutorial.py'\), started new Run\('\w{16}'\) at "
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC",
        lines[1],
    )
    assert re.search(
        r"• recommendation: to identify the script across renames, pass the uid: "
        r'ln.track\("\w{12}"\)',
        tutorial,
    )
    described = tutorial[tutorial.index("Artifact: ") :].splitlines()
    assert described[0] == "Artifact: my_datasets/rnaseq1.parquet (0000)"
    assert re.match(rf"├── uid: {uid}            run: \w{{7}} \(tutorial.py\)", described[1])
    assert re.match(r"│   kind: dataset                        otype: DataFrame", described[2])
    assert re.match(r"│   hash: [\w-]{22}         size: \d+\.\d KB", described[3])
    assert re.match(r"│   branch: main                         space: all", described[4])
    assert re.match(r"│   created_at: .{19} UTC  created_by: anonymous", described[5])
    assert described[6].rstrip() == "│   n_observations: 3"
    assert described[7].rstrip() == "└── storage/path:"
    stored = in_tmp / "lamindb-tutorial" / ".lamindb" / f"{uid}.parquet"
    assert described[8].strip() == str(stored)
    assert stored.exists()
    assert f"PosixUPath('{stored}')" in tutorial
    assert lines.count("True") == 2
    assert re.search(
        rf"→ moved record to trash: Artifact\(uid='{uid}', version_tag=None, is_latest=True, "
        r"key='my_datasets/rnaseq1.parquet', description='My updated description', "
        r"suffix='.parquet', kind='dataset', otype='DataFrame', size=\d+, hash='[\w-]{22}', "
        r"n_files=None, n_observations=3, branch_id=-1, created_on_id=1, space_id=1, "
        r"storage_id=1, run_id=1, schema_id=None, created_by_id=1, "
        r"created_at=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, is_locked=False\)",
        tutorial,
    )
    assert "in the trash: 0" in lines
    assert "restored: 1" in lines
    assert re.search(
        r"Transform\(uid='\w{12}0000', version_tag=None, is_latest=True, key='tutorial.py', "
        r"description=None, kind='script', hash='[\w-]{22}', reference=None, "
        r"reference_type=None, environment=None, plan=None, branch_id=1, created_on_id=1, "
        r"space_id=1,",
        tutorial,
    )
    assert re.search(
        r"Run\(uid='\w{16}', name=None, description=None, entrypoint=None, "
        r"started_at=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, finished_at=None, params=None, "
        r"reference=None, reference_type=None, cli_args=None, branch_id=1, created_on_id=1, "
        r"space_id=1, transform_id=1,",
        tutorial,
    )


def test_registries_as_data_frames(tutorial: str, run_python) -> None:
    shown = run_python(
        """
import lamindb as ln
print(list(ln.Transform.to_dataframe().columns))
print(list(ln.Run.to_dataframe().columns))
print(ln.Run.to_dataframe().index.name, len(ln.Run.to_dataframe()))
"""
    ).stdout.splitlines()
    assert shown[1] == str(
        "uid key description kind source_code hash reference reference_type version_tag "
        "is_latest is_locked created_at branch_id created_on_id space_id environment_id plan_id "
        "run_id created_by_id".split()
    )
    assert shown[2] == str(
        "uid name description entrypoint started_at finished_at params extra_data reference "
        "reference_type cli_args is_locked created_at branch_id created_on_id space_id "
        "transform_id report_id environment_id plan_id created_by_id initiated_by_run_id".split()
    )
    assert shown[3] == "id 1"


def test_a_changed_data_frame_becomes_the_next_version(instance, capsys) -> None:
    import lamindb as ln

    df = ln.examples.datasets.mini_immuno.get_dataset1(with_typo=True)
    first = ln.Artifact.from_dataframe(df, key="my_datasets/rnaseq1.parquet").save()
    first.description = "My updated description"
    first.save()
    assert first.uid.endswith("0000")
    same = ln.Artifact.from_dataframe(df, key="my_datasets/rnaseq1.parquet")
    assert same == first
    assert "→ returning artifact with same hash: Artifact(uid=" in capsys.readouterr().out

    df["perturbation"] = df["perturbation"].cat.rename_categories({"IFNJ": "IFNG"})
    second = ln.Artifact.from_dataframe(df, key="my_datasets/rnaseq1.parquet").save()
    message = "→ creating new artifact version for key 'my_datasets/rnaseq1.parquet' in storage"
    assert message in capsys.readouterr().out
    assert second.uid == first.uid[:16] + "0001"
    assert second.n_observations == 3
    assert second.description is None
    assert ln.Artifact.get(key="my_datasets/rnaseq1.parquet") == second
    assert not ln.Artifact.get(first.uid).is_latest
    assert second.versions.to_list("uid") == [second.uid, first.uid]
    assert set(second.load()["perturbation"]) == {"DMSO", "IFNG"}
    assert set(ln.Artifact.get(first.uid).load()["perturbation"]) == {"DMSO", "IFNJ"}


def test_trash_and_permanent_deletion(instance) -> None:
    import lamindb as ln

    Path("hello.txt").write_text("hello")
    artifact = ln.Artifact("hello.txt", key="hello.txt").save()
    stored = Path(artifact.path)
    artifact.delete()
    assert stored.exists()
    assert ln.Artifact.get(artifact.uid).branch_id == -1
    artifact.delete(permanent=True)
    assert not stored.exists()
    assert not ln.Artifact.filter(uid=artifact.uid).exists()
    assert Path("hello.txt").exists()
