"""Parents and children within one registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from .current import visible_branch_ids
from .expressions import check_saved
from .hierarchy_sql import ids_of_relatives
from .ports import port
from .query_set import QuerySet

if TYPE_CHECKING:
    from lamindb.base.types import StrField


class HasParents:
    """Methods for registries with a many-to-many field `parents`."""

    _sees_past_trash: ClassVar[bool] = False
    """Whether relatives beyond a trashed record count, and `parents` leaves trashed ones out."""

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

    def view_parents(
        self,
        field: StrField | None = None,
        with_children: bool = False,
        distance: int = 5,
        *,
        return_graph: bool = False,
    ) -> Any:
        """Draw parents, their parents and so on.

        Parameters
        ----------
        field
            Field that labels the records; the name field by default.
        with_children
            Draw children as well.
        distance
            Number of levels; 1 means direct parents only.
        return_graph
            Return the graph instead of showing it.

        Returns
        -------
        A `graphviz.Digraph` if `return_graph`, else None.

        Raises
        ------
        ValueError
            The record is not saved.

        Examples
        --------
        >>> t_cell.view_parents(distance=2)
        """
        return port("view_hierarchy")(
            self,
            field,
            parents=True,
            children=with_children,
            distance=distance,
            return_graph=return_graph,
        )

    def view_children(
        self, field: StrField | None = None, distance: int = 5, *, return_graph: bool = False
    ) -> Any:
        """Draw children, their children and so on.

        Parameters
        ----------
        field
            Field that labels the records; the name field by default.
        distance
            Number of levels; 1 means direct children only.
        return_graph
            Return the graph instead of showing it.

        Returns
        -------
        A `graphviz.Digraph` if `return_graph`, else None.

        Raises
        ------
        ValueError
            The record is not saved.

        Examples
        --------
        >>> leukocyte.view_children(distance=1)
        """
        return port("view_hierarchy")(
            self, field, parents=False, children=True, distance=distance, return_graph=return_graph
        )


def query_relatives(record: Any, *, reverse: bool) -> QuerySet:
    """All records above (or below, if reversed) a record by `parents`."""
    check_saved([record])
    using = record._state.db
    relation = type(record)._meta.get_field("parents")
    branches = visible_branch_ids(using)
    ends = None if record._sees_past_trash else branches
    ids = ids_of_relatives(relation, record.pk, ends, reverse=reverse)
    records = QuerySet(model=type(record), using=using)
    if ends is None:
        return records.filter(pk__in=ids, branch_id__in=branches)
    return records.filter(pk__in=ids, branch=None)
