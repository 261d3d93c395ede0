"""Relations to many records, `artifact.ulabels`: each record once, and records only."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q, QuerySet

from lamindb.base.registries import get_registry_name

from .cycles import PARENTS
from .registry_fields import has_field, name_field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

WITH_RECORDS = ("add", "remove", "set")


def adapt(manager: Any) -> None:
    """Change a class of related managers that Django makes for a many-to-many relation.

    Parameters
    ----------
    manager
        The class; others are left as they are.
    """
    own = vars(manager)
    if "constrained_target" not in own:
        return
    for name in WITH_RECORDS:
        setattr(manager, name, of_records(own[name], name))
    manager.constrained_target = unless_repeated(own["constrained_target"])


def may_repeat(manager: Any) -> bool:
    """Whether the manager's table can link the same two records once per feature."""
    through = getattr(manager, "through", None)
    if through is None or not has_field(through, "feature"):
        return False
    return "feature" not in (manager.source_field_name, manager.target_field_name)


def crosses_repeated(registry: Any, path: str) -> bool:
    """Whether a path of a filter begins with a relation that may link two records repeatedly."""
    name = path.split("__", 1)[0]
    relation = next((f for f in registry._meta.get_fields() if f.name == name), None)
    if relation is None or not relation.many_to_many:
        return False
    through = getattr(relation, "through", None) or relation.remote_field.through
    ends = {registry, relation.related_model}
    link = next((f for f in through._meta.fields if f.name == "feature"), None)
    return link is not None and link.related_model not in ends


def each_once(records: Any, query: Any) -> Any:
    """A condition that joins no table which links the same two records repeatedly.

    Parameters
    ----------
    records
        Set that is filtered.
    query
        Condition, or a pair of a path and a value.
    """
    if not any(crosses_repeated(records.model, path) for path in paths_of(query)):
        return query
    matching = QuerySet(records.model, using=records._db).filter(query)
    return Q(pk__in=matching.values("pk"))


def paths_of(query: Any) -> Iterable[str]:
    """Paths in a condition and in those that it combines."""
    if isinstance(query, tuple):
        yield query[0]
    elif isinstance(query, Q):
        for child in query.children:
            yield from paths_of(child)


def hides_trash(manager: Any) -> bool:
    """Whether the manager lists parents or children, and leaves out those in the trash."""
    through = getattr(manager, "through", None)
    if through is None or not getattr(manager.model, "_sees_past_trash", False):
        return False
    return bool(through._meta.auto_created is manager.model and through.__name__.endswith(PARENTS))


def of_records(method: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Method of a manager that refuses anything but records and primary keys."""

    @functools.wraps(method)
    def checked(self: Any, *objs: Any, **kwargs: Any) -> Any:
        check_records(self.model, name, objs[0] if name == "set" and objs else objs)
        return method(self, *objs, **kwargs)

    return checked


def check_records(registry: Any, method: str, objs: Iterable[Any]) -> None:
    """Refuse strings and nested lists, and say what to pass."""
    name = get_registry_name(registry)
    for obj in [objs] if isinstance(objs, str) else objs:
        if isinstance(obj, str):
            field = name_field(registry) or "uid"
            raise TypeError(
                f"Pass a record to .{method}(), not the string '{obj}', say "
                f"{name}.get({field}='{obj}')"
            )
        if not isinstance(obj, Model) and hasattr(obj, "__iter__"):
            raise TypeError(f"Pass records of {name} one by one: .{method}(*records)")


def unless_repeated(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Count links instead of records only where that is the same."""

    @functools.wraps(method)
    def constrained_target(self: Any) -> Any:
        return None if may_repeat(self) or hides_trash(self) else method(self)

    return constrained_target
