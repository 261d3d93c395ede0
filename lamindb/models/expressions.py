"""Keyword expressions of `filter` and `get`: aliases, checks, the default branch filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db.models import ForeignKey, Model, Q, QuerySet
from django.db.models.fields.related_lookups import RelatedIn

from lamindb.base.registries import get_registry_name
from lamindb.base.text import did_you_mean
from lamindb.errors import InvalidArgument

from .annotate.conditions import feature_condition
from .annotate.feature_names import features_by_name
from .current import visible_branch_ids
from .registry_fields import find_field, has_field, name_field, public_field_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .sqlrecord import Registry

IDENTIFYING = frozenset({"id", "uid", "hash", "id__in", "uid__in", "hash__in"})
"""Keywords that find a record on any branch."""

MAX_VALUE_LENGTH = 200
"""Characters of a value that a message shows."""


@ForeignKey.register_lookup
class Among(RelatedIn):
    """`in` for a column where most rows have the same value: SQLite must not use its index."""

    lookup_name = "among"

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """A unary plus keeps SQLite from the index.

        See https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_.
        """
        sql, params = self.as_sql(compiler, connection)
        return f"+{sql}", params


def mentions_branch(name: str) -> bool:
    """Whether a keyword is about the branch."""
    return name.partition("__")[0] in {"branch", "branch_id"}


def q_mentions_branch(q: Q) -> bool:
    """Whether a Q object is about the branch anywhere inside."""
    return any(
        q_mentions_branch(child) if isinstance(child, Q) else mentions_branch(child[0])
        for child in q.children
        if isinstance(child, (Q, tuple))
    )


def branch_filter(
    registry: Registry, queries: Iterable[Any], expressions: dict[str, Any]
) -> Q | None:
    """Restriction to the visible branches, None if the query lifts it."""
    if not has_field(registry, "branch"):
        return None
    if any(name in IDENTIFYING or mentions_branch(name) for name in expressions):
        return None
    if any(isinstance(query, Q) and q_mentions_branch(query) for query in queries):
        return None
    return Q(branch_id__among=visible_branch_ids())


def is_lifted(expressions: dict[str, Any]) -> bool:
    """Take `branch=None` out of the expressions; True if it was there."""
    return any(
        [
            name in expressions and expressions[name] is None and expressions.pop(name) is None
            for name in ("branch", "branch_id")
        ]
    )


def translate_aliases(
    registry: Registry, expressions: dict[str, Any]
) -> tuple[list[Q], dict[str, Any]]:
    """Replace names that queries accept besides fields, say `version`.

    Returns
    -------
    Conditions that replace aliases, and the expressions that Django understands.
    """
    aliases = getattr(registry, "_query_aliases", None)
    if not aliases:
        return [], expressions
    conditions: list[Q] = []
    translated: dict[str, Any] = {}
    for name, value in expressions.items():
        field_name, _, rest = name.partition("__")
        replaced = aliases[field_name](rest, value) if field_name in aliases else {name: value}
        if isinstance(replaced, Q):
            conditions.append(replaced)
        else:
            translated.update(replaced)
    return conditions, translated


def resolve(
    registry: Registry, expressions: dict[str, Any], annotations: Iterable[str] = ()
) -> tuple[list[Q], dict[str, Any]]:
    """Translate aliases and check names and values.

    Returns
    -------
    Conditions that replace aliases, and the expressions that Django understands.

    Raises
    ------
    FieldError
        A name is no field of the registry, or a string is given for a relation.
    InvalidArgument
        Likewise for registries that can be queried by feature.
    """
    conditions, resolved = translate_aliases(registry, expressions)
    unknown: dict[str, Any] = {}
    for name, value in resolved.items():
        field_name, _, rest = name.partition("__")
        if field_name != "pk" and field_name not in annotations:
            field = find_field(registry, field_name)
            if field is None:
                unknown[name] = value
            elif field.is_relation and not rest:
                check_relation_value(registry, field, value)
    if unknown:
        conditions += conditions_on_features(registry, unknown)
        resolved = {name: value for name, value in resolved.items() if name not in unknown}
    return conditions, resolved


def conditions_on_features(registry: Registry, expressions: dict[str, Any]) -> list[Q]:
    """Conditions for keywords that are no fields: names of features, read in one query.

    Raises
    ------
    FieldError, InvalidArgument
        A name is not that of a feature either.
    ValidationError
        Several features have the name.
    """
    names = [name.partition("__")[0] for name in expressions]
    features: dict[str, Any] = {}
    if getattr(registry, "_queryable_by_feature", False):
        features = features_by_name(names)
    unknown = [name for name in names if name not in features]
    if unknown:
        raise unknown_names(registry, unknown)
    conditions = []
    for expression, value in expressions.items():
        name, _, rest = expression.partition("__")
        conditions.append(feature_condition(registry, features[name], rest, value))
    return conditions


def resolve_queries(registry: Registry, queries: Iterable[Any]) -> list[Any]:
    """Replace names of features in `Q` objects by conditions on their values."""
    if not getattr(registry, "_queryable_by_feature", False):
        return list(queries)
    return [resolve_q(registry, q) if isinstance(q, Q) else q for q in queries]


def resolve_q(registry: Registry, q: Q) -> Q:
    """A `Q` object that names fields only."""
    resolved = q.create(connector=q.connector, negated=q.negated)
    for child in q.children:
        if isinstance(child, Q):
            child = resolve_q(registry, child)
        elif isinstance(child, tuple):
            name = child[0].partition("__")[0]
            aliases = getattr(registry, "_query_aliases", {})
            if name != "pk" and name not in aliases and find_field(registry, name) is None:
                child = conditions_on_features(registry, dict([child]))[0]
        resolved.children.append(child)
    return resolved


def unknown_names(registry: Registry, names: list[str]) -> Exception:
    """Error that lists the fields and the closest names."""
    available = public_field_names(registry)
    hint = did_you_mean(names[0], available)
    if getattr(registry, "_queryable_by_feature", False):
        return InvalidArgument(
            f"You can query either by available fields: {', '.join(available)}\n"
            f"Or fix invalid feature names: {', '.join(names)}{hint and '.' + hint}"
        )
    return FieldError(
        f"Unknown field '{names[0]}'. Available fields: {', '.join(available)}.{hint}"
    )


def check_relation_value(registry: Registry, field: Any, value: Any) -> None:
    """Refuse a plain string where a record or id is expected."""
    if not isinstance(value, str) or not value:
        return
    if isinstance(field, ForeignKey) and value.isdecimal():
        return
    target = field.related_model
    suggestion = name_field(target) or "uid"
    raise FieldError(
        f"Invalid lookup '{value}' for {field.name} of {get_registry_name(registry)}. "
        f"Did you mean {field.name}__{suggestion}?"
    )


def prefix_condition(field: str, prefix: str, vendor: str) -> Q:
    """Condition 'column starts with prefix' that uses the index of an alphanumeric column.

    SQLite answers LIKE without its index; there, the range up to the character after `z` is the
    same set. PostgreSQL has a pattern index, and its collation may order letters differently.
    """
    if vendor == "sqlite":
        return Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix + "{"})
    return Q(**{f"{field}__startswith": prefix})


def condition_text(asked_for: Iterable[Any]) -> str:
    """What was asked for, as text for messages; reads nothing from the database."""
    return ", ".join(
        f"{part[0]}={value_text(part[1])}" if isinstance(part, tuple) else str(part)
        for part in asked_for
    )


def value_text(value: Any) -> str:
    """Value of a condition, shortened; queries are named, not run."""
    if isinstance(value, QuerySet) or hasattr(value, "resolve_expression"):
        return f"<{type(value).__name__}>"
    text = repr(value)
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:MAX_VALUE_LENGTH]}…"


def check_saved(records: Iterable[Model]) -> None:
    """Refuse unsaved records as query values."""
    for record in records:
        if record.pk is None:
            raise ValueError(f"{record!r} is not saved, please save it before querying by it")
