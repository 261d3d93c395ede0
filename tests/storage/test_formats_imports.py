"""Which packages are imported: those that are needed."""

import json

import pytest

HEAVY = {
    "anndata",
    "h5py",
    "mudata",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "scipy",
    "spatialdata",
}
HEAVY |= {"tiledbsoma", "yaml", "zarr"}


def imported_by(run_python, code):
    """The heavy packages that are there after a script ran in a fresh interpreter."""
    result = run_python(f"{code}\nimport sys\nprint('\\n' + ' '.join(sys.modules))")
    assert result.returncode == 0, result.stderr
    return HEAVY & set(result.stdout.splitlines()[-1].split())


def test_inference_needs_no_package(run_python):
    code = """
import lamindb.storage.paths, lamindb.storage.memory, lamindb.storage.content
from lamindb.storage.formats import infer_otype, is_tiledbsoma, otype_of
infer_otype("a.zarr"), otype_of([]), infer_otype("a.h5ad"), is_tiledbsoma("a.tiledbsoma")
"""
    assert imported_by(run_python, code) == set()


@pytest.mark.parametrize(
    ("name", "content", "needed"),
    [
        ("a.json", json.dumps({"a": 1}), set()),
        ("a.txt", "text", set()),
        ("a.html", "<p>", set()),
        ("a.yaml", "a: 1", {"yaml"}),
        ("a.csv", "a\n1\n", {"numpy", "pandas"}),
    ],
)
def test_loading_imports_what_it_needs(tmp_path, run_python, name, content, needed):
    (tmp_path / name).write_text(content)
    code = f"""
from lamindb.storage.formats import load_to_memory
load_to_memory({str(tmp_path / name)!r})
"""
    optional = {"pyarrow", "scipy"}  # of pandas
    assert imported_by(run_python, code) - optional == needed - optional


def test_loading_a_json_artifact(instance, run_python):
    code = """
import lamindb as ln
with open("a.json", "w") as file:
    file.write("{}")
ln.Artifact("a.json", key="a.json", run=False).save()
assert ln.Artifact.get(key="a.json").load() == {}
"""
    assert imported_by(run_python, code) == set()


def test_saving_a_data_frame(instance, run_python):
    code = """
import pandas as pd
import lamindb as ln
ln.Artifact.from_dataframe(pd.DataFrame({"a": [1]}), key="a.parquet", run=False).save()
assert ln.Artifact.get(key="a.parquet").load().a.tolist() == [1]
"""
    unneeded = HEAVY - {"numpy", "pandas", "pyarrow"}
    assert imported_by(run_python, code) & unneeded == set()


def test_saving_an_anndata(instance, run_python):
    code = """
import anndata as ad, numpy as np
import lamindb as ln
ln.Artifact.from_anndata(ad.AnnData(np.ones((2, 1))), key="a.h5ad", run=False).save()
"""
    assert not imported_by(run_python, code) & {"mudata", "spatialdata", "polars", "tiledbsoma"}
