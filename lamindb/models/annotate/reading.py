"""Reading annotations: of any number of hosts with a constant number of queries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from django.apps import apps
from django.db import connections
from django.db.models import F

from lamindb.models.current import TRASH_BRANCH_ID
from lamindb.models.registry_fields import has_field
from lamindb.setup.session import settings

from .links import json_table, link_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .links import LinkTable

CORE = "lamindb"

EXTERNAL_SLOTS = ("__external__", "external")
"""Slots whose features say something about an artifact and are not measured within it."""


class Label(NamedTuple):
    """A record that a host has, as value of a feature or as a plain label.

    Attributes
    ----------
    host_id, feature_id, value_id
        Primary keys; `feature_id` is None for plain labels.
    registry
        Registry of the value.
    """

    host_id: int
    feature_id: int | None
    registry: Any
    value_id: int


class JsonAnnotation(NamedTuple):
    """A non-categorical value that a host has.

    Attributes
    ----------
    host_id, feature_id
        Primary keys.
    value
        As JSON gives it.
    """

    host_id: int
    feature_id: int
    value: Any


def available_tables(host: Any) -> list[LinkTable]:
    """Link tables of a host that the connected database has."""
    modules = {CORE, *settings.instance.modules}
    return [table for table in link_tables(host).values() if table.model._meta.app_label in modules]


def read_labels(host: Any, host_ids: Iterable[int], using: str | None = None) -> list[Label]:
    """Everything that hosts are linked with, in the order in which it was linked.

    Parameters
    ----------
    host
        Registry of the hosts.
    host_ids
        Their primary keys.
    using
        Alias of the database.

    Returns
    -------
    list of Label
        Read in one query; several alternatives of one feature keep their order per registry.

    Examples
    --------
    >>> read_labels(ln.Artifact, [artifact.pk])
    """
    ids = list(host_ids)
    tables = available_tables(host)
    if not ids or not tables:
        return []
    connection = connections[using or "default"]
    quote = connection.ops.quote_name
    parts = [select_of(table, i, quote, connection.vendor) for i, table in enumerate(tables)]
    sql = " UNION ALL ".join(parts) + " ORDER BY 1, 2"
    parameter: Any = json.dumps(ids) if connection.vendor == "sqlite" else ids
    with connection.cursor() as cursor:
        cursor.execute(sql, [parameter] * len(parts))
        rows = cursor.fetchall()
    return [
        Label(host_id, feature_id, tables[table].registry, value_id)
        for table, _, host_id, feature_id, value_id in rows
    ]


def select_of(table: LinkTable, number: int, quote: Any, vendor: str) -> str:
    """Statement for the rows of one link table."""
    meta = table.model._meta
    host = quote(meta.get_field(table.host).column)
    value = quote(meta.get_field(table.value).column)
    feature = quote("feature_id") if table.feature else "NULL"
    if table.feature is None and vendor == "postgresql":
        feature = "NULL::integer"
    among = f"{host} = ANY(%s)"
    if vendor == "sqlite":
        among = f"{host} IN (SELECT value FROM json_each(%s))"
    return (
        f"SELECT {number}, {quote('id')}, {host}, {feature}, {value} "
        f"FROM {quote(meta.db_table)} WHERE {among}"
    )


def read_json(host: Any, host_ids: Iterable[int], using: str | None = None) -> list[JsonAnnotation]:
    """Non-categorical values of hosts, in the order in which they were linked; one query."""
    ids = set(host_ids)
    if not ids:
        return []
    table = json_table(host)
    rows = (
        table.model.objects.using(using or "default")
        .filter(**{f"{table.host}__pk__one_of": ids})
        .order_by("pk")
        .values_list(f"{table.host}_id", f"{table.feature}_id", F(table.value))
    )
    return [JsonAnnotation(*row) for row in rows]


def features_by_id(ids: Iterable[int | None], using: str | None = None) -> dict[int, Any]:
    """Features with these primary keys, trashed ones too, since data refer to them."""
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return {}
    registry: Any = apps.get_model(CORE, "Feature")
    return registry.objects.using(using or "default").in_bulk(wanted)


def field_values(
    registry: Any, ids: Iterable[int], fields: Iterable[str], using: str | None = None
) -> dict[int, tuple[Any, ...]]:
    """Fields of the records with these keys that are not in the trash; one query.

    Examples
    --------
    >>> field_values(ln.ULabel, [label.pk], ["name"])
    {1: ('DMSO',)}
    """
    rows = without_trash(registry.objects.using(using or "default").filter(pk__one_of=set(ids)))
    names = list(dict.fromkeys(fields))
    return {row[0]: row[1:] for row in rows.values_list("pk", *names)}


def records_of_labels(labels: Iterable[Label], using: str | None = None) -> list[Any]:
    """Records of labels in their order, without those in the trash; one query per registry."""
    ids: dict[Any, set[int]] = {}
    keys = list(dict.fromkeys((label.registry, label.value_id) for label in labels))
    for registry, id_ in keys:
        ids.setdefault(registry, set()).add(id_)
    found: dict[tuple[Any, int], Any] = {}
    for registry, wanted in ids.items():
        rows = registry.objects.using(using or "default").filter(pk__one_of=wanted)
        found |= {(registry, record.pk): record for record in without_trash(rows)}
    return [found[key] for key in keys if key in found]


def without_trash(rows: Any) -> Any:
    """Set of records without those in the trash."""
    if not has_field(rows.model, "branch"):
        return rows
    return rows.exclude(branch_id=TRASH_BRANCH_ID)


def read_slots(artifact_ids: Iterable[int], using: str | None = None) -> list[Any]:
    """Rows that link artifacts with the feature sets of their slots; one query."""
    links: Any = apps.get_model(CORE, "ArtifactSchema")
    rows = links.objects.using(using or "default").filter(artifact__pk__one_of=set(artifact_ids))
    return list(rows.select_related("schema").order_by("pk"))


def dataset_features(
    host: Any, host_ids: Iterable[int], using: str | None = None
) -> set[tuple[int, int]]:
    """Pairs of artifact and feature where the feature is measured within the dataset."""
    if host.__name__ != "Artifact":
        return set()
    links: Any = apps.get_model(CORE, "ArtifactSchema")
    rows = (
        links.objects.using(using or "default")
        .filter(artifact__pk__one_of=set(host_ids), schema__links_feature__isnull=False)
        .exclude(slot__in=EXTERNAL_SLOTS)
        .values_list("artifact_id", "schema__links_feature__feature_id")
    )
    return set(rows)
