import pytest

from lamindb.storage import layout

MINIO = "?endpoint_url=http://localhost:9000"
UID = "HknNfVvoY5EsnxkY0000"


@pytest.mark.parametrize(
    ("suffix", "overwrite_versions", "key"),
    [
        (".parquet", False, ".lamindb/HknNfVvoY5EsnxkY0000.parquet"),
        ("", False, ".lamindb/HknNfVvoY5EsnxkY0000"),
        (".zarr", True, ".lamindb/HknNfVvoY5EsnxkY.zarr"),
        ("", True, ".lamindb/HknNfVvoY5EsnxkY"),
    ],
)
def test_auto_key_and_back(suffix, overwrite_versions, key):
    assert layout.auto_key(UID, suffix, overwrite_versions) == key
    uid = UID[:16] if overwrite_versions else UID
    assert layout.uid_of_auto_key(key) == uid
    assert layout.uid_of_auto_key(f"s3://bucket/prefix/{key}") == uid
    assert layout.uid_of_auto_key(f"/data/store/{key}/part/1.csv") == uid


@pytest.mark.parametrize(
    "path",
    [
        "my/table.csv",
        ".lamindb/storage_uid.txt",
        "x.lamindb/HknNfVvoY5EsnxkY0000.csv",
        ".lamindb/HknNfVvoY5EsnxkY000.csv",
        ".lamindb/HknNfVvo_5EsnxkY0000.csv",
        ".lamindb/",
    ],
)
def test_no_auto_key(path):
    assert layout.uid_of_auto_key(path) is None


@pytest.mark.parametrize(
    ("path", "protocol"),
    [
        ("/data/a.csv", "local"),
        ("a.csv", "local"),
        ("file:///data/a.csv", "local"),
        ("s3://bucket/a.csv", "s3"),
        ("S3://bucket/a.csv", "s3"),
        ("gcs://bucket/a.csv", "gs"),
        ("gs://bucket/a.csv", "gs"),
        ("https://host/a.csv", "https"),
        ("memory://a.csv", "memory"),
    ],
)
def test_protocol_of(path, protocol):
    assert layout.protocol_of(path) == protocol


@pytest.mark.parametrize(
    ("path", "location", "options"),
    [
        (f"s3://b/p{MINIO}", "s3://b/p", {"endpoint_url": "http://localhost:9000"}),
        ("s3://b/p?anon=true&region=x", "s3://b/p", {"anon": "true", "region": "x"}),
        ("s3://b/p", "s3://b/p", {}),
        ("/data/what?.csv", "/data/what?.csv", {}),
        ("https://host/a?download=1", "https://host/a?download=1", {}),
    ],
)
def test_split_query(path, location, options):
    assert layout.split_query(path) == (location, options)
    assert layout.without_query(path) == location


@pytest.mark.parametrize("query", ["endpoint_url", "=x", "a=1&a=2", "a=1&a=1"])
def test_malformed_query_is_refused(query):
    with pytest.raises(ValueError, match=r"name=value|given twice"):
        layout.split_query(f"s3://bucket?{query}")


@pytest.mark.parametrize(
    ("root", "key", "path"),
    [
        ("/data/store", "a/b.csv", "/data/store/a/b.csv"),
        ("/data/store/", "b.csv", "/data/store/b.csv"),
        ("/", "b.csv", "/b.csv"),
        ("/data/store", "", "/data/store"),
        ("/data/what?", "b.csv", "/data/what?/b.csv"),
        ("s3://bucket", "b.csv", "s3://bucket/b.csv"),
        (f"s3://bucket/p{MINIO}", "b.csv", f"s3://bucket/p/b.csv{MINIO}"),
        (f"s3://bucket/p/{MINIO}", "b.csv", f"s3://bucket/p/b.csv{MINIO}"),
    ],
)
def test_join(root, key, path):
    assert layout.join(root, key) == path


@pytest.mark.parametrize("key", ["/etc/passwd", "../b.csv", "a/../../b.csv", "s3://other/b.csv"])
def test_join_does_not_leave_the_root(key):
    with pytest.raises(ValueError, match="leads out of the storage location '/data/store'"):
        layout.join("/data/store", key)


@pytest.mark.parametrize(
    ("path", "root", "key"),
    [
        ("/data/store/a/b.csv", "/data/store", "a/b.csv"),
        ("/data/store/a/b.csv", "/data/store/", "a/b.csv"),
        ("/data/b.csv", "/", "data/b.csv"),
        ("file:///data/store/b.csv", "/data/store", "b.csv"),
        ("s3://bucket/p/b.csv", "s3://bucket/p", "b.csv"),
        ("s3://bucket/b.csv", "s3://bucket", "b.csv"),
        ("gcs://bucket/b.csv", "gs://bucket", "b.csv"),
        (f"s3://bucket/b.csv{MINIO}", f"s3://bucket{MINIO}", "b.csv"),
        (f"s3://bucket/b.csv{MINIO}/", f"s3://bucket{MINIO}", "b.csv"),
    ],
)
def test_inside(path, root, key):
    assert layout.is_inside(path, root)
    assert layout.relative_to_root(path, root) == key


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("/data/store", "/data/store"),
        ("/data/store/", "/data/store"),
        ("/data/store2/b.csv", "/data/store"),
        ("/data/store/../b.csv", "/data/store"),
        ("s3://bucket2/b.csv", "s3://bucket"),
        ("s3://bucket", "s3://bucket"),
        ("gs://bucket/b.csv", "s3://bucket"),
        ("s3://bucket/b.csv", f"s3://bucket{MINIO}"),
        (f"s3://bucket/b.csv{MINIO}", "s3://bucket"),
        (f"s3://bucket/b.csv{MINIO}1", f"s3://bucket{MINIO}"),
        ("http://host/b.csv", "https://host"),
    ],
)
def test_outside(path, root):
    assert not layout.is_inside(path, root)
    with pytest.raises(ValueError, match="is not inside of the storage location"):
        layout.relative_to_root(path, root)


def test_longest_root_wins():
    roots = ["/data", "/data/store/nested", "/data/store", "s3://data"]
    assert layout.longest_root("/data/store/nested/a.csv", roots) == "/data/store/nested"
    assert layout.longest_root("/data/store/nested", roots) == "/data/store"
    assert layout.longest_root("/home/a.csv", roots) is None
    # options don't make a root longer
    roots = [f"s3://bucket{MINIO}", f"s3://bucket/p{MINIO}"]
    assert layout.longest_root(f"s3://bucket/p/a.csv{MINIO}", roots) == roots[1]


@pytest.mark.parametrize(
    ("path", "root", "key", "cache_key"),
    [
        ("s3://bucket/p/.lamindb/x.csv", None, None, "bucket/p/.lamindb/x.csv"),
        (f"s3://bucket/x.csv{MINIO}", None, None, "bucket/x.csv"),
        ("s3://bucket/p/.lamindb/x.csv", "s3://bucket/p", "my/a.csv", "bucket/p/my/a.csv"),
        (f"s3://b/.lamindb/x.csv{MINIO}", f"s3://b{MINIO}", "a.csv", "b/a.csv"),
        ("https://host/dir/x.csv", None, None, "host/dir/x.csv"),
    ],
)
def test_cache_key(path, root, key, cache_key):
    assert layout.cache_key(path, root=root, key=key) == cache_key
    assert layout.cache_path("/home/me/cache", cache_key) == f"/home/me/cache/{cache_key}"


@pytest.mark.parametrize("key", ["../a.csv", "/etc/passwd", "a/../../b", "", "."])
def test_cache_path_stays_below_the_cache_directory(key):
    with pytest.raises(ValueError, match="resolves outside the cache directory"):
        layout.cache_path("/home/me/cache", key)
