"""Parents and children within one registry."""

from __future__ import annotations

from typing import Any

from .current import visible_branch_ids
from .expressions import check_saved
from .hierarchy_sql import ids_of_relatives
from .query_set import QuerySet


class HasParents:
    """Methods for registries with a many-to-many field `parents`."""

    def query_parents(self) -> QuerySet:
        """Parents, their parents and so on, on the visible branches.

        Returns
        -------
        A query set; nothing is read before it is iterated, then everything in one query.

        Raises
        ------
        ValueError
            The record is not saved.

        Examples
        --------
        >>> t_cell.query_parents().to_list("name")
        ['lymphocyte', 'leukocyte', 'cell']
        """
        return query_relatives(self, reverse=False)

    def query_children(self) -> QuerySet:
        """Children, their children and so on, on the visible branches.

        Returns
        -------
        A query set; nothing is read before it is iterated, then everything in one query.

        Raises
        ------
        ValueError
            The record is not saved.

        Examples
        --------
        >>> leukocyte.query_children().filter(name__contains="T cell").to_dataframe()
        """
        return query_relatives(self, reverse=True)


def query_relatives(record: Any, *, reverse: bool) -> QuerySet:
    """All records above (or below, if reversed) a record by `parents`."""
    check_saved([record])
    using = record._state.db
    relation = type(record)._meta.get_field("parents")
    branches = visible_branch_ids(using)
    ids = ids_of_relatives(relation, record.pk, branches, reverse=reverse)
    return QuerySet(model=type(record), using=using).filter(pk__in=ids, branch=None)
