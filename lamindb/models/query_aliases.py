"""Names that queries accept besides fields; each maps to an expression that Django understands."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Exists, Q
from django.db.models.functions import Right
from django.db.models.lookups import Exact

from lamindb.base.uids import SUFFIX_LENGTH

from .annotate.conditions import annotated_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


INTERNAL = ("lamindb.", "django.")
"""How the modules start whose code users have not written."""


def join_lookup(path: str, rest: str) -> str:
    """Path followed by the comparator, if there is one."""
    return f"{path}__{rest}" if rest else path


def renamed(path: str) -> Callable[[str, Any], dict[str, Any]]:
    """Alias of a field or of a path across relations."""
    return lambda rest, value: {join_lookup(path, rest): value}


def deprecated(
    name: str, path: str, new_name: str | None = None
) -> Callable[[str, Any], dict[str, Any]]:
    """Like `renamed`, and warns that there is a new name."""

    def alias(rest: str, value: Any) -> dict[str, Any]:
        warn_deprecated(name, new_name or path)
        return {join_lookup(path, rest): value}

    return alias


def warn_deprecated(name: str, new_name: str) -> None:
    """Warn at the line outside of lamindb and Django that uses an old name."""
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and frame.f_globals["__name__"].startswith(INTERNAL):
        frame, level = frame.f_back, level + 1
    message = f"Use {new_name} instead of {name}, {name} is deprecated."
    warnings.warn(message, category=DeprecationWarning, stacklevel=level)


def path_or_name(rest: str, value: Any) -> Q | dict[str, Any]:
    """`name` of a transform means its key, or if no key is like that, the key's last component."""
    if rest or not isinstance(value, str):
        return {join_lookup("key", rest): value}
    same_key = apps.get_model("lamindb", "Transform").objects.filter(key=value)
    return Q(key=value) | (Q(key__endswith=f"/{value}") & ~Q(Exists(same_key)))


def version(rest: str, value: Any) -> Q | dict[str, Any]:
    """`version` means the tag, or for untagged records the end of the uid, as `.version` shows."""
    if rest or not isinstance(value, str):
        return {join_lookup("version_tag", rest): value}
    # not `endswith`, for which SQLite takes 000A and 000a as equal
    return Q(version_tag=value) | Q(
        Exact(Right("uid", SUFFIX_LENGTH), value), version_tag__isnull=True
    )


def features(host: str) -> Callable[[str, Any], Q]:
    """`features__name="temperature"`: records that have such a feature."""
    return lambda rest, value: annotated_with(apps.get_model("lamindb", host), rest, value)


def status(codes: Mapping[str, int]) -> Callable[[str, Any], dict[str, Any]]:
    """`status="completed"`, `status__in=[…]` for registries that store a code.

    Raises
    ------
    ValueError
        Unknown status.
    """

    def code(value: Any) -> Any:
        if isinstance(value, str) and value not in codes:
            raise ValueError(f"Unknown status '{value}', choose one of: {', '.join(codes)}")
        return codes[value] if isinstance(value, str) else value

    def alias(rest: str, value: Any) -> dict[str, Any]:
        many = isinstance(value, (list, tuple, set))
        return {join_lookup("_status_code", rest): [*map(code, value)] if many else code(value)}

    return alias
