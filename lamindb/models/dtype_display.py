"""Dtype strings for people: without `cat[…]`, and with the names of types for their uids."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from lamindb.base.dtypes import CatDtype, ListDtype, parse

from .feature_dtypes import alternatives, find_registry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamindb.base.dtypes import Dtype

Names = dict[tuple[str, str], str]
"""Name of a type by its registry and uid."""


def displayed_dtypes(dtype_strs: Iterable[str], using: str | None = None) -> dict[str, str]:
    """How dtypes are shown in tables.

    Parameters
    ----------
    dtype_strs
        Stored dtype strings.
    using
        Alias of the database.

    Returns
    -------
    Text by dtype string; read in one query per registry that has types.

    Examples
    --------
    >>> displayed_dtypes(["cat[bionty.CellType.ontology_id]", "list[cat[ULabel]]"])
    {'cat[bionty.CellType.ontology_id]': 'bionty.CellType.ontology_id', ...}
    """
    parsed = {text: parse(text) for text in dtype_strs}
    names = names_of_types(parsed.values(), using)
    return {text: displayed(dtype, names) for text, dtype in parsed.items()}


def names_of_types(dtypes: Iterable[Dtype], using: str | None) -> Names:
    """Names of all types that dtypes refer to."""
    uids: dict[str, set[str]] = defaultdict(set)
    for dtype in dtypes:
        for alternative in alternatives(dtype):
            if alternative.type_uid is not None:
                uids[alternative.registry].add(alternative.type_uid)
    names: Names = {}
    for registry_name, wanted in uids.items():
        rows = find_registry(registry_name).objects.using(using or "default")
        for uid, name in rows.filter(uid__one_of=wanted).values_list("uid", "name"):
            names[registry_name, uid] = name
    return names


def displayed(dtype: Dtype, names: Names) -> str:
    """Text for one dtype."""
    if isinstance(dtype, ListDtype):
        return f"list[{displayed(dtype.item, names)}]"
    if not isinstance(dtype, CatDtype) or not dtype.alternatives:
        return str(dtype)
    shown = []
    for alternative in dtype.alternatives:
        uid = alternative.type_uid
        name = names.get((alternative.registry, uid), uid) if uid else None
        shown.append(str(replace(alternative, type_uid=name)))
    return "|".join(shown)
