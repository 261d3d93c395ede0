"""What large files and folders of many files cost, compared with copying and hashing them."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from benchmarks.instances import new_instance
from benchmarks.registry import Workload, elapsed, register

MAX_RUNS = 5
LARGE_FILE = 2**30
FILES, FILE_SIZE = 5_000, 10_000
SMALL_FILES, FILES_PER_FOLDER = 100_000, 1_000
FROM_DIR = 500


@functools.cache
def _large_file(runs: int) -> tuple[list[float], list[float]]:
    import lamindb as ln

    source = Path("large.bin")

    def floor(number: int) -> None:
        shutil.copyfile(source, "floor.bin")
        with open("floor.bin", "rb") as file:
            os.fsync(file.fileno())

    def save(number: int) -> None:
        ln.Artifact(source, key="large.bin").save()

    def measure(step: Callable[[int], None], into: list[float], number: int) -> None:
        change_one_byte(source)
        into.append(elapsed(step, number))
        # both write to memory that was just freed, and to a disk that is idle
        Path("floor.bin").unlink(missing_ok=True)
        ln.Artifact.filter(key="large.bin").delete(permanent=True)
        os.sync()

    floors: list[float] = []
    times: list[float] = []
    with new_instance():
        write_blocks(source, LARGE_FILE)
        for number in range(min(runs, MAX_RUNS) + 1):
            measure(floor, floors, number)
            measure(save, times, number)
    return floors[1:], times[1:]


def write_blocks(path: Path, size: int) -> None:
    """Write a file of random blocks of 1 MiB that repeat."""
    blocks = [os.urandom(2**20) for _ in range(16)]
    with path.open("wb") as file:
        for i in range(size // 2**20):
            file.write(blocks[i % len(blocks)])
        os.fsync(file.fileno())


def change_one_byte(path: Path) -> None:
    """Change the byte in the middle."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([(byte + 1) % 256]))
        os.fsync(file.fileno())


@functools.cache
def _folder(runs: int) -> tuple[list[float], list[float], list[float]]:
    """Durations of the floor, of a new folder, and of the same folder again."""
    import lamindb as ln

    floors: list[float] = []
    times: list[float] = []
    again: list[float] = []

    def save(number: int) -> None:
        ln.Artifact(f"source-{number}", key=f"folder-{number}").save()

    with new_instance():
        for number in range(min(runs, MAX_RUNS) + 1):
            source = Path(f"source-{number}")
            write_files(source, FILES, FILE_SIZE, seed=number)
            os.sync()
            floors.append(elapsed(copy_and_hash, number))
            shutil.rmtree("floor")
            times.append(elapsed(save, number))
            again.append(elapsed(save, number))
            assert ln.Artifact.get(key=f"folder-{number}").n_files == FILES
            shutil.rmtree(source)
        assert ln.Artifact.filter().count() == number + 1
    return floors[1:], times[1:], again[1:]


def write_files(
    folder: Path, count: int, size: int, *, seed: int = 0, per_folder: int = FILES_PER_FOLDER
) -> None:
    """Write files with different contents to sub-folders."""
    filler = b"x" * size
    for i in range(count):
        if i % per_folder == 0:
            sub_folder = folder / str(i // per_folder)
            sub_folder.mkdir(parents=True)
        (sub_folder / f"{i}.txt").write_bytes(f"{seed} {i} ".encode() + filler)


def copy_and_hash(number: int) -> None:
    """What a plain loop needs to list, hash and copy a folder."""
    for sub_folder in os.scandir(f"source-{number}"):
        target = Path("floor", sub_folder.name)
        target.mkdir(parents=True)
        for entry in os.scandir(sub_folder):
            content = Path(entry.path).read_bytes()
            hashlib.md5(content, usedforsecurity=False)
            (target / entry.name).write_bytes(content)


@functools.cache
def _in_place(runs: int) -> tuple[list[float], list[float]]:
    """Durations of registering many files, all changed since the last time, and unchanged."""
    import lamindb as ln

    folder = Path("store", "many")
    cold: list[float] = []
    unchanged: list[float] = []

    def register_folder(_: int) -> None:
        assert ln.Artifact(folder).save().n_files == SMALL_FILES

    with new_instance():
        for number in range(min(runs, 3)):
            shutil.rmtree(folder, ignore_errors=True)
            write_files(folder, SMALL_FILES, 100, seed=number)
            cold.append(elapsed(register_folder, number))
            unchanged.append(elapsed(register_folder, number))
        assert ln.Artifact.filter(key="many").count() == len(cold)
    return cold, unchanged


def from_dir(runs: int) -> list[float]:
    """Make an artifact of each file of a folder and save them all."""
    import lamindb as ln

    def save(number: int) -> None:
        ln.Artifact.from_dir(f"source-{number}", key=f"folder-{number}").save()

    times = []
    with new_instance():
        for number in range(min(runs, MAX_RUNS) + 1):
            write_files(Path(f"source-{number}"), FROM_DIR, 1_000, seed=number)
            times.append(elapsed(save, number))
        assert ln.Artifact.filter().count() == FROM_DIR * len(times)
    return times[1:]


register(
    Workload("large-floor", "copy 1 GiB, sync", lambda runs: _large_file(runs)[0]),
    Workload(
        "large",
        "Artifact(1 GiB).save()",
        lambda runs: _large_file(runs)[1],
        1.15,
        floor="large-floor",
        times_floor=True,
    ),
    Workload("folder-floor", "5,000 files: scandir, md5, copy", lambda runs: _folder(runs)[0]),
    Workload(
        "folder",
        "Artifact(folder of 5,000 files).save()",
        lambda runs: _folder(runs)[1],
        1.5,
        floor="folder-floor",
        times_floor=True,
    ),
    Workload("folder-again", "the same folder, unchanged", lambda runs: _folder(runs)[2], 0.2),
    Workload("in-place", "100,000 files in place, new", lambda runs: _in_place(runs)[0], 8.0),
    Workload(
        "in-place-again",
        "100,000 files in place, unchanged",
        lambda runs: _in_place(runs)[1],
        1.0,
    ),
    Workload("from-dir", "from_dir(500 files).save()", from_dir, 1.0),
)
