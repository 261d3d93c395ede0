import importlib.metadata
import sys

import pytest

from lamindb.base.suffixes import CanonicalSuffix
from lamindb.storage.abc import Format
from lamindb.storage.formats import (
    count_observations,
    infer_otype,
    infer_suffix,
    load_to_memory,
    otype_of,
    register_format,
    registry,
    write_to_disk,
)
from lamindb.storage.formats.registry import find_format, suffix_of, supported_suffixes


class Molecule:
    """An object of another package."""

    def __init__(self, atoms):
        self.atoms = atoms


class MoleculeFormat(Format):
    suffixes = (".mol3", ".v2.mol3")
    otype = "Molecule"

    def load(self, path, **kwargs):
        with open(path) as file:
            return Molecule(file.read().split())

    def write(self, obj, path, **kwargs):
        with open(path, "w") as file:
            file.write(" ".join(obj.atoms))

    def accepts(self, obj):
        return isinstance(obj, Molecule)

    def n_observations(self, data):
        return len(data.atoms) if isinstance(data, Molecule) else None


@pytest.fixture(autouse=True)
def pristine_registry(monkeypatch):
    """Forget what a test registers."""
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(CanonicalSuffix, "simple_formats", set(CanonicalSuffix.simple_formats))
    monkeypatch.setattr(
        CanonicalSuffix, "composite_formats", set(CanonicalSuffix.composite_formats)
    )
    registry._entry_points.cache_clear()
    yield
    registry._entry_points.cache_clear()


def check_molecules(tmp_path):
    water = Molecule(["H", "H", "O"])
    assert suffix_of("x.mol3") == (".mol3", ".mol3")
    assert infer_suffix(water) == ".mol3"
    assert infer_suffix(water, "v2.mol3") == ".v2.mol3"
    for name in ("x.mol3", "x.v2.mol3"):
        write_to_disk(water, tmp_path / name)
        assert load_to_memory(tmp_path / name).atoms == ["H", "H", "O"]
    assert count_observations(water) == 3
    assert {".mol3", ".v2.mol3"} <= set(supported_suffixes())


def test_format_registered_at_run_time(tmp_path):
    assert suffix_of("x.mol3") == ("", ".mol3")
    register_format(MoleculeFormat)
    check_molecules(tmp_path)


def test_format_of_an_installed_package(tmp_path, monkeypatch):
    info = tmp_path / "molecules-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: molecules\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[{registry.ENTRY_POINT_GROUP}]\n"
        f"mol3 = {__name__}:MoleculeFormat\nv2.mol3 = {__name__}:MoleculeFormat\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert importlib.metadata.version("molecules") == "1.0"
    check_molecules(tmp_path)


def test_registered_format_takes_precedence(tmp_path):
    class Shout(Format):
        suffixes = (".txt",)

        def load(self, path, **kwargs):
            return path.upper()

    assert type(find_format(".txt")).__name__ == "Text"
    register_format(Shout)
    assert load_to_memory("a.txt") == "A.TXT"


@pytest.mark.parametrize("bad", [int, "Format", MoleculeFormat()])
def test_what_is_no_format(bad):
    with pytest.raises(TypeError, match="has to be a subclass"):
        register_format(bad)


@pytest.mark.parametrize("bad", [(), ("mol3",)])
def test_format_without_suffixes(bad):
    class Nameless(MoleculeFormat):
        suffixes = bad

    with pytest.raises(ValueError, match="list at least one suffix"):
        register_format(Nameless)


@pytest.mark.parametrize("suffix", [".zip", ".ome.zarr", "", ".xyz"])
def test_unknown_format(suffix):
    assert find_format(suffix) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.zip", "There is no loader for .zip files. Use .cache() to get the path."),
        ("a.xyz", "There is no loader for .xyz files. Use .cache() to get the path."),
        ("a", "There is no loader for files without suffix. Use .cache() to get the path."),
    ],
)
def test_files_that_cannot_be_loaded(name, text):
    with pytest.raises(NotImplementedError) as raised:
        load_to_memory(name)
    assert str(raised.value) == text


def test_every_built_in_format_is_complete():
    for suffix in supported_suffixes():
        file_format = find_format(suffix)
        assert suffix in file_format.suffixes
        assert CanonicalSuffix.from_path(f"name{suffix}") == suffix
        assert file_format.__doc__
        assert file_format.accepts(object()) is False


class TestInference:
    """Which format fits; types are recognised without importing their packages."""

    @pytest.mark.parametrize(
        ("name", "otype"),
        [
            ("a.parquet", "DataFrame"),
            ("a.csv", "DataFrame"),
            ("a.ipc", "DataFrame"),
            ("a.tsv", None),
            ("a.csv.gz", None),
            ("a.h5ad", "AnnData"),
            ("a.anndata.zarr", "AnnData"),
            ("a.h5mu", "MuData"),
            ("a.mudata.zarr", "MuData"),
            ("a.spatialdata.zarr", "SpatialData"),
            ("a.spatialdata.zarr/", "SpatialData"),
            ("s3://bucket/a.h5ad", "AnnData"),
            ("a.tiledbsoma", None),
            ("a.zarr", None),
            ("a.txt", None),
            ("a", None),
        ],
    )
    def test_otype_of_a_path(self, name, otype):
        assert infer_otype(name) == otype

    def test_cloud_zarr_warns_once(self, capsys, monkeypatch):
        from lamindb.storage.formats import dispatch

        dispatch._warn_about_cloud_zarr.cache_clear()
        assert infer_otype("s3://bucket/a.zarr") is None
        assert infer_otype("s3://bucket/b.zarr") is None
        output = capsys.readouterr().out
        assert output.count("! we do not check whether cloud zarr is") == 1

    @pytest.mark.parametrize(
        ("module", "name", "otype"),
        [
            ("pandas.core.frame", "DataFrame", "DataFrame"),
            ("polars.dataframe.frame", "DataFrame", "DataFrame"),
            ("polars.lazyframe.frame", "LazyFrame", "DataFrame"),
            ("anndata._core.anndata", "AnnData", "AnnData"),
            ("mudata._core.mudata", "MuData", "MuData"),
            ("spatialdata._core.spatialdata", "SpatialData", "SpatialData"),
            ("tiledbsoma._experiment", "Experiment", "tiledbsoma"),
            ("mypackage.frame", "DataFrame", None),
            ("pandas.core.series", "Series", None),
        ],
    )
    def test_otype_of_an_object(self, module, name, otype):
        base = type(name, (), {"__module__": module})
        derived = type("Derived", (base,), {"__module__": "other"})
        assert otype_of(base()) == otype_of(derived()) == otype

    @pytest.mark.parametrize("obj", [[1], {"a": 1}, "text", 1, None])
    def test_unsupported_objects(self, obj, tmp_path):
        assert otype_of(obj) is None
        with pytest.raises(NotImplementedError, match="pass a path instead"):
            infer_suffix(obj)
        with pytest.raises(NotImplementedError, match="write it yourself"):
            write_to_disk(obj, tmp_path / "a.parquet")
        assert list(tmp_path.iterdir()) == []
        assert count_observations(obj if not isinstance(obj, str) else "a.txt") is None

    def test_read_only_format_says_so(self):
        with pytest.raises(NotImplementedError, match=r"write a int to a \.fcs file"):
            find_format(".fcs").write(1, "a.fcs")


def test_no_heavy_import(run_python):
    code = """
import sys
import lamindb.storage.formats, lamindb.storage.paths, lamindb.storage.memory
import lamindb.storage.content, lamindb.storage.staging, lamindb.storage.statcache
from lamindb.storage.formats import infer_otype, infer_suffix, otype_of
infer_otype("a.zarr"), otype_of([]), infer_otype("a.h5ad")
heavy = {"django", "pandas", "numpy", "pyarrow", "anndata", "zarr", "h5py", "fsspec", "upath",
         "polars", "yaml", "s3fs"}
print(sorted(heavy & set(sys.modules)))
"""
    assert run_python(code).stdout.splitlines()[-1] == "[]"
    assert sys.executable
