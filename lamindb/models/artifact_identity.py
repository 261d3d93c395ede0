"""Is this artifact known already? By content, by key, and by its place in storage."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connections

from lamindb.base.hashing import SMALL_FILE_SIZE, hash_file_sha1_fl, hash_string
from lamindb.base.log import logger
from lamindb.base.suffixes import CanonicalSuffix
from lamindb.errors import IntegrityError
from lamindb.storage.abc import ContentInfo
from lamindb.storage.content import matches
from lamindb.storage.layout import relative_to_root, uid_of_auto_key
from lamindb.storage.stores import url_of

from .artifact_places import STORAGE_ONGOING, path_as_str, remember, storage_key
from .current import TRASH_BRANCH_ID
from .exact import fetch, select
from .expressions import prefix_condition
from .initialization import become
from .storage_locations import containing_storage, default_storage
from .versioned import N_HEAD_CANDIDATES

if TYPE_CHECKING:
    from lamindb.base.hashing import FileHash
    from lamindb.storage.content import Glance

    from .artifact import Artifact
    from .artifact_request import Request
    from .artifact_source import Source
    from .run import Run
    from .storage import Storage

PATHS = "paths"
"""Key in `_aux` of a folder: digest of the relative paths and sizes of its files."""

HASH_WITH_NAMES = "md5-d-names"
"""Hash type of a folder whose files have other names than those of the same hash."""

N_SAME_HASH = 100
"""Folders of the same hash that are looked at."""

N_SAME_PLACE = 1000
"""Versions at one place that are looked at, the latest first."""


# -- the same content


def may_be_known(registry: type[Artifact], glance: Glance) -> bool:
    """Whether any artifact could have this content, judged by its size; one indexed query.

    Rows of other programs may have a hash but no size. Folders in the trash count too, see
    `hash_with_names`.
    """
    is_file = glance.n_files is None
    visible = f'AND +"branch_id" <> {TRASH_BRANCH_ID}' if is_file else ""
    single = 'AND +"n_files" IS NULL' if is_file else ""
    table = registry._meta.db_table
    sql = (
        f'SELECT 1 FROM "{table}" WHERE "size" = %s {single} {visible} UNION ALL '
        f'SELECT 1 FROM "{table}" WHERE "size" IS NULL AND "hash" IS NOT NULL {visible} LIMIT 1'
    )
    return bool(fetch(connections["default"], sql, [glance.size]))


def find_same_content(
    registry: type[Artifact], content: ContentInfo, path: Path | str = ""
) -> Artifact | None:
    """Newest untrashed artifact with the same content, whatever its key and storage.

    Parameters
    ----------
    path
        Where the content is, to recognise large files by the hash of older releases too.
    """
    if content.hash is None:
        return None
    if content.n_files is not None:
        id_ = find_same_folder(registry, content)
    else:
        id_ = find_same_file(registry, content.hash)
        if id_ is None and isinstance(path, Path) and (content.size or 0) > SMALL_FILE_SIZE:
            id_ = find_same_large_file(registry, content, path)
    return None if id_ is None else get_with_storage(registry, id_)


def get_with_storage(registry: type[Artifact], id_: int) -> Artifact:
    """Artifact whose storage location was read with it."""
    return registry.objects.select_related("storage").get(pk=id_)


def find_same_file(registry: type[Artifact], hash_: str) -> int | None:
    """Newest untrashed artifact with this hash."""
    where = {"hash": hash_, "!=branch_id": TRASH_BRANCH_ID}
    found = select(registry, ("id",), where, order_by="-created_at,-id")
    return found[0][0] if found else None


def find_same_large_file(registry: type[Artifact], content: ContentInfo, path: Path) -> int | None:
    """Newest artifact of an older release, which hashed beginning and end of large files only.

    Where its content is on this computer, all of it is compared.
    """
    where = {"size": content.size, "_hash_type": "sha1-fl", "!=branch_id": TRASH_BRANCH_ID}
    columns, order = ("id", "hash"), "-created_at,-id"
    found = select(registry, columns, where, order_by=order, limit=N_SAME_HASH)
    hash_ = hash_file_sha1_fl(path) if found else None
    for id_, known in found:
        if known == hash_ and not differs(path_as_str(get_with_storage(registry, id_)), content):
            return id_
    return None


def differs(path: str, content: ContentInfo) -> bool:
    """Whether there is other content at a local path, as far as it can be read."""
    assert content.hash is not None and content.hash_type is not None
    try:
        return os.path.isfile(path) and not matches(path, content.hash, content.hash_type)
    except OSError:
        return False


def find_same_folder(registry: type[Artifact], content: ContentInfo) -> int | None:
    """Newest untrashed folder with the same files under the same names.

    Folders of other programs have no digest of their names: their hash has to do.
    """
    where = {"hash": [content.hash, hash_with_names(content)], "!=branch_id": TRASH_BRANCH_ID}
    columns, order = ("id", "hash", "_aux"), "-created_at,-id"
    found = select(registry, columns, where, order_by=order, limit=N_SAME_HASH)
    for id_, hash_, aux in found:
        if hash_ != content.hash or has_same_names(aux, content):
            return id_
    return None


def is_hash_taken(
    registry: type[Artifact], content: ContentInfo, storage: Storage, key: str | None
) -> bool:
    """Whether a folder with other names has the hash that would identify this one on saving."""
    if content.n_files is None:
        return False
    where = {"hash": content.hash, "storage_id": storage.pk, "key": key}
    found = select(registry, ("_aux",), where)
    return bool(found) and not has_same_names(found[0][0], content)


def has_same_names(aux: Any, content: ContentInfo) -> bool:
    """Whether a folder with the same hash may have files of the same names."""
    aux = json.loads(aux) if isinstance(aux, str) else aux
    digest = (aux or {}).get(PATHS)
    return digest is None or digest == digest_of_names(content)


def hash_with_names(content: ContentInfo) -> str:
    """Hash of a folder that depends on the names of its files too.

    Stored only where the ordinary hash is taken by a folder with other names, which would be
    returned in its place.
    """
    return hash_string(f"{content.hash}:{digest_of_names(content)}")


def digest_of_names(content: ContentInfo | FileHash) -> str | None:
    """Digest of the relative paths and sizes of a folder, None for a file."""
    manifest = getattr(content, "manifest", None)
    return None if manifest is None else manifest.paths_digest()


def set_content(artifact: Artifact, content: ContentInfo | FileHash) -> None:
    """Set the columns that follow from the content."""
    artifact.size, artifact.n_files = content.size, content.n_files
    artifact.hash, artifact._hash_type = content.hash, content.hash_type
    note_names(artifact, digest_of_names(content))
    source = artifact._source
    if source is not None and source.hash_includes_names and isinstance(content, ContentInfo):
        artifact.hash, artifact._hash_type = hash_with_names(content), HASH_WITH_NAMES


def note_names(artifact: Artifact, digest: str | None) -> None:
    """Remember which names the files of a folder have."""
    if digest is not None:
        artifact._aux = {**(artifact._aux or {}), PATHS: digest}


def adopt_same_content(
    artifact: Artifact,
    existing: Artifact,
    request: Request,
    source: Source,
    *,
    key: str | None,
    run: Run | None,
) -> None:
    """Make the artifact under construction the existing one, and take over what was passed."""
    become(artifact, existing)
    logger.important(
        f"returning artifact with same hash: {artifact!r}; "
        "to track this artifact as an input, use: ln.Artifact.get()"
    )
    description = request.description
    if description is not None and description != artifact.description:
        logger.warning(f"updated description from {artifact.description} to {description}")
        artifact.description = description
    take_over(artifact, source, key=key, run=run)


def take_over(artifact: Artifact, source: Source, *, key: str | None, run: Run | None) -> None:
    """Give an existing artifact the key and the run that produced its content again."""
    lost = is_lost(artifact)
    take_key(artifact, key, source, lost=lost)
    if lost and not source.in_place:  # so that saving stores it again
        artifact._aux = {**(artifact._aux or {}), STORAGE_ONGOING: 1}
    if run is not None:
        note_recreation(artifact, run)


def is_lost(artifact: Artifact) -> bool:
    """Whether content in local storage is gone; storage in the cloud is not asked.

    Nor is a location that this computer does not have.
    """
    storage = artifact.storage
    if storage.type != "local" or not os.path.isdir(storage.root):
        return False
    return not os.path.exists(path_as_str(artifact))


def take_key(artifact: Artifact, key: str | None, source: Source, *, lost: bool) -> None:
    """Give a keyless artifact the passed key; otherwise the original key stays, unless it is lost.

    If the content was found at another place of the same storage location, that is its place now.
    """
    if key is None or key == artifact.key:
        return
    fits = CanonicalSuffix.from_path(key) == artifact.suffix
    if fits and artifact.key is None and artifact._key_is_virtual:
        artifact.key = key
        return
    is_same_location = source.storage is None or source.storage.pk == artifact.storage_id
    if not (fits and lost and is_same_location):
        logger.warning(
            f"key {artifact.key} on existing artifact differs from passed key {key}, keeping "
            "original key; update manually if needed or pass skip_hash_lookup=True if you want to "
            "duplicate the artifact"
        )
        return
    logger.warning(f"updating previous key {artifact.key} to new key {key}")
    artifact.key = key
    if source.in_place:
        artifact._key_is_virtual = key != source.real_key
        artifact._real_key = source.real_key if artifact._key_is_virtual else None
    remember(artifact)  # there is nothing to move


def note_recreation(artifact: Artifact, run: Run) -> None:
    """Remember that a run produced the same content again; written on save."""
    if artifact.run_id is None:
        artifact.run = run
    elif artifact.run_id != run.pk:
        artifact._recreating_run = run


# -- the same key


def find_same_key(
    registry: type[Artifact], key: str, storage: Storage, branch_id: int
) -> Artifact | None:
    """Head among the untrashed artifacts with this key, on this branch if there is one.

    Raises
    ------
    IntegrityError
        There are such artifacts, but none is the latest version.
    """
    if storage._state.adding:
        return None
    rows = select(
        registry,
        ("id", "branch_id", "is_latest"),
        {"key": key, "storage_id": storage.pk, "!=branch_id": TRASH_BRANCH_ID},
        order_by="-is_latest,-created_at,-id",
        limit=N_HEAD_CANDIDATES,
    )
    if not rows:
        return None
    head = registry.objects.get(pk=choose_head(rows, key, branch_id))
    logger.important(f"creating new artifact version for key '{key}' in storage '{storage.root}'")
    return head


def find_same_keys(
    registry: type[Artifact], keys: set[str], storage: Storage, branch_id: int
) -> dict[str, Artifact]:
    """Like `find_same_key` for many keys, in two queries."""
    if storage._state.adding:
        return {}
    found = registry.objects.filter(key__one_of=keys, storage_id=storage.pk)
    found = found.exclude(branch_id=TRASH_BRANCH_ID).order_by("-is_latest", "-created_at", "-id")
    rows: dict[str, list[tuple[int, int, bool]]] = {}
    for key, *row in found.values_list("key", "id", "branch_id", "is_latest"):
        rows.setdefault(key, []).append(tuple(row))
    ids = {key: choose_head(rows[key], key, branch_id) for key in rows}
    heads = registry.objects.in_bulk(list(ids.values())) if ids else {}
    return {key: heads[id_] for key, id_ in ids.items()}


def choose_head(rows: list[tuple[Any, ...]], key: str, branch_id: int) -> int:
    """Primary key of the version to revise, of rows with primary key, branch and `is_latest`."""
    heads = [(id_, branch) for id_, branch, is_latest in rows if is_latest]
    if not heads:
        raise IntegrityError(
            "Cannot create a new artifact version: matching non-trashed artifacts exist for key "
            f"'{key}', but none of them is the latest version. Restore the latest version from the "
            "trash, or pass revises=…"
        )
    here = [id_ for id_, branch in heads if branch == branch_id]
    return here[0] if here else heads[0][0]


# -- the place in storage


def resolve_path(registry: type[Artifact], path: Any, **expressions: Any) -> dict[str, Any]:
    """Translate the absolute path of stored content into conditions.

    Raises
    ------
    DoesNotExist
        The path is in no registered storage location, or no artifact has its content there.
    """
    location = url_of(path)
    storage = containing_storage(location, default_storage())
    if storage is None:
        raise registry.DoesNotExist(f"No registered storage location contains {path}")
    found = find_at(registry, relative_to_root(location, storage.root), storage)
    if found is None:
        raise registry.DoesNotExist(f"No artifact has its content at {path}")
    return {"uid": found.uid, **expressions}


def find_at(registry: type[Artifact], key: str, storage: Storage) -> Artifact | None:
    """Artifact whose content is at a place in a storage location, or a folder around it.

    Of several versions the latest, of nested folders the innermost; the trash comes last.
    """
    if storage._state.adding:
        return None
    places = places_around(key)
    stem = uid_of_auto_key(key)
    rows = [] if stem is None else with_uid(registry, stem)
    rows = rows or at_real_key(registry, places)
    found = [one for one in rows if one.storage_id == storage.pk and storage_key(one) in places]
    return max(
        found,
        key=lambda one: (
            one.branch_id != TRASH_BRANCH_ID,
            len(storage_key(one)),
            one.is_latest,
            one.created_at,
            one.pk,
        ),
        default=None,
    )


def with_uid(registry: type[Artifact], stem: str) -> list[Artifact]:
    """Artifacts that may be stored under a name made of this uid, or of its stem."""
    condition = prefix_condition(
        "uid", stem[: registry._len_stem_uid], connections["default"].vendor
    )
    return list(registry.objects.filter(condition))


def at_real_key(registry: type[Artifact], places: list[str]) -> list[Artifact]:
    """Artifacts whose real key is one of these; two queries, as each uses its own index."""
    found = []
    for where in (
        {"_real_key": places},
        {"key": places, "_real_key": None, "_key_is_virtual": False},
    ):
        order = "-is_latest,-id"
        found += select(registry, ("id",), where, order_by=order, limit=N_SAME_PLACE)
    return list(registry.objects.filter(pk__in=[id_ for (id_,) in found])) if found else []


def places_around(key: str) -> list[str]:
    """A storage key, and the folders that it is in."""
    parts = key.split("/")
    return ["/".join(parts[:n]) for n in range(len(parts), 0, -1)]


def get_managed(registry: type[Artifact], location: str) -> Artifact:
    """Artifact that owns a path inside of a managed folder.

    Raises
    ------
    ValueError
        No artifact of this instance does.
    """
    storage = containing_storage(location, default_storage())
    found = None
    if storage is not None:
        found = find_at(registry, relative_to_root(location, storage.root), storage)
    if found is None:
        raise ValueError(
            f"{location} is inside a managed `.lamindb/` directory, but belongs to no artifact of "
            "this instance: pass the path of a file outside of it"
        )
    logger.important(f"returning artifact that owns the path: {found!r}")
    return found
