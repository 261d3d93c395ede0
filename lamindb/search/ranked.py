"""`search`: the records that contain a string, the best matches first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import FieldError
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan

from lamindb.base.registries import get_registry_name
from lamindb.models import BasicQuerySet
from lamindb.models.field_names import named_column
from lamindb.models.registry_fields import name_field, text_fields

from .expressions import MayContain, Rank
from .needle import Needle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamindb.base.types import StrField
    from lamindb.models import Registry


def search(
    queryset: BasicQuerySet,
    string: str,
    *,
    field: StrField | Iterable[StrField] | None = None,
    limit: int | None = 20,
    case_sensitive: bool = False,
) -> BasicQuerySet:
    """Records of a set that contain a string, the best matches first.

    Equal values come first, then equal synonyms, whole words, beginnings of words, and other
    parts of words; equally good ones are ordered by the length of their name, then by id.

    Parameters
    ----------
    queryset
        Records to search.
    string
        What any of the fields has to contain; blanks around it do not count.
    field
        Name of a text field, several names, or None for all text fields.
    limit
        Maximum number of records, None for all.
    case_sensitive
        Whether `a` differs from `A`.

    Returns
    -------
    A set that is read when it is iterated; with `limit=None` it can be filtered further.

    Raises
    ------
    ValueError
        The string is None or no string.
    FieldError
        Unknown field, or one that holds no text.
    TypeError
        The set is a slice already.

    Examples
    --------
    >>> search(ln.ULabel.filter(), "T cell").to_list("name")
    ['T cell', 'my T cell']
    """
    if not isinstance(string, str):
        raise ValueError(f"Cannot search for {string!r}, please pass a string")
    registry = queryset.model
    columns = searched_columns(registry, field)
    found = BasicQuerySet(registry, queryset.query.chain(), queryset._db, queryset._hints)
    found = found.prefetch_related(*queryset._prefetch_related_lookups)
    found = ranked(found, Needle(string.strip(), case_sensitive), columns)
    return found if limit is None else found[:limit]


def ranked(records: BasicQuerySet, needle: Needle, columns: Iterable[str]) -> BasicQuerySet:
    """The records that contain the needle in any of the columns, best matches first."""
    name = name_field(records.model)
    by_length = [] if name is None else [Length(name).asc(nulls_last=True)]
    if not needle.text:
        return records.order_by(*by_length, "pk")
    if "\0" in needle.text:
        return records.none()  # no database stores this character in text
    rank = Rank(needle, columns)
    records = records.filter(MayContain(records.model, needle, columns))
    if not needle.like_is_exact:
        records = records.filter(GreaterThan(rank, 0))
    return records.order_by(rank.desc(), *by_length, "pk")


def searched_columns(
    registry: Registry, field: StrField | Iterable[StrField] | None
) -> tuple[str, ...]:
    """Names of the text columns that are searched."""
    available = text_fields(registry)
    if field is None:
        return tuple(column.name for column in available)
    fields = field if isinstance(field, (list, tuple, set)) else [field]
    if not fields:
        raise FieldError("Cannot search no fields: leave out `field` to search all text fields")
    columns = [named_column(registry, each) for each in fields]
    for column in columns:
        if column not in available:
            raise FieldError(
                f"Cannot search '{column.name}' of {get_registry_name(registry)}, which holds no "
                f"text. Text fields: {', '.join(c.name for c in available)}."
            )
    return tuple(dict.fromkeys(column.name for column in columns))
