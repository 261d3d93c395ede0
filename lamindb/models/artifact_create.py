"""The constructor of artifacts: checks, in-memory data, identity by content and by key."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.base.keys import check_key, check_key_suffix, key_suffix
from lamindb.base.log import logger
from lamindb.base.suffixes import CanonicalSuffix
from lamindb.base.text import did_you_mean
from lamindb.errors import FieldValidationError, InvalidArgument
from lamindb.setup.session_settings import creation
from lamindb.storage.atomic import remove
from lamindb.storage.content import describe_path
from lamindb.storage.formats import count_observations, infer_otype
from lamindb.storage.formats.registry import suffix_of
from lamindb.storage.layout import AUTO_KEY_PREFIX, protocol_of, relative_to_root
from lamindb.storage.memory import is_in_memory, otype_of, serialize

from .artifact_identity import adopt_same_content, find_same_content, find_same_key
from .construction import exclusive, fill_branch_and_space
from .current import current_run
from .initialization import initialize
from .storage_locations import containing_storage, default_storage
from .versioned import check_revises, check_version_tag, new_version_uid

if TYPE_CHECKING:
    from lamindb.storage.abc import ContentInfo

    from .artifact import Artifact
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


@dataclass
class Request:
    """What was passed to the constructor."""

    path: Any = None
    key: str | None = None
    description: str | None = None
    kind: str | None = None
    otype: str | None = None
    features: dict[str, Any] | None = None
    schema: Schema | None = None
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
    n_observations: int | None = None


@dataclass
class Source:
    """Where the content of a new artifact comes from.

    Attributes
    ----------
    path
        Local file or folder.
    data
        Object in memory that was written to `path`, None if a path was passed.
    storage
        Registered location that contains `path`, None if the content is to be copied.
    real_key
        Path relative to that location.
    """

    path: Path
    suffix: CanonicalSuffix
    raw_suffix: str
    data: Any = None
    storage: Storage | None = None
    real_key: str | None = None

    @property
    def in_place(self) -> bool:
        """Whether the content stays where it is."""
        return self.storage is not None


def construct_artifact(artifact: Artifact, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Constructor of `Artifact`; writes nothing to database or storage.

    Raises
    ------
    ValueError, TypeError, FieldValidationError, InvalidArgument
        Arguments that cannot work, see `Artifact`.
    FileNotFoundError
        No file at this path.
    """
    request = parse_request(args, kwargs)
    check_request(request)
    run = resolve_run(request.run)
    storage = request.storage or default_storage()
    source = find_source(artifact, request, storage)
    try:
        fill(artifact, request, source, run, storage)
    except BaseException:
        discard_temporary(source)
        raise


def parse_request(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
    """Sort arguments; refuse unknown keywords and doubled ones."""
    if len(args) > 1:
        raise ValueError("Only one non-keyword arg allowed: path")
    if args:
        kwargs = {"path": args[0], **kwargs}
    if "version" in kwargs:
        kwargs = {**kwargs, "version_tag": kwargs.get("version_tag") or kwargs["version"]}
        del kwargs["version"]
    known = {f.name for f in fields(Request)}
    unknown = {k: v for k, v in kwargs.items() if k not in known and k[:-3] not in ID_KEYWORDS}
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


def related_registry(name: str) -> Any:
    """Registry behind a foreign key of artifacts."""
    from django.apps import apps

    return apps.get_model("lamindb", "Artifact")._meta.get_field(name).related_model


def check_request(request: Request) -> None:
    """Refuse what is wrong without a look at files or rows."""
    if not is_in_memory(request.path):
        if not isinstance(request.path, (str, os.PathLike)):
            raise TypeError(f"data has to be a string, Path, UPath, not {request.path!r}")
        if not str(request.path):
            raise ValueError("path is empty: pass the path of a file or folder")
        if protocol_of(str(request.path)) != "local":
            raise NotImplementedError(
                f"Cannot register '{request.path}': this version stores local files only, "
                "download it first"
            )
    for name in ("features", "schema"):
        if getattr(request, name) is not None:
            raise NotImplementedError(
                f"Artifact({name}=…) needs validation, which this version does not have yet: "
                f"save the artifact without {name}"
            )
    if request.key is not None:
        check_key(request.key)
    check_version_tag(request.version_tag, request.revises)


def resolve_run(run: Run | bool | None) -> Run | None:
    """Run that creates the artifact; a missing one is mentioned unless it was ruled out."""
    if run is False:
        return None
    run = current_run() if run is None or run is True else run
    if run is None and not creation.artifact_silence_missing_run_warning:
        logger.warning("no run & transform got linked, call `ln.track()` & re-run")
    return run


def find_source(artifact: Artifact, request: Request, storage: Storage) -> Source:
    """Local path of the content, written from memory if need be, and its place in storage."""
    if is_in_memory(request.path):
        return source_from_memory(request)
    path = Path(request.path).expanduser().resolve()
    if AUTO_KEY_PREFIX.rstrip("/") in path.parts:
        raise ValueError(
            f"Do not pass path inside the `.lamindb/` directory for non-s3/gs paths: {path}"
        )
    if not path.exists():
        raise FileNotFoundError(path)
    suffix, raw_suffix = suffix_of(path)
    source = Source(path, suffix, raw_suffix)
    source.storage = containing_storage(str(path), preferred=storage)
    if source.storage is not None:
        source.real_key = relative_to_root(str(path), source.storage.root)
    return source


def source_from_memory(request: Request) -> Source:
    """Write an object to a temporary file below the cache directory."""
    data = request.path
    path = serialize(data, key=request.key, format=request.format, **(request.to_disk_kwargs or {}))
    suffix, raw_suffix = suffix_of(path)
    return Source(path, suffix, raw_suffix, data=data)


def discard_temporary(source: Source) -> None:
    """Remove a temporary file whose artifact is not to be saved."""
    if source.data is not None:
        remove(source.path)


def fill(
    artifact: Artifact, request: Request, source: Source, run: Run | None, storage: Storage
) -> None:
    """Decide whether content is known already, a new version, or new, and set all fields."""
    if request.revises is not None:
        check_revises(type(artifact), request.revises)
    key = decide_key(request, source)
    if key is None and run is None and request.description is None and request.revises is None:
        raise ValueError("Pass one of key, run or description as a parameter")
    content = None if creation.artifact_skip_size_hash else describe_path(source.path)
    existing = look_up_content(artifact, request, source, content)
    if existing is not None:
        adopt_same_content(artifact, existing, request, key=key, run=run)
        if artifact._storage_ongoing:
            artifact._source = source
        else:
            discard_temporary(source)
            artifact._memory = source.data
        return
    revises, inferred = request.revises, False
    if revises is None and key is not None:
        revises = find_same_key(type(artifact), key, source.storage or storage)
        inferred = revises is not None
    set_columns(artifact, request, source, content, key, run, source.storage or storage, revises)
    artifact._revises = revises
    artifact._revises_is_inferred = inferred
    artifact._source = source
    artifact._memory = source.data


def decide_key(request: Request, source: Source) -> str | None:
    """Key as passed, inherited from the revised version, or the place in storage."""
    key = request.key
    if key is None and request.revises is not None:
        key = request.revises.key
    elif key is not None and request.revises is not None and key != request.revises.key:
        logger.important(f"renaming artifact from '{request.revises.key}' to {key}")
    if key is None and source.in_place:
        key = source.real_key
    if key is not None:
        check_key_suffix(key, source.raw_suffix, in_memory=source.data is not None)
    if source.in_place and request.key_is_virtual is not None:
        is_virtual = key != source.real_key
        if request.key_is_virtual != is_virtual:
            without = "" if is_virtual else "out"
            raise ValueError(
                f"Passing a path in an existing storage with{without} a virtual key and "
                f"key_is_virtual={request.key_is_virtual} is incompatible."
            )
    return key


def look_up_content(
    artifact: Artifact, request: Request, source: Source, content: ContentInfo | None
) -> Artifact | None:
    """Existing artifact with the same content, if a look-up is wanted."""
    if content is None or content.size == 0 or request.skip_hash_lookup:
        return None
    if source.in_place and request.skip_hash_lookup is None:
        return None
    return find_same_content(type(artifact), content)


def set_columns(
    artifact: Artifact,
    request: Request,
    source: Source,
    content: ContentInfo | None,
    key: str | None,
    run: Run | None,
    storage: Storage,
    revises: Artifact | None,
) -> None:
    """Initialise the columns of a new artifact."""
    values: dict[str, Any] = {
        name: value
        for name in ("branch", "space", "branch_id", "space_id")
        if (value := getattr(request, name)) is not None
    }
    fill_branch_and_space(type(artifact), values)
    is_folder = source.path.is_dir()
    virtual = request.key_is_virtual
    if virtual is None:
        virtual = creation._artifact_use_virtual_keys
    description = request.description
    if description is None and request.revises is not None:
        description = request.revises.description
    initialize(
        artifact,
        {
            "uid": new_version_uid(type(artifact), revises),
            "key": key,
            "_real_key": source.real_key if source.in_place and key != source.real_key else None,
            "description": description,
            "storage": storage,
            "suffix": str(source.suffix),
            "kind": request.kind,
            "otype": request.otype or default_otype(source),
            "size": content.size if content else None,
            "hash": content.hash if content else None,
            "_hash_type": content.hash_type if content else None,
            "n_files": content.n_files if content else None,
            "n_observations": request.n_observations,
            "run": run,
            "schema": request.schema,
            "version_tag": request.version_tag,
            "_key_is_virtual": key != source.real_key if source.in_place else virtual,
            "_overwrite_versions": (
                is_folder if request.overwrite_versions is None else request.overwrite_versions
            ),
            **values,
        },
    )


def default_otype(source: Source) -> str | None:
    """Type of the data; a table or array is better passed to its own constructor."""
    otype = otype_of(source.data) if source.data is not None else infer_otype(str(source.path))
    if otype is not None:
        constructor = {"DataFrame": "from_dataframe", "AnnData": "from_anndata"}.get(
            otype, f"from_{otype.lower()}"
        )
        logger.warning(f"data is a {otype}, please use .{constructor}()")
    return otype


TABLE_SUFFIXES = (".parquet", ".csv")


def from_table(
    registry: type[Artifact],
    data: Any,
    *,
    parquet_kwargs: dict[str, Any] | None,
    csv_kwargs: dict[str, Any] | None,
    **kwargs: Any,
) -> Artifact:
    """Artifact of kind dataset and type DataFrame; see `Artifact.from_dataframe`."""
    key = kwargs.get("key")
    if is_in_memory(data):
        wanted = kwargs.get("format") or (key_suffix(key) if key else "")
        if wanted and wanted not in TABLE_SUFFIXES:
            raise InvalidArgument(
                f"The key's suffix '{wanted}' must match the data: a data frame is stored as "
                f"{' or '.join(TABLE_SUFFIXES)}, key='{key}'"
            )
        kwargs["n_observations"] = len(data)
        kwargs["to_disk_kwargs"] = csv_kwargs if wanted == ".csv" else parquet_kwargs
    elif isinstance(data, (str, os.PathLike)) and os.path.exists(data):
        kwargs["n_observations"] = count_observations(data)
    return registry(data, kind="dataset", otype="DataFrame", **kwargs)
