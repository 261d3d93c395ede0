"""`init` with storage in a bucket and a Postgres database: created as a whole or not at all."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest

from lamindb.base.ids import instance_id, instance_uid
from lamindb.errors import (
    InstanceNotCreated,
    InstanceNotFoundError,
    StorageAlreadyManaged,
    StorageNotEmpty,
)
from lamindb.setup import creation, delete, files, init, schema_scripts, settings, storage_marker
from lamindb.setup.connection import connect
from lamindb.setup.rollback import Rollback
from lamindb.setup.storage_marker import create_marker, marker_text

MARKER = ".lamindb/storage_uid.txt"


def rows(url: str, sql: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchall()


def mark(root: str, slug: str, uid: str = "abcdefghijkl") -> None:
    with Rollback() as changes:
        create_marker(root, marker_text(uid, slug, instance_id(slug)), changes)


def test_what_is_created(in_tmp, bucket, postgres_url, printed, new_process):
    init(storage=bucket.url("Data/"), name="x", db=postgres_url, modules="bionty")
    assert printed()[-1] == "→ initialized lamindb: anonymous/x"
    identity = instance_id("anonymous/x")
    uid = settings.storage.uid
    assert bucket.keys() == ["Data/" + MARKER]
    text = marker_text(uid, "anonymous/x", identity)
    assert bucket.read("Data/" + MARKER).decode() == text
    root = bucket.url("Data")
    columns = "id, uid, root, type, region, instance_uid"
    assert rows(postgres_url, f"SELECT {columns} FROM lamindb_storage") == [
        (1, uid, root, "s3", "us-east-1", instance_uid(identity))
    ]
    assert sorted(path.name for path in in_tmp.iterdir()) == [".lamin"]
    new_process()
    assert settings.instance.storage.root_as_str == root
    assert settings.instance.storage.region == "us-east-1"
    assert settings.instance.is_remote
    assert (settings.storage.uid, settings.storage.instance_uid) == (uid, settings.instance.uid)


def test_the_default_name_is_that_of_the_database(in_tmp, bucket, postgres_url, printed):
    init(storage=bucket.url("data"), db=postgres_url)
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    assert settings.instance.slug == f"anonymous/{name}"
    assert "! using the sql database name for the instance name" in printed()


def test_a_second_call_connects(in_tmp, bucket, postgres_url, printed, new_process):
    init(storage=bucket.url("data"), name="x", db=postgres_url)
    marker = bucket.read("data/" + MARKER)
    new_process()
    printed()
    init(storage=bucket.url("data/"), name="x", db=postgres_url)
    assert printed() == ["→ connected lamindb: anonymous/x"]
    assert bucket.read("data/" + MARKER) == marker
    assert rows(postgres_url, "SELECT COUNT(*) FROM lamindb_storage") == [(1,)]


def test_connecting_by_slug_and_by_database(in_tmp, bucket, postgres_url, new_process):
    init(storage=bucket.url("data"), name="x", db=postgres_url)
    uid = settings.storage.uid
    for instance in ("anonymous/x", postgres_url):
        new_process()
        connect(instance)
        assert settings.instance.slug == "anonymous/x"
        assert settings.storage.root_as_str == bucket.url("data")
        assert settings.storage.uid == uid
    with pytest.raises(InstanceNotFoundError, match="If the instance has a Postgres database, con"):
        connect(bucket.url("data"))


def test_connecting_while_the_bucket_is_out_of_reach(
    in_tmp, bucket, postgres_url, printed, new_process, monkeypatch
):
    init(storage=bucket.url("data"), name="x", db=postgres_url)
    files.instance_file("anonymous", "x").unlink()
    with psycopg.connect(postgres_url) as connection:
        connection.execute(
            "UPDATE lamindb_storage SET root = 's3://b?endpoint_url=http://127.0.0.1:1'"
        )
    new_process()
    printed()
    connect(postgres_url)
    assert printed()[0].startswith("! cannot read who manages the storage location s3://b?")
    assert settings.instance.uid == instance_uid(instance_id("anonymous/x"))


def test_a_missing_marker_is_restored(in_tmp, bucket, postgres_url):
    init(storage=bucket.url("data"), name="x", db=postgres_url)
    text = bucket.read("data/" + MARKER)
    bucket.client.delete_object(Bucket=bucket.name, Key="data/" + MARKER)
    init(storage=bucket.url("data"), name="x", db=postgres_url)
    assert bucket.read("data/" + MARKER) == text


def test_a_legacy_marker_of_somebody_is_respected(in_tmp, bucket, postgres_url):
    bucket.put("data/.lamindb/_is_initialized", b"abcdefghijkl")
    with pytest.raises(StorageAlreadyManaged, match="already marked with uid abcdefghijkl"):
        init(storage=bucket.url("data"), name="x", db=postgres_url)
    assert bucket.keys() == ["data/.lamindb/_is_initialized"]


def test_the_bucket_of_another_instance_is_refused(in_tmp, bucket, postgres_url, tree):
    assert settings.user.handle == "anonymous"
    mark(bucket.url("data"), "somebody/else")
    before = bucket.read("data/" + MARKER), tree(in_tmp, files.settings_dir())
    text = f"Storage location s3://{bucket.name}/data.* is already marked with uid abcdefghijkl, "
    text += r"meaning that it is managed by another LaminDB instance \(somebody/else\)"
    with pytest.raises(StorageAlreadyManaged, match=text):
        init(storage=bucket.url("data"), name="x", db=postgres_url)
    assert (bucket.read("data/" + MARKER), tree(in_tmp, files.settings_dir())) == before
    assert rows(postgres_url, "SELECT to_regclass('lamindb_storage')::text") == [(None,)]


REFUSED = [
    ("s3://{other}?endpoint_url={endpoint}", "Cannot create .*The specified bucket does not exist"),
    ("s3://{bucket}?endpoint_url={endpoint}&anon=true", "no credentials were found for s3://"),
    ("s3://{bucket}?endpoint_url=http://127.0.0.1:1", "Cannot access s3://.*Could not connect"),
]


@pytest.mark.parametrize(("storage", "message"), REFUSED)
def test_a_bucket_that_cannot_be_written_to(in_tmp, bucket, postgres_url, tree, storage, message):
    assert settings.user.handle == "anonymous"
    before = tree(in_tmp, files.settings_dir())
    root = storage.format(other="missing", bucket=bucket.name, endpoint=bucket.endpoint_url)
    with pytest.raises(InstanceNotCreated, match=message):
        init(storage=root, name="x", db=postgres_url)
    assert tree(in_tmp, files.settings_dir()) == before
    assert bucket.keys() == []
    assert not settings.is_configured


STAGES = [
    (creation, "mark_storage"),
    (schema_scripts, "create_tables"),
    (schema_scripts, "insert_first_rows"),
    (creation, "write_settings"),
    (storage_marker, "_create_object"),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("module", "function"), STAGES)
def test_ctrl_c_leaves_nothing(
    in_tmp, bucket, postgres_url, tree, monkeypatch, module, function, when
):
    """Interrupt just before and just after each stage."""
    assert settings.user.handle == "anonymous"
    before = tree(in_tmp, files.settings_dir())
    original = getattr(module, function)

    def interrupt(*args, **kwargs):
        if when == "after":
            original(*args, **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, function, interrupt)
    with pytest.raises(KeyboardInterrupt):
        init(storage=bucket.url("data"), name="x", db=postgres_url)
    assert tree(in_tmp, files.settings_dir()) == before
    assert bucket.keys() == []
    monkeypatch.setattr(module, function, original)
    init(storage=bucket.url("data"), name="x", db=postgres_url)
    assert rows(postgres_url, "SELECT COUNT(*) FROM lamindb_storage") == [(1,)]


def test_the_command_line_creates_and_deletes(in_tmp, bucket, postgres_url, run_cli, run_python):
    root = bucket.url("data")
    created = run_cli("init", "--storage", root, "--name", "x", "--db", postgres_url)
    assert created.returncode == 0, created.stderr
    assert created.stdout.splitlines()[-1] == "→ initialized lamindb: anonymous/x"
    connected = run_python("import lamindb as ln; print(ln.settings.storage.root_as_str)")
    assert connected.stdout.splitlines() == ["→ connected lamindb: anonymous/x", root]
    deleted = run_cli("delete", "--force", "x")
    assert deleted.returncode == 0, deleted.stderr
    assert bucket.keys() == []


def test_deleting_needs_an_empty_managed_folder(in_tmp, bucket, postgres_url, printed):
    init(storage=bucket.url("data"), name="x", db=postgres_url)
    bucket.put("data/mine.txt", b"mine")
    for key in ("a.txt", "folder/b.txt", "folder/c.txt"):
        bucket.put(f"data/.lamindb/{key}", b"x")
    with pytest.raises(StorageNotEmpty) as error:
        delete("x", force=True)
    folder = f"s3://{bucket.name}/data/.lamindb"
    assert f"contains 2 objects ({folder}/a.txt, {folder}/folder): delete them" in str(error.value)
    assert settings.instance.slug == "anonymous/x"
    delete("x", force=True, require_empty=False)
    assert MARKER not in "".join(bucket.keys())
    assert len(bucket.keys()) == 4
    assert not files.instance_file("anonymous", "x").exists()


def test_deleting_removes_marker_cache_and_settings_only(in_tmp, bucket, postgres_url):
    init(storage=bucket.url("data"), name="x", db=postgres_url)
    bucket.put("data/mine.txt", b"mine")
    cached = settings.cache_dir / bucket.name / "data" / "mine.txt"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"mine")
    delete("x", force=True)
    assert bucket.keys() == ["data/mine.txt"]
    assert not cached.exists()
    assert list(in_tmp.iterdir()) == []


def test_deleting_while_the_bucket_is_out_of_reach(in_tmp, bucket, postgres_url, printed):
    init(storage=bucket.url("data"), name="x", db=postgres_url)
    path = settings.instance.file
    path.write_text(path.read_text().replace(bucket.endpoint_url, "http://127.0.0.1:1"))
    with pytest.raises(OSError, match="Could not connect"):
        delete("x", force=True)
    assert path.exists()
    printed()
    delete("x", force=True, require_empty=False)
    assert printed()[1].startswith("! cannot clean up the storage location: Cannot access s3://")
    assert not path.exists()


def test_processes_that_create_the_same_instance_at_once(in_tmp, bucket, postgres_url):
    code = (
        "import lamindb.setup as s;"
        f" s.init(storage={bucket.url('data')!r}, name='x', db={postgres_url!r});"
        " print(s.settings.storage.uid)"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    outputs = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * 3, outputs
    uids = {out.splitlines()[-1] for out, _ in outputs}
    assert uids == {uid for (uid,) in rows(postgres_url, "SELECT uid FROM lamindb_storage")}
    assert bucket.read("data/" + MARKER).decode().splitlines()[0] in uids
