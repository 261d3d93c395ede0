"""SpatialData, where the package is installed."""

import anndata as ad
import numpy as np
import pytest

from lamindb.core import loaders
from lamindb.errors import InvalidArgument
from lamindb.storage.formats import (
    count_observations,
    infer_otype,
    infer_suffix,
    load_to_memory,
    otype_of,
    write_to_disk,
)
from lamindb.storage.memory import is_in_memory

spatialdata = pytest.importorskip(
    "spatialdata", reason="extra: not installed, pip install 'lamindb[spatialdata]'"
)


@pytest.fixture
def sdata():
    """One image and one table."""
    from spatialdata.models import Image2DModel, TableModel

    image = Image2DModel.parse(np.ones((3, 8, 8)), dims=("c", "y", "x"))
    table = TableModel.parse(ad.AnnData(np.arange(10, dtype="float32").reshape(5, 2)))
    return spatialdata.SpatialData(images={"tissue": image}, tables={"counts": table})


def container_formats():
    from spatialdata._io.format import SpatialDataContainerFormats

    return SpatialDataContainerFormats.values()


@pytest.mark.parametrize("name", ["a.zarr", "a.spatialdata.zarr"])
def test_what_is_written_comes_back(tmp_path, sdata, name):
    write_to_disk(sdata, tmp_path / name)
    assert infer_otype(tmp_path / name) == "SpatialData"
    for load in (load_to_memory, loaders.load_zarr):
        loaded = load(tmp_path / name)
        assert (loaded["counts"].X == sdata["counts"].X).all()
        assert loaded["tissue"].shape == (3, 8, 8)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("container", container_formats(), ids=lambda one: one.version)
def test_versions_of_the_format(tmp_path, sdata, container):
    write_to_disk(sdata, tmp_path / "a.zarr", sdata_formats=container)
    assert (tmp_path / "a.zarr" / "zarr.json").exists() == (container.zarr_format == 3)
    assert infer_otype(tmp_path / "a.zarr") == "SpatialData"
    assert load_to_memory(tmp_path / "a.zarr")["counts"].shape == (5, 2)


def test_object_does_not_refer_to_the_temporary(tmp_path, sdata):
    write_to_disk(sdata, tmp_path / "a.zarr")
    assert sdata.path is None
    loaded = load_to_memory(tmp_path / "a.zarr")
    write_to_disk(loaded, tmp_path / "b.zarr")
    assert loaded.path == tmp_path / "a.zarr"


@pytest.mark.parametrize(
    ("format", "suffix"),
    [
        (None, ".zarr"),
        (".zarr", ".zarr"),
        (".spatialdata.zarr", ".spatialdata.zarr"),
        ("spatialdata.zarr", ".spatialdata.zarr"),
    ],
)
def test_suffix(format, suffix, sdata):
    assert infer_suffix(sdata, format) == suffix


def test_wrong_suffix(sdata):
    with pytest.raises(InvalidArgument, match=r"SpatialData storage format.*'zarr', 'spatialdata"):
        infer_suffix(sdata, ".h5ad")


def test_types(sdata, tmp_path):
    assert is_in_memory(sdata)
    assert otype_of(sdata) == "SpatialData"
    assert infer_suffix(sdata) == ".zarr"
    assert count_observations(sdata) is None
    write_to_disk(sdata, tmp_path / "a.zarr")
    assert count_observations(tmp_path / "a.zarr") is None


def test_failed_write_leaves_nothing(sdata, tmp_path):
    sdata["counts"].uns["bad"] = object()
    with pytest.raises(Exception, match="No method registered for writing"):
        write_to_disk(sdata, tmp_path / "a.zarr")
    assert list(tmp_path.iterdir()) == []
    assert sdata.path is None
