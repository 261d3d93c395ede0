"""Path objects of stores: those of upath, on our file systems; imported on the first use of one."""

from __future__ import annotations

from upath.implementations import cloud, http  # noqa: TID253
from upath.registry import register_implementation  # noqa: TID253

from lamindb.base.urls import split_query
from lamindb.storage.s3 import check_options, merge_options
from lamindb.storage.stores import PATH_CLASSES, filesystem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["GCSPath", "HTTPPath", "HfPath", "S3QueryPath"]


class _OnOurFileSystem:
    """A path whose file system has our timeouts and finds credentials as we do."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    @classmethod
    def _parse_storage_options(
        cls, urlpath: str, protocol: str, storage_options: Mapping[str, Any]
    ) -> dict[str, Any]:
        return dict(storage_options)  # upath would import the file system

    @classmethod
    def _fs_factory(cls, urlpath: str, protocol: str, storage_options: Mapping[str, Any]) -> Any:
        return filesystem(urlpath, **storage_options)


class S3QueryPath(_OnOurFileSystem, cloud.S3Path):
    """A path in an S3 bucket; what follows a `?` are options, say `?endpoint_url=http://…`.

    Example
    -------
    >>> path = UPath("s3://bucket/key?endpoint_url=http://localhost:9000")
    >>> path / "a.csv"
    S3QueryPath('s3://bucket/key/a.csv')
    >>> path.storage_options["endpoint_url"]
    'http://localhost:9000'
    """

    __slots__ = ()

    @classmethod
    def _transform_init_args(
        cls, args: tuple[Any, ...], protocol: str, storage_options: dict[str, Any]
    ) -> tuple[tuple[Any, ...], str, dict[str, Any]]:
        if args and isinstance(args[0], str):
            location, query = split_query(_with_bucket(args[0]))
            check_options(query, args[0])
            merge_options(storage_options, query, args[0])
            args = (location, *args[1:])
        transformed: tuple[tuple[Any, ...], str, dict[str, Any]] = super()._transform_init_args(
            args, protocol, storage_options
        )
        return transformed


def _with_bucket(url: str) -> str:
    """Read `s3:///bucket` as `s3://bucket`."""
    protocol, separator, rest = url.partition("://")
    return f"{protocol}://{rest.lstrip('/')}" if separator else url


class GCSPath(_OnOurFileSystem, cloud.GCSPath):
    """A path in a bucket of Google."""

    __slots__ = ()


class HfPath(_OnOurFileSystem, cloud.HfPath):
    """A path in a repository of Hugging Face."""

    __slots__ = ()


class HTTPPath(_OnOurFileSystem, http.HTTPPath):
    """The address of a file or folder on a web server."""

    __slots__ = ()


for _protocol, _name in PATH_CLASSES.items():
    register_implementation(_protocol, globals()[_name], clobber=True)
