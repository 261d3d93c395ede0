"""What storing and loading a large table costs, compared with the bare Parquet library."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.instances import new_instance
from benchmarks.registry import Workload, alternate, register
from lamindb.base.hashing import hash_file

if TYPE_CHECKING:
    import pandas as pd

ROWS = 1_000_000
MAX_RUNS = 5
KEY = "table.parquet"


def table() -> pd.DataFrame:
    """Ten columns, about 53 MB as Parquet: measurements, counts, categories and words."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(1)
    columns: dict[str, object] = {f"measured {i}": random.random(ROWS) for i in range(5)}
    columns |= {f"count {i}": random.integers(0, 50_000, ROWS) for i in range(2)}
    words = np.array([f"word {i}" for i in range(200)])
    for i in range(2):
        codes = random.integers(0, len(words), ROWS)
        columns[f"category {i}"] = pd.Categorical.from_codes(codes, words)
    columns["word"] = words[random.integers(0, len(words), ROWS)]
    return pd.DataFrame(columns)


@functools.cache
def _save(runs: int) -> tuple[list[float], list[float]]:
    import lamindb as ln

    frame = table()

    def floor(number: int) -> None:
        frame.iloc[0, 0] = number + 0.5  # new content each time
        frame.to_parquet("floor.parquet")
        hash_file("floor.parquet")

    def save(number: int) -> None:
        frame.iloc[0, 0] = number
        ln.Artifact.from_dataframe(frame, key=KEY).save()

    with new_instance():
        times = alternate(floor, save, min(runs, MAX_RUNS))
        assert ln.Artifact.filter(key=KEY).count() == len(times[1]) + 1
    return times


@functools.cache
def _load(runs: int) -> tuple[list[float], list[float]]:
    import pandas as pd

    import lamindb as ln

    with new_instance():
        table().to_parquet("source.parquet")
        artifact = ln.Artifact.from_dataframe(Path("source.parquet"), key=KEY).save()
        path = str(artifact.path)
        return alternate(
            lambda _: pd.read_parquet(path),
            lambda _: ln.Artifact.get(key=KEY).load(),
            min(runs, MAX_RUNS),
        )


register(
    Workload("table-save-floor", "write Parquet 1M × 10, hash it", lambda runs: _save(runs)[0]),
    Workload(
        "table-save",
        "from_dataframe(1M × 10).save()",
        lambda runs: _save(runs)[1],
        1.3,
        floor="table-save-floor",
        times_floor=True,
    ),
    Workload("table-load-floor", "pandas.read_parquet 1M × 10", lambda runs: _load(runs)[0]),
    Workload(
        "table-load",
        "get(key=…).load() 1M × 10",
        lambda runs: _load(runs)[1],
        1.1,
        floor="table-load-floor",
        times_floor=True,
    ),
)
