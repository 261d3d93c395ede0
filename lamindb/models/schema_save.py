"""Saving schemas: the row, its members and its slots, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import router, transaction

from lamindb.base.log import logger
from lamindb.errors import ValidationError

from .bulk import insert_rows
from .current import TRASH_BRANCH_ID
from .exact import select
from .initialization import become
from .saving import save_record, unsaved_on_failure
from .schema_hash import hash_of_schema
from .schema_members import (
    INDEX,
    OPTIONALS,
    Pending,
    check_members,
    checked_features,
    index_uid,
    label_of,
    link_model,
    member_registry,
    members_in_order,
    optional_uids,
    slots_of,
    uids_of_members,
    write_setting,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .schema import Schema

N_SHOWN = 20
"""Artifacts that a warning lists."""


def save_schema(schema: Schema, **kwargs: Any) -> None:
    """Write a schema; see `Schema.save`."""
    using = kwargs.pop("using", None) or router.db_for_write(type(schema), instance=schema)
    pending = schema._pending
    try:
        with unsaved_on_failure(schema), transaction.atomic(using=using):
            if not schema._state.adding:
                update(schema, pending, using, **kwargs)
            elif not revive(schema, using):
                inserted = save_record(schema, using=using, **kwargs)
                if inserted and pending is not None:
                    link(schema, pending.records, using)
                    link_slots(schema, pending.slots, using)
    except ValidationError:
        restore_members(schema, using)
        raise
    schema._pending = schema._slots = schema._former = None
    schema._removed = ()


def remember_members(schema: Schema) -> None:
    """Keep the members as of the last save: `add` and `remove` write before a save can fail."""
    if schema._former is None:
        schema._former = (list(members_in_order(schema)), schema._aux, schema.n_members)


def restore_members(schema: Schema, using: str) -> None:
    """Undo `add` and `remove` after a save that failed, so that members and hash agree."""
    if schema._former is None:
        return
    members, schema._aux, schema.n_members = schema._former
    with transaction.atomic(using=using):
        unlink(schema, list(members_in_order(schema)), using)
        link(schema, members, using)
    schema._former = None
    schema._removed = ()


def revive(schema: Schema, using: str) -> bool:
    """Move a trashed schema of the same hash back instead of inserting it again."""
    if schema.hash is None:
        return False
    registry = type(schema)
    where = {"hash": schema.hash, "branch_id": TRASH_BRANCH_ID}
    found = select(registry, ("id",), where, using=using)
    if not found:
        return False
    existing = registry.objects.using(using).get(pk=found[0][0])
    existing.branch_id = schema.branch_id
    for name in ("name", "description"):
        if getattr(schema, name) is not None:
            setattr(existing, name, getattr(schema, name))
    save_record(existing, using=using)
    logger.warning(f"returning schema from trash with same hash: {existing!r}")
    become(schema, existing)
    return True


def link(schema: Schema, records: list[Any], using: str) -> None:
    """Insert links to new members, in this order; within a transaction."""
    if records:
        through, column = link_model(schema, member_registry(schema.itype))
        rows = [through(schema_id=schema.pk, **{f"{column}_id": r.pk}) for r in records]
        insert_rows(through, rows, using)


def unlink(schema: Schema, records: list[Any], using: str) -> None:
    """Delete links to members."""
    if records:
        through, column = link_model(schema, type(records[0]))
        links = through.objects.using(using).filter(schema_id=schema.pk)
        links.filter(**{f"{column}_id__in": [r.pk for r in records]}).delete_rows()


def link_slots(schema: Schema, slots: dict[str, Schema], using: str) -> None:
    """Insert the links to component schemas."""
    if slots:
        component_link = schema.links_component.model
        component_link.objects.using(using).bulk_create(
            component_link(composite=schema, component=component, slot=slot)
            for slot, component in slots.items()
        )


def update(schema: Schema, pending: Pending | None, using: str, **kwargs: Any) -> None:
    """Update a saved schema; its hash follows its members, slots and flags."""
    if not schema.is_type:
        if pending is None:
            uids = list(members_in_order(schema).values_list("uid", flat=True))
            forget_former_optionals(schema, set(uids))
            set_hash(schema, uids, slots_of(schema), using)
        else:
            set_hash(schema, [r.uid for r in pending.records], pending.slots, using)
            replace_links(schema, pending, using)
    save_record(schema, using=using, **kwargs)


def forget_former_optionals(schema: Schema, uids: set[str]) -> None:
    """Members that were taken out through the relation are no optional members any more."""
    optional = optional_uids(schema)
    kept = [uid for uid in optional if uid in uids]
    if kept != optional:
        write_setting(schema, OPTIONALS, kept)


def set_hash(schema: Schema, uids: list[str], slots: dict[str, Schema], using: str) -> None:
    """Compute the hash again; refuse one that another schema has.

    Raises
    ------
    ValidationError
    """
    if uids:
        schema.n_members = len(uids)
    new = hash_of_schema(
        schema,
        member_uids=uids,
        optional_uids=optional_uids(schema),
        index_uid=index_uid(schema),
        slots={slot: component.hash for slot, component in slots.items()},
    )
    if new == schema.hash:
        return
    where = {"hash": new, "!=branch_id": TRASH_BRANCH_ID}
    others = select(type(schema), ("id", "uid"), where, using=using, limit=2)
    taken = [uid for id_, uid in others if id_ != schema.pk]
    if taken:
        raise ValidationError(
            f"Another schema already has this hash. Use it instead: ln.Schema.get('{taken[0]}')"
        )
    warn_about_artifacts(schema)
    schema.hash = new


def warn_about_artifacts(schema: Schema) -> None:
    """Say which artifacts were validated with the schema as it was."""
    artifacts = schema.validated_artifacts.order_by("id")[:N_SHOWN]
    rows = [f"  {uid}  {key}" for uid, key in artifacts.values_list("uid", "key")]
    if rows:
        logger.warning(
            "you updated the schema hash and might invalidate datasets that were previously "
            "validated with this schema:\n" + "\n".join(rows)
        )
        if schema._removed:
            say_removed(schema._removed)


def say_removed(members: Sequence[Any]) -> None:
    """Log which members a schema loses."""
    logger.warning(f"you're removing these features: {[label_of(member) for member in members]}")


def replace_links(schema: Schema, pending: Pending, using: str) -> None:
    """Link exactly the members and slots that were passed, in their order."""
    before = list(members_in_order(schema, pending.former_itype))
    if before != pending.records:
        kept = {(type(record), record.pk) for record in pending.records}
        gone = [member for member in before if (type(member), member.pk) not in kept]
        if gone:
            say_removed(gone)
        unlink(schema, before, using)
        link(schema, pending.records, using)
    if slots_of(schema) != pending.slots:
        schema.links_component.all().delete_rows()
        link_slots(schema, pending.slots, using)


# -- changing members


def add_members(schema: Schema, features: list[Any], *, optional: bool) -> None:
    """Add optional members; see `Schema.add`."""
    if not optional:
        raise NotImplementedError(
            "Adding required features would invalidate validated datasets: make a new schema"
        )
    records = checked_features(features)
    check_change(schema, records)
    check_members(records, schema.itype)
    using = router.db_for_write(type(schema), instance=schema)
    known = uids_of_members(schema)
    remember_members(schema)
    with transaction.atomic(using=using):
        link(schema, [record for record in records if record.uid not in known], using)
    if schema.minimal_set:
        uids = [*optional_uids(schema), *(record.uid for record in records)]
        write_setting(schema, OPTIONALS, list(dict.fromkeys(uids)))


def remove_members(schema: Schema, features: list[Any]) -> None:
    """Remove members; see `Schema.remove`."""
    if schema.maximal_set:
        raise NotImplementedError(
            "Removing features from a schema with maximal_set=True would invalidate validated "
            "datasets: make a new schema"
        )
    records = checked_features(features)
    check_change(schema, records)
    using = router.db_for_write(type(schema), instance=schema)
    remember_members(schema)
    schema._removed = (*schema._removed, *records)
    gone = {record.uid for record in records}
    left = [uid for uid in optional_uids(schema) if uid not in gone]
    unlink(schema, records, using)
    write_setting(schema, OPTIONALS, left)
    if index_uid(schema) in gone:
        write_setting(schema, INDEX, None)
    if not uids_of_members(schema):
        schema.n_members = None


def check_change(schema: Schema, features: list[Any]) -> None:
    """Refuse to change the members of a schema that has no row, or to link what cannot be one.

    Raises
    ------
    ValueError
        The schema or a feature is not saved.
    TypeError
        The members of the schema are no features.
    """
    if schema._state.adding:
        raise ValueError("Save the schema before you change its members: schema.save()")
    if not (schema.itype or "Feature").startswith("Feature"):
        raise TypeError(f"the members of this schema are records of {schema.itype}, not features")
    unsaved = [feature.name for feature in features if feature._state.adding]
    if unsaved:
        raise ValueError(f"Save the features first, these are not saved: {', '.join(unsaved)}")


def index_feature(schema: Schema) -> Any:
    """Feature that describes the index, None if there is none."""
    uid = index_uid(schema)
    if uid is None:
        return None
    using = router.db_for_read(type(schema), instance=schema)
    return apps.get_model("lamindb", "Feature").objects.using(using).get(uid=uid)


def set_index(schema: Schema, feature: Any) -> None:
    """Mark the feature that describes the index; see `Schema.index`."""
    if feature is None:
        write_setting(schema, INDEX, None)
        return
    if not isinstance(feature, apps.get_model("lamindb", "Feature")):
        raise TypeError(f"index must be a Feature, got {feature!r}")
    check_change(schema, [feature])
    check_members([feature], None)
    write_setting(schema, INDEX, feature.uid)
