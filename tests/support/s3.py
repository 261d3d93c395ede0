"""Real S3 endpoints on loopback, from pip packages: moto's server and rclone's."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from tests.support.servers import die_with_parent, free_port

START_TIMEOUT = 60  # seconds
ACCESS_KEY = "test-access-key"
SECRET_KEY = "test-secret-key"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class S3Unavailable(Exception):
    """No S3 server program is installed."""


class S3Server:
    """A running endpoint; `stop` ends it."""

    def __init__(self, process: subprocess.Popen[bytes], endpoint_url: str) -> None:
        self.process = process
        self.endpoint_url = endpoint_url

    def client(self) -> Any:
        """A boto3 client of this endpoint, to look behind the back of the product."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()


class Bucket:
    """A fresh bucket of a server.

    Attributes
    ----------
    name, endpoint_url : str
        Of the bucket.
    client
        A boto3 client.
    """

    def __init__(self, server: S3Server) -> None:
        self.name = f"bucket-{secrets.token_hex(4)}"
        self.endpoint_url = server.endpoint_url
        self.client = server.client()
        self.client.create_bucket(Bucket=self.name)
        self.acl = "private"

    def make_public(self) -> None:
        """Let everybody read the bucket, and the objects that `put` writes from now on."""
        self.acl = "public-read"
        self.client.put_bucket_acl(Bucket=self.name, ACL=self.acl)

    def url(self, key: str = "", *, endpoint: bool = True) -> str:
        """URL of an object or of the bucket, with the endpoint as an option of the URL."""
        path = f"s3://{self.name}/{key}".rstrip("/")
        return f"{path}?endpoint_url={self.endpoint_url}" if endpoint else path

    def put(self, key: str, content: bytes = b"") -> None:
        """Write an object."""
        self.client.put_object(Bucket=self.name, Key=key, Body=content, ACL=self.acl)

    def read(self, key: str) -> bytes:
        """Content of an object."""
        content: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return content

    def keys(self, prefix: str = "") -> list[str]:
        """Keys of all objects, sorted."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=prefix
        )
        return sorted(item["Key"] for page in pages for item in page.get("Contents", ()))


def start_moto() -> S3Server:
    """Start moto's server as a process of its own."""
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask") is None:
        raise S3Unavailable("moto is not installed: pip install 'lamindb[test]'")
    port = free_port()
    return _start([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port)


def start_rclone(directory: Path, *options: str) -> S3Server:
    """Start rclone's S3 server; the sub-folders of the directory are its buckets."""
    program = shutil.which("rclone", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")
    if program is None:
        raise S3Unavailable("rclone is not installed: pip install 'lamindb[test]'")
    port = free_port()
    arguments = ["serve", "s3", "--addr", f"127.0.0.1:{port}", "--no-cleanup"]
    arguments += ["--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--vfs-cache-mode", "off", *options]
    return _start([program, *arguments, str(directory)], port)


def _start(command: Sequence[str], port: int) -> S3Server:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent,  # noqa: PLW1509
    )
    server = S3Server(process, f"http://127.0.0.1:{port}")
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{command[:3]} ended with exit code {process.returncode}")
        try:
            urllib.request.urlopen(server.endpoint_url, timeout=1).close()
        except HTTPError:
            return server
        except OSError:
            time.sleep(0.05)
        else:
            return server
    server.stop()
    raise RuntimeError(f"{command[:3]} did not answer within {START_TIMEOUT} seconds")
