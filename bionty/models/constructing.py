"""Constructors of biological records: keywords, organism, existing names, uid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bionty._organism import OrganismNotSet, default
from bionty.uids import encode_uid
from lamindb.base.log import logger
from lamindb.base.text import did_you_mean
from lamindb.base.types import UNSET
from lamindb.errors import FieldValidationError
from lamindb.models.construction import (
    check_lengths,
    check_required,
    check_uid_length,
    fill_branch_and_space,
    names_were_looked_up,
    update_fields,
)
from lamindb.models.current import visible_branch_ids
from lamindb.models.exact import select
from lamindb.models.initialization import become, initialize
from lamindb.models.ports import port
from lamindb.models.registry_fields import column_names, constructor_keywords
from lamindb.setup.session_settings import creation

from .organisms import registry_of_organisms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .organism import Organism

N_SAME = 100
"""How many records of the same name are looked at: genes may share a symbol."""


def construct(record: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Constructor of all registries but `Source`.

    Raises
    ------
    FieldValidationError
        Positional arguments, missing or too long values; nothing to derive a uid from.
    TypeError
        Unknown keywords, or an organism that is no record.
    ValueError
        `parents` are no ontology ids.
    OrganismNotSet
        The registry needs an organism that is neither passed nor set.
    """
    registry: Any = type(record)
    if args:
        kwargs = {**from_entry(registry, args), **kwargs}
    kwargs = {name: value for name, value in kwargs.items() if value is not UNSET}
    check_keywords(registry, kwargs)
    parent_ids = checked_parents(kwargs.pop("parents", None))
    if registry._needs_organism:
        set_organism(registry, kwargs)
    check_required(registry, kwargs)
    encode_uid(registry, kwargs)
    check_uid_length(registry, kwargs)
    existing = None if names_were_looked_up() else find_same(registry, kwargs)
    if existing is not None:
        become(record, existing)
        update_fields(record, kwargs)
    else:
        fill_branch_and_space(registry, kwargs)
        initialize(record, kwargs)
        check_lengths(record)
    record._parent_ids = parent_ids


def from_entry(registry: Any, args: tuple[Any, ...]) -> dict[str, Any]:
    """Keywords for one entry of a look-up in a public ontology.

    Raises
    ------
    FieldValidationError
        Something else was passed, or more than one argument.
    """
    entry = args[0]
    if isinstance(entry, list) and entry and hasattr(entry[0], "_asdict"):
        if len(entry) > 1:
            logger.warning(f"took the first of {len(entry)} entries: {entry[0]}")
        entry = entry[0]
    if len(args) > 1 or not hasattr(entry, "_asdict"):
        name = registry._name_field
        raise FieldValidationError(
            f"{registry.__name__} takes keyword arguments only, e.g. "
            f"{registry.__name__}({name}={args[0]!r})"
        )
    values = entry._asdict()
    known = column_names(registry)
    values.setdefault("description", values.get("definition"))
    return {name: value for name, value in values.items() if name in known and value is not None}


def check_keywords(registry: Any, kwargs: dict[str, Any]) -> None:
    """Refuse unknown keywords.

    Raises
    ------
    TypeError
        Names them and the closest valid one.
    """
    valid = [*constructor_keywords(registry), *parents_keyword(registry)]
    known = column_names(registry)
    unknown = [name for name in kwargs if name not in known and name not in valid]
    if unknown:
        raise TypeError(
            f"{registry.__name__}() got unexpected keyword arguments: "
            f"{', '.join(map(repr, unknown))}.{did_you_mean(unknown[0], valid)}"
        )


def parents_keyword(registry: Any) -> list[str]:
    """The keyword `parents`, where records have parents."""
    return [field.name for field in registry._meta.many_to_many if field.name == "parents"]


def checked_parents(parents: Any) -> list[str] | None:
    """Ontology ids of parents that were passed.

    Raises
    ------
    ValueError
        It is no list of strings.
    """
    if parents is None:
        return None
    is_list = isinstance(parents, (list, tuple)) or type(parents).__name__ == "ndarray"
    if not is_list or not all(isinstance(parent, str) for parent in parents):
        raise ValueError("Invalid parents kwarg passed. Provide a list of ontology ids.")
    return list(dict.fromkeys(parents)) or None


def set_organism(registry: Any, kwargs: dict[str, Any]) -> None:
    """Fill in the default organism, and refuse what is no saved organism.

    Raises
    ------
    TypeError
        It is no record of `Organism`.
    ValueError
        It is not saved.
    OrganismNotSet
        None was passed and none is set.
    """
    organisms = registry_of_organisms()
    if kwargs.get("organism_id") is not None and kwargs.get("organism") is None:
        kwargs["organism"] = organisms.objects.get(pk=kwargs.pop("organism_id"))
    organism: Organism | None = kwargs.get("organism") or default.organism
    if organism is None:
        raise OrganismNotSet(f"`organism` is required to create new {registry.__name__} records!")
    if not isinstance(organism, organisms):
        raise TypeError(f"organism must be a `bionty.Organism` record, not {organism!r}.")
    if organism._state.adding:
        raise ValueError(f"save the organism first: {organism!r}")
    kwargs["organism"] = organism


def find_same(registry: Any, kwargs: dict[str, Any]) -> Any:
    """Existing record of the same name, unless the call says that another term is meant."""
    field = registry._name_field
    name = kwargs.get(field)
    if not creation.search_names or not isinstance(name, str) or not name:
        return None
    where = {field: name, "branch_id": visible_branch_ids()}
    if registry._needs_organism:
        where["organism_id"] = kwargs["organism"].pk
    columns = ("id", *registry._identifiers)
    rows = select(registry, columns, where, limit=N_SAME)
    if not rows:
        mention_similar(registry, field, name, where)
        return None
    given = {f: kwargs[f] for f in registry._identifiers if kwargs.get(f) is not None}
    same = [row for row in rows if identifies(given, dict(zip(columns, row, strict=True)))]
    label = registry.__name__.lower()
    if same:
        logger.important(f"returning {label} with same {field}: '{name}'")
        return registry.objects.get(pk=same[0][0])
    logger.warning(
        f"creating another {label} with {field}='{name}': "
        f"{' and '.join(f'{f}={v!r}' for f, v in given.items())} is not that of the existing one"
    )
    return None


def identifies(given: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether identifiers that were passed are those of a row."""
    return all(row[field] == value for field, value in given.items())


def mention_similar(registry: Any, field: str, name: str, where: dict[str, Any]) -> None:
    """Show existing names that resemble a new one."""
    others = {key: value for key, value in where.items() if key != field}
    similar: Iterable[str] = port("similar_names")(registry, name, where=others)
    if similar:
        logger.warning(
            f"you are trying to create a {registry.__name__.lower()} with {field}='{name}' but "
            f"records with similar names exist: {', '.join(map(repr, similar))}. "
            "Did you mean to load one of them?"
        )
