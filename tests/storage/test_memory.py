import os

import pandas as pd
import pytest

from lamindb.examples.datasets import mini_immuno
from lamindb.storage.cache import current_stat_cache, temporary_path
from lamindb.storage.memory import is_in_memory

UID = "HknNfVvoY5EsnxkY0000"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (pd.DataFrame(), True),
        (mini_immuno.get_dataset1(otype="AnnData"), True),
        ("table.parquet", False),
        (os.curdir, False),
        (None, False),
        (pd.Series(), False),
        ([1], False),
    ],
)
def test_is_in_memory(data, expected):
    assert is_in_memory(data) is expected


def test_temporary_paths_are_unique():
    paths = {temporary_path(".csv", uid=UID) for _ in range(100)}
    assert len(paths) == 100
    assert all(str(os.getpid()) in path.name and path.suffix == ".csv" for path in paths)


def test_caches_follow_the_cache_directory(tmp_path, monkeypatch):
    before = current_stat_cache()
    assert current_stat_cache() is before
    monkeypatch.setenv("LAMIN_CACHE_DIR", str(tmp_path))
    assert current_stat_cache() is not before
    assert temporary_path("").parent.parent == tmp_path


def test_temporaries_of_crashed_processes_are_cleared(tmp_path, monkeypatch):
    monkeypatch.setenv("LAMIN_CACHE_DIR", str(tmp_path))
    folder = tmp_path / "tmp"
    folder.mkdir()
    process_id = os.fork()
    if process_id == 0:
        os._exit(0)
    os.waitpid(process_id, 0)
    dead = [f"{process_id}-0123456789ab.csv", f"{UID}-{process_id}-0123456789ab.anndata.zarr", "x"]
    alive = [f"{UID}-{os.getpid()}-0123456789ab.csv", "1-0123456789ab"]
    young = [f"{process_id}-ba9876543210.csv"]
    for name in [*dead, *alive, *young]:
        (folder / name).mkdir() if name.endswith(".zarr") else (folder / name).touch()
        if name not in young:
            os.utime(folder / name, (0, 0))
    new = temporary_path(".csv")
    assert sorted(path.name for path in folder.iterdir()) == sorted([*alive, *young])
    assert new.parent == folder
