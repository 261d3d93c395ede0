"""CPU time to compare values with registries of 100,000 records, and to create labels."""

from __future__ import annotations

import functools
import json
import sqlite3
import time
from collections.abc import Callable

from benchmarks.instances import new_instance
from benchmarks.registry import Workload, register

REGISTERED = 100_000
CREATED = 5_000
ASKED = 10
MANY = 10_000
RUNS = 9


def name_of(number: int) -> str:
    """A name as users give them: some words and a number."""
    return f"{'abcdefghij'[number % 10]} cell of donor {number}"


def from_values(runs: int) -> list[float]:
    """Create 5,000 labels by name and save them."""
    import lamindb as ln

    with new_instance():

        def create(run: int) -> None:
            names = [f"label {run} {number}" for number in range(CREATED)]
            ln.ULabel.from_values(names, create=True).save()

        times = _elapsed(create, runs)
        assert ln.ULabel.filter().count() == (runs + 1) * CREATED
    return times


def insert_floor(runs: int) -> list[float]:
    """Insert 5,000 short rows in one transaction."""

    def insert(run: int) -> None:
        rows = [(f"{run} {number}", f"label {run} {number}") for number in range(CREATED)]
        with connection:
            connection.executemany("INSERT INTO t (uid, name) VALUES (?, ?)", rows)

    connection = _connect("CREATE TABLE t (id INTEGER PRIMARY KEY, uid TEXT UNIQUE, name TEXT)")
    return _elapsed(insert, runs)


def select_floor(runs: int) -> list[float]:
    """Select 10 of 100,000 names through an index."""
    connection = _connect("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
    connection.execute("CREATE INDEX i ON t (name)")
    rows = [(name_of(number),) for number in range(REGISTERED)]
    connection.executemany("INSERT INTO t (name) VALUES (?)", rows)
    names = json.dumps([name_of(number) for number in range(ASKED)])
    sql = "SELECT name FROM t WHERE name IN (SELECT value FROM json_each(?))"
    return _elapsed(lambda _: connection.execute(sql, [names]).fetchall(), runs)


@functools.cache
def _figures() -> dict[str, list[float]]:
    """Durations of all that is asked of two registries of 100,000 records."""
    import bionty as bt
    import lamindb as ln

    names = [name_of(number) for number in range(REGISTERED)]
    valid, wrong = names[: ASKED // 2], [f"no {name}" for name in names[: ASKED // 2]]
    half_wrong = names[: MANY // 2] + [name.upper() for name in names[MANY // 2 : MANY]]
    with new_instance("bionty"):
        ln.ULabel.from_values(names, create=True).save()
        cell_types = bt.CellType.from_values(names, create=True)
        for number, cell_type in enumerate(cell_types[::2]):
            cell_type.synonyms = f"also called {number}|{number} in short"
        cell_types.save()
        del cell_types
        assert ln.ULabel.inspect([*valid, *wrong]).non_validated == wrong
        assert bt.CellType.standardize(half_wrong) == names[:MANY]
        return {
            "labels": _elapsed(lambda _: ln.ULabel.inspect([*valid, *wrong]), RUNS),
            "valid": _elapsed(lambda _: bt.CellType.inspect(valid * 2), RUNS),
            "wrong": _elapsed(lambda _: bt.CellType.inspect([*valid, *wrong]), RUNS),
            "validate": _elapsed(lambda _: bt.CellType.validate(half_wrong), RUNS),
            "standardize": _elapsed(lambda _: bt.CellType.standardize(half_wrong), RUNS),
        }


def _elapsed(step: Callable[[int], object], count: int) -> list[float]:
    """CPU seconds that each of `count` steps takes, after one to warm up."""
    times = []
    for number in range(1 + count):
        start = time.process_time()
        step(number)
        times.append(time.process_time() - start)
    return times[1:]


def _connect(sql: str) -> sqlite3.Connection:
    """A database in memory with one table."""
    connection = sqlite3.connect(":memory:")
    connection.execute(sql)
    return connection


register(
    Workload("insert-floor", "insert 5,000 rows", insert_floor),
    Workload(
        "from-values", "create and save 5,000 labels", from_values, 0.35, floor="insert-floor"
    ),
    Workload("select-floor", "select 10 of 100,000 names", select_floor),
    Workload(
        "inspect-labels",
        "inspect 10 values, 5 unknown, against 100,000 labels",
        lambda _: _figures()["labels"],
        0.01,
        floor="select-floor",
    ),
    Workload(
        "inspect-valid",
        "inspect 10 known values against 100,000 cell types",
        lambda _: _figures()["valid"],
        0.01,
        floor="select-floor",
    ),
    Workload(
        "inspect-synonyms",
        "inspect 10 values, 5 unknown, against 100,000 cell types",
        lambda _: _figures()["wrong"],
        0.01,
        floor="select-floor",
    ),
    Workload(
        "validate",
        "validate 10,000 values against 100,000 cell types",
        lambda _: _figures()["validate"],
        0.1,
    ),
    Workload(
        "standardize",
        "standardize 10,000 values, half unknown, against 100,000",
        lambda _: _figures()["standardize"],
        0.3,
    ),
)
