"""What registries cost with many records: CPU time in a warm process, on SQLite."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from benchmarks.instances import new_instance
from benchmarks.registry import Workload, register

if TYPE_CHECKING:
    import sqlite3

MANY = 10_000
HUGE = 100_000
UPDATED = 1_000
REPEATS = 100
"""A query is so short that this many are measured together."""

FOUND = "label 54321"


def bulk_floor(runs: int) -> list[float]:
    """Insert rows with the values of saved labels by `executemany`, in one transaction."""
    with _labels(MANY) as connection:
        table = connection.execute("SELECT * FROM lamindb_ulabel").fetchall()
        columns = [row[1] for row in connection.execute("PRAGMA table_info(lamindb_ulabel)")]
        marks = ", ".join("?" * len(columns))
        insert = f"INSERT INTO lamindb_ulabel ({', '.join(columns)}) VALUES ({marks})"

        def empty(_: int) -> None:
            connection.execute("DELETE FROM lamindb_ulabel")

        def write() -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(insert, table)
            connection.execute("COMMIT")

        return _cpu(write, runs, prepare=empty)


def bulk(runs: int) -> list[float]:
    """Construct and save many labels."""
    import lamindb as ln
    from lamindb.models.bulk import save

    numbers = iter(range(runs + 1))

    def write() -> None:
        number = next(numbers)
        save([ln.ULabel(name=f"{number} {i}") for i in range(MANY)])

    with new_instance():
        times = _cpu(write, runs)
        assert ln.ULabel.filter().count() == (runs + 1) * MANY
    return times


def update(runs: int) -> list[float]:
    """Save many changed labels."""
    import lamindb as ln
    from lamindb.models.bulk import save

    with _labels(MANY):
        labels = list(ln.ULabel.filter()[:UPDATED])

        def change(number: int) -> None:
            for label in labels:
                label.description = f"changed {number}"

        times = _cpu(lambda: save(labels), runs, prepare=change)
        assert ln.ULabel.filter(description=labels[0].description).count() == UPDATED
    return times


def get_floor(runs: int) -> list[float]:
    """Read one row by its name."""
    with _labels(MANY) as connection:
        query = "SELECT * FROM lamindb_ulabel WHERE name = ?"
        return _each(lambda: connection.execute(query, ("label 77",)).fetchall(), runs)


def get(runs: int) -> list[float]:
    """Get one label by its name."""
    import lamindb as ln

    with _labels(MANY):
        return _each(lambda: ln.ULabel.get(name="label 77"), runs)


def frame_floor(runs: int) -> list[float]:
    """Read many rows and make a data frame of them, without any types."""
    import pandas as pd

    with _labels(MANY) as connection:
        query = "SELECT * FROM lamindb_ulabel ORDER BY id DESC"
        return _cpu(lambda: pd.DataFrame(connection.execute(query).fetchall()), runs)


def frame(runs: int) -> list[float]:
    """Many labels as a data frame."""
    import lamindb as ln

    with _labels(MANY):
        return _cpu(lambda: ln.ULabel.to_dataframe(limit=MANY), runs)


def construct(runs: int) -> list[float]:
    """Construct a label next to a huge number of others."""
    import lamindb as ln

    with _labels(HUGE):
        return _each(lambda: ln.ULabel(name="a new label"), runs)


def search(runs: int) -> list[float]:
    """Search a huge number of labels."""
    import lamindb as ln

    with _labels(HUGE):
        assert ln.ULabel.search(FOUND).to_list("name")[0] == FOUND
        return _cpu(lambda: ln.ULabel.search(FOUND).to_list(), runs)


def lookup(runs: int) -> list[float]:
    """Make the auto-complete object of many labels."""
    import lamindb as ln

    with _labels(MANY):
        assert ln.ULabel.lookup().label_77.name == "label 77"
        return _cpu(ln.ULabel.lookup, runs)


def _cpu(
    step: Callable[[], object], runs: int, prepare: Callable[[int], object] = lambda _: None
) -> list[float]:
    """CPU seconds of each run, after one to warm up; preparing isn't counted."""
    times = []
    for number in range(runs + 1):
        prepare(number)
        start = time.process_time()
        step()
        times.append(time.process_time() - start)
    return times[1:]


def _each(step: Callable[[], object], runs: int) -> list[float]:
    """CPU seconds of one of many repeated steps, per run."""
    return [seconds / REPEATS for seconds in _cpu(functools.partial(_repeat, step), runs)]


def _repeat(step: Callable[[], object]) -> None:
    for _ in range(REPEATS):
        step()


@contextlib.contextmanager
def _labels(count: int) -> Iterator[sqlite3.Connection]:
    """An instance with labels, and a connection to its file that knows nothing of Django."""
    import sqlite3

    import lamindb as ln
    from lamindb.models.bulk import save

    with new_instance():
        save([ln.ULabel(name=f"label {i}") for i in range(count)])
        file = ln.setup.settings.instance.sqlite_file
        connection = sqlite3.connect(file, isolation_level=None)
        connection.execute("PRAGMA synchronous = NORMAL")
        try:
            yield connection
        finally:
            connection.close()


register(
    Workload("labels-bulk-floor", "insert 10,000 rows by executemany", bulk_floor),
    Workload(
        "labels-bulk",
        "construct and save 10,000 labels",
        bulk,
        MANY / 20_000,
        floor="labels-bulk-floor",
    ),
    Workload("labels-update", "save 1,000 changed labels", update, 0.2),
    Workload("label-get-floor", "read one row by name", get_floor),
    Workload("label-get", "get a label by name", get, 0.0006, floor="label-get-floor"),
    Workload("label-construct", "construct a label next to 100,000", construct, 0.001),
    Workload("labels-frame-floor", "10,000 rows as an untyped frame", frame_floor),
    Workload(
        "labels-frame",
        "10,000 labels to_dataframe",
        frame,
        MANY / 150_000,
        floor="labels-frame-floor",
    ),
    Workload("labels-search", "search 100,000 labels", search, 0.015),
    Workload("labels-lookup", "lookup() of 10,000 labels", lookup, 0.1),
)
