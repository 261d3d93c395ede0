"""Reading artifacts: a local path to their content, their content in memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS

from lamindb.base.log import logger
from lamindb.storage.cache import cached_path, fetch, forget
from lamindb.storage.content import describe_path
from lamindb.storage.formats import load_to_memory
from lamindb.storage.stores import is_cloud

from .artifact_places import newest_overwriting, path_as_str, root_of
from .ports import port

if TYPE_CHECKING:
    from pathlib import Path

    from .artifact import Artifact
    from .run import Run


def location(artifact: Artifact) -> str:
    """Absolute path in storage; before the first save, the path of the source."""
    if artifact._state.adding and artifact._source is not None:
        return str(artifact._source.path)
    return path_as_str(artifact)


def check_readable(artifact: Artifact) -> None:
    """Refuse content that was overwritten by a later version or never stored completely.

    Raises
    ------
    ValueError
    """
    if artifact._state.adding:
        return
    if artifact._overwrite_versions:
        check_not_overwritten(artifact)
    if artifact._storage_ongoing:
        raise ValueError(
            f"Storing the content of {artifact.key or artifact.uid} was not completed: create the "
            "artifact from the same data again and save it"
        )


def check_not_overwritten(artifact: Artifact) -> None:
    """Refuse a version if a later one took its place, be it on another branch or in the trash."""
    message = (
        "Cannot read this outdated artifact version: its files were overwritten and are no "
        "longer available.\nRead from the latest version: "
    )
    if not artifact.is_latest:
        raise ValueError(f"{message}artifact.versions.get(is_latest=True)")
    newest = newest_overwriting(artifact, artifact._state.db or DEFAULT_DB_ALIAS)
    if newest != artifact.uid:
        raise ValueError(f"{message}ln.Artifact.get('{newest}')")


def cache(artifact: Artifact, is_run_input: bool | Run | None, *, print_progress: bool) -> str:
    """Local path of the content; see `Artifact.cache`."""
    check_readable(artifact)
    path = local_path(artifact, print_progress=print_progress)
    if not artifact._state.adding:
        port("link_run_input")([artifact], is_run_input=is_run_input)
    return path


def local_path(artifact: Artifact, *, print_progress: bool) -> str:
    """Place in storage if that is local, else an up-to-date copy in the cache."""
    path = location(artifact)
    if is_cloud(path):
        copy = place_in_cache(artifact)
        if copy.exists() and not may_be_copy_of(artifact, copy):
            forget(copy)
        return str(fetch(path, copy, print_progress=print_progress))
    if not os.path.exists(path):
        raise FileNotFoundError(
            f"The content of artifact {artifact.uid} is missing at {path}: restore the file, or "
            "save the artifact again from its source"
        )
    return path


def place_in_cache(artifact: Artifact) -> Path:
    """Where a copy of content in the cloud is or would be: the latest version is named by key."""
    path = location(artifact)
    if artifact.is_latest and artifact._key_is_virtual and artifact.key is not None:
        return cached_path(path, root=root_of(artifact), key=artifact.key)
    return cached_path(path)


def may_be_copy_of(artifact: Artifact, copy: Path) -> bool:
    """Whether a copy in the cache can be the one of this version.

    Another version that is or was the latest one has its copy under the same name, and the times
    of the files don't tell them apart if that one was uploaded later.
    """
    if artifact.size is None or artifact.n_files is not None or copy.is_dir():
        return True
    if copy.stat().st_size != artifact.size:
        return False
    content = describe_path(copy)
    return content.hash_type != artifact._hash_type or content.hash == artifact.hash


def load(
    artifact: Artifact, is_run_input: bool | Run | None, *, print_progress: bool, **kwargs: Any
) -> Any:
    """Content in memory; see `Artifact.load`."""
    if artifact._memory is not None:
        if not artifact._state.adding:
            port("link_run_input")([artifact], is_run_input=is_run_input)
        return artifact._memory
    path = cache(artifact, is_run_input, print_progress=print_progress)
    try:
        return load_to_memory(path, **kwargs)
    except (NotImplementedError, ImportError):
        raise
    except Exception as error:
        if not is_cloud(location(artifact)):
            raise
        logger.warning(f"The cache might be corrupted: {error}. Retrying to synchronize.")
    forget(path)
    return load_to_memory(local_path(artifact, print_progress=print_progress), **kwargs)
