"""The constructor of artifacts: from what was passed to an unsaved record, or an existing one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.base.keys import check_key, check_key_suffix, check_real_key
from lamindb.base.log import logger
from lamindb.setup.session_settings import creation
from lamindb.storage.content import describe_path, glance
from lamindb.storage.formats import infer_otype, otype_of
from lamindb.storage.layout import auto_key
from lamindb.storage.memory import is_in_memory

from .annotate.preparing import prepare, resolve_keys
from .artifact_identity import (
    adopt_same_content,
    find_same_content,
    find_same_key,
    get_managed,
    is_hash_taken,
    may_be_known,
    note_names,
    set_content,
)
from .artifact_request import check_request, parse_request, resolve_run
from .artifact_source import (
    describe,
    discard_temporary,
    is_managed,
    location_of,
    source_at,
    source_of_converted,
    source_of_data,
    write_temporary,
)
from .artifact_target import target_storage
from .artifact_validation import CONSTRUCTORS, validation_of
from .construction import check_lengths, fill_branch_and_space
from .current import current_branch_id
from .initialization import become, initialize
from .storage_locations import default_storage
from .versioned import check_version_tag, new_version_uid

if TYPE_CHECKING:
    from .artifact import Artifact
    from .artifact_request import Request
    from .artifact_source import Source
    from .artifact_validation import Validation
    from .run import Run
    from .storage import Storage

DEFERRED = ("hash", "_hash_type")
"""Columns that are determined while the content is copied, or when somebody asks for them."""


def construct_artifact(artifact: Artifact, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Constructor of `Artifact`; writes nothing to database or storage.

    Raises
    ------
    ValueError, TypeError, FieldValidationError, InvalidArgument
        Arguments that cannot work, see `Artifact`.
    FileNotFoundError
        No file at this path.
    """
    registry = type(artifact)
    request = parse_request(args, kwargs)
    check_request(registry, request)
    validation = validation_of(request)
    values = resolve_keys(request.features) if request.features and validation is None else {}
    location = None if is_in_memory(request.path) else location_of(request.path)
    if location is not None and is_managed(location):
        become(artifact, get_managed(registry, location))
        if validation is not None:
            validation.curated(request.path)
            validation.annotate(artifact)
        return
    source = curated_source(request, location, validation)
    try:
        fill(artifact, request, source)
        if validation is not None:
            validation.annotate(artifact)
        elif values:
            artifact._annotation = prepare(artifact, values, "set")
    except BaseException:
        discard_temporary(source)
        raise


def curated_source(request: Request, location: str | None, validation: Validation | None) -> Source:
    """Source for an object or a path; coerced values are what is stored.

    A file that stays where it is stays as it is.
    """
    data, key = request.path, request.key or getattr(request.revises, "key", None)
    if location is None:
        curated = data if validation is None else validation.curated(data)
        return source_of_data(curated, key, request.format)
    preferred = request.storage or default_storage()
    source = source_at(location, preferred, skip_check=request.skip_check_exists)
    if validation is None:
        return source
    curated = validation.curated(data)
    if curated is data:
        return source
    if source.in_place:
        logger.warning(
            f"values of {location} were coerced for validation, but the file stays as it is "
            "because it is in a storage location"
        )
        return source
    return source_of_converted(curated, source.raw_suffix)


def construct_lazily(artifact: Artifact, request: Request, source: Source) -> None:
    """Make a record under construction an unsaved artifact whose content was just written."""
    if not creation.artifact_skip_size_hash:
        source.content = describe(source)
    assert source.storage is not None
    run = resolve_run(request.run)
    decision = decide_version(type(artifact), request, request.key, run, source.storage)
    set_columns(artifact, request, source, decision)
    artifact._starts_family = decision.revises is None  # keeps the uid that the path has


def fill(artifact: Artifact, request: Request, source: Source) -> None:
    """Decide whether content is known already, a new version, or new, and set all fields."""
    registry = type(artifact)
    key = decide_key(request, source)
    run = resolve_run(request.run)
    if key is None and run is None and request.description is None and request.revises is None:
        raise ValueError("Pass one of key, run or description as a parameter")
    storage = source.storage or target_storage(request)
    if source.is_unwritten:
        write_temporary(source, source.raw_suffix, request.to_disk_kwargs or {}, storage)
    existing = look_up_content(registry, request, source, storage, key)
    if existing is not None:
        adopt_same_content(artifact, existing, request, source, key=key, run=run)
        attach(artifact, source)
        return
    decision = decide_version(registry, request, key, run, storage)
    set_columns(artifact, request, source, decision)
    say_where(artifact, source)


def attach(artifact: Artifact, source: Source) -> None:
    """Give an existing artifact what is needed if its content is to be stored again."""
    artifact._memory = source.passed_object
    if artifact._storage_ongoing:
        artifact._source = source
    else:
        discard_temporary(source)


def decide_key(request: Request, source: Source) -> str | None:
    """Key as passed, inherited from the revised version, or the place in storage."""
    key = request.key
    if key is None and request.revises is not None:
        key = request.revises.key
    elif request.revises is not None and key != request.revises.key:
        logger.warning(f"renaming artifact from '{request.revises.key}' to {key}")
    if key is None and source.real_key is not None:
        key = source.real_key
        check_key(key)
    if key is not None and key != source.real_key:
        check_key_suffix(key, source.raw_suffix, in_memory=source.data is not None)
    if source.in_place and request.key_is_virtual is not None:
        is_name = key != source.real_key
        if request.key_is_virtual != is_name:
            without = "" if is_name else "out"
            raise ValueError(
                f"Passing a path in an existing storage with{without} a virtual key and "
                f"key_is_virtual={request.key_is_virtual} is incompatible."
            )
    if key is not None and not source.in_place and not is_virtual(request, source, key):
        check_real_key(key)
    return key


def look_up_content(
    registry: type[Artifact],
    request: Request,
    source: Source,
    storage: Storage,
    key: str | None,
) -> Artifact | None:
    """Existing artifact with the same content, if a look-up is wanted.

    What is going to be copied is read only if an artifact of the same size exists; otherwise it is
    hashed while it is copied.
    """
    if creation.artifact_skip_size_hash:
        return None
    if source.in_place:
        source.content = describe(source)
        wanted = request.skip_hash_lookup is False
    else:
        source.glance = glance(source.path)
        wanted = not request.skip_hash_lookup
        if source.glance.size and may_be_known(registry, source.glance):
            source.content = source.glance.content()
    content = source.content
    if content is None or not content.size:
        return None
    existing = find_same_content(registry, content, source.path) if wanted else None
    if existing is None and not source.in_place:
        source.hash_includes_names = is_hash_taken(registry, content, storage, key)
    return existing


@dataclass(frozen=True)
class Decision:
    """What was decided about a new artifact.

    Attributes
    ----------
    columns
        Branch and space.
    revises
        Version that it follows, passed or found by key.
    """

    key: str | None
    run: Run | None
    storage: Storage
    columns: dict[str, Any]
    revises: Artifact | None = None


def decide_version(
    registry: type[Artifact],
    request: Request,
    key: str | None,
    run: Run | None,
    storage: Storage,
) -> Decision:
    """Decide on branch and space, and whether this is a new version of something."""
    columns = request.branch_and_space()
    fill_branch_and_space(registry, columns)
    revises = request.revises
    if revises is None and key is not None:
        revises = find_same_key(registry, key, storage, branch_of(columns))
        check_version_tag(request.version_tag, revises)
    return Decision(key, run, storage, columns, revises)


def branch_of(columns: dict[str, Any]) -> int:
    """Primary key of the branch that a record with these columns will be on."""
    branch_id: int
    if "branch" in columns:
        branch_id = columns["branch"].pk
    else:
        branch_id = columns.get("branch_id", current_branch_id())
    return branch_id


def set_columns(artifact: Artifact, request: Request, source: Source, decision: Decision) -> None:
    """Initialise an unsaved artifact."""
    registry = type(artifact)
    key, revises = decision.key, decision.revises
    description = request.description
    if description is None and request.revises is not None:
        description = request.revises.description
    overwrite_versions = request.overwrite_versions
    if overwrite_versions is None:
        overwrite_versions = source.is_folder
    initialize(
        artifact,
        {
            "uid": source.uid if keeps_uid(source, revises) else new_version_uid(registry, revises),
            "key": key,
            "_real_key": real_key_of(source, decision),
            "description": description,
            "storage": decision.storage,
            "suffix": source.suffix,
            "kind": request.kind,
            "otype": request.otype or default_otype(source),
            "run": decision.run,
            "version_tag": request.version_tag,
            "_key_is_virtual": is_virtual(request, source, key),
            "_overwrite_versions": overwrite_versions,
            **decision.columns,
        },
    )
    check_lengths(artifact)
    set_source(artifact, source)
    artifact._revises = revises
    artifact._revises_is_inferred = revises is not None and request.revises is None


def keeps_uid(source: Source, revises: Artifact | None) -> bool:
    """Whether the path of the content is made of the uid; a later version gets another one."""
    return source.uid is not None and revises is None


def real_key_of(source: Source, decision: Decision) -> str | None:
    """Place of content that stays where it is, if nothing else tells it."""
    if keeps_uid(source, decision.revises) or decision.key == source.real_key:
        return None
    return source.real_key


def is_virtual(request: Request, source: Source, key: str | None) -> bool:
    """Whether the key is just a name."""
    if source.in_place:
        return key != source.real_key
    if request.key_is_virtual is None:
        return creation._artifact_use_virtual_keys
    return request.key_is_virtual


def set_source(artifact: Artifact, source: Source) -> None:
    """Attach the content to an unsaved artifact, with size and hash as far as they are known."""
    artifact._source = source
    artifact._memory = source.passed_object
    if source.content is not None:
        set_content(artifact, source.content)
    elif source.glance is not None:
        artifact.size, artifact.n_files = source.glance.size, source.glance.n_files
        note_names(artifact, source.glance.paths_digest())
        for name in DEFERRED:
            del artifact.__dict__[name]


def complete_content(artifact: Artifact) -> None:
    """Determine size and hash of an unsaved artifact that were put off.

    Raises
    ------
    OSError
        The content is gone or cannot be read.
    """
    source = artifact._source
    if source is not None and not creation.artifact_skip_size_hash:
        source.content = describe_path(source.path)
        set_content(artifact, source.content)
    for name in DEFERRED:
        artifact.__dict__.setdefault(name, None)


def default_otype(source: Source) -> str | None:
    """Type of the data; a table or array is better passed to its own constructor."""
    if source.data is not None:
        otype = otype_of(source.data)
    else:
        otype = infer_otype(str(source.path))
    if otype in CONSTRUCTORS:
        logger.warning(f"data is a {otype}, please use .{CONSTRUCTORS[otype]}()")
    return otype


def say_where(artifact: Artifact, source: Source) -> None:
    """Hint at the place that the content has or will have."""
    if source.in_place:
        root = artifact.storage.root
        if artifact.storage.type == "local" and Path(root).is_relative_to(Path.cwd()):
            root = str(Path(root).relative_to(Path.cwd()))
        logger.hint(f"path in storage '{root}' with key '{artifact.key}'")
        return
    if artifact.key is None:
        place = auto_key(artifact.uid, artifact.suffix, artifact._overwrite_versions)
        key = f"`None` ('{place}')"
    else:
        key = f"'{artifact.key}'"
    logger.hint(f"path content will be copied to default storage upon `save()` with key {key}")
