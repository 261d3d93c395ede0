"""What one save costs in a process that is warm, and whether a thousand in a row stay flat."""

from __future__ import annotations

import contextlib
import functools
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.children import scratch
from benchmarks.registry import Workload, register

WARM_UP = 20
SAVES = 50
IN_A_ROW = 1_000
HUNDRED = 100
FLAT = 1.25  # the last hundred may take this many times as long as the first hundred
CONTENT = "x" * 1_000

Step = Callable[[int], object]


def artifact_floor(runs: int) -> list[float]:
    """Write, sync and rename a file and insert a row: the least that an atomic save can do."""

    def save(number: int) -> None:
        with open("temporary", "w") as file:
            file.write(CONTENT)
            file.flush()
            os.fsync(file.fileno())
        Path("temporary").rename(f"{number}.txt")
        insert(number)

    with scratch(), _table() as insert:
        return _elapsed(save, max(runs, SAVES))


def label_floor(runs: int) -> list[float]:
    """Insert one row in one transaction."""
    with scratch(), _table() as insert:
        return _elapsed(insert, max(runs, SAVES))


def artifact(runs: int) -> list[float]:
    """Create and save an artifact of 1 kB from a local file."""
    return _save_artifacts(max(runs, SAVES))


def label(runs: int) -> list[float]:
    """Create and save a label."""
    return _save_labels(max(runs, SAVES))


def _save_artifacts(count: int) -> list[float]:
    import lamindb as ln

    source = Path("source.txt")
    with _instance():
        times = _elapsed(
            lambda number: ln.Artifact(source, key=f"folder/{number}.txt").save(),
            count,
            prepare=lambda number: source.write_text(f"{number} {CONTENT}"),
        )
        assert ln.Artifact.filter().count() == WARM_UP + count
    return times


def _save_labels(count: int) -> list[float]:
    import lamindb as ln

    with _instance():
        times = _elapsed(lambda number: ln.ULabel(name=f"label {number}").save(), count)
        assert ln.ULabel.filter().count() == WARM_UP + count
    return times


@functools.cache
def _artifacts_in_a_row() -> list[float]:
    return _save_artifacts(IN_A_ROW)


@functools.cache
def _labels_in_a_row() -> list[float]:
    return _save_labels(IN_A_ROW)


def _elapsed(step: Step, count: int, prepare: Step = lambda _: None) -> list[float]:
    """Seconds that each of `count` steps takes, after some to warm up; preparing isn't counted."""
    times = []
    for number in range(WARM_UP + count):
        prepare(number)
        start = time.perf_counter()
        step(number)
        times.append(time.perf_counter() - start)
    return times[WARM_UP:]


@contextlib.contextmanager
def _instance() -> Iterator[None]:
    """A new SQLite instance, connected in this process and quiet."""
    import lamindb as ln

    with scratch():
        verbosity, ln.settings.verbosity = ln.settings.verbosity, "error"
        try:
            ln.setup.init(storage="./store", name="bench")
            yield
        finally:
            ln.settings.verbosity = verbosity
            ln.setup.disconnect(mute=True)


@contextlib.contextmanager
def _table() -> Iterator[Step]:
    """A function that inserts a row into a SQLite file set up like ours, one per transaction."""
    connection = sqlite3.connect("floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, key TEXT UNIQUE)")

    def insert(number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t (key) VALUES (?)", (f"folder/{number}.txt",))
        connection.execute("COMMIT")

    try:
        yield insert
    finally:
        connection.close()


register(
    Workload("artifact-floor", "write, sync, rename, insert (elapsed)", artifact_floor),
    Workload(
        "artifact", "save a small artifact (elapsed)", artifact, 0.005, floor="artifact-floor"
    ),
    Workload("label-floor", "insert one row (elapsed)", label_floor),
    Workload("label", "save a label (elapsed)", label, 0.0015, floor="label-floor"),
    Workload(
        "artifacts-first",
        "1,000 artifacts in a row: first hundred",
        lambda _: _artifacts_in_a_row()[:HUNDRED],
    ),
    Workload(
        "artifacts-last",
        "1,000 artifacts in a row: last hundred",
        lambda _: _artifacts_in_a_row()[-HUNDRED:],
        FLAT,
        floor="artifacts-first",
        times_floor=True,
    ),
    Workload(
        "labels-first",
        "1,000 labels in a row: first hundred",
        lambda _: _labels_in_a_row()[:HUNDRED],
    ),
    Workload(
        "labels-last",
        "1,000 labels in a row: last hundred",
        lambda _: _labels_in_a_row()[-HUNDRED:],
        FLAT,
        floor="labels-first",
        times_floor=True,
    ),
)
