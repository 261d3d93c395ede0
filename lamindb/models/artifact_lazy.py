"""Artifacts whose path is known before there is any content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps

from lamindb.base.suffixes import CanonicalSuffix
from lamindb.storage.atomic import remove
from lamindb.storage.layout import auto_key, join
from lamindb.storage.paths import create_path
from lamindb.storage.stores import exists, is_cloud
from lamindb.storage.transfer import remove as remove_in_cloud

from .artifact_create import construct_lazily
from .artifact_places import path_as_str
from .artifact_request import check_request, parse_request
from .artifact_source import Source, path_of
from .artifact_target import target_storage
from .current import current_run
from .versioned import new_version_uid

if TYPE_CHECKING:
    from upath import UPath

    from .artifact import Artifact


class LazyArtifact:
    """An artifact to be: its content is written to `path` first, `save()` registers it.

    Parameters
    ----------
    suffix
        Of what will be written, with its dot.
    overwrite_versions
        Whether later versions take the same place; usually for folders.
    registry
        Class of the artifact.
    kwargs
        Keywords of `Artifact`.

    Raises
    ------
    ValueError
        The key has another suffix, or none of key, run and description is known.

    Examples
    --------
    >>> lazy = ln.Artifact.from_lazy(".zarr", overwrite_versions=True, key="cells.zarr")
    >>> adata.write_zarr(lazy.path)
    >>> artifact = lazy.save()
    """

    def __init__(
        self,
        suffix: str,
        overwrite_versions: bool,
        *,
        registry: type[Artifact] | None = None,
        **kwargs: Any,
    ) -> None:
        self._registry: Any = registry or apps.get_model("lamindb", "Artifact")
        self._request = request = parse_request(
            ("",), {**kwargs, "overwrite_versions": overwrite_versions}
        )
        request.path = f"data{suffix}"
        check_request(self._registry, request)
        canonical, raw_suffix = CanonicalSuffix.extract_from_path(request.path)
        if canonical != suffix:
            raise ValueError(f"'{suffix}' is no known suffix: pass one like '.zarr', or ''")
        check_suffix_of_key(request.key, suffix)
        if not (request.key or request.description or request.run or current_run()):
            raise ValueError("Pass one of key, run or description as a parameter")
        storage = target_storage(request)
        uid = new_version_uid(self._registry, None)
        key = auto_key(uid, suffix, overwrite_versions)
        self._location = join(storage.root, key)
        path = path_of(self._location)
        self._source = Source(path, suffix, raw_suffix, storage=storage, real_key=key, uid=uid)
        self._artifact: Artifact | None = None

    @property
    def path(self) -> UPath:
        """Where to write the content."""
        return create_path(self._location)

    def save(self, upload: bool | None = None, **kwargs: Any) -> Artifact:
        """Register what was written to `path`.

        Parameters
        ----------
        upload
            See `Artifact.save`.
        kwargs
            Further options of `Artifact.save`.

        Returns
        -------
        The saved artifact; calling this again returns the same.

        Raises
        ------
        FileNotFoundError
            Nothing was written.
        """
        if self._artifact is not None:
            return self._artifact
        if not exists(self._location):
            raise FileNotFoundError(
                f"Nothing was written to {self._location}: write to .path before .save()"
            )
        artifact: Artifact = self._registry.__new__(self._registry)
        construct_lazily(artifact, self._request, self._source)
        artifact.save(upload=upload, **kwargs)
        if path_as_str(artifact) != self._location:  # the same content existed already
            discard = remove_in_cloud if is_cloud(self._location) else remove
            discard(self._location)
        self._artifact = artifact
        return artifact

    def __repr__(self) -> str:
        return f"LazyArtifact(path={self._location!r}, key={self._request.key!r})"


def check_suffix_of_key(key: str | None, suffix: str) -> None:
    """Refuse a key that ends otherwise than the content will."""
    if key is not None and CanonicalSuffix.from_path(key) != suffix:
        raise ValueError(
            f"The suffix '{suffix}' and the suffix of the key '{key}' should be the same."
        )
