"""What renaming a feature or a label means for datasets: their content keeps the old name."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connections
from django.db.models.signals import class_prepared

from lamindb.base.dtypes import parse
from lamindb.base.fields import FieldAttr
from lamindb.base.log import logger
from lamindb.base.registries import get_registry_name

from .exact import fetch, select
from .feature_dtypes import alternatives
from .registry_fields import has_field, name_field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

N_SHOWN = 20
"""Artifacts that a message lists."""

NO_LABELS = ("Artifact", "Collection", "Run", "Schema", "Transform")
"""Registries whose names are not in the content of datasets."""

Renamed = dict[int, tuple[str, str]]
"""Old and new name by primary key."""


def count_and_uids(artifacts: QuerySet) -> tuple[str, list[str]]:
    """Number of artifacts with its verb, and the uids of the first of them."""
    uids = list(artifacts.order_by("id").values_list("uid", flat=True)[:N_SHOWN])
    n = artifacts.count() if len(uids) == N_SHOWN else len(uids)
    return f"{n} {'artifact no longer matches' if n == 1 else 'artifacts no longer match'}", uids


# -- features


def warn_about_renamed_feature(feature: Any, old: str, using: str) -> None:
    """Say whose stored columns no longer have the name of a feature."""
    registry = apps.get_model("lamindb", "Artifact")
    links = registry.schemas.through.objects.using(using)
    held = links.filter(schema__features=feature).values("artifact_id")
    number, uids = count_and_uids(registry.objects.using(using).filter(id__in=held))
    if uids:
        logger.warning(
            f"by renaming feature from '{old}' to '{feature.name}' {number} the feature name in "
            f"storage: {uids}\n  → consider re-curating"
        )


def remember_name(feature: Any, old: str) -> None:
    """Keep the former name as synonym and in the history, as a trigger of Postgres does."""
    keep_as_synonym(feature, old)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    aux = feature._aux or {}
    feature._aux = {**aux, "renamed": {**(aux.get("renamed") or {}), now: old}}


def keep_as_synonym(feature: Any, old: str) -> bool:
    """Append a former name to the synonyms.

    Returns
    -------
    False if it was there.
    """
    synonyms = feature.synonyms.split("|") if feature.synonyms else []
    if old in synonyms:
        return False
    feature.synonyms = "|".join([*synonyms, old])
    return True


# -- labels


class NameAttr(FieldAttr):
    """Attribute of a label that notes when a name takes the place of another one.

    Nothing is noted while records are read or made, because that sets no attributes.
    """

    def __set__(self, record: Any, name: Any) -> None:
        attname = self.field.attname
        state = record.__dict__["_state"]
        if not state.adding and record.__dict__.get(attname, name) != name:
            state.name_was_set = True
        record.__dict__[attname] = name


def watch_names(sender: Any, **kwargs: Any) -> None:
    """Notice from now on when records of a registry are renamed."""
    field = None if sender._meta.abstract else name_field(sender)
    if field is not None and sender.__name__ not in NO_LABELS:
        column = sender._meta.get_field(field)
        if column.model is sender and isinstance(sender.__dict__.get(field), FieldAttr):
            setattr(sender, field, NameAttr(column))


@cache
def link_of_labels(registry: Any) -> tuple[Any, str] | None:
    """Table that links labels to artifacts under a feature, and its column for the label."""
    if registry.__name__ in NO_LABELS or name_field(registry) is None:
        return None
    for relation in registry._meta.related_objects:
        table = relation.related_model
        is_link = table.__name__ == f"Artifact{registry.__name__}"
        if is_link and has_field(table, "artifact") and has_field(table, "feature"):
            return table, relation.field.name
    return None


def renamed_labels(registry: Any, records: Iterable[Any], using: str) -> Renamed:
    """Labels whose name differs from the one in the database: a query if a name was set."""
    changed = [record for record in records if getattr(record._state, "name_was_set", False)]
    field = name_field(registry)
    if not changed or field is None or link_of_labels(registry) is None:
        return {}
    new = {record.pk: record.__dict__[field] for record in changed}
    for record in changed:
        record._state.name_was_set = False
    if len(new) == 1:
        (pk,) = new
        found = select(registry, ("id", field), {"id": pk}, using=using)
    else:
        marks = ", ".join(["%s"] * len(new))
        sql = f'SELECT "id", "{field}" FROM "{registry._meta.db_table}" WHERE "id" IN ({marks})'
        found = fetch(connections[using], sql, list(new))
    return {pk: (old, new[pk]) for pk, old in found if old != new[pk] and old is not None}


def say_renamed_labels(registry: Any, renamed: Renamed, using: str) -> None:
    """Say which artifacts hold the old names of labels as values of a feature."""
    link = link_of_labels(registry)
    if not renamed or link is None:
        return
    table, column = link
    links = table.objects.using(using).filter(**{f"{column}_id__in": list(renamed)})
    pairs = links.filter(feature__isnull=False).order_by()
    used = pairs.values_list("feature_id", "feature___dtype_str").distinct()
    features = [id for id, dtype in used if dtype and names_labels(dtype, registry)]
    if not features:
        return
    links = links.filter(feature_id__in=features).order_by()
    artifacts = apps.get_model("lamindb", "Artifact").objects.using(using)
    for pk in sorted(links.values_list(f"{column}_id", flat=True).distinct()):
        held = links.filter(**{f"{column}_id": pk}).values("artifact_id")
        number, uids = count_and_uids(artifacts.filter(id__in=held))
        old, new = renamed[pk]
        logger.error(
            f"by renaming label from '{old}' to '{new}' {number} the label name in storage: "
            f"{uids}\n\n   → consider re-curating"
        )


def names_labels(dtype: str, registry: Any) -> bool:
    """Whether values of a dtype are names of labels of a registry."""
    return any(
        alternative.registry == get_registry_name(registry)
        and alternative.field in (None, name_field(registry))
        for alternative in alternatives(parse(dtype))
    )


class_prepared.connect(watch_names)
