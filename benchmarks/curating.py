"""Time and memory to validate and save large datasets against a registry of 100,000 labels."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.instances import new_instance
from benchmarks.registry import Workload, register
from benchmarks.validating import N_DISTINCT, ROWS, cpu_seconds, frame

if TYPE_CHECKING:
    import pandas as pd

MEGABYTE = 2**20
N_SAVED = 200_000
"""Rows of the data frame that is saved."""

MEASURE = """
import os, resource, sys
import h5py, numpy as np, pandas as pd
from anndata.io import write_elem
import lamindb as ln

n_obs, n_vars, n_per_row = 200_000, 20_000, 200
random = np.random.default_rng(1)
with h5py.File("cells.h5ad", "w") as file:
    file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
    obs = pd.DataFrame(
        {"label": pd.Categorical(random.choice([f"label {i}" for i in range(1_000)], n_obs))},
        index=[f"cell {i}" for i in range(n_obs)],
    )
    write_elem(file, "obs", obs)
    write_elem(file, "var", pd.DataFrame(index=[f"gene {i}" for i in range(n_vars)]))
    x = file.create_group("X")
    x.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0"})
    x.attrs["shape"] = (n_obs, n_vars)
    n = n_obs * n_per_row
    x.create_dataset("indptr", data=np.arange(0, n + 1, n_per_row))
    for name, dtype in (("data", "float32"), ("indices", "int32")):
        values = x.create_dataset(name, (n,), dtype, chunks=(2**18,))
        for start in range(0, n, 2**22):
            values[start : start + 2**22] = random.integers(0, n_vars, min(2**22, n - start))
del obs
ln.settings.verbosity = "error"
ln.save([ln.ULabel(name=f"label {i}") for i in range(1_000)])
ln.save([ln.Feature(name=f"gene {i}", dtype="num") for i in range(n_vars)])
label = ln.Feature(name="label", dtype=ln.ULabel).save()
slots = {"obs": ln.Schema([label]).save(), "var.T": ln.Schema(itype=ln.Feature).save()}
schema = ln.Schema(otype="AnnData", slots=slots).save()
artifact = ln.Artifact.from_anndata("cells.h5ad", key="cells.h5ad", schema=schema).save()
assert artifact.features.slots["var.T"].n_members == n_vars
assert artifact.ulabels.count() == 1_000
if os.path.exists("/proc/self/status"):  # ru_maxrss starts with the peak of the parent
    with open("/proc/self/status") as file:
        print(next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) * 1024)
else:
    unit = 1 if sys.platform == "darwin" else 1024
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
"""


@contextmanager
def schema_of_frame() -> Iterator[Any]:
    """An instance with 100,000 labels, and the schema of the data frame."""
    import lamindb as ln

    dtypes = {"float": float, "int": int, "str": str, "cat": ln.ULabel}
    with new_instance():
        names = [f"label {i}" for i in range(max(N_DISTINCT))]
        ln.ULabel.from_values(names, create=True).save()
        features = [
            ln.Feature(name=name, dtype=dtypes[name.split()[0]], coerce=name.startswith("cat"))
            for name in columns_of_frame()
        ]
        yield ln.Schema([feature.save() for feature in features]).save()


def columns_of_frame() -> list[str]:
    """Labels of the columns."""
    kinds = {"float": range(7), "int": range(5), "str": range(5), "cat": N_DISTINCT}
    return [f"{kind} {i}" for kind, numbers in kinds.items() for i in numbers]


def validate(runs: int, *, is_typed: bool) -> list[float]:
    """CPU seconds of each validation with a new curator."""
    import lamindb as ln

    data = frame(is_typed=is_typed)
    with schema_of_frame() as schema:
        return cpu_seconds(lambda: ln.curators.DataFrameCurator(data, schema).validate(), runs)


def validate_file(runs: int) -> list[float]:
    """CPU seconds of each validation of a Parquet file with dictionaries."""
    import lamindb as ln
    from lamindb.curators.engines import as_table

    data = frame(is_typed=True)
    with schema_of_frame() as schema:
        data.to_parquet("table.parquet")
        return cpu_seconds(
            lambda: ln.curators.DataFrameCurator(as_table("table.parquet"), schema).validate(),
            runs,
        )


def validate_eight(runs: int) -> list[float]:
    """CPU seconds of each validation of eight categorical columns with 1,000 labels each."""
    import numpy as np
    import pandas as pd

    import lamindb as ln

    labels = [f"label {i}" for i in range(1_000)]
    codes = np.random.default_rng(1).integers(0, len(labels), ROWS)
    data = pd.DataFrame({f"cat {i}": pd.Categorical.from_codes(codes, labels) for i in range(8)})
    with new_instance():
        ln.ULabel.from_values(labels, create=True).save()
        features = [ln.Feature(name=name, dtype=ln.ULabel).save() for name in data]
        schema = ln.Schema(features).save()
        return cpu_seconds(lambda: ln.curators.DataFrameCurator(data, schema).validate(), runs)


def look_up(runs: int) -> list[float]:
    """CPU seconds to select all 100,000 labels by name, without any product."""
    names = [f"label {i}" for i in range(max(N_DISTINCT))]
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
    connection.execute("CREATE INDEX i ON t (name)")
    connection.executemany("INSERT INTO t (name) VALUES (?)", [(name,) for name in names])
    sql = "SELECT id, name FROM t WHERE name IN (SELECT value FROM json_each(?))"
    return cpu_seconds(lambda: connection.execute(sql, [json.dumps(names)]).fetchall(), runs)


def memory(runs: int) -> list[float]:
    """Bytes that Python and NumPy allocate at most while plain texts are validated."""
    import lamindb as ln

    data = frame(is_typed=False)
    with schema_of_frame() as schema:
        tracemalloc.start()
        try:
            ln.curators.DataFrameCurator(data, schema).validate()
            return [float(tracemalloc.get_traced_memory()[1])]
        finally:
            tracemalloc.stop()


def save(runs: int, step: Callable[[pd.DataFrame, Any, str], object]) -> list[float]:
    """CPU seconds of each of several saves, each of other content."""
    data = frame(is_typed=True).iloc[:N_SAVED].copy()
    with schema_of_frame() as schema:
        numbers = iter(range(1 + runs))

        def once() -> None:
            number = next(numbers)
            data["int 0"] = number
            step(data, schema, f"{number}.parquet")

        return cpu_seconds(once, runs)


def save_curated(data: pd.DataFrame, schema: Any, key: str) -> None:
    """Validate, store and annotate in one call."""
    import lamindb as ln

    ln.Artifact.from_dataframe(data, key=key, schema=schema).save()


def save_and_validate(data: pd.DataFrame, schema: Any, key: str) -> None:
    """Validate, and store without annotations."""
    import lamindb as ln

    ln.curators.DataFrameCurator(data, schema).validate()
    ln.Artifact.from_dataframe(data, key=key).save()


def anndata_memory(runs: int) -> list[float]:
    """Peak of the resident memory of a process that writes, validates and saves an AnnData."""
    with new_instance():
        child = subprocess.run(
            [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=False
        )
    if child.returncode:
        raise RuntimeError(f"saving an AnnData failed:\n{child.stdout}{child.stderr}")
    return [float(child.stdout.splitlines()[-1])]


register(
    Workload("select-floor-labels", "select 100k of 100k names", look_up),
    Workload(
        "curate",
        "validate 1M × 20 against 100k labels, texts become categories",
        lambda runs: validate(runs, is_typed=False),
        3.0,
    ),
    Workload(
        "curate-categories",
        "validate 1M × 20 with typed categories against 100k labels",
        lambda runs: validate(runs, is_typed=True),
        0.3,
    ),
    Workload(
        "curate-parquet",
        "validate a Parquet file 1M × 20 with typed categories against 100k labels",
        validate_file,
        0.3,
    ),
    Workload(
        "curate-eight",
        "validate 1M × 8 columns of 1,000 typed labels",
        validate_eight,
        0.1,
    ),
    Workload(
        "memory-curate",
        "peak memory: validate 1M × 20 against 100k labels",
        memory,
        300 * MEGABYTE,
        unit="bytes",
    ),
    Workload(
        "save-floor-curated",
        "save 200k × 20, and validate it",
        lambda runs: save(runs, save_and_validate),
    ),
    Workload(
        "save-curated",
        "save 200k × 20 validated and annotated",
        lambda runs: save(runs, save_curated),
        1.3,
        floor="save-floor-curated",
        times_floor=True,
    ),
    Workload(
        "memory-curate-h5ad",
        "peak memory of a process: save a validated h5ad 200k × 20k",
        anndata_memory,
        500 * MEGABYTE,
        unit="bytes",
    ),
)
