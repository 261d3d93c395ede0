"""Which registered storage location new artifacts go to, and which one contains a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Q

from lamindb.base.urls import protocol_of, split_query
from lamindb.errors import CurrentInstanceNotConfigured, UnknownStorageLocation
from lamindb.setup.filesystems import is_anonymous, url_of
from lamindb.setup.session import after_switch, settings
from lamindb.setup.session_settings import settings as session_settings
from lamindb.setup.storage_marker import NEVER_MANAGED, StorageMarker, find_marker
from lamindb.storage.layout import longest_root
from lamindb.storage.stores import derived_root

from .exact import select
from .storage_create import adopt

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from lamindb.setup.storage_root import StorageSettings

    from .storage import Storage

N_SHOWN = 10
"""Known locations that an error lists."""

_default: dict[tuple[str, str], Storage] = {}

after_switch.append(_default.clear)


def default_storage() -> Storage:
    """Record of the location that new artifacts go to, read once per instance.

    The local one if the instance keeps artifacts local, else `ln.settings.storage`.
    """
    keeps_local = settings.instance.keep_artifacts_local
    location = session_settings.local_storage if keeps_local else session_settings.storage
    if location is None:
        raise CurrentInstanceNotConfigured
    place = (settings.instance.uid, location.root_as_str)
    if place not in _default:
        _default[place] = record_of(location)
    return _default[place]


def record_of(location: StorageSettings) -> Storage:
    """Record of a location: the one with its root; if the folder was moved, with its uid."""
    registry = apps.get_model("lamindb", "Storage")
    found: Storage | None = registry.objects.filter(root=location.root_as_str).first()
    if found is None:
        found = registry.objects.get(uid=location.uid)
    if location._uid is None:
        location._uid = found.uid
    return found


def containing_storage(location: str | PathLike[str], preferred: Storage) -> Storage | None:
    """Registered location that contains a path or URL; of nested ones the innermost.

    Parameters
    ----------
    location
        Absolute path or URL.
    preferred
        Checked first, so that it wins over another spelling of the same root.
    """
    url = url_of(location)
    known = {preferred.root: preferred}
    for storage in _candidates(url, preferred):
        known.setdefault(storage.root, storage)
    root = longest_root(url, known)
    return None if root is None else known[root]


def _candidates(url: str, preferred: Storage) -> Iterable[Storage]:
    """Records whose root can be above a path: its parents, and roots that carry options."""
    registry = type(preferred)
    protocol, path = protocol_of(url), split_query(url)[0]
    parents = [path[:end] for end, character in enumerate(path) if character == "/"]
    if protocol != "local":
        return registry.objects.filter(Q(root__in=parents) | Q(type=protocol, root__contains="?"))
    # raw, because this is asked for every file; another one than the preferred is rare
    found = select(registry, ("id",), {"root": ["/", *parents]}, limit=len(parents) + 1)
    ids = [id_ for (id_,) in found if id_ != preferred.pk]
    return registry.objects.filter(pk__in=ids) if ids else ()


def referenced_storage(location: str | PathLike[str]) -> Storage:
    """Location in the cloud that others manage, for a path outside of all known ones.

    Parameters
    ----------
    location
        URL of a file or folder.

    Returns
    -------
    A record for its bucket, host or repository; unsaved unless it is registered.

    Raises
    ------
    UnknownStorageLocation
        This instance would become the manager of the bucket: nobody else is, and there are
        credentials for it.
    OSError
        The store can't be reached.
    """
    url = url_of(location)
    root = derived_root(url)
    storage: Storage = apps.get_model("lamindb", "Storage")(root=root)
    if not storage._state.adding:
        return storage
    marker, refusal = find_marker(root)
    if _would_be_ours(root, marker, refusal):
        raise UnknownStorageLocation(_advice(url, root))
    storage._is_reference = True
    adopt(storage, marker)
    return storage


def _would_be_ours(root: str, marker: StorageMarker | None, refusal: OSError | None) -> bool:
    """Whether the location is for this instance to manage, as far as one can tell by reading."""
    if marker is not None:
        return marker.instance_uid == settings.instance.uid
    is_readable = refusal is None and protocol_of(root) not in NEVER_MANAGED
    return is_readable and not is_anonymous(root)


def _advice(url: str, root: str) -> str:
    registry = apps.get_model("lamindb", "Storage")
    roots = registry.objects.order_by("id").values_list("root", flat=True)[: N_SHOWN + 1]
    known = [f"\n- {known}" for known in roots]
    listed = "".join(known[:N_SHOWN]) + ("\n…" if len(known) > N_SHOWN else "")
    return (
        f"{url} is in no storage location of this instance. The known ones are:{listed}\n"
        f"Register the one that it is in: ln.Storage(root='{root}').save()"
    )
