import pandas as pd
import pytest

from lamindb.base.suffixes import CanonicalSuffix
from lamindb.errors import InvalidArgument
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
from lamindb.storage.memory import is_in_memory


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


@pytest.fixture
def water():
    return Molecule(["H", "H", "O"])


def test_format_registered_at_run_time(tmp_path, water):
    assert suffix_of("x.mol3") == ("", ".mol3")
    register_format(MoleculeFormat)
    assert suffix_of("x.mol3") == (".mol3", ".mol3")
    assert infer_suffix(water) == ".mol3"
    assert infer_suffix(water, "v2.mol3") == ".v2.mol3"
    for name in ("x.mol3", "x.v2.mol3"):
        write_to_disk(water, tmp_path / name)
        assert load_to_memory(tmp_path / name).atoms == ["H", "H", "O"]
    assert count_observations(water) == 3
    assert {".mol3", ".v2.mol3"} <= set(supported_suffixes())


def test_type_of_a_registered_format(water):
    assert otype_of(water) is infer_otype("x.mol3") is None
    register_format(MoleculeFormat)
    assert otype_of(water) == infer_otype("x.mol3") == infer_otype("s3://b/x.mol3") == "Molecule"
    assert otype_of(object()) is None
    assert is_in_memory(water)
    with pytest.raises(InvalidArgument, match=r"Molecule storage format.*'mol3', 'v2\.mol3'"):
        infer_suffix(water, "csv")


def test_registered_format_takes_precedence():
    class Shout(Format):
        suffixes = (".txt",)

        def load(self, path, **kwargs):
            return path.name.upper()

    assert type(find_format(".txt")).__name__ == "Text"
    register_format(Shout)
    assert load_to_memory("a.txt") == "A.TXT"


def test_another_format_for_a_known_type(tmp_path):
    class Feather(Format):
        suffixes = (".feather",)

        def load(self, path, **kwargs):
            return pd.read_feather(path, **kwargs)

        def write(self, obj, path, **kwargs):
            obj.to_feather(path, **kwargs)

        def accepts(self, obj):
            return isinstance(obj, pd.DataFrame)

    df = pd.DataFrame({"a": [1, 2]})
    with pytest.raises(InvalidArgument):
        infer_suffix(df, "feather")
    register_format(Feather)
    assert infer_suffix(df) == ".parquet"
    assert infer_suffix(df, "feather") == ".feather"
    write_to_disk(df, tmp_path / "a.feather")
    pd.testing.assert_frame_equal(load_to_memory(tmp_path / "a.feather"), df)


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
            ("s3://bucket/a.parquet?endpoint_url=http://127.0.0.1:9000", "DataFrame"),
            ("s3://bucket/a.mudata.zarr?endpoint_url=http://127.0.0.1:9000", "MuData"),
            ("a.tiledbsoma", None),
            ("a.zarr", None),
            ("a.txt", None),
            ("a", None),
        ],
    )
    def test_otype_of_a_path(self, name, otype):
        assert infer_otype(name) == otype

    def test_local_url_of_a_store(self, tmp_path):
        (tmp_path / "a.zarr").mkdir()
        (tmp_path / "a.zarr" / ".zattrs").write_text('{"encoding-type": "anndata"}')
        assert infer_otype((tmp_path / "a.zarr").as_uri()) == "AnnData"

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
