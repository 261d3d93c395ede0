"""Paths in buckets of a real S3 endpoint."""

import os
import pickle
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from hashlib import md5

import pytest

from lamindb.storage import stores
from lamindb.storage.browsing import Entry, remote_folders
from lamindb.storage.listing import list_objects
from lamindb.storage.paths import S3QueryPath, UPath, create_path, delete_storage
from lamindb.storage.views import file_tree
from tests.support.flaky_proxy import FlakyProxy


def fill(bucket, keys):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: bucket.put(key, key.encode()), keys))


@pytest.fixture
def study(bucket):
    fill(bucket, ["study/meta.csv", "study/raw/1.jpg", "study/raw/deep/2.jpg", "study2/a.csv"])
    return UPath(bucket.url("study"))


# -- path objects


@pytest.mark.parametrize(
    "make",
    [
        lambda query, **options: UPath(f"s3://bucket/key{query}", **options),
        lambda query, **options: create_path(f"s3://bucket/key{query}", **options),
        lambda query, **options: S3QueryPath(f"s3://bucket/key{query}", **options),
        lambda query, **options: UPath(f"s3:///bucket/key{query}", **options),
        lambda query, **options: UPath(f"s3://bucket{query}", "key", **options),
        lambda query, **options: UPath(f"s3://bucket{query}", **options) / "key",
        lambda query, **options: UPath(f"s3://bucket/key/a.csv{query}", **options).parent,
        lambda query, **options: UPath(f"s3://bucket/a.csv{query}", **options).with_name("key"),
        lambda query, **options: UPath(UPath(f"s3://bucket/key{query}", **options)),
        lambda query, **options: (
            UPath(UPath("s3://bucket/key"), **options)
            if options
            else UPath(f"bucket/key{query}", protocol="s3")
        ),
        lambda query, **options: pickle.loads(
            pickle.dumps(UPath(f"s3://bucket/key{query}", **options))
        ),
    ],
)
def test_options_of_a_path(make):
    endpoint = {"endpoint_url": "http://127.0.0.1:9000"}
    query = "?endpoint_url=http://127.0.0.1:9000&anon=true"
    for path in (make(query), make("", anon=True, **endpoint)):
        assert repr(path) == "S3QueryPath('s3://bucket/key')"
        assert type(path) is S3QueryPath
        assert dict(path.storage_options) == {**endpoint, "anon": True}
        assert dict((path / "a").storage_options) == dict(path.storage_options)
        assert (path.path, path.name) == ("bucket/key", "key")
        assert stores.url_of(path).startswith("s3://bucket/key?endpoint_url=http://127.0.0.1:9000")


def test_a_pickled_path_needs_no_more_than_itself(run_python):
    pickled = pickle.dumps(UPath("s3://bucket/key?anon=true"))
    result = run_python(f"import pickle; print(repr(pickle.loads({pickled!r})))")
    assert result.stdout == "S3QueryPath('s3://bucket/key')\n", result.stderr


@pytest.mark.parametrize(
    ("url", "options", "message"),
    [
        ("?anon=true&anon=true", {}, "option 'anon' is given twice"),
        ("?anon", {}, "is no option: write it as name=value"),
        ("?anon=yes", {}, "is 'yes', pass true or false"),
        ("?nosuch=1", {}, "option 'nosuch' .* is unknown, known are"),
        ("?endpoint_url=host:9000", {}, "has to start with http"),
        ("?anon=true", {"anon": False}, "'true' in .*, but False was passed too"),
        ("?endpoint_url=http://a", {"endpoint_url": "http://b"}, "but 'http://b' was passed too"),
    ],
)
def test_wrong_options(url, options, message):
    for make in (UPath, create_path):
        with pytest.raises(ValueError, match=message):
            make(f"s3://bucket/key{url}", **options)


def test_the_same_option_twice_is_no_contradiction():
    path = UPath("s3://bucket/key?anon=true", anon=True)
    assert path.storage_options["anon"] is True


# -- a real endpoint


def test_reading_and_writing(study, bucket):
    assert study.exists()
    assert study.is_dir()
    assert sorted(path.name for path in study.iterdir()) == ["meta.csv", "raw"]
    assert (study / "raw/1.jpg").read_bytes() == b"study/raw/1.jpg"
    (study / "new.txt").write_text("new")
    assert bucket.read("study/new.txt") == b"new"
    assert [path.name for path in study.glob("**/*.jpg")] == ["1.jpg", "2.jpg"]


def test_the_environment_names_the_endpoint(default_bucket):
    default_bucket.put("a.csv", b"abc")
    path = UPath(f"s3://{default_bucket.name}/a.csv")
    assert path.read_bytes() == b"abc"
    assert stores.exists(path)
    assert not stores.exists(path / "b")


def test_what_exists_is_asked_for_afresh(study, bucket):
    url = bucket.url("study/later.csv")
    assert not stores.exists(url)
    list(study.iterdir())  # remembered by the file system
    bucket.put("study/later.csv")
    assert stores.exists(url)
    assert "later.csv" in [one.key for one in list_objects(study)]
    assert "later.csv" in file_tree(study)
    bucket.client.delete_object(Bucket=bucket.name, Key="study/later.csv")
    assert not stores.exists(url)
    assert "later.csv" not in file_tree(study)
    assert stores.exists(bucket.url())
    assert not stores.exists(f"s3://no-such-bucket?endpoint_url={bucket.endpoint_url}")


def test_anonymous_access(bucket):
    bucket.put("private.csv", b"abc")
    path = UPath(bucket.url("private.csv"), anon=True)
    for access in (path.read_bytes, path.cache, lambda: stores.exists(path), lambda: path.modified):
        with pytest.raises(PermissionError):
            access()
    bucket.make_public()
    bucket.put("study/a.csv", b"abc")
    public = UPath(bucket.url("study"), anon=True)
    assert (public / "a.csv").read_bytes() == b"abc"
    assert file_tree(public).splitlines()[-1] == "└── a.csv"
    assert (public / "a.csv").cache().read_bytes() == b"abc"


def test_without_credentials_a_public_bucket_can_be_read(bucket, monkeypatch):
    bucket.make_public()
    bucket.put("a.csv", b"abc")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    path = UPath(bucket.url("a.csv"))
    assert path.fs.anon
    assert path.read_bytes() == b"abc"


def test_an_endpoint_that_is_not_there(s3_credentials):
    path = UPath("s3://bucket/a.csv?endpoint_url=http://127.0.0.1:9")
    with pytest.raises(ConnectionError, match=r"s3://bucket/a\.csv"):
        stores.exists(path)


def test_list_objects(study, bucket):
    bucket.put("study/raw/")  # stands for the folder
    bucket.put("study/.lamindb-tmp-1.csv")
    bucket.put("study/raw/.lamindb-tmp-2/b.csv")
    objects = list_objects(study)
    assert [one.key for one in objects] == ["meta.csv", "raw/1.jpg", "raw/deep/2.jpg"]
    meta = objects[0]
    assert meta.url == bucket.url("study/meta.csv")
    assert meta.size == len("study/meta.csv")
    assert meta.info["ETag"].strip('"') == md5(b"study/meta.csv").hexdigest()
    assert abs(datetime.now().astimezone() - meta.modified) < timedelta(minutes=5)
    assert len(list_objects(study, temporaries=True)) == 5
    assert list_objects(study / "meta.csv") == list_objects(study / "missing") == []
    assert len(list_objects(bucket.url())) == 4
    with pytest.raises(FileNotFoundError):
        list_objects(f"s3://no-such-bucket?endpoint_url={bucket.endpoint_url}")


def test_modified_and_web_address(study, bucket, default_bucket):
    meta = study / "meta.csv"
    assert abs(datetime.now() - meta.modified) < timedelta(minutes=5)
    keys = ("meta.csv", "raw/1.jpg", "raw/deep/2.jpg")
    assert study.modified == max((study / key).modified for key in keys)
    assert meta.to_url() == f"{bucket.endpoint_url}/{bucket.name}/study/meta.csv"
    plain = UPath(f"s3://{bucket.name}/study/meta.csv")
    assert plain.to_url() == f"https://{bucket.name}.s3.amazonaws.com/study/meta.csv"
    name = f"{bucket.name}-eu"
    bucket.client.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    assert stores.region_of(f"s3://{name}/a.csv") == "eu-central-1"
    assert UPath(f"s3://{name}/a.csv").to_url() == (
        f"https://{name}.s3-eu-central-1.amazonaws.com/a.csv"
    )


def test_from_auth(study):
    path = UPath.from_auth(study)
    assert (path / "meta.csv").read_bytes() == b"study/meta.csv"


# -- transfers


def test_upload_from(bucket, tmp_path):
    source = tmp_path / "study"
    (source / "raw").mkdir(parents=True)
    (source / "raw/1.jpg").write_bytes(b"1")
    (source / "meta.csv").write_bytes(b"m")
    root = UPath(bucket.url())
    folder = UPath(bucket.url("folder"))
    assert folder.upload_from(source, print_progress=False) == folder / "study"
    assert bucket.keys() == ["folder/study/meta.csv", "folder/study/raw/1.jpg"]
    (source / "meta.csv").unlink()
    folder.upload_from(source, create_folder=True)
    assert bucket.keys() == ["folder/study/raw/1.jpg"]  # replaced
    assert folder.upload_from(source, create_folder=False) == folder
    assert bucket.keys() == ["folder/raw/1.jpg", "folder/study/raw/1.jpg"]  # merged
    new = root / "new"
    assert new.upload_from(source, create_folder=False) == new
    assert bucket.keys("new") == ["new/raw/1.jpg"]
    file = root / "1.jpg"
    assert file.upload_from(str(source / "raw/1.jpg"), StorageClass="STANDARD_IA") == file
    assert bucket.client.head_object(Bucket=bucket.name, Key="1.jpg")["StorageClass"] == (
        "STANDARD_IA"
    )
    with pytest.raises(ValueError, match="create_folder=True needs a folder"):
        file.upload_from(source / "raw/1.jpg", create_folder=True)
    with pytest.raises(FileNotFoundError):
        file.upload_from(tmp_path / "missing")


def test_download_to(study, tmp_path):
    study.download_to(tmp_path / "copy", print_progress=False)
    assert (tmp_path / "copy/raw/deep/2.jpg").read_bytes() == b"study/raw/deep/2.jpg"
    (study / "meta.csv").download_to(str(tmp_path / "b.csv"))
    (study / "raw/1.jpg").download_to(tmp_path / "copy")  # into the folder
    assert sorted(os.listdir(tmp_path / "copy")) == ["1.jpg", "meta.csv", "raw"]
    assert (tmp_path / "b.csv").read_bytes() == b"study/meta.csv"
    with pytest.raises(FileNotFoundError):
        (study / "missing").download_to(tmp_path / "c.csv")


def test_synchronize_to_and_cache(study, bucket, tmp_path, settings_dir):
    meta = study / "meta.csv"
    copy = tmp_path / "meta.csv"
    assert meta.synchronize_to(copy, just_check=True)
    assert not copy.exists()
    assert meta.synchronize_to(copy)
    assert copy.read_bytes() == b"study/meta.csv"
    assert not meta.synchronize_to(copy)
    with pytest.warns(DeprecationWarning, match="use UPath.synchronize_to"):
        assert not meta.synchronize(copy, just_check=True)
    with pytest.raises(FileNotFoundError):
        (study / "missing").synchronize_to(tmp_path / "missing")
    assert not (study / "missing").synchronize_to(tmp_path / "missing", error_no_origin=False)
    cached = meta.cache()
    assert repr(cached).startswith("PosixUPath(")
    assert str(cached) == f"{settings_dir.parent}/cache/{bucket.name}/study/meta.csv"
    assert str(meta.cache(cache_key="my/a.csv")) == f"{settings_dir.parent}/cache/my/a.csv"
    with pytest.raises(ValueError, match="resolves outside the cache directory"):
        meta.cache(cache_key="../a.csv")


def test_cloud_to_local(study, bucket, settings_dir):
    from lamindb.setup import settings

    for path in (study / "meta.csv", bucket.url("study/meta.csv")):
        local = settings.paths.cloud_to_local(path)
        assert str(local) == f"{settings_dir.parent}/cache/{bucket.name}/study/meta.csv"
        assert local.read_bytes() == b"study/meta.csv"
    with pytest.raises(ValueError, match="resolves outside"):
        settings.paths.cloud_to_local("s3://bucket/../../a.csv")


def test_delete_storage(study, bucket):
    delete_storage(study)
    assert bucket.keys() == ["study2/a.csv"]
    with pytest.raises(FileNotFoundError):
        delete_storage(study)
    delete_storage(study, raise_file_not_found_error=False)
    delete_storage(bucket.url("study2/a.csv"))
    assert bucket.keys() == []
    with pytest.raises(ValueError, match="whole bucket"):
        delete_storage(bucket.url())


# -- view_tree


def test_view_tree_of_the_iris_studies(bucket, capsys):
    """The tree of the tutorial: three studies, 151 files, one request."""
    n_images = {"study0_raw_images": 50, "study1_raw_images": 48, "study2_raw_images": 50}
    lines = [
        "3 sub-directories & 151 files with suffixes '.csv', '.jpg'",
        f"s3://{bucket.name}/iris_studies",
    ]
    keys = []
    for study, n in n_images.items():
        is_last = study == "study2_raw_images"
        names = [*(f"iris-{i:064x}.jpg" for i in range(n)), "meta.csv"]
        keys += [f"iris_studies/{study}/{name}" for name in names]
        lines.append(f"{'└' if is_last else '├'}── {study}/")
        indent = "    " if is_last else "│   "
        lines += [f"{indent}├── {name}" for name in names[:-1]] + [f"{indent}└── meta.csv"]
    bucket.make_public()
    fill(bucket, keys)
    with FlakyProxy(bucket.endpoint_url) as proxy:
        path = UPath(f"s3://{bucket.name}/iris_studies?endpoint_url={proxy.url}", anon=True)
        path.view_tree()
        assert proxy.requests == [request for request in proxy.requests if "list-type=2" in request]
        assert len(proxy.requests) == 1
    assert capsys.readouterr().out.splitlines() == lines


def test_options_of_view_tree(study, bucket):
    root = UPath(bucket.url())
    name = f"s3://{bucket.name}"
    assert file_tree(root, level=1).splitlines() == [
        "2 sub-directories & 0 files",
        name,
        "├── study/",
        "└── study2/",
    ]
    assert file_tree(root, level=-1).splitlines()[-3:] == [
        "│           └── 2.jpg",
        "└── study2/",
        "    └── a.csv",
    ]
    assert file_tree(root, only_dirs=True).splitlines() == [
        "3 sub-directories & 0 files",
        name,
        "├── study/",
        "│   └── raw/",
        "└── study2/",
    ]
    expected = [
        "2 sub-directories & 1 files with suffixes '.jpg'",
        name,
        "└── study/",
        "    └── raw/",
        "        └── 1.jpg",
    ]
    for included in (study / "raw/1.jpg", bucket.url("study/raw/1.jpg"), f"{name}/study/raw/1.jpg"):
        assert file_tree(root, include_paths=[included], level=-1).splitlines() == expected
    assert "meta.csv" not in file_tree(root, skip_suffixes=[".csv"])
    bucket.put("study", b"a file and a folder")
    assert file_tree(root).splitlines()[0].startswith("3 sub-directories & 3 files")


def test_errors_of_view_tree(study, bucket):
    with pytest.raises(FileNotFoundError, match=r"there is no folder at 's3://.*/missing'"):
        file_tree(study / "missing")
    with pytest.raises(FileNotFoundError):
        file_tree(UPath(f"s3://no-such-bucket?endpoint_url={bucket.endpoint_url}"))
    with pytest.raises(NotADirectoryError, match=re.escape("meta.csv' is a file")):
        file_tree(study / "meta.csv")
    bucket.client.create_bucket(Bucket=f"{bucket.name}-empty")
    empty = UPath(f"s3://{bucket.name}-empty?endpoint_url={bucket.endpoint_url}")
    assert file_tree(empty).splitlines()[0] == "0 sub-directories & 0 files"


def test_a_deep_bucket_is_not_listed_to_its_ground(bucket):
    fill(bucket, ["a/b/c/1.csv", "a/b/c/d/2.csv", "a/z.csv", "y.csv"])
    with FlakyProxy(bucket.endpoint_url) as proxy:
        root = f"s3://{bucket.name}?endpoint_url={proxy.url}"
        folders = remote_folders(root, 2, max_pages=0)
        assert proxy.count("delimiter=%2F|delimiter=/") == 2  # the bucket and `a`
    content = {key: sorted(entry.name for entry in entries) for key, entries in folders.items()}
    assert content == {"": ["a", "y.csv"], "a": ["b", "z.csv"]}
    shallow = remote_folders(bucket.url(), 1, max_pages=0)
    assert sorted(shallow[""]) == [Entry("a", is_folder=True), Entry("y.csv", is_folder=False)]
