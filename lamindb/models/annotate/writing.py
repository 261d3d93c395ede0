"""Writing annotations: everything that one call adds or removes, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q

from lamindb.base.hashing import hash_json_value

from .links import JsonTable, json_table, link_tables, registry_of
from .reading import available_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamindb.models.feature import Feature


@dataclass
class Plan:
    """What is to be written for one host.

    Attributes
    ----------
    values
        Features and JSON values in their stored form.
    labels
        Features and records.
    """

    values: list[tuple[Feature, Any]] = field(default_factory=list)
    labels: list[tuple[Feature, Any]] = field(default_factory=list)


def write(host: Any, plan: Plan, using: str) -> None:
    """Link a host with values and labels; what is linked already stays as it is.

    Examples
    --------
    >>> write(artifact, Plan(values=[(temperature, 21.6)], labels=[(label, dmso)]), "default")
    """
    with transaction.atomic(using=using):
        link_labels(host, plan.labels, using)
        if plan.values:
            table = json_table(registry_of(host))
            if table.value == "value":
                link_own_values(host, table, plan.values, using)
            else:
                link_shared_values(host, table, plan.values, using)


def link_labels(host: Any, labels: list[tuple[Any, Any]], using: str) -> None:
    """Insert the rows of all link tables; one statement per table."""
    rows: dict[Any, list[Any]] = {}
    tables = link_tables(registry_of(host))
    for feature, record in labels:
        table = tables[type(record)]
        columns = {table.host: host, table.value: record}
        if table.feature is not None:
            columns[table.feature] = feature
        rows.setdefault(table.model, []).append(table.model(**columns))
    for model, new in rows.items():
        model.objects.using(using).bulk_create(new, ignore_conflicts=True)


def link_shared_values(
    host: Any, table: JsonTable, values: list[tuple[Any, Any]], using: str
) -> None:
    """Link a host with rows of `JsonValue`, which hosts share."""
    registry: Any = apps.get_model("lamindb", "JsonValue")
    hashed = {(f.pk, hash_json_value(value)): (f, value) for f, value in values}
    ids = ids_of_values(registry, hashed, using)
    new = [
        registry(feature=feature, value=value, hash=key[1])
        for key, (feature, value) in hashed.items()
        if key not in ids
    ]
    if new:
        # of a row that somebody else wrote meanwhile, this gives the key too
        rows = registry.objects.using(using).bulk_create(
            new, update_conflicts=True, unique_fields=["feature", "hash"], update_fields=["hash"]
        )
        ids |= {(row.feature_id, row.hash): row.pk for row in rows}
    links = [table.model(**{table.host: host, "jsonvalue_id": id_}) for id_ in ids.values()]
    table.model.objects.using(using).bulk_create(links, ignore_conflicts=True)


def ids_of_values(
    registry: Any, hashed: Iterable[tuple[int, str]], using: str
) -> dict[tuple[int, str], int]:
    """Primary keys of values by feature and hash."""
    wanted = set(hashed)
    rows = registry.objects.using(using).filter(
        hash__in={hash for _, hash in wanted}, feature_id__in={id_ for id_, _ in wanted}
    )
    found = {(f, h): id_ for id_, f, h in rows.values_list("id", "feature_id", "hash")}
    return {key: found[key] for key in found if key in wanted}


def link_own_values(host: Any, table: JsonTable, values: list[tuple[Any, Any]], using: str) -> None:
    """Write the values of a record: one row per feature, which is replaced."""
    rows = [table.model(**{table.host: host, "feature": f, "value": v}) for f, v in values]
    table.model.objects.using(using).bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=[table.host, "feature"],
        update_fields=["value"],
    )


# -- removing


def remove(host: Any, feature_ids: Iterable[int], using: str) -> int:
    """Unlink a host from all values and labels of features; one statement per link table.

    Returns
    -------
    Number of links that were removed.
    """
    ids = list(feature_ids)
    n_removed = 0
    with transaction.atomic(using=using):
        for table in available_tables(registry_of(host)):
            if table.feature is not None:
                rows = table.model.objects.using(using).filter(
                    **{table.host: host.pk, "feature_id__in": ids}
                )
                n_removed += rows._raw_delete(using) or 0
        values = json_table(registry_of(host))
        rows = values.model.objects.using(using).filter(
            Q(**{values.host: host.pk}), **{f"{values.feature}__in": ids}
        )
        n_removed += rows.delete_rows()[0]
    return n_removed


def remove_label(host: Any, feature: Feature, record: Any, using: str) -> int:
    """Unlink a host from one label of a feature."""
    table = link_tables(registry_of(host))[type(record)]
    rows = table.model.objects.using(using).filter(
        **{table.host: host.pk, table.value: record.pk, "feature": feature.pk}
    )
    return rows.delete_rows()[0]


def remove_value(host: Any, feature: Feature, value: Any, using: str) -> int:
    """Unlink a host from one non-categorical value of a feature."""
    table = json_table(registry_of(host))
    rows = table.model.objects.using(using).filter(**{table.host: host.pk})
    if table.value == "value":
        same = [row.pk for row in rows.filter(feature=feature.pk) if row.value == value]
        return rows.filter(pk__in=same).delete_rows()[0]
    rows = rows.filter(jsonvalue__feature=feature.pk, jsonvalue__hash=hash_json_value(value))
    return rows.delete_rows()[0]
