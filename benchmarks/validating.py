"""CPU time and memory to check a large data frame: structure, dtypes, distinct values."""

from __future__ import annotations

import time
import tracemalloc
from typing import TYPE_CHECKING

from benchmarks.children import scratch
from benchmarks.registry import Workload, register
from lamindb.base.dtypes import parse
from lamindb.curators.columns import ColumnRule, TableRules, check_table
from lamindb.curators.engines import as_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

ROWS = 1_000_000
N_DISTINCT = (100_000, 1_000, 10)


def frame(*, is_typed: bool) -> pd.DataFrame:
    """7 columns of floats, 5 of integers, 5 of different texts, 3 with few texts each."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(1)
    columns: dict[str, object] = {f"float {i}": random.random(ROWS) for i in range(7)}
    columns |= {f"int {i}": random.integers(0, 10**6, ROWS) for i in range(5)}
    for i in range(5):
        texts = [f"note {i} on {row}" for row in range(ROWS)]
        columns[f"str {i}"] = np.array(texts, dtype=object)
    for n in N_DISTINCT:
        labels = np.array([f"label {i}" for i in range(n)], dtype=object)
        codes = random.integers(0, n, ROWS)
        is_plain = not is_typed
        columns[f"cat {n}"] = (
            labels[codes] if is_plain else pd.Categorical.from_codes(codes, labels)
        )
    return pd.DataFrame(columns)


def rules(data: Iterable[str]) -> TableRules:
    """The dtype that the first word of each label says; texts become categories."""
    dtypes = {name: parse(name.split()[0].replace("cat", "cat[ULabel]")) for name in data}
    return TableRules(
        tuple(
            ColumnRule(name, dtype, nullable=False, coerce=name.startswith("cat"))
            for name, dtype in dtypes.items()
        ),
        maximal=True,
    )


def check(data: pd.DataFrame | str, wanted: TableRules | None = None) -> None:
    """Check all columns and ask for the terms of three."""
    checked = check_table(as_table(data), wanted or rules(data))
    assert not len(checked.report), checked.report
    terms = [checked.table.column(f"cat {n}").terms() for n in N_DISTINCT]
    assert all(n * 0.99 < len(one) <= n for n, one in zip(N_DISTINCT, terms, strict=True))


def validate(runs: int, *, is_typed: bool) -> list[float]:
    """CPU seconds of each check."""
    data = frame(is_typed=is_typed)
    return cpu_seconds(lambda: check(data), runs)


def cpu_seconds(step: Callable[[], object], runs: int) -> list[float]:
    """CPU seconds of each of several runs, after one to warm up."""
    times = []
    for _ in range(1 + runs):
        start = time.process_time()
        step()
        times.append(time.process_time() - start)
    return times[1:]


def validate_file(runs: int) -> list[float]:
    """CPU seconds of each check of a Parquet file, which is read column by column."""
    with scratch():
        data = frame(is_typed=True)
        data.to_parquet("table.parquet")
        wanted = rules(data)
        del data
        return cpu_seconds(lambda: check("table.parquet", wanted), runs)


def memory(runs: int) -> list[float]:
    """Bytes that Python and NumPy allocate at most while plain texts are checked."""
    data = frame(is_typed=False)
    tracemalloc.start()
    try:
        check(data)
        return [float(tracemalloc.get_traced_memory()[1])]
    finally:
        tracemalloc.stop()


register(
    Workload(
        "validate-columns",
        "check 1M × 20, texts become categories",
        lambda runs: validate(runs, is_typed=False),
        2.0,
    ),
    Workload(
        "validate-categories",
        "check 1M × 20 with typed categories",
        lambda runs: validate(runs, is_typed=True),
        0.2,
    ),
    Workload("validate-parquet", "check a Parquet file 1M × 20", validate_file, 2.0),
    Workload(
        "memory-validate",
        "peak memory: check 1M × 20, texts become categories",
        memory,
        250 * 2**20,
        unit="bytes",
    ),
)
