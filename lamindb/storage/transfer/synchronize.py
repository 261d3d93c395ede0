"""Download what a local copy lacks: the store has something newer, or something else."""

from __future__ import annotations

import errno
from pathlib import Path

from lamindb.base.log import logger
from lamindb.storage import stores
from lamindb.storage.atomic import remove
from lamindb.storage.layout import without_query
from lamindb.storage.transfer.access import look_up
from lamindb.storage.transfer.download import download_files, download_new_folder
from lamindb.storage.transfer.local_copy import (
    is_outdated,
    local_files,
    path_of_copy,
    remove_others,
)
from lamindb.storage.transfer.progress import TransferProgress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from os import PathLike

    from lamindb.base.types import AnyPathStr
    from lamindb.storage.transfer.access import RemoteTree
    from lamindb.storage.transfer.store import RemoteFile

__all__ = ["synchronize"]


def synchronize(
    url: AnyPathStr,
    target: str | PathLike[str],
    *,
    error_no_origin: bool = True,
    print_progress: bool = False,
    just_check: bool = False,
) -> bool:
    """Bring a local copy up to date.

    A file is downloaded if there is no copy or the store has a newer one (where stores don't tell
    times: one of another size). A folder is left alone if its newest file is newer than all of the
    store's; else each file is treated so, and what the store doesn't have is deleted.

    Parameters
    ----------
    url : str or path
        Location of a file or folder.
    target : str or path-like
        Local path of the copy.
    error_no_origin : bool
        Whether it is an error if there is neither something at the location nor a copy.
    print_progress : bool
        Whether to show how far it is.
    just_check : bool
        Whether to change nothing.

    Returns
    -------
    bool
        Whether something was, or would be, changed.

    Raises
    ------
    FileNotFoundError
        If there is neither something at the location nor a copy.
    OSError
        If reading or writing fails.

    Example
    -------
    >>> synchronize("s3://bucket/study", "study", print_progress=True)  # doctest: +SKIP
    ... synchronizing study: 100.0%
    True
    """
    url, target = stores.url_of(url), Path(target)
    tree = look_up(url)
    if tree is None:
        return _without_origin(without_query(url), target, error_no_origin)
    local = _local_state(tree, target)
    remote = {_local_key(target, file): file for file in tree.files}
    missing = [file for key, file in remote.items() if is_outdated(local.get(key), file)]
    others = local.keys() - remote.keys()
    if not (missing or others) or _is_ahead(tree, local):
        return False
    if not just_check:
        with TransferProgress("synchronizing", tree.name, is_shown=print_progress) as progress:
            if missing:
                progress.expect(sum(file.size or 0 for file in missing))
            _update(tree, missing, target, progress)
    return True


def _without_origin(url: str, target: Path, error_no_origin: bool) -> bool:
    message = f"The original path {url} does not exist anymore."
    if target.exists():
        logger.warning(
            f"{message}\nHowever, the local path {target} still exists, you might want to reupload"
            " the object back."
        )
    elif error_no_origin:
        raise FileNotFoundError(errno.ENOENT, message, url)
    return False


def _local_key(target: Path, file: RemoteFile) -> str:
    """Relative path of a copy; keys of stores may have empty parts."""
    path = path_of_copy(target, file.key)
    return path.relative_to(target).as_posix() if file.key else ""


def _local_state(tree: RemoteTree, target: Path) -> dict[str, os.stat_result]:
    """Files of the copy by key; nothing if it is of the other kind, file or folder."""
    if target.is_dir():
        return {} if tree.file else local_files(target)
    return {"": target.stat()} if tree.file and target.exists() else {}


def _is_ahead(tree: RemoteTree, local: dict[str, os.stat_result]) -> bool:
    """Whether the newest file of a copy is newer than all files of the store."""
    times = [file.modified for file in tree.files]
    known = [time for time in times if time is not None]
    return bool(known and local) and max(stat.st_mtime for stat in local.values()) > max(known)


def _update(
    tree: RemoteTree, missing: list[RemoteFile], target: Path, progress: TransferProgress
) -> None:
    """Download what is missing and delete what the store doesn't have."""
    is_folder = tree.file is None
    if target.exists() and target.is_dir() != is_folder:
        remove(target)
    if is_folder and not target.exists():
        download_new_folder(tree, target, progress.add)
        return
    if is_folder:
        remove_others(target, tree.sizes)  # first: a file may be where a folder belongs now
    download_files(tree, missing, target, progress.add)
