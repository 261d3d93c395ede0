"""What it takes to find something in large tables of SQLite."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from benchmarks.children import scratch
from benchmarks.registry import Workload, register

MANY = 100_000
SOME = 10_000
WORDS = "alpha beta gamma T B CD8 naive memory effector plate donor liver lung".split()
WANTED = "label 777"
"""Occurs in 111 of 100,000 names."""


def scan(runs: int) -> list[float]:
    """Read all rows and compare all text columns: what a search does without an index."""
    columns = ("uid", "name", "description", "reference", "reference_type")
    condition = " OR ".join(f"{column} LIKE ?" for column in columns)
    sql = f"SELECT id FROM lamindb_ulabel WHERE {condition}"
    with _labels(MANY):
        from django.db import connection

        parameters = [f"%{WANTED}%"] * len(columns)
        return _elapsed(lambda: connection.connection.execute(sql, parameters).fetchall(), runs)


def search(runs: int) -> list[float]:
    """Search again, while nothing changes in the database."""
    import lamindb as ln

    with _labels(MANY):
        return _elapsed(lambda: list(ln.ULabel.search(WANTED)), runs)


def search_after_change(runs: int) -> list[float]:
    """Search for the first time, or after any change in the database."""
    import lamindb as ln

    with _labels(MANY):
        return _elapsed(
            lambda: list(ln.ULabel.search(WANTED)),
            runs,
            prepare=lambda: ln.User.objects.update(name="changed"),
        )


def lookup(runs: int) -> list[float]:
    """Look up all labels by name."""
    import lamindb as ln

    with _labels(SOME):
        return _elapsed(ln.ULabel.lookup, runs)


def similar_names(runs: int) -> list[float]:
    """Find the names that begin like a new one."""
    import lamindb as ln
    from lamindb.search import similar_names

    with _labels(MANY):
        return _elapsed(lambda: similar_names(ln.ULabel, "T label 777 x"), runs)


def _elapsed(
    step: Callable[[], object], runs: int, prepare: Callable[[], object] = lambda: None
) -> list[float]:
    """Seconds that each run takes, after three to warm up; preparing isn't counted."""
    times = []
    for _ in range(3 + runs):
        prepare()
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return times[3:]


@contextlib.contextmanager
def _labels(count: int) -> Iterator[None]:
    """A new SQLite instance with this many labels, every fourth of them with a description."""
    import lamindb as ln

    with scratch():
        ln.setup.init(storage="./store", name="bench")
        verbosity, ln.settings.verbosity = ln.settings.verbosity, "error"
        try:
            _insert(count, ln.setup.settings.user.id)
            yield
        finally:
            ln.settings.verbosity = verbosity
            ln.setup.disconnect(mute=True)


def _insert(count: int, user_id: int) -> None:
    from django.db import connection, transaction

    import lamindb.models  # noqa: F401  (configures Django)

    rows = []
    for number in range(count):
        name = f"{WORDS[number % len(WORDS)]} label {number}"
        description = None if number % 4 else " ".join(WORDS)
        rows.append((f"{number:08}", name, description, user_id))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO lamindb_ulabel (uid, name, description, created_by_id) "
            "VALUES (%s, %s, %s, %s)",
            rows,
        )


register(
    Workload("search-floor", "read 100,000 rows and compare their text (elapsed)", scan),
    Workload(
        "search-first",
        "search 100,000 labels after a change (elapsed)",
        search_after_change,
        2,
        floor="search-floor",
        times_floor=True,
    ),
    Workload("search", "search 100,000 labels again (elapsed)", search, 0.015, "search-floor"),
    Workload("lookup", "look up 10,000 labels (elapsed)", lookup, 0.1),
    Workload("similar", "names like a new one, of 100,000 (elapsed)", similar_names, 0.002),
)
