"""What users wait for before anything happens: imports, the command line, a new instance."""

from __future__ import annotations

from benchmarks.children import cpu_times, run_child, scratch
from benchmarks.registry import Workload, register
from tests.support.postgres import running_server

INIT = "import lamindb as ln; ln.setup.init(storage='./store', name='bench')"
COUNT = "import lamindb as ln; assert ln.ULabel.filter().count() == 0"


def interpreter(runs: int) -> list[float]:
    """The bare interpreter: the floor of everything that starts a process."""
    with scratch():
        return cpu_times(runs, "-c", "pass")


def django_models(runs: int) -> list[float]:
    """Django's ORM alone: the floor of everything that queries."""
    with scratch():
        return cpu_times(runs, "-c", "import django.db.models")


def import_alone(runs: int) -> list[float]:
    """`import lamindb` where no instance is connected."""
    with scratch():
        return cpu_times(runs, "-c", "import lamindb")


def import_connected(runs: int) -> list[float]:
    """`import lamindb` in the folder of an instance."""
    with scratch():
        run_child("-c", INIT)
        return cpu_times(runs, "-c", "import lamindb")


def help_page(runs: int) -> list[float]:
    """`lamin --help`."""
    with scratch():
        return cpu_times(runs, "-m", "lamin_cli", "--help")


def connect_and_count(runs: int) -> list[float]:
    """A process that connects to SQLite and counts the rows of a table."""
    with scratch():
        run_child("-c", INIT)
        return cpu_times(runs, "-c", COUNT)


def init_sqlite(runs: int) -> list[float]:
    """`lamin init --modules bionty` on SQLite, each time in a new place."""
    times = []
    for _ in range(runs + 1):
        with scratch():
            times.append(run_child(*_init_command())[0])
    return times[1:]


def init_postgres(runs: int) -> list[float]:
    """The same on an empty local Postgres database: elapsed time, as the server works too."""
    times = []
    with running_server() as server:
        for _ in range(runs + 1):
            database = server.create_database()
            with scratch():
                times.append(run_child(*_init_command("--db", server.url(database)))[1])
            server.drop_database(database)
    return times[1:]


def _init_command(*options: str) -> list[str]:
    return ["-m", "lamin_cli", "init", "--storage", "./store", "--modules", "bionty", *options]


register(
    Workload("interpreter", "bare interpreter (CPU)", interpreter),
    Workload("django", "import django.db.models (CPU)", django_models),
    Workload(
        "import", "import lamindb (CPU)", import_alone, 0.060, floor="interpreter", over_floor=True
    ),
    Workload(
        "import-connected",
        "import lamindb, instance connected (CPU)",
        import_connected,
        0.060,
        floor="interpreter",
        over_floor=True,
    ),
    Workload("help", "lamin --help (CPU)", help_page, 0.120, floor="interpreter"),
    Workload(
        "count", "connect to SQLite, count a table (CPU)", connect_and_count, 0.400, floor="django"
    ),
    Workload("init", "lamin init --modules bionty (CPU)", init_sqlite, 0.600, floor="django"),
    Workload(
        "init-postgres",
        "lamin init --modules bionty, Postgres (elapsed)",
        init_postgres,
        3.0,
        floor="django",
    ),
)
