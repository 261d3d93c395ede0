"""Seed 001, "Manage biological ontologies", offline with nothing but installed packages."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.processes import run_interpreter

SCRIPT = """
import bionty as bt
import pandas as pd

pd.set_option("display.width", 400, "display.max_columns", None)
cell_type_ontology = bt.CellType.public()
print(cell_type_ontology)
print(cell_type_ontology.search("gamma-delta T cell").head(2)[["name", "synonyms", "parents"]])
neuron = bt.CellType.from_source(name="neuron").save()
new_cell_state = bt.CellType(name="my neuron cell state", description="explains X").save()
new_cell_state.parents.add(neuron)
print(new_cell_state.uid, new_cell_state.parents.to_list("name"))
new_cell_state.view_parents(distance=2)
"""

TREE = """\
my neuron cell state  *
└── parents
    └── neuron
        ├── electrically responsive cell
        ├── electrically signaling cell
        └── neural cell
"""


def test_the_tutorial_manages_ontologies(in_tmp: Path, run_cli) -> None:
    init = run_cli("init", "--storage", "./lamindb-tutorial", "--modules", "bionty")
    assert init.returncode == 0, init.stderr
    Path("tutorial.py").write_text(SCRIPT)
    no_programs = in_tmp / "empty"
    no_programs.mkdir()  # the hierarchy is drawn as text where graphviz is not installed
    run = run_interpreter("tutorial.py", env={"PATH": str(no_programs)})
    assert run.returncode == 0, run.stderr
    told = run.stdout
    # the version is that of the package, which is said
    assert re.search(
        r"! cl 2026-06-08 is not available offline, using cl (\d{4}-\d\d-\d\d) from "
        r"cellxgene-ontology-guide\nPublicOntology\nEntity: CellType\nOrganism: all\n"
        r"Source: cl, \1\n#terms: 3\d{3}\n\n",
        told,
    )
    rows = [line.split() for line in told.splitlines() if line.startswith("CL:")]
    assert [row[:4] for row in rows] == [
        ["CL:0000798", "gamma-delta", "T", "cell"],
        ["CL:4033072", "cycling", "gamma-delta", "T"],
    ]
    assert rows[0][-1] == "[CL:0000084]"
    assert " ".join(rows[1][-2:]) == "[CL:0000798, CL:4033069]"
    assert "2YDPJJsiwD6LIX ['neuron']\n" in told
    assert TREE in told
    made = {path.name for path in in_tmp.iterdir()}
    assert made == {".lamin", "empty", "lamindb-tutorial", "tutorial.py"}
