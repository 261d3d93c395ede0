"""Read compressed files with libraries that need a plain file."""

from __future__ import annotations

import gzip
import shutil
import tarfile
from contextlib import contextmanager

from lamindb.storage.atomic import remove
from lamindb.storage.cache import temporary_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["decompressed"]


@contextmanager
def decompressed(path: str, compression: str | None = "infer") -> Iterator[str]:
    """Give the path of a plain file with the content of a compressed one.

    Parameters
    ----------
    path : str
        A local file.
    compression : {"infer", "gzip", None}
        `"infer"` goes by the suffix (`.gz`, `.tar.gz`); None takes the file as it is.

    Yields
    ------
    str
        The path itself if it isn't compressed, else that of a temporary file below the cache
        directory.

    Raises
    ------
    ValueError
        If an archive doesn't hold exactly one file, or for another compression.

    Example
    -------
    >>> with decompressed("cells.h5ad.gz") as path:  # doctest: +SKIP
    ...     adata = anndata.read_h5ad(path)
    """
    if compression not in ("infer", "gzip", None):
        raise ValueError(f"compression is {compression!r} but has to be 'infer', 'gzip' or None")
    if compression is None or (compression == "infer" and not path.lower().endswith(".gz")):
        yield path
        return
    plain = temporary_path("")
    try:
        _decompress(path, str(plain))
        yield str(plain)
    finally:
        remove(plain)


def _decompress(path: str, target: str) -> None:
    with open(target, "wb") as file:
        if not path.lower().endswith(".tar.gz"):
            with gzip.open(path) as content:
                shutil.copyfileobj(content, file)
            return
        try:
            _extract_only_member(path, file)
        except tarfile.TarError as error:
            raise ValueError(f"{path!r} is no tar archive: {error}") from error


def _extract_only_member(path: str, target: BinaryIO) -> None:
    with tarfile.open(path, "r:gz") as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        if len(members) != 1:
            raise ValueError(
                f"{path!r} holds {len(members)} files but has to hold exactly one to be loaded"
            )
        shutil.copyfileobj(archive.extractfile(members[0]), target)  # type: ignore[arg-type]
