"""What other processes see while one writes, and after it was killed."""

import os
import random
import signal
import time

import pytest

from lamindb.base.hashing import hash_file
from lamindb.storage.atomic import clean_leftovers, copy_into_place
from lamindb.storage.content import describe_path
from lamindb.storage.listing import is_leftover

N_KILLS = 30
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
