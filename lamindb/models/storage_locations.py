"""Which registered storage location new artifacts go to, and which one contains a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps

from lamindb.setup.session import settings
from lamindb.storage.layout import longest_root

from .exact import select

if TYPE_CHECKING:
    from .storage import Storage

MAX_LOCATIONS = 10_000

_default: dict[tuple[str, str | None], Storage] = {}


def default_storage() -> Storage:
    """Record of the current storage location, read once per instance."""
    location = settings.storage
    place = (settings.instance.uid, location.uid)
    if place not in _default:
        registry = apps.get_model("lamindb", "Storage")
        _default[place] = registry.objects.get(uid=location.uid)
    return _default[place]


def containing_storage(path: str, preferred: Storage) -> Storage | None:
    """Registered local location that contains an absolute path; of nested ones the innermost."""
    registry = type(preferred)
    ids = {
        root: id_
        for id_, root in select(registry, ("id", "root"), {"type": "local"}, limit=MAX_LOCATIONS)
    }
    root = longest_root(path, ids)
    if root is None or ids[root] == preferred.pk:
        return None if root is None else preferred
    return registry.objects.get(pk=ids[root])
