"""Seed 001, "Manage folders & storage locations", against a public bucket on loopback."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import run_interpreter
from tests.support.s3 import S3Server

BUCKET = "lamindata"
N_IMAGES = {"study0_raw_images": 50, "study1_raw_images": 48, "study2_raw_images": 50}
OWNER = "4XIuR0tvaiXM"
STORAGE_UID = "YmV3ZoHvAAAA"
MARKER = f"""{STORAGE_UID}
creation info:
instance_slug=laminlabs/lamindata
instance_id=037ba1e08d804f91a90275a47735076a
instance_uid={OWNER}
"""

SCRIPT = """
import lamindb as ln

ln.track()
# we use anon=True here in case no aws credentials are configured
ln.UPath("s3://lamindata/iris_studies", anon=True).view_tree()
artifact = ln.Artifact("s3://lamindata/iris_studies/study0_raw_images").save()
print(repr(artifact))
print(repr(artifact.path))
df = ln.Storage.to_dataframe()
print(df.index.name, list(df.columns))
for id, row in df.iterrows():
    print(id, row.to_dict())
print("of run", list(artifact.storage.artifacts.filter(run=ln.context.run)) == [artifact])
ln.finish()
"""


def iris_files() -> dict[str, dict[str, bytes]]:
    """Contents by study and file name; names as in the seed, sizes as small as one likes."""
    files = {}
    for study, count in N_IMAGES.items():
        images = [f"{study} image {i} ".encode() * (20 + i) for i in range(count)]
        files[study] = {f"iris-{hashlib.sha256(data).hexdigest()}.jpg": data for data in images}
        files[study]["meta.csv"] = b"0,1\n" + f"{study}\n".encode()
    return files


def expected_tree() -> str:
    """The tree as the seed draws it."""
    lines = ["3 sub-directories & 151 files with suffixes '.csv', '.jpg'"]
    lines += [f"s3://{BUCKET}/iris_studies"]
    files = iris_files()
    for study in sorted(files):
        is_last = study == max(files)
        lines.append(f"{'└' if is_last else '├'}── {study}/")
        names = sorted(files[study])
        for name in names:
            branch = "└" if name == names[-1] else "├"
            lines.append(f"{' ' if is_last else '│'}   {branch}── {name}")
    return "\n".join(lines)


def folder_hash(contents: list[bytes]) -> str:
    """Hash of a folder by its definition, independent of the product's code."""

    def encode(digest: bytes) -> str:
        return urlsafe_b64encode(digest).decode().rstrip("=")

    hashes = sorted(encode(hashlib.md5(content).digest()) for content in contents)
    return encode(hashlib.md5(b"".join(hashlib.md5(h.encode()).digest() for h in hashes)).digest())


@pytest.fixture
def lamindata(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch, in_tmp: Path) -> Iterator[Any]:
    """A public bucket of another instance; nobody has credentials. Its boto3 client."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(in_tmp / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(in_tmp / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server.endpoint_url)
    client = s3_server.client()
    client.create_bucket(Bucket=BUCKET, ACL="public-read")
    keys = {".lamindb/storage_uid.txt": MARKER.encode()}
    for study, files in iris_files().items():
        keys |= {f"iris_studies/{study}/{name}": data for name, data in files.items()}
    for key, data in keys.items():
        client.put_object(Bucket=BUCKET, Key=key, Body=data, ACL="public-read")
    yield client
    assert keys_of(client) == sorted(keys), "the bucket of another instance was written to"
    for key in keys:
        client.delete_object(Bucket=BUCKET, Key=key)
    client.delete_bucket(Bucket=BUCKET)


def keys_of(client: Any) -> list[str]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    return sorted(item["Key"] for page in pages for item in page.get("Contents", ()))


def test_the_tutorial_prints_what_the_seed_shows(lamindata, run_cli, in_tmp: Path) -> None:
    init = run_cli("init", "--storage", "./lamindb-tutorial")
    assert init.returncode == 0, init.stderr
    Path("tutorial.py").write_text(SCRIPT)
    run = run_interpreter("tutorial.py")
    assert run.returncode == 0, run.stdout + run.stderr
    output = run.stdout
    assert expected_tree() in output
    message = "→ referenced read-only storage location at s3://lamindata, is managed by instance "
    assert output.count(f"{message}with uid {OWNER}") == 1
    study = list(iris_files()["study0_raw_images"].values())
    assert re.search(
        r"^Artifact\(uid='\w{16}0000', version_tag=None, is_latest=True, "
        r"key='iris_studies/study0_raw_images', description=None, suffix='', kind=None, "
        rf"otype=None, size={sum(map(len, study))}, hash='{folder_hash(study)}', n_files=51, "
        r"n_observations=None, branch_id=1, created_on_id=1, space_id=1, storage_id=2, run_id=1, "
        r"schema_id=None, created_by_id=1, created_at=.{19} UTC, is_locked=False\)$",
        output,
        re.MULTILINE,
    ), output
    assert "S3QueryPath('s3://lamindata/iris_studies/study0_raw_images')" in output.splitlines()
    columns = (
        "uid root description type region instance_uid is_locked created_at branch_id "
        "created_on_id space_id created_by_id run_id"
    )
    assert f"id {columns.split()}" in output
    rows = re.findall(r"^(\d) (\{.*\})$", output, re.MULTILINE)
    assert [number for number, _ in rows] == ["2", "1"]
    cloud, local = (row for _, row in rows)
    assert f"'uid': '{STORAGE_UID}', 'root': 's3://lamindata', 'description': None" in cloud
    assert f"'type': 's3', 'region': 'us-east-1', 'instance_uid': '{OWNER}'" in cloud
    assert "'is_locked': False" in cloud
    assert "'branch_id': 1, 'created_on_id': 1, 'space_id': 1, 'created_by_id': 1" in cloud
    assert "'run_id': 1.0}" in cloud
    assert f"'root': '{in_tmp}/lamindb-tutorial', 'description': None, 'type': 'local'" in local
    assert "'run_id': nan}" in local
    assert "of run True" in output


def test_what_is_registered_can_be_read_and_not_changed(lamindata, instance) -> None:
    import lamindb as ln

    folder = ln.Artifact("s3://lamindata/iris_studies/study0_raw_images").save()
    cached = Path(folder.cache())
    assert {path.name: path.read_bytes() for path in cached.iterdir()} == (
        iris_files()["study0_raw_images"]
    )
    table = ln.Artifact("s3://lamindata/iris_studies/study1_raw_images/meta.csv").save()
    assert table.storage == folder.storage
    assert list(table.load().columns) == ["0", "1"]
    with pytest.raises(ln.errors.IntegrityError, match="outside of this instance's managed"):
        table.delete(permanent=True)
    table.delete(permanent=True, storage=False)
    Path("mine.csv").write_text("a\n1\n")
    with pytest.raises(ValueError, match="not managed by the current instance"):
        ln.Artifact("mine.csv", key="mine.csv", storage=folder.storage)
    assert ln.Storage.filter().count() == 2


def test_a_local_path_is_copied_to_the_current_storage(instance, default_bucket) -> None:
    import lamindb as ln

    Path("my_data.fcs").write_bytes(b"FCS3.1")
    Path("my_images").mkdir()
    Path("my_images/one.jpg").write_bytes(b"one")
    Path("my_images/two.jpg").write_bytes(b"two")
    file = ln.Artifact("./my_data.fcs", key="my_dataset.fcs").save()
    folder = ln.Artifact("./my_images/", key="my_images").save()
    store = Path(instance.storage.root)
    assert Path(file.path) == store / ".lamindb" / f"{file.uid}.fcs"
    assert Path(folder.path) == store / ".lamindb" / folder.uid[:16]

    ln.Storage(root=default_bucket.url("store", endpoint=False)).save()
    ln.settings.storage = default_bucket.url("store", endpoint=False)
    Path("my_data.fcs").write_bytes(b"FCS3.2")
    uploaded = ln.Artifact("./my_data.fcs", key="my_dataset.fcs").save()
    assert str(uploaded.path) == f"s3://{default_bucket.name}/store/.lamindb/{uploaded.uid}.fcs"
    assert default_bucket.read(f"store/.lamindb/{uploaded.uid}.fcs") == b"FCS3.2"


def test_a_path_in_a_registered_location_stays_where_it_is(instance, default_bucket) -> None:
    import lamindb as ln

    default_bucket.put("my_dataset.fcs", b"FCS3.1")
    default_bucket.put("my_images/one.jpg", b"one")
    default_bucket.put("my_images/two.jpg", b"two")
    root = f"s3://{default_bucket.name}"
    with pytest.raises(ln.errors.UnknownStorageLocation, match=r"ln\.Storage\(root="):
        ln.Artifact(f"{root}/my_dataset.fcs").save()
    ln.Storage(root=root).save()
    before = default_bucket.keys()
    file = ln.Artifact(f"{root}/my_dataset.fcs").save()
    folder = ln.Artifact(f"{root}/my_images/", description="Two images").save()
    assert (file.key, file.size, file.n_files) == ("my_dataset.fcs", 6, None)
    assert (folder.key, folder.size, folder.n_files) == ("my_images", 6, 2)
    assert folder.description == "Two images"
    assert str(folder.path) == f"{root}/my_images"
    assert default_bucket.keys() == before


def test_any_file_system_of_fsspec_can_be_read(instance, capsys) -> None:
    import lamindb as ln

    path = ln.UPath("memory://measurements/day1/a.txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("hello")
    ln.UPath("memory://measurements").view_tree()
    assert "1 sub-directory & 1 files with suffixes '.txt'" in capsys.readouterr().out
    assert Path(path.cache()).read_text() == "hello"
    assert not Path("memory:").exists()
