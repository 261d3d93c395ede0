"""Which storage location the content of a new artifact is copied to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.errors import InvalidArgument, NoStorageLocationForSpace
from lamindb.setup.session import settings

from .current import ALL_SPACE_ID, current_space_id
from .exact import select
from .storage_locations import default_storage

if TYPE_CHECKING:
    from .artifact_request import Request
    from .storage import Storage


def target_storage(request: Request) -> Storage:
    """Location as passed, else the one of the space, else the default one.

    A location that was passed implies its space.

    Raises
    ------
    ValueError
        Another instance manages the location, or it belongs to another space than the one passed.
    NoStorageLocationForSpace
        The space has no location.
    """
    space_id = passed_space_id(request)
    storage = request.storage
    if storage is None:
        storage = storage_of_space(space_id or current_space_id())
    elif space_id is None:
        request.space_id = storage.space_id
    elif space_id != storage.space_id:
        raise InvalidArgument(
            f"The storage location {storage.root} belongs to the space '{storage.space.name}': "
            "pass storage or space, not both"
        )
    if storage.instance_uid != settings.instance.uid:
        raise ValueError(
            "Cannot create an artifact in a storage location that is not managed by the current "
            f"instance: {storage.root}"
        )
    return storage


def passed_space_id(request: Request) -> int | None:
    """Primary key of the space that was passed."""
    return request.space_id if request.space is None else request.space.pk


def storage_of_space(space_id: int) -> Storage:
    """Default location if it is in the space, else the first one that is."""
    default = default_storage()
    if space_id in (ALL_SPACE_ID, default.space_id):
        return default
    registry: Any = type(default)
    managed = {"space_id": space_id, "instance_uid": settings.instance.uid}
    found = select(registry, ("id", "root"), managed, limit=2)
    if not found:
        raise NoStorageLocationForSpace(
            f"The space with id {space_id} has no storage location. Create one with "
            f"ln.Storage(root='…', space=ln.Space.get({space_id})).save()"
        )
    id_, root = found[0]
    if len(found) > 1:
        logger.warning(f"more than one storage location for this space, choosing {root}")
        logger.hint("pass storage=… to choose another one")
    return registry.objects.get(pk=id_)
