"""Constructors for types of data: suffix, options, type, number of observations."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument

DF = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})


def temporaries() -> list[Path]:
    return list((Path(ln.settings.cache_dir) / "tmp").glob("*"))


@pytest.fixture
def polars() -> ModuleType:
    return pytest.importorskip("polars")


@pytest.fixture
def adata():
    import anndata

    return anndata.AnnData(np.ones((4, 2), dtype="float32"))


@pytest.fixture
def mdata(adata):
    return pytest.importorskip("mudata").MuData({"rna": adata})


# -- data frames


@pytest.mark.parametrize(
    ("key", "format", "suffix"),
    [
        ("t.parquet", None, ".parquet"),
        ("t.csv", None, ".csv"),
        (None, None, ".parquet"),
        (None, ".csv", ".csv"),
    ],
)
def test_data_frames_of_pandas(instance, key, format, suffix) -> None:
    artifact = ln.Artifact.from_dataframe(DF, key=key, description="x", format=format).save()
    assert (artifact.suffix, artifact.kind, artifact.otype) == (suffix, "dataset", "DataFrame")
    assert artifact.n_observations == 3
    loaded = ln.Artifact.get(artifact.uid).load()
    assert loaded["b"].tolist() == ["x", "y", "z"]
    assert list(loaded.columns) == (["Unnamed: 0", "a", "b"] if suffix == ".csv" else ["a", "b"])


@pytest.mark.parametrize("key", ["t.parquet", "t.csv"])
@pytest.mark.parametrize("lazy", [False, True])
def test_data_frames_of_polars(instance, polars, key, lazy) -> None:
    df = polars.from_pandas(DF)
    data = df.lazy() if lazy else df
    artifact = ln.Artifact.from_dataframe(data, key=key).save()
    assert artifact.otype == "DataFrame"
    assert artifact.n_observations == (None if lazy and key == "t.csv" else 3)
    assert artifact.load() is data
    assert ln.Artifact.get(artifact.uid).load()["a"].tolist() == [1, 2, 3]


def test_an_empty_data_frame(instance) -> None:
    assert ln.Artifact.from_dataframe(DF[:0], key="t.parquet").n_observations == 0


@pytest.mark.parametrize(("name", "n"), [("t.parquet", 3), ("t.csv", None), ("t.tsv", None)])
def test_paths_of_data_frames(instance, name, n) -> None:
    if name.endswith("parquet"):
        DF.to_parquet(name)
    else:
        DF.to_csv(name)
    artifact = ln.Artifact.from_dataframe(name, key=name).save()
    assert (artifact.kind, artifact.otype, artifact.n_observations) == ("dataset", "DataFrame", n)


def test_writer_options_belong_to_the_format(instance) -> None:
    options = {"csv_kwargs": {"index": False}, "parquet_kwargs": {"compression": "gzip"}}
    table = ln.Artifact.from_dataframe(DF[["a"]], key="a.csv", **options).save()
    assert Path(table.path).read_text() == "a\n1\n2\n3\n"
    ln.Artifact.from_dataframe(DF, key="a.parquet", **options).save()
    assert ln.Artifact.get(key="a.parquet").load().equals(DF)


def test_the_kind_can_be_chosen(instance) -> None:
    artifact = ln.Artifact.from_dataframe(DF, key="a.parquet", kind="scores", otype="Scores")
    assert (artifact.kind, artifact.otype) == ("scores", "Scores")


def test_1x_spelling(instance) -> None:
    with pytest.warns(DeprecationWarning, match="from_dataframe"):
        artifact = ln.Artifact.from_df(DF, key="a.parquet").save()
    assert artifact.n_observations == 3


def test_an_existing_artifact_keeps_what_it_says(instance) -> None:
    DF.to_parquet("a.parquet")
    first = ln.Artifact("a.parquet", key="a.parquet").save()
    again = ln.Artifact.from_dataframe("a.parquet", key="a.parquet")
    assert (again, again.kind, again.n_observations) == (first, None, None)


# -- scverse


@pytest.mark.parametrize(
    ("key", "format", "suffix"),
    [
        ("a.h5ad", None, ".h5ad"),
        ("a.zarr", None, ".zarr"),
        ("a.anndata.zarr", None, ".anndata.zarr"),
        (None, None, ".h5ad"),
        (None, "zarr", ".zarr"),
        (None, "anndata.zarr", ".anndata.zarr"),
        ("a.zarr", "zarr", ".zarr"),
    ],
)
def test_anndata_objects(instance, adata, key, format, suffix) -> None:
    artifact = ln.Artifact.from_anndata(adata, key=key, description="x", format=format).save()
    assert (artifact.suffix, artifact.kind, artifact.otype) == (suffix, "dataset", "AnnData")
    assert artifact.n_observations == 4
    assert artifact.overwrite_versions == (suffix != ".h5ad")
    assert ln.Artifact.get(artifact.uid).load().shape == (4, 2)
    assert temporaries() == []


def test_anndata_writer_options(instance, adata) -> None:
    ln.Artifact.from_anndata(adata, key="a.h5ad", h5ad_kwargs={"compression": "gzip"})
    ln.Artifact.from_anndata(adata, key="a.zarr", zarr_kwargs={"chunks": (2, 2)})
    with pytest.raises(TypeError, match="nonsense"):
        ln.Artifact.from_anndata(adata, key="a.h5ad", h5ad_kwargs={"nonsense": 1})
    assert temporaries() == []


@pytest.mark.parametrize("name", ["a.h5ad", "a.zarr", "a.anndata.zarr"])
def test_paths_of_anndata(instance, adata, name) -> None:
    adata.write_h5ad(name) if name.endswith("h5ad") else adata.write_zarr(name)
    artifact = ln.Artifact.from_anndata(name, key=name)
    assert (artifact.otype, artifact.n_observations) == ("AnnData", 4)


def test_mudata(instance, mdata) -> None:
    artifact = ln.Artifact.from_mudata(mdata, key="m.h5mu").save()
    assert (artifact.suffix, artifact.kind, artifact.otype) == (".h5mu", "dataset", "MuData")
    assert artifact.n_observations == 4
    assert ln.Artifact.get(artifact.uid).load().n_obs == 4
    mdata.write_h5mu("path.h5mu")
    assert ln.Artifact.from_mudata("path.h5mu", key="p.h5mu").otype == "MuData"
    with pytest.raises(InvalidArgument, match=r"key's suffix '\.zarr' .* path's suffix '\.h5mu'"):
        ln.Artifact.from_mudata(mdata, key="m.zarr")


def test_paths_of_spatialdata(instance) -> None:
    import zarr

    zarr.open_group("s.zarr", mode="w", attributes={"spatialdata_attrs": {"version": "0.1"}})
    artifact = ln.Artifact.from_spatialdata("s.zarr", key="s.zarr")
    assert (artifact.kind, artifact.otype, artifact.suffix) == ("dataset", "SpatialData", ".zarr")
    assert artifact.n_observations is None
    zarr.open_group("n.spatialdata.zarr", mode="w")
    assert ln.Artifact.from_spatialdata("n.spatialdata.zarr", key="n.zarr").otype == "SpatialData"


def test_spatialdata_objects(instance) -> None:
    spatialdata = pytest.importorskip(
        "spatialdata", reason="extra: not installed, pip install 'lamindb[spatialdata]'"
    )
    for key, format in (("s.zarr", None), ("s.spatialdata.zarr", "spatialdata.zarr")):
        artifact = ln.Artifact.from_spatialdata(spatialdata.SpatialData(), key=key, format=format)
        assert artifact.otype == "SpatialData"


def test_paths_of_tiledbsoma(instance) -> None:
    store = Path("s.tiledbsoma")
    store.mkdir()
    (store / "data").write_text("x")
    artifact = ln.Artifact.from_tiledbsoma(store, key="s.tiledbsoma")
    assert (artifact.kind, artifact.otype) == ("dataset", "tiledbsoma")
    assert (artifact.suffix, artifact.overwrite_versions) == (".tiledbsoma", True)


# -- wrong input


WRONG = [
    ("from_dataframe", DF, {"key": "a.txt"}, InvalidArgument, r"key's suffix '\.txt'"),
    ("from_dataframe", DF, {"key": "a"}, InvalidArgument, "key's suffix ''"),
    ("from_dataframe", DF, {"key": "a.csv", "format": ".txt"}, InvalidArgument, "not '.txt'"),
    ("from_dataframe", DF, {}, ValueError, "Pass one of key, run or description"),
    ("from_dataframe", [1], {"key": "a"}, NotImplementedError, "from list, pass a path"),
    ("from_dataframe", DF["a"], {"key": "a"}, NotImplementedError, "from Series, pass a path"),
    ("from_dataframe", "no.csv", {"key": "no.csv"}, FileNotFoundError, "no.csv"),
    (
        "from_dataframe",
        DF,
        {"key": "a.csv", "schema": "no schema"},
        InvalidArgument,
        "schema argument must be a Schema record",
    ),
    ("from_anndata", DF, {"key": "a.h5ad"}, ValueError, "data has to be an AnnData object or"),
    ("from_anndata", "a.txt", {"key": "a.txt"}, ValueError, "a path to AnnData-like"),
    ("from_anndata", "plain.zarr", {"key": "a.zarr"}, ValueError, "a path to AnnData-like"),
    ("from_anndata", "no.h5ad", {"key": "no.h5ad"}, FileNotFoundError, "no.h5ad"),
    ("from_anndata", "no.zarr", {"key": "no.zarr"}, FileNotFoundError, "no.zarr"),
    ("from_mudata", DF, {"key": "a.h5mu"}, ValueError, "a MuData object or a path to MuData-l"),
    ("from_mudata", "a.txt", {"key": "a.txt"}, ValueError, "a path to MuData-like"),
    ("from_spatialdata", DF, {"key": "a.zarr"}, ValueError, "data has to be a SpatialData obj"),
    ("from_spatialdata", "plain.zarr", {"key": "a.zarr"}, ValueError, "SpatialData-like"),
    ("from_tiledbsoma", DF, {"key": "a.tiledbsoma"}, ValueError, "ends with .tiledbsoma"),
    ("from_tiledbsoma", "a.txt", {"key": "a.txt"}, ValueError, "ends with .tiledbsoma"),
    ("from_tiledbsoma", "no.tiledbsoma", {"key": "no.tiledbsoma"}, FileNotFoundError, "no.til"),
]


def test_wrong_input_leaves_nothing(instance) -> None:
    import zarr

    Path("a.txt").write_text("hello")
    zarr.open_group("plain.zarr", mode="w")
    for constructor, data, options, error, text in WRONG:
        with pytest.raises(error, match=text):
            getattr(ln.Artifact, constructor)(data, **options)
        assert temporaries() == [], (constructor, options)
    assert ln.Artifact.filter(branch=None).count() == 0


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"key": "a.csv"}, "Error when specifying AnnData storage format"),
        ({"key": "a.h5ad", "format": "parquet"}, "Error when specifying AnnData storage format"),
        ({"key": "a"}, r"key's suffix '' must match the passed path's suffix '\.h5ad'"),
    ],
)
def test_wrong_formats_of_anndata(instance, adata, options, text) -> None:
    with pytest.raises(ValueError, match=text):
        ln.Artifact.from_anndata(adata, **options)
    assert temporaries() == []


def test_another_object_names_its_constructor(instance, adata) -> None:
    with pytest.raises(ValueError, match=r"use \.from_anndata\(\)"):
        ln.Artifact.from_dataframe(adata, key="a.parquet")


def test_a_damaged_file_is_registered_without_a_count(instance, capsys) -> None:
    Path("a.h5ad").write_text("this is no HDF5")
    assert ln.Artifact.from_anndata("a.h5ad", key="a.h5ad").n_observations is None
    assert "! could not read the number of observations" in capsys.readouterr().out


def test_only_what_is_needed_is_imported(run_python, in_tmp) -> None:
    """Saving a data frame takes neither scverse nor polars."""
    run_python(
        """
import sys
import lamindb as ln
import lamindb.setup
lamindb.setup.init(storage="./store", name="test")
import pandas as pd
ln.Artifact.from_dataframe(pd.DataFrame({"a": [1]}), key="a.parquet").save()
heavy = {"mudata", "anndata", "spatialdata", "zarr", "polars", "tiledbsoma", "s3fs", "h5py"}
assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()
"""
    )
