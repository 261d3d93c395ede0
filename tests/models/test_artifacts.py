"""Local artifacts: construct, save, identity, read, change; nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import FieldValidationError, InvalidArgument


def write(name: str, text: str = "hello") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def stored_files(instance) -> set[str]:
    folder = Path(instance.storage.root) / ".lamindb"
    return {p.name for p in folder.iterdir() if not p.name.startswith(("lamin.db", "storage_uid"))}


def test_a_text_file(instance) -> None:
    artifact = ln.Artifact(write("hello.txt"), key="notes/hello.txt", description="Hi").save()
    assert (artifact.suffix, artifact.size, artifact.n_files) == (".txt", 5, None)
    assert artifact.hash == "XUFAKrxLKna5cZ2REBfFkg"
    assert artifact._hash_type == "md5"
    assert (artifact.kind, artifact.otype, artifact.n_observations) == (None, None, None)
    assert artifact._key_is_virtual
    assert not artifact.overwrite_versions
    assert artifact.load() == "hello"
    assert artifact.path == artifact.cache()
    assert stored_files(instance) == {f"{artifact.uid}.txt"}
    assert artifact._aux is None


def test_before_save_the_path_is_the_source(instance) -> None:
    path = write("hello.txt")
    artifact = ln.Artifact(path, key="hello.txt")
    assert artifact._state.adding
    assert artifact.created_at is None
    assert Path(artifact.path) == path.resolve()
    assert stored_files(instance) == set()


@pytest.mark.parametrize("key", ["table.parquet", "table.csv"])
def test_a_data_frame(instance, key) -> None:
    df = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
    artifact = ln.Artifact.from_dataframe(df, key=key).save()
    assert (artifact.kind, artifact.otype) == ("dataset", "DataFrame")
    assert artifact.n_observations == 3
    assert artifact.suffix == Path(key).suffix
    assert artifact.load() is df
    loaded = ln.Artifact.get(key=key).load()
    assert loaded["b"].tolist() == ["x", "y", "z"]
    assert not list(Path(ln.settings.cache_dir).rglob(f"*{artifact.suffix}"))


def test_json_becomes_a_dictionary(instance) -> None:
    write("a.json", json.dumps({"a": [1, 2]}))
    assert ln.Artifact("a.json", key="a.json").save().load() == {"a": [1, 2]}


def test_a_parquet_path_counts_its_rows(instance) -> None:
    pd.DataFrame({"a": range(7)}).to_parquet("a.parquet")
    artifact = ln.Artifact.from_dataframe("a.parquet", key="a.parquet").save()
    assert artifact.n_observations == 7


def test_the_same_content_is_the_same_artifact(instance, capsys) -> None:
    first = ln.Artifact(write("a.txt"), key="a.txt").save()
    again = ln.Artifact(write("b.txt"), key="b.txt", description="later")
    assert again == first
    assert (again.key, again.description) == ("a.txt", "later")
    output = capsys.readouterr().out
    assert "→ returning artifact with same hash: Artifact(uid=" in output
    assert "to track this artifact as an input, use: ln.Artifact.get()" in output
    assert "! updated description from None to later" in output
    assert "! key a.txt on existing artifact differs from passed key b.txt" in output
    again.save()
    assert ln.Artifact.filter().count() == 1
    assert ln.Artifact("b.txt", key="b.txt", skip_hash_lookup=True).save() != first


def test_a_keyless_artifact_takes_a_key(instance) -> None:
    first = ln.Artifact(write("a.txt"), description="no key").save()
    assert first.key is None
    again = ln.Artifact("a.txt", key="a.txt").save()
    assert again == first
    assert ln.Artifact.get(key="a.txt") == first


def test_empty_files_are_never_the_same(instance) -> None:
    one = ln.Artifact(write("a.txt", ""), key="a.txt").save()
    two = ln.Artifact(write("b.txt", ""), key="b.txt").save()
    assert one != two


def test_versions_by_key_and_by_revises(instance, capsys) -> None:
    one = ln.Artifact(write("v.txt", "1"), key="demo/v.txt").save()
    two = ln.Artifact(write("v.txt", "2"), key="demo/v.txt").save()
    assert "→ creating new artifact version for key 'demo/v.txt'" in capsys.readouterr().out
    two.description = "second"
    two.save()
    three = ln.Artifact(write("w.txt", "3"), revises=two).save()
    assert (two.description, three.description) == ("second", "second")
    assert [a.uid[-4:] for a in (one, two, three)] == ["0000", "0001", "0002"]
    assert three.key == "demo/v.txt"
    assert ln.Artifact.get(key="demo/v.txt") == three
    assert [a.load() for a in three.versions] == ["3", "2", "1"]


def test_a_file_in_storage_stays_where_it_is(instance) -> None:
    path = write(f"{instance.storage.root}/data/a.csv", "a\n1\n")
    artifact = ln.Artifact.from_dataframe(path).save()
    assert artifact.key == "data/a.csv"
    assert not artifact._key_is_virtual
    assert Path(artifact.path) == path.resolve()
    renamed = ln.Artifact.from_dataframe(path, key="other.csv", description="x").save()
    assert renamed._real_key == "data/a.csv"
    assert Path(renamed.path) == path.resolve()
    assert ln.Artifact.get(path=path.resolve()).key in {"data/a.csv", "other.csv"}
    assert stored_files(instance) == set()


def test_a_real_key_names_the_place(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="data/a.txt", key_is_virtual=False).save()
    assert Path(artifact.path) == Path(instance.storage.root).resolve() / "data" / "a.txt"


def test_get_by_path(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    assert ln.Artifact.get(path=artifact.path) == artifact
    with pytest.raises(ln.Artifact.DoesNotExist, match="No registered storage location"):
        ln.Artifact.get(path="/nowhere/a.txt")


def test_a_virtual_key_can_be_changed(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    artifact.key = "new/b.txt"
    artifact.save()
    assert ln.Artifact.get(key="new/b.txt") == artifact
    for key, error, text in (
        ("new/b.csv", InvalidArgument, "The suffix '.csv' of the provided key is incorrect"),
        (None, InvalidArgument, "Cannot update an artifact key to None"),
        ("../b.txt", ValueError, "Relative path segment"),
    ):
        artifact.key = key
        with pytest.raises(error, match=text):
            artifact.save()
    assert ln.Artifact.get(artifact.uid).key == "new/b.txt"


@pytest.mark.parametrize(
    ("arguments", "keywords", "error", "text"),
    [
        (("a.txt", "b"), {}, ValueError, "Only one non-keyword arg allowed: path"),
        ((), {"key": "a.txt"}, TypeError, "needs a path"),
        ((3,), {"key": "a"}, TypeError, "has to be a string, Path, UPath"),
        ((None,), {"key": "a"}, TypeError, "has to be a string, Path, UPath"),
        (("",), {"key": "a"}, ValueError, "path is empty"),
        (("a.txt",), {"kex": "a.txt"}, FieldValidationError, "Did you mean 'key'"),
        (("a.txt",), {}, ValueError, "Pass one of key, run or description"),
        (("missing.txt",), {"key": "missing.txt"}, FileNotFoundError, "missing.txt"),
        (("a.txt",), {"key": "a.csv"}, InvalidArgument, r"'.txt' must match .* suffix '.csv'"),
        (("a.txt",), {"key": "/a.txt"}, ValueError, "/a.txt"),
        (("a.txt",), {"key": ""}, ValueError, "key"),
        (("a.txt",), {"key": "a/../b.txt"}, ValueError, r"Relative path segment '\.\.'"),
        (("a.txt",), {"key": "a\\b.txt"}, ValueError, "Backslashes"),
        (("a.txt",), {"key": ".lamindb/a.txt"}, ValueError, "managed storage path"),
        (("a.txt",), {"key": "a" * 1025 + ".txt"}, ValueError, "1024"),
        (("a.txt",), {"key": "a.txt", "version": 1}, ValueError, "`version` parameter"),
        (("a.txt",), {"key": "a.txt", "revises": 1}, TypeError, "`revises` has to be of type"),
        (("a.txt",), {"key": "a.txt", "branch_id": 99}, ln.Branch.DoesNotExist, "Branch"),
        (("store/.lamindb/lamin.db",), {"key": "a"}, ValueError, "inside the `.lamindb/`"),
        (("folder",), {}, ValueError, "Pass one of key, run or description"),
        (("empty",), {"key": "empty"}, ValueError, "empty"),
        (("s3://bucket/a.txt",), {"key": "a.txt"}, NotImplementedError, "local files only"),
    ],
)
def test_wrong_input_leaves_nothing(instance, arguments, keywords, error, text) -> None:
    write("a.txt")
    write("folder/a.txt")
    Path("empty").mkdir()
    with pytest.raises(error, match=text):
        ln.Artifact(*arguments, **keywords).save()
    assert ln.Artifact.filter(branch=None).count() == 0
    assert stored_files(instance) == set()


def test_a_wrong_key_for_a_data_frame_leaves_nothing(instance) -> None:
    df = pd.DataFrame({"a": [1]})
    with pytest.raises(InvalidArgument, match=r"'\.txt'"):
        ln.Artifact.from_dataframe(df, key="a.txt")
    with pytest.raises(ValueError, match="Pass one of key, run or description"):
        ln.Artifact.from_dataframe(df)
    assert not list(Path(ln.settings.cache_dir).rglob("*.parquet"))


def test_unwritable_storage(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="data/a.txt", key_is_virtual=False)
    write(f"{instance.storage.root}/data", "a file where a folder has to be")
    with pytest.raises(OSError, match="data"):
        artifact.save()
    assert ln.Artifact.filter().count() == 0
    Path(f"{instance.storage.root}/data").unlink()
    assert artifact.save().load() == "hello"


def test_a_vanished_source(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt")
    Path("a.txt").unlink()
    with pytest.raises(FileNotFoundError, match="Unable to save the artifact"):
        artifact.save()
    assert ln.Artifact.filter().count() == 0


def test_a_source_that_changed_is_stored_as_it_is_now(instance) -> None:
    artifact = ln.Artifact(write("a.txt", "before"), key="a.txt")
    write("a.txt", "after")
    artifact.save()
    assert artifact.load() == "after"
    assert artifact.hash == ln.Artifact.get(artifact.uid).hash
    assert artifact.size == 5


def test_lost_content_is_noticed(instance) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    Path(artifact.path).unlink()
    with pytest.raises(FileNotFoundError, match="restore the file"):
        ln.Artifact.get(artifact.uid).load()


def test_an_unfinished_upload_is_refused_and_completed(instance) -> None:
    """As the known product leaves it after a crash: a row with the flag, no bytes."""
    artifact = ln.Artifact(write("a.txt"), key="a.txt").save()
    Path(artifact.path).unlink()
    ln.Artifact.filter(uid=artifact.uid).update(_aux={"so": 1})
    with pytest.raises(ValueError, match="was not completed"):
        ln.Artifact.get(artifact.uid).load()
    completed = ln.Artifact("a.txt", key="a.txt").save()
    assert completed == artifact
    assert ln.Artifact.get(artifact.uid)._aux is None
    assert completed.load() == "hello"


def test_no_loader(instance) -> None:
    artifact = ln.Artifact(write("a.zip"), key="a.zip").save()
    with pytest.raises(NotImplementedError, match=r"There is no loader for \.zip files"):
        artifact.load()


def test_queries_of_constructor_and_save(instance, count_queries) -> None:
    ln.Artifact(write("warm.txt", "warm"), key="warm.txt").save()
    write("a.txt")
    with count_queries() as construct:
        artifact = ln.Artifact("a.txt", key="a.txt")
    assert construct.count <= 3  # locations, same content, same key
    with count_queries() as save:
        artifact.save()
    assert save.count <= 8


def test_describe_takes_few_queries(instance, count_queries) -> None:
    artifact = ln.Artifact(write("a.txt"), key="a.txt", description="Mine").save()
    artifact = ln.Artifact.get(artifact.uid)
    with count_queries() as queries:
        text = artifact.describe(return_str=True)
    assert queries.count <= 3
    assert text.splitlines()[:2] == ["Artifact: a.txt (0000)", "|   description: Mine"]
    assert "hash: XUFAKrxLKna5cZ2REBfFkg" in text
    assert "size: 5 B" in text


def test_1x_spelling(instance) -> None:
    df = pd.DataFrame({"a": [1]})
    with pytest.warns(DeprecationWarning, match="from_dataframe"):
        artifact = ln.Artifact.from_df(df, key="a.parquet").save()
    assert ln.Artifact.filter(version="0000").one() == artifact
    assert artifact.transform is None


def test_validation_is_refused_until_there_is_some(instance) -> None:
    """An artifact must never look validated or annotated when nothing was checked."""
    df = pd.DataFrame({"a": [1]})
    feature = ln.Feature(name="a", dtype=int).save()
    schema = ln.Schema([feature]).save()
    for options in ({"schema": schema}, {"features": {"a": 1}}):
        with pytest.raises(NotImplementedError, match="needs validation"):
            ln.Artifact.from_dataframe(df, key="a.parquet", **options)
    with pytest.raises(NotImplementedError, match="cannot show features yet"):
        ln.Artifact.to_dataframe(include="features")
    assert ln.Artifact.filter().count() == 0


def test_writer_options_belong_to_the_format(instance) -> None:
    df = pd.DataFrame({"a": [1]})
    options = {"csv_kwargs": {"index": False}, "parquet_kwargs": {"compression": "gzip"}}
    table = ln.Artifact.from_dataframe(df, key="a.csv", **options).save()
    assert Path(table.path).read_text() == "a\n1\n"
    ln.Artifact.from_dataframe(df, key="a.parquet", **options).save()
    assert ln.Artifact.get(key="a.parquet").load().equals(df)


def test_no_temporary_file_stays_when_content_turns_out_to_exist(instance) -> None:
    df = pd.DataFrame({"a": [1]})
    first = ln.Artifact.from_dataframe(df, key="a.parquet")
    second = ln.Artifact.from_dataframe(df, key="a.parquet")
    first.save()
    second.save()
    assert second == first
    assert not list(Path(ln.settings.cache_dir).rglob("*.parquet"))
    assert len(stored_files(instance)) == 1
