"""Identity of an instance, derived from its slug `owner/name`."""

from __future__ import annotations

from lamindb.base.uids import uid_from_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["instance_id", "instance_uid"]

INSTANCE_UID_LENGTH = 12


def instance_id(slug: str) -> UUID:
    """Derive the id of an instance from its slug.

    Parameters
    ----------
    slug : str
        `owner/name`.

    Returns
    -------
    uuid.UUID
        uuid5 of the slug in the URL namespace (RFC 9562).

    Example
    -------
    >>> instance_id("anonymous/lamindb-tutorial").hex
    'b7aa51c3391153ceb0f6b339babffe3c'
    """
    import uuid  # start-up time

    return uuid.uuid5(uuid.NAMESPACE_URL, slug)


def instance_uid(id: UUID) -> str:
    """Derive the short uid of an instance from its id.

    Parameters
    ----------
    id : uuid.UUID
        The instance id.

    Returns
    -------
    str
        12 base62 characters.

    Example
    -------
    >>> instance_uid(instance_id("anonymous/lamindb-tutorial"))
    '5WCoFhciyw3n'
    """
    return uid_from_text(id.hex, INSTANCE_UID_LENGTH)
