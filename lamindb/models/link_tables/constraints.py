"""Uniqueness of links that may carry a feature."""

from __future__ import annotations

from django.db.models import Q, UniqueConstraint


def once_per_feature(table: str, *fields: str) -> list[UniqueConstraint]:
    """Constraints that allow a pair of records once without and once with each feature.

    Parameters
    ----------
    table : str
        Name of the link class in lower case; it becomes part of the names of the constraints.
    *fields : str
        The three foreign keys in the order of the index, one of them `feature`.

    Returns
    -------
    list of UniqueConstraint
        Two, because SQL takes two NULLs for different values.

    Examples
    --------
    >>> once_per_feature("artifactulabel", "artifact", "ulabel", "feature")
    """
    pair = [field for field in fields if field != "feature"]
    return [
        UniqueConstraint(fields=fields, condition=Q(feature__isnull=False), name=f"unique_{table}"),
        UniqueConstraint(
            fields=pair, condition=Q(feature__isnull=True), name=f"unique_{table}_null_feature"
        ),
    ]
