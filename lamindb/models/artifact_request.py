"""What was passed to the constructor of artifacts, and what of it cannot work."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from django.apps import apps

from lamindb.base.keys import check_key
from lamindb.base.log import logger
from lamindb.base.text import did_you_mean
from lamindb.errors import FieldValidationError
from lamindb.setup.session_settings import creation
from lamindb.storage.memory import is_in_memory

from .construction import exclusive
from .current import current_run
from .versioned import check_revises, check_version_tag

if TYPE_CHECKING:
    from .artifact import Artifact
    from .artifact_validation import Validation
    from .run import Run
    from .schema import Schema
    from .storage import Storage

KEYWORDS = (
    "path",
    "key",
    "description",
    "kind",
    "otype",
    "features",
    "schema",
    "revises",
    "overwrite_versions",
    "run",
    "storage",
    "skip_hash_lookup",
    "key_is_virtual",
    "branch",
    "space",
)
ID_KEYWORDS = {"run": "Run", "storage": "Storage", "schema": "Schema"}
SCALARS = (type(None), bool, int, float, complex, bytes, bytearray)
"""Certainly no data set."""


@dataclass
class Request:
    """What was passed to the constructor."""

    path: Any = None
    key: str | None = None
    description: str | None = None
    kind: str | None = None
    otype: str | None = None
    features: dict[str, Any] | None = None
    schema: Schema | str | None = None
    revises: Artifact | None = None
    overwrite_versions: bool | None = None
    run: Run | bool | None = None
    storage: Storage | None = None
    skip_hash_lookup: bool | None = None
    key_is_virtual: bool | None = None
    branch: Any = None
    space: Any = None
    branch_id: int | None = None
    space_id: int | None = None
    version_tag: str | None = None
    to_disk_kwargs: dict[str, Any] | None = None
    format: str | None = None
    skip_check_exists: bool = False
    dataset_otype: str | None = None
    validation: Validation | None = None

    def branch_and_space(self) -> dict[str, Any]:
        """Columns of the record for what was passed of these."""
        names = ("branch", "space", "branch_id", "space_id")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


def parse_request(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
    """Sort arguments; refuse unknown keywords and doubled ones."""
    if len(args) > 1:
        raise ValueError("Only one non-keyword arg allowed: path")
    if args:
        if "path" in kwargs:
            raise TypeError("Artifact got the path twice: as first argument and as path=…")
        kwargs = {"path": args[0], **kwargs}
    if "version" in kwargs:
        kwargs = {**kwargs, "version_tag": kwargs.get("version_tag") or kwargs["version"]}
        del kwargs["version"]
    refuse_other_database(kwargs)
    known = {f.name for f in fields(Request)}
    unknown = {k: v for k, v in kwargs.items() if k not in known and k not in id_keywords()}
    if unknown:
        raise FieldValidationError(
            f"Only {', '.join(KEYWORDS)} can be passed, you passed: {unknown}."
            f"{did_you_mean(next(iter(unknown)), KEYWORDS)}"
        )
    if "path" not in kwargs:
        raise TypeError("Artifact needs a path: ln.Artifact('my_file.csv', key='my_file.csv')")
    for name, label in ID_KEYWORDS.items():
        exclusive(kwargs, name, label)
        id_ = kwargs.pop(f"{name}_id", None)
        if id_ is not None:
            kwargs[name] = related_registry(name).objects.get(id=id_)
    return Request(**kwargs)


def id_keywords() -> set[str]:
    """Spellings that take a primary key in place of a record."""
    return {f"{name}_id" for name in ID_KEYWORDS}


def refuse_other_database(kwargs: dict[str, Any]) -> None:
    """Artifacts are created in the connected instance only."""
    if kwargs.pop("using", None) not in (None, "default"):
        raise ValueError("Artifacts are created in the connected instance: leave out using=…")


def related_registry(name: str) -> Any:
    """Registry behind a foreign key of artifacts."""
    return apps.get_model("lamindb", "Artifact")._meta.get_field(name).related_model


def check_request(registry: type[Artifact], request: Request) -> None:
    """Refuse what is wrong without a look at files or rows."""
    check_data(request.path)
    check_records(request)
    if request.key is not None:
        check_key(request.key)
    if request.revises is not None:
        check_revises(registry, request.revises)
    check_version_tag(request.version_tag, request.revises)


def check_data(data: Any) -> None:
    """Refuse what is neither a path nor an object that can be stored."""
    if is_in_memory(data):
        return
    if isinstance(data, (str, os.PathLike)) or hasattr(data, "storage_options"):
        if not str(data):
            raise ValueError("path is empty: pass the path of a file or folder")
        return
    if isinstance(data, SCALARS):
        raise TypeError(f"data has to be a string, Path, UPath, not {data!r}")
    raise NotImplementedError(
        f"Do not know how to create an Artifact from {type(data).__name__}, pass a path instead."
    )


def check_records(request: Request) -> None:
    """Refuse a record that is something else, or not saved."""
    for name in ("run", "storage", "branch", "space"):
        value = getattr(request, name)
        if value is None or (name == "run" and isinstance(value, bool)):
            continue
        registry = related_registry(name)
        if not isinstance(value, registry):
            raise TypeError(f"{name} has to be a {registry.__name__}, not {value!r}")
        if value._state.adding:
            raise ValueError(f"{name} has to be saved, call .save() on it first: {value!r}")


def resolve_run(run: Run | bool | None) -> Run | None:
    """Run that creates the artifact; a missing one is mentioned unless it was ruled out."""
    if run is False:
        return None
    found = current_run() if run is None or run is True else run
    if found is None and not creation.artifact_silence_missing_run_warning:
        logger.warning("no run & transform got linked, call `ln.track()` & re-run")
    return found
