import os
import pickle
import time

import pytest
from fsspec import register_implementation
from fsspec.implementations.memory import MemoryFileSystem

from lamindb.storage import stores
from lamindb.storage.paths import UPath
from lamindb.storage.s3 import check_options, needs_equal_parts, part_size, public_url

MIB = 1024**2
ENDPOINT = "endpoint_url=http://127.0.0.1:9000"


@pytest.fixture
def no_aws(monkeypatch, tmp_path):
    """Neither credentials nor configuration."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("s3://bucket/a/b.csv", "s3://bucket"),
        ("s3://bucket", "s3://bucket"),
        ("s3:///bucket/a.csv", "s3://bucket"),
        (f"s3://bucket/a/b.csv?{ENDPOINT}", f"s3://bucket?{ENDPOINT}"),
        (f"s3://bucket/a.csv?{ENDPOINT}&anon=true", f"s3://bucket?anon=true&{ENDPOINT}"),
        ("gs://bucket/a.csv", "gs://bucket"),
        ("gcs://bucket/a.csv", "gs://bucket"),
        ("https://host/a/b.csv", "https://host"),
        ("http://host:8000/a/", "http://host:8000"),
        ("hf://datasets/owner/repo/a/b.csv", "hf://datasets/owner/repo"),
        ("hf://datasets/owner/repo@main/a.csv", "hf://datasets/owner/repo@main"),
        ("hf://datasets/owner/repo@refs/pr/7/a.csv", "hf://datasets/owner/repo@refs/pr/7"),
        (
            "hf://datasets/owner/repo@refs/convert/parquet/a.csv",
            "hf://datasets/owner/repo@refs/convert/parquet",
        ),
        ("hf://owner/model/a.csv", "hf://owner/model"),
        ("hf://spaces/owner/app/a.csv", "hf://spaces/owner/app"),
        ("memory://folder/a.csv", "memory://folder"),
    ],
)
def test_derived_root(path, root):
    assert stores.derived_root(path) == root


def test_derived_root_keeps_the_options_of_a_path_object():
    path = UPath("s3://bucket/a.csv", endpoint_url="http://127.0.0.1:9000")
    assert stores.derived_root(path) == f"s3://bucket?{ENDPOINT}"


@pytest.mark.parametrize("path", ["/data/a.csv", "s3://", "hf://datasets/owner"])
def test_no_derived_root(path):
    with pytest.raises(ValueError, match=r"no (repository|bucket)"):
        stores.derived_root(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/data/a.csv", False), ("file:///data/a.csv", False), ("s3://b/a", True), ("hf://a/b", True)],
)
def test_is_cloud(path, expected):
    assert stores.is_cloud(path) is expected


def test_local_and_memory(tmp_path, in_tmp):
    file = tmp_path / "a.txt"
    assert not stores.exists(file)
    file.write_text("abc")
    assert stores.exists(file)
    assert stores.exists("a.txt")
    fs, path = stores.fs_and_path("a.txt")
    assert (fs.cat_file(path), path) == (b"abc", str(file))
    assert stores.info(file)["type"] == "file"
    assert stores.region_of("memory://folder") is None
    fs, path = stores.fs_and_path("memory://stores/a.txt")
    assert path == "/stores/a.txt"
    assert not stores.exists("memory://stores/a.txt")
    fs.pipe_file(path, b"abc")
    assert stores.exists("memory://stores/a.txt")
    assert stores.info("memory://stores")["type"] == "directory"
    assert os.listdir(tmp_path) == ["a.txt"]  # memory is no folder


def test_unknown_protocol():
    with pytest.raises(ValueError, match="nosuch://"):
        stores.filesystem("nosuch://a/b")


@pytest.mark.parametrize(
    ("url", "module", "extra"),
    [("gs://bucket/a", "gcsfs", "gcs"), ("hf://datasets/o/r/a", "huggingface_hub", "huggingface")],
)
def test_a_missing_package_is_named(run_python, url, module, extra):
    result = run_python(
        f"import sys; sys.modules['{module}'] = None\n"
        "from lamindb.storage.paths import UPath\n"
        f"path = UPath('{url}'); print(path)\n"
        "path.exists()"
    )
    assert result.stdout == f"{url}\n"
    assert "ImportError" in result.stderr
    assert f"pip install 'lamindb[{extra}]'" in result.stderr


def test_nothing_heavy_is_imported_with_paths(run_python):
    result = run_python(
        "import sys\n"
        "import lamindb.storage.paths as paths, lamindb.storage.stores\n"
        "heavy = {'upath', 'fsspec', 's3fs', 'botocore', 'aiohttp', 'rich'}\n"
        "print(heavy & sys.modules.keys())\n"
        "paths.create_path('s3://bucket/a') / 'b'\n"
        "print({'s3fs', 'botocore', 'aiohttp'} & sys.modules.keys())"
    )
    assert result.stdout == "set()\nset()\n", result.stderr


# -- whose credentials


def test_without_credentials_access_is_anonymous_at_once(no_aws):
    durations = []
    for _ in range(3):  # the first one imports
        started = time.perf_counter()
        fs = stores.filesystem("s3://bucket")
        durations.append(time.perf_counter() - started)
    assert fs.anon is True
    # takes 15 ms; the metadata service of a machine of Amazon is waited for at least a second
    assert min(durations) < 0.5


@pytest.mark.parametrize(
    ("environment", "options", "anon"),
    [
        ({}, {}, False),
        ({"LAMIN_S3_ANON": "true"}, {}, True),
        ({"LAMIN_S3_ANON": "false"}, {}, False),
        ({}, {"anon": True}, True),
    ],
)
def test_credentials_of_the_environment(s3_credentials, monkeypatch, environment, options, anon):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert bool(UPath("s3://bucket/a", **options).fs.anon) is anon
    assert bool(stores.filesystem("s3://bucket/a", **options).anon) is anon


def test_own_credentials_need_no_others(no_aws):
    fs = stores.filesystem("s3://bucket", key="me", secret="s=e&c+r/t")
    assert (fs.anon, fs.key, fs.secret) == (False, "me", "s=e&c+r/t")


def test_options_win_in_this_order(no_aws, monkeypatch):
    stores.remember_options("s3://order", {"anon": False, "endpoint_url": "http://127.0.0.1:1"})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:2")
    assert stores.filesystem("s3://other-order").endpoint_url == "http://127.0.0.1:2"
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:3")
    assert stores.filesystem("s3://other-order").endpoint_url == "http://127.0.0.1:3"
    remembered = stores.filesystem("s3://order/a.csv")
    assert (remembered.endpoint_url, remembered.anon) == ("http://127.0.0.1:1", False)
    in_query = stores.filesystem("s3://order/a.csv?endpoint_url=http://127.0.0.1:4")
    assert in_query.endpoint_url == "http://127.0.0.1:4"
    own = stores.filesystem(
        "s3://order?endpoint_url=http://127.0.0.1:4", endpoint_url="http://127.0.0.1:5"
    )
    assert own.endpoint_url == "http://127.0.0.1:5"


def test_options_of_a_path_object_are_its_own(s3_credentials):
    anonymous = UPath("s3://own-options/a.csv", anon=True)
    assert anonymous.fs.anon
    assert stores.filesystem(anonymous).anon
    assert not stores.filesystem("s3://own-options/b.csv").anon
    assert stores.url_of(anonymous) == "s3://own-options/a.csv"
    assert stores.filesystem("s3://own-options/b.csv").anon  # as a location, it is remembered


def test_one_file_system_for_the_same_options(s3_credentials):
    url = f"s3://bucket/a.csv?{ENDPOINT}"
    fs = stores.filesystem(url)
    assert stores.filesystem(f"s3://bucket/b?{ENDPOINT}") is fs
    assert UPath(url).fs is fs
    assert stores.filesystem("s3://bucket/a.csv") is not fs
    assert pickle.loads(pickle.dumps(fs)) is fs


class HostFileSystem(MemoryFileSystem):
    """Wants to know a host, as those of FTP, SFTP or HDFS do."""

    protocol = "hosted"
    store = {}  # noqa: RUF012

    def __init__(self, host, **kwargs):
        super().__init__(**kwargs)
        self.host = host

    @staticmethod
    def _get_kwargs_from_urls(path):
        return {"host": path.removeprefix("hosted://").partition("/")[0]}


def test_the_url_says_the_host():
    register_implementation("hosted", HostFileSystem, clobber=True)
    assert stores.filesystem("hosted://example.org/data/a.csv").host == "example.org"
    assert stores.filesystem("hosted://example.com/data/a.csv").host == "example.com"


# -- S3


def test_settings_of_s3(s3_credentials):
    fs = stores.filesystem("s3://bucket")
    assert fs.config_kwargs == {"max_pool_connections": 64, "user_agent": "lamindb"}
    assert (fs.cache_regions, fs.version_aware, fs.fixed_upload_size) == (True, False, False)
    fs = stores.filesystem("s3://bucket?endpoint_url=https://me.r2.cloudflarestorage.com")
    assert (fs.cache_regions, fs.fixed_upload_size) == (False, True)
    fs = stores.filesystem("s3://bucket?region_name=eu-central-1")
    assert fs.client_kwargs == {"region_name": "eu-central-1"}


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, 10 * MIB),
        (100 * 1000 * MIB, 10 * MIB),
        (100 * 1000 * MIB + 1, 15 * MIB),
        (1024**4, 105 * MIB),
        (5 * 1024**4, 525 * MIB),
    ],
)
def test_part_size(size, expected):
    assert part_size(size) == expected
    assert -(-size // expected) <= 10_000


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"nosuch": "1"}, "option 'nosuch' in 's3://b' is unknown, known are: anon, endpoint_url"),
        ({"anon": "1"}, "is '1', pass true or false"),
        ({"endpoint_url": "localhost:9000"}, "has to start with http"),
    ],
)
def test_wrong_options(query, message):
    with pytest.raises(ValueError, match=message):
        check_options(query, "s3://b")
    name, value = next(iter(query.items()))
    for function in (stores.url_of, stores.filesystem, stores.exists, stores.derived_root):
        with pytest.raises(ValueError, match=message.replace("s3://b", ".*")):
            function(f"s3://b?{name}={value}")
    assert stores.filesystem("s3://b").storage_options.keys().isdisjoint({"nosuch"})


@pytest.mark.parametrize("bad", [1, None, b"a.csv", ["a.csv"]])
def test_what_is_no_path(bad):
    for function in (stores.url_of, stores.filesystem, stores.exists, stores.derived_root):
        with pytest.raises(TypeError, match="data has to be a string, Path, UPath"):
            function(bad)


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (None, False),
        ("https://s3.eu-central-1.amazonaws.com", False),
        ("https://me.eu.r2.cloudflarestorage.com", True),
    ],
)
def test_needs_equal_parts(endpoint, expected):
    assert needs_equal_parts(endpoint) is expected


@pytest.mark.parametrize(
    ("url", "region", "address"),
    [
        ("s3://b/a/c.csv", None, "https://b.s3.amazonaws.com/a/c.csv"),
        ("s3://b/a/c.csv", "us-east-1", "https://b.s3.amazonaws.com/a/c.csv"),
        ("s3://b/c d+.csv", "eu-west-2", "https://b.s3-eu-west-2.amazonaws.com/c%20d%2B.csv"),
        (f"s3://b/c.csv?{ENDPOINT}/", "eu-west-2", "http://127.0.0.1:9000/b/c.csv"),
    ],
)
def test_public_url(url, region, address):
    assert public_url(url, region) == address


# -- the web


def test_the_web_may_take_its_time_in_total():
    fs = stores.filesystem("https://host/a.csv")
    timeout = fs.client_kwargs["timeout"]
    assert timeout.total is None
    assert 0 < timeout.sock_connect <= 60
    assert 0 < timeout.sock_read <= 120
    assert UPath("https://host/a.csv").fs is fs
