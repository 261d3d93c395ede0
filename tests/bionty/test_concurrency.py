"""Several processes fill the same registry at once: all end well, without duplicates."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import bionty as bt

IMPORT = "bt.CellType.import_source(bt.Source.get(name='cl', version='2026-03-26'))"
SAVE = "[bt.CellType.from_source(name=name).save() for name in names]"
NAMES = ["effector T cell", "neuron", "B cell", "fibroblast", "hepatocyte"]

SCRIPT = """
import sys
import bionty as bt, lamindb as ln
names = {names}
bt.CellType.public()
print("ready", flush=True)
sys.stdin.readline()
{code}
print("done")
"""


def run_together(codes: list[str]) -> list[str]:
    """Run scripts in processes of their own, all starting at the same moment."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT.format(code=code, names=json.dumps(NAMES))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for code in codes
    ]
    for process in processes:
        while process.stdout.readline().strip() != "ready":
            assert process.poll() is None, process.stderr.read()
    with ThreadPoolExecutor(len(processes)) as pool:
        return [
            f"{out.splitlines()[-1] if out else ''}{error}"
            for out, error in pool.map(lambda p: p.communicate("go\n", timeout=120), processes)
        ]


@pytest.mark.parametrize("codes", [[IMPORT] * 2, [IMPORT, SAVE], [SAVE] * 3])
def test_processes_at_once(sources, codes) -> None:
    assert run_together(codes) == ["done"] * len(codes)
    n_terms = bt.CellType.filter().count()
    assert n_terms == len(set(bt.CellType.filter().to_list("uid")))
    links = bt.CellType.parents.through.objects.all()
    if IMPORT in codes:
        assert (n_terms, links.count()) == (3_324, 4_633)
    else:
        assert bt.CellType.filter(name__in=NAMES).count() == len(NAMES)
    assert bt.CellType.get(name="effector T cell").query_parents().count() == 11


def test_a_conflict_on_insert_is_resolved(sources, monkeypatch) -> None:
    """Somebody inserts the same term between the look-up and the insert."""
    from bionty.models import inserting

    other = bt.CellType.from_source(name="T cell").save()
    record = bt.CellType.from_source(name="neuron")
    record.ontology_id, record.uid = other.ontology_id, other.uid
    look_up, calls = inserting.existing_rows, []

    def blind_once(*args):
        calls.append(args)
        return {} if len(calls) == 1 else look_up(*args)

    monkeypatch.setattr(inserting, "existing_rows", blind_once)
    assert record.save() == other
    assert len(calls) == 2
