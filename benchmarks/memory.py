"""How much memory saving and caching of a large file takes, beyond what the process has anyway."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.cloud import cloud_storage
from benchmarks.files import write_blocks
from benchmarks.instances import new_instance
from benchmarks.registry import Workload, register

SIZE = 4 * 2**30
GOAL = 200 * 2**20

MEASURE = """
import os, resource, sys
import lamindb as ln

ln.settings.verbosity = "error"
uid, step = sys.argv[1:]
storage = ln.Storage.get(uid)
status = "/proc/self/status"

def forget_peak():
    if os.path.exists(status):
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")  # proc(5): resets the peak

def peak():
    "Bytes that this process had at most."
    if os.path.exists(status):
        with open(status) as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

def save(path):
    artifact = ln.Artifact(path, key=path, storage=storage)
    return artifact.save(print_progress=False)

with open("small.bin", "wb") as file:
    file.write(os.urandom(2 ** 20))
small = save("small.bin")  # whatever a first transfer loads is no cost of the large one
if storage.type != "local":
    os.unlink(small.cache(mute=True))
    small.cache(mute=True)
forget_peak()
before = peak()
if step == "cache":
    cached = ln.Artifact.get(key="large.bin").cache(mute=True)
    assert cached.stat().st_size == os.path.getsize("large.bin")
else:
    save("large.bin")
print(peak() - before)
"""


def _grown(storage_uid: str, step: str) -> float:
    """Bytes by which the peak of a fresh process grows in the step."""
    child = subprocess.run(
        [sys.executable, "-c", MEASURE, storage_uid, step],
        capture_output=True,
        text=True,
        check=False,
    )
    if child.returncode:
        raise RuntimeError(f"{step} failed:\n{child.stdout}{child.stderr}")
    return float(child.stdout.splitlines()[-1])


def local(runs: int) -> list[float]:
    """Save to a local storage location."""
    import lamindb as ln

    with new_instance():
        write_blocks(Path("large.bin"), SIZE)
        return [_grown(ln.Storage.get().uid, "save")]


_of_cloud: dict[str, float] = {}


def cloud(step: str) -> list[float]:
    """Save to S3, then cache from there with an empty cache."""
    if not _of_cloud:
        import lamindb as ln

        # otherwise rclone reads the whole file to answer each request for a part of it
        with cloud_storage("--etag-hash", "") as (_, storage):
            write_blocks(Path("large.bin"), SIZE)
            _of_cloud["save"] = _grown(storage.uid, "save")
            Path(ln.Artifact.get(key="large.bin").cache(mute=True)).unlink()
            _of_cloud["cache"] = _grown(storage.uid, "cache")
    return [_of_cloud[step]]


register(
    Workload("memory-save", "peak memory: save 4 GiB", local, GOAL, unit="bytes"),
    Workload(
        "memory-s3-save",
        "peak memory: save 4 GiB to S3",
        lambda _: cloud("save"),
        GOAL,
        unit="bytes",
    ),
    Workload(
        "memory-s3-cache",
        "peak memory: cache 4 GiB from S3",
        lambda _: cloud("cache"),
        GOAL,
        unit="bytes",
    ),
)
