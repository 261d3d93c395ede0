"""Names that queries accept besides fields; each maps to an expression that Django understands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def join_lookup(path: str, rest: str) -> str:
    """Path followed by the comparator, if there is one."""
    return f"{path}__{rest}" if rest else path


def renamed(path: str) -> Callable[[str, Any], dict[str, Any]]:
    """Alias of a field or of a path across relations."""
    return lambda rest, value: {join_lookup(path, rest): value}


def version(rest: str, value: Any) -> Q | dict[str, Any]:
    """`version` means the tag, or for untagged records the end of the uid, as `.version` shows."""
    if rest or not isinstance(value, str):
        return {join_lookup("version_tag", rest): value}
    untagged = Q(version_tag__isnull=True, uid__endswith=value) if value else Q(version_tag=value)
    return Q(version_tag=value) | untagged


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
