"""Which tables link hosts (artifacts, runs, records) with the values of their features."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from lamindb.models.links import IsLink

if TYPE_CHECKING:
    from django.db.models import Field


JSON_NAMES = ("JsonValue", "Json")
"""What follows the name of the host in the name of the table of non-categorical values."""


@dataclass(frozen=True)
class LinkTable:
    """A table whose rows say that a host has a value.

    Attributes
    ----------
    model
        Registry of the rows, say `ArtifactULabel`.
    host
        Name of the foreign key to the host, say `artifact`.
    value
        Name of the foreign key to the value, say `ulabel`.
    feature
        Name of the foreign key to the feature; None if rows are plain labels.
    """

    model: Any
    host: str
    value: str
    feature: str | None

    @property
    def registry(self) -> Any:
        """Registry of the values."""
        return self.model._meta.get_field(self.value).related_model

    @property
    def accessor(self) -> str:
        """Name of the relation from hosts to values, say `ulabels`."""
        meta = self.model._meta.get_field(self.host).related_model._meta
        forward = [field for field in meta.many_to_many if field.remote_field.through is self.model]
        if forward:
            return str(forward[0].name)
        relations = [r for r in meta.related_objects if r.many_to_many and r.through is self.model]
        return str(relations[0].get_accessor_name())


@dataclass(frozen=True)
class JsonTable:
    """The table whose rows say that a host has a non-categorical value.

    Attributes
    ----------
    model
        Registry of the rows, say `ArtifactJsonValue`.
    host
        Name of the foreign key to the host.
    feature, value
        Paths from a row to the feature and to the JSON value.
    """

    model: Any
    host: str
    feature: str
    value: str


def registry_of(host: Any) -> Any:
    """Registry of a record."""
    return type(host)


def link_fields(host: Any) -> list[Field]:
    """Foreign keys to a registry that make up the host's side of a link table."""
    name = host.__name__
    return [
        relation.field
        for relation in host._meta.related_objects
        if relation.field.name == name.lower()
        and issubclass(relation.related_model, IsLink)
        and relation.related_model.__name__.startswith(name)
    ]


def link_tables(host: Any) -> dict[Any, LinkTable]:
    """Link table for each registry whose records can be values or labels of a host.

    Examples
    --------
    >>> link_tables(ln.Artifact)[ln.ULabel].model
    ArtifactULabel
    """
    return tables_by_registry(host, len(host._meta.related_objects))


@cache
def tables_by_registry(host: Any, n_relations: int) -> dict[Any, LinkTable]:
    """Link tables; found again when a module adds relations to the host."""
    tables = {}
    for field in link_fields(host):
        value = value_name(field.model, host)
        if value is not None:
            names = {f.name for f in field.model._meta.concrete_fields}
            feature = "feature" if "feature" in names else None
            table = LinkTable(field.model, field.name, value, feature)
            tables[table.registry] = table
    return tables


NO_LABELS = {"Collection": ("Artifact",)}
"""By name of the host, registries that it is linked with by its content, not by annotation."""


def label_tables(host: Any) -> dict[Any, LinkTable]:
    """Link table for each registry whose records can be labels of a host.

    Examples
    --------
    >>> list(label_tables(ln.Collection))
    [ULabel, Record, Project, Reference]
    """
    hidden = NO_LABELS.get(host.__name__, ())
    return {r: table for r, table in link_tables(host).items() if r.__name__ not in hidden}


def value_name(model: Any, host: Any) -> str | None:
    """Foreign key to the value; None for link tables that hold no feature values."""
    entity = model.__name__.removeprefix(host.__name__)
    names = {field.name for field in model._meta.concrete_fields}
    if entity in (*JSON_NAMES, "Schema"):
        return None
    if "value" in names:
        return "value"
    return entity.lower() if entity.lower() in names else None


@cache
def json_table(host: Any) -> JsonTable:
    """Table of the non-categorical values of a host.

    Examples
    --------
    >>> json_table(ln.Artifact).value
    'jsonvalue__value'
    """
    for field in link_fields(host):
        entity = field.model.__name__.removeprefix(host.__name__)
        if entity == "JsonValue":
            return JsonTable(field.model, field.name, "jsonvalue__feature", "jsonvalue__value")
        if entity == "Json":
            return JsonTable(field.model, field.name, "feature", "value")
    raise LookupError(f"{host.__name__} has no table of feature values")
