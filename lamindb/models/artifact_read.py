"""Reading artifacts: where they are, a local path to them, their content in memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from lamindb.storage.formats import load_to_memory
from lamindb.storage.layout import auto_key, join

from .ports import port

if TYPE_CHECKING:
    from .artifact import Artifact
    from .run import Run


def storage_key(artifact: Artifact) -> str:
    """Path of the content relative to the root of its storage location."""
    if artifact._real_key is not None:
        return artifact._real_key
    if artifact._key_is_virtual or artifact.key is None:
        return auto_key(artifact.uid, artifact.suffix, artifact._overwrite_versions)
    return artifact.key


def path_as_str(artifact: Artifact) -> str:
    """Absolute path or URL of the content."""
    return join(artifact.storage.root, storage_key(artifact))


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
    if artifact._overwrite_versions and not artifact.is_latest:
        raise ValueError(
            "Cannot read this outdated artifact version: its files were overwritten and are no "
            "longer available.\nRead from the latest version: "
            "artifact.versions.get(is_latest=True)"
        )
    if artifact._storage_ongoing and not artifact._state.adding:
        raise ValueError(
            f"Storing the content of {artifact.key or artifact.uid} was not completed: create the "
            "artifact from the same data again and save it"
        )


def cache(artifact: Artifact, is_run_input: bool | Run | None) -> str:
    """Local path of the content; see `Artifact.cache`."""
    check_readable(artifact)
    path = location(artifact)
    if not os.path.exists(path):
        raise FileNotFoundError(
            f"The content of artifact {artifact.uid} is missing at {path}: restore the file, or "
            "save the artifact again from its source"
        )
    if not artifact._state.adding:
        port("link_run_input")([artifact], is_run_input=is_run_input)
    return path


def load(artifact: Artifact, is_run_input: bool | Run | None, **kwargs: Any) -> Any:
    """Content in memory; see `Artifact.load`."""
    if artifact._memory is not None:
        if not artifact._state.adding:
            port("link_run_input")([artifact], is_run_input=is_run_input)
        return artifact._memory
    return load_to_memory(cache(artifact, is_run_input), **kwargs)
