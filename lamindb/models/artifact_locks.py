"""One process at a time writes content to a place that several versions share."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from django.db import connections

from lamindb.setup.cache_dir import cache_path

from .saving import version_lock_name
from .versioned import lock_number, new_version_uid, rebase

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .artifact import Artifact


@contextmanager
def locked_place(artifact: Artifact, using: str) -> Iterator[None]:
    """Keep other processes from storing versions of the same artifact in the cloud.

    Waits until none does. What they stored meanwhile is known afterwards: a first version decides
    on the place of all others.
    """
    name = version_lock_name(artifact)
    with sole_writer(name, using):
        if artifact._state.adding and artifact._overwrite_versions:
            rebase(artifact)
            if artifact._revises is not None:
                artifact.uid = new_version_uid(type(artifact), artifact._revises)
        if artifact.stem_uid == name:
            yield
            return
        with sole_writer(artifact.stem_uid, using):  # the key may have been another one
            yield


@contextmanager
def sole_writer(name: str, using: str) -> Iterator[None]:
    """Wait until no other process holds the lock of this name.

    An upload takes too long for a lock that ends with a transaction. On SQLite all processes are
    on one computer. A process that crashes loses its locks.
    """
    number = lock_number("content", name)
    connection = connections[using]
    if connection.vendor != "postgresql":
        with file_lock(f"lock-{number:x}"):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


@contextmanager
def file_lock(name: str) -> Iterator[None]:
    """Lock a file below the cache directory, which is gone afterwards."""
    folder = cache_path() / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    descriptor = locked_file(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def locked_file(path: Path) -> int:
    """Descriptor of a locked file; waits for its turn."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        os.close(descriptor)  # its owner removed it while we waited: lock the one there is now
