"""Frames that were exported from records: the links of these records say what terms mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps

from lamindb.models.annotate.links import link_tables

if TYPE_CHECKING:
    from lamindb.models import Feature
    from lamindb.models.annotate.resolve import Vocabulary

    from .engines.abc import Table
    from .resolved_terms import ResolvedTerms

UIDS = "__lamindb_record_uid__"
"""Column with the uids of the records that a frame was exported from."""


def decide_by_links(found: ResolvedTerms, feature: Feature, table: Table) -> None:
    """Find out which of several records of the same name are meant.

    Parameters
    ----------
    found
        What the terms mean; ambiguous ones that a link decides become valid.
    feature
        Feature of the column.
    table
        The frame; nothing happens if it was not exported.
    """
    if not found.ambiguous or UIDS not in table.labels:
        return
    uids = set(table.column(UIDS).terms())
    for vocabulary in found.vocabularies:
        linked = linked_ids(vocabulary, feature, uids, set(found.ambiguous))
        found.several.append((vocabulary, linked))
        for term in linked:
            del found.ambiguous[term]


def linked_ids(
    vocabulary: Vocabulary, feature: Feature, uids: set[str], terms: set[Any]
) -> dict[Any, list[int]]:
    """By term, keys of the records that are values of a feature of exported records."""
    links = link_tables(apps.get_model("lamindb", "Record")).get(vocabulary.registry)
    if links is None or not terms:
        return {}
    term = f"{links.value}__{vocabulary.column.name}"
    rows = (
        links.model.objects.using(vocabulary.rows.db)
        .filter(
            **{f"{term}__one_of": terms, f"{links.value}__in": vocabulary.rows.values("pk")},
            record__uid__one_of=uids,
            feature_id=feature.pk,
        )
        .order_by(f"{links.value}_id")
        .values_list(term, f"{links.value}_id")
        .distinct()
    )
    found: dict[Any, list[int]] = {}
    for value, pk in rows:
        found.setdefault(value, []).append(pk)
    return found
