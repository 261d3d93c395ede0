"""SIGKILL at random points of uploads, downloads, replacements and deletions.

A child does one operation on one artifact and is killed after a random part of the time that the
operation takes. Then a fresh process looks: what it can read is complete, what is not complete is
refused, what was there before is still there, and a second try succeeds.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import lamindb as ln
from tests.support.forks import ForkServer

N_KILLS = 6  # of each of the 18 operations
FILE_SIZE = 6_000_000
FILES = {f"sub{i % 2}/{i}.txt": f"file {i} " * 5_000 for i in range(8)}

START = """
import os, shutil, sys
from pathlib import Path
import lamindb as ln
from lamindb.storage.content import describe_path
ln.settings.verbosity = "error"
ln.settings.creation.artifact_silence_missing_run_warning = True
name, kind, storage_uid = sys.argv[1:]
storage = ln.Storage.get(storage_uid)
key = f"{name}.bin" if kind == "file" else name

def go():
    print("ready", flush=True)
    sys.stdin.readline()

def source(state):
    return str(Path("sources", state, key))

def content(path):
    path = Path(path)
    if path.is_file():
        return path.read_bytes()
    return {str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file()}

def save(state):
    return ln.Artifact(source(state), key=key, storage=storage).save()

def forget_copies():
    if storage.type != "local":
        shutil.rmtree(Path(ln.settings.cache_dir, storage.root[5:].split("/")[0]),
                      ignore_errors=True)

def is_refused(artifact):
    "Whether an incomplete artifact says so; everything else is to be readable."
    if not artifact._storage_ongoing:
        return False
    for read in (artifact.cache, artifact.load):
        try:
            read()
        except ValueError as error:
            assert "complet" in str(error), error
        else:
            raise AssertionError(f"{read} served what was never stored completely")
    return True

def check(artifact, *states):
    "The artifact has the content of one of these states; returns which."
    served = content(artifact.cache())
    match = [state for state in states if content(source(state)) == served]
    assert match, f"{artifact} has other content than in {states}"
    return match[0]

def versions():
    return list(ln.Artifact.filter(key=key, branch=None).order_by("uid"))

def check_one_head():
    heads = [version.is_latest for version in versions()]
    assert sum(heads) == (1 if heads else 0) and (not heads or heads[-1]), versions()
"""

SAVE = """
go()
save("new")
"""
AFTER_SAVE = """
forget_copies()
found = versions()
assert len(found) <= 1
refused = bool(found) and is_refused(found[0])
assert not refused or storage.type != "local"
if found and not refused:
    check(found[0], "new")
again = save("new")
forget_copies()
assert versions() == [again] and not again._storage_ongoing
assert again.uid == (found[0].uid if found else again.uid)
check(ln.Artifact.get(key=key), "new")
"""

NEW_VERSION = """
save("old")
go()
save("new")
"""
AFTER_NEW_VERSION = """
forget_copies()
found = versions()
check_one_head()
refused = is_refused(found[-1])
assert not refused or storage.type != "local" or kind == "folder"
if not refused:
    state = check(found[-1], "old", "new")
    assert state == ("old", "new")[len(found) - 1], f"content {state}, row is not"
if kind == "file":  # versions of files don't share their place
    check(found[0], "old")
again = save("new")
forget_copies()
assert [version.uid[-4:] for version in versions()] == ["0000", "0001"]
check_one_head()
check(ln.Artifact.get(again.uid), "new")
"""

REPLACE = """
artifact = save("old")
go()
artifact.replace(source("new"))
artifact.save()
"""
AFTER_REPLACE = """
forget_copies()
(artifact,) = versions()
refused = is_refused(artifact)
if not refused:
    state = check(artifact, "old", "new")
    assert describe_path(source(state)).hash == artifact.hash, f"content {state}, hash is not"
artifact = ln.Artifact.get(artifact.uid)
artifact.replace(source("new"))  # without effect if it was replaced before the kill
artifact.save()
forget_copies()
assert versions() == [artifact]
check(ln.Artifact.get(artifact.uid), "new")
"""

DELETE = """
artifact = save("new")
go()
artifact.delete(permanent=True)
"""
AFTER_DELETE = """
forget_copies()
found = versions()
if found:
    check(found[0], "new")
    found[0].delete(permanent=True)
assert not versions()
save("new")
forget_copies()
check(ln.Artifact.get(key=key), "new")
"""

DOWNLOAD = """
artifact = save("new")
forget_copies()
go()
artifact.cache()
"""
AFTER_DOWNLOAD = """
artifact = ln.Artifact.get(key=key)
check(artifact, "new")
check(artifact, "new")
assert not any(".tmp" in p.name for p in Path(artifact.cache()).parent.iterdir())
"""


@dataclass
class Operation:
    """What is killed, and what is checked afterwards."""

    code: str
    check: str


OPERATIONS = {
    "save": Operation(SAVE, AFTER_SAVE),
    "new version": Operation(NEW_VERSION, AFTER_NEW_VERSION),
    "replace": Operation(REPLACE, AFTER_REPLACE),
    "delete": Operation(DELETE, AFTER_DELETE),
    "download": Operation(DOWNLOAD, AFTER_DOWNLOAD),
}


def write_sources(name: str, kind: str, generator: random.Random, size: int = FILE_SIZE) -> None:
    """Write an old and a new state of a file or folder."""
    for state in ("old", "new"):
        if kind == "file":
            files = {Path("sources", state, f"{name}.bin"): generator.randbytes(size)}
        else:
            folder = Path("sources", state, name)
            texts = {f"{state}.txt": state, **FILES}
            files = {
                folder / key: f"{name} {text if 'sub0' in key else state + text}".encode()
                for key, text in texts.items()
            }
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def kill_at_random_points(operation: str, storage: Any) -> None:
    """Kill `N_KILLS` children for files and for folders, at points spread over their time."""
    with ForkServer() as forks:
        for kind in ("file", "folder"):
            kill_some(forks, operation, kind, storage)


def kill_some(forks: ForkServer, operation: str, kind: str, storage: Any) -> None:
    code = OPERATIONS[operation]
    generator = random.Random(f"{operation} {kind} {storage.type}")
    n_killed = 0
    for i in range(-1, N_KILLS):
        name = f"{operation.replace(' ', '-')}{i}"
        arguments = (name, kind, storage.uid)
        write_sources(name, kind, generator)
        if i < 0:
            duration = forks.time(START + code.code, *arguments)
        else:
            after = duration * (i + generator.random()) / N_KILLS
            if forks.kill(START + code.code, arguments, after):
                n_killed += 1
            else:  # it was faster than when it was timed
                duration = after
        forks.run(START + code.check, *arguments)
    assert n_killed >= 2, f"hardly any process was killed while it was busy with a {kind}"


@pytest.mark.parametrize("operation", ["save", "new version", "replace", "delete"])
def test_in_local_storage(instance, operation) -> None:
    kill_at_random_points(operation, ln.Storage.get())


@pytest.mark.parametrize("operation", OPERATIONS)
def test_in_the_cloud(instance, bucket, operation) -> None:
    kill_at_random_points(operation, ln.Storage(root=bucket.url("store")).save())
    uploads = bucket.client.list_multipart_uploads(Bucket=bucket.name).get("Uploads", [])
    assert len(uploads) <= N_KILLS
