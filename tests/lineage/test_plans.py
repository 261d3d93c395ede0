"""Databases go along indexes, even if they were filled this minute and know no sizes of tables."""

from __future__ import annotations

import json

import pytest
from django.db import connection

import lamindb as ln
from benchmarks.lineage import OTHERS, insert_pipeline
from lamindb.lineage.closure_sql import Start, lineage_sql

N_RUNS = 200
TABLES = ("lamindb_artifact", "lamindb_artifact_input_of_runs", "lamindb_run")


def start_from(key: str) -> Start:
    record = ln.Artifact.get(key=key)
    return Start("artifact", record.pk, record.run_id, (0, 1), True, None)


def fill() -> None:
    """A chain of runs beside many artifacts that have nothing to do with it."""
    insert_pipeline(N_RUNS, lambda number: [number - 1])
    assert OTHERS > 50 * N_RUNS


@pytest.mark.parametrize("key", ["0.txt", f"{N_RUNS - 1}.txt"])
def test_pages_read_on_postgres(postgres_instance, key) -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
        fill()
        cursor.execute(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {lineage_sql(start_from(key), 'postgresql')}"
        )
        [[explained]] = cursor.fetchall()
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")
    [plan] = json.loads(explained) if isinstance(explained, str) else explained
    walks = [part for part in plan["Plan"]["Plans"] if part["Node Type"] == "Recursive Union"]
    pages = [part["Shared Hit Blocks"] + part["Shared Read Blocks"] for part in walks]
    assert len(pages) == 2
    # a run costs a look into about ten indexes; reading a table for each run costs hundreds
    assert max(pages) < 60 * N_RUNS


def test_tables_read_on_sqlite(sqlite_instance) -> None:
    fill()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {lineage_sql(start_from('0.txt'), 'sqlite')}")
        steps = [row[3] for row in cursor.fetchall()]
    scanned = {step.removeprefix("SCAN ") for step in steps if step.startswith("SCAN")}
    assert scanned <= {"CONSTANT ROW", "walked", "runs", "above", "below"}
    assert not [step for step in steps if "AUTOMATIC" in step]
