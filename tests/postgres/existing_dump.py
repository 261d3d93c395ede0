"""Restore the dump of a LaminDB 2.12 database."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

from tests.support.postgres import find_binaries

TYPE_CHECK = re.compile(r",?\n    CONSTRAINT (\w+_type_is_valid_fk) (CHECK \(.+\))(,?)(?=\n)")
EMPTY_SEARCH_PATH = "SELECT pg_catalog.set_config('search_path', '', false);"


def restore(dump: Path, url: str) -> None:
    """Load a gzipped plain dump into an empty database.

    The checks of types look at other rows of their table, which COPY has not written yet, and find
    the table by the search path, which pg_dump empties; so they are added at the end.
    """
    sql = gzip.decompress(dump.read_bytes()).decode().replace(EMPTY_SEARCH_PATH, "")
    checks = []
    for create_table in re.findall(r"CREATE TABLE public\.\w+ \(.+?\n\);", sql, re.DOTALL):
        for name, condition, _ in TYPE_CHECK.findall(create_table):
            table = create_table.split()[2]
            checks.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {condition};")
    sql = TYPE_CHECK.sub(r"\3", sql) + "\n".join(checks)
    psql = find_binaries() / "psql"
    subprocess.run(
        [psql, "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", url],
        input=sql,
        text=True,
        check=True,
        capture_output=True,
    )
