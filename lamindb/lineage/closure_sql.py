"""One statement that follows runs up and down and reads what they read and wrote.

Both databases know `WITH RECURSIVE`. A recursive query may name itself once on Postgres, which the
steps share by a lateral join; SQLite has no lateral joins, but takes several recursive terms, see
https://www.sqlite.org/lang_with.html#recursive_common_table_expressions. `CROSS JOIN` makes SQLite
keep the order of tables (https://www.sqlite.org/optoverview.html#crossjoin), and a unary plus keeps
it from the index of a column where most rows have the same value.
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


class Step(NamedTuple):
    """Tables and conditions that lead from one run to others."""

    tables: tuple[str, ...]
    conditions: tuple[str, ...]


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
        reached = " UNION ALL ".join(select("run.id", *step) for step in steps)
        tables = (walked, f"LATERAL ({reached}) reached")
        recursive = [select(f"reached.id{next_level}", tables, limit)]
    else:
        recursive = [
            select(f"run.id{next_level}", (walked, *tables), (*conditions, *limit))
            for tables, conditions in steps
        ]
    return f"{name}({names}) AS ({' UNION '.join([base, *recursive])})"


def select(columns: str, tables: tuple[str, ...], conditions: tuple[str, ...]) -> str:
    """A SELECT of tables in this order."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {columns} FROM {' CROSS JOIN '.join(tables)}{where}"


def visible(start: Start, alias: str, kind: str) -> str:
    """Condition that a row is on a branch that is seen, or what everything starts from."""
    on_branch = f"+{alias}.branch_id IN ({', '.join(map(str, start.branches))})"
    return f"({on_branch} OR {alias}.id = {start.id})" if kind == start.kind else on_branch


def creator(start: Start) -> tuple[str, str]:
    """Condition for the run where the way up begins, and its level."""
    is_creator = "1 = 0" if start.run_id is None else f"run.id = {start.run_id}"
    return is_creator, "0" if start.kind == "run" else "1"


def creator_and_consumers(start: Start) -> tuple[str, str]:
    """Condition for the runs where the way down begins, and their level.

    The creator is among them, for what it created besides may be used as well.
    """
    is_creator = creator(start)[0]
    if start.kind == "run":
        return is_creator, "0"
    table = f"lamindb_{start.kind}_input_of_runs"
    consumes = f"run.id IN (SELECT run_id FROM {table} WHERE {start.kind}_id = {start.id})"
    return f"({is_creator} OR {consumes})", f"CASE WHEN {is_creator} THEN 0 ELSE 1 END"


def steps_up(start: Start) -> list[Step]:
    """From a run to the runs that created what it read."""
    return [
        Step(
            (f"lamindb_{data}_input_of_runs link", f"lamindb_{data} data", "lamindb_run run"),
            (
                "link.run_id = walked.id",
                f"data.id = link.{data}_id",
                "run.id = data.run_id",
                visible(start, "data", data),
                visible(start, "run", "run"),
            ),
        )
        for data in DATA
    ]


def steps_down(start: Start) -> list[Step]:
    """From a run to the runs that read what it wrote."""
    steps = []
    for data in DATA:
        for made_tables, made in made_by("walked.id", data):
            tables = (*made_tables, f"lamindb_{data}_input_of_runs link", "lamindb_run run")
            conditions = (
                *made,
                f"link.{data}_id = data.id",
                "run.id = link.run_id",
                visible(start, "data", data),
                visible(start, "run", "run"),
            )
            steps.append(Step(tables, conditions))
    return steps


def made_by(run: str, data: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Tables and conditions for what a run created, and for what it created again."""
    again = f"lamindb_{data}_recreating_runs again"
    return [
        ((f"lamindb_{data} data",), (f"data.run_id = {run}",)),
        ((again, f"lamindb_{data} data"), (f"again.run_id = {run}", f"data.id = again.{data}_id")),
    ]


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
    link = f"lamindb_{data}_input_of_runs link"
    read = ((link, f"lamindb_{data} data"), ("link.run_id = runs.id", f"data.id = link.{data}_id"))
    tables, conditions = dict(zip(ROLES, [read, *made_by("runs.id", data)], strict=True))[role]
    return select(
        f"'{data}', '{role}', runs.id, data.id, data.uid, data.key, NULL, NULL",
        ("runs", *tables),
        (*conditions, visible(start, "data", data)),
    )
