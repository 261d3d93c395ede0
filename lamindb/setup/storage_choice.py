"""Choosing the storage location of a session: `ln.settings.storage = …` and `local_storage`."""

from __future__ import annotations

from pathlib import Path

from lamindb.base.log import logger
from lamindb.base.prompts import confirm
from lamindb.base.urls import protocol_of
from lamindb.errors import InvalidArgument
from lamindb.setup import registry_lookup
from lamindb.setup.filesystems import remember_options
from lamindb.setup.storage_marker import NEVER_MANAGED, find_marker, is_local, read_marker
from lamindb.setup.storage_root import StorageSettings, normalized_root, why_unusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lamindb.base.types import AnyPathStr
    from lamindb.setup.instance import InstanceSettings

    StorageChoice = AnyPathStr | tuple[AnyPathStr, "dict[str, Any] | str"]

PLACE_OPTION = "endpoint_url"
"""The option of a file system that is part of a storage root."""


def choose_storage(instance: InstanceSettings, choice: StorageChoice) -> StorageSettings | None:
    """Find the storage location that somebody asks for, or create it after a question.

    Parameters
    ----------
    instance : InstanceSettings
        The connected instance, which has to manage the location.
    choice : path, or tuple
        A path; a URL and options of its file system; or a local path and its host.

    Returns
    -------
    StorageSettings or None
        None if the question was answered with no.

    Raises
    ------
    InvalidArgument
        If another instance or none manages the location, or the choice isn't understood; it is a
        `ValueError`.
    """
    root, host = _parsed(choice)
    records = registry_lookup.registry("Storage")
    record = records.filter(root=root).first()
    if record is None:
        record = _created(records.model, instance, root, host)
    elif host is not None and record.region != host:
        raise InvalidArgument(
            f"Storage '{root}' is registered with host {record.region}, not {host}."
        )
    return None if record is None else settings_of(record, instance)


def _parsed(choice: StorageChoice) -> tuple[str, str | None]:
    """Root and host; options of the file system are remembered."""
    path, more = choice if isinstance(choice, tuple) and len(choice) == 2 else (choice, None)
    if not hasattr(path, "__fspath__") and not isinstance(path, str) and not hasattr(path, "parts"):
        raise InvalidArgument(
            "storage must be a path, (path, options of the file system) or (local path, host), not"
            f" {choice!r}"
        )
    root = normalized_root(path)
    if more is None:
        return root, None
    if isinstance(more, str) and is_local(root):
        return root, more
    if not isinstance(more, dict) or is_local(root):
        expected = "its host as text" if is_local(root) else "options of its file system as dict"
        raise InvalidArgument(f"What comes with {root} must be {expected}, not {more!r}")
    options = dict(more)
    if endpoint := options.pop(PLACE_OPTION, None):
        separator = "&" if "?" in root else "?"
        root = normalized_root(f"{root}{separator}{PLACE_OPTION}={endpoint}")
    remember_options(root, options)
    return root, None


def _created(registry: Any, instance: InstanceSettings, root: str, host: str | None) -> Any:
    """Record of a new location; None if the question was answered with no."""
    marker, _ = find_marker(root)
    if marker is not None and marker.instance_uid != instance.uid:
        raise _foreign(root, marker.instance_uid)
    if protocol_of(root) in NEVER_MANAGED or why_unusable(root):
        raise _unmanaged(root)
    if not confirm(
        f"Storage location {root} does not yet exist in the current instance. Do you want to"
        " continue with creating it?",
        otherwise=f"Create it first: ln.Storage(root='{root}').save()",
    ):
        return None
    record = registry(root=root, host=host) if host else registry(root=root)
    record.save()
    if record.instance_uid is None:
        record.delete()
    return record


def settings_of(record: Any, instance: InstanceSettings) -> StorageSettings:
    """Settings of a registered location that an instance manages.

    Raises
    ------
    InvalidArgument
        If another instance or none manages it.
    """
    if record.instance_uid is None:
        raise _unmanaged(record.root)
    if record.instance_uid != instance.uid:
        raise _foreign(record.root, record.instance_uid)
    return StorageSettings(
        record.root, region=record.region, uid=record.uid, instance_uid=record.instance_uid
    )


def _foreign(root: str, instance_uid: str) -> InvalidArgument:
    return InvalidArgument(
        f"Storage '{root}' exists in another instance ({instance_uid}), cannot write to it from"
        " here."
    )


def _unmanaged(root: str) -> InvalidArgument:
    return InvalidArgument(
        f"Storage '{root}' is not managed by any instance, cannot write to it from here."
    )


# -- keeping artifacts local ---------------------------------------------------------------------


def check_keeps_local(instance: InstanceSettings) -> None:
    """Refuse to speak of a local storage location that isn't in use.

    Raises
    ------
    InvalidArgument
        If `keep_artifacts_local` is False; it is a `ValueError`.
    """
    if not instance.keep_artifacts_local:
        raise InvalidArgument(
            "`keep_artifacts_local` is False, switch via:"
            " ln.setup.settings.instance.keep_artifacts_local = True"
        )


_local: dict[str, StorageSettings] = {}
"""Local storage location by uid of the instance."""


def local_storage_of(instance: InstanceSettings) -> StorageSettings:
    """Local storage location of an instance: the chosen one, else the first on this machine.

    Parameters
    ----------
    instance : InstanceSettings
        The connected instance.

    Returns
    -------
    StorageSettings
        One whose folder exists here and has the right marker file.

    Raises
    ------
    InvalidArgument
        If `keep_artifacts_local` is False, or there is none; it is a `ValueError`.
    """
    check_keeps_local(instance)
    if instance.uid not in _local:
        _local[instance.uid] = settings_of(_find_local(instance), instance)
    return _local[instance.uid]


def _find_local(instance: InstanceSettings) -> Any:
    records = registry_lookup.registry("Storage").filter(type="local", instance_uid=instance.uid)
    found = [record for record in records.order_by("id") if _is_here(record)]
    if not found:
        raise InvalidArgument(
            "No local storage location of this instance found on this machine, create one:"
            " ln.settings.local_storage = '/path/to/folder'"
        )
    if len(found) > 1:
        listed = "".join(f"\n - {record.root}" for record in found)
        logger.important(f"found locations:{listed}")
    logger.important(f"defaulting to local storage: {found[0].root}")
    return found[0]


def _is_here(record: Any) -> bool:
    if not Path(record.root).is_dir():
        return False
    try:
        marker = read_marker(record.root)
    except InvalidArgument:
        return False
    return marker is not None and marker.uid == record.uid


def choose_local_storage(instance: InstanceSettings, choice: StorageChoice) -> None:
    """Like `choose_storage`, for the folder that local artifacts go to.

    Raises
    ------
    InvalidArgument
        If `keep_artifacts_local` is False, or the location isn't local; it is a `ValueError`.
    """
    check_keeps_local(instance)
    root = _parsed(choice)[0]
    if not is_local(root):
        raise InvalidArgument(f"local_storage must be a local path, not {root}")
    chosen = choose_storage(instance, choice)
    if chosen is not None:
        _local[instance.uid] = chosen


def local_storage_in_use(instance: InstanceSettings) -> StorageSettings | None:
    """Local storage location, None as long as nobody asked for it."""
    return _local.get(instance.uid)


def forget_local_storage() -> None:
    """Look again the next time that somebody asks."""
    _local.clear()
