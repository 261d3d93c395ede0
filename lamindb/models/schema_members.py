"""Members, optional members, index and slots of a schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Case, IntegerField, Value, When

from lamindb.base.registries import get_registry_name
from lamindb.errors import InvalidArgument

from .current import visible_branch_ids
from .hierarchy_sql import ids_of_members
from .registry_fields import name_field

if TYPE_CHECKING:
    from collections.abc import Collection

    from .feature import Feature
    from .query_set import BasicQuerySet
    from .schema import Schema

SETTINGS = "af"
OPTIONALS, ORDER, INDEX, HIDDEN = "1", "2", "3", "4"
"""Key in `_aux` under which settings of members are, and the keys there."""


@dataclass
class Pending:
    """What the constructor got and the next save writes."""

    records: list[Any] = field(default_factory=list)
    optional_uids: list[str] = field(default_factory=list)
    index_uid: str | None = None
    slots: dict[str, Schema] = field(default_factory=dict)
    former_itype: str | None = None


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


def member_registry(itype: str | None) -> Any:
    """Registry of the members, by the identifier type of their schema."""
    parts = (itype or "Feature").partition("[")[0].split(".")
    module, name = ("lamindb", parts[0]) if parts[0][0].isupper() else (parts[0], parts[1])
    return apps.get_model(module, name)


def link_model(schema: Schema, registry: Any) -> tuple[Any, str]:
    """Link table of the members, and its column that refers to the member."""
    manager = getattr(schema, accessor_of(registry))
    return manager.through, manager.target_field_name


def members_in_order(schema: Schema, itype: str | None = None) -> BasicQuerySet:
    """Members of a saved schema in the order of their links, or as set explicitly.

    Another `itype` than that of the schema finds the members it had before a change.
    """
    registry = member_registry(itype or schema.itype)
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


@dataclass(frozen=True)
class Preview:
    """The first members of a schema.

    Attributes
    ----------
    number
        How many members there are.
    members
        The first of them, in their order.
    """

    number: int = 0
    members: tuple[Any, ...] = ()


def previews(
    schemas: list[Schema], using: str, limit: int, hidden: Collection[str] = ()
) -> dict[int, Preview]:
    """First members of several schemas, in two queries per registry of members."""
    by_registry: dict[Any, list[Schema]] = {}
    for schema in schemas:
        by_registry.setdefault(member_registry(schema.itype), []).append(schema)
    found: dict[int, Preview] = {}
    for registry, group in by_registry.items():
        try:
            through, column = link_model(group[0], registry)
        except InvalidArgument:  # none of this registry
            continue
        ids = ids_by_schema(through, column, group, using, hidden)
        first = {pk: members[:limit] for pk, members in ids.items()}
        wanted = {id_ for members in first.values() for id_ in members}
        records = {r.pk: r for r in registry.objects.using(using).filter(pk__one_of=wanted)}
        for pk, members in first.items():
            found[pk] = Preview(len(ids[pk]), tuple(records[id_] for id_ in members))
    return found


def ids_by_schema(
    through: Any, column: str, schemas: list[Schema], using: str, hidden: Collection[str]
) -> dict[int, list[int]]:
    """Keys of the members of schemas, in the order of their links, or as set explicitly."""
    by_id = {schema.pk: schema for schema in schemas}
    links = through.objects.using(using).filter(schema_id__in=list(by_id)).order_by("id")
    members: dict[int, list[tuple[int, str]]] = {pk: [] for pk in by_id}
    for pk, id_, uid in links.values_list("schema_id", f"{column}_id", f"{column}__uid"):
        if uid not in hidden:
            members[pk].append((id_, uid))
    for pk, schema in by_id.items():
        order = {uid: i for i, uid in enumerate(read_setting(schema, ORDER) or ())}
        if order:
            members[pk].sort(key=lambda member: order.get(member[1], len(order)))
    return {pk: [id_ for id_, _ in found] for pk, found in members.items()}


def slots_of(schema: Schema) -> dict[str, Schema]:
    """Component schemas by slot, in one query."""
    links = schema.links_component.select_related("component").order_by("id")
    return {link.slot: link.component for link in links}


def slots_of_schemas(schemas: list[Schema], using: str) -> dict[int, dict[str, Schema]]:
    """Component schemas by slot for several schemas, in one query."""
    slots: dict[int, dict[str, Schema]] = {schema.pk: {} for schema in schemas}
    links = schemas[0].links_component.model.objects.using(using)
    found = links.filter(composite_id__in=list(slots)).select_related("component").order_by("id")
    for each in found:
        slots[each.composite_id][each.slot] = each.component
    return slots


def check_members(records: list[Any], itype: str | None) -> None:
    """Refuse features that are types, and features that the identifier type leaves out.

    Raises
    ------
    InvalidArgument
    """
    types = [record.name for record in records if getattr(record, "is_type", False)]
    if types:
        raise InvalidArgument(f"feature types cannot be members of a schema: {', '.join(types)}")
    uid = type_uid_of(itype)
    if uid is None or not records:
        return
    registry: Any = type(records[0])
    using = records[0]._state.db
    type_record = registry.objects.using(using).get(uid=uid)
    below = ids_of_members(registry, type_record.pk, visible_branch_ids(using), None)
    ids = {record.pk for record in records}
    inside = registry.objects.using(using).filter(pk__one_of=ids).filter(pk__in=below)
    known = set(inside.values_list("pk", flat=True))
    others = [record.name for record in records if record.pk not in known]
    if others:
        raise InvalidArgument(
            f"features have to be of type '{type_record.name}', as the itype says; "
            f"these are not: {', '.join(others)}"
        )


def label_of(record: Any) -> str:
    """Name of a member, or whatever its registry has for a name."""
    registry: Any = type(record)
    return str(getattr(record, name_field(registry) or "pk"))


def type_uid_of(itype: str | None) -> str | None:
    """Uid of the feature type that an identifier type names, None if it names none."""
    return (itype or "").partition("[")[2].removesuffix("]") or None


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

    def get(self) -> BasicQuerySet | list[Any]:
        """Optional members in the order of the members; a list before the first save.

        Examples
        --------
        >>> schema.optionals.get().to_list("name")
        """
        uids = set(self.get_uids())
        if self.schema._state.adding:
            return [member for member in self.schema.members if member.uid in uids]
        return members_in_order(self.schema).filter(uid__one_of=uids)

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
        if not set(uids) <= uids_of_members(self.schema):
            raise ValueError("Feature not part of the schema, please use schema.add() instead.")
        return uids

    def _write(self, uids: list[str]) -> None:
        write_setting(self.schema, OPTIONALS, list(dict.fromkeys(uids)))


def uids_of_members(schema: Schema) -> set[str]:
    """Uids of the members, saved or not."""
    members = schema.members
    if isinstance(members, list):
        return {member.uid for member in members}
    return set(members.order_by().values_list("uid", flat=True))


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
