"""Several processes write the same names and keys at once: no error, nothing lost or doubled."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import lamindb as ln
from lamindb.base.hashing import hash_bytes, hash_file, hash_string
from lamindb.storage.content import describe_path

N_PROCESSES = 4
N_VERSIONS_EACH = 50
LABELS = [f"label {i}" for i in range(1_000)]

START = """
import sys
import lamindb as ln
from lamindb.models.bulk import save
number = int(sys.argv[1])
ln.settings.verbosity = "error"
ln.settings.creation.artifact_silence_missing_run_warning = True
ln.ULabel.filter().count()
print("ready", flush=True)
sys.stdin.readline()
"""

TRANSFORMS = """
for i in range(50):
    ln.Transform(key="align.py", source_code=f"print({number}, {i})").save()
"""

ARTIFACTS = """
for i in range(50):
    with open(f"source-{number}.txt", "w") as file:
        file.write(f"{number} {i}")
    ln.Artifact(f"source-{number}.txt", key="counts.txt").save()
"""


ARTIFACTS_IN_THE_CLOUD = """
storage = ln.Storage.filter(type="s3").one()
for i in range(10):
    with open(f"source-{number}.txt", "w") as file:
        file.write(f"{number} {i}")
    ln.Artifact(f"source-{number}.txt", key="counts.txt", storage=storage).save()
"""

FOLDERS = """
import os
storage = ln.Storage.filter(type={type!r}).one()
for i in range(10):
    os.makedirs(f"source-{{number}}/folder", exist_ok=True)
    for name in "abc":
        with open(f"source-{{number}}/folder/{{name}}.txt", "w") as file:
            file.write(f"{{number}} {{i}} {{name}}")
    ln.Artifact(f"source-{{number}}/folder", key="folder", storage=storage).save()
"""

REPLACEMENTS = """
artifact = ln.Artifact.get(key="counts.txt")
for i in range(10):
    with open(f"source-{number}.txt", "w") as file:
        file.write(f"{number} {i}")
    artifact.replace(f"source-{number}.txt")
    artifact.save()
"""

DOWNLOADS = """
from lamindb.base.hashing import hash_bytes
artifacts = list(ln.Artifact.filter(key__startswith="large").order_by("key"))
assert len(artifacts) == 5
for artifact in artifacts:
    assert hash_bytes(artifact.cache().read_bytes()) == artifact.hash
"""

SAME_CONTENT = """
for i in range(50):
    with open(f"source-{number}.txt", "w") as file:
        file.write(str(i))
    ln.Artifact(f"source-{number}.txt", key="counts.txt").save()
"""

LABELS_SINGLY = """
ids = [ln.ULabel(name=f"label {i}").save().id for i in range(1000)]
assert len(set(ids)) == 1000 and None not in ids
"""

LABELS_IN_BULK = """
labels = [ln.ULabel(name=f"label {i}") for i in range(1000)]
save(labels)
assert len({label.id for label in labels}) == 1000 and None not in {label.id for label in labels}
"""

LABELS_IN_SMALL_BATCHES = """
order = range(1000) if number % 2 else range(999, -1, -1)
labels = [ln.ULabel(name=f"label {i}") for i in order]
for start in range(0, 1000, 50):
    save(labels[start:start + 50])
assert len({label.id for label in labels}) == 1000
"""

IN_OPPOSITE_ORDERS = """
for i in range(40):
    records = [ln.ULabel(name=f"label {i}"), ln.Project(name=f"project {i}")]
    records += [ln.Transform(key=key, source_code=f"{key} {number} {i}") for key in ("a", "b")]
    save(records if number % 2 else records[::-1])
"""


@pytest.fixture(params=["sqlite", "postgres"])
def instance(request: pytest.FixtureRequest) -> Any:
    """A fresh, connected instance in the working directory."""
    return request.getfixturevalue(f"{request.param}_instance")


def run_at_once(code: str | list[str]) -> None:
    """Run scripts in `N_PROCESSES` processes that start to write at the same time."""
    scripts = [code] * N_PROCESSES if isinstance(code, str) else code
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", START + script, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number, script in enumerate(scripts)
    ]
    try:
        for process in processes:
            if not any(line.strip() == "ready" for line in iter(process.stdout.readline, "")):
                pytest.fail(process.stderr.read())
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()
        outcomes = [process.communicate(timeout=300) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    for process, (output, errors) in zip(processes, outcomes, strict=True):
        assert process.returncode == 0, output + errors


def check_one_family(versions: list[Any], n_expected: int) -> None:
    """All versions share a stem, no uid occurs twice, one is the head: the last one."""
    assert len(versions) == n_expected
    assert len({version.stem_uid for version in versions}) == 1
    assert len({version.uid for version in versions}) == n_expected
    heads = [version for version in versions if version.is_latest]
    assert [head.uid for head in heads] == [max(version.uid for version in versions)]


def check_labels() -> None:
    """Every label exists exactly once."""
    assert sorted(ln.ULabel.filter(branch=None).to_list("name")) == sorted(LABELS)


def test_versions_of_one_transform(instance) -> None:
    run_at_once(TRANSFORMS)
    transforms = list(ln.Transform.filter(key="align.py", branch=None))
    check_one_family(transforms, N_PROCESSES * N_VERSIONS_EACH)
    assert {transform.source_code for transform in transforms} == {
        f"print({number}, {i})" for number in range(N_PROCESSES) for i in range(N_VERSIONS_EACH)
    }
    assert all(hash_string(t.source_code) == t.hash for t in transforms)


def test_versions_of_one_artifact(instance) -> None:
    run_at_once(ARTIFACTS)
    artifacts = list(ln.Artifact.filter(key="counts.txt", branch=None))
    check_one_family(artifacts, N_PROCESSES * N_VERSIONS_EACH)
    contents = {Path(artifact.path).read_text() for artifact in artifacts}
    assert contents == {
        f"{number} {i}" for number in range(N_PROCESSES) for i in range(N_VERSIONS_EACH)
    }
    assert all(hash_file(Path(artifact.path)).hash == artifact.hash for artifact in artifacts)
    assert not any(artifact._storage_ongoing for artifact in artifacts)


def test_versions_of_one_artifact_in_the_cloud(instance, bucket) -> None:
    ln.Storage(root=bucket.url("store")).save()
    run_at_once(ARTIFACTS_IN_THE_CLOUD)
    artifacts = list(ln.Artifact.filter(key="counts.txt", branch=None))
    check_one_family(artifacts, N_PROCESSES * 10)
    contents = {bucket.read(f"store/.lamindb/{a.uid}.txt"): a for a in artifacts}
    assert set(contents) == {
        f"{number} {i}".encode() for number in range(N_PROCESSES) for i in range(10)
    }
    assert all(hash_bytes(content) == artifact.hash for content, artifact in contents.items())
    assert not any(artifact._storage_ongoing for artifact in artifacts)


@pytest.mark.parametrize("kind", ["local", "s3"])
def test_versions_of_one_folder(instance, bucket, kind) -> None:
    ln.Storage(root=bucket.url("store")).save()
    run_at_once(FOLDERS.format(type=kind))
    artifacts = list(ln.Artifact.filter(key="folder", branch=None))
    check_one_family(artifacts, N_PROCESSES * 10)
    head = ln.Artifact.get(key="folder")
    assert not head._storage_ongoing
    shutil.rmtree(Path(ln.settings.cache_dir, bucket.name), ignore_errors=True)
    assert describe_path(Path(head.cache())).hash == head.hash


@pytest.mark.parametrize("kind", ["local", "s3"])
def test_replacements_of_one_artifact(instance, bucket, kind) -> None:
    ln.Storage(root=bucket.url("store")).save()
    storage = ln.Storage.filter(type=kind).one()
    Path("first.txt").write_text("first")
    first = ln.Artifact("first.txt", key="counts.txt", storage=storage).save()
    run_at_once(REPLACEMENTS)
    artifact = ln.Artifact.filter(branch=None).one()
    assert (artifact.uid, artifact._storage_ongoing) == (first.uid, False)
    shutil.rmtree(Path(ln.settings.cache_dir, bucket.name), ignore_errors=True)
    content = artifact.cache().read_bytes()
    assert hash_bytes(content) == artifact.hash, f"{content!r} is not what the record says"
    assert content.endswith(b" 9")


def test_downloads_of_the_same_artifacts(instance, bucket) -> None:
    storage = ln.Storage(root=bucket.url("store")).save()
    for i in range(5):
        Path("large.bin").write_bytes(os.urandom(3_000_000))
        artifact = ln.Artifact("large.bin", key=f"large/{i}.bin", storage=storage).save()
    folder = Path(artifact.cache()).parent
    shutil.rmtree(folder)
    run_at_once(DOWNLOADS)
    assert sorted(path.name for path in folder.iterdir()) == [f"{i}.bin" for i in range(5)]


def test_the_same_artifacts_are_stored_once(instance) -> None:
    run_at_once(SAME_CONTENT)
    artifacts = list(ln.Artifact.filter(key="counts.txt", branch=None))
    check_one_family(artifacts, N_VERSIONS_EACH)
    assert all(hash_file(Path(artifact.path)).hash == artifact.hash for artifact in artifacts)
    stored = {path.name for path in Path("store/.lamindb").iterdir() if ".txt" in path.name}
    assert stored - {"storage_uid.txt"} == {Path(artifact.path).name for artifact in artifacts}


def test_bulk_saves_in_opposite_orders_do_not_wait_for_each_other(instance) -> None:
    run_at_once(IN_OPPOSITE_ORDERS)
    assert ln.ULabel.filter(branch=None).count() == 40
    assert ln.Project.filter(branch=None).count() == 40
    for key in ("a", "b"):
        check_one_family(list(ln.Transform.filter(key=key, branch=None)), N_PROCESSES * 40)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(LABELS_SINGLY, id="singly"),
        pytest.param(LABELS_IN_BULK, id="in bulk"),
        pytest.param(LABELS_IN_SMALL_BATCHES, id="in small batches"),
        pytest.param([LABELS_SINGLY, LABELS_IN_BULK] * 2, id="both"),
    ],
)
def test_the_same_labels(instance, code) -> None:
    run_at_once(code)
    check_labels()
