"""Storage locations: identity by root, marker files, who manages them, deletion."""

from __future__ import annotations

from pathlib import Path

import pytest

import lamindb as ln
from lamindb.base.ids import instance_id
from lamindb.errors import FieldValidationError, StorageNotEmpty
from lamindb.setup.storage_marker import marker_file, marker_text, read_marker


def foreign_marker(root: Path, uid: str = "abcdefghijkl") -> None:
    marker_file(str(root)).parent.mkdir(parents=True)
    text = marker_text(uid, "somebody/else", instance_id("somebody/else"))
    marker_file(str(root)).write_text(text)


def test_constructor_has_no_side_effects_and_save_marks_the_folder(instance, in_tmp, capsys):
    storage = ln.Storage("./new/place/", description="raw data")
    root = str((in_tmp / "new/place").resolve())
    assert (storage.root, storage.type, storage.instance_uid) == (root, "local", None)
    assert not (in_tmp / "new").exists()
    uid = storage.uid
    assert storage.save() is storage
    assert f"→ created managed storage location at {root}" in capsys.readouterr().out
    assert (storage.uid, storage.instance_uid) == (uid, instance.uid)
    assert read_marker(root).uid == uid
    assert str(storage.path) == root
    assert storage.branch_id == 1


@pytest.mark.parametrize("spelling", ["{root}", "{root}/", "place", "./other/../place"])
def test_same_root_is_the_same_record(instance, in_tmp, spelling):
    storage = ln.Storage("place").save()
    again = ln.Storage(root=spelling.format(root=storage.root), description="new text")
    assert again == storage
    assert again.description == "new text"
    assert ln.Storage.get(root=storage.root).description is None
    again.save()
    assert ln.Storage.get(root=storage.root).description == "new text"


def test_host_is_the_region_of_local_storage(instance, in_tmp):
    storage = ln.Storage("place", host="my-server").save()
    assert (storage.host, storage.region) == ("my-server", "my-server")
    assert ln.Storage("s3://bucket", region="eu-west-1").host is None


@pytest.mark.parametrize(
    ("args", "kwargs", "error", "text"),
    [
        (("a", "b"), {}, ValueError, "Only one non-keyword arg allowed: root"),
        ((), {}, FieldValidationError, r"\['root'\] are required"),
        (("a",), {"colour": "red"}, FieldValidationError, "you passed: colour"),
        (("place/.lamindb",), {}, ValueError, "does not end or contain"),
        (("s3://bucket",), {"host": "x"}, ValueError, "host is for local"),
        (("ftp://server",), {}, ValueError, "Protocol ftp is not supported, valid protocols are"),
        (("a" * 300,), {}, FieldValidationError, "at most 255"),
        ((3,), {}, TypeError, "root has to be a string, Path or UPath, not 3"),
        ((__file__,), {}, NotADirectoryError, "is a file: pass a folder"),
    ],
)
def test_wrong_arguments(instance, args, kwargs, error, text):
    n_before = ln.Storage.filter().count()
    with pytest.raises(error, match=text):
        ln.Storage(*args, **kwargs)
    assert ln.Storage.filter().count() == n_before


def test_location_of_another_instance_is_referenced(instance, in_tmp, capsys):
    foreign_marker(in_tmp / "theirs")
    storage = ln.Storage("theirs").save()
    assert storage.uid == "abcdefghijkl"
    assert storage.instance_uid not in (None, instance.uid)
    output = capsys.readouterr().out
    assert f"is managed by instance with uid {storage.instance_uid}" in output
    assert "already marked with uid abcdefghijkl" in output
    storage.delete()
    assert marker_file(str(in_tmp / "theirs")).exists()


def test_legacy_marker_is_renamed(instance, in_tmp):
    folder = in_tmp / "old/.lamindb"
    folder.mkdir(parents=True)
    (folder / "_is_initialized").write_text("abcdefghijkl")
    storage = ln.Storage("old").save()
    assert (storage.uid, storage.instance_uid) == ("abcdefghijkl", "__unknown__")
    assert (folder / "storage_uid.txt").exists()


def test_location_without_write_access_is_referenced(instance, in_tmp, capsys):
    (in_tmp / "file").write_text("not a folder")
    storage = ln.Storage("file/below").save()
    assert storage.instance_uid is None
    output = capsys.readouterr().out
    assert "due to lack of write access, LaminDB won't manage this storage location" in output
    assert "referenced read-only storage location" in output


def test_a_moved_location_is_recognised(instance, in_tmp):
    storage = ln.Storage("here").save()
    Path("here").rename("there")
    with pytest.raises(ValueError, match="is registered with root"):
        ln.Storage("there").save()
    assert ln.Storage.filter(uid=storage.uid).one().root == storage.root


def test_a_failed_save_leaves_no_marker(instance, in_tmp):
    storage = ln.Storage("place")
    storage.space_id = None
    with pytest.raises(Exception, match=r"(?i)null"):
        storage.save()
    assert not Path("place").exists()
    assert not ln.Storage.filter(root=storage.root).exists()


def test_nested_locations(instance, in_tmp):
    outer, inner = ln.Storage("outer").save(), ln.Storage("outer/inner").save()
    Path("outer/inner/a.txt").write_text("a")
    artifact = ln.Artifact("outer/inner/a.txt").save()
    assert artifact.storage == inner
    assert outer.artifacts.count() == 0


def test_deleting_removes_row_and_marker_only(instance, in_tmp):
    storage = ln.Storage("place").save()
    Path("place/mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="has no trash"):
        storage.delete(permanent=False)
    storage.delete()
    assert not ln.Storage.filter(root=storage.root).exists()
    assert [path.name for path in Path("place").iterdir()] == ["mine.txt"]


def test_a_location_in_use_stays(instance, in_tmp):
    with pytest.raises(AssertionError, match="Cannot delete the current storage location"):
        ln.Storage.get(root=instance.storage.root_as_str).delete()
    storage = ln.Storage("place").save()
    Path("place/a.txt").write_text("a")
    artifact = ln.Artifact("place/a.txt").save()
    with pytest.raises(AssertionError, match="Cannot delete storage with artifacts"):
        storage.delete()
    artifact.delete(permanent=True, storage=True)
    Path("place/.lamindb/left.txt").write_text("left")
    with pytest.raises(StorageNotEmpty, match=r"left\.txt"):
        storage.delete(permanent=True)
    assert ln.Storage.filter(root=storage.root).exists()
    Path("place/.lamindb/left.txt").unlink()
    ln.Storage.filter(root=storage.root).delete()
    assert not marker_file(storage.root).exists()


def test_deleting_an_unsaved_location_warns(instance, capsys):
    assert ln.Storage("place").delete() is None
    assert "not yet saved" in capsys.readouterr().out


def test_data_frame_columns(instance):
    assert list(ln.Storage.to_dataframe().columns) == [
        "uid", "root", "description", "type", "region", "instance_uid", "is_locked", "created_at",
        "branch_id", "created_on_id", "space_id", "created_by_id", "run_id",
    ]  # fmt: skip


def test_constructing_and_saving_takes_few_queries(instance, in_tmp, count_queries):
    with count_queries() as queries:
        ln.Storage("place").save()
    assert queries.count <= 4
