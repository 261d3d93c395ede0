"""One statement that follows runs up and down and reads what they read and wrote.

Both databases know `WITH RECURSIVE`. A recursive query may name itself once on Postgres, which the
steps share by a lateral join; SQLite has no lateral joins, but takes several recursive terms, see
https://www.sqlite.org/lang_with.html#recursive_common_table_expressions. `CROSS JOIN` makes SQLite
keep the order of tables (https://www.sqlite.org/optoverview.html#crossjoin).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

DATA = ("artifact", "collection")
ROLES = ("input", "output", "recreated")
TRANSFER_PREFIX = "__lamindb_transfer__/"


@dataclass(frozen=True)
class Start:
    """Where the way begins, and how far it goes.

    Parameters
    ----------
    kind
        `run`, `artifact` or `collection`.
    id
        Primary key of the record.
    run_id
        Run that created it; of a run, itself.
    branches
        Branches on which runs, artifacts and collections are seen.
    downstream
        Whether to follow consumers.
    distance
        Number of runs to follow in each direction, None for all; 0 for a run alone.
    """

    kind: str
    id: int
    run_id: int | None
    branches: tuple[int, ...]
    downstream: bool
    distance: int | None


def lineage_sql(start: Start, vendor: str) -> str:
    """Statement whose rows are the runs, and for each run what it read and wrote.

    Parameters
    ----------
    start
        Where the way begins; has whole numbers only, so that nothing has to be quoted.
    vendor
        `sqlite` or `postgresql`.

    Returns
    -------
    str
        Columns: kind, role, run id, data id, uid, label, entrypoint, start of the run.
    """
    tables = [walk("above", creator(start), steps_up(start), start, vendor)]
    runs = "SELECT id FROM above"
    if start.downstream:
        first = creator_and_consumers(start)
        tables.append(walk("below", first, steps_down(start), start, vendor))
        runs += " UNION SELECT id FROM below"
    tables.append(f"runs(id) AS ({runs})")
    selects = [run_rows(), *(data_rows(start, data, role) for data in DATA for role in ROLES)]
    return f"WITH RECURSIVE {', '.join(tables)} {' UNION ALL '.join(selects)}"


class Table(NamedTuple):
    """A table to go through, and which of its rows."""

    name: str
    alias: str
    conditions: tuple[str, ...]


Step = list[Table]
"""Tables that lead from one run, `walked`, to others, `run`, in this order."""


def walk(name: str, first: tuple[str, str], steps: list[Step], start: Start, vendor: str) -> str:
    """Runs that are reached; a row that was found is not found again, so that cycles end."""
    condition, first_level = first
    is_limited = start.distance is not None
    names, level, next_level = "id", "", ""
    limit: tuple[str, ...] = ()
    if is_limited:
        names, level, next_level = "id, level", f", {first_level}", ", walked.level + 1"
        limit = (f"walked.level < {start.distance}",)
    conditions = (condition, visible(start, "run", "run"))
    base = select(f"run.id{level}", ("lamindb_run run",), conditions)
    walked = f"{name} walked"
    if vendor == "postgresql":
        reached = " UNION ALL ".join(in_order("run.id", step) for step in steps)
        tables = (walked, f"LATERAL ({reached}) reached")
        recursive = [select(f"reached.id{next_level}", tables, limit)]
    else:
        recursive = [
            select(
                f"run.id{next_level}",
                (walked, *names_of(step)),
                (*conditions_of(step), *limit),
            )
            for step in steps
        ]
    return f"{name}({names}) AS ({' UNION '.join([base, *recursive])})"


def in_order(columns: str, step: Step) -> str:
    """A SELECT that Postgres runs table by table, even if it knows nothing about their sizes.

    `OFFSET 0` keeps it from joining the tables in another order.
    """
    tables = [
        f"LATERAL (SELECT {alias}.* FROM {name} {alias} WHERE {' AND '.join(conditions)} OFFSET 0)"
        f" {alias}"
        for name, alias, conditions in step
    ]
    return select(columns, tuple(tables), ())


def select(columns: str, tables: tuple[str, ...], conditions: tuple[str, ...]) -> str:
    """A SELECT of tables in this order."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {columns} FROM {' CROSS JOIN '.join(tables)}{where}"


def names_of(step: Step) -> tuple[str, ...]:
    """Tables as they stand behind FROM."""
    return tuple(f"{name} {alias}" for name, alias, _ in step)


def conditions_of(step: Step) -> tuple[str, ...]:
    """Conditions of all tables."""
    return tuple(condition for table in step for condition in table.conditions)


def visible(start: Start, alias: str, kind: str) -> str:
    """Condition that a row is on a branch that is seen, or what everything starts from.

    The databases take a plain condition on the branch for one that leaves few rows, and would begin
    with all rows of a branch; a CASE they cannot estimate.
    """
    branches = ", ".join(map(str, start.branches))
    is_start = f" OR {alias}.id = {start.id}" if kind == start.kind else ""
    return f"CASE WHEN {alias}.branch_id IN ({branches}){is_start} THEN TRUE ELSE FALSE END"


def creator(start: Start) -> tuple[str, str]:
    """Condition for the run where the way up begins, and its level."""
    is_creator = "1 = 0" if start.run_id is None else f"run.id = {start.run_id}"
    return is_creator, "0" if start.kind == "run" else "1"


def creator_and_consumers(start: Start) -> tuple[str, str]:
    """Condition for the runs where the way down begins, and their level.

    The creator is among them, for what it created besides may be used as well.
    """
    is_creator, level = creator(start)
    if start.kind == "run":
        return is_creator, level
    table = f"lamindb_{start.kind}_input_of_runs"
    ids = f"SELECT run_id FROM {table} WHERE {start.kind}_id = {start.id}"
    if start.run_id is not None:
        ids += f" UNION ALL SELECT {start.run_id}"
    return f"run.id IN ({ids})", f"CASE WHEN {is_creator} THEN 0 ELSE 1 END"


def steps_up(start: Start) -> list[Step]:
    """From a run to the runs that created what it read."""
    return [
        [
            Table(f"lamindb_{data}_input_of_runs", "link", ("link.run_id = walked.id",)),
            data_table(start, data, f"data.id = link.{data}_id"),
            run_table(start, "run.id = data.run_id"),
        ]
        for data in DATA
    ]


def steps_down(start: Start) -> list[Step]:
    """From a run to the runs that read what it wrote."""
    return [
        [
            *made,
            Table(f"lamindb_{data}_input_of_runs", "link", (f"link.{data}_id = data.id",)),
            run_table(start, "run.id = link.run_id"),
        ]
        for data in DATA
        for made in made_by("walked.id", start, data)
    ]


def data_table(start: Start, data: str, condition: str) -> Table:
    """Artifacts or collections that are seen."""
    return Table(f"lamindb_{data}", "data", (condition, visible(start, "data", data)))


def run_table(start: Start, condition: str) -> Table:
    """Runs that are seen."""
    return Table("lamindb_run", "run", (condition, visible(start, "run", "run")))


def made_by(run: str, start: Start, data: str) -> list[Step]:
    """Tables that lead to what a run created, and to what it created again."""
    again = Table(f"lamindb_{data}_recreating_runs", "again", (f"again.run_id = {run}",))
    return [
        [data_table(start, data, f"data.run_id = {run}")],
        [again, data_table(start, data, f"data.id = again.{data}_id")],
    ]


def read_by(run: str, start: Start, data: str) -> Step:
    """Tables that lead to what a run read."""
    link = Table(f"lamindb_{data}_input_of_runs", "link", (f"link.run_id = {run}",))
    return [link, data_table(start, data, f"data.id = link.{data}_id")]


def run_rows() -> str:
    """One row per run; runs that copied from another database are named by what they did."""
    is_transfer = f"substr(transform.key, 1, {len(TRANSFER_PREFIX)}) = '{TRANSFER_PREFIX}'"
    label = f"CASE WHEN {is_transfer} THEN COALESCE(transform.description, transform.key)"
    label += " ELSE transform.key END"
    return select(
        f"'run', '', run.id, 0, run.uid, {label}, run.entrypoint, run.started_at",
        ("runs", "lamindb_run run", "lamindb_transform transform"),
        ("run.id = runs.id", "transform.id = run.transform_id"),
    )


def data_rows(start: Start, data: str, role: str) -> str:
    """One row for each artifact or collection that a run read, created, or created again."""
    ways = [read_by("runs.id", start, data), *made_by("runs.id", start, data)]
    way = dict(zip(ROLES, ways, strict=True))[role]
    return select(
        f"'{data}', '{role}', runs.id, data.id, data.uid, data.key, NULL, NULL",
        ("runs", *names_of(way)),
        conditions_of(way),
    )
