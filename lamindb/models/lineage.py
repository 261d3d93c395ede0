"""Where data comes from and what it is used for."""

from __future__ import annotations

from typing import Any

from .ports import port


class HasLineage:
    """Method for runs and for what runs read and write."""

    def view_lineage(
        self,
        with_children: bool = True,
        return_graph: bool = False,
        *,
        distance: int | None = None,
    ) -> Any:
        """Draw where it comes from and what it is used for.

        Notebooks show an image; elsewhere an image is written to the cache folder, and opened if
        there is a screen. Without graphviz, the graph is written as a text tree.

        Parameters
        ----------
        with_children
            Whether to follow what uses it.
        return_graph
            Return the graph instead of showing it.
        distance
            Number of runs to follow in each direction; None for all.

        Returns
        -------
        A `graphviz.Digraph` if `return_graph`, else None.

        Raises
        ------
        InvalidArgument
            The distance is not a positive whole number.
        ValueError
            It is not saved.

        Examples
        --------
        >>> artifact.view_lineage()
        """
        return port("view_lineage")(
            self, with_children=with_children, return_graph=return_graph, distance=distance
        )
