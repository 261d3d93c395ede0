"""Stores of TileDB-SOMA: recognised by name and place; counted where the package is installed."""

import sys
from types import SimpleNamespace

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from upath import UPath

from lamindb.storage.formats import (
    count_observations,
    infer_otype,
    infer_suffix,
    is_tiledbsoma,
    load_to_memory,
    soma_uri,
    tiledbsoma,
)
from lamindb.storage.memory import is_in_memory, otype_of

NOT_INSTALLED = "extra: not installed, pip install 'lamindb[tiledbsoma]'"


@pytest.fixture
def soma():
    return pytest.importorskip("tiledbsoma", reason=NOT_INSTALLED)


@pytest.fixture
def store(soma, tmp_path):
    """An Experiment with five cells, two genes and one measurement."""
    import tiledbsoma.io

    adata = ad.AnnData(
        np.ones((5, 2), dtype="float32"),
        obs=pd.DataFrame(index=[*"abcde"]),
        var=pd.DataFrame(index=["g1", "g2"]),
        obsm={"X_pca": np.ones((5, 3), dtype="float32")},
    )
    path = tmp_path / "cells.tiledbsoma"
    tiledbsoma.io.from_anndata(str(path), adata, measurement_name="RNA")
    return path


def group(path):
    """A folder that looks like a TileDB group."""
    path.mkdir()
    (path / "__tiledb_group.tdb").touch()
    return path


@pytest.mark.parametrize(
    ("name", "expected"), [("a.tiledbsoma", True), ("soma", True), ("a.zarr", False)]
)
def test_local_store(tmp_path, name, expected):
    path = group(tmp_path / name)
    assert is_tiledbsoma(path) is is_tiledbsoma(f"{path}/") is expected
    assert is_tiledbsoma(f"file://{path}") is expected


def test_what_is_no_store(tmp_path):
    (tmp_path / "empty.tiledbsoma").mkdir()
    (tmp_path / "file.tiledbsoma").touch()
    for name in ("empty.tiledbsoma", "file.tiledbsoma", "missing.tiledbsoma"):
        assert not is_tiledbsoma(tmp_path / name)
        assert count_observations(tmp_path / name) is None
    assert not is_tiledbsoma(None)
    assert not is_tiledbsoma(pd.DataFrame())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("s3://bucket/a.tiledbsoma", True),
        ("s3://bucket/a.tiledbsoma/?endpoint_url=http://127.0.0.1:9000", True),
        ("s3://bucket/census/soma", True),
        ("s3://bucket/a.zarr", False),
        (UPath("memory://bucket/a.tiledbsoma"), True),
    ],
)
def test_remote_store_is_recognised_by_its_name(url, expected):
    assert is_tiledbsoma(url) is expected


def test_there_is_no_loader(tmp_path):
    assert infer_otype(tmp_path / "a.tiledbsoma") is None
    with pytest.raises(NotImplementedError) as raised:
        load_to_memory(tmp_path / "a.tiledbsoma")
    assert str(raised.value) == (
        "There is no loader for .tiledbsoma files. Use .cache() to get the path."
    )


def test_missing_package(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tiledbsoma", None)
    assert count_observations(group(tmp_path / "a.tiledbsoma")) is None
    assert "pip install 'lamindb[tiledbsoma]'" in capsys.readouterr().out


def test_damaged_store(soma, tmp_path, capsys):
    assert count_observations(group(tmp_path / "a.tiledbsoma")) is None
    assert "! could not read the number of observations from" in capsys.readouterr().out


def test_count_of_a_path(store):
    assert is_tiledbsoma(store)
    assert count_observations(store) == count_observations(f"file://{store}") == 5


def test_count_of_objects(soma, store, tmp_path):
    with soma.Experiment.open(str(store)) as experiment:
        assert count_observations(experiment) == 5
        assert count_observations(experiment.ms["RNA"]) == 5
        assert count_observations(experiment.ms) == 5
        assert count_observations(experiment.obs) is None
    assert count_observations(experiment) == 5  # closed by now
    with soma.Experiment.open(str(store), mode="w") as writable:
        assert count_observations(writable) == 5


def test_count_of_a_collection_is_the_sum(soma, store, tmp_path):
    with soma.Collection.create(str(tmp_path / "soma")) as both:
        for name in ("one", "two"):
            with soma.Experiment.open(str(store)) as experiment:
                both.set(name, experiment, use_relative_uri=False)
    assert count_observations(tmp_path / "soma") == 10


def test_nothing_to_count(soma, tmp_path):
    soma.Collection.create(str(tmp_path / "empty.tiledbsoma")).close()
    soma.Measurement.create(str(tmp_path / "bare.tiledbsoma")).close()
    assert count_observations(tmp_path / "empty.tiledbsoma") is None
    assert count_observations(tmp_path / "bare.tiledbsoma") is None


def test_rows_of_arrays_of_early_releases():
    """Their shape is what they could hold, so that what is written counts."""
    array = SimpleNamespace(
        tiledbsoma_has_upgraded_shape=False,
        shape=(2**31 - 1, 2),
        non_empty_domain=lambda: ((0, 6), (0, 1)),
    )
    assert tiledbsoma._n_rows(array) == 7
    array.non_empty_domain = lambda: None
    assert tiledbsoma._n_rows(array) == 0


def test_experiment_is_passed_as_its_path(soma, store):
    with soma.Experiment.open(store.as_uri()) as experiment:
        assert soma_uri(experiment) == str(store)
        assert otype_of(experiment) == "tiledbsoma"
        assert is_in_memory(experiment)
        with pytest.raises(NotImplementedError, match="from Experiment, pass a path instead"):
            infer_suffix(experiment)
