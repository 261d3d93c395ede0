"""Constructing artifacts: what is decided, what is refused, what is read and written."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import (
    FieldValidationError,
    InvalidArgument,
    NoStorageLocationForSpace,
    ValidationError,
)

DF = pd.DataFrame({"a": [1, 2, 3]})


def write(name: str, text: str = "hello") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def temporaries() -> list[Path]:
    return list((Path(ln.settings.cache_dir) / "tmp").glob("*"))


def stored_files(instance) -> set[str]:
    folder = Path(instance.storage.root) / ".lamindb"
    return {p.name for p in folder.iterdir() if not p.name.startswith(("lamin.db", "storage_uid"))}


def everything() -> list[Path]:
    return sorted(p for p in Path.cwd().rglob("*") if not p.name.startswith("lamin.db"))


# -- what is recorded


def test_nothing_is_written_before_save(instance) -> None:
    artifact = ln.Artifact(write("hello.txt"), key="hello.txt", description="Hi", kind="notes")
    assert artifact._state.adding
    assert artifact.created_at is None
    assert Path(artifact.path) == Path("hello.txt").resolve()
    assert (artifact.suffix, artifact.size, artifact.n_files) == (".txt", 5, None)
    assert (artifact.kind, artifact.otype, artifact.description) == ("notes", None, "Hi")
    assert artifact._key_is_virtual
    assert not artifact.overwrite_versions
    assert ln.Artifact.filter().count() == 0
    assert stored_files(instance) == set()


@pytest.mark.parametrize(
    ("name", "key", "suffix", "stored"),
    [
        ("a.txt", "b.txt", ".txt", ".txt"),
        ("a.xyz", "b.xyz", "", ""),
        ("salmon.merged.tsv", "x.tsv", ".tsv", ".tsv"),
        ("x.h5ad.tar.gz", "y.h5ad.tar.gz", ".h5ad.tar.gz", ".h5ad.tar.gz"),
        ("noext", "other", "", ""),
    ],
)
def test_suffixes(instance, name, key, suffix, stored) -> None:
    artifact = ln.Artifact(write(name), key=key).save()
    assert (artifact.suffix, artifact.key) == (suffix, key)
    assert stored_files(instance) == {f"{artifact.uid}{stored}"}


def test_a_folder(instance) -> None:
    write("folder/a.txt", "a")
    write("folder/sub/b.txt", "bb")
    artifact = ln.Artifact("folder", key="my/folder").save()
    assert (artifact.size, artifact.n_files, artifact._hash_type) == (3, 2, "md5-d")
    assert artifact.overwrite_versions
    assert stored_files(instance) == {artifact.stem_uid}
    assert not ln.Artifact(
        "folder", key="my/f2", overwrite_versions=False, skip_hash_lookup=True
    )._overwrite_versions


def test_home_links_and_file_urls(instance, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    target = write("home/hello.txt")
    Path("link.txt").symlink_to(target)
    for path in ("~/hello.txt", "link.txt", f"file://{target.resolve()}", ln.UPath("link.txt")):
        assert Path(ln.Artifact(path, key="hello.txt").path) == target.resolve()


def test_a_dangling_link(instance) -> None:
    Path("link.txt").symlink_to("nowhere.txt")
    with pytest.raises(FileNotFoundError, match=r"nowhere\.txt"):
        ln.Artifact("link.txt", key="link.txt")


def test_ids_in_place_of_records(instance) -> None:
    storage = ln.Storage.get(root=str(Path(instance.storage.root).resolve()))
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage_id=storage.id, branch_id=0)
    assert (artifact.storage, artifact.branch_id, artifact.created_on_id) == (storage, 0, 0)
    with pytest.raises(ValueError, match="Do not pass both Storage and its id at the same time"):
        ln.Artifact("a.txt", key="a.txt", storage=storage, storage_id=storage.id)


def test_advanced_options(instance, monkeypatch) -> None:
    monkeypatch.setattr(ln.settings.creation, "artifact_skip_size_hash", True)
    artifact = ln.Artifact(write("a.txt"), key="a.txt", using=None, skip_check_exists=True)
    folder = ln.Artifact(write("f/a.txt").parent, key="f")
    assert (artifact.size, artifact.hash, artifact.n_files) == (None, None, None)
    assert folder.overwrite_versions
    with pytest.raises(ValueError, match="leave out using"):
        ln.Artifact("a.txt", key="a.txt", using="other")


# -- runs


def test_a_missing_run_is_mentioned(instance, capsys, monkeypatch) -> None:
    write("a.txt")
    ln.Artifact("a.txt", key="a.txt")
    assert "! no run & transform got linked, call `ln.track()` & re-run" in capsys.readouterr().out
    ln.Artifact("a.txt", key="a.txt", run=False)
    monkeypatch.setattr(ln.settings.creation, "artifact_silence_missing_run_warning", True)
    ln.Artifact("a.txt", key="a.txt")
    assert "no run" not in capsys.readouterr().out


def test_a_run_is_enough_of_a_name(instance) -> None:
    run = ln.Run(ln.Transform(key="script.py").save()).save()
    artifact = ln.Artifact(write("a.txt"), run=run).save()
    assert (artifact.run, artifact.key, artifact.transform) == (run, None, run.transform)
    assert ln.Artifact(write("b.txt", "b"), run_id=run.id).run == run


# -- places


def test_a_file_in_storage_stays_where_it_is(instance) -> None:
    path = write(f"{instance.storage.root}/data/a.csv", "a\n1\n")
    artifact = ln.Artifact.from_dataframe(path).save()
    assert (artifact.key, artifact._real_key, artifact._key_is_virtual) == (
        "data/a.csv",
        None,
        False,
    )
    assert Path(artifact.path) == path.resolve()
    renamed = ln.Artifact.from_dataframe(path, key="other.csv", description="x").save()
    assert (renamed.key, renamed._real_key, renamed._key_is_virtual) == (
        "other.csv",
        "data/a.csv",
        True,
    )
    assert Path(renamed.path) == path.resolve()
    assert path.read_text() == "a\n1\n"
    assert stored_files(instance) == set()


def test_the_innermost_location_wins(instance) -> None:
    inner = ln.Storage(f"{instance.storage.root}/inner").save()
    artifact = ln.Artifact(write(f"{instance.storage.root}/inner/x/a.txt"))
    assert (artifact.storage, artifact.key) == (inner, "x/a.txt")
    root_itself = ln.Artifact(inner.root, description="all of it")
    assert (root_itself.storage.root, root_itself.key) == (
        str(Path(instance.storage.root).resolve()),
        "inner",
    )


def test_names_that_are_no_keys(instance) -> None:
    with pytest.raises(ValueError, match="Backslashes are not allowed"):
        ln.Artifact(write(f"{instance.storage.root}/a\\b.txt"))


def test_a_real_key_names_the_place(instance, monkeypatch) -> None:
    artifact = ln.Artifact(write("a.txt"), key="data/a.txt", key_is_virtual=False).save()
    assert Path(artifact.path) == Path(instance.storage.root).resolve() / "data" / "a.txt"
    monkeypatch.setattr(ln.settings.creation, "_artifact_use_virtual_keys", False)
    assert not ln.Artifact(write("b.txt", "b"), key="b.txt")._key_is_virtual


@pytest.mark.parametrize(
    ("key", "virtual", "text"),
    [("other.txt", False, "with a virtual key"), ("a.txt", True, "without a virtual key")],
)
def test_a_place_contradicts_the_kind_of_key(instance, key, virtual, text) -> None:
    path = write(f"{instance.storage.root}/a.txt")
    with pytest.raises(ValueError, match=f"{text} and key_is_virtual={virtual} is incompatible"):
        ln.Artifact(path, key=key, key_is_virtual=virtual)


def test_another_location(instance) -> None:
    other = ln.Storage("other").save()
    artifact = ln.Artifact(write("a.txt"), key="a.txt", storage=other).save()
    assert Path(artifact.path).parent == Path("other/.lamindb").resolve()
    ln.Storage.filter(uid=other.uid).update(instance_uid="someoneelse1")
    other = ln.Storage.get(uid=other.uid)
    with pytest.raises(ValueError, match="not managed by the current instance"):
        ln.Artifact(write("b.txt", "b"), key="b.txt", storage=other)
    in_place = ln.Artifact(write("other/c.txt", "c"), storage=other)
    assert (in_place.storage, in_place.key) == (other, "c.txt")


def test_a_space_decides_on_the_location(instance, capsys) -> None:
    space = ln.Space(name="Team", uid="teamteamteam").save()
    write("a.txt")
    with pytest.raises(NoStorageLocationForSpace, match=r"ln\.Storage\(root="):
        ln.Artifact("a.txt", key="a.txt", space=space)
    first = ln.Storage("first", space=space).save()
    assert ln.Artifact("a.txt", key="a.txt", space=space).storage == first
    assert ln.Artifact("a.txt", key="a.txt", storage=first).space == space
    with pytest.raises(InvalidArgument, match="pass storage or space, not both"):
        ln.Artifact("a.txt", key="a.txt", storage=first, space_id=1)
    ln.Storage("second", space=space).save()
    capsys.readouterr()
    assert ln.Artifact("a.txt", key="a.txt", space=space).storage == first
    assert "! more than one storage location for this space" in capsys.readouterr().out


def test_hints(instance, capsys) -> None:
    ln.settings.verbosity = "hint"
    write("a.txt")
    ln.Artifact("a.txt", key="x.txt")
    artifact = ln.Artifact("a.txt", description="x")
    ln.Artifact(write(f"{instance.storage.root}/b.txt"))
    output = capsys.readouterr().out
    assert "path content will be copied to default storage upon `save()` with key 'x.txt'" in output
    assert f"with key `None` ('.lamindb/{artifact.uid}.txt')" in output
    assert "path in storage 'store' with key 'b.txt'" in output


# -- what is read


def test_content_without_a_counterpart_is_hashed_later(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt")
    assert artifact.size == 5
    assert not {"hash", "_hash_type"} & artifact.__dict__.keys()
    assert artifact.hash == "XUFAKrxLKna5cZ2REBfFkg"
    assert artifact._hash_type == "md5"
    other = ln.Artifact(write("b.txt", "other"), key="b.txt").save()
    assert other._hash_type == "md5"
    assert "hash='XUFAKrxLKna5cZ2REBfFkg'" in repr(ln.Artifact("a.txt", key="a.txt"))


def test_content_of_the_same_size_is_compared(instance) -> None:
    ln.Artifact(write("a.txt", "12345"), key="a.txt").save()
    artifact = ln.Artifact(write("b.txt", "54321"), key="b.txt")
    assert "hash" in artifact.__dict__
    assert artifact._state.adding


def test_rows_without_a_size_are_compared(instance) -> None:
    first = ln.Artifact(write("a.txt"), key="a.txt").save()
    ln.Artifact.filter(uid=first.uid).update(size=None)
    assert ln.Artifact("a.txt", key="a.txt") == first


def test_files_in_storage_are_hashed_at_once(instance) -> None:
    artifact = ln.Artifact(write(f"{instance.storage.root}/a.txt"))
    assert artifact.__dict__["hash"] == "XUFAKrxLKna5cZ2REBfFkg"


@pytest.mark.parametrize("n_artifacts", [0, 3])
def test_the_number_of_queries(instance, count_queries, n_artifacts) -> None:
    ln.Artifact(write("warm.txt", "warm"), key="warm.txt").save()
    for number in range(n_artifacts):
        ln.Artifact(write("x.txt", f"{number}-----"), key=f"{number}.txt").save()
    write("a.txt")
    with count_queries() as queries:
        ln.Artifact("a.txt", key="a.txt")
    assert queries.count <= 3  # locations, same size, same key
    with count_queries() as queries:
        ln.Artifact.from_dataframe(DF, key="df.parquet")
    assert queries.count <= 2  # there is no location to look for


# -- data in memory


@pytest.mark.parametrize(("key", "suffix"), [("t.csv", ".csv"), ("t.parquet", ".parquet")])
def test_the_object_itself_is_loaded(instance, key, suffix) -> None:
    artifact = ln.Artifact.from_dataframe(DF, key=key)
    assert artifact.load() is DF
    assert Path(artifact.path).suffix == suffix
    artifact.save()
    assert artifact.load() is DF
    assert ln.Artifact.get(key=key).load() is not DF
    assert temporaries() == []


def test_plain_constructor_takes_objects(instance, capsys) -> None:
    artifact = ln.Artifact(DF, key="df.parquet")
    assert (artifact.kind, artifact.otype, artifact.n_observations) == (None, "DataFrame", None)
    assert "! data is a DataFrame, please use .from_dataframe()" in capsys.readouterr().out
    ln.Artifact(DF, key="df.parquet", otype="Table")
    assert "data is a DataFrame" not in capsys.readouterr().out


def test_temporaries_have_their_own_names_and_go_with_the_artifact(instance) -> None:
    artifacts = [ln.Artifact.from_dataframe(DF, key=f"{n}.parquet") for n in range(3)]
    assert len({artifact.path for artifact in artifacts}) == 3
    assert len(temporaries()) == 3
    del artifacts
    gc.collect()
    assert temporaries() == []


def test_temporaries_of_known_content_go_at_once(instance) -> None:
    ln.Artifact.from_dataframe(DF, key="a.parquet").save()
    again = ln.Artifact.from_dataframe(DF, key="a.parquet")
    assert again.load() is DF
    assert temporaries() == []


@pytest.fixture
def other_disk() -> Iterator[Path]:
    """A folder on another file system than the cache."""
    memory = Path("/dev/shm")
    cache = Path(ln.settings.cache_dir)
    cache.mkdir(parents=True, exist_ok=True)
    if not memory.is_dir() or memory.stat().st_dev == cache.stat().st_dev:
        pytest.skip("n/a: there is one file system only")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_temporaries_are_written_where_they_can_be_renamed(instance, other_disk) -> None:
    storage = ln.Storage(other_disk).save()
    artifact = ln.Artifact.from_dataframe(DF, key="a.parquet", storage=storage)
    inode = artifact.path.stat().st_ino
    assert temporaries() == []
    assert artifact.path.parent == other_disk / ".lamindb"
    artifact.save()
    assert artifact.path.stat().st_ino == inode
    assert {p.name for p in (other_disk / ".lamindb").iterdir()} == {
        "storage_uid.txt",
        f"{artifact.uid}.parquet",
    }
    again = ln.Artifact.from_dataframe(DF, key="a.parquet", storage=storage)
    assert again == artifact
    assert len(list((other_disk / ".lamindb").iterdir())) == 2


def test_a_forked_process_does_not_remove_the_temporaries(instance) -> None:
    artifact = ln.Artifact.from_dataframe(DF, key="a.parquet")
    child = os.fork()
    if child == 0:
        del artifact
        gc.collect()
        os._exit(0)
    os.waitpid(child, 0)
    assert len(temporaries()) == 1


@pytest.mark.parametrize(
    ("df", "error"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), ValueError),
        (pd.DataFrame({"a": [1, "x"]}), Exception),
    ],
)
def test_what_cannot_be_written_leaves_nothing(instance, df, error) -> None:
    with pytest.raises(error) as raised:
        ln.Artifact.from_dataframe(df, key="a.parquet")
    assert not type(raised.value).__module__.startswith("lamindb")
    assert temporaries() == []


# -- wrong input

WRONG = [
    (("a.txt", "b"), {}, ValueError, "Only one non-keyword arg allowed: path"),
    (("a.txt",), {"path": "b.txt", "key": "a.txt"}, TypeError, "got the path twice"),
    ((), {"key": "a.txt"}, TypeError, "needs a path"),
    ((3,), {"key": "a"}, TypeError, "data has to be a string, Path, UPath"),
    ((None,), {"key": "a"}, TypeError, "data has to be a string, Path, UPath"),
    ((b"a.txt",), {"key": "a"}, TypeError, "data has to be a string, Path, UPath"),
    (([1, 2],), {"key": "a"}, NotImplementedError, "from list, pass a path instead"),
    ((pd.Series([1]),), {"key": "a"}, NotImplementedError, "from Series, pass a path instead"),
    (("",), {"key": "a"}, ValueError, "path is empty"),
    (("a.txt",), {"kex": "a.txt"}, FieldValidationError, "Only path, key, .*Did you mean 'key'"),
    (("a.txt",), {}, ValueError, "Pass one of key, run or description"),
    ((DF,), {}, ValueError, "Pass one of key, run or description"),
    (("missing.txt",), {"key": "missing.txt"}, FileNotFoundError, "missing.txt"),
    (("a.txt",), {"key": "a.csv"}, InvalidArgument, r"path's suffix '.txt' .* key's suffix '.csv'"),
    (("a.xyz",), {"key": "b.abc"}, InvalidArgument, r"path's suffix '.xyz' .* key's suffix '.abc'"),
    (("a.xyz",), {"key": "b"}, InvalidArgument, r"path's suffix '.xyz' .* key's suffix ''"),
    ((DF,), {"key": "a.txt"}, InvalidArgument, r"key's suffix '.txt' .* path's suffix '.parquet'"),
    ((DF,), {"key": "a.csv", "format": "h5ad"}, InvalidArgument, "'parquet', 'csv'"),
    (("a.txt",), {"key": "/a.txt"}, ValueError, "'/a.txt' is absolute"),
    (("a.txt",), {"key": ""}, ValueError, "The key is empty"),
    (("a.txt",), {"key": 5}, TypeError, "key has to be a string"),
    (("a.txt",), {"key": "a/../b.txt"}, ValueError, r"Relative path segment '\.\.'"),
    (("a.txt",), {"key": "a/./b.txt"}, ValueError, r"Relative path segment '\.'"),
    (("a.txt",), {"key": "a\\b.txt"}, ValueError, "Backslashes are not allowed in key"),
    (("a.txt",), {"key": ".lamindb/a.txt"}, ValueError, "managed storage path in `.lamindb/`"),
    (("a.txt",), {"key": "a" * 1025 + ".txt"}, ValueError, "1024"),
    (("a.txt",), {"key": "a.txt", "version": 1}, ValueError, "`version` parameter must be"),
    (("a.txt",), {"key": "a.txt", "revises": 1}, TypeError, "`revises` has to be of type `Art"),
    (("a.txt",), {"revises": 1, "version": "1"}, TypeError, "`revises` has to be of type `Art"),
    (("a.txt",), {"key": "a.txt", "branch_id": 99}, Exception, "Branch"),
    (("a.txt",), {"key": "a.txt", "run": "my run"}, TypeError, "run has to be a Run"),
    (("a.txt",), {"key": "a.txt", "storage": "./x"}, TypeError, "storage has to be a Storage"),
    (("a.txt",), {"key": "a.txt", "space": "team"}, TypeError, "space has to be a Space"),
    (("a.txt",), {"key": "a.txt", "branch": "b"}, TypeError, "branch has to be a Branch"),
    (("a.txt",), {"key": "a.txt", "kind": "k" * 21}, FieldValidationError, "kind of Artifact"),
    (("a.txt",), {"key": "a.txt", "features": {"a": 1}}, ValidationError, "could not be validated"),
    (("a.txt",), {"key": "a.txt", "features": [1]}, TypeError, "Pass a dictionary"),
    (("store/.lamindb/lamin.db",), {"key": "a"}, ValueError, "inside the `.lamindb/` directory"),
    (("store/.lamindb",), {"key": "a"}, ValueError, "inside the `.lamindb/` directory"),
    (("folder",), {}, ValueError, "Pass one of key, run or description"),
    (("empty",), {"key": "empty"}, ValueError, "has no files"),
    (("a\0b",), {"key": "a"}, ValueError, "not a valid path"),
]


def test_wrong_input_leaves_nothing(instance) -> None:
    write("a.txt")
    write("a.xyz", "x")
    write("folder/a.txt")
    Path("empty").mkdir()
    before = everything()
    for arguments, keywords, error, text in WRONG:
        with pytest.raises(error, match=text):
            ln.Artifact(*arguments, **keywords)
        assert temporaries() == [], keywords
    assert ln.Artifact.filter(branch=None).count() == 0
    assert everything() == before


def test_unsaved_records_are_refused(instance) -> None:
    write("a.txt")
    unsaved = ln.Artifact("a.txt", key="a.txt")
    for keywords, text in (
        ({"revises": unsaved}, "`revises` has to be saved"),
        ({"storage": ln.Storage("other")}, "storage has to be saved"),
        ({"run": ln.Run(ln.Transform(key="t").save())}, "run has to be saved"),
    ):
        with pytest.raises(ValueError, match=text):
            ln.Artifact("a.txt", key="a.txt", **keywords)
    assert not Path("other").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="n/a: root may read everything")
def test_an_unreadable_file(instance) -> None:
    path = write(f"{instance.storage.root}/a.txt")
    path.chmod(0)
    with pytest.raises(PermissionError):
        ln.Artifact(path)
    assert ln.Artifact.filter().count() == 0


# -- what the name and the store say about the type


@pytest.mark.parametrize(
    ("name", "otype", "constructor"),
    [
        ("a.parquet", "DataFrame", "from_dataframe"),
        ("a.csv", "DataFrame", "from_dataframe"),
        ("a.ipc", "DataFrame", "from_dataframe"),
        ("a.h5ad", "AnnData", "from_anndata"),
        ("a.h5mu", "MuData", "from_mudata"),
        ("a.tsv", None, None),
        ("a.txt", None, None),
    ],
)
def test_inferred_types(instance, capsys, name, otype, constructor) -> None:
    artifact = ln.Artifact(write(name), key=name)
    assert (artifact.otype, artifact.kind, artifact.n_observations) == (otype, None, None)
    output = capsys.readouterr().out
    if constructor is None:
        assert "please use" not in output
    else:
        assert f"! data is a {otype}, please use .{constructor}()" in output


@pytest.mark.parametrize(
    ("name", "attributes", "otype"),
    [
        ("a.zarr", {"encoding-type": "anndata"}, "AnnData"),
        ("a.zarr", {"encoding-type": "MuData"}, "MuData"),
        ("a.zarr", {"spatialdata_attrs": {"version": "0.1"}}, "SpatialData"),
        ("a.zarr", {}, None),
        ("a.anndata.zarr", {}, "AnnData"),
        ("a.mudata.zarr", {}, "MuData"),
        ("a.spatialdata.zarr", {}, "SpatialData"),
    ],
)
def test_inferred_types_of_zarr_stores(instance, name, attributes, otype) -> None:
    import zarr

    zarr.open_group(name, mode="w", attributes=attributes)
    assert ln.Artifact(name, key=name).otype == otype
