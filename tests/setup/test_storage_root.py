"""Storage locations and their marker file."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamindb.base.ids import instance_id
from lamindb.setup import storage_marker, storage_root
from lamindb.setup.storage_root import StorageSettings

MARKER = """\
YcFDczLI7wHx
creation info:
instance_slug=anonymous/existing
instance_id=8dca469464ab5487a4c8d3036de4caae
instance_uid=4DGElHa2edCI"""


def write_marker(root: Path, text: str = MARKER, name: str = "storage_uid.txt") -> None:
    (root / ".lamindb").mkdir()
    (root / ".lamindb" / name).write_text(text)


def test_the_text_of_a_marker():
    slug = "anonymous/existing"
    assert storage_marker.marker_text("YcFDczLI7wHx", slug, instance_id(slug)) == MARKER


@pytest.mark.parametrize(
    ("storage", "root"),
    [
        ("./store", "{cwd}/store"),
        ("store/", "{cwd}/store"),
        (".", "{cwd}"),
        ("a/../store", "{cwd}/store"),
        (Path("store"), "{cwd}/store"),
        ("~/store", "{home}/store"),
        ("file:///data/x", "/data/x"),
        ("s3://bucket/", "s3://bucket"),
        (
            "s3://bucket/key/?endpoint_url=http://host:9/",
            "s3://bucket/key?endpoint_url=http://host:9/",
        ),
        ("gs://bucket/x", "gs://bucket/x"),
    ],
)
def test_roots_are_written_in_one_way(in_tmp, storage, root):
    expected = root.format(cwd=in_tmp.resolve(), home=Path.home().resolve())
    assert storage_root.normalized_root(storage) == expected


def test_links_are_resolved(in_tmp):
    (in_tmp / "real").mkdir()
    (in_tmp / "link").symlink_to("real")
    assert storage_root.normalized_root("link/store") == str(in_tmp.resolve() / "real" / "store")


@pytest.mark.parametrize(
    ("storage", "message"),
    [
        ("ftp://host/x", "Protocol ftp is not supported, valid protocols are local, gs, s3, hf, "),
        ("./x/.lamindb", 'Please pass a folder name that does not end or contain ".lamindb"'),
        ("s3://bucket/.lamindb/x", 'Please pass a folder name that does not end or contain "'),
        ("~nobody-has-this-name/x", "is not a valid path"),
        ("a\0b", "is not a valid path"),
    ],
)
def test_other_roots_are_refused(storage, message):
    with pytest.raises(ValueError, match=message):
        storage_root.normalized_root(storage)


def test_a_folder_inside_of_a_storage_location_is_refused(in_tmp, monkeypatch):
    (in_tmp / ".lamindb" / "x").mkdir(parents=True)
    monkeypatch.chdir(in_tmp / ".lamindb" / "x")
    with pytest.raises(ValueError, match=r"is inside of the \.lamindb folder of a storage locati"):
        storage_root.normalized_root(".")


def test_a_marker_is_read(tmp_path):
    assert storage_marker.read_marker(str(tmp_path)) is None
    write_marker(tmp_path)
    marker = storage_marker.read_marker(str(tmp_path))
    assert marker.uid == "YcFDczLI7wHx"
    assert marker.slug == "anonymous/existing"
    assert marker.instance_id == "8dca469464ab5487a4c8d3036de4caae"
    assert marker.instance_uid == "4DGElHa2edCI"


def test_a_legacy_marker_is_read_and_renamed(tmp_path):
    write_marker(tmp_path, "YcFDczLI7wHx", "_is_initialized")
    marker = storage_marker.read_marker(str(tmp_path))
    assert (marker.uid, marker.slug, marker.instance_uid) == ("YcFDczLI7wHx", None, "__unknown__")
    storage_marker.rename_legacy_marker(str(tmp_path))
    assert [p.name for p in (tmp_path / ".lamindb").iterdir()] == ["storage_uid.txt"]


def test_an_empty_marker_counts_as_none(tmp_path):
    write_marker(tmp_path, "")
    assert storage_marker.read_marker(str(tmp_path)) is None


def test_an_unreadable_marker_is_named(tmp_path):
    write_marker(tmp_path)
    (tmp_path / ".lamindb" / "storage_uid.txt").write_bytes(b"\xff")
    with pytest.raises(ValueError, match=r"Cannot read .*storage_uid\.txt"):
        storage_marker.read_marker(str(tmp_path))


def test_settings_of_a_local_location(tmp_path):
    write_marker(tmp_path)
    storage = StorageSettings(tmp_path)
    assert storage.root == tmp_path.resolve()
    assert (storage.type, storage.type_is_cloud) == ("local", False)
    assert (storage.uid, storage.instance_uid) == ("YcFDczLI7wHx", "4DGElHa2edCI")
    assert (storage.region, storage.host) == (None, None)
    assert StorageSettings(tmp_path, region="my-laptop").host == "my-laptop"
    assert storage.key_to_filepath("a/b.txt") == tmp_path.resolve() / "a/b.txt"
    assert storage.local_filepath("a/b.txt") == tmp_path.resolve() / "a/b.txt"
    assert repr(storage) == f"StorageSettings(root='{tmp_path.resolve()}', uid='YcFDczLI7wHx')"
    assert (storage.hub_record, storage.is_on_hub) == (None, False)


def test_settings_of_a_location_without_marker(tmp_path):
    storage = StorageSettings(tmp_path / "new")
    assert (storage.uid, storage.instance_uid) == (None, None)
    assert not (tmp_path / "new").exists()


def test_settings_of_a_bucket(settings_dir):
    storage = StorageSettings("s3://bucket/key", region="eu-central-1", uid="YcFDczLI7wHx")
    assert (storage.type, storage.type_is_cloud) == ("s3", True)
    assert (storage.region, storage.host) == ("eu-central-1", None)
    assert storage.local_filepath("x.txt") == settings_dir.parent / "cache" / "bucket/key/x.txt"


def test_locations_are_equal_if_their_roots_are(tmp_path):
    assert StorageSettings(tmp_path) == StorageSettings(f"{tmp_path}/")
    assert len({StorageSettings(tmp_path), StorageSettings(f"{tmp_path}/")}) == 1
    assert StorageSettings(tmp_path) != StorageSettings("/other")


@pytest.mark.parametrize(
    ("root", "problem"),
    [("new/deep", None), (".", None), ("file", "file is not a folder"), ("file/x", "not a folder")],
)
def test_whether_a_location_can_be_created(in_tmp, root, problem):
    (in_tmp / "file").touch()
    found = storage_root.why_unusable(storage_root.normalized_root(root))
    assert found is None if problem is None else found.endswith(problem)
    assert [p.name for p in in_tmp.iterdir()] == ["file"]


def test_the_record_of_a_location(instance):
    import lamindb as ln

    record = ln.setup.settings.storage.record
    assert isinstance(record, ln.Storage)
    assert record.root == ln.setup.settings.storage.root_as_str
    assert record.uid == ln.setup.settings.storage.uid
