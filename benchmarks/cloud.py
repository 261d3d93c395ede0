"""What many small objects on S3 cost, compared with a bare client that sends 64 at a time."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.files import write_files
from benchmarks.instances import new_instance
from benchmarks.registry import Workload, elapsed, register
from tests.support.s3 import CREDENTIALS, S3Server, start_rclone

if TYPE_CHECKING:
    from lamindb import Storage

OBJECTS, OBJECT_SIZE = 2_000, 1_000
IN_FLIGHT = 64
BUCKET = "bench"
MAX_RUNS = 3


@contextlib.contextmanager
def cloud_storage(*options: str) -> Iterator[tuple[S3Server, Storage]]:
    """An S3 server (rclone with these options) and a storage location of a new instance in it."""
    import lamindb as ln

    with new_instance():
        os.environ.update(CREDENTIALS, AWS_CONFIG_FILE=os.devnull)
        os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
        Path("served", BUCKET).mkdir(parents=True)
        server = start_rclone(Path("served").resolve(), *options)
        try:
            root = f"s3://{BUCKET}/store?endpoint_url={server.endpoint_url}"
            yield server, ln.Storage(root).save()
        finally:
            server.stop()


def bare_transfers(server: S3Server, one: Callable[[Any, Path], Awaitable[None]]) -> None:
    """Await `one(client, path)` for each file of the source, `IN_FLIGHT` at a time."""
    from aiobotocore.config import AioConfig
    from aiobotocore.session import get_session

    async def run() -> None:
        limit = asyncio.Semaphore(IN_FLIGHT)
        config = AioConfig(max_pool_connections=IN_FLIGHT, s3={"addressing_style": "path"})

        async def limited(path: Path) -> None:
            async with limit:
                await one(client, path)

        async with get_session().create_client(
            "s3", endpoint_url=server.endpoint_url, config=config
        ) as client:
            paths = [path for path in Path("source").rglob("*") if path.is_file()]
            await asyncio.gather(*map(limited, paths))

    asyncio.run(run())


async def put(client: Any, path: Path) -> None:
    """Upload a file."""
    await client.put_object(Bucket=BUCKET, Key=f"floor/{path}", Body=path.read_bytes())


async def get(client: Any, path: Path) -> None:
    """Download what `put` uploaded."""
    response = await client.get_object(Bucket=BUCKET, Key=f"floor/{path}")
    async with response["Body"] as body:
        Path("floor", path.name).write_bytes(await body.read())


@functools.cache
def _objects(runs: int) -> dict[str, list[float]]:
    """Durations of uploads and downloads: of the bare client, and of artifacts."""
    import lamindb as ln

    steps = ("put", "get", "save", "cache")
    times: dict[str, list[float]] = {name: [] for name in steps}
    with cloud_storage() as (server, storage):

        def save(number: int) -> None:
            artifact = ln.Artifact("source", key=f"objects-{number}", storage=storage)
            artifact.save(print_progress=False)

        def cache(number: int) -> Path:
            return Path(ln.Artifact.get(key=f"objects-{number}").cache(mute=True))

        for number in range(min(runs, MAX_RUNS) + 1):
            for name in ("source", "floor", ln.settings.cache_dir):
                shutil.rmtree(name, ignore_errors=True)
            Path("floor").mkdir()
            write_files(Path("source"), OBJECTS, OBJECT_SIZE, seed=number)
            times["put"].append(elapsed(lambda _: bare_transfers(server, put), number))
            times["get"].append(elapsed(lambda _: bare_transfers(server, get), number))
            times["save"].append(elapsed(save, number))
            shutil.rmtree(cache(number))
            times["cache"].append(elapsed(cache, number))
            assert sum(path.is_file() for path in cache(number).rglob("*")) == OBJECTS
    return {name: durations[1:] for name, durations in times.items()}


AT_LEAST_80_PERCENT = 1 / 0.8

register(
    Workload("s3-put-floor", "bare client: put 2,000 objects", lambda n: _objects(n)["put"]),
    Workload(
        "s3-save",
        "save a folder of 2,000 files to S3",
        lambda runs: _objects(runs)["save"],
        AT_LEAST_80_PERCENT,
        floor="s3-put-floor",
        times_floor=True,
    ),
    Workload("s3-get-floor", "bare client: get 2,000 objects", lambda n: _objects(n)["get"]),
    Workload(
        "s3-cache",
        "cache a folder of 2,000 objects from S3",
        lambda runs: _objects(runs)["cache"],
        AT_LEAST_80_PERCENT,
        floor="s3-get-floor",
        times_floor=True,
    ),
)
