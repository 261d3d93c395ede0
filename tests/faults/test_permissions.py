"""Places that can't be written to or read: an error that says so, and nothing half-written."""

from __future__ import annotations

from pathlib import Path

import pytest

import lamindb as ln
from tests.support.s3 import start_rclone

WITHOUT_PRIVILEGES = """
import os
from pathlib import Path
import lamindb as ln
from tests.support.limits import obey_permissions
obey_permissions()
ln.settings.creation.artifact_silence_missing_run_warning = True
{}
print("done")
"""

SAVE_INTO_A_READ_ONLY_FOLDER = """
storage = ln.Storage.filter(root__endswith="/other").one()
os.chmod("other/.lamindb", 0o555)
artifact = ln.Artifact("a.txt", key="a.txt", storage=storage)
try:
    artifact.save()
except PermissionError as error:
    assert "other/.lamindb" in str(error), error
else:
    raise AssertionError("it was written to a read-only folder")
finally:
    os.chmod("other/.lamindb", 0o755)
assert not ln.Artifact.filter(branch=None).exists()
assert [path.name for path in Path("other/.lamindb").iterdir()] == ["storage_uid.txt"]
assert artifact.save().load() == "hello"
"""

READ_AN_UNREADABLE_SOURCE = """
os.chmod("a.txt", 0)
try:
    ln.Artifact("a.txt", key="a.txt").save()
except PermissionError as error:
    assert "a.txt" in str(error), error
else:
    raise AssertionError("it read what it may not read")
assert not ln.Artifact.filter(branch=None).exists()
"""

READ_AN_UNREADABLE_FILE_OF_A_FOLDER = """
os.mkdir("folder")
Path("folder/a.txt").write_text("a")
Path("folder/b.txt").write_text("b")
os.chmod("folder/b.txt", 0)
try:
    ln.Artifact("folder", key="folder").save()
except PermissionError as error:
    assert "b.txt" in str(error), error
else:
    raise AssertionError("it read what it may not read")
assert not ln.Artifact.filter(branch=None).exists()
assert not [path for path in Path("store/.lamindb").iterdir() if path.is_dir()]
"""

REPLACE_IN_A_READ_ONLY_FOLDER = """
storage = ln.Storage.filter(root__endswith="/other").one()
artifact = ln.Artifact("a.txt", key="a.txt", storage=storage).save()
Path("b.txt").write_text("new")
artifact.replace("b.txt")
os.chmod("other/.lamindb", 0o555)
try:
    artifact.save()
except PermissionError:
    pass
else:
    raise AssertionError("it was written to a read-only folder")
finally:
    os.chmod("other/.lamindb", 0o755)
again = ln.Artifact.get(artifact.uid)
assert again.load() == "hello" and again.size == 5
"""

CACHE_IN_A_READ_ONLY_FOLDER = """
storage = ln.Storage.filter(type="s3").one()
artifact = ln.Artifact("a.txt", key="a.txt", storage=storage).save()
cached = Path(artifact.cache())
cached.unlink()
os.chmod(cached.parent, 0o555)
try:
    ln.Artifact.get(artifact.uid).cache()
except PermissionError as error:
    assert str(cached.parent) in str(error), error
else:
    raise AssertionError("it was written to a read-only folder")
finally:
    os.chmod(cached.parent, 0o755)
assert not list(cached.parent.iterdir())
assert ln.Artifact.get(artifact.uid).load() == "hello"
"""


WITH_WRONG_CREDENTIALS = """
import lamindb as ln
storage = ln.Storage.filter(type="s3").one()
try:
    ln.Artifact("a.txt", key="a.txt", storage=storage).save()
except PermissionError as error:
    assert "private" in str(error), error
    print("done")
"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(SAVE_INTO_A_READ_ONLY_FOLDER, id="save into a read-only folder"),
        pytest.param(READ_AN_UNREADABLE_SOURCE, id="read an unreadable source"),
        pytest.param(READ_AN_UNREADABLE_FILE_OF_A_FOLDER, id="read an unreadable file of a folder"),
        pytest.param(REPLACE_IN_A_READ_ONLY_FOLDER, id="replace in a read-only folder"),
        pytest.param(CACHE_IN_A_READ_ONLY_FOLDER, id="cache in a read-only folder"),
    ],
)
def test_without_permission(instance, bucket, run_python, code) -> None:
    Path("a.txt").write_text("hello")
    ln.Storage(root="other").save()
    ln.Storage(root=bucket.url()).save()
    result = run_python(WITHOUT_PRIVILEGES.format(code))
    assert result.stdout.splitlines()[-1:] == ["done"], result.stdout + result.stderr


def test_permissions_bind_the_children_of_these_tests(in_tmp, run_python) -> None:
    Path("secret").write_text("secret")
    Path("secret").chmod(0)
    assert "PermissionError" in run_python(WITHOUT_PRIVILEGES.format("open('secret')")).stderr


def test_a_file_where_the_folder_should_be(instance) -> None:
    other = ln.Storage(root="other").save()
    for path in Path("other/.lamindb").iterdir():
        path.unlink()
    Path("other/.lamindb").rmdir()
    Path("other/.lamindb").write_text("in the way")
    Path("a.txt").write_text("hello")
    artifact = ln.Artifact("a.txt", key="a.txt", storage=other)
    with pytest.raises(OSError, match=r"\.lamindb"):
        artifact.save()
    assert not ln.Artifact.filter(branch=None).exists()
    assert Path("other/.lamindb").read_text() == "in the way"


def test_wrong_credentials(instance, s3_credentials, tmp_path_factory, run_python) -> None:
    folder = tmp_path_factory.mktemp("served")
    (folder / "private").mkdir()
    server = start_rclone(folder)
    try:
        ln.Storage(root=f"s3://private?endpoint_url={server.endpoint_url}").save()
        Path("a.txt").write_text("hello")
        result = run_python(WITH_WRONG_CREDENTIALS, env={"AWS_ACCESS_KEY_ID": "somebody-else"})
        assert result.stdout.splitlines()[-1:] == ["done"], result.stdout + result.stderr
        assert not ln.Artifact.filter(branch=None).exists()
    finally:
        server.stop()
