"""CPU time and memory of ontologies: imports, single terms, many genes, public tables.

Tables are those of the test data: `$LAMIN_TEST_DATA`.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.children import ROOT
from benchmarks.instances import new_instance
from benchmarks.registry import Workload, register

DATA = Path(os.environ.get("LAMIN_TEST_DATA", ROOT.parent / "shared" / "data")).resolve()
OLDER = ("cl", "2025-04-10")
RUNS = 3
N_GENES = 2_000
N_NAMES = 10_000

MEASURE_MEMORY = """
import resource, sys
import bionty as bt, lamindb as ln
ln.settings.verbosity = "error"
bt.Gene.import_source(organism="human")
assert bt.Gene.filter().count() == 78_894
unit = 1 if sys.platform == "darwin" else 1024
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
"""


@contextlib.contextmanager
def ontologies() -> Iterator[None]:
    """A new instance whose sources are the tables of the test data."""
    folder = DATA / "bionty-assets"
    if not folder.is_dir():
        raise RuntimeError(f"no ontology tables in {folder}: set LAMIN_TEST_DATA")
    with new_instance("bionty"):
        os.environ |= {"BIONTY_ASSETS": str(folder), "BIONTY_OFFLINE": "1"}
        import bionty as bt

        for row in json.loads((folder / "index.json").read_text()):
            identity = {name: row[name] for name in ("entity", "organism", "name", "version")}
            is_used = (row["name"], row["version"]) != OLDER
            bt.Source(**identity, currently_used=is_used).save()
        yield


def cpu(step: Callable[[], object], runs: int = 1) -> list[float]:
    """CPU seconds of each of several runs of a step."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        step()
        times.append(time.process_time() - start)
    return times


@functools.cache
def _imports() -> dict[str, list[float]]:
    """Whole sources imported into empty registries, and once more with nothing to do."""
    import bionty as bt

    figures: dict[str, list[float]] = {}
    for _ in range(RUNS):
        with ontologies():
            for name in ("CellType", "Disease"):
                step = getattr(bt, name).import_source
                figures.setdefault(name, []).extend(cpu(step))
                figures.setdefault(f"{name} again", []).extend(cpu(step))
            figures.setdefault("Gene", []).extend(
                cpu(lambda: bt.Gene.import_source(organism="human"))
            )
            assert bt.CellType.filter().count() == 3_324
            assert bt.Gene.filter().count() == 78_894
    return figures


@functools.cache
def _single_terms() -> list[float]:
    """One term with its 11 ancestors, in an empty registry; the table is loaded."""
    import bionty as bt

    times = []
    for _ in range(RUNS + 1):
        with ontologies():
            times += cpu(lambda: bt.CellType.from_source(name="effector T cell").save())
            assert bt.CellType.filter().count() == 12
    return times[1:]


@functools.cache
def _genes() -> dict[str, list[float]]:
    """Ids and symbols compared with an empty registry, and with one of 79,000 genes."""
    import bionty as bt

    field = bt.Gene.ensembl_gene_id
    with ontologies():
        public = bt.Gene.public(organism="human")
        frame = public.to_dataframe().drop_duplicates("ensembl_gene_id")
        ids = frame["ensembl_gene_id"].tolist()[:: len(frame) // N_GENES][:N_GENES]
        bt.Gene.from_values(ids[:1], field=field)
        made = []
        figures = {"new": cpu(lambda: made.append(bt.Gene.from_values(ids, field=field)))}
        figures["save"] = cpu(made[0].save)
        assert bt.Gene.filter().count() == N_GENES
        bt.Gene.import_source(organism="human")
        symbols = frame["symbol"].dropna().tolist()[:N_NAMES]
        names = [name.lower() if n % 2 else name for n, name in enumerate(symbols)]
        steps: dict[str, Callable[[], object]] = {
            "registered": lambda: bt.Gene.from_values(ids, field=field),
            "standardize": lambda: bt.Gene.standardize(names),
            "validate": lambda: bt.Gene.validate(names),
            "public standardize": lambda: public.standardize(names, mute=True),
            "public inspect": lambda: public.inspect(names, "symbol", mute=True),
            "public validate": lambda: public.validate(names, "symbol", mute=True),
            "public search": lambda: public.search("TCF7"),
            "public lookup": public.lookup,
            "public": lambda: bt.Gene.public(organism="human"),
        }
        for name, step in steps.items():
            step()
            figures[name] = cpu(step, RUNS)
    return figures


def memory(runs: int) -> list[float]:
    """Peak memory of a process that imports all human genes."""
    with ontologies():
        child = subprocess.run(
            [sys.executable, "-c", MEASURE_MEMORY], capture_output=True, text=True, check=False
        )
        if child.returncode:
            raise RuntimeError(f"import failed:\n{child.stdout}{child.stderr}")
        return [float(child.stdout.splitlines()[-1])]


def _of(name: str) -> Callable[[int], list[float]]:
    """Durations of one of the steps with genes."""
    return lambda _: _genes()[name]


register(
    Workload(
        "term-with-ancestors",
        "from_source('effector T cell') and save",
        lambda _: _single_terms(),
        0.1,
    ),
    Workload("import-cell-types", "import 3,324 cell types", lambda _: _imports()["CellType"], 0.8),
    Workload("import-nothing", "import them again", lambda _: _imports()["CellType again"], 0.2),
    Workload("import-diseases", "import 27,990 diseases", lambda _: _imports()["Disease"], 5),
    Workload("import-genes", "import 78,894 human genes", lambda _: _imports()["Gene"], 8),
    Workload(
        "memory-import-genes",
        "peak memory: import 78,894 human genes",
        memory,
        400 * 2**20,
        unit="bytes",
    ),
    Workload("genes-new", "from_values of 2,000 gene ids, none in the registry", _of("new"), 0.4),
    Workload("genes-save", "save these 2,000 genes", _of("save"), 0.2),
    Workload(
        "genes-registered",
        "from_values of 2,000 gene ids, all in a registry of 79,000",
        _of("registered"),
        0.1,
    ),
    Workload("genes-standardize", "standardize 10,000 gene symbols", _of("standardize"), 0.3),
    Workload("genes-validate", "validate 10,000 gene symbols", _of("validate"), 0.1),
    Workload("public-genes", "Gene.public(), table in use", _of("public"), 0.005),
    Workload(
        "public-standardize", "standardize 10,000 public symbols", _of("public standardize"), 0.1
    ),
    Workload("public-inspect", "inspect 10,000 public symbols", _of("public inspect"), 0.1),
    Workload("public-validate", "validate 10,000 public symbols", _of("public validate"), 0.01),
    Workload("public-search", "search among 83,061 public genes", _of("public search"), 0.1),
    Workload("public-lookup", "look-up of 83,061 public genes", _of("public lookup"), 0.5),
)
