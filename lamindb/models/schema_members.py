"""Members, optional members, index and slots of a schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Case, IntegerField, Value, When

from lamindb.base.registries import get_registry_name
from lamindb.errors import InvalidArgument

if TYPE_CHECKING:
    from .feature import Feature
    from .query_set import BasicQuerySet
    from .schema import Schema

SETTINGS = "af"
OPTIONALS, ORDER, INDEX = "1", "2", "3"
"""Key in `_aux` under which settings of members are, and the keys there."""


@dataclass
class Pending:
    """What the constructor got and the next save writes."""

    records: list[Any] = field(default_factory=list)
    optional_uids: list[str] = field(default_factory=list)
    index_uid: str | None = None
    slots: dict[str, Schema] = field(default_factory=dict)


# -- settings in `_aux`


def read_setting(schema: Schema, key: str) -> Any:
    """Setting of members, None if it is not set."""
    return ((schema._aux or {}).get(SETTINGS) or {}).get(key)


def write_setting(schema: Schema, key: str, value: Any) -> None:
    """Set or remove a setting of members; written to the database on save."""
    aux = dict(schema._aux or {})
    settings = {k: v for k, v in (aux.pop(SETTINGS, None) or {}).items() if k != key}
    if value:
        settings[key] = value
    if settings:
        aux[SETTINGS] = settings
    schema._aux = aux or None


def extra_settings(index: str | None, optional: list[str]) -> dict[str, Any] | None:
    """Content of `_aux` for a new schema."""
    settings: dict[str, Any] = {}
    if optional:
        settings[OPTIONALS] = optional
    if index is not None:
        settings[INDEX] = index
    return {SETTINGS: settings} if settings else None


def optional_uids(schema: Schema) -> list[str]:
    """Uids of optional members."""
    return list(read_setting(schema, OPTIONALS) or [])


def index_uid(schema: Schema) -> str | None:
    """Uid of the member that describes the index."""
    return read_setting(schema, INDEX)


# -- relations


def accessor_of(registry: Any) -> str:
    """Name of the relation from schemas to members of a registry.

    Raises
    ------
    InvalidArgument
        Records of this registry cannot be members.
    """
    schema = apps.get_model("lamindb", "Schema")
    for relation in schema._meta.related_objects:
        is_member = relation.many_to_many and relation.related_model is registry
        if is_member and (registry.__name__ == "Feature" or registry._meta.app_label != "lamindb"):
            return str(relation.get_accessor_name())
    raise InvalidArgument(f"records of {get_registry_name(registry)} cannot be members of a schema")


def member_registry(schema: Schema) -> Any:
    """Registry of the members, by the identifier type."""
    itype = (schema.itype or "Feature").partition("[")[0]
    parts = itype.split(".")
    module, name = ("lamindb", parts[0]) if parts[0][0].isupper() else (parts[0], parts[1])
    return apps.get_model(module, name)


def link_model(schema: Schema) -> tuple[Any, str]:
    """Link table of the members, and its column that refers to the member."""
    registry = member_registry(schema)
    manager = getattr(schema, accessor_of(registry))
    return manager.through, manager.target_field_name


def members_in_order(schema: Schema) -> BasicQuerySet:
    """Members of a saved schema in the order of their links, or as set explicitly."""
    registry = member_registry(schema)
    try:
        accessor = accessor_of(registry)
    except InvalidArgument:
        return registry.objects.none()
    members = getattr(schema, accessor).all()
    order = read_setting(schema, ORDER)
    if order:
        positions = [When(uid=uid, then=Value(i)) for i, uid in enumerate(order)]
        last = Case(*positions, default=Value(len(order)), output_field=IntegerField())
        return members.order_by(last, "links_schema__id")
    return members.order_by("links_schema__id")


def link(schema: Schema, records: list[Any], using: str) -> None:
    """Insert links to new members, in this order."""
    if records:
        through, column = link_model(schema)
        rows = [through(schema_id=schema.pk, **{f"{column}_id": r.pk}) for r in records]
        through.objects.using(using).bulk_create(rows)


def unlink(schema: Schema, ids: list[int], using: str) -> None:
    """Delete links to members."""
    if ids:
        through, column = link_model(schema)
        links = through.objects.using(using)
        links.filter(**{"schema_id": schema.pk, f"{column}_id__in": ids}).delete_rows()


def slots_of(schema: Schema) -> dict[str, Schema]:
    """Component schemas by slot, in one query."""
    links = schema.links_component.select_related("component").order_by("id")
    return {link.slot: link.component for link in links}


class SchemaOptionals:
    """Optional members of a schema; changes are written by `schema.save()`.

    Parameters
    ----------
    schema
        The schema.

    Examples
    --------
    >>> schema.optionals.set([feature])
    >>> schema.save()
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def get_uids(self) -> list[str]:
        """Uids of the optional members.

        Examples
        --------
        >>> schema.optionals.get_uids()
        ['7I4u69RiCAVy']
        """
        return optional_uids(self.schema)

    def get(self) -> BasicQuerySet:
        """Optional members in the order of the members.

        Examples
        --------
        >>> schema.optionals.get().to_list("name")
        """
        return members_in_order(self.schema).filter(uid__in=self.get_uids())

    def set(self, features: list[Feature]) -> None:
        """Make exactly these members optional.

        Parameters
        ----------
        features
            Members of the schema.

        Raises
        ------
        TypeError
            Not a list of features.
        ValueError
            A feature is no member.

        Examples
        --------
        >>> schema.optionals.set([feature])
        """
        self._write(self._uids(features))

    def add(self, features: Feature | list[Feature]) -> None:
        """Make members optional.

        Parameters
        ----------
        features
            Members of the schema.

        Raises
        ------
        TypeError
            Not features.
        ValueError
            A feature is no member.

        Examples
        --------
        >>> schema.optionals.add(feature)
        """
        self._write([*self.get_uids(), *self._uids(as_list(features))])

    def remove(self, features: Feature | list[Feature]) -> None:
        """Make members required.

        Parameters
        ----------
        features
            Members of the schema.

        Raises
        ------
        TypeError
            Not features.

        Examples
        --------
        >>> schema.optionals.remove(feature)
        """
        gone = {feature.uid for feature in checked_features(as_list(features))}
        self._write([uid for uid in self.get_uids() if uid not in gone])

    def _uids(self, features: Any) -> list[str]:
        uids = [feature.uid for feature in checked_features(features)]
        members = members_in_order(self.schema).filter(uid__in=uids)
        if members.count() < len(set(uids)):
            raise ValueError("Feature not part of the schema, please use schema.add() instead.")
        return uids

    def _write(self, uids: list[str]) -> None:
        write_setting(self.schema, OPTIONALS, list(dict.fromkeys(uids)))


def as_list(features: Any) -> Any:
    """One feature as a list."""
    return [features] if isinstance(features, apps.get_model("lamindb", "Feature")) else features


def checked_features(features: Any) -> list[Any]:
    """Refuse anything but a list of features."""
    feature = apps.get_model("lamindb", "Feature")
    if isinstance(features, (str, dict)) or not hasattr(features, "__iter__"):
        raise TypeError("features must be a list of Feature records!")
    records = list(features)
    if not all(isinstance(record, feature) for record in records):
        raise TypeError("features must be a list of Feature records!")
    return records
