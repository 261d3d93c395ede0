"""Each family of formats: what is written comes back."""

import gzip
import io
import json
import sys
import tarfile

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lamindb.base.hashing import hash_file
from lamindb.errors import InvalidArgument
from lamindb.examples.datasets import mini_immuno
from lamindb.storage.content import describe_path
from lamindb.storage.formats import (
    count_observations,
    infer_otype,
    infer_suffix,
    load_to_memory,
    write_to_disk,
)
from lamindb.storage.formats.zarr import zarr_otype


@pytest.fixture
def df():
    return pd.DataFrame({"a": [1, 2, 3], "c": pd.Categorical(["x", "y", "x"])}, index=[*"rst"])


@pytest.fixture
def adata():
    return mini_immuno.get_dataset1(otype="AnnData")


class TestTables:
    def test_parquet(self, tmp_path, df):
        path = tmp_path / "a.parquet"
        write_to_disk(df, path)
        pd.testing.assert_frame_equal(load_to_memory(path), df)
        assert load_to_memory(path, columns=["c"]).columns.tolist() == ["c"]
        assert count_observations(path) == count_observations(df) == 3
        assert [p.name for p in tmp_path.iterdir()] == ["a.parquet"]

    def test_parquet_options(self, tmp_path, df):
        order = [pq.SortingColumn(0)]
        write_to_disk(df, tmp_path / "a.parquet", sorting_columns=order, compression="zstd")
        row_group = pq.read_metadata(tmp_path / "a.parquet").row_group(0)
        assert row_group.sorting_columns == tuple(order)
        assert row_group.column(0).compression == "ZSTD"

    @pytest.mark.parametrize("suffix", [".csv", ".tsv", ".csv.gz", ".tsv.gz", ".csv.tar.gz"])
    def test_text_tables(self, tmp_path, df, suffix):
        path = tmp_path / f"a{suffix}"
        write_to_disk(df, path)
        loaded = load_to_memory(path)
        assert loaded.columns.tolist() == ["Unnamed: 0", "a", "c"]
        assert load_to_memory(path, index_col=0).a.tolist() == [1, 2, 3]
        assert count_observations(path) is None

    def test_separators(self, tmp_path, df):
        write_to_disk(df, tmp_path / "a.csv", index=False)
        write_to_disk(df, tmp_path / "a.tsv", index=False)
        write_to_disk(df, tmp_path / "b.csv", index=False, sep=";")
        first = [(tmp_path / n).read_text().splitlines()[0] for n in ("a.csv", "a.tsv", "b.csv")]
        assert first == ["a,c", "a\tc", "a;c"]
        assert load_to_memory(tmp_path / "b.csv", sep=";").shape == (3, 2)

    @pytest.mark.parametrize("suffix", [".parquet", ".csv", ".csv.gz", ".tsv.gz"])
    def test_equal_data_hash_equally(self, tmp_path, suffix):
        for name in ("a", "b"):
            write_to_disk(mini_immuno.get_dataset1(with_typo=True), tmp_path / f"{name}{suffix}")
        assert hash_file(tmp_path / f"a{suffix}") == hash_file(tmp_path / f"b{suffix}")

    def test_attributes_survive_in_parquet(self, tmp_path):
        write_to_disk(mini_immuno.get_dataset1(), tmp_path / "a.parquet")
        assert load_to_memory(tmp_path / "a.parquet").attrs["experiment"] == "Experiment 1"

    def test_what_parquet_cannot_hold(self, tmp_path):
        for bad, error in [
            (pd.DataFrame([[1, 2]], columns=["a", "a"]), ValueError),
            (pd.DataFrame({"a": [1, "x", b"y"]}), pa.ArrowException),
        ]:
            with pytest.raises(error):
                write_to_disk(bad, tmp_path / "a.parquet")
        assert list(tmp_path.iterdir()) == []

    def test_unreadable_parquet(self, tmp_path, capsys):
        (tmp_path / "a.parquet").write_text("no parquet")
        (tmp_path / "b.parquet").mkdir()
        assert count_observations(tmp_path / "a.parquet") is None
        assert "! could not read the number of observations" in capsys.readouterr().out
        assert count_observations(tmp_path / "b.parquet") is None
        with pytest.raises(pa.ArrowInvalid):
            load_to_memory(tmp_path / "a.parquet")

    @pytest.mark.parametrize("suffix", [".parquet", ".csv"])
    @pytest.mark.parametrize("lazy", [False, True])
    def test_polars(self, tmp_path, suffix, lazy):
        pl = pytest.importorskip("polars", reason="polars is not installed")
        frame = pl.DataFrame({"a": [1, 2, 3]})
        write_to_disk(frame.lazy() if lazy else frame, tmp_path / f"a{suffix}")
        assert load_to_memory(tmp_path / f"a{suffix}").a.tolist() == [1, 2, 3]
        assert count_observations(frame.lazy() if lazy else frame) == (None if lazy else 3)
        assert infer_suffix(frame) == ".parquet"

    def test_polars_options(self, tmp_path):
        pl = pytest.importorskip("polars", reason="polars is not installed")
        frame = pl.DataFrame({"a": [1, 2, 3]})
        for name, data in [("eager", frame), ("lazy", frame.lazy())]:
            write_to_disk(data, tmp_path / f"{name}.parquet", compression="snappy")
            write_to_disk(data, tmp_path / f"{name}.csv", include_header=False)
            write_to_disk(data, tmp_path / f"{name}.tsv")
            metadata = pq.read_metadata(tmp_path / f"{name}.parquet")
            assert metadata.row_group(0).column(0).compression == "SNAPPY"
            assert (tmp_path / f"{name}.csv").read_text() == "1\n2\n3\n"
            assert (tmp_path / f"{name}.tsv").read_text() == "a\n1\n2\n3\n"

    def test_failing_query_of_polars(self, tmp_path):
        pl = pytest.importorskip("polars", reason="polars is not installed")
        query = pl.LazyFrame({"a": ["x"]}).select(pl.col("a").cast(pl.Int64))
        for suffix in (".parquet", ".csv"):
            with pytest.raises(pl.exceptions.InvalidOperationError):
                write_to_disk(query, tmp_path / f"a{suffix}")
        assert list(tmp_path.iterdir()) == []

    def test_arrow(self, tmp_path):
        table = pa.table({"a": [1, 2, 3], "b": ["x", "y", "z"]})
        write_to_disk(table, tmp_path / "a.parquet", compression="zstd")
        assert pq.read_table(tmp_path / "a.parquet").equals(table)
        write_to_disk(table, tmp_path / "a.csv", quoting_style="none", delimiter=";")
        assert (tmp_path / "a.csv").read_text().splitlines()[1] == "1;x"
        write_to_disk(table, tmp_path / "a.tsv")
        assert load_to_memory(tmp_path / "a.tsv").b.tolist() == ["x", "y", "z"]
        assert count_observations(table) == 3
        assert infer_suffix(table) == ".parquet"
        with pytest.raises(TypeError):
            write_to_disk(table, tmp_path / "b.csv", no_option=1)
        assert not (tmp_path / "b.csv").exists()

    @pytest.mark.parametrize("library", ["polars", "polars, lazy", "pyarrow"])
    def test_compressed_text_of_other_libraries(self, tmp_path, library):
        data = pa.table({"a": [1, 2, 3]})
        if library != "pyarrow":
            polars = pytest.importorskip("polars", reason="polars is not installed")
            data = polars.from_arrow(data)
        data = data.lazy() if library == "polars, lazy" else data
        for name in ("a.csv.gz", "a.tsv.gz"):
            write_to_disk(data, tmp_path / name)
            lines = gzip.decompress((tmp_path / name).read_bytes()).splitlines()
            assert lines[1:] == [b"1", b"2", b"3"]
            assert load_to_memory(tmp_path / name).a.tolist() == [1, 2, 3]
        with pytest.raises(NotImplementedError, match="Only pandas writes a table into an archive"):
            write_to_disk(data, tmp_path / "a.csv.tar.gz")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv.gz", "a.tsv.gz"]

    @pytest.mark.parametrize(
        ("format", "suffix"),
        [
            (None, ".parquet"),
            (".csv", ".csv"),
            ("csv", ".csv"),
            ("parquet", ".parquet"),
            ({"suffix": ".csv"}, ".csv"),
            ({}, ".parquet"),
        ],
    )
    def test_suffix(self, df, format, suffix):
        assert infer_suffix(df, format) == suffix

    def test_wrong_suffix(self, df, tmp_path):
        with pytest.raises(InvalidArgument, match=r"one of 'parquet', 'csv', not 'h5ad'"):
            infer_suffix(df, "h5ad")
        with pytest.raises(NotImplementedError, match=r"write a DataFrame .* suffix '.h5ad'"):
            write_to_disk(df, tmp_path / "a.h5ad")
        with pytest.raises(NotImplementedError, match="suffix ''"):
            write_to_disk(df, tmp_path / "a")


class TestText:
    @pytest.mark.parametrize("name", ["a.txt", "a.fasta"])
    def test_text(self, tmp_path, name):
        write_to_disk("größe\r\n🤩", tmp_path / name)
        assert (tmp_path / name).read_bytes() == "größe\r\n🤩".encode()
        assert load_to_memory(tmp_path / name) == "größe\n🤩"
        assert load_to_memory(tmp_path / name, newline="") == "größe\r\n🤩"

    @pytest.mark.parametrize("name", ["a.json", "a.vitessce.json", "a.yaml", "a.yml"])
    @pytest.mark.parametrize("value", [{"b": [1, 2.5, None], "a": "größe"}, [1, {"x": True}]])
    def test_structures(self, tmp_path, name, value):
        write_to_disk(value, tmp_path / name)
        assert load_to_memory(tmp_path / name) == value
        assert "\\u" not in (tmp_path / name).read_text(encoding="utf-8")

    def test_yaml_creates_no_objects(self, tmp_path):
        (tmp_path / "a.yaml").write_text("!!python/object/apply:os.getcwd []")
        with pytest.raises(Exception, match="could not determine a constructor"):
            load_to_memory(tmp_path / "a.yaml")

    def test_damaged_json(self, tmp_path):
        (tmp_path / "a.json").write_text("{")
        with pytest.raises(json.JSONDecodeError):
            load_to_memory(tmp_path / "a.json")


class TestMedia:
    NAMES = ("a.html", "a.jpg", "a.jpeg", "a.png", "a.gif", "a.svg")

    @pytest.mark.parametrize("name", NAMES)
    def test_path_outside_of_a_notebook(self, tmp_path, name):
        (tmp_path / name).touch()
        assert load_to_memory(tmp_path / name) == tmp_path / name

    @pytest.mark.parametrize("name", NAMES)
    def test_shown_in_a_notebook(self, tmp_path, name, monkeypatch):
        shown = []
        fake_display = type(sys)("IPython.display")
        fake_display.display = shown.append
        for cls in ("HTML", "Image", "SVG"):
            setattr(fake_display, cls, lambda filename, cls=cls: (cls, filename))
        fake_ipython = type(sys)("IPython")
        fake_ipython.get_ipython = object
        fake_ipython.display = fake_display
        monkeypatch.setitem(sys.modules, "IPython", fake_ipython)
        monkeypatch.setitem(sys.modules, "IPython.display", fake_display)
        assert load_to_memory(tmp_path / name) is None
        cls = {"html": "HTML", "svg": "SVG"}.get(name.rpartition(".")[2], "Image")
        assert shown == [(cls, str(tmp_path / name))]

    def test_rds_is_for_r(self, tmp_path, capsys):
        assert load_to_memory(tmp_path / "a.rds") == tmp_path / "a.rds"
        assert capsys.readouterr().out == "! Please use `laminr` to load `.rds` files\n"


class TestAnnData:
    def compressed(self, path, suffix):
        """The same file, compressed."""
        target = path.with_name(f"cells{suffix}")
        data = path.read_bytes()
        if suffix == ".h5ad.gz":
            target.write_bytes(gzip.compress(data))
        else:
            with tarfile.open(target, "w:gz") as archive:
                archive.add(path, "cells.h5ad")
        return target

    def test_h5ad(self, tmp_path, adata):
        path = tmp_path / "a.h5ad"
        write_to_disk(adata, path, compression="gzip")
        loaded = load_to_memory(path)
        assert loaded.obs.equals(adata.obs)
        assert (loaded.X == adata.X).all()
        assert load_to_memory(path, backed="r").isbacked
        assert count_observations(path) == count_observations(adata) == 3
        write_to_disk(adata, tmp_path / "b.h5ad", compression="gzip")
        assert hash_file(path) == hash_file(tmp_path / "b.h5ad")

    def test_object_that_reads_from_a_file_keeps_that_file(self, tmp_path, adata):
        adata.write_h5ad(tmp_path / "a.h5ad")
        backed = ad.read_h5ad(tmp_path / "a.h5ad", backed="r")
        write_to_disk(backed, tmp_path / "b.h5ad")
        assert backed.filename == tmp_path / "a.h5ad"
        assert (adata.X[:2] == backed[:2].to_memory().X).all()
        assert (load_to_memory(tmp_path / "b.h5ad").X == adata.X).all()

    @pytest.mark.parametrize("name", ["a.h5ad", "a.zarr"])
    def test_what_cannot_be_written_leaves_nothing(self, tmp_path, adata, name):
        adata.uns["bad"] = object()
        with pytest.raises(Exception, match="No method registered for writing"):
            write_to_disk(adata, tmp_path / name)
        assert list(tmp_path.iterdir()) == []

    def test_view(self, tmp_path, adata):
        write_to_disk(adata[:2], tmp_path / "a.h5ad")
        assert count_observations(tmp_path / "a.h5ad") == 2

    @pytest.mark.parametrize("suffix", [".h5ad.gz", ".h5ad.tar.gz"])
    def test_compressed_h5ad(self, tmp_path, adata, suffix):
        write_to_disk(adata, tmp_path / "a.h5ad")
        path = self.compressed(tmp_path / "a.h5ad", suffix)
        assert load_to_memory(path).shape == (3, 3)
        assert count_observations(path) == 3
        with pytest.raises(OSError):
            load_to_memory(path, compression=None)
        with pytest.raises(ValueError, match="compression is 'zip'"):
            load_to_memory(path, compression="zip")
        with pytest.raises(NotImplementedError, match="compression='gzip'"):
            write_to_disk(adata, tmp_path / f"b{suffix}")

    def test_compression_that_the_name_hides(self, tmp_path, adata):
        write_to_disk(adata, tmp_path / "a.h5ad")
        data = (tmp_path / "a.h5ad").read_bytes()
        (tmp_path / "b.h5ad").write_bytes(gzip.compress(data))
        assert load_to_memory(tmp_path / "b.h5ad", compression="gzip").shape == (3, 3)

    def test_archive_that_is_none(self, tmp_path):
        (tmp_path / "a.h5ad.tar.gz").write_bytes(gzip.compress(b"no archive"))
        with pytest.raises(ValueError, match="is no tar archive"):
            load_to_memory(tmp_path / "a.h5ad.tar.gz")

    def test_archive_with_several_files(self, tmp_path):
        with tarfile.open(tmp_path / "a.h5ad.tar.gz", "w:gz") as archive:
            for name in ("a", "b"):
                archive.addfile(tarfile.TarInfo(name), io.BytesIO())
        with pytest.raises(ValueError, match="holds 2 files"):
            load_to_memory(tmp_path / "a.h5ad.tar.gz")

    def test_record_array_of_old_releases(self, tmp_path):
        with h5py.File(tmp_path / "a.h5ad", "w") as file:
            file["obs"] = np.zeros(7, dtype=[("index", "S5"), ("x", "i4")])
        assert count_observations(tmp_path / "a.h5ad") == 7

    @pytest.mark.parametrize("name", ["a.h5ad", "a.h5ad.gz", "a.h5ad.tar.gz", "a.h5mu"])
    def test_unreadable_file(self, tmp_path, capsys, name):
        (tmp_path / name).write_text("no hdf5")
        assert count_observations(tmp_path / name) is None
        assert "! could not read the number of observations" in capsys.readouterr().out

    def test_hdf5_without_cells(self, tmp_path, capsys):
        with h5py.File(tmp_path / "a.h5ad", "w"):
            pass
        assert count_observations(tmp_path / "a.h5ad") is None
        assert "could not read" in capsys.readouterr().out

    @pytest.mark.parametrize("version", [2, 3])
    @pytest.mark.parametrize("name", ["a.zarr", "a.anndata.zarr"])
    def test_zarr(self, tmp_path, adata, name, version):
        with ad.settings.override(zarr_write_format=version):
            write_to_disk(adata, tmp_path / name)
        assert load_to_memory(tmp_path / name).obs.shape == (3, 8)
        assert count_observations(tmp_path / name) == 3
        assert infer_otype(tmp_path / name) == "AnnData"
        content = describe_path(tmp_path / name)
        with ad.settings.override(zarr_write_format=version):
            write_to_disk(adata, tmp_path / name)
        assert describe_path(tmp_path / name) == content

    @pytest.mark.parametrize(
        ("format", "suffix"),
        [(None, ".h5ad"), ("h5ad", ".h5ad"), (".zarr", ".zarr"), ("anndata.zarr", ".anndata.zarr")],
    )
    def test_suffix(self, adata, format, suffix):
        assert infer_suffix(adata, format) == suffix

    def test_wrong_suffix(self, adata):
        with pytest.raises(ValueError, match="Error when specifying AnnData storage format, "):
            infer_suffix(adata, "parquet")


class TestZarr:
    def store(self, tmp_path, attributes, version):
        folder = tmp_path / "x.zarr"
        folder.mkdir()
        if version == 3:
            (folder / "zarr.json").write_text(json.dumps({"attributes": attributes}))
        else:
            (folder / ".zattrs").write_text(json.dumps(attributes))
        return folder

    @pytest.mark.parametrize("version", [2, 3])
    @pytest.mark.parametrize(
        ("attributes", "otype"),
        [
            ({"encoding-type": "anndata"}, "AnnData"),
            ({"encoding-type": "MuData"}, "MuData"),
            ({"spatialdata_attrs": {"version": "0.2"}}, "SpatialData"),
            ({"encoding-type": "array"}, None),
            ({}, None),
        ],
    )
    def test_type_of_a_store(self, tmp_path, version, attributes, otype):
        folder = self.store(tmp_path, attributes, version)
        assert zarr_otype(folder) == infer_otype(folder) == otype

    @pytest.mark.parametrize("text", ["", "[]", "{"])
    def test_damaged_attributes(self, tmp_path, text):
        folder = self.store(tmp_path, {}, 2)
        (folder / ".zattrs").write_text(text)
        assert zarr_otype(folder) is None

    def test_what_is_no_store(self, tmp_path):
        (tmp_path / "a.zarr").touch()
        for name in ("a.zarr", "missing.zarr"):
            assert infer_otype(tmp_path / name) is None
            with pytest.raises(ValueError, match="Unable to determine zarr store format"):
                load_to_memory(tmp_path / name)

    @pytest.mark.parametrize(
        ("attributes", "package"),
        [
            ({"encoding-type": "MuData"}, "mudata"),
            ({"spatialdata_attrs": {}}, "spatialdata"),
            ({"encoding-type": "anndata"}, "zarr"),
        ],
    )
    def test_missing_package(self, tmp_path, monkeypatch, attributes, package):
        monkeypatch.setitem(sys.modules, package, None)
        folder = self.store(tmp_path, attributes, 3)
        with pytest.raises(ImportError, match=rf"pip install 'lamindb\[{package}\]'"):
            load_to_memory(folder)

    @pytest.mark.parametrize("version", [2, 3])
    def test_record_array_of_old_releases(self, tmp_path, version):
        zarr = pytest.importorskip("zarr", reason="zarr is not installed")
        folder = self.store(tmp_path, {"encoding-type": "anndata"}, version)
        zarr.create_array(folder / "obs", shape=(7,), dtype="i4", zarr_format=version)
        assert count_observations(folder) == 7

    def test_observations_of_other_stores(self, tmp_path, capsys):
        folder = self.store(tmp_path, {"spatialdata_attrs": {}}, 3)
        assert count_observations(folder) is None
        assert capsys.readouterr().out == ""
        (folder / "zarr.json").write_text('{"attributes": {"encoding-type": "anndata"}}')
        assert count_observations(folder) is None
        assert "could not read the number of observations" in capsys.readouterr().out


class TestOptionalPackages:
    @pytest.mark.parametrize(
        ("name", "package", "extra"),
        [("a.fcs", "readfcs", "fcs"), ("a.h5mu", "mudata", "mudata")],
    )
    def test_missing_package_names_the_extra(self, monkeypatch, name, package, extra):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(ImportError, match=rf"pip install 'lamindb\[{extra}\]'") as raised:
            load_to_memory(name)
        assert raised.value.name == package

    def test_broken_package_shows_its_own_error(self, tmp_path, monkeypatch):
        (tmp_path / "readfcs.py").write_text("import its_own_dependency")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "readfcs", raising=False)
        with pytest.raises(ModuleNotFoundError, match="its_own_dependency"):
            load_to_memory("a.fcs")

    def test_mudata(self, tmp_path, adata):
        mudata = pytest.importorskip("mudata", reason="mudata is not installed")
        mdata = mudata.MuData({"rna": adata})
        write_to_disk(mdata, tmp_path / "a.h5mu")
        assert load_to_memory(tmp_path / "a.h5mu").n_obs == 3
        assert count_observations(tmp_path / "a.h5mu") == count_observations(mdata) == 3
        assert infer_suffix(mdata) == ".h5mu"
        with pytest.raises(InvalidArgument):
            infer_suffix(mdata, "h5ad")
        backed = mudata.read_h5mu(tmp_path / "a.h5mu", backed="r")
        write_to_disk(backed, tmp_path / "b.h5mu")
        assert backed.filename == tmp_path / "a.h5mu"  # and not the temporary it was written to

    @pytest.mark.parametrize("version", [2, 3])
    def test_mudata_in_zarr(self, tmp_path, adata, version):
        mudata = pytest.importorskip("mudata", reason="mudata is not installed")
        with ad.settings.override(zarr_write_format=version):
            write_to_disk(mudata.MuData({"rna": adata}), tmp_path / "a.zarr")
        assert infer_otype(tmp_path / "a.zarr") == "MuData"
        assert load_to_memory(tmp_path / "a.zarr")["rna"].shape == (3, 3)
        assert count_observations(tmp_path / "a.zarr") == 3
