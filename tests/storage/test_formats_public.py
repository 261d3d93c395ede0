"""`lamindb.core.loaders` and `lamindb.core.storage`: names and parameters of the known product."""

import inspect

import anndata as ad
import numpy as np
import pandas as pd
import pytest

import lamindb.core.storage.types
from lamindb.core import loaders, storage
from lamindb.setup.storage_root import StorageSettings

SIGNATURES = [
    (loaders.load_fcs, "*args, **kwargs"),
    (loaders.load_csv, "path, **kwargs"),
    (loaders.load_parquet, "path, **kwargs"),
    (loaders.load_tsv, "path, **kwargs"),
    (loaders.load_h5ad, "filepath, **kwargs"),
    (loaders.load_h5mu, "filepath, **kwargs"),
    (loaders.load_zarr, "storepath, **kwargs"),
    (loaders.load_html, "path"),
    (loaders.load_json, "path"),
    (loaders.load_yaml, "path"),
    (loaders.load_image, "path"),
    (loaders.load_svg, "path"),
    (loaders.load_txt, "path"),
    (loaders.load_rds, "path"),
    (loaders.load_to_memory, "filepath, **kwargs"),
    (storage.infer_suffix, "dmem, format=None"),
    (storage.write_to_disk, "dmem, filepath, **kwargs"),
    (storage.infer_filesystem, "path"),
    (storage.paths.auto_storage_key_from_artifact, "artifact"),
    (storage.paths.auto_storage_key_from_artifact_uid, "uid, suffix, overwrite_versions"),
    (storage.paths.check_path_is_child_of_root, "path, root"),
    (
        storage.paths.attempt_accessing_path,
        "artifact, storage_key, using=None, access_token=None",
    ),
    (storage.paths.filepath_from_artifact, "artifact, using=None"),
    (storage.paths.store_file_or_folder, "local_path, storage_path, print_progress=True, **kwargs"),
    (
        storage.paths.delete_storage_using,
        "artifact, storage_key, raise_file_not_found_error=True, using=None",
    ),
]


@pytest.mark.parametrize(
    ("function", "parameters"), SIGNATURES, ids=[case[0].__name__ for case in SIGNATURES]
)
def test_parameters(function, parameters):
    untyped = [
        one.replace(annotation=inspect.Parameter.empty)
        for one in inspect.signature(function).parameters.values()
    ]
    assert ", ".join(map(str, untyped)) == parameters
    assert function.__doc__


def test_exports():
    assert storage.objects.infer_suffix is storage.infer_suffix
    assert storage.objects.write_to_disk is storage.write_to_disk
    assert lamindb.core.storage.types.__name__ == "lamindb.core.storage.types"
    assert ".zarr" in storage.VALID_SUFFIXES.SIMPLE
    assert ".ome.zarr" in storage.VALID_SUFFIXES.COMPOSITE
    assert ".gz" in storage.VALID_SUFFIXES.ENCODING


def test_new_suffixes_are_known_everywhere():
    storage.CanonicalSuffix.simple_formats.add(".myformat")
    try:
        assert ".myformat" in storage.VALID_SUFFIXES.SIMPLE
    finally:
        storage.CanonicalSuffix.simple_formats.remove(".myformat")


def test_write_and_load(tmp_path):
    storage.write_to_disk(pd.DataFrame({"a": [1]}), filepath=tmp_path / "a.csv", index=False)
    assert loaders.load_csv(path=tmp_path / "a.csv").a.tolist() == [1]
    assert loaders.load_to_memory(filepath=tmp_path / "a.csv").a.tolist() == [1]


def test_loading_from_the_cloud(bucket, tmp_path, settings_dir):
    adata = ad.AnnData(np.ones((3, 2), dtype="float32"))
    adata.write_h5ad(tmp_path / "a.h5ad")
    bucket.put("a.h5ad", (tmp_path / "a.h5ad").read_bytes())
    path = storage.UPath(bucket.url("a.h5ad"))
    for loaded in (loaders.load_to_memory(path), loaders.load_h5ad(bucket.url("a.h5ad"))):
        assert loaded.shape == (3, 2)
    assert (settings_dir.parent / "cache" / bucket.name / "a.h5ad").exists()


class TestPaths:
    @pytest.fixture
    def artifact(self, instance, in_tmp):
        import lamindb as ln

        (in_tmp / "a.txt").write_text("a")
        return ln.Artifact("a.txt", key="my/a.txt", run=False)

    def test_of_an_artifact(self, artifact):
        assert storage.paths.filepath_from_artifact(artifact)[1] is None
        artifact.save()
        key = storage.paths.auto_storage_key_from_artifact(artifact)
        assert key == f".lamindb/{artifact.uid}.txt"
        assert storage.paths.auto_storage_key_from_artifact_uid(artifact.uid, ".txt", False) == key
        path, settings = storage.paths.filepath_from_artifact(artifact)
        assert path == artifact.path == storage.paths.attempt_accessing_path(artifact, key)[0]
        assert isinstance(settings, StorageSettings)
        assert settings.root_as_str == artifact.storage.root
        assert settings.uid == artifact.storage.uid
        assert storage.paths.check_path_is_child_of_root(path, settings.root)
        assert not storage.paths.check_path_is_child_of_root(settings.root, settings.root)

    def test_deletion(self, artifact):
        artifact.save()
        key = storage.paths.auto_storage_key_from_artifact(artifact)
        storage.paths.delete_storage_using(artifact, key)
        assert not artifact.path.exists()
        with pytest.raises(FileNotFoundError):
            storage.paths.delete_storage_using(artifact, key)
        storage.paths.delete_storage_using(artifact, key, raise_file_not_found_error=False)

    def test_storing_locally(self, tmp_path):
        (tmp_path / "a.txt").write_text("a")
        target = storage.UPath(tmp_path / "store" / "b.txt")
        storage.paths.store_file_or_folder(tmp_path / "a.txt", target)
        assert target.read_text() == "a"

    def test_storing_in_the_cloud(self, bucket, tmp_path, capsys):
        (tmp_path / "a.txt").write_text("a")
        target = storage.UPath(bucket.url("store/b.txt"))
        storage.paths.store_file_or_folder(tmp_path / "a.txt", target, print_progress=False)
        assert bucket.read("store/b.txt") == b"a"
        assert capsys.readouterr().out == ""
