"""Records for terms that have none: `add_new_from`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps

from lamindb.base.registries import get_registry_name
from lamindb.errors import InvalidArgument
from lamindb.models.annotate.resolve import FEATURE, boolean
from lamindb.models.bulk import save_records
from lamindb.models.from_values import new_records
from lamindb.models.registry_fields import find_field

from .public_vocabulary import ORGANISM, named_in_dtype

if TYPE_CHECKING:
    from lamindb.models.annotate.resolve import Vocabulary

NOT_BY_NAME = {"Artifact", "Collection", "Run", "Transform", "User"}
"""Registries whose records come about otherwise than by giving them a name."""


def create_records(
    vocabulary: Vocabulary, terms: list[Any], organism: Any, passed: dict[str, Any]
) -> list[Any]:
    """Save one record per term, in one transaction.

    Parameters
    ----------
    vocabulary
        What the dtype allows: the records get its type and fulfil its filters.
    terms
        Terms that no record has.
    organism
        Organism of the records, where the registry knows organisms.
    passed
        Further arguments of the constructor; they win.

    Raises
    ------
    InvalidArgument
        The records of the registry cannot be created from names.
    FieldValidationError
        A required field is missing, an argument is unknown, or a value is too long.
    """
    registry = vocabulary.registry
    name = get_registry_name(registry)
    if name in NOT_BY_NAME:
        raise InvalidArgument(
            f"{name} records are not created from a {vocabulary.column.name}: create "
            f"{'it' if len(terms) == 1 else 'them'} as usual, then run validate() again"
        )
    given = {**prescribed(vocabulary, organism), **passed}
    records = new_records(registry, vocabulary.column, terms, given)
    save_records(records, using=vocabulary.rows.db)
    return records


def prescribed(vocabulary: Vocabulary, organism: Any) -> dict[str, Any]:
    """What a record needs so that the dtype allows it."""
    registry, alternative = vocabulary.registry, vocabulary.alternative
    values: dict[str, Any] = {}
    if alternative.registry == FEATURE:
        values["dtype"] = apps.get_model("lamindb", "ULabel")
    for key, (name, lookup, text) in alternative.parsed_filters().items():
        column = find_field(registry, name)
        if column is not None and column.many_to_one:
            values[name] = named_in_dtype(vocabulary, name)
        elif column is not None and lookup is None and not column.is_relation:
            values[key] = boolean(text)
    if vocabulary.type_record is not None:
        values["type"] = vocabulary.type_record
    if organism is not None and find_field(registry, ORGANISM) is not None:
        values[ORGANISM] = organism
    return values
