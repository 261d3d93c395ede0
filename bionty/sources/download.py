"""Download files of sources, and find out within seconds that there is no network.

Files of the asset store are read over HTTPS without credentials. `BIONTY_MIRROR` names another
place that serves the files of the store.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import Request, getproxies, proxy_bypass, url2pathname, urlopen

from lamindb.base.urls import protocol_of
from lamindb.storage.atomic import write_into_place
from lamindb.storage.transfer import download as download_from_store
from lamindb.storage.transfer.progress import TransferProgress

from .folders import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DownloadFailed", "asset_url", "fetch"]

ASSET_BUCKET = "s3://bionty-assets/"

_ASSET_ADDRESS = "https://bionty-assets.s3.amazonaws.com"
_REACH_SECONDS = 3.0
_STALL_SECONDS = 4.0
_REMEMBERED_SECONDS = 60.0
_CHUNK = 1 << 18
_NOT_FOUND = (403, 404, 410)  # S3 says 403 for what is missing if listing isn't allowed

_tried: dict[tuple[str, int], tuple[float, str]] = {}


class DownloadFailed(Exception):
    """A file could not be had, for the reason in the text."""


def asset_url(name: str) -> str:
    """Address of a file in the asset store.

    Parameters
    ----------
    name : str
        Of the file.

    Returns
    -------
    str

    Examples
    --------
    >>> asset_url("df_all__cl__2026-06-08__CellType.parquet")
    'https://bionty-assets.s3.amazonaws.com/df_all__cl__2026-06-08__CellType.parquet'
    """
    base = os.environ.get("BIONTY_MIRROR") or _ASSET_ADDRESS
    return f"{base.rstrip('/')}/{quote(name)}"


def fetch(url: str, target: Path, name: str | None = None) -> None:
    """Download a file; it appears complete or not at all.

    Parameters
    ----------
    url : str
        `file://`, `http(s)://`, or a location that lamindb can read, such as `s3://`.
    target : pathlib.Path
        Where to.
    name : str, optional
        To show; by default that of the target.

    Raises
    ------
    DownloadFailed
        If it can't be had.
    OSError
        If the target can't be written.

    Examples
    --------
    >>> fetch("file:///data/cl.obo", Path("ontology_all__cl__1__CellType"))  # doctest: +SKIP
    """
    if url.startswith(ASSET_BUCKET):
        url = asset_url(url.removeprefix(ASSET_BUCKET))
    protocol = protocol_of(url)
    if protocol == "local":
        _copy(url, target)
        return
    if settings.is_offline:
        raise DownloadFailed("BIONTY_OFFLINE is set")
    if protocol in ("http", "https"):
        _check_reachable(url)
        with write_into_place(target, sync=False) as temporary:
            _download(url, temporary, name or target.name)
        return
    try:
        download_from_store(url, target)
    except (OSError, ImportError, ValueError) as error:
        raise DownloadFailed(f"{type(error).__name__}: {error}") from error


def _copy(url: str, target: Path) -> None:
    source = Path(url2pathname(unquote(urlsplit(url).path)) if "://" in url else url)
    if not source.is_file():
        raise DownloadFailed(f"there is no file {source}")
    with write_into_place(target, sync=False) as temporary:
        shutil.copyfile(source, temporary)


def _download(url: str, temporary: Path, name: str) -> None:
    """Write what a web address has to a file, all of it or an error."""
    with _failures(url), urlopen(_request(url), timeout=_STALL_SECONDS) as response:
        size = int(response.headers.get("Content-Length") or 0)
        done = 0
        with TransferProgress("synchronizing", name) as progress, temporary.open("wb") as file:
            progress.expect(size)
            while chunk := response.read(_CHUNK):
                _write(file, chunk)
                done += len(chunk)
                progress.add(len(chunk))
        if done < size:
            raise DownloadFailed(f"only {done} of {size} bytes of {url} arrived")


def _write(file: Any, chunk: bytes) -> None:
    """Write; an error of the disk must not be taken for one of the network."""
    try:
        file.write(chunk)
    except OSError as error:
        raise _DiskError(error) from error


class _DiskError(Exception):
    """An error of the disk while a download is on."""


def _request(url: str) -> Request:
    return Request(url, headers={"User-Agent": "bionty"})


@contextmanager
def _failures(url: str) -> Iterator[None]:
    """Turn errors of the network into texts."""
    try:
        yield
    except _DiskError as error:
        raise error.args[0] from None
    except HTTPError as error:
        if error.code in _NOT_FOUND:
            raise DownloadFailed(
                f"URL not found ({error.code}): '{url}'. Check for typos."
            ) from error
        raise DownloadFailed(f"HTTP error ({error.code}): {url}") from error
    except (URLError, HTTPException, OSError) as error:
        raise DownloadFailed(f"{getattr(error, 'reason', error) or error!r}: {url}") from error


def _check_reachable(url: str) -> None:
    """Raise within seconds if nobody answers at the host, or the proxy, of an address."""
    host, port = _first_hop(url)
    tried_at, reason = _tried.get((host, port), (-_REMEMBERED_SECONDS, ""))
    if time.monotonic() - tried_at >= _REMEMBERED_SECONDS:
        reason = _try_to_connect(host, port)
        _tried[host, port] = (time.monotonic(), reason)
    if reason:
        raise DownloadFailed(f"can't reach {host}: {reason}")


def _first_hop(url: str) -> tuple[str, int]:
    """Host and port to connect to."""
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.netloc):
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _try_to_connect(host: str, port: int) -> str:
    """Connect in a thread, as looking up a name can't be given a time limit; why it failed."""
    outcome = ["no answer"]

    def connect() -> None:
        try:
            socket.create_connection((host, port), timeout=_REACH_SECONDS).close()
            outcome[0] = ""
        except OSError as error:
            outcome[0] = error.strerror or str(error)

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(_REACH_SECONDS)
    return outcome[0]
