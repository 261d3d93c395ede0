"""The old public paths lead to the same things."""

import lamindb.core.datasets
import lamindb.core.loaders as loaders
import lamindb.core.storage as storage
import lamindb.examples.datasets
from lamindb.base.suffixes import CanonicalSuffix
from lamindb.storage.paths import UPath

SUFFIXES_OF_RELEASE_2_12 = """
.csv .csv.gz .csv.tar.gz .tsv .tsv.gz .tsv.tar.gz .h5ad .h5ad.gz .h5ad.tar.gz .parquet .fcs .zarr
.anndata.zarr .html .json .vitessce.json .yaml .h5mu .gif .jpg .png .svg .txt .fasta
""".split()


def test_loaders(tmp_path):
    assert set(SUFFIXES_OF_RELEASE_2_12) <= set(loaders.SUPPORTED_SUFFIXES)
    assert set(loaders.FILE_LOADERS) - set(loaders.SUPPORTED_SUFFIXES) == {".rds"}
    path = tmp_path / "a.json"
    path.write_text('{"a": 1}')
    assert loaders.load_json(path) == loaders.load_to_memory(path) == {"a": 1}
    assert loaders.FILE_LOADERS[".json"](path) == {"a": 1}
    assert all(callable(getattr(loaders, name)) for name in loaders.__all__ if name[0] == "l")


def test_storage():
    assert storage.UPath is UPath
    assert storage.CanonicalSuffix is CanonicalSuffix
    assert storage.VALID_SUFFIXES.COMPOSITE is CanonicalSuffix.composite_formats
    assert storage.objects.infer_suffix is storage.infer_suffix
    assert storage.paths.AUTO_KEY_PREFIX == ".lamindb/"
    assert storage.paths.check_path_is_child_of_root("s3://bucket/a", "s3://bucket")
    assert storage.paths.auto_storage_key_from_artifact_uid("u" * 20, ".csv", True) == (
        f".lamindb/{'u' * 16}.csv"
    )
    assert all(hasattr(storage, name) for name in storage.__all__)


def test_datasets():
    assert lamindb.core.datasets is lamindb.examples.datasets
