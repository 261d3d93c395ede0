import os

import pandas as pd
import pytest

from lamindb.errors import InvalidArgument
from lamindb.examples.datasets import mini_immuno
from lamindb.storage.cache import current_stat_cache, temporary_path
from lamindb.storage.formats import load_to_memory
from lamindb.storage.memory import is_in_memory, serialize

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


@pytest.mark.parametrize(
    ("otype", "key", "format", "suffix"),
    [
        ("DataFrame", None, None, ".parquet"),
        ("DataFrame", "my/table.csv", None, ".csv"),
        ("DataFrame", "my/table", ".csv", ".csv"),
        ("DataFrame", "my/table", None, ".parquet"),
        ("AnnData", None, None, ".h5ad"),
        ("AnnData", "my/cells.anndata.zarr", None, ".anndata.zarr"),
    ],
)
def test_serialize(otype, key, format, suffix):
    data = mini_immuno.get_dataset1(otype=otype)
    path = serialize(data, key=key, format=format, uid=UID)
    assert path.name.startswith(UID)
    assert path.name.endswith(suffix)
    assert load_to_memory(path).shape[0] == 3
    assert str(path).startswith(os.environ["LAMIN_CACHE_DIR"])


def test_serialize_passes_options():
    path = serialize(pd.DataFrame({"a": [1]}), key="a.csv", sep=";", index=False)
    assert path.read_text() == "a\n1\n"


def test_failure_leaves_nothing():
    with pytest.raises(InvalidArgument, match="DataFrame storage format"):
        serialize(pd.DataFrame(), key="a.h5ad")
    with pytest.raises(ValueError):
        serialize(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    assert list(temporary_path("").parent.iterdir()) == []


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
