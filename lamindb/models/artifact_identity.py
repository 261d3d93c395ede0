"""Is this artifact known already? By content hash, and by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.storage.layout import relative_to_root, uid_of_auto_key

from .current import TRASH_BRANCH_ID
from .exact import select
from .initialization import become
from .storage_locations import containing_storage, default_storage
from .versioned import find_head

if TYPE_CHECKING:
    from lamindb.storage.abc import ContentInfo

    from .artifact import Artifact
    from .run import Run
    from .storage import Storage


def find_same_content(registry: type[Artifact], content: ContentInfo) -> Artifact | None:
    """Newest untrashed artifact with the same hash, whatever its key and storage."""
    found = select(
        registry,
        ("id",),
        {"hash": content.hash, "n_files": content.n_files, "!=branch_id": TRASH_BRANCH_ID},
        order_by="-created_at,-id",
    )
    return registry.objects.select_related("storage").get(pk=found[0][0]) if found else None


def find_same_key(registry: type[Artifact], key: str, storage: Storage) -> Artifact | None:
    """Newest untrashed artifact with the same key in the same storage location."""
    head = find_head(registry, key=key, storage_id=storage.pk)
    if head is not None:
        logger.important(
            f"creating new artifact version for key '{key}' in storage '{storage.root}'"
        )
    return head


def adopt_same_content(
    artifact: Artifact, existing: Artifact, request: Any, *, key: str | None, run: Run | None
) -> None:
    """Make the artifact under construction the existing one, and take over what was passed."""
    become(artifact, existing)
    logger.important(
        f"returning artifact with same hash: {artifact!r}; "
        "to track this artifact as an input, use: ln.Artifact.get()"
    )
    for name in ("description", "schema"):
        value = getattr(request, name)
        if value is not None and value != getattr(artifact, name):
            logger.warning(f"updated {name} from {getattr(artifact, name)} to {value}")
            setattr(artifact, name, value)
    take_key(artifact, key)
    if run is not None:
        note_recreation(artifact, run)


def take_key(artifact: Artifact, key: str | None) -> None:
    """Give a keyless artifact the passed key; otherwise the original key stays."""
    if key is None or key == artifact.key:
        return
    if artifact.key is None and artifact._key_is_virtual:
        artifact.key = key
        return
    if not artifact._is_stored():
        logger.warning(f"updating previous key {artifact.key} to new key {key}")
        artifact.key = key
        return
    logger.warning(
        f"key {artifact.key} on existing artifact differs from passed key {key}, keeping original "
        "key; update manually if needed or pass skip_hash_lookup=True if you want to duplicate "
        "the artifact"
    )


def note_recreation(artifact: Artifact, run: Run) -> None:
    """Remember that a run produced the same content again; written on save."""
    if artifact.run_id is None:
        artifact.run = run
    elif artifact.run_id != run.pk:
        artifact._recreating_run = run


def resolve_path(registry: type[Artifact], path: Any, **expressions: Any) -> dict[str, Any]:
    """Translate the absolute path of stored content into conditions.

    Raises
    ------
    DoesNotExist
        The path is in no registered storage location.
    """
    storage = containing_storage(str(path), preferred=default_storage())
    if storage is None:
        raise registry.DoesNotExist(f"No registered storage location contains {path}")
    key = relative_to_root(str(path), storage.root)
    uid = uid_of_auto_key(key)
    if uid is not None:
        return {"uid__startswith": uid, **expressions}
    same_key = registry.objects.filter(_real_key=key) | registry.objects.filter(
        _real_key__isnull=True, key=key, _key_is_virtual=False
    )
    found = same_key.filter(storage=storage).order_by("-is_latest", "-created_at", "-id").first()
    if found is None:
        raise registry.DoesNotExist(f"No artifact has its content at {path}")
    return {"uid": found.uid, **expressions}
