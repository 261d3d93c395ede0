"""Every test of this folder runs against two different S3 servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import s3


@pytest.fixture(scope="session")
def rclone_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3.S3Server]:
    """rclone's S3 endpoint for this test session."""
    try:
        server = s3.start_rclone(tmp_path_factory.mktemp("rclone"))
    except s3.S3Unavailable as error:
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture(params=["moto", "rclone"])
def bucket(request: pytest.FixtureRequest, s3_credentials: None) -> s3.Bucket:
    """A fresh bucket of each of the servers."""
    name = "rclone_server" if request.param == "rclone" else "s3_server"
    return s3.Bucket(request.getfixturevalue(name))
