"""What it takes to draw lineage in a large database."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from benchmarks.children import scratch
from benchmarks.registry import Workload, register
from tests.support.postgres import running_server

OTHERS = 20_000
"""Artifacts in the database that have nothing to do with the graph."""
SOME, MANY = 500, 5_000
"""Runs in a chain; there are about as many artifacts."""


def chain(n_runs: int, on_postgres: bool = False) -> Callable[[int], list[float]]:
    """Draw a chain, in which each run reads what the one before wrote."""

    def measure(runs: int) -> list[float]:
        import lamindb as ln

        with _pipeline(n_runs, lambda number: [number - 1], on_postgres):
            last = ln.Artifact.get(key=f"{n_runs - 1}.txt")
            return _elapsed(lambda: last.view_lineage(return_graph=True), runs)

    return measure


def mesh(runs: int) -> list[float]:
    """Draw a graph, in which each run reads what each of the ten before wrote."""
    import lamindb as ln

    with _pipeline(MANY, lambda number: list(range(number - 10, number))):
        middle = ln.Artifact.get(key=f"{MANY // 2}.txt")
        return _elapsed(lambda: middle.view_lineage(return_graph=True), runs)


def _elapsed(step: Callable[[], object], runs: int) -> list[float]:
    """Seconds that each run takes, after one to warm up."""
    times = []
    for _ in range(1 + runs):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return times[1:]


@contextlib.contextmanager
def _pipeline(
    n_runs: int, reads: Callable[[int], list[int]], on_postgres: bool = False
) -> Iterator[None]:
    """A new instance with runs that write one artifact each and read those of others."""
    import lamindb as ln

    with contextlib.ExitStack() as stack:
        stack.enter_context(scratch())
        options = {}
        if on_postgres:
            server = stack.enter_context(running_server())
            options["db"] = server.url(server.create_database())
        ln.setup.init(storage="./store", name="bench", **options)
        verbosity, ln.settings.verbosity = ln.settings.verbosity, "error"
        try:
            insert_pipeline(n_runs, reads)
            yield
        finally:
            from django.db import connections

            ln.settings.verbosity = verbosity
            ln.setup.disconnect(mute=True)
            connections.close_all()


def insert_pipeline(n_runs: int, reads: Callable[[int], list[int]]) -> None:
    """Insert the rows, and artifacts that have nothing to do with them."""
    from django.db import connection, transaction

    import lamindb as ln

    transform = ln.Transform(key="step.py").save()
    user, storage = ln.setup.settings.user.id, ln.Storage.filter().first().id
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO lamindb_run (uid, transform_id, created_by_id) VALUES (%s, %s, %s)",
            [(f"{number:016}", transform.id, user) for number in range(n_runs)],
        )
        run_ids = list(ln.Run.objects.order_by("uid").values_list("pk", flat=True))
        cursor.executemany(
            "INSERT INTO lamindb_artifact (uid, key, storage_id, suffix, run_id, created_by_id,"
            " _key_is_virtual, _overwrite_versions, is_latest)"
            " VALUES (%s, %s, %s, '.txt', %s, %s, %s, %s, %s)",
            [
                (f"{number:020}", f"{number}.txt", storage, run_id, user, True, False, True)
                for number, run_id in enumerate([*run_ids, *[None] * OTHERS])
            ],
        )
        ids = list(ln.Artifact.objects.order_by("uid").values_list("pk", flat=True)[:n_runs])
        cursor.executemany(
            "INSERT INTO lamindb_artifact_input_of_runs (artifact_id, run_id) VALUES (%s, %s)",
            [
                (ids[read], run_ids[number])
                for number in range(n_runs)
                for read in reads(number)
                if read >= 0
            ],
        )


register(
    Workload("lineage-1000", "graph of 1,000 nodes (elapsed)", chain(SOME), 0.2),
    Workload("lineage-10000", "graph of 10,000 nodes (elapsed)", chain(MANY), 1),
    Workload("lineage-mesh", "graph of 10,000 nodes and 55,000 edges (elapsed)", mesh, 3),
    Workload(
        "lineage-1000-postgres", "graph of 1,000 nodes, Postgres (elapsed)", chain(SOME, True), 0.2
    ),
    Workload(
        "lineage-10000-postgres", "graph of 10,000 nodes, Postgres (elapsed)", chain(MANY, True), 1
    ),
)
