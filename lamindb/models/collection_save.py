"""Saving collections: the row and the links to its artifacts, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import router, transaction

from .collection_create import check_saved, check_schemas
from .saving import save_record, unsaved_on_failure

if TYPE_CHECKING:
    from .collection import Collection


def save_collection(collection: Collection, **kwargs: Any) -> None:
    """Write the row and the links that are missing; see `Collection.save`."""
    members = collection._artifacts
    if members is not None:
        check_saved(members)
        check_schemas(members, collection.schema)
    using = kwargs.get("using") or router.db_for_write(type(collection), instance=collection)
    with unsaved_on_failure(collection), transaction.atomic(using=using):
        inserted = save_record(collection, **kwargs)
        if inserted and members is not None:
            link_members(collection, using)
        note_recreating_run(collection)
    collection._artifacts = None
    collection._revises = None
    collection._recreating_run = None


def link_members(collection: Collection, using: str) -> None:
    """Insert the links in the order of the artifacts."""
    link = collection.links_artifact.model
    rows = [link(collection=collection, artifact=member) for member in collection._artifacts or []]
    link.objects.using(using).bulk_create(rows)


def note_recreating_run(collection: Collection) -> None:
    """Remember the run that made the same collection again."""
    run = collection._recreating_run
    if run is not None and not collection.input_of_runs.filter(pk=run.pk).exists():
        collection.recreating_runs.add(run)
