"""Buckets on two servers, and a folder to transfer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import s3
from tests.support.flaky_proxy import FlakyProxy


@pytest.fixture(scope="session")
def rclone_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder whose folders are the buckets."""
    return tmp_path_factory.mktemp("rclone")


@pytest.fixture(scope="session")
def rclone_server(rclone_folder: Path) -> Iterator[s3.S3Server]:
    try:
        server = s3.start_rclone(rclone_folder)
    except s3.S3Unavailable as error:
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture
def rclone_bucket(rclone_server: s3.S3Server, s3_credentials: None) -> s3.Bucket:
    return s3.Bucket(rclone_server)


@pytest.fixture(params=["moto", "rclone"])
def any_bucket(request: pytest.FixtureRequest) -> s3.Bucket:
    """The same test on two servers, as they differ in details."""
    return request.getfixturevalue("bucket" if request.param == "moto" else "rclone_bucket")


@pytest.fixture
def proxy(bucket: s3.Bucket) -> Iterator[FlakyProxy]:
    """A bad network in front of `bucket`; see `behind`."""
    with FlakyProxy(bucket.endpoint_url) as proxy:
        yield proxy


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with the names that make trouble: nested, spaces, unicode, empty, `+`, `%`."""
    folder = tmp_path / "study"
    contents = {
        "meta.csv": "a,b\n",
        "empty.txt": "",
        "raw/with space.txt": "1",
        "raw/deep/ünïcödé 中.txt": "2",
        "raw/50% + more & #1.txt": "3",
        "no_suffix": "4",
    }
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder
