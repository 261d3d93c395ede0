"""The folder for local copies and other files that can be made again."""

from __future__ import annotations

import os
import shutil
from importlib import import_module
from pathlib import Path

from lamindb.base.log import logger
from lamindb.base.prompts import confirm
from lamindb.base.urls import protocol_of, split_query
from lamindb.errors import InvalidArgument
from lamindb.setup import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from upath import UPath

    from lamindb.base.types import AnyPathStr

SETTING = "lamindb_cache_path"
TAG_NAME = "CACHEDIR.TAG"
TAG = """\
Signature: 8a477f597d28d172789f06886806bc55
# This folder was created by lamindb for files that can be made again.
"""
"""Marks a folder as ours, see https://bford.info/cachedir/."""


def as_upath(path: AnyPathStr) -> UPath:
    """Path object for a local path or a URL."""
    from upath import UPath

    return UPath(path)


def system_settings_dir() -> Path:
    """Folder of the settings that hold for all users of this machine."""
    from platformdirs import site_config_dir

    return Path(site_config_dir("lamindb", "laminlabs"))


def default_cache_path() -> Path:
    """Cache folder of the platform."""
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("lamindb", "laminlabs"))


def cache_path() -> Path:
    """Find the cache folder without creating it.

    Returns
    -------
    pathlib.Path
        `LAMIN_CACHE_DIR`, else the user's setting, else the system's, else that of the platform.

    Raises
    ------
    InvalidArgument
        If `LAMIN_CACHE_DIR` isn't an absolute path; it is a `ValueError`.

    Example
    -------
    >>> cache_path()
    PosixPath('/home/u/.cache/lamindb')
    """
    if value := os.environ.get("LAMIN_CACHE_DIR"):
        if not Path(value).is_absolute():
            raise InvalidArgument(
                f"LAMIN_CACHE_DIR must be a valid absolute path. It is {value!r}."
            )
        return Path(value)
    configured = _configured(files.cache_settings_file())
    return configured or _configured(system_settings_dir() / "system.env") or default_cache_path()


def _configured(file: Path) -> Path | None:
    try:
        value = files.read_env(file).get(SETTING)
    except FileNotFoundError:
        return None
    return Path(value) if value else None


def cache_dir() -> UPath:
    """Find the cache folder and create it if it is missing.

    Returns
    -------
    upath.UPath
        Failing to create the folder is only a warning.

    Raises
    ------
    InvalidArgument
        If `LAMIN_CACHE_DIR` isn't an absolute path.

    Example
    -------
    >>> cache_dir()
    PosixUPath('/home/u/.cache/lamindb')
    """
    path = cache_path()
    if not path.is_dir():
        try:
            _create(path)
        except OSError as error:
            logger.warning(f"cannot create the cache folder {path}: {error.strerror}")
    return as_upath(path)


def _create(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    (path / TAG_NAME).write_text(TAG, encoding="utf-8")


def is_ours(path: Path) -> bool:
    """Whether we created a cache folder, so that everything in it can be moved or removed."""
    tag = path / TAG_NAME
    return path == default_cache_path() or (tag.is_file() and tag.read_text() == TAG)


def set_cache_dir(path: AnyPathStr | None) -> None:
    """Set the cache folder of this user; the content of the previous one moves along.

    Parameters
    ----------
    path : str, path or None
        An absolute local path; None for the default.

    Raises
    ------
    InvalidArgument
        If the path isn't absolute, isn't local, or is a file; it is a `ValueError`.

    Example
    -------
    >>> set_cache_dir("/scratch/cache")
    """
    new = default_cache_path() if path is None else _checked(path)
    old = _configured(files.cache_settings_file()) or default_cache_path()
    if new != old:
        _move_content(old, new)
    value = None if path is None else new
    files.write_text(files.cache_settings_file(), files.env_text({SETTING: value}))
    if os.environ.get("LAMIN_CACHE_DIR"):
        logger.warning(
            f"the environment variable LAMIN_CACHE_DIR is set and keeps winning: {cache_path()}"
        )


def _checked(path: AnyPathStr) -> Path:
    if "://" in str(path):
        raise InvalidArgument(f"The cache directory must be a local path, got {path}")
    checked = Path(path).expanduser()
    if not checked.is_absolute():
        raise InvalidArgument(f"The cache directory must be an absolute path, got {path}")
    for folder in (checked, *checked.parents):
        if folder.exists() and not folder.is_dir():
            raise InvalidArgument(f"The cache directory can't be in a file: {folder} is a file")
    return checked


def _move_content(old: Path, new: Path) -> None:
    """Move the cached files, unless the old folder holds other people's files too."""
    content = [p for p in old.iterdir() if p.name != TAG_NAME] if old.is_dir() else []
    if not content:
        return
    if not is_ours(old) or new.is_relative_to(old):
        logger.important(f"left the files in the previous cache folder: {old}")
        return
    occupied = new.is_dir() and any(p.name != TAG_NAME for p in new.iterdir())
    if occupied and not confirm(
        f"{new} is not empty. Do you want to move the cached files into it?",
        otherwise="Choose an empty folder.",
    ):
        logger.important(f"left the files in the previous cache folder: {old}")
        return
    if not new.is_dir():
        _create(new)
    for path in content:
        shutil.copytree(path, new / path.name, dirs_exist_ok=True) if path.is_dir() else (
            shutil.copy2(path, new / path.name)
        )
    shutil.rmtree(old)
    logger.important(f"moved the cached files from {old} to {new}")


def clear_cache_dir() -> None:
    """Remove everything in the cache folder.

    Raises
    ------
    InvalidArgument
        If the cache folder is `/` or the home folder.

    Example
    -------
    >>> clear_cache_dir()
    → cleared the cache directory /home/u/.cache/lamindb
    """
    path = cache_path().resolve()
    if path == Path(path.anchor) or path == Path.home().resolve():
        raise InvalidArgument(f"Refusing to empty {path}: it is not a cache folder")
    for child in path.iterdir() if path.is_dir() else ():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        elif child.name != TAG_NAME:
            child.unlink()
    logger.important(f"cleared the cache directory {path}")


def is_cloud(path: AnyPathStr) -> bool:
    """Whether a path is not on this machine."""
    return protocol_of(str(path)) != "local"


def path_in_store(path: AnyPathStr) -> UPath:
    """Path object of a URL; looked up by name, because `UPath` belongs to the layer above."""
    upath: UPath = import_module("lamindb.storage.paths").create_path(path)
    return upath


def cloud_to_local_no_update(filepath: AnyPathStr, cache_key: str | None = None) -> UPath:
    """Local path of a file, without downloading it.

    Parameters
    ----------
    filepath : str or path
        Local path, or path in the cloud.
    cache_key : str, optional
        Where a cloud file is below the cache folder; default: its bucket and key.

    Returns
    -------
    upath.UPath
        A local path is returned as it is.

    Raises
    ------
    InvalidArgument
        If the cache key leads out of the cache folder; it is a `ValueError`.

    Example
    -------
    >>> cloud_to_local_no_update("s3://bucket/key.txt")
    PosixUPath('/home/u/.cache/lamindb/bucket/key.txt')
    """
    if not is_cloud(filepath):
        return as_upath(filepath)
    folder = cache_dir()
    path = folder / (cache_key or split_query(str(filepath))[0].partition("://")[2])
    if not os.path.normpath(path).startswith(os.path.join(folder, "")):
        raise InvalidArgument(f"cache key {cache_key or filepath} resolves outside of {folder}")
    return path


def cloud_to_local(filepath: AnyPathStr, cache_key: str | None = None, **kwargs: Any) -> UPath:
    """Local path of a file; downloads it first if the cloud has a newer one.

    Parameters
    ----------
    filepath : str or path
        Local path, or path in the cloud.
    cache_key : str, optional
        Where a cloud file is below the cache folder; default: its bucket and key.
    **kwargs
        Passed to `UPath.synchronize_to`.

    Returns
    -------
    upath.UPath
        If there is nothing in the cloud and no copy, that of a file that doesn't exist.

    Raises
    ------
    InvalidArgument
        If the cache key leads out of the cache folder; it is a `ValueError`.
    OSError
        If the cloud can't be reached, or the copy can't be written.

    Example
    -------
    >>> cloud_to_local("/data/key.txt")
    PosixUPath('/data/key.txt')
    """
    local = cloud_to_local_no_update(filepath, cache_key)
    if is_cloud(filepath):
        path_in_store(filepath).synchronize_to(local, error_no_origin=False, **kwargs)
    return local


class SetupPaths:
    """Local paths of cloud files, as `settings.paths`."""

    cloud_to_local = staticmethod(cloud_to_local)
    cloud_to_local_no_update = staticmethod(cloud_to_local_no_update)
