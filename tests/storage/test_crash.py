"""What other processes see while one writes, and after it was killed."""

import os
import random
import shutil
import signal
import time
from functools import partial

import pytest

from lamindb.base.hashing import hash_file
from lamindb.storage.atomic import clean_leftovers, copy_into_place, remove
from lamindb.storage.content import describe_path
from lamindb.storage.listing import is_leftover
from lamindb.storage.staging import StagedCopy

N_KILLS = 30
N_STAGING_KILLS = 40
N_WRITERS = 4


def in_child(function, *args):
    """Run a function in a forked process; it never returns to pytest."""
    process_id = os.fork()
    if process_id:
        return process_id
    try:
        function(*args)
        os._exit(0)
    finally:
        os._exit(1)


def copy_forever(sources, target):
    while True:
        for source in sources:
            copy_into_place(source, target)


def kill(process_id):
    os.kill(process_id, signal.SIGKILL)
    os.waitpid(process_id, 0)


def check_survivors(folder, target, complete):
    """The target is absent or complete; everything else is a recognisable leftover."""
    others = [path.name for path in folder.iterdir() if path != target]
    assert all(map(is_leftover, others))
    if target.exists():
        assert describe_path(target).hash in complete
    clean_leftovers(folder, older_than=0)
    assert {path.name for path in folder.iterdir()} <= {target.name}


@pytest.mark.parametrize("n_bytes", [10_000, 12_000_000])
def test_killed_while_copying_a_file(tmp_path, n_bytes):
    sources = [tmp_path / "one", tmp_path / "two"]
    for source in sources:
        source.write_bytes(os.urandom(n_bytes))
    complete = {hash_file(source).hash for source in sources}
    store = tmp_path / "store"
    store.mkdir()
    for _ in range(N_KILLS):
        process_id = in_child(copy_forever, sources, store / "x.bin")
        time.sleep(random.uniform(0, 0.03))
        kill(process_id)
        check_survivors(store, store / "x.bin", complete)
    copy_into_place(sources[0], store / "x.bin")
    assert hash_file(store / "x.bin") == hash_file(sources[0])


def test_killed_while_copying_a_folder(tmp_path):
    sources = [tmp_path / "one", tmp_path / "two"]
    for source in sources:
        for i in range(30):
            path = source / f"sub{i % 3}" / f"{i}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.urandom(1000))
    complete = {describe_path(source).hash for source in sources}
    store = tmp_path / "store"
    store.mkdir()
    for _ in range(N_KILLS):
        process_id = in_child(copy_forever, sources, store / "x")
        time.sleep(random.uniform(0, 0.05))
        kill(process_id)
        check_survivors(store, store / "x", complete)
    copy_into_place(sources[0], store / "x")
    assert describe_path(store / "x").hash == describe_path(sources[0]).hash


def write_folder(path, n_changed=30):
    """Files in several folders; the first ones get new content."""
    for i in range(30):
        file = path / f"sub{i % 3}" / f"{i}.bin"
        file.parent.mkdir(parents=True, exist_ok=True)
        if i < n_changed or not file.exists():
            file.write_bytes(os.urandom(1000))


def write_file(path):
    path.write_bytes(os.urandom(6_000_000))


def stage_forever(sources, target, **options):
    while True:
        for source in sources:
            with StagedCopy(source, near=target, **options) as staged:
                staged.place(target)


def check_store(target, complete, *, must_exist):
    """The target is absent or complete, and will stay so; leftovers are recognised."""
    assert all(is_leftover(path.name) for path in target.parent.iterdir() if path != target)
    assert target.exists() or not must_exist
    for _ in range(2):  # links that a leftover has in common with the target do no harm
        if target.exists():
            assert describe_path(target).hash in complete
        clean_leftovers(target.parent, older_than=0)
    assert {path.name for path in target.parent.iterdir()} <= {target.name}


@pytest.mark.parametrize("kind", ["new file", "new folder", "file", "folder", "next version"])
def test_killed_while_staging(tmp_path, kind):
    sources = [tmp_path / "one", tmp_path / "two"]
    for source in sources:
        write_file(source) if "file" in kind else write_folder(source)
    target = tmp_path / "store" / "x"
    target.parent.mkdir()
    options = {"previous": target} if kind == "next version" else {}
    if kind == "next version":
        shutil.copytree(sources[0], sources[1], dirs_exist_ok=True)
        write_folder(sources[1], n_changed=3)
    complete = {describe_path(source).hash for source in sources}
    assert len(complete) == 2
    for _ in range(N_STAGING_KILLS // 4):
        is_new = kind.startswith("new ")
        if is_new and target.exists():
            remove(target)
        if not is_new and not target.exists():
            copy_into_place(sources[0], target)
        process_id = in_child(partial(stage_forever, sources, target, **options))
        time.sleep(random.uniform(0, 0.06))
        kill(process_id)
        check_store(target, complete, must_exist=not is_new)
    with StagedCopy(sources[1], near=target, **options) as staged:
        staged.place(target)
    assert describe_path(target).hash == describe_path(sources[1]).hash


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_killed_while_moving(tmp_path, kind):
    original, source = tmp_path / "original", tmp_path / "temporary"
    write_file(original) if kind == "file" else write_folder(original)
    target = tmp_path / "store" / "x"
    target.parent.mkdir()
    expected = describe_path(original).hash

    def move_once():
        with StagedCopy(source, near=target, move=True) as staged:
            staged.place(target)

    for _ in range(N_STAGING_KILLS // 4):
        remove(source)
        remove(target)
        copy_into_place(original, source)
        process_id = in_child(move_once)
        time.sleep(random.uniform(0, 0.02))
        kill(process_id)
        check_store(target, {expected}, must_exist=False)
        if source.exists():
            assert describe_path(source).hash == expected
            assert not target.exists()


def test_concurrent_writers_and_a_reader(tmp_path):
    sources = [tmp_path / f"source{i}" for i in range(N_WRITERS)]
    for source in sources:
        source.write_bytes(os.urandom(300_000))
    complete = {hash_file(source).hash for source in sources}
    target = tmp_path / "store" / "x.bin"
    copy_into_place(sources[0], target)
    writers = [in_child(copy_forever, [source], target) for source in sources]
    try:
        deadline = time.monotonic() + 1.5
        seen = {hash_file(target).hash}
        while time.monotonic() < deadline:
            seen.add(hash_file(target).hash)
    finally:
        for process_id in writers:
            kill(process_id)
    assert seen <= complete
    assert len(seen) > 1


def test_concurrent_writers_of_a_folder(tmp_path):
    sources = [tmp_path / f"source{i}" for i in range(N_WRITERS)]
    for source in sources:
        source.mkdir()
        for i in range(5):
            (source / f"{i}.bin").write_bytes(os.urandom(1000))
    complete = {describe_path(source).hash for source in sources}
    target = tmp_path / "store" / "x"

    def copy_some(source):
        for _ in range(10):
            copy_into_place(source, target)

    writers = [in_child(copy_some, source) for source in sources]
    assert [os.waitpid(process_id, 0)[1] for process_id in writers] == [0] * N_WRITERS
    assert describe_path(target).hash in complete
    assert [path.name for path in target.parent.iterdir()] == ["x"]
