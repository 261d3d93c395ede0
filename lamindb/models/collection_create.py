"""The constructor of collections: members, identity by content and by key, versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps

from lamindb.base.hashing import hash_collection
from lamindb.base.keys import check_key
from lamindb.base.log import logger
from lamindb.errors import FieldValidationError, ValidationError

from .artifact_identity import note_recreation
from .artifact_request import resolve_run
from .construction import (
    check_keywords,
    check_lengths,
    check_uid_length,
    exclusive,
    fill_branch_and_space,
    update_fields,
)
from .current import TRASH_BRANCH_ID, current_run
from .exact import select
from .initialization import become, initialize
from .ports import port
from .versioned import check_revises, check_version_tag, find_head, new_version_uid

if TYPE_CHECKING:
    from .artifact import Artifact
    from .collection import Collection
    from .run import Run

KEYWORDS = (
    "artifacts",
    "key",
    "description",
    "schema",
    "meta",
    "reference",
    "reference_type",
    "run",
    "revises",
    "skip_hash_lookup",
    "branch",
    "space",
)


def construct_collection(
    collection: Collection, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Constructor of `Collection`; writes nothing but the inputs of the current run.

    Raises
    ------
    ValueError
        No artifacts, unsaved ones, or something else in their place.
    TypeError
        A list of something else than artifacts, or `revises` is no collection.
    FieldValidationError
        Unknown keywords, no key, text that is too long.
    ValidationError
        The artifacts have another schema than the collection.
    """
    registry = type(collection)
    kwargs = parse(registry, args, kwargs)
    members = saved_artifacts(kwargs.pop("artifacts"))
    revises = kwargs.pop("revises", None)
    version_tag = kwargs.pop("version_tag", None)
    skip_hash_lookup = kwargs.pop("skip_hash_lookup", False)
    if revises is not None:
        check_revises(registry, revises)
        inherit(kwargs, revises)
    check_version_tag(version_tag, revises)
    if not kwargs.get("key"):
        raise FieldValidationError("['key'] are required.")
    check_key(kwargs["key"])
    check_schemas(members, kwargs.get("schema"))
    run = resolve_run(kwargs.pop("run", None))
    unique = list({artifact.pk: artifact for artifact in members}.values())
    hash = hash_of_members(members)
    existing = None if skip_hash_lookup else same_hash(registry, hash)
    inferred = False
    if existing is not None:
        take_existing(collection, existing, kwargs, unique, run)
    else:
        if revises is None:
            revises = find_head(registry, key=kwargs["key"])
            inferred = revises is not None
        fill_branch_and_space(registry, kwargs)
        kwargs.setdefault("uid", new_version_uid(registry, revises))
        initialize(collection, {**kwargs, "run": run, "hash": hash, "version_tag": version_tag})
        check_lengths(collection)
        collection._revises = revises
        collection._revises_is_inferred = inferred
        collection._artifacts = unique
    link_inputs([*unique, *([revises] if revises is not None else [])], run)


def parse(registry: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Keywords under their present names, checked."""
    if len(args) > 1:
        raise ValueError("Only one non-keyword arg allowed: artifacts")
    if args:
        kwargs = {"artifacts": args[0], **kwargs}
    if "version" in kwargs:
        version = kwargs.pop("version")
        kwargs.setdefault("version_tag", version)
    if "meta" in kwargs:
        meta = kwargs.pop("meta")
        kwargs.setdefault("meta_artifact", meta)
    check_keywords(registry, (), kwargs)
    check_uid_length(registry, kwargs)
    for name, label in (("run", "Run"), ("schema", "Schema")):
        exclusive(kwargs, name, label)
        related_id = kwargs.pop(f"{name}_id", None)
        if related_id is not None:
            kwargs[name] = registry._meta.get_field(name).related_model.objects.get(id=related_id)
    if "artifacts" not in kwargs:
        raise FieldValidationError("['artifacts'] are required.")
    meta = kwargs.get("meta_artifact")
    if meta is not None and not isinstance(meta, apps.get_model("lamindb", "Artifact")):
        raise TypeError(f"meta has to be an Artifact, not {meta!r}")
    if meta is not None and meta._state.adding:
        raise ValueError("Save meta artifact before creating collection: meta.save()")
    return kwargs


def saved_artifacts(value: Any) -> list[Artifact]:
    """Members in the order in which they were passed."""
    registry = apps.get_model("lamindb", "Artifact")
    if isinstance(value, registry):
        value = [value]
    if not isinstance(value, Iterable) or isinstance(value, (str, bytes, dict)):
        raise ValueError(f"Artifact or list[Artifact] is allowed, not {value!r}")
    members = list(value)
    if not members:
        raise ValueError("A collection needs at least one artifact, the list is empty")
    for member in members:
        if not isinstance(member, registry):
            raise TypeError(f"Artifact or list[Artifact] is allowed, the list holds {member!r}")
    check_saved(members)
    return members


def check_saved(members: list[Artifact]) -> None:
    """Refuse artifacts that are no rows (any more)."""
    if any(member._state.adding or member.pk is None for member in members):
        raise ValueError("Not all artifacts are yet saved, please save them")


def inherit(kwargs: dict[str, Any], revises: Collection) -> None:
    """Take over from the revised version what was not passed."""
    if kwargs.get("key") is not None and kwargs["key"] != revises.key:
        logger.important(f"renaming collection {revises.key} to {kwargs['key']}")
    for name in ("key", "description", "schema"):
        if kwargs.get(name) is None:
            kwargs[name] = getattr(revises, name)


def check_schemas(members: Iterable[Artifact], schema: Any) -> None:
    """Refuse artifacts that were not validated with the schema of the collection."""
    if schema is None:
        return
    other = [artifact.uid for artifact in members if artifact.schema_id != schema.pk]
    if other:
        raise ValidationError(
            f"Artifact schemas do not match the collection schema {schema!r}: {', '.join(other)}"
        )


def hash_of_members(members: list[Artifact]) -> str:
    """Hash of the set of contents; content that occurs twice is mentioned."""
    hashes = [member.hash or member.uid for member in members]
    repeated = [value for value, n in Counter(hashes).items() if n > 1]
    if repeated:
        logger.warning(f"your collection contains artifacts with non-unique hashes:  {repeated}")
    return hash_collection(hashes)


def same_hash(registry: Any, hash: str) -> Collection | None:
    """Newest untrashed collection of the same contents."""
    where = {"hash": hash, "!=branch_id": TRASH_BRANCH_ID}
    found = select(registry, ("id",), where, order_by="-created_at,-id")
    return registry.objects.get(pk=found[0][0]) if found else None


def take_existing(
    collection: Collection,
    existing: Collection,
    kwargs: dict[str, Any],
    members: list[Artifact],
    run: Run | None,
) -> None:
    """Become the existing collection and take over what was passed."""
    become(collection, existing)
    logger.warning(
        f"returning collection with same hash: {collection!r}; if you intended to query to track "
        "this collection as an input, use: ln.Collection.get()"
    )
    if list(collection.ordered_artifacts.values_list("id", flat=True)) != [m.pk for m in members]:
        logger.warning("its artifacts are the same, but in another order, which stays as it is")
    passed = ("key", "description", "schema", "reference", "reference_type", "meta_artifact")
    update_fields(collection, {name: kwargs.get(name) for name in passed})
    if run is not None:
        note_recreation(collection, run)


def link_inputs(records: list[Any], run: Run | None) -> None:
    """Record what went into a collection as inputs of the run."""
    if run is not None:
        port("link_run_input")(records, is_run_input=None if run == current_run() else run)
