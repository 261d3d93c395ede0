from pathlib import Path, PureWindowsPath

import pytest
from upath import UPath

from lamindb.base.suffixes import CanonicalSuffix


@pytest.mark.parametrize(
    ("name", "canonical", "raw"),
    [
        ("a.txt", ".txt", ".txt"),
        ("a.xyz", "", ".xyz"),
        ("a.123", "", ".123"),
        ("noext", "", ""),
        (".hidden", "", ""),
        (".hidden.csv", ".csv", ".csv"),
        ("ends.with.", "", ""),
        ("", "", ""),
        ("salmon.merged.tsv", ".tsv", ".tsv"),
        ("x.h5ad.zarr", ".zarr", ".zarr"),
        ("x.v1.anndata.zarr", ".anndata.zarr", ".anndata.zarr"),
        ("x.vitessce.json", ".vitessce.json", ".vitessce.json"),
        ("x.h5ad.tar.gz", ".h5ad.tar.gz", ".h5ad.tar.gz"),
        ("foo.bar.tar.gz", ".tar.gz", ".tar.gz"),
        ("a.tar.gz", ".tar.gz", ".tar.gz"),
        ("file.random.gz", ".gz", ".gz"),
        ("a.gz", ".gz", ".gz"),
        ("reads.fastq.gz", ".fastq.gz", ".fastq.gz"),
        ("a.csv.xyz", "", ".xyz"),
        ("sample.OME.ZARR", ".ome.zarr", ".ome.zarr"),
        ("scan.TIFF", ".tiff", ".tiff"),
        ("a.ipc", ".ipc", ".ipc"),
    ],
)
def test_table_of_names(name, canonical, raw):
    assert CanonicalSuffix.extract_from_path(name) == (canonical, raw)
    suffix = CanonicalSuffix.from_path(name)
    assert suffix == canonical
    assert type(suffix) is CanonicalSuffix


@pytest.mark.parametrize(
    "path",
    [
        "folder.csv/name.parquet",
        "s3://bucket.txt/a.gz/name.parquet",
        "folder/name.parquet/",
        Path("folder.csv/name.parquet"),
        PureWindowsPath("c:\\folder.csv\\name.parquet"),
        UPath("memory://folder.csv/name.parquet"),
    ],
)
def test_only_the_last_component_counts(path):
    assert CanonicalSuffix.from_path(path) == ".parquet"


def test_folders_never_give_a_suffix():
    assert CanonicalSuffix.from_path("folder.csv/name") == ""


@pytest.mark.parametrize(
    ("formats", "name", "suffix"),
    [
        ("simple_formats", "a.myformat", ".myformat"),
        ("composite_formats", "a.my.own", ".my.own"),
        ("encoding_formats", "a.csv.lz9", ".csv.lz9"),
    ],
)
def test_formats_can_be_added(monkeypatch, formats, name, suffix):
    assert CanonicalSuffix.from_path(name) == ""
    known = getattr(CanonicalSuffix, formats)
    added = suffix.removeprefix(".csv")
    monkeypatch.setattr(CanonicalSuffix, formats, known | {added})
    assert CanonicalSuffix.from_path(name) == suffix


def test_adding_in_place():
    CanonicalSuffix.simple_formats.add(".myformat")
    try:
        assert CanonicalSuffix.from_path("a.myformat") == ".myformat"
    finally:
        CanonicalSuffix.simple_formats.remove(".myformat")


def test_known_formats_are_clean():
    known = CanonicalSuffix.simple_formats | CanonicalSuffix.encoding_formats
    assert len(known) > 200
    assert all(s.startswith(".") and s == s.lower() and s.count(".") == 1 for s in known)
    # the column in the database holds 30 characters
    assert max(map(len, known)) + len(".tar.bz2") <= 30
