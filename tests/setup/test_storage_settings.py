"""`ln.settings.storage` and `local_storage`: which location new artifacts of a session go to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import lamindb as ln
from lamindb.base.ids import instance_id, instance_uid
from lamindb.errors import CurrentInstanceNotConfigured, InvalidArgument
from lamindb.models.storage_locations import default_storage
from lamindb.setup.rollback import Rollback
from lamindb.setup.storage_marker import create_marker, marker_text
from lamindb.setup.storage_root import StorageSettings
from tests.support import s3

MARKER = ".lamindb/storage_uid.txt"
ELSE = "somebody/else"
ELSE_UID = instance_uid(instance_id(ELSE))


@pytest.fixture(params=["sqlite", "postgres"])
def instance(request: pytest.FixtureRequest) -> Any:
    """A fresh, connected instance in the working directory: its InstanceSettings."""
    name = "postgres_instance" if request.param == "postgres" else "sqlite_instance"
    return request.getfixturevalue(name)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answers of the person at the terminal, taken from the end; questions are put in front."""
    given: list[str] = []

    def answer(question: str) -> str:
        given.insert(0, question)
        return given.pop()

    monkeypatch.setattr("lamindb.base.prompts.can_ask", lambda: True)
    monkeypatch.setattr("builtins.input", answer)
    return given


def mark_as_foreign(root: str) -> None:
    with Rollback() as changes:
        create_marker(root, marker_text("abcdefghijkl", ELSE, instance_id(ELSE)), changes)


# -- the current location ------------------------------------------------------------------------


def test_at_first_it_is_that_of_the_instance(instance, in_tmp):
    storage = ln.settings.storage
    root = str(in_tmp.resolve() / "store")
    assert (storage.root_as_str, str(storage.root)) == (root, root)
    assert (storage.type, storage.type_is_cloud, storage.region, storage.host) == (
        "local", False, None, None,
    )  # fmt: skip
    assert (storage.uid, storage.instance_uid) == (storage.record.uid, instance.uid)
    assert storage.cache_dir == ln.settings.cache_dir
    assert storage.key_to_filepath("a/b.txt") == Path(root) / "a/b.txt"
    assert storage.local_filepath("a/b.txt") == Path(root) / "a/b.txt"
    assert repr(storage) == f"StorageSettings(root='{root}', uid='{storage.uid}')"


def test_switching_to_a_registered_location(instance, in_tmp):
    record = ln.Storage("other").save()
    first = default_storage()
    ln.settings.storage = "./other/"
    assert ln.settings.storage.root_as_str == str(in_tmp.resolve() / "other")
    assert ln.settings.storage.uid == record.uid
    assert ln.settings.storage.record == record
    assert default_storage() == record
    assert ln.setup.settings.storage.root_as_str == first.root, "that of the instance stays"
    assert f"  storage: {record.root}\n" in repr(ln.settings)
    ln.settings.storage = first.path
    assert default_storage() == first


def test_a_switch_costs_one_query(instance, in_tmp, count_queries):
    ln.Storage("other").save()
    with count_queries() as queries:
        ln.settings.storage = "other"
    assert queries.count == 1
    default_storage()
    with count_queries() as queries:
        default_storage()
    assert queries.count == 0


def test_artifacts_stay_where_they_are(instance, in_tmp):
    ln.Storage("other").save()
    Path("a.txt").write_text("a")
    Path("b.txt").write_text("b")
    before = ln.Artifact("a.txt", key="a.txt").save()
    ln.settings.storage = "other"
    after = ln.Artifact("b.txt", key="b.txt").save()
    assert before.path.read_text() == "a"
    assert str(before.path).startswith(str(in_tmp.resolve() / "store"))
    assert str(after.path).startswith(str(in_tmp.resolve() / "other"))
    assert after.storage.root == ln.settings.storage.root_as_str


def test_another_session_starts_with_that_of_the_instance(instance, in_tmp, run_python):
    ln.Storage("other").save()
    ln.settings.storage = "other"
    result = run_python("import lamindb as ln; print(ln.settings.storage.root_as_str)")
    assert result.stdout.splitlines()[-1] == str(in_tmp.resolve() / "store")
    ln.connect(instance.slug)
    assert ln.settings.storage.root_as_str == str(in_tmp.resolve() / "store")


def test_an_unknown_location_is_created_after_a_question(instance, in_tmp, answers, capsys):
    root = str(in_tmp.resolve() / "new")
    capsys.readouterr()
    answers.append("y")
    ln.settings.storage = "new"
    assert answers == [
        f"Storage location {root} does not yet exist in the current instance. Do you want to"
        " continue with creating it? (y/n) "
    ]
    assert capsys.readouterr().out == f"→ created managed storage location at {root}\n"
    assert ln.settings.storage.root_as_str == root
    assert ln.Storage.get(root=root).instance_uid == instance.uid


def test_the_answer_no_changes_nothing(instance, in_tmp, answers):
    answers.append("n")
    ln.settings.storage = "new"
    assert ln.settings.storage.root_as_str == str(in_tmp.resolve() / "store")
    assert ln.Storage.filter().count() == 1
    assert not Path("new").exists()


def test_without_terminal_nobody_is_asked(instance, in_tmp):
    with pytest.raises(InvalidArgument, match=r"Create it first: ln\.Storage\(root='.*/new'\)"):
        ln.settings.storage = "new"
    assert not Path("new").exists()
    assert ln.Storage.filter().count() == 1


def test_a_local_path_and_its_host(instance, in_tmp, monkeypatch):
    monkeypatch.setenv("LAMIN_TESTING", "true")
    ln.settings.storage = ("new", "my-server")
    assert (ln.settings.storage.host, ln.settings.storage.region) == ("my-server", "my-server")
    assert ln.Storage.get(root=ln.settings.storage.root_as_str).host == "my-server"
    ln.settings.storage = ("new", "my-server")
    with pytest.raises(ValueError, match="is registered with host my-server, not another"):
        ln.settings.storage = ("new", "another")
    assert ln.settings.storage.host == "my-server"


@pytest.mark.parametrize("is_registered", [False, True])
def test_a_location_of_another_instance_is_refused(instance, in_tmp, is_registered):
    root = str(in_tmp.resolve() / "theirs")
    mark_as_foreign(root)
    if is_registered:
        ln.Storage(root).save()
    n_before = ln.Storage.filter().count()
    with pytest.raises(ValueError) as error:
        ln.settings.storage = root
    assert str(error.value) == (
        f"Storage '{root}' exists in another instance ({ELSE_UID}), cannot write to it from here."
    )
    assert ln.Storage.filter().count() == n_before
    assert ln.settings.storage.root_as_str == str(in_tmp.resolve() / "store")


def test_a_location_of_no_instance_is_refused(instance, in_tmp):
    root = str(in_tmp.resolve() / "file")
    Path("file").touch()
    n_before = ln.Storage.filter().count()
    with pytest.raises(ValueError) as error:
        ln.settings.storage = root
    assert str(error.value) == (
        f"Storage '{root}' is not managed by any instance, cannot write to it from here."
    )
    assert ln.Storage.filter().count() == n_before


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "storage must be a path, "),
        (3, "storage must be a path, "),
        (("a", "b", "c"), "storage must be a path, "),
        (
            ("a", {"anon": True}),
            "What comes with .*/a must be its host as text, not {'an",
        ),
        (("s3://bucket", "host"), "What comes with s3://bucket must be options of its file"),
        ("ftp://host", "Protocol ftp is not supported"),
        ("a/.lamindb", "does not end or contain"),
        ("https://host/x", r"'https://host/x' is not managed by any instance"),
        ("s3://bucket?anon=true&endpoint_url", "'endpoint_url' in .* is no option"),
    ],
)
def test_values_that_are_refused(sqlite_instance, no_network, value, message):
    if value == "https://host/x":
        value = "http://127.0.0.1:1/x"
        message = "'http://127.0.0.1:1/x' is not managed by any instance"
    with pytest.raises(ValueError, match=message):
        ln.settings.storage = value
    assert ln.settings.storage.root_as_str == sqlite_instance.storage.root_as_str
    assert ln.Storage.filter().count() == 1


def test_without_an_instance_there_is_none(in_tmp):
    assert ln.settings.storage is None
    with pytest.raises(CurrentInstanceNotConfigured):
        ln.settings.storage = "new"
    with pytest.raises(CurrentInstanceNotConfigured):
        ln.settings.local_storage  # noqa: B018


# -- a bucket ------------------------------------------------------------------------------------


def test_switching_to_a_bucket(instance, bucket, monkeypatch):
    monkeypatch.setenv("LAMIN_TESTING", "true")
    ln.settings.storage = bucket.url("raw")
    storage = ln.settings.storage
    assert storage.root_as_str == bucket.url("raw")
    assert str(storage.root) == f"s3://{bucket.name}/raw"
    assert (storage.type, storage.type_is_cloud) == ("s3", True)
    assert (storage.region, storage.host) == ("us-east-1", None)
    assert storage.uid == bucket.read("raw/" + MARKER).decode().splitlines()[0]
    assert storage.instance_uid == instance.uid
    assert storage.record == default_storage()


def test_a_bucket_and_options_of_its_file_system(instance, bucket, monkeypatch):
    monkeypatch.setenv("LAMIN_TESTING", "true")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    options = {
        "endpoint_url": bucket.endpoint_url, "key": s3.ACCESS_KEY, "secret": s3.SECRET_KEY,
    }  # fmt: skip
    ln.settings.storage = (f"s3://{bucket.name}", options)
    assert ln.settings.storage.root_as_str == bucket.url()
    assert "raw/" + MARKER not in bucket.keys("")
    assert MARKER in bucket.keys("")
    assert set(options) == {"endpoint_url", "key", "secret"}, "the caller's dict stays"


def test_a_bucket_without_write_access_is_refused(instance, bucket):
    with pytest.raises(ValueError, match="is not managed by any instance, cannot write to it"):
        ln.settings.storage = (bucket.url(), {"anon": True})
    assert ln.Storage.filter().count() == 1
    assert bucket.keys() == []


def test_a_bucket_that_turns_out_to_be_read_only_is_not_registered(
    instance, s3_credentials, tmp_path, monkeypatch
):
    monkeypatch.setenv("LAMIN_TESTING", "true")
    (tmp_path / "buckets" / "b").mkdir(parents=True)
    server = s3.start_rclone(tmp_path / "buckets")
    options = {"endpoint_url": server.endpoint_url, "key": "wrong", "secret": "wrong"}
    try:
        with pytest.raises(ValueError, match="is not managed by any instance, cannot write to it"):
            ln.settings.storage = ("s3://b", options)
    finally:
        server.stop()
    assert ln.Storage.filter().count() == 1


def test_a_bucket_of_another_instance_is_refused(instance, bucket):
    mark_as_foreign(bucket.url())
    with pytest.raises(ValueError, match=rf"exists in another instance \({ELSE_UID}\)"):
        ln.settings.storage = bucket.url()
    assert ln.Storage.filter().count() == 1


def test_files_of_a_bucket_and_their_local_copies(instance, bucket):
    ln.Storage(bucket.url("raw")).save()
    ln.settings.storage = bucket.url("raw")
    bucket.put("raw/a/b.txt", b"content")
    storage = ln.settings.storage
    path = storage.key_to_filepath("a/b.txt")
    assert str(path) == f"s3://{bucket.name}/raw/a/b.txt"
    assert path.read_text() == "content"
    local = storage.local_filepath("a/b.txt")
    assert str(local) == str(storage.cache_dir / bucket.name / "raw/a/b.txt")
    assert storage.cloud_to_local_no_update(path) == local
    assert not local.exists()
    assert storage.cloud_to_local(path) == local
    assert local.read_text() == "content"


def test_the_marker_of_a_bucket_is_read_once(bucket, in_tmp):
    mark_as_foreign(bucket.url("raw"))
    storage = StorageSettings(bucket.url("raw"))
    assert (storage.uid, storage.instance_uid) == ("abcdefghijkl", ELSE_UID)
    bucket.client.delete_object(Bucket=bucket.name, Key="raw/" + MARKER)
    assert (storage.uid, storage.instance_uid) == ("abcdefghijkl", ELSE_UID)
    assert StorageSettings(bucket.url("raw")).instance_uid is None


# -- keeping artifacts local ---------------------------------------------------------------------


def test_by_default_artifacts_are_not_kept_local(instance):
    text = (
        "`keep_artifacts_local` is False, switch via:"
        " ln.setup.settings.instance.keep_artifacts_local = True"
    )
    for action in ("ln.settings.local_storage", "ln.setup.settings.instance.local_storage"):
        with pytest.raises(ValueError) as error:
            eval(action)
        assert str(error.value) == text
    with pytest.raises(ValueError, match="`keep_artifacts_local` is False"):
        ln.settings.local_storage = "other"
    for wrong in ("yes", 1, None):
        with pytest.raises(ValueError, match="keep_artifacts_local must be True or False"):
            instance.keep_artifacts_local = wrong


def test_the_first_local_location_on_this_machine(instance, in_tmp, capsys):
    instance.keep_artifacts_local = True
    capsys.readouterr()
    root = str(in_tmp.resolve() / "store")
    assert ln.settings.local_storage.root_as_str == root
    assert capsys.readouterr().out == f"→ defaulting to local storage: {root}\n"
    assert ln.setup.settings.instance.local_storage is ln.settings.local_storage
    assert capsys.readouterr().out == "", "said once"


def test_several_local_locations_are_listed(instance, in_tmp, capsys):
    other = ln.Storage("other").save()
    ln.Storage("gone").save()
    for path in sorted(Path("gone").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    mark_as_foreign(str(in_tmp / "theirs"))
    ln.Storage("theirs").save()
    instance.keep_artifacts_local = True
    capsys.readouterr()
    root = str(in_tmp.resolve() / "store")
    assert ln.settings.local_storage.root_as_str == root
    assert capsys.readouterr().out.splitlines() == [
        "→ found locations:",
        f" - {root}",
        f" - {other.root}",
        f"→ defaulting to local storage: {root}",
    ]


def test_choosing_the_local_location(instance, in_tmp, answers):
    instance.keep_artifacts_local = True
    answers.append("y")
    ln.settings.local_storage = ("other", "my-server")
    assert ln.settings.local_storage.root_as_str == str(in_tmp.resolve() / "other")
    assert ln.settings.local_storage.host == "my-server"
    assert default_storage().root == str(in_tmp.resolve() / "other")
    answers.append("n")
    ln.settings.local_storage = "third"
    assert ln.settings.local_storage.root_as_str == str(in_tmp.resolve() / "other")
    with pytest.raises(ValueError, match="local_storage must be a local path, not s3://bucket"):
        ln.settings.local_storage = "s3://bucket"
    with pytest.raises(AssertionError, match="Cannot delete the current storage location"):
        default_storage().delete()
    instance.keep_artifacts_local = False
    assert default_storage().root == str(in_tmp.resolve() / "store")


def test_an_instance_in_a_bucket_that_keeps_artifacts_local(in_tmp, bucket, postgres_url):
    ln.setup.init(storage=bucket.url("data"), name="x", db=postgres_url)
    ln.setup.settings.instance.keep_artifacts_local = True
    with pytest.raises(ValueError, match="No local storage location of this instance found on th"):
        ln.settings.local_storage  # noqa: B018
    record = ln.Storage("here").save()
    assert ln.settings.local_storage.uid == record.uid
    assert default_storage() == record
    assert ln.settings.storage.root_as_str == bucket.url("data")
    assert ln.setup.settings.instance.file.read_text().count("keep_artifacts_local=True") == 1
    assert "local storage" not in repr(ln.setup.settings)
    assert " - cloud storage: s3://" in repr(ln.setup.settings).replace("\x1b", "")
    ln.setup.settings.instance.keep_artifacts_local = False
    assert default_storage().root == bucket.url("data")
