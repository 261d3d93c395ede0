"""What is in a folder and in a bucket, to compare them; locations behind a proxy."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.flaky_proxy import FlakyProxy
from tests.support.s3 import Bucket


def behind(proxy: FlakyProxy, bucket: Bucket, key: str) -> str:
    """URL of an object that is reached through a proxy."""
    return f"s3://{bucket.name}/{key}?endpoint_url={proxy.url}"


def content_of(folder: Path) -> dict[str, bytes]:
    """Relative path and content of all files below a folder, temporary ones too."""
    paths = [Path(top, name) for top, _, names in os.walk(folder) for name in names]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def content_of_bucket(bucket: Bucket, prefix: str) -> dict[str, bytes]:
    """The same of a folder in a bucket."""
    return {key[len(prefix) :]: bucket.read(key) for key in bucket.keys(prefix)}
