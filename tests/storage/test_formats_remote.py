"""Numbers of observations of remote datasets, without fetching them."""

import gzip

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from lamindb.storage.formats import count_observations, write_to_disk
from lamindb.storage.paths import create_path


@pytest.fixture
def adata():
    return ad.AnnData(np.ones((7, 2), dtype="float32"))


def put_folder(bucket, folder):
    for path in folder.rglob("*"):
        if path.is_file():
            bucket.put(path.relative_to(folder.parent).as_posix(), path.read_bytes())


def test_parquet_footer(bucket, tmp_path):
    pd.DataFrame({"a": range(9)}).to_parquet(tmp_path / "a.parquet")
    bucket.put("a.parquet", (tmp_path / "a.parquet").read_bytes())
    assert count_observations(bucket.url("a.parquet")) == 9
    assert count_observations(create_path(bucket.url("a.parquet"))) == 9


def test_h5ad(bucket, tmp_path, adata):
    adata.write_h5ad(tmp_path / "a.h5ad")
    content = (tmp_path / "a.h5ad").read_bytes()
    bucket.put("a.h5ad", content)
    bucket.put("a.h5ad.gz", gzip.compress(content))
    assert count_observations(bucket.url("a.h5ad")) == 7
    assert count_observations(bucket.url("a.h5ad.gz")) is None


@pytest.mark.parametrize("version", [2, 3])
def test_zarr(bucket, tmp_path, adata, version):
    with ad.settings.override(zarr_write_format=version):
        write_to_disk(adata, tmp_path / "a.zarr")
    put_folder(bucket, tmp_path / "a.zarr")
    assert count_observations(bucket.url("a.zarr")) == 7


@pytest.mark.parametrize("name", ["a.parquet", "a.h5ad", "a.h5mu"])
@pytest.mark.parametrize("exists", [True, False])
def test_what_cannot_be_read(bucket, capsys, name, exists):
    if exists:
        bucket.put(name, b"no such format")
    assert count_observations(bucket.url(name)) is None
    assert "! could not read the number of observations" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["a.csv", "a.zarr", "a.tiledbsoma", "a.txt", "a"])
def test_nothing_to_count(bucket, capsys, name):
    assert count_observations(bucket.url(name)) is None
    assert capsys.readouterr().out == ""
